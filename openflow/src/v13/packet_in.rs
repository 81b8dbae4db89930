//! A packet for the controller.

use bytes::Bytes;
use serde::Serialize;

use super::Match;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
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

impl Wire for PacketIn {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            buffer_id: r.field("buffer_id")?,
            total_len: r.field("total_len")?,
            reason: r.field("reason")?,
            table_id: r.field("table_id")?,
            cookie: r.field("cookie")?,
            matching: r.field("match")?,
            data: {
                r.pad(2)?;
                r.payload()
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        self.total_len.encode(w);
        self.reason.encode(w);
        self.table_id.encode(w);
        self.cookie.encode(w);
        self.matching.encode(w);
        w.pad(2);
        w.bytes(&self.data);
    }

    fn payload_mut(&mut self) -> Option<&mut Bytes> {
        Some(&mut self.data)
    }
}

wire_enum! {
    /// Why a packet is sent (OF 1.3.5 §7.4.1, OF 1.4.1 §7.4.1). What is called `no_match` and
    /// `action` in 1.3 is told more precisely from 1.4 on, with the same numbers for a table miss
    /// and for an output in apply-actions.
    PacketInReason: u8 {
        /// The table-miss entry sent it.
        NoMatch = 0 "no_match";
        /// An output action said so; from 1.4 on one of apply-actions.
        Action = 1 "action";
        /// Its TTL is used up.
        InvalidTtl = 2 "invalid_ttl";
        /// An output action in the action set; 1.4.
        ActionSet = 3 "action_set";
        /// An output action in a bucket; 1.4.
        Group = 4 "group";
        /// An output action in a packet-out; 1.4.
        PacketOut = 5 "packet_out";
    }
}
