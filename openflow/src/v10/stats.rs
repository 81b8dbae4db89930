//! Statistics.

use bytes::Bytes;
use serde::Serialize;

use super::{Actions, Match, PortNo, Wildcards};
use crate::wire::{FixedText, json};
use crate::{Cookie, TableId};

/// Request for statistics (OF 1.0 §5.3.5, `ofp_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StatsRequest {
    /// None is defined.
    #[serde(serialize_with = "json::hex16")]
    pub flags: u16,
    /// Of what.
    #[serde(flatten)]
    pub body: StatsRequestBody,
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", content = "body", rename_all = "snake_case")]
pub enum StatsRequestBody {
    /// Who made the switch.
    Desc,
    /// Flow entries with their counters.
    Flow(FlowStatsRequest),
    /// Sums over flow entries.
    Aggregate(FlowStatsRequest),
    /// Tables.
    Table,
    /// Ports.
    Port(PortStatsRequest),
    /// Queues.
    Queue(QueueStatsRequest),
    /// A vendor's own or an unknown number, kept.
    Other {
        /// `ofp_stats_types`.
        number: u16,
        /// After flags.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// Statistics, or a part of them (OF 1.0 §5.3.5, `ofp_stats_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StatsReply {
    /// Whether another part follows.
    pub flags: StatsFlags,
    /// Of what.
    #[serde(flatten)]
    pub body: StatsReplyBody,
}

wire_flags! {
    /// Flags of a reply (OF 1.0 §5.3.5).
    StatsFlags: u16 {
        /// Another part follows under the same xid.
        REPLY_MORE = 1 << 0;
    }
}

/// What a reply tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", content = "body", rename_all = "snake_case")]
pub enum StatsReplyBody {
    /// Who made the switch.
    Desc(Box<DescStats>),
    /// Flow entries.
    Flow(Vec<FlowStats>),
    /// Sums over flow entries.
    Aggregate(AggregateStats),
    /// Tables.
    Table(Vec<TableStats>),
    /// Ports.
    Port(Vec<PortStats>),
    /// Queues.
    Queue(Vec<QueueStats>),
    /// A vendor's own or an unknown number, kept.
    Other {
        /// `ofp_stats_types`.
        number: u16,
        /// After flags.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

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

/// Which port is asked of (`ofp_port_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStatsRequest {
    /// Or [`PortNo::NONE`] for all.
    pub port_no: PortNo,
}

/// Which queue is asked of (`ofp_queue_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStatsRequest {
    /// Or [`PortNo::ALL`].
    pub port_no: PortNo,
    /// Or 0xffffffff for all.
    pub queue_id: u32,
}

/// Who made the switch (`ofp_desc_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DescStats {
    /// Manufacturer.
    pub mfr_desc: FixedText<256>,
    /// Hardware.
    pub hw_desc: FixedText<256>,
    /// Software.
    pub sw_desc: FixedText<256>,
    /// Serial number.
    pub serial_num: FixedText<32>,
    /// Name for people.
    pub dp_desc: FixedText<256>,
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

/// A table (`ofp_table_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableStats {
    /// Which.
    pub table_id: TableId,
    /// Name for people.
    pub name: FixedText<32>,
    /// Which wildcards it supports.
    pub wildcards: Wildcards,
    /// Entries it can hold.
    pub max_entries: u32,
    /// Entries it holds.
    pub active_count: u32,
    /// Packets looked up.
    pub lookup_count: u64,
    /// Packets that hit an entry.
    pub matched_count: u64,
}

/// Counters of a port; all ones: not kept (`ofp_port_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStats {
    /// Which.
    pub port_no: PortNo,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Dropped on reception.
    pub rx_dropped: u64,
    /// Dropped instead of sent.
    pub tx_dropped: u64,
    /// Receive errors, those below included.
    pub rx_errors: u64,
    /// Send errors.
    pub tx_errors: u64,
    /// Alignment errors.
    pub rx_frame_err: u64,
    /// Overruns.
    pub rx_over_err: u64,
    /// Checksum errors.
    pub rx_crc_err: u64,
    /// Collisions.
    pub collisions: u64,
}

/// Counters of a queue (`ofp_queue_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStats {
    /// Of which port.
    pub port_no: PortNo,
    /// Which.
    pub queue_id: u32,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Dropped for overrun.
    pub tx_errors: u64,
}
