//! A packet to send.

use bytes::Bytes;
use serde::Serialize;

use super::{Actions, PortNo, action};
use crate::BufferId;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// A packet to send (OF 1.0 §5.3.6, `ofp_packet_out`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketOut {
    /// A kept packet, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Ingress port for the actions, or [`PortNo::NONE`].
    pub in_port: PortNo,
    /// What to do with it.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
    /// The packet, where `buffer_id` names none.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl Wire for PacketOut {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (buffer_id, in_port) = (r.field("buffer_id")?, r.field("in_port")?);
        let actions_len = r.field::<u16>("actions_len")?;
        let mut actions = r
            .child(actions_len.into())
            .map_err(|e| e.in_field("actions"))?;
        let actions = action::decode_rest(&mut actions)?;
        Ok(Self {
            buffer_id,
            in_port,
            actions,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        self.in_port.encode(w);
        let actions_start = w.position() + 2;
        w.length(actions_start, "packet_out.actions", |w| {
            w.list(&self.actions)
        });
        w.bytes(&self.data);
    }
}
