//! Putting packets into packets.

use bytes::Bytes;
use serde::Serialize;

use crate::oxm::HeaderType;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// A header in front of the packet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Encap {
    /// Bytes of the header; zero where the type says it.
    pub hdr_size: u16,
    /// Which: of Ethernet type 0x894f for NSH.
    pub new_pkt_type: HeaderType,
    /// For the header.
    pub properties: Vec<EncapProperty>,
}

/// A property of a header (`struct ofp_ed_prop_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EncapProperty {
    /// Metadata type of a network service header.
    NshMdType {
        /// 1 or 2.
        md_type: u8,
    },
    /// Metadata of type 2.
    NshTlv {
        /// Class.
        #[serde(serialize_with = "json::hex16")]
        tlv_class: u16,
        /// Type.
        tlv_type: u8,
        /// Bytes of the value.
        tlv_len: u8,
        /// Value, with the padding the property's length counts.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning, kept.
    Unknown {
        /// Whose numbers.
        #[serde(serialize_with = "json::hex16")]
        class: u16,
        /// The number.
        #[serde(rename = "number")]
        kind: u8,
        /// The rest, without padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// Properties of network service headers.
const NSH: u16 = 4;

wire_fields! {
    /// The outermost header is taken away.
    Decap {
        /// What is below: [`HeaderType::USE_NEXT_PROTO`] for what the header says.
        [2] new_pkt_type: HeaderType;
    }
}

impl Wire for Encap {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            hdr_size: r.field("hdr_size")?,
            new_pkt_type: r.field("new_pkt_type")?,
            properties: r.list("properties")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.hdr_size);
        self.new_pkt_type.encode(w);
        w.list(&self.properties);
    }
}

impl Wire for EncapProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (start, at) = (r.offset(), r.mark());
        let (class, kind, length) = (r.u16()?, r.u8()?, r.u8()?);
        let Some(len) = usize::from(length).checked_sub(4) else {
            return Err(at.bad_length(length.into(), "at least 4, its own header"));
        };
        let mut body = r.child(len)?;
        r.pad_to_8(start)?;
        let property = match (class, kind) {
            (NSH, 1) => Self::NshMdType {
                md_type: body.field("md_type")?,
            },
            (NSH, 2) => {
                let (tlv_class, tlv_type) = (body.field("tlv_class")?, body.field("tlv_type")?);
                let tlv_len = body.field("tlv_len")?;
                if body.remaining() < usize::from(tlv_len) {
                    return Err(at.bad_length(length.into(), "more than tlv_len"));
                }
                Self::NshTlv {
                    tlv_class,
                    tlv_type,
                    tlv_len,
                    data: body.rest(),
                }
            }
            (class, kind) => Self::Unknown {
                class,
                kind,
                data: body.rest(),
            },
        };
        body.finish()?;
        Ok(property)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        let (class, kind, len) = match self {
            Self::NshMdType { .. } => (NSH, 1, 1),
            Self::NshTlv { data, .. } => (NSH, 2, 4 + data.len()),
            Self::Unknown { class, kind, data } => (*class, *kind, data.len()),
        };
        let Ok(length) = u8::try_from(4 + len) else {
            return w.too_long("encap property", 4 + len);
        };
        w.u16(class);
        w.u8(kind);
        w.u8(length);
        match self {
            Self::NshMdType { md_type } => w.u8(*md_type),
            Self::NshTlv {
                tlv_class,
                tlv_type,
                tlv_len,
                data,
            } => {
                w.u16(*tlv_class);
                w.u8(*tlv_type);
                w.u8(*tlv_len);
                w.bytes(data);
            }
            Self::Unknown { data, .. } => w.bytes(data),
        }
        w.pad_to_8(start);
    }
}
