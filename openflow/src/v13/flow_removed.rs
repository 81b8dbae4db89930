//! A flow entry is gone.

use serde::Serialize;

use super::Match;
use crate::oxs::{OxsList, Statistic};
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{Cookie, TableId, Version};

/// A flow entry is gone (OF 1.3.5 §7.4.2, OF 1.5.1 §7.4.2, `ofp_flow_removed`).
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
    /// Its timeout, seconds.
    pub idle_timeout: u16,
    /// Its other timeout, seconds.
    pub hard_timeout: u16,
    /// How long it was there and what it did.
    #[serde(flatten)]
    pub counters: FlowCounters,
    /// What it looked for.
    #[serde(rename = "match")]
    pub matching: Match,
}

/// How long a flow entry has been there and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum FlowCounters {
    /// In 1.3 and 1.4: always the same.
    Fixed {
        /// How long it was there, whole seconds.
        duration_sec: u32,
        /// And nanoseconds.
        duration_nsec: u32,
        /// Packets it matched; all ones: not kept.
        packet_count: u64,
        /// Bytes it matched; all ones: not kept.
        byte_count: u64,
    },
    /// In 1.5: those there are.
    Stats {
        /// In their order.
        stats: OxsList,
    },
}

impl FlowCounters {
    /// Seconds and nanoseconds it was there.
    #[must_use]
    pub fn duration(&self) -> Option<(u32, u32)> {
        match self {
            Self::Fixed {
                duration_sec,
                duration_nsec,
                ..
            } => Some((*duration_sec, *duration_nsec)),
            Self::Stats { stats } => stats.time(Statistic::Duration),
        }
    }

    /// Packets; `None` where they are not kept.
    #[must_use]
    pub fn packet_count(&self) -> Option<u64> {
        match self {
            Self::Fixed { packet_count, .. } => Some(*packet_count).filter(|n| *n != u64::MAX),
            Self::Stats { stats } => stats.count(Statistic::PacketCount),
        }
    }

    /// Bytes; `None` where they are not kept.
    #[must_use]
    pub fn byte_count(&self) -> Option<u64> {
        match self {
            Self::Fixed { byte_count, .. } => Some(*byte_count).filter(|n| *n != u64::MAX),
            Self::Stats { stats } => stats.count(Statistic::ByteCount),
        }
    }
}

impl Wire for FlowRemoved {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.version() >= Version::V1_5 {
            return decode_15(r);
        }
        let (cookie, priority) = (r.field("cookie")?, r.field("priority")?);
        let (reason, table_id) = (r.field("reason")?, r.field("table_id")?);
        let (duration_sec, duration_nsec) = (r.field("duration_sec")?, r.field("duration_nsec")?);
        Ok(Self {
            cookie,
            priority,
            reason,
            table_id,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            counters: FlowCounters::Fixed {
                duration_sec,
                duration_nsec,
                packet_count: r.field("packet_count")?,
                byte_count: r.field("byte_count")?,
            },
            matching: r.field("match")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match &self.counters {
            FlowCounters::Fixed {
                duration_sec,
                duration_nsec,
                packet_count,
                byte_count,
            } => {
                if w.version() >= Version::V1_5 {
                    w.lacks("counters of flow entries other than as statistics");
                }
                self.cookie.encode(w);
                self.priority.encode(w);
                self.reason.encode(w);
                self.table_id.encode(w);
                duration_sec.encode(w);
                duration_nsec.encode(w);
                self.idle_timeout.encode(w);
                self.hard_timeout.encode(w);
                packet_count.encode(w);
                byte_count.encode(w);
                self.matching.encode(w);
            }
            FlowCounters::Stats { stats } => {
                if w.version() < Version::V1_5 {
                    w.lacks("statistics lists of flow entries");
                }
                self.table_id.encode(w);
                self.reason.encode(w);
                self.priority.encode(w);
                self.idle_timeout.encode(w);
                self.hard_timeout.encode(w);
                self.cookie.encode(w);
                self.matching.encode(w);
                stats.encode(w);
            }
        }
    }
}

/// As 1.5 orders it.
fn decode_15(r: &mut Reader<'_>) -> Result<FlowRemoved, DecodeError> {
    let (table_id, reason) = (r.field("table_id")?, r.field("reason")?);
    Ok(FlowRemoved {
        table_id,
        reason,
        priority: r.field("priority")?,
        idle_timeout: r.field("idle_timeout")?,
        hard_timeout: r.field("hard_timeout")?,
        cookie: r.field("cookie")?,
        matching: r.field("match")?,
        counters: FlowCounters::Stats {
            stats: r.field("stats")?,
        },
    })
}

wire_enum! {
    /// Why an entry is gone (OF 1.3.5 §7.4.2, OF 1.4.1 §7.4.2).
    FlowRemovedReason: u8 {
        /// No packet for so long.
        IdleTimeout = 0 "idle_timeout";
        /// Its time was over.
        HardTimeout = 1 "hard_timeout";
        /// Somebody deleted it.
        Delete = 2 "delete";
        /// Its group was deleted.
        GroupDelete = 3 "group_delete";
        /// Its meter was deleted; 1.4.
        MeterDelete = 4 "meter_delete";
        /// Its table was full; 1.4.
        Eviction = 5 "eviction";
    }
}
