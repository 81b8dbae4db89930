//! What makes two flow entries, or two groups, the same one.

use std::fmt;

use openflow::flow::{FlowEntry, FlowRemoved, Match};
use openflow::{GroupId, TableId};

use super::cookie::AppTag;

/// What makes two entries or groups of a switch the same one. Groups come first: entries use them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of entries")]
pub(super) enum Key {
    Group(GroupId),
    Flow(EntryKey),
}

/// The identity of a flow entry on its switch (OF 1.3.5 §5.2): adding a second one with the same
/// three replaces the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EntryKey {
    pub(super) table: TableId,
    pub(super) priority: u16,
    pub(super) matching: Match,
}

impl From<&FlowEntry> for EntryKey {
    fn from(entry: &FlowEntry) -> Self {
        Self {
            table: entry.table,
            priority: entry.priority,
            matching: entry.matching.clone(),
        }
    }
}

impl From<&FlowRemoved> for EntryKey {
    fn from(removed: &FlowRemoved) -> Self {
        Self {
            table: removed.table,
            priority: removed.priority,
            matching: removed.matching.clone(),
        }
    }
}

impl fmt::Display for EntryKey {
    /// `table 0, priority 100, ip,nw_dst=10.0.0.1`; the last part is missing where every packet
    /// matches.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table {}, priority {}", self.table, self.priority)?;
        if self.matching.fields().is_empty() {
            Ok(())
        } else {
            write!(f, ", {}", self.matching)
        }
    }
}

impl fmt::Display for Key {
    /// An entry as above; `group 1805516801, number 1`: as the switch knows it and as its app does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow(key) => key.fmt(f),
            Self::Group(id) => write!(f, "group {id}, number {}", AppTag::of_group(*id).1),
        }
    }
}
