//! Requests and replies that may come in several parts.

use bytes::Bytes;
use serde::Serialize;

use super::{
    AggregateStats, DescStats, FlowStats, FlowStatsRequest, GroupDesc, GroupStats,
    GroupStatsRequest, Port, PortStats, PortStatsRequest, TableStats,
};
use crate::wire::json;

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
