//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::Cookie;
use crate::v13::FlowRemovedReason;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// A flow entry is gone (`nx_flow_removed`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowRemoved {
    /// Its mark.
    pub cookie: Cookie,
    /// Its priority.
    pub priority: u16,
    /// Why.
    pub reason: FlowRemovedReason,
    /// Its table and one more; 0: not told, by Open vSwitch before 1.11.
    pub table_id: u8,
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
    /// What it looked for.
    #[serde(rename = "match")]
    pub matching: Match,
}

impl Wire for FlowRemoved {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let cookie = r.field("cookie")?;
        let priority = r.field("priority")?;
        let reason = r.field("reason")?;
        let table_id = r.field("table_id")?;
        let duration_sec = r.field("duration_sec")?;
        let duration_nsec = r.field("duration_nsec")?;
        let idle_timeout = r.field("idle_timeout")?;
        let match_len = r.field("match_len")?;
        Ok(Self {
            cookie,
            priority,
            reason,
            table_id,
            duration_sec,
            duration_nsec,
            idle_timeout,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            matching: Match::decode(r, match_len)?,
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
        let counters = |w: &mut Writer<'_>| {
            self.packet_count.encode(w);
            self.byte_count.encode(w);
        };
        self.matching.encode(16, counters, w);
    }
}
