//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::{Cookie, TableId};

/// A flow entry is gone (OF 1.3.5 §7.4.2, `ofp_flow_removed`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowRemoved {
    /// Its mark.
    pub cookie: Cookie,
    /// Its priority.
    pub priority: u16,
    /// Why.
    pub reason: FlowRemovedReason,
    /// From which table.
    pub table_id: TableId,
    /// How long it was there, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Its timeout, seconds.
    pub idle_timeout: u16,
    /// Its other timeout, seconds.
    pub hard_timeout: u16,
    /// Packets it matched; all ones: not kept.
    pub packet_count: u64,
    /// Bytes it matched; all ones: not kept.
    pub byte_count: u64,
    /// What it looked for.
    #[serde(rename = "match")]
    pub matching: Match,
}

wire_enum! {
    /// Why an entry is gone (OF 1.3.5 §7.4.2).
    FlowRemovedReason: u8 {
        /// No packet for so long.
        IdleTimeout = 0 "idle_timeout";
        /// Its time was over.
        HardTimeout = 1 "hard_timeout";
        /// Somebody deleted it.
        Delete = 2 "delete";
        /// Its group was deleted.
        GroupDelete = 3 "group_delete";
    }
}
