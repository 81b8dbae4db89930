//! A packet for the controller.

use bytes::Bytes;
use serde::Serialize;

use super::PortNo;
use crate::BufferId;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

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

impl Wire for PacketIn {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            buffer_id: r.field("buffer_id")?,
            total_len: r.field("total_len")?,
            in_port: r.field("in_port")?,
            reason: r.field("reason")?,
            data: {
                r.pad(1)?;
                r.payload()
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        self.total_len.encode(w);
        self.in_port.encode(w);
        self.reason.encode(w);
        w.pad(1);
        w.bytes(&self.data);
    }

    fn payload_mut(&mut self) -> Option<&mut Bytes> {
        Some(&mut self.data)
    }
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
