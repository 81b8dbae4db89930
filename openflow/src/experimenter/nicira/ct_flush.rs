//! Connections to forget.

use std::net::Ipv6Addr;

use serde::{Serialize, Serializer};

use crate::experimenter::error::Fault;
use crate::experimenter::{property, zeros};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Forget the connections that have all of this (`nx_ct_flush`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct CtFlush {
    /// IP protocol; 0: any.
    pub ip_proto: u8,
    /// In their order. Addresses are all IPv4, mapped, or all IPv6.
    pub properties: Vec<CtProperty>,
}

/// What connections have (`nx_ct_flush_tlv_type`). Other types are refused: what asks for fewer
/// connections to be forgotten must not be overlooked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CtProperty {
    /// As the first packet came.
    OrigTuple {
        /// Its addresses and ports.
        tuple: Vec<CtTupleProperty>,
    },
    /// As the answer came.
    ReplyTuple {
        /// Its addresses and ports.
        tuple: Vec<CtTupleProperty>,
    },
    /// In which zone.
    ZoneId {
        /// This one.
        zone_id: u16,
    },
    /// With which mark.
    Mark {
        /// Bits.
        #[serde(serialize_with = "json::hex32")]
        mark: u32,
    },
    /// Of the mark these bits only.
    MarkMask {
        /// Bits.
        #[serde(serialize_with = "json::hex32")]
        mask: u32,
    },
    /// With which labels.
    Labels {
        /// Bits.
        #[serde(serialize_with = "hex128")]
        labels: u128,
    },
    /// Of the labels these bits only.
    LabelsMask {
        /// Bits.
        #[serde(serialize_with = "hex128")]
        mask: u128,
    },
}

/// Addresses and ports in one direction (`nx_ct_flush_tuple_tlv_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CtTupleProperty {
    /// From where.
    Src {
        /// IPv6, or IPv4 mapped.
        address: Ipv6Addr,
    },
    /// To where.
    Dst {
        /// IPv6, or IPv4 mapped.
        address: Ipv6Addr,
    },
    /// From which port.
    SrcPort {
        /// Of TCP, UDP or SCTP.
        port: u16,
    },
    /// To which port.
    DstPort {
        /// Of TCP, UDP or SCTP.
        port: u16,
    },
    /// Of which echo.
    IcmpId {
        /// Its number.
        icmp_id: u16,
    },
    /// Of which ICMP type.
    IcmpType {
        /// Its number.
        icmp_type: u8,
    },
    /// Of which ICMP code.
    IcmpCode {
        /// Its number.
        icmp_code: u8,
    },
}

/// What the addresses so far are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Ipv4,
    Ipv6,
}

/// Numbers of properties.
mod kind {
    pub(super) const ORIG_TUPLE: u16 = 0;
    pub(super) const REPLY_TUPLE: u16 = 1;
    pub(super) const ZONE_ID: u16 = 2;
    pub(super) const MARK: u16 = 3;
    pub(super) const MARK_MASK: u16 = 4;
    pub(super) const LABELS: u16 = 5;
    pub(super) const LABELS_MASK: u16 = 6;
}

/// Numbers of properties of a tuple.
mod tuple_kind {
    pub(super) const SRC: u16 = 0;
    pub(super) const DST: u16 = 1;
    pub(super) const SRC_PORT: u16 = 2;
    pub(super) const DST_PORT: u16 = 3;
    pub(super) const ICMP_ID: u16 = 4;
    pub(super) const ICMP_TYPE: u16 = 5;
    pub(super) const ICMP_CODE: u16 = 6;
}

