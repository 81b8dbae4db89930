//! Flow entries and groups as people see them: wanted, actual, or both.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use openflow::flow::{FlowEntry, Group, GroupStats, Instructions, Match};
use openflow::{Cookie, TableId};

/// How what is wanted and what is there relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Wanted and on the switch.
    Installed,
    /// Wanted, not yet on the switch.
    Pending,
    /// Wanted, refused by the switch: see the record's problem.
    Rejected,
    /// Put on the switch because of a packet.
    Reactive,
    /// On the switch with an app's cookie or group number, not wanted (yet).
    Unclaimed,
    /// On the switch, not ours: never touched.
    Foreign,
}

/// A flow entry.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRecord {
    /// Which table.
    pub table: TableId,
    /// Higher wins.
    pub priority: u16,
    /// What it looks for.
    pub matching: Match,
    /// What it is to do if wanted, else what it does.
    pub instructions: Instructions,
    /// With what mark.
    pub cookie: Cookie,
    /// App that wants or wanted it, [`super::CORE`] for the controller; `None`: foreign.
    pub owner: Option<Arc<str>>,
    /// Where it stands.
    pub status: Status,
    /// The owner's name for the set it is in; if wanted.
    pub set: Option<Arc<str>>,
    /// The event, request or packet that caused it; if wanted.
    pub reason: Option<Arc<str>>,
    /// Since when it is wanted as it is.
    pub wanted_since: Option<SystemTime>,
    /// Why it is not on the switch as it should be, or what of it the model has no name for.
    pub problem: Option<String>,
    /// Seconds; 0: never.
    pub idle_timeout_s: u16,
    /// Seconds; 0: never.
    pub hard_timeout_s: u16,
    /// Of the entry on the switch; `None`: it has none.
    pub counted: Option<Counted>,
}

/// What the switch says of an entry it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How long it is there.
    pub age: Duration,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

impl From<&FlowEntry> for Counted {
    fn from(entry: &FlowEntry) -> Self {
        Self {
            age: entry.age,
            packets: entry.packets,
            bytes: entry.bytes,
        }
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRecord {
    /// What it is to be if wanted, else what it is.
    pub group: Group,
    /// App that wants or wanted it; `None`: foreign.
    pub owner: Option<Arc<str>>,
    /// Where it stands.
    pub status: Status,
    /// The owner's name for the set it is in; if wanted.
    pub set: Option<Arc<str>>,
    /// The event, request or packet that caused it; if wanted.
    pub reason: Option<Arc<str>>,
    /// Since when it is wanted as it is.
    pub wanted_since: Option<SystemTime>,
    /// Why it is not on the switch as it should be.
    pub problem: Option<String>,
    /// What it counted, where the switch has it and says so.
    pub counted: Option<GroupStats>,
}
