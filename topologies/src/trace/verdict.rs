//! What became of a packet, in one sentence.

use openflow::TableId;
use openflow::pipeline::{Dropped, NearMiss, Step, Trace, TracedEntry, Unsendable, What};
use serde::Serialize;

use super::{Hop, Map, OwnerOf, To};

/// Copies that a sentence names; of more it says how many.
const COPIES_NAMED: usize = 3;

/// What became of a packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// In one word.
    pub kind: Kind,
    /// In one sentence.
    pub sentence: String,
    /// Whether the host it should come to takes it; with a loop it may, and go on all the same.
    pub reached: bool,
    /// Hosts that take it, by id.
    pub hosts: Vec<String>,
    /// The hop where that is decided.
    pub hop: Option<usize>,
    /// Where it is dropped, or sent to the controller: the entry that almost took it.
    pub near_miss: Option<NearMiss>,
}

/// Kinds of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// The host takes it.
    Delivered,
    /// A copy goes round in circles.
    Loop,
    /// A switch drops it.
    Dropped,
    /// It leaves by a port where nothing is, or by a cable that is cut.
    BlackHole,
    /// A switch leaves it to the controller, and so to an app.
    Controller,
    /// It comes to its end, but not to the host it should come to.
    Elsewhere,
    /// The tables of a switch on the way are not known.
    Unknown,
}

/// An end of a copy that is not the one that was wanted.
struct End {
    kind: Kind,
    hop: usize,
    words: String,
}

struct Judge<'a> {
    map: &'a Map,
    hops: &'a [Hop],
    from: Option<&'a str>,
    to: Option<&'a str>,
    owner_of: OwnerOf<'a>,
}

pub(super) fn verdict(
    map: &Map,
    hops: &[Hop],
    (from, to): (Option<&str>, Option<&str>),
    owner_of: OwnerOf<'_>,
) -> Verdict {
    Judge {
        map,
        hops,
        from,
        to,
        owner_of,
    }
    .judge()
}

