//! A packet for the controller.

use bytes::Bytes;
use serde::Serialize;

use super::Match;
use crate::v13::PacketInReason;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie, TableId};

/// A packet for the controller (`nx_packet_in`): that of 1.3 with a flexible match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketIn {
    /// Where the switch keeps it, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Bytes of the packet before it was cut.
    pub total_len: u16,
    /// Why it comes.
    pub reason: PacketInReason,
    /// From which table.
    pub table_id: TableId,
    /// Of the entry that sent it; all ones where none did.
    pub cookie: Cookie,
    /// What the packet itself does not tell: ports, registers, tunnels.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The packet or its beginning.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl Wire for PacketIn {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let buffer_id = r.field("buffer_id")?;
        let total_len = r.field("total_len")?;
        let reason = r.field("reason")?;
        let table_id = r.field("table_id")?;
        let cookie = r.field("cookie")?;
        let match_len = r.field_before_pad("match_len", 6)?;
        let matching = Match::decode(r, match_len)?;
        r.pad(2).map_err(|error| error.in_field("data"))?;
        Ok(Self {
            buffer_id,
            total_len,
            reason,
            table_id,
            cookie,
            matching,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        self.total_len.encode(w);
        self.reason.encode(w);
        self.table_id.encode(w);
        self.cookie.encode(w);
        self.matching.encode(6, |w| w.pad(6), w);
        w.pad(2);
        w.bytes(&self.data);
    }
}
