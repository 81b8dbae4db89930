//! A switch of the lab: the exact model, asked and heard in the words of its version.

use std::cmp::Reverse;
use std::time::Duration;

use bytes::BytesMut;
use openflow::flow::{
    Action, FlowCommand, FlowEntry, FlowFlags, FlowMod, FlowStatsRequest, FromSwitch, Group,
    Instructions, Match, NotLifted, ToSwitch, Unsupported,
};
use openflow::packet::ethertype;
use openflow::pipeline::{Effects, Refusal, Switch, SwitchConfig};
use openflow::wire::Message;
use openflow::{Cookie, Dpid, GroupId, TableId, Version, Xid};

use crate::rule::Rule;

/// Which entry: two of the same table, priority and match cannot be.
pub(super) type Identity = (TableId, u16, Match);

pub(super) struct LabSwitch {
    pub(super) model: Switch,
    /// Whether it talks to the controller; it forwards in any case.
    pub(super) connected: bool,
}

/// Why a request has changed nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// The version has no words for it.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The switch cannot read it.
    #[error(transparent)]
    NotLifted(#[from] NotLifted),
    /// The switch does not do it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl LabSwitch {
    pub(super) fn new(dpid: Dpid, version: Version) -> Self {
        Self {
            model: Switch::new(SwitchConfig::new(dpid, version, Vec::new())),
            connected: false,
        }
    }

    /// Carries out what the controller sends, as it arrives.
    pub(super) fn ask(&mut self, request: &ToSwitch, now: Duration) -> Result<Effects, NotTaken> {
        let mut bytes = BytesMut::new();
        request.encode(self.model.version(), Xid(0), &mut bytes)?;
        let message = Message::decode(bytes.freeze()).expect("what was encoded decodes");
        let done = match ToSwitch::lift(message)? {
            ToSwitch::FlowMod(change) => self.model.flow_mod(&change, now),
            ToSwitch::GroupMod(change) => self.model.group_mod(&change, now),
            ToSwitch::MeterMod(change) => self.model.meter_mod(&change, now),
            ToSwitch::PortMod(change) => self.model.port_mod(&change),
            ToSwitch::PacketOut(packet) => self.model.packet_out(&packet, now),
            other => panic!("a lab changes switches and does not ask them: {other:?}"),
        };
        Ok(done?)
    }

    /// What the controller hears of what the switch says: a version may have no words for a part
    /// of it.
    pub(super) fn heard(&self, said: &FromSwitch) -> FromSwitch {
        let mut bytes = BytesMut::new();
        let encoded = said.encode(self.model.version(), Xid(0), &mut bytes);
        encoded.expect("every version has packet-in and flow-removed");
        FromSwitch::lift(Message::decode(bytes.freeze()).expect("what was encoded decodes"))
    }

    /// Loses its tables, groups and meters; its ports stay.
    pub(super) fn forget(&mut self) {
        let (dpid, version) = (self.model.dpid(), self.model.version());
        let ports = self.model.port_desc();
        self.model = Switch::new(SwitchConfig::new(dpid, version, ports));
    }

    /// Every entry but the controller's own, by table, highest priority first.
    pub(super) fn entries(&self, now: Duration) -> Vec<FlowEntry> {
        let all = self.model.flow_stats(&FlowStatsRequest::all(), now);
        let mut entries = all.expect("all tables are there");
        entries.retain(|entry| owner(entry.cookie) != Owner::Controller);
        entries.sort_by_cached_key(|entry| {
            let order = (entry.priority, entry.matching.clone());
            (entry.table, Reverse(order))
        });
        entries
    }

    /// What has a rule's identity; how old it is nobody asks.
    pub(super) fn entry(&self, rule: &Rule) -> Option<FlowEntry> {
        let priority = rule.priority.number();
        self.model
            .flow_entry(rule.table, priority, &rule.matching, Duration::ZERO)
    }

    pub(super) fn group(&self, id: GroupId) -> Option<Group> {
        let mut groups = self.model.group_desc().into_iter();
        groups.find(|group| group.id == id)
    }

    /// Whether entries or other groups hand packets to a group.
    pub(super) fn uses(&self, id: GroupId) -> bool {
        let stats = self.model.group_stats(id, Duration::ZERO);
        stats.iter().any(|group| group.references > 0)
    }
}

