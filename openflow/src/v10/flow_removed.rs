//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::Cookie;
use crate::wire::{DecodeError, Reader, Wire, Writer};

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

impl Wire for FlowRemoved {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            matching: r.field("match")?,
            cookie: r.field("cookie")?,
            priority: r.field("priority")?,
            reason: r.field("reason")?,
            duration_sec: r.field_after_pad(1, "duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            idle_timeout: r.field("idle_timeout")?,
            packet_count: r.field_after_pad(2, "packet_count")?,
            byte_count: r.field("byte_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.matching.encode(w);
        self.cookie.encode(w);
        self.priority.encode(w);
        self.reason.encode(w);
        w.pad(1);
        self.duration_sec.encode(w);
        self.duration_nsec.encode(w);
        self.idle_timeout.encode(w);
        w.pad(2);
        self.packet_count.encode(w);
        self.byte_count.encode(w);
    }
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
