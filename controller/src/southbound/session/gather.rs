//! Replies in several parts, put together (OF 1.3.5 §7.3.5).

use openflow::flow::{FromSwitch, ToSwitch};

/// Entries in one reply, all parts together. More than any table holds: what goes on longer comes
/// from a switch that does not end its replies.
pub(super) const MAX_ENTRIES: usize = 1_000_000;

/// A reply, as far as it has come.
#[derive(Debug)]
pub(super) struct Gathering {
    kind: Kind,
    so_far: Option<FromSwitch>,
}

/// Which reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Desc,
    PortDesc,
    Flows,
    Aggregate,
    Tables,
    Ports,
    GroupStats,
    GroupDesc,
    Meters,
    Role,
}

/// What a part did.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// Others follow.
    More,
    /// It was the last.
    Whole(FromSwitch),
    /// It does not belong there.
    Nonsense(&'static str),
}

impl Gathering {
    /// For a request; `None` where the message has no reply.
    pub(super) fn of(request: &ToSwitch) -> Option<Self> {
        let kind = match request {
            ToSwitch::DescRequest => Kind::Desc,
            ToSwitch::PortDescRequest => Kind::PortDesc,
            ToSwitch::FlowStatsRequest(_) => Kind::Flows,
            ToSwitch::AggregateStatsRequest(_) => Kind::Aggregate,
            ToSwitch::TableStatsRequest => Kind::Tables,
            ToSwitch::PortStatsRequest(_) => Kind::Ports,
            ToSwitch::GroupStatsRequest(_) => Kind::GroupStats,
            ToSwitch::GroupDescRequest => Kind::GroupDesc,
            ToSwitch::MeterConfigRequest(_) => Kind::Meters,
            ToSwitch::RoleRequest { .. } => Kind::Role,
            _ => return None,
        };
        Some(Self { kind, so_far: None })
    }

    pub(super) fn part(&mut self, part: FromSwitch) -> Part {
        let Some((kind, more)) = kind_and_more(&part) else {
            return Part::Nonsense("not a reply");
        };
        if kind != self.kind {
            return Part::Nonsense("another kind of reply");
        }
        let whole = match self.so_far.take() {
            None => part,
            Some(mut so_far) => {
                extend(&mut so_far, part);
                so_far
            }
        };
        if entries(&whole) > MAX_ENTRIES {
            return Part::Nonsense("more entries than any table holds");
        }
        if more {
            self.so_far = Some(whole);
            Part::More
        } else {
            Part::Whole(whole)
        }
    }
}

/// Whether a message is (part of) a reply to a request that gathers.
pub(super) fn is_reply(message: &FromSwitch) -> bool {
    kind_and_more(message).is_some()
}

fn kind_and_more(part: &FromSwitch) -> Option<(Kind, bool)> {
    Some(match part {
        FromSwitch::Desc(_) => (Kind::Desc, false),
        FromSwitch::PortDesc { more, .. } => (Kind::PortDesc, *more),
        FromSwitch::FlowStats { more, .. } => (Kind::Flows, *more),
        FromSwitch::AggregateStats { .. } => (Kind::Aggregate, false),
        FromSwitch::TableStats { more, .. } => (Kind::Tables, *more),
        FromSwitch::PortStats { more, .. } => (Kind::Ports, *more),
        FromSwitch::GroupStats { more, .. } => (Kind::GroupStats, *more),
        FromSwitch::GroupDesc { more, .. } => (Kind::GroupDesc, *more),
        FromSwitch::MeterConfig { more, .. } => (Kind::Meters, *more),
        FromSwitch::RoleReply { .. } => (Kind::Role, false),
        _ => return None,
    })
}

/// Appends a later part to the earlier ones; both are of one kind.
fn extend(so_far: &mut FromSwitch, part: FromSwitch) {
    match (so_far, part) {
        (FromSwitch::PortDesc { ports: all, .. }, FromSwitch::PortDesc { ports, .. }) => {
            all.extend(ports);
        }
        (FromSwitch::FlowStats { entries: all, .. }, FromSwitch::FlowStats { entries, .. }) => {
            all.extend(entries);
        }
        (FromSwitch::TableStats { tables: all, .. }, FromSwitch::TableStats { tables, .. }) => {
            all.extend(tables);
        }
        (FromSwitch::PortStats { ports: all, .. }, FromSwitch::PortStats { ports, .. }) => {
            all.extend(ports);
        }
        (FromSwitch::GroupStats { groups: all, .. }, FromSwitch::GroupStats { groups, .. }) => {
            all.extend(groups);
        }
        (FromSwitch::GroupDesc { groups: all, .. }, FromSwitch::GroupDesc { groups, .. }) => {
            all.extend(groups);
        }
        (FromSwitch::MeterConfig { meters: all, .. }, FromSwitch::MeterConfig { meters, .. }) => {
            all.extend(meters);
        }
        // The others come in one part.
        (single, part) => *single = part,
    }
}

fn entries(reply: &FromSwitch) -> usize {
    match reply {
        FromSwitch::PortDesc { ports, .. } => ports.len(),
        FromSwitch::FlowStats { entries, .. } => entries.len(),
        FromSwitch::TableStats { tables, .. } => tables.len(),
        FromSwitch::PortStats { ports, .. } => ports.len(),
        FromSwitch::GroupStats { groups, .. } => groups.len(),
        FromSwitch::GroupDesc { groups, .. } => groups.len(),
        FromSwitch::MeterConfig { meters, .. } => meters.len(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openflow::TableId;
    use openflow::flow::TableStats;

    fn tables(ids: std::ops::Range<u8>, more: bool) -> FromSwitch {
        let table = |id| TableStats {
            table: TableId(id),
            active: 0,
            lookups: 0,
            matched: 0,
        };
        FromSwitch::TableStats {
            tables: ids.map(table).collect(),
            more,
        }
    }

    #[test]
    fn parts_come_together_in_their_order() {
        let mut gathering = Gathering::of(&ToSwitch::TableStatsRequest).unwrap();
        assert_eq!(gathering.part(tables(0..3, true)), Part::More);
        assert_eq!(gathering.part(tables(3..3, true)), Part::More);
        let Part::Whole(FromSwitch::TableStats { tables: whole, .. }) =
            gathering.part(tables(3..5, false))
        else {
            panic!("not whole");
        };
        let ids: Vec<u8> = whole.iter().map(|t| t.table.0).collect();
        assert_eq!(ids, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn another_kind_of_reply_is_nonsense() {
        let mut gathering = Gathering::of(&ToSwitch::DescRequest).unwrap();
        assert!(matches!(
            gathering.part(tables(0..1, false)),
            Part::Nonsense(_)
        ));
    }

    #[test]
    fn a_reply_that_does_not_end_is_refused() {
        let mut gathering = Gathering::of(&ToSwitch::TableStatsRequest).unwrap();
        let refused_at = (0..)
            .find(|_| gathering.part(tables(0..250, true)) != Part::More)
            .unwrap();
        assert_eq!(refused_at, MAX_ENTRIES / 250);
    }
}
