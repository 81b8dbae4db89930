//! Flow entries with their counters, as they are told up to 1.4.

use serde::Serialize;

use crate::oxs::OxsList;
use crate::v13::{FlowModFlags, Instructions, Match, instruction};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, GroupId, PortNo, TableId, Version};

/// Which flow entries are asked of (OF 1.3.5 §7.3.5.2, `ofp_flow_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowStatsRequest {
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// That output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// That use this group, or [`GroupId::ANY`].
    #[serde(serialize_with = "json::group_id")]
    pub out_group: GroupId,
    /// With these bits of the cookie.
    pub cookie: Cookie,
    /// Which bits count.
    #[serde(serialize_with = "json::hex64")]
    pub cookie_mask: u64,
    /// That the match covers.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Nothing in the specification; some append the statistics they want, in 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<OxsList>,
}

/// A flow entry (OF 1.3.5 §7.3.5.2, OF 1.4.1 §7.3.5.2, `ofp_flow_stats`); 1.5 has
/// [`FlowDesc`](super::FlowDesc).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowStats {
    /// In which table.
    pub table_id: TableId,
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
    /// Flags it was made with.
    pub flags: FlowModFlags,
    /// Higher ones are kept longer when the table is full; 1.4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<u16>,
    /// The controller's mark.
    pub cookie: Cookie,
    /// Packets; all ones: not kept.
    pub packet_count: u64,
    /// Bytes; all ones: not kept.
    pub byte_count: u64,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub instructions: Instructions,
}

impl Wire for FlowStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            out_port: r.field_after_pad(3, "out_port")?,
            out_group: r.field("out_group")?,
            cookie: r.field_after_pad(4, "cookie")?,
            cookie_mask: r.field("cookie_mask")?,
            matching: r.field("match")?,
            stats: (r.version() >= Version::V1_5 && !r.is_empty())
                .then(|| r.field("stats"))
                .transpose()?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.out_port.encode(w);
        self.out_group.encode(w);
        w.pad(4);
        self.cookie.encode(w);
        self.cookie_mask.encode(w);
        self.matching.encode(w);
        if self.stats.is_some() && w.version() < Version::V1_5 {
            w.lacks("lists of statistics");
        }
        w.list(&self.stats);
    }
}

impl Wire for FlowStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        let has_importance = r.version() >= Version::V1_4;
        Ok(Self {
            table_id: r.field("table_id")?,
            duration_sec: r.field_after_pad(1, "duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            priority: r.field("priority")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            flags: r.field("flags")?,
            importance: has_importance.then(|| r.field("importance")).transpose()?,
            cookie: r.field_after_pad(if has_importance { 2 } else { 4 }, "cookie")?,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            matching: r.field("match")?,
            instructions: instruction::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if w.version() >= Version::V1_5 {
            w.lacks("flow entries other than with lists of statistics");
        }
        w.sized("flow_stats", |w| {
            self.table_id.encode(w);
            w.pad(1);
            self.duration_sec.encode(w);
            self.duration_nsec.encode(w);
            self.priority.encode(w);
            self.idle_timeout.encode(w);
            self.hard_timeout.encode(w);
            self.flags.encode(w);
            match self.importance {
                Some(_) if w.version() < Version::V1_4 => w.lacks("importance of flow entries"),
                importance => w.u16(importance.unwrap_or(0)),
            }
            w.pad(2);
            self.cookie.encode(w);
            self.packet_count.encode(w);
            self.byte_count.encode(w);
            self.matching.encode(w);
            w.list(&self.instructions);
        });
    }
}