/// Whose an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Controller,
    /// The app of this index wants it.
    Wanted(usize),
    /// A packet handler of the app of this index put it there.
    Reactive(usize),
    /// Somebody else.
    Other,
}

impl Owner {
    pub(super) fn app(self) -> Option<usize> {
        match self {
            Self::Wanted(app) | Self::Reactive(app) => Some(app),
            Self::Controller | Self::Other => None,
        }
    }

    /// What its entries carry.
    pub(super) fn cookie(self) -> Cookie {
        let low = match self {
            Self::Controller => 0,
            Self::Wanted(app) => app as u64 * 2 + 2,
            Self::Reactive(app) => app as u64 * 2 + 3,
            Self::Other => return Cookie(0),
        };
        Cookie(MAGIC << 48 | low)
    }
}

/// Whose a cookie says an entry is.
pub(super) fn owner(cookie: Cookie) -> Owner {
    let low = (cookie.0 & 0xffff_ffff) as usize;
    match (cookie.0 >> 48 == MAGIC, low) {
        (true, 0) => Owner::Controller,
        (true, low) if low >= 2 && low % 2 == 0 => Owner::Wanted(low / 2 - 1),
        (true, low) if low >= 2 => Owner::Reactive(low / 2 - 1),
        _ => Owner::Other,
    }
}

/// The request that makes a rule an entry; `there`: what has its identity now. Where only the
/// instructions differ they are changed in place, and the entry's age and counters stay.
pub(super) fn put(rule: Rule, app: usize, there: Option<&FlowEntry>) -> ToSwitch {
    let owner = Owner::Wanted(app);
    let in_place = there.is_some_and(|entry| is_owned_as(entry, &rule, owner));
    ToSwitch::FlowMod(FlowMod {
        command: match in_place {
            true => FlowCommand::ModifyStrict,
            false => FlowCommand::Add,
        },
        table: rule.table,
        cookie: owner.cookie(),
        idle_timeout_s: rule.idle_timeout_s,
        hard_timeout_s: rule.hard_timeout_s,
        flags: FlowFlags::SEND_FLOW_REM,
        ..FlowMod::add(rule.priority.number(), rule.matching, rule.instructions)
    })
}

/// Whether an entry is what an app's rule wants it to be.
pub(super) fn is_as_wanted(entry: &FlowEntry, rule: &Rule, app: usize) -> bool {
    is_owned_as(entry, rule, Owner::Wanted(app))
        && entry.instructions == rule.instructions.clone().normalized()
}

fn is_owned_as(entry: &FlowEntry, rule: &Rule, by: Owner) -> bool {
    owner(entry.cookie) == by
        && entry.idle_timeout_s == rule.idle_timeout_s
        && entry.hard_timeout_s == rule.hard_timeout_s
}

/// The request that deletes an entry.
pub(super) fn delete((table, priority, matching): Identity) -> ToSwitch {
    ToSwitch::FlowMod(FlowMod {
        command: FlowCommand::DeleteStrict,
        table,
        ..FlowMod::add(priority, matching, Instructions::drop())
    })
}

pub(super) fn identity(rule: &Rule) -> Identity {
    (rule.table, rule.priority.number(), rule.matching.clone())
}

/// The controller's own entries, the same on every switch: discovery frames, and what no entry
/// takes.
pub(super) fn core_entries() -> [ToSwitch; 2] {
    let to_controller = || Instructions::apply([Action::to_controller()]);
    let entry = |priority, matching| {
        ToSwitch::FlowMod(FlowMod {
            cookie: Owner::Controller.cookie(),
            ..FlowMod::add(priority, matching, to_controller())
        })
    };
    [
        entry(u16::MAX, Match::any().eth_type(ethertype::LLDP)),
        entry(0, Match::any()),
    ]
}

/// Begins the cookies of what the lab's controller put there.
const MAGIC: u64 = 0x504d;
