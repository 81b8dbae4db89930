//! Bodies of multipart messages.

use serde::Serialize;

use super::{Bucket, FlowModFlags, GroupType, Instructions, Match};
use crate::wire::{FixedText, json};
use crate::{Cookie, GroupId, PortNo, TableId};

/// Who made the switch (OF 1.3.5 §7.3.5.1, `ofp_desc`).
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
}

/// A flow entry (OF 1.3.5 §7.3.5.2, `ofp_flow_stats`).
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

/// Sums over flow entries (OF 1.3.5 §7.3.5.3, `ofp_aggregate_stats_reply`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct AggregateStats {
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// Entries.
    pub flow_count: u32,
}

/// Counters of a table (OF 1.3.5 §7.3.5.4, `ofp_table_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TableStats {
    /// Which.
    pub table_id: TableId,
    /// Entries.
    pub active_count: u32,
    /// Packets looked up.
    pub lookup_count: u64,
    /// Packets that hit an entry.
    pub matched_count: u64,
}

/// Which port is asked of (OF 1.3.5 §7.3.5.6, `ofp_port_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStatsRequest {
    /// Or [`PortNo::ANY`].
    pub port_no: PortNo,
}

/// Counters of a port; all ones: not kept (OF 1.3.5 §7.3.5.6, `ofp_port_stats`).
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
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
}

/// Which group is asked of (OF 1.3.5 §7.3.5.9, `ofp_group_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupStatsRequest {
    /// Or [`GroupId::ALL`].
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
}

/// Counters of a group (OF 1.3.5 §7.3.5.9, `ofp_group_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupStats {
    /// Which.
    pub group_id: GroupId,
    /// Entries and groups that use it.
    pub ref_count: u32,
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Per bucket, in order.
    pub bucket_stats: Vec<BucketCounter>,
}

/// Counters of a bucket (OF 1.3.5 §7.3.5.9, `ofp_bucket_counter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct BucketCounter {
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
}

/// A group (OF 1.3.5 §7.3.5.10, `ofp_group_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupDesc {
    /// How it treats its buckets.
    #[serde(rename = "type")]
    pub kind: GroupType,
    /// Which.
    pub group_id: GroupId,
    /// In order.
    pub buckets: Vec<Bucket>,
}
