//! Statistics.

mod desc;
mod flow;
mod port;
mod queue;
mod table;

pub use desc::DescStats;
pub use flow::{AggregateStats, FlowStats, FlowStatsRequest};
pub use port::{PortStats, PortStatsRequest};
pub use queue::{QueueStats, QueueStatsRequest};
pub use table::TableStats;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::Port;
use crate::experimenter::{MultipartReply, MultipartRequest};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Request for statistics (OF 1.0 §5.3.5, `ofp_stats_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatsRequest {
    /// None is defined.
    pub flags: u16,
    /// Of what.
    pub body: StatsRequestBody,
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
        /// Ports as the features have them: a number of 1.3 that Open vSwitch takes in 1.0 too,
        /// for more ports than the features have room for.
        PortDesc = 13 "port_desc";
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
    /// Ports as the features have them; Open vSwitch's.
    PortDesc,
    /// A vendor's own.
    #[serde(serialize_with = "MultipartRequest::as_vendor")]
    Vendor(MultipartRequest),
    /// An unknown number, kept.
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
    /// Ports as the features have them; Open vSwitch's.
    PortDesc(Vec<Port>),
    /// A vendor's own.
    #[serde(serialize_with = "MultipartReply::as_vendor")]
    Vendor(MultipartReply),
    /// An unknown number, kept.
    Other {
        /// Which.
        #[serde(skip)]
        kind: StatsType,
        /// After flags.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
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
            StatsType::Vendor => StatsRequestBody::Vendor(r.field("vendor")?),
            StatsType::Queue => StatsRequestBody::Queue(r.field("queue")?),
            StatsType::PortDesc => StatsRequestBody::PortDesc,
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
            StatsRequestBody::Desc | StatsRequestBody::Table | StatsRequestBody::PortDesc => {}
            StatsRequestBody::Flow(body) | StatsRequestBody::Aggregate(body) => body.encode(w),
            StatsRequestBody::Port(body) => body.encode(w),
            StatsRequestBody::Queue(body) => body.encode(w),
            StatsRequestBody::Vendor(body) => body.encode(w),
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
            Self::PortDesc => StatsType::PortDesc,
            Self::Vendor(_) => StatsType::Vendor,
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
            StatsType::Vendor => StatsReplyBody::Vendor(r.field("vendor")?),
            StatsType::Queue => StatsReplyBody::Queue(r.list("queue")?),
            StatsType::PortDesc => StatsReplyBody::PortDesc(r.list("port_desc")?),
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
            StatsReplyBody::PortDesc(ports) => w.list(ports),
            StatsReplyBody::Vendor(body) => body.encode(w),
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
            Self::PortDesc(_) => StatsType::PortDesc,
            Self::Vendor(_) => StatsType::Vendor,
            Self::Other { kind, .. } => *kind,
        }
    }
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