impl Judge<'_> {
    fn judge(&self) -> Verdict {
        let hosts = self.hosts();
        let wanted = |id: &String| self.to.is_none_or(|to| to == id);
        let arrived = self.arrival(&wanted);
        if let Some(end) = self.looping() {
            let also = if arrived.is_some() {
                " It also reaches "
            } else {
                ""
            };
            let to = if arrived.is_some() {
                format!("{}.", self.to_name(&hosts))
            } else {
                String::new()
            };
            let sentence = format!(
                "{} goes round in a loop: {}.{also}{to}",
                self.subject(),
                end.words
            );
            return self.found(&end, sentence, hosts, arrived.is_some());
        }
        if let Some((hop, exit)) = arrived {
            return Verdict {
                kind: Kind::Delivered,
                sentence: self.delivered(hop, exit, &hosts),
                reached: true,
                hosts,
                hop: Some(hop),
                near_miss: None,
            };
        }
        let end = self.end();
        let to = self.to.map_or("anybody", |to| self.map.host(to));
        let sentence = format!("{} does not reach {to}: {}.", self.subject(), end.words);
        self.found(&end, sentence, hosts, false)
    }

    fn found(&self, end: &End, sentence: String, hosts: Vec<String>, reached: bool) -> Verdict {
        let asks = matches!(end.kind, Kind::Dropped | Kind::Controller);
        let trace = self.hops.get(end.hop).and_then(|hop| hop.trace.as_ref());
        Verdict {
            kind: end.kind,
            sentence,
            reached,
            hosts,
            hop: (end.hop < self.hops.len()).then_some(end.hop),
            near_miss: trace.filter(|_| asks).and_then(near_miss).cloned(),
        }
    }

    fn subject(&self) -> String {
        self.from.map_or_else(
            || "the packet".to_owned(),
            |from| self.map.host(from).to_owned(),
        )
    }

    fn to_name(&self, hosts: &[String]) -> String {
        match (self.to, hosts) {
            (Some(to), _) => self.map.host(to).to_owned(),
            (None, [one]) => self.map.host(one).to_owned(),
            (None, many) => format!("{} hosts", many.len()),
        }
    }

    fn hosts(&self) -> Vec<String> {
        let mut hosts = Vec::new();
        for exit in self.hops.iter().flat_map(|hop| &hop.exits) {
            if let To::Hosts { taken_by, .. } = &exit.to {
                hosts.extend(taken_by.iter().cloned());
            }
        }
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// Hop and exit where the wanted host takes it first.
    fn arrival(&self, wanted: &dyn Fn(&String) -> bool) -> Option<(usize, usize)> {
        self.hops.iter().enumerate().find_map(|(index, hop)| {
            let exit = hop.exits.iter().position(|exit| {
                matches!(&exit.to, To::Hosts { taken_by, .. } if taken_by.iter().any(wanted))
            })?;
            Some((index, exit))
        })
    }

    fn delivered(&self, hop: usize, exit: usize, hosts: &[String]) -> String {
        let way = self.way(hop);
        let hops = match way.len() {
            1 => "1 hop".to_owned(),
            n => format!("{n} hops"),
        };
        let copies = self.copies((hop, exit));
        let copies = match copies.len() {
            0 => String::new(),
            1..=COPIES_NAMED => format!("; copies go to {}", copies.join(" and ")),
            n => format!("; copies go to {n} other places"),
        };
        let names = way.join(", ");
        let (from, to) = (self.subject(), self.to_name(hosts));
        format!("{from} reaches {to} over {names} in {hops}{copies}.")
    }

    /// Names of the switches up to a hop.
    fn way(&self, hop: usize) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = Some(hop);
        while let Some(here) = at {
            way.push(self.map.switch(self.hops[here].dpid));
            at = self.hops[here].from;
        }
        way.reverse();
        way
    }

    /// Where else something comes to.
    fn copies(&self, but: (usize, usize)) -> Vec<String> {
        let mut copies = Vec::new();
        for (index, hop) in self.hops.iter().enumerate() {
            let switch = self.map.switch(hop.dpid);
            for (place, exit) in hop.exits.iter().enumerate() {
                if (index, place) == but {
                    continue;
                }
                match &exit.to {
                    To::Hosts {
                        taken_by,
                        passed_by,
                    } => {
                        let hosts = taken_by.iter().chain(passed_by);
                        copies.extend(hosts.map(|id| self.map.host(id).to_owned()));
                    }
                    To::Local => copies.push(format!("{switch} itself")),
                    To::CutLink { .. } | To::Nowhere => {
                        copies.push(format!("{} of {switch}", Map::port(exit.port)));
                    }
                    To::Hop { .. } | To::Loop { .. } | To::Again { .. } | To::NotFollowed => {}
                }
            }
            if hop
                .trace
                .as_ref()
                .is_some_and(|trace| !trace.packet_ins.is_empty())
            {
                copies.push(format!("the controller, from {switch}"));
            }
        }
        copies
    }

    fn looping(&self) -> Option<End> {
        self.hops.iter().enumerate().find_map(|(index, hop)| {
            let again = hop.exits.iter().find_map(|exit| match exit.to {
                To::Loop { hop } => Some(hop),
                _ => None,
            })?;
            let before = self.way(again).len() - 1;
            let mut round = self.way(index).split_off(before);
            round.push(self.map.switch(self.hops[again].dpid));
            Some(End {
                kind: Kind::Loop,
                hop: again,
                words: round.join(", "),
            })
        })
    }

    /// The first end of a copy that says most.
    fn end(&self) -> End {
        let unknown = self.hops.iter().position(|hop| hop.trace.is_none());
        if let Some(hop) = unknown {
            let switch = self.map.switch(self.hops[hop].dpid);
            return End {
                kind: Kind::Unknown,
                hop,
                words: format!(
                    "the tables of {switch} could not be read, so nobody knows from there"
                ),
            };
        }
        let ends = self.hops.iter().enumerate();
        let mut lost = ends
            .clone()
            .filter_map(|(index, hop)| self.end_at(index, hop));
        // A copy that the controller gets is not lost yet, whatever became of the others.
        let first = lost.next();
        let asks = |end: &End| end.kind == Kind::Controller;
        if let Some(first) = first {
            return if asks(&first) {
                first
            } else {
                lost.find(asks).unwrap_or(first)
            };
        }
        let elsewhere = ends.clone().find_map(|(index, hop)| {
            hop.exits
                .iter()
                .find_map(|exit| Some((index, self.others(&exit.to)?)))
        });
        if let Some((hop, others)) = elsewhere {
            return End {
                kind: Kind::Elsewhere,
                hop,
                words: format!(
                    "{} sends it to {others}",
                    self.map.switch(self.hops[hop].dpid)
                ),
            };
        }
        End {
            kind: Kind::Unknown,
            hop: self.hops.len().saturating_sub(1),
            words: format!(
                "it was followed over {} hops and no further",
                self.hops.len()
            ),
        }
    }

    fn others(&self, to: &To) -> Option<String> {
        match to {
            To::Hosts {
                taken_by,
                passed_by,
            } => {
                let all = taken_by.iter().chain(passed_by);
                let names: Vec<_> = all.map(|id| self.map.host(id)).collect();
                let only = if taken_by.is_empty() {
                    ", whose address it does not have"
                } else {
                    ""
                };
                Some(format!("{}{only}", names.join(" and ")))
            }
            To::Local => Some("itself".to_owned()),
            _ => None,
        }
    }

    fn end_at(&self, index: usize, hop: &Hop) -> Option<End> {
        let switch = self.map.switch(hop.dpid);
        let trace = hop.trace.as_ref()?;
        let lost = hop.exits.iter().find_map(|exit| match exit.to {
            To::CutLink { towards } => {
                let (port, far) = (Map::port(exit.port), self.map.switch(towards.dpid));
                Some(format!(
                    "{switch} sends it out of {port}, but the link to {far} is down"
                ))
            }
            To::Nowhere => {
                let port = Map::port(exit.port);
                Some(format!(
                    "{switch} sends it out of {port}, where no switch and no host is known"
                ))
            }
            _ => None,
        });
        if let Some(words) = lost {
            return Some(End {
                kind: Kind::BlackHole,
                hop: index,
                words,
            });
        }
        if !trace.outputs.is_empty() {
            return None;
        }
        if let Some(asked) = trace.packet_ins.first() {
            let why = if asked.reason == "no_match" {
                "has no flow entry for it and asks"
            } else {
                "hands it to"
            };
            let near = self.near(trace);
            let words = format!(
                "{switch} {why} the controller, whose apps decide what becomes of it{near}"
            );
            return Some(End {
                kind: Kind::Controller,
                hop: index,
                words,
            });
        }
        let words = match &trace.dropped {
            Some(why) => why_dropped(trace, why, self.owner_of),
            None => "nothing is done with it".to_owned(),
        };
        let near = self.near(trace);
        let words = format!("dropped at {switch}: {words}{near}");
        Some(End {
            kind: Kind::Dropped,
            hop: index,
            words,
        })
    }

    fn near(&self, trace: &Trace) -> String {
        near_miss(trace).map_or_else(String::new, |near| {
            let entry = entry_words(&near.entry, self.owner_of);
            let (name, wanted, found) = (near.field, &near.wanted, &near.found);
            format!("; the nearest, {entry}, wants {name}={wanted} and the packet has {found}")
        })
    }
}

