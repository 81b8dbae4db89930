//! Groups.

use std::time::Duration;

use super::{Action, Actions, action};
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

impl Group {
    /// Without what has no meaning, as [`super::Instructions::normalized`]: weights outside a
    /// select group too.
    #[must_use]
    pub fn normalized(self) -> Self {
        let kind = self.kind;
        let each = |bucket: Bucket| Bucket {
            weight: if kind == GroupType::Select {
                bucket.weight
            } else {
                0
            },
            actions: bucket.actions.into_iter().map(Action::normalized).collect(),
            ..bucket
        };
        Self {
            buckets: self.buckets.into_iter().map(each).collect(),
            ..self
        }
    }

    /// Other groups it hands packets to or watches: these must exist before it does.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        self.buckets.iter().flat_map(|bucket| {
            let watched = Some(bucket.watch_group).filter(|id| *id != GroupId::ANY);
            action::groups(&bucket.actions).chain(watched)
        })
    }
}

impl Bucket {
    /// Carries out these actions; watches nothing, weighs nothing.
    #[must_use]
    pub fn new(actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            weight: 0,
            watch_port: PortNo::ANY,
            watch_group: GroupId::ANY,
            actions: actions.into_iter().collect(),
        }
    }

    /// With a share among the buckets of a select group.
    #[must_use]
    pub fn weighing(self, weight: u16) -> Self {
        Self { weight, ..self }
    }

    /// Alive while this port is: for a fast failover group.
    #[must_use]
    pub fn while_up(self, watch_port: PortNo) -> Self {
        Self { watch_port, ..self }
    }
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
