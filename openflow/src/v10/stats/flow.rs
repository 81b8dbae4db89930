//! Flow entries and sums over them.

use serde::Serialize;

use crate::v10::{Actions, Match, PortNo, action};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, TableId};

/// Which flow entries are asked of (`ofp_flow_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowStatsRequest {
    /// Entries the match covers.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// That output here, or [`PortNo::NONE`].
    pub out_port: PortNo,
}

/// A flow entry (`ofp_flow_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowStats {
    /// In which table.
    pub table_id: TableId,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Higher wins.
    pub priority: u16,
    /// Seconds; 0: never.
    pub idle_timeout: u16,
    /// Seconds; 0: never.
    pub hard_timeout: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
}

/// Sums over flow entries (`ofp_aggregate_stats_reply`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct AggregateStats {
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// Entries.
    pub flow_count: u32,
}

impl Wire for FlowStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            matching: r.field("match")?,
            table_id: r.field("table_id")?,
            out_port: r.field_after_pad(1, "out_port")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.matching.encode(w);
        self.table_id.encode(w);
        w.pad(1);
        self.out_port.encode(w);
    }
}

impl Wire for FlowStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            table_id: r.field("table_id")?,
            matching: r.field_after_pad(1, "match")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            priority: r.field("priority")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            cookie: r.field_after_pad(6, "cookie")?,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            actions: action::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("flow_stats", |w| {
            self.table_id.encode(w);
            w.pad(1);
            self.matching.encode(w);
            self.duration_sec.encode(w);
            self.duration_nsec.encode(w);
            self.priority.encode(w);
            self.idle_timeout.encode(w);
            self.hard_timeout.encode(w);
            w.pad(6);
            self.cookie.encode(w);
            self.packet_count.encode(w);
            self.byte_count.encode(w);
            w.list(&self.actions);
        });
    }
}

impl Wire for AggregateStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            flow_count: r.field_before_pad("flow_count", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.packet_count.encode(w);
        self.byte_count.encode(w);
        self.flow_count.encode(w);
        w.pad(4);
    }
}
