//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::wire::{DecodeError, Reader, Wire, Writer};
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

impl Wire for FlowRemoved {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            cookie: r.field("cookie")?,
            priority: r.field("priority")?,
            reason: r.field("reason")?,
            table_id: r.field("table_id")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            matching: r.field("match")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.cookie.encode(w);
        self.priority.encode(w);
        self.reason.encode(w);
        self.table_id.encode(w);
        self.duration_sec.encode(w);
        self.duration_nsec.encode(w);
        self.idle_timeout.encode(w);
        self.hard_timeout.encode(w);
        self.packet_count.encode(w);
        self.byte_count.encode(w);
        self.matching.encode(w);
    }
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
