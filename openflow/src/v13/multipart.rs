//! Requests and replies that may come in several parts.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::{
    AggregateStats, DescStats, FlowStats, FlowStatsRequest, GroupDesc, GroupStats,
    GroupStatsRequest, Port, PortStats, PortStatsRequest, TableStats,
};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Request (OF 1.3.5 §7.3.5, `ofp_multipart_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MultipartRequest {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    pub body: MultipartRequestBody,
}

/// Reply (OF 1.3.5 §7.3.5, `ofp_multipart_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MultipartReply {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    pub body: MultipartReplyBody,
}

wire_flags! {
    /// Flags of request and reply (OF 1.3.5 §7.3.5).
    MultipartFlags: u16 {
        /// Another part follows under the same xid.
        MORE = 1 << 0;
    }
}

impl Serialize for MultipartRequest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        json::typed(&self.flags, &self.body.kind(), &self.body, s)
    }
}

impl Serialize for MultipartReply {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        json::typed(&self.flags, &self.body.kind(), &self.body, s)
    }
}

wire_enum! {
    /// Of what (OF 1.3.5 §7.3.5, `ofp_multipart_type`).
    MultipartType: u16 {
        /// Who made the switch.
        Desc = 0 "desc";
        /// Flow entries.
        Flow = 1 "flow";
        /// Sums over flow entries.
        Aggregate = 2 "aggregate";
        /// Counters of tables.
        Table = 3 "table";
        /// Counters of ports.
        Port = 4 "port";
        /// Counters of queues.
        Queue = 5 "queue";
        /// Counters of groups.
        Group = 6 "group";
        /// Groups with their buckets.
        GroupDesc = 7 "group_desc";
        /// What groups the switch can do.
        GroupFeatures = 8 "group_features";
        /// Counters of meters.
        Meter = 9 "meter";
        /// Meters with their bands.
        MeterConfig = 10 "meter_config";
        /// What meters the switch can do.
        MeterFeatures = 11 "meter_features";
        /// What tables can do.
        TableFeatures = 12 "table_features";
        /// Ports.
        PortDesc = 13 "port_desc";
        /// An experimenter's own.
        Experimenter = 0xffff "experimenter";
    }
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum MultipartRequestBody {
    /// Who made the switch.
    Desc,
    /// Flow entries with their counters.
    Flow(FlowStatsRequest),
    /// Sums over flow entries.
    Aggregate(FlowStatsRequest),
    /// Counters of tables.
    Table,
    /// Counters of ports.
    Port(PortStatsRequest),
    /// Counters of groups.
    Group(GroupStatsRequest),
    /// Groups with their buckets.
    GroupDesc,
    /// Ports.
    PortDesc,
    /// Another type, kept.
    Other {
        /// Which.
        #[serde(skip)]
        kind: MultipartType,
        /// After flags and padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// What a reply tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum MultipartReplyBody {
    /// Who made the switch.
    Desc(Box<DescStats>),
    /// Flow entries.
    Flow(Vec<FlowStats>),
    /// Sums over flow entries.
    Aggregate(AggregateStats),
    /// Counters of tables.
    Table(Vec<TableStats>),
    /// Counters of ports.
    Port(Vec<PortStats>),
    /// Counters of groups.
    Group(Vec<GroupStats>),
    /// Groups with their buckets.
    GroupDesc(Vec<GroupDesc>),
    /// Ports.
    PortDesc(Vec<Port>),
    /// Another type, kept.
    Other {
        /// Which.
        #[serde(skip)]
        kind: MultipartType,
        /// After flags and padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

impl Wire for MultipartRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field("flags")?;
        r.pad(4)?;
        let body = match kind {
            MultipartType::Desc => MultipartRequestBody::Desc,
            MultipartType::Flow => MultipartRequestBody::Flow(r.field("flow")?),
            MultipartType::Aggregate => MultipartRequestBody::Aggregate(r.field("aggregate")?),
            MultipartType::Table => MultipartRequestBody::Table,
            MultipartType::Port => MultipartRequestBody::Port(r.field("port")?),
            MultipartType::Group => MultipartRequestBody::Group(r.field("group")?),
            MultipartType::GroupDesc => MultipartRequestBody::GroupDesc,
            MultipartType::PortDesc => MultipartRequestBody::PortDesc,
            kind => MultipartRequestBody::Other {
                kind,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.body.kind().encode(w);
        self.flags.encode(w);
        w.pad(4);
        match &self.body {
            MultipartRequestBody::Desc
            | MultipartRequestBody::Table
            | MultipartRequestBody::GroupDesc
            | MultipartRequestBody::PortDesc => {}
            MultipartRequestBody::Flow(body) => body.encode(w),
            MultipartRequestBody::Aggregate(body) => body.encode(w),
            MultipartRequestBody::Port(body) => body.encode(w),
            MultipartRequestBody::Group(body) => body.encode(w),
            MultipartRequestBody::Other { data, .. } => w.bytes(data),
        }
    }
}

impl MultipartRequestBody {
    /// Of what.
    #[must_use]
    pub fn kind(&self) -> MultipartType {
        match self {
            Self::Desc => MultipartType::Desc,
            Self::Flow(_) => MultipartType::Flow,
            Self::Aggregate(_) => MultipartType::Aggregate,
            Self::Table => MultipartType::Table,
            Self::Port(_) => MultipartType::Port,
            Self::Group(_) => MultipartType::Group,
            Self::GroupDesc => MultipartType::GroupDesc,
            Self::PortDesc => MultipartType::PortDesc,
            Self::Other { kind, .. } => *kind,
        }
    }
}

impl Wire for MultipartReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field("flags")?;
        r.pad(4)?;
        let body = match kind {
            MultipartType::Desc => MultipartReplyBody::Desc(Box::new(r.field("desc")?)),
            MultipartType::Flow => MultipartReplyBody::Flow(r.list("flow")?),
            MultipartType::Aggregate => MultipartReplyBody::Aggregate(r.field("aggregate")?),
            MultipartType::Table => MultipartReplyBody::Table(r.list("table")?),
            MultipartType::Port => MultipartReplyBody::Port(r.list("port")?),
            MultipartType::Group => MultipartReplyBody::Group(r.list("group")?),
            MultipartType::GroupDesc => MultipartReplyBody::GroupDesc(r.list("group_desc")?),
            MultipartType::PortDesc => MultipartReplyBody::PortDesc(r.list("port_desc")?),
            kind => MultipartReplyBody::Other {
                kind,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.body.kind().encode(w);
        self.flags.encode(w);
        w.pad(4);
        match &self.body {
            MultipartReplyBody::Desc(body) => body.encode(w),
            MultipartReplyBody::Flow(body) => w.list(body),
            MultipartReplyBody::Aggregate(body) => body.encode(w),
            MultipartReplyBody::Table(body) => w.list(body),
            MultipartReplyBody::Port(body) => w.list(body),
            MultipartReplyBody::Group(body) => w.list(body),
            MultipartReplyBody::GroupDesc(body) => w.list(body),
            MultipartReplyBody::PortDesc(body) => w.list(body),
            MultipartReplyBody::Other { data, .. } => w.bytes(data),
        }
    }
}

impl MultipartReplyBody {
    /// Of what.
    #[must_use]
    pub fn kind(&self) -> MultipartType {
        match self {
            Self::Desc(_) => MultipartType::Desc,
            Self::Flow(_) => MultipartType::Flow,
            Self::Aggregate(_) => MultipartType::Aggregate,
            Self::Table(_) => MultipartType::Table,
            Self::Port(_) => MultipartType::Port,
            Self::Group(_) => MultipartType::Group,
            Self::GroupDesc(_) => MultipartType::GroupDesc,
            Self::PortDesc(_) => MultipartType::PortDesc,
            Self::Other { kind, .. } => *kind,
        }
    }
}
