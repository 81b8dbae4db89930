//! Bodies of multipart messages.

use serde::Serialize;

use super::{Bucket, FlowModFlags, GroupType, Instructions, Match, instruction};
use crate::wire::{DecodeError, ErrorCode, FixedText, Reader, Wire, Writer, json};
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

impl Wire for DescStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            mfr_desc: r.field("mfr_desc")?,
            hw_desc: r.field("hw_desc")?,
            sw_desc: r.field("sw_desc")?,
            serial_num: r.field("serial_num")?,
            dp_desc: r.field("dp_desc")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.mfr_desc.encode(w);
        self.hw_desc.encode(w);
        self.sw_desc.encode(w);
        self.serial_num.encode(w);
        self.dp_desc.encode(w);
    }
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
    }
}

impl Wire for FlowStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            table_id: r.field("table_id")?,
            duration_sec: r.field_after_pad(1, "duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            priority: r.field("priority")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            flags: r.field("flags")?,
            cookie: r.field_after_pad(4, "cookie")?,
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            matching: r.field("match")?,
            instructions: instruction::decode_rest(r)?,
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
            self.flags.encode(w);
            w.pad(4);
            self.cookie.encode(w);
            self.packet_count.encode(w);
            self.byte_count.encode(w);
            self.matching.encode(w);
            w.list(&self.instructions);
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

impl Wire for TableStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            active_count: r.field_after_pad(3, "active_count")?,
            lookup_count: r.field("lookup_count")?,
            matched_count: r.field("matched_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.active_count.encode(w);
        self.lookup_count.encode(w);
        self.matched_count.encode(w);
    }
}

impl Wire for PortStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field_before_pad("port_no", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(4);
    }
}

impl Wire for PortStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            rx_packets: r.field_after_pad(4, "rx_packets")?,
            tx_packets: r.field("tx_packets")?,
            rx_bytes: r.field("rx_bytes")?,
            tx_bytes: r.field("tx_bytes")?,
            rx_dropped: r.field("rx_dropped")?,
            tx_dropped: r.field("tx_dropped")?,
            rx_errors: r.field("rx_errors")?,
            tx_errors: r.field("tx_errors")?,
            rx_frame_err: r.field("rx_frame_err")?,
            rx_over_err: r.field("rx_over_err")?,
            rx_crc_err: r.field("rx_crc_err")?,
            collisions: r.field("collisions")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(4);
        self.rx_packets.encode(w);
        self.tx_packets.encode(w);
        self.rx_bytes.encode(w);
        self.tx_bytes.encode(w);
        self.rx_dropped.encode(w);
        self.tx_dropped.encode(w);
        self.rx_errors.encode(w);
        self.tx_errors.encode(w);
        self.rx_frame_err.encode(w);
        self.rx_over_err.encode(w);
        self.rx_crc_err.encode(w);
        self.collisions.encode(w);
        self.duration_sec.encode(w);
        self.duration_nsec.encode(w);
    }
}

impl Wire for GroupStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: r.field_before_pad("group_id", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.group_id.encode(w);
        w.pad(4);
    }
}

impl Wire for GroupStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            group_id: r.field_after_pad(2, "group_id")?,
            ref_count: r.field("ref_count")?,
            packet_count: r.field_after_pad(4, "packet_count")?,
            byte_count: r.field("byte_count")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            bucket_stats: r.list("bucket_stats")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("group_stats", |w| {
            w.pad(2);
            self.group_id.encode(w);
            self.ref_count.encode(w);
            w.pad(4);
            self.packet_count.encode(w);
            self.byte_count.encode(w);
            self.duration_sec.encode(w);
            self.duration_nsec.encode(w);
            w.list(&self.bucket_stats);
        });
    }
}

impl Wire for BucketCounter {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.packet_count.encode(w);
        self.byte_count.encode(w);
    }
}

impl Wire for GroupDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            kind: r.field("type")?,
            group_id: r.field_after_pad(1, "group_id")?,
            buckets: r.blaming(ErrorCode::GROUP_MOD_BAD_BUCKET, |r| r.list("buckets"))?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("group_desc", |w| {
            self.kind.encode(w);
            w.pad(1);
            self.group_id.encode(w);
            w.list(&self.buckets);
        });
    }
}
