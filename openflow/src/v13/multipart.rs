//! Requests and replies that may come in several parts.

use bytes::Bytes;
use serde::Serialize;

use super::{
    AggregateStats, DescStats, FlowStats, FlowStatsRequest, GroupDesc, GroupStats,
    GroupStatsRequest, Port, PortStats, PortStatsRequest, TableStats,
};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Request (OF 1.3.5 §7.3.5, `ofp_multipart_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MultipartRequest {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    #[serde(flatten)]
    pub body: MultipartRequestBody,
}

/// Reply (OF 1.3.5 §7.3.5, `ofp_multipart_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MultipartReply {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    #[serde(flatten)]
    pub body: MultipartReplyBody,
}

wire_flags! {
    /// Flags of request and reply (OF 1.3.5 §7.3.5).
    MultipartFlags: u16 {
        /// Another part follows under the same xid.
        MORE = 1 << 0;
    }
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", content = "body", rename_all = "snake_case")]
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
        /// `ofp_multipart_type`.
        number: u16,
        /// After flags and padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// What a reply tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", content = "body", rename_all = "snake_case")]
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
        /// `ofp_multipart_type`.
        number: u16,
        /// After flags and padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// Numbers of multipart types (OF 1.3.5 §7.3.5, `ofp_multipart_type`).
mod kind {
    pub(super) const DESC: u16 = 0;
    pub(super) const FLOW: u16 = 1;
    pub(super) const AGGREGATE: u16 = 2;
    pub(super) const TABLE: u16 = 3;
    pub(super) const PORT: u16 = 4;
    pub(super) const GROUP: u16 = 6;
    pub(super) const GROUP_DESC: u16 = 7;
    pub(super) const PORT_DESC: u16 = 13;
}

impl Wire for MultipartRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = r.field("type")?;
        let flags = r.field("flags")?;
        r.pad(4)?;
        let body = match number {
            kind::DESC => MultipartRequestBody::Desc,
            kind::FLOW => MultipartRequestBody::Flow(r.field("flow")?),
            kind::AGGREGATE => MultipartRequestBody::Aggregate(r.field("aggregate")?),
            kind::TABLE => MultipartRequestBody::Table,
            kind::PORT => MultipartRequestBody::Port(r.field("port")?),
            kind::GROUP => MultipartRequestBody::Group(r.field("group")?),
            kind::GROUP_DESC => MultipartRequestBody::GroupDesc,
            kind::PORT_DESC => MultipartRequestBody::PortDesc,
            number => MultipartRequestBody::Other {
                number,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.body.number());
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
    /// `ofp_multipart_type`.
    #[must_use]
    pub fn number(&self) -> u16 {
        match self {
            Self::Desc => kind::DESC,
            Self::Flow(_) => kind::FLOW,
            Self::Aggregate(_) => kind::AGGREGATE,
            Self::Table => kind::TABLE,
            Self::Port(_) => kind::PORT,
            Self::Group(_) => kind::GROUP,
            Self::GroupDesc => kind::GROUP_DESC,
            Self::PortDesc => kind::PORT_DESC,
            Self::Other { number, .. } => *number,
        }
    }
}

impl Wire for MultipartReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = r.field("type")?;
        let flags = r.field("flags")?;
        r.pad(4)?;
        let body = match number {
            kind::DESC => MultipartReplyBody::Desc(Box::new(r.field("desc")?)),
            kind::FLOW => MultipartReplyBody::Flow(r.list("flow")?),
            kind::AGGREGATE => MultipartReplyBody::Aggregate(r.field("aggregate")?),
            kind::TABLE => MultipartReplyBody::Table(r.list("table")?),
            kind::PORT => MultipartReplyBody::Port(r.list("port")?),
            kind::GROUP => MultipartReplyBody::Group(r.list("group")?),
            kind::GROUP_DESC => MultipartReplyBody::GroupDesc(r.list("group_desc")?),
            kind::PORT_DESC => MultipartReplyBody::PortDesc(r.list("port_desc")?),
            number => MultipartReplyBody::Other {
                number,
                data: r.rest(),
            },
        };
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.body.number());
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
    /// `ofp_multipart_type`.
    #[must_use]
    pub fn number(&self) -> u16 {
        match self {
            Self::Desc(_) => kind::DESC,
            Self::Flow(_) => kind::FLOW,
            Self::Aggregate(_) => kind::AGGREGATE,
            Self::Table(_) => kind::TABLE,
            Self::Port(_) => kind::PORT,
            Self::Group(_) => kind::GROUP,
            Self::GroupDesc(_) => kind::GROUP_DESC,
            Self::PortDesc(_) => kind::PORT_DESC,
            Self::Other { number, .. } => *number,
        }
    }
}
