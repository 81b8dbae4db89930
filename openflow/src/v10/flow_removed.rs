//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::Cookie;

/// A flow entry is gone (OF 1.0 §5.4.2, `ofp_flow_removed`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowRemoved {
    /// What it looked for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Its mark.
    pub cookie: Cookie,
    /// Its priority.
    pub priority: u16,
    /// Why.
    pub reason: FlowRemovedReason,
    /// How long it was there, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Its timeout, seconds.
    pub idle_timeout: u16,
    /// Packets it matched.
    pub packet_count: u64,
    /// Bytes it matched.
    pub byte_count: u64,
}

wire_enum! {
    /// Why an entry is gone (OF 1.0 §5.4.2).
    FlowRemovedReason: u8 {
        /// No packet for so long.
        IdleTimeout = 0 "idle_timeout";
        /// Its time was over.
        HardTimeout = 1 "hard_timeout";
        /// Somebody deleted it.
        Delete = 2 "delete";
    }
}
