//! Statistics.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::{Actions, Match, PortNo, Wildcards, action};
use crate::wire::{DecodeError, FixedText, Reader, Wire, Writer, json};
use crate::{Cookie, TableId};

/// Request for statistics (OF 1.0 §5.3.5, `ofp_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatsRequest {
    /// None is defined.
    pub flags: u16,
    /// Of what.
    pub body: StatsRequestBody,
}

impl Serialize for StatsRequest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        json::typed(&self.flags, &self.body.kind(), &self.body, s)
    }
}

impl Serialize for StatsReply {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        json::typed(&self.flags, &self.body.kind(), &self.body, s)
    }
}

wire_enum! {
    /// Of what (OF 1.0 §5.3.5, `ofp_stats_types`).
    StatsType: u16 {
        /// Who made the switch.
        Desc = 0 "desc";
        /// Flow entries.
        Flow = 1 "flow";
        /// Sums over flow entries.
        Aggregate = 2 "aggregate";
        /// Tables.
        Table = 3 "table";
        /// Ports.
        Port = 4 "port";
        /// Queues.
        Queue = 5 "queue";
        /// A vendor's own.
        Vendor = 0xffff "vendor";
    }
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
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
        /// Which.
        #[serde(skip)]
        kind: StatsType,
        /// After flags.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// Statistics, or a part of them (OF 1.0 §5.3.5, `ofp_stats_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatsReply {
    /// Whether another part follows.
    pub flags: StatsFlags,
    /// Of what.
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
#[serde(untagged)]
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
        /// Which.
        #[serde(skip)]
        kind: StatsType,
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

impl Wire for StatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field("flags")?;
        let body = match kind {
            StatsType::Desc => StatsRequestBody::Desc,
            StatsType::Flow => StatsRequestBody::Flow(r.field("flow")?),
            StatsType::Aggregate => StatsRequestBody::Aggregate(r.field("aggregate")?),
            StatsType::Table => StatsRequestBody::Table,
            StatsType::Port => StatsRequestBody::Port(r.field("port")?),
            StatsType::Queue => StatsRequestBody::Queue(r.field("queue")?),
            kind => StatsRequestBody::Other {
                kind,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.body.kind().encode(w);
        w.u16(self.flags);
        match &self.body {
            StatsRequestBody::Desc | StatsRequestBody::Table => {}
            StatsRequestBody::Flow(body) | StatsRequestBody::Aggregate(body) => body.encode(w),
            StatsRequestBody::Port(body) => body.encode(w),
            StatsRequestBody::Queue(body) => body.encode(w),
            StatsRequestBody::Other { data, .. } => w.bytes(data),
        }
    }
}

impl StatsRequestBody {
    /// Of what.
    #[must_use]
    pub fn kind(&self) -> StatsType {
        match self {
            Self::Desc => StatsType::Desc,
            Self::Flow(_) => StatsType::Flow,
            Self::Aggregate(_) => StatsType::Aggregate,
            Self::Table => StatsType::Table,
            Self::Port(_) => StatsType::Port,
            Self::Queue(_) => StatsType::Queue,
            Self::Other { kind, .. } => *kind,
        }
    }
}

impl Wire for StatsReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field("flags")?;
        let body = match kind {
            StatsType::Desc => StatsReplyBody::Desc(Box::new(r.field("desc")?)),
            StatsType::Flow => StatsReplyBody::Flow(r.list("flow")?),
            StatsType::Aggregate => StatsReplyBody::Aggregate(r.field("aggregate")?),
            StatsType::Table => StatsReplyBody::Table(r.list("table")?),
            StatsType::Port => StatsReplyBody::Port(r.list("port")?),
            StatsType::Queue => StatsReplyBody::Queue(r.list("queue")?),
            kind => StatsReplyBody::Other {
                kind,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.body.kind().encode(w);
        self.flags.encode(w);
        match &self.body {
            StatsReplyBody::Desc(body) => body.encode(w),
            StatsReplyBody::Flow(entries) => w.list(entries),
            StatsReplyBody::Aggregate(body) => body.encode(w),
            StatsReplyBody::Table(tables) => w.list(tables),
            StatsReplyBody::Port(ports) => w.list(ports),
            StatsReplyBody::Queue(queues) => w.list(queues),
            StatsReplyBody::Other { data, .. } => w.bytes(data),
        }
    }
}

impl StatsReplyBody {
    /// Of what.
    #[must_use]
    pub fn kind(&self) -> StatsType {
        match self {
            Self::Desc(_) => StatsType::Desc,
            Self::Flow(_) => StatsType::Flow,
            Self::Aggregate(_) => StatsType::Aggregate,
            Self::Table(_) => StatsType::Table,
            Self::Port(_) => StatsType::Port,
            Self::Queue(_) => StatsType::Queue,
            Self::Other { kind, .. } => *kind,
        }
    }
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

impl Wire for PortStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field_before_pad("port_no", 6)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(6);
    }
}

impl Wire for QueueStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            queue_id: r.field_after_pad(2, "queue_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(2);
        self.queue_id.encode(w);
    }
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

impl Wire for TableStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            name: r.field_after_pad(3, "name")?,
            wildcards: r.field("wildcards")?,
            max_entries: r.field("max_entries")?,
            active_count: r.field("active_count")?,
            lookup_count: r.field("lookup_count")?,
            matched_count: r.field("matched_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.name.encode(w);
        self.wildcards.encode(w);
        self.max_entries.encode(w);
        self.active_count.encode(w);
        self.lookup_count.encode(w);
        self.matched_count.encode(w);
    }
}

impl Wire for PortStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            rx_packets: r.field_after_pad(6, "rx_packets")?,
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
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(6);
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
    }
}

impl Wire for QueueStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            queue_id: r.field_after_pad(2, "queue_id")?,
            tx_bytes: r.field("tx_bytes")?,
            tx_packets: r.field("tx_packets")?,
            tx_errors: r.field("tx_errors")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(2);
        self.queue_id.encode(w);
        self.tx_bytes.encode(w);
        self.tx_packets.encode(w);
        self.tx_errors.encode(w);
    }
}
