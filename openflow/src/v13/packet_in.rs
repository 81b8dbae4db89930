//! A packet for the controller.

use bytes::Bytes;
use serde::Serialize;

use super::Match;
use crate::wire::json;
use crate::{BufferId, Cookie, TableId};

/// A packet for the controller (OF 1.3.5 §7.4.1, `ofp_packet_in`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketIn {
    /// Where the switch kept it.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Length of the whole packet.
    pub total_len: u16,
    /// Why it is sent.
    pub reason: PacketInReason,
    /// From which table.
    pub table_id: TableId,
    /// Of the entry that sent it.
    pub cookie: Cookie,
    /// What is known of the packet beside its bytes, ingress port first.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The packet, as much as was sent.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

wire_enum! {
    /// Why a packet is sent (OF 1.3.5 §7.4.1).
    PacketInReason: u8 {
        /// The table-miss entry sent it.
        NoMatch = 0 "no_match";
        /// An output action said so.
        Action = 1 "action";
        /// Its TTL is used up.
        InvalidTtl = 2 "invalid_ttl";
    }
}
