//! A packet for the controller.

use bytes::Bytes;
use serde::Serialize;

use super::PortNo;
use crate::BufferId;
use crate::wire::json;

/// A packet for the controller (OF 1.0 §5.4.1, `ofp_packet_in`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketIn {
    /// Where the switch kept it.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Length of the whole packet.
    pub total_len: u16,
    /// Where it came in.
    pub in_port: PortNo,
    /// Why it is sent.
    pub reason: PacketInReason,
    /// The packet, as much as was sent.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

wire_enum! {
    /// Why a packet is sent (OF 1.0 §5.4.1).
    PacketInReason: u8 {
        /// No entry matched.
        NoMatch = 0 "no_match";
        /// An action said so.
        Action = 1 "action";
    }
}
