//! Statistics of flow entries.

use serde::Serialize;

use super::Match;
use crate::experimenter::Actions;
use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, TableId};

/// Which flow entries are asked of (`nx_flow_stats_request`, `nx_aggregate_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowStatsRequest {
    /// That output here, or [`PortNo::NONE`].
    pub out_port: PortNo,
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// Entries the match covers.
    #[serde(rename = "match")]
    pub matching: Match,
}

/// A flow entry (`nx_flow_stats`).
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
    /// Seconds since the last packet and one more; 0: not told (`NXT_FLOW_AGE`).
    pub idle_age: u16,
    /// Seconds since it was changed and one more; 0: not told.
    pub hard_age: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// Packets; all ones: not known.
    pub packet_count: u64,
    /// Bytes; all ones: not known.
    pub byte_count: u64,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does.
    pub actions: Actions,
}

impl Wire for FlowStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let out_port = r.field("out_port")?;
        let match_len = r.field("match_len")?;
        Ok(Self {
            out_port,
            table_id: r.field_before_pad("table_id", 3)?,
            matching: Match::decode(r, match_len)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.out_port.encode(w);
        let between = |w: &mut Writer<'_>| {
            self.table_id.encode(w);
            w.pad(3);
        };
        self.matching.encode(4, between, w);
    }
}

impl Wire for FlowStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        let table_id = r.field_before_pad("table_id", 1)?;
        let duration_sec = r.field("duration_sec")?;
        let duration_nsec = r.field("duration_nsec")?;
        let priority = r.field("priority")?;
        let idle_timeout = r.field("idle_timeout")?;
        let hard_timeout = r.field("hard_timeout")?;
        let match_len = r.field("match_len")?;
        Ok(Self {
            table_id,
            duration_sec,
            duration_nsec,
            priority,
            idle_timeout,
            hard_timeout,
            idle_age: r.field("idle_age")?,
            hard_age: r.field("hard_age")?,
            cookie: r.field("cookie")?,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            matching: Match::decode(r, match_len)?,
            actions: Actions::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("flow_stats", |w| {
            self.table_id.encode(w);
            w.pad(1);
            self.duration_sec.encode(w);
            self.duration_nsec.encode(w);
            self.priority.encode(w);
            self.idle_timeout.encode(w);
            self.hard_timeout.encode(w);
            let between = |w: &mut Writer<'_>| {
                self.idle_age.encode(w);
                self.hard_age.encode(w);
                self.cookie.encode(w);
                self.packet_count.encode(w);
                self.byte_count.encode(w);
            };
            self.matching.encode(28, between, w);
            self.actions.encode(w);
        });
    }
}
