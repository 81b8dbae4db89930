//! A packet to send.

use bytes::Bytes;
use serde::Serialize;

use super::{Actions, Match, action};
use crate::oxm::{Class, Field};
use crate::wire::{DecodeError, DecodeProblem, ErrorCode, Reader, Wire, Writer, json};
use crate::{BufferId, PortNo, Version};

/// A packet to send (OF 1.3.5 §7.3.7, OF 1.5.1 §7.3.6, `ofp_packet_out`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketOut {
    /// A kept packet, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Where the actions are told it came from.
    #[serde(flatten)]
    pub origin: PacketOrigin,
    /// What to do with it.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
    /// The packet, where `buffer_id` names none.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

/// Where the actions of a packet-out are told the packet came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would cost an allocation per packet-out"
)]
pub enum PacketOrigin {
    /// In 1.3 and 1.4: from a port.
    Port {
        /// Or [`PortNo::CONTROLLER`].
        in_port: PortNo,
    },
    /// In 1.5: with these pipeline fields, the ingress port among them.
    Pipeline {
        /// No field of the packet's own.
        #[serde(rename = "match")]
        matching: Match,
    },
}

impl PacketOut {
    /// Ingress port for the actions.
    #[must_use]
    pub fn in_port(&self) -> Option<PortNo> {
        match &self.origin {
            PacketOrigin::Port { in_port } => Some(*in_port),
            PacketOrigin::Pipeline { matching } => {
                let value = matching.oxm_fields.get(Field::InPort)?.value();
                u32::try_from(value).ok().map(PortNo)
            }
        }
    }
}

impl Wire for PacketOut {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let buffer_id = r.field("buffer_id")?;
        let (origin, actions_len) = if r.version() >= Version::V1_5 {
            let actions_len = r.field::<u16>("actions_len")?;
            let at = r.offset();
            let matching = r.field_after_pad(2, "match")?;
            pipeline_only(&matching).map_err(|answer| {
                let error = DecodeError::new(at + 2, DecodeProblem::NotPipeline, answer);
                error.in_field("match")
            })?;
            (PacketOrigin::Pipeline { matching }, actions_len)
        } else {
            let in_port = r.field("in_port")?;
            let actions_len = r.field_before_pad::<u16>("actions_len", 6)?;
            (PacketOrigin::Port { in_port }, actions_len)
        };
        let mut actions = r
            .child(actions_len.into())
            .map_err(|e| e.in_field("actions"))?;
        let actions = action::decode_rest(&mut actions)?;
        Ok(Self {
            buffer_id,
            origin,
            actions,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        match &self.origin {
            PacketOrigin::Port { in_port } => {
                if w.version() >= Version::V1_5 {
                    w.lacks("ingress port of a packet-out other than in a match");
                }
                in_port.encode(w);
                let actions_start = w.position() + 2 + 6;
                w.length(actions_start, "packet_out.actions", |w| {
                    w.pad(6);
                    w.list(&self.actions);
                });
            }
            PacketOrigin::Pipeline { matching } => {
                if w.version() < Version::V1_5 {
                    w.lacks("match in packet-outs");
                }
                let actions_start = w.position() + 2 + 2 + matching.encoded_len();
                w.length(actions_start, "packet_out.actions", |w| {
                    w.pad(2);
                    matching.encode(w);
                    w.list(&self.actions);
                });
            }
        }
        w.bytes(&self.data);
    }
}

/// Whether the ingress port is there and nothing that the packet itself says (OF 1.5.1 §7.3.6);
/// what answers it otherwise. Fields of others are not known to be in the packet.
fn pipeline_only(matching: &Match) -> Result<(), ErrorCode> {
    let in_packet = |class, code| match class {
        Class::OPENFLOW_BASIC => !matches!(code, 0..=2 | 38 | 43 | 44),
        Class::NXM_0 => code != 0,
        _ => false,
    };
    let mut fields = matching.oxm_fields.iter();
    if fields.any(|oxm| in_packet(oxm.class, oxm.code)) {
        return Err(ErrorCode::BAD_REQUEST_PIPELINE_FIELDS_ONLY);
    }
    match matching.oxm_fields.get(Field::InPort) {
        Some(_) => Ok(()),
        None => Err(ErrorCode::BAD_REQUEST_BAD_PORT),
    }
}
