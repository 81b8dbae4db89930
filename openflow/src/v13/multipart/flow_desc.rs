//! Flow entries as 1.5 tells them: whole, or their statistics only.

use serde::Serialize;

use crate::oxs::OxsList;
use crate::v13::{FlowModFlags, Instructions, Match, instruction};
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{Cookie, TableId, Version};

/// A flow entry; 1.5 (OF 1.5.1 §7.3.5.2, `ofp_flow_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowDesc {
    /// In which table.
    pub table_id: TableId,
    /// Higher wins.
    pub priority: u16,
    /// Seconds; 0: never.
    pub idle_timeout: u16,
    /// Seconds; 0: never.
    pub hard_timeout: u16,
    /// Flags it was made with.
    pub flags: FlowModFlags,
    /// Higher ones are kept longer when the table is full.
    pub importance: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Its age and counters, those the switch keeps.
    pub stats: OxsList,
    /// What it does.
    #[serde(serialize_with = "crate::wire::json::list")]
    pub instructions: Instructions,
}

/// Statistics of a flow entry; 1.5 (OF 1.5.1 §7.3.5.3, `ofp_flow_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowLightweightStats {
    /// In which table.
    pub table_id: TableId,
    /// Why they come.
    pub reason: FlowStatsReason,
    /// Higher wins.
    pub priority: u16,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Its age and counters, those the switch keeps.
    pub stats: OxsList,
}

wire_enum! {
    /// Why statistics of a flow entry come (OF 1.5.1 §7.3.5.3, `ofp_flow_stats_reason`).
    FlowStatsReason: u8 {
        /// They were asked for.
        StatsRequest = 0 "stats_request";
        /// A trigger of the entry said so.
        StatTrigger = 1 "stat_trigger";
    }
}

impl Wire for FlowDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            table_id: r.field_after_pad(2, "table_id")?,
            priority: r.field_after_pad(1, "priority")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            flags: r.field("flags")?,
            importance: r.field("importance")?,
            cookie: r.field("cookie")?,
            matching: r.field("match")?,
            stats: r.field("stats")?,
            instructions: instruction::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if w.version() < Version::V1_5 {
            w.lacks("flow descriptions");
        }
        w.sized("flow_desc", |w| {
            w.pad(2);
            self.table_id.encode(w);
            w.pad(1);
            w.u16(self.priority);
            w.u16(self.idle_timeout);
            w.u16(self.hard_timeout);
            self.flags.encode(w);
            w.u16(self.importance);
            self.cookie.encode(w);
            self.matching.encode(w);
            self.stats.encode(w);
            w.list(&self.instructions);
        });
    }
}

impl Wire for FlowLightweightStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let stats = Self {
            table_id: r.field_after_pad(2, "table_id")?,
            reason: r.field("reason")?,
            priority: r.field("priority")?,
            matching: r.field("match")?,
            stats: r.field("stats")?,
        };
        r.finish()?;
        Ok(stats)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if w.version() < Version::V1_5 {
            w.lacks("flow statistics on their own");
        }
        w.sized("flow_stats", |w| {
            w.pad(2);
            self.table_id.encode(w);
            self.reason.encode(w);
            w.u16(self.priority);
            self.matching.encode(w);
            self.stats.encode(w);
        });
    }
}