/// Why a switch drops a packet, as a half-sentence; `trace` is what the switch did with it.
#[must_use]
pub fn why_dropped(trace: &Trace, why: &Dropped, owner_of: OwnerOf<'_>) -> String {
    match why {
        Dropped::NoSuchInPort => format!("it has no {}", Map::port(trace.in_port)),
        Dropped::PortDoesNotReceive { port } => {
            format!(
                "{}, where it comes in, is down or takes nothing",
                Map::port(*port)
            )
        }
        Dropped::NoMatch { table } => format!("no flow entry of table {table} takes it"),
        Dropped::TableMiss { table } => {
            format!("no flow entry of table {table} takes it, and the table-miss entry drops")
        }
        Dropped::NoOutput { table } => match last_entry(&trace.steps, *table) {
            Some(entry) => format!("{} sends it nowhere", entry_words(entry, owner_of)),
            None => format!("no entry of table {table} sends it anywhere"),
        },
        Dropped::PortDoesNotSend { port, why } => {
            format!("its way out, {}, {}", Map::port(*port), unsendable(*why))
        }
        Dropped::InvalidTtl => "its time to live is spent".to_owned(),
        Dropped::Meter { meter } => format!("it is above the rate of meter {meter}"),
        Dropped::NoMeter { meter } => format!("there is no meter {meter}"),
        Dropped::NoGroup { group } => format!("there is no group {group}"),
        Dropped::NoLiveBucket { group } => format!("group {group} has no way out that is up"),
        Dropped::TooDeep | Dropped::TooManyLookups => {
            "its tables look it up again and again".to_owned()
        }
        Dropped::Unmodelled { action } => format!("what {action} does is not known"),
        _ => "the switch drops it".to_owned(),
    }
}

/// Why a packet does not leave by a port, as a half-sentence about the port.
#[must_use]
pub fn unsendable(why: Unsendable) -> &'static str {
    match why {
        Unsendable::NoPort => "does not exist",
        Unsendable::PortDown => "is switched off",
        Unsendable::LinkDown => "has no link",
        Unsendable::NoForward => "is configured to send nothing",
        Unsendable::InPort => "is where it came in",
        _ => "does not send",
    }
}

/// An entry and whose it is.
fn entry_words(entry: &TracedEntry, owner_of: OwnerOf<'_>) -> String {
    let owner = owner_of(entry.cookie);
    let owner = owner.map_or_else(
        || "that no app owns".to_owned(),
        |owner| format!("of {owner}"),
    );
    format!("the entry with priority {} {owner}", entry.priority)
}

/// Of the last lookup.
fn near_miss(trace: &Trace) -> Option<&NearMiss> {
    fn last(steps: &[Step]) -> Option<Option<&NearMiss>> {
        steps.iter().rev().find_map(|step| {
            last(&step.steps).or(match &step.what {
                What::Table { near_miss, .. } => Some(near_miss.as_ref()),
                _ => None,
            })
        })
    }
    last(&trace.steps).flatten()
}

/// The entry hit last in a table.
fn last_entry(steps: &[Step], at: TableId) -> Option<&TracedEntry> {
    steps.iter().rev().find_map(|step| {
        last_entry(&step.steps, at).or_else(|| match &step.what {
            What::Table { table, entry, .. } if *table == at => entry.as_ref(),
            _ => None,
        })
    })
}