impl Wire for CtFlush {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let ip_proto = r.field("ip_proto")?;
        zeros(r, 7)?;
        let mut family = None;
        let properties = property::decode_each(r, "properties", |r| {
            let at = r.mark();
            property::decode(r, |kind, r| match kind {
                kind::ORIG_TUPLE | kind::REPLY_TUPLE => {
                    let tuple = decode_tuple(r, &mut family)?;
                    Ok(match kind {
                        kind::ORIG_TUPLE => CtProperty::OrigTuple { tuple },
                        _ => CtProperty::ReplyTuple { tuple },
                    })
                }
                kind::ZONE_ID => Ok(CtProperty::ZoneId {
                    zone_id: r.field_before_pad("zone_id", 2)?,
                }),
                kind::MARK => Ok(CtProperty::Mark {
                    mark: r.field("mark")?,
                }),
                kind::MARK_MASK => Ok(CtProperty::MarkMask {
                    mask: r.field("mask")?,
                }),
                kind::LABELS => Ok(CtProperty::Labels {
                    labels: decode_u128(r, "labels")?,
                }),
                kind::LABELS_MASK => Ok(CtProperty::LabelsMask {
                    mask: decode_u128(r, "mask")?,
                }),
                kind => Err(Fault::PropertyType
                    .at(at, kind.into(), r.version())
                    .in_field("type")),
            })
        })?;
        Ok(Self {
            ip_proto,
            properties,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.ip_proto.encode(w);
        w.pad(7);
        for property in &self.properties {
            property.encode(w);
        }
    }
}

/// What follows the header of a tuple.
fn decode_tuple(
    r: &mut Reader<'_>,
    family: &mut Option<Family>,
) -> Result<Vec<CtTupleProperty>, DecodeError> {
    r.pad(4).map_err(|error| error.in_field("tuple"))?;
    property::decode_each(r, "tuple", |r| {
        let at = r.mark();
        property::decode(r, |kind, r| {
            Ok(match kind {
                tuple_kind::SRC => CtTupleProperty::Src {
                    address: decode_address(r, family)?,
                },
                tuple_kind::DST => CtTupleProperty::Dst {
                    address: decode_address(r, family)?,
                },
                tuple_kind::SRC_PORT => CtTupleProperty::SrcPort {
                    port: r.field_before_pad("port", 2)?,
                },
                tuple_kind::DST_PORT => CtTupleProperty::DstPort {
                    port: r.field_before_pad("port", 2)?,
                },
                tuple_kind::ICMP_ID => CtTupleProperty::IcmpId {
                    icmp_id: r.field_before_pad("icmp_id", 2)?,
                },
                tuple_kind::ICMP_TYPE => CtTupleProperty::IcmpType {
                    icmp_type: r.field("icmp_type")?,
                },
                tuple_kind::ICMP_CODE => CtTupleProperty::IcmpCode {
                    icmp_code: r.field("icmp_code")?,
                },
                kind => {
                    let refused = Fault::PropertyType.at(at, kind.into(), r.version());
                    return Err(refused.in_field("type"));
                }
            })
        })
    })
}

/// An address of the family of the one before it; one of zeros is of either.
fn decode_address(
    r: &mut Reader<'_>,
    before: &mut Option<Family>,
) -> Result<Ipv6Addr, DecodeError> {
    let at = r.mark();
    let bytes: [u8; 16] = r.array().map_err(|error| error.in_field("address"))?;
    let address = Ipv6Addr::from(bytes);
    let family = match address.to_ipv4_mapped() {
        _ if address.is_unspecified() => None,
        Some(_) => Some(Family::Ipv4),
        None => Some(Family::Ipv6),
    };
    if before.is_some() && family.is_some() && *before != family {
        let [a, b, ..] = bytes;
        let value = u16::from_be_bytes([a, b]);
        let refused = Fault::PropertyValue.at(at, value.into(), r.version());
        return Err(refused.in_field("address"));
    }
    *before = family;
    Ok(address)
}

fn decode_u128(r: &mut Reader<'_>, name: &'static str) -> Result<u128, DecodeError> {
    let bytes = r.array().map_err(|error| error.in_field(name))?;
    Ok(u128::from_be_bytes(bytes))
}

impl CtProperty {
    fn encode(&self, w: &mut Writer<'_>) {
        let mut put = |kind, body: &dyn Fn(&mut Writer<'_>)| property::encode(kind, w, body);
        match self {
            Self::OrigTuple { tuple } => put(kind::ORIG_TUPLE, &|w| encode_tuple(tuple, w)),
            Self::ReplyTuple { tuple } => put(kind::REPLY_TUPLE, &|w| encode_tuple(tuple, w)),
            Self::ZoneId { zone_id } => put(kind::ZONE_ID, &|w| {
                w.u16(*zone_id);
                w.pad(2);
            }),
            Self::Mark { mark } => put(kind::MARK, &|w| w.u32(*mark)),
            Self::MarkMask { mask } => put(kind::MARK_MASK, &|w| w.u32(*mask)),
            Self::Labels { labels } => put(kind::LABELS, &|w| w.bytes(&labels.to_be_bytes())),
            Self::LabelsMask { mask } => put(kind::LABELS_MASK, &|w| w.bytes(&mask.to_be_bytes())),
        }
    }
}

fn encode_tuple(tuple: &[CtTupleProperty], w: &mut Writer<'_>) {
    w.pad(4);
    for property in tuple {
        property.encode(w);
    }
}

impl CtTupleProperty {
    fn encode(&self, w: &mut Writer<'_>) {
        let half = |number: u16| {
            move |w: &mut Writer<'_>| {
                w.u16(number);
                w.pad(2);
            }
        };
        match *self {
            Self::Src { address } => {
                property::encode(tuple_kind::SRC, w, |w| w.bytes(&address.octets()));
            }
            Self::Dst { address } => {
                property::encode(tuple_kind::DST, w, |w| w.bytes(&address.octets()));
            }
            Self::SrcPort { port } => property::encode(tuple_kind::SRC_PORT, w, half(port)),
            Self::DstPort { port } => property::encode(tuple_kind::DST_PORT, w, half(port)),
            Self::IcmpId { icmp_id } => property::encode(tuple_kind::ICMP_ID, w, half(icmp_id)),
            Self::IcmpType { icmp_type } => {
                property::encode(tuple_kind::ICMP_TYPE, w, |w| w.u8(icmp_type));
            }
            Self::IcmpCode { icmp_code } => {
                property::encode(tuple_kind::ICMP_CODE, w, |w| w.u8(icmp_code));
            }
        }
    }
}

fn hex128<S: Serializer>(number: &u128, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{number:#034x}"))
}
