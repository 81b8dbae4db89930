//! Groups.

use std::time::Duration;

use super::{Action, Actions, action};
use crate::oxm::Field;
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
    /// How a select group chooses, where the switch is not left to it; 1.5 only.
    pub selection: Option<Box<Selection>>,
}

/// How a select group chooses among its buckets: the property of a group of 1.5 that Open vSwitch
/// has from Netronome (`NTRT_SELECTION_METHOD`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Selection {
    /// Name of the method, 1 to 15 bytes: `hash`, `dp_hash`.
    pub method: String,
    /// What the method makes of it.
    pub param: u64,
    /// Fields to look at, and which of their bits; none: the method's own.
    pub fields: Vec<(Field, u128)>,
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
    /// Number in the group, of 1.5; `None`: its place, counted from 0.
    pub id: Option<u32>,
    /// Share among the buckets of a select group; 0 elsewhere.
    pub weight: u16,
    /// Alive while this port is; [`PortNo::ANY`]: not watched.
    pub watch_port: PortNo,
    /// Alive while this group is; [`GroupId::ANY`]: not watched.
    pub watch_group: GroupId,
    /// What it does.
    pub actions: Actions,
}

impl Selection {
    /// Bytes of a method's name at most.
    pub const METHOD_BYTES: usize = 15;
}

impl Group {
    /// The switch chooses as it likes.
    #[must_use]
    pub fn new(id: GroupId, kind: GroupType, buckets: Vec<Bucket>) -> Self {
        Self {
            id,
            kind,
            buckets,
            selection: None,
        }
    }

    /// Without what has no meaning, as [`super::Instructions::normalized`]: weights outside a
    /// select group too, and the numbers of buckets that are their places.
    #[must_use]
    pub fn normalized(self) -> Self {
        let kind = self.kind;
        let each = |(place, bucket): (u32, Bucket)| Bucket {
            id: bucket.id.filter(|id| *id != place),
            weight: if kind == GroupType::Select {
                bucket.weight
            } else {
                0
            },
            actions: bucket.actions.into_iter().map(Action::normalized).collect(),
            ..bucket
        };
        Self {
            buckets: (0..).zip(self.buckets).map(each).collect(),
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
            id: None,
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
    /// Put the buckets among those it has; 1.5 only.
    InsertBuckets(BucketPlace),
    /// Take buckets out of it; 1.5 only.
    RemoveBuckets(BucketPlace),
}

/// A place among the buckets of a group (OF 1.5.1 §7.3.4.3, `ofp_group_bucket`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BucketPlace {
    /// The first; to insert: before all.
    First,
    /// The last; to insert: after all.
    Last,
    /// All of them; to remove only.
    All,
    /// That of this number; to insert: after it.
    Id(u32),
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
