//! A packet for the controller, as properties.

use bytes::Bytes;
use serde::Serialize;

use crate::experimenter::property;
use crate::oxm::OxmList;
use crate::v13::{PacketInReason, UnknownProperty};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie, TableId};

/// A packet for the controller (`NXT_PACKET_IN2`), or that packet on its way back into the switch
/// (`NXT_RESUME`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct PacketIn2 {
    /// In their order; each at most once.
    pub properties: Vec<PacketInProperty>,
}

/// What is told of the packet (`nx_packet_in2_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PacketInProperty {
    /// The packet or its beginning.
    Packet {
        /// Its bytes.
        #[serde(serialize_with = "json::hex")]
        packet: Bytes,
    },
    /// It was cut.
    FullLen {
        /// Bytes before that.
        full_len: u32,
    },
    /// The switch keeps it.
    BufferId {
        /// Here.
        #[serde(serialize_with = "json::buffer_id")]
        buffer_id: BufferId,
    },
    /// From which table.
    TableId {
        /// This one.
        table_id: TableId,
    },
    /// Of which entry.
    Cookie {
        /// Its mark.
        cookie: Cookie,
    },
    /// Why it comes.
    Reason {
        /// Why.
        reason: PacketInReason,
    },
    /// What the packet itself does not tell.
    Metadata {
        /// Ports, registers, tunnels.
        oxm_fields: OxmList,
    },
    /// What the action said that sent it.
    Userdata {
        /// The controller's own.
        #[serde(serialize_with = "json::hex")]
        userdata: Bytes,
    },
    /// What the switch needs to go on with the packet. Opaque by contract: Open vSwitch says that
    /// its format may change with every release and that a controller must not look at it, so
    /// these are bytes, which [`Resume`](super::Message::Resume) returns unchanged.
    Continuation {
        /// To be sent back as it came.
        #[serde(serialize_with = "json::hex")]
        continuation: Bytes,
    },
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for PacketIn2 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.properties);
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const PACKET: u16 = 0;
    pub(super) const FULL_LEN: u16 = 1;
    pub(super) const BUFFER_ID: u16 = 2;
    pub(super) const TABLE_ID: u16 = 3;
    pub(super) const COOKIE: u16 = 4;
    pub(super) const REASON: u16 = 5;
    pub(super) const METADATA: u16 = 6;
    pub(super) const USERDATA: u16 = 7;
    pub(super) const CONTINUATION: u16 = 8;
}

impl Wire for PacketInProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::PACKET => Self::Packet { packet: r.rest() },
                kind::FULL_LEN => Self::FullLen {
                    full_len: r.field("full_len")?,
                },
                kind::BUFFER_ID => Self::BufferId {
                    buffer_id: r.field("buffer_id")?,
                },
                kind::TABLE_ID => Self::TableId {
                    table_id: r.field("table_id")?,
                },
                kind::COOKIE => Self::Cookie {
                    cookie: r.field_after_pad(4, "cookie")?,
                },
                kind::REASON => Self::Reason {
                    reason: r.field("reason")?,
                },
                kind::METADATA => Self::Metadata {
                    oxm_fields: OxmList::decode(r, r.remaining())?,
                },
                kind::USERDATA => Self::Userdata { userdata: r.rest() },
                kind::CONTINUATION => {
                    r.pad(4).map_err(|error| error.in_field("continuation"))?;
                    Self::Continuation {
                        continuation: r.rest(),
                    }
                }
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let mut put = |kind, body: &dyn Fn(&mut Writer<'_>)| property::encode(kind, w, body);
        match self {
            Self::Packet { packet } => put(kind::PACKET, &|w| w.bytes(packet)),
            Self::FullLen { full_len } => put(kind::FULL_LEN, &|w| w.u32(*full_len)),
            Self::BufferId { buffer_id } => put(kind::BUFFER_ID, &|w| buffer_id.encode(w)),
            Self::TableId { table_id } => put(kind::TABLE_ID, &|w| table_id.encode(w)),
            Self::Cookie { cookie } => put(kind::COOKIE, &|w| {
                w.pad(4);
                cookie.encode(w);
            }),
            Self::Reason { reason } => put(kind::REASON, &|w| reason.encode(w)),
            Self::Metadata { oxm_fields } => put(kind::METADATA, &|w| oxm_fields.encode(w)),
            Self::Userdata { userdata } => put(kind::USERDATA, &|w| w.bytes(userdata)),
            Self::Continuation { continuation } => put(kind::CONTINUATION, &|w| {
                w.pad(4);
                w.bytes(continuation);
            }),
            Self::Unknown(property) => property.encode(w, "property"),
        }
    }
}
