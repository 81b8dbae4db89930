//! What makes two flow entries the same one.

use std::fmt;

use openflow::TableId;
use openflow::flow::{FlowEntry, FlowRemoved, Match};

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
