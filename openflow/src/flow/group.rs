//! Groups.

use std::time::Duration;

use super::Actions;
use crate::{GroupId, PortNo};

/// A group with its buckets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Number.
    pub id: GroupId,
    /// How it treats its buckets.
    pub kind: GroupType,
    /// In order.
    pub buckets: Vec<Bucket>,
}

/// How a group treats its buckets (OF 1.3.5 §5.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupType {
    /// All of them.
    All,
    /// One, by weight.
    Select,
    /// The only one.
    Indirect,
    /// The first that is alive.
    FastFailover,
    /// A number of an experimenter (128 and above).
    Other(u8),
}

/// Actions of a group, with what decides whether they are carried out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// Share among the buckets of a select group; 0 elsewhere.
    pub weight: u16,
    /// Alive while this port is; [`PortNo::ANY`]: not watched.
    pub watch_port: PortNo,
    /// Alive while this group is; [`GroupId::ANY`]: not watched.
    pub watch_group: GroupId,
    /// What it does.
    pub actions: Actions,
}

/// A change of the groups (OF 1.3.5 §7.3.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMod {
    /// What to do.
    pub command: GroupCommand,
    /// To which; a delete looks at the id only.
    pub group: Group,
}

/// What to do to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupCommand {
    /// New; refused where it exists.
    Add,
    /// Replace its type and buckets.
    Modify,
    /// Delete, with every entry that uses it.
    Delete,
}

/// Counters of a group (OF 1.3.5 §7.3.5.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupStats {
    /// Which group.
    pub id: GroupId,
    /// Entries and groups that use it.
    pub references: u32,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
    /// How long it is there.
    pub age: Duration,
    /// Packets and bytes per bucket.
    pub buckets: Vec<(u64, u64)>,
}

/// A group as the switch has it, with its counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// What it is.
    pub group: Group,
    /// What it counted.
    pub stats: GroupStats,
}
