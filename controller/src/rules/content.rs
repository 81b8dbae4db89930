//! What entries and groups do: the same words for what is wanted and what is there.

use openflow::flow::{Group, Instructions};
use openflow::{Cookie, GroupId};

/// What an entry or a group does, with what else of it can be told to a switch.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of entries")]
pub(super) enum Content {
    Entry(Entry),
    Group(Group),
}

/// A flow entry without its identity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) instructions: Instructions,
    pub(super) cookie: Cookie,
    pub(super) idle_timeout_s: u16,
    pub(super) hard_timeout_s: u16,
}

impl Content {
    /// Whether it does to packets what the other does, for as long.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Entry(this), Self::Entry(other)) => {
                this.instructions == other.instructions && this.timeouts() == other.timeouts()
            }
            (Self::Group(this), Self::Group(other)) => this == other,
            (Self::Entry(_), Self::Group(_)) | (Self::Group(_), Self::Entry(_)) => false,
        }
    }

    /// Groups that must be there before it.
    pub(super) fn groups(&self) -> impl Iterator<Item = GroupId> {
        let (entry, group) = match self {
            Self::Entry(entry) => (Some(entry), None),
            Self::Group(group) => (None, Some(group)),
        };
        let of_entry = entry.into_iter().flat_map(|e| e.instructions.groups());
        of_entry.chain(group.into_iter().flat_map(Group::groups))
    }
}

impl Entry {
    /// Whether the switch may let go of it by itself.
    pub(super) fn times_out(&self) -> bool {
        self.timeouts() != (0, 0)
    }

    /// Idle, hard.
    pub(super) fn timeouts(&self) -> (u16, u16) {
        (self.idle_timeout_s, self.hard_timeout_s)
    }
}
