//! Values of match fields that are more than numbers: packet types, IPv6 extension headers.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// What a packet begins with, or a header that is put in front of it: value of `packet_type` and of
/// the actions that encapsulate (OF 1.5.1 §7.2.3.11, `ofp_header_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeaderType {
    /// Whose number the type is.
    pub namespace: HeaderNamespace,
    /// A number in that namespace: of [`HeaderNamespace::Onf`] an [`OnfHeader`].
    pub ns_type: u16,
}

wire_enum! {
    /// Who numbers a header type (OF 1.5.1 §7.2.3.11, `ofp_header_type_namespaces`).
    HeaderNamespace: u16 {
        /// The ONF: [`OnfHeader`].
        Onf = 0 "onf";
        /// Ethernet types.
        Ethertype = 1 "ethertype";
        /// IP protocols.
        IpProto = 2 "ip_proto";
        /// Ports of TCP and UDP.
        UdpTcpPort = 3 "udp_tcp_port";
        /// Options of IPv4.
        Ipv4Option = 4 "ipv4_option";
    }
}

wire_enum! {
    /// Headers the ONF numbers (OF 1.5.1 §7.2.3.11, `ofp_header_type_onf`).
    OnfHeader: u16 {
        /// Ethernet.
        Ethernet = 0 "ethernet";
        /// None: the packet is data only.
        NoHeader = 1 "no_header";
        /// What the header before says, of a packet from which that is taken (EXT-382, as Open
        /// vSwitch has it).
        UseNextProto = 0xfffe "use_next_proto";
        /// Named by an experimenter's match field.
        OxmExperimenter = 0xffff "oxm_experimenter";
    }
}

wire_flags! {
    /// Extension headers of an IPv6 packet, value of `ipv6_exthdr` (OF 1.3.5 §7.2.3.8,
    /// `ofp_ipv6exthdr_flags`).
    Ipv6ExthdrFlags: u16 {
        /// The last one says that nothing follows.
        NONEXT = 1 << 0;
        /// Encrypted payload.
        ESP = 1 << 1;
        /// Authentication.
        AUTH = 1 << 2;
        /// One or two with options for the destination.
        DEST = 1 << 3;
        /// Fragment.
        FRAG = 1 << 4;
        /// Routing.
        ROUTER = 1 << 5;
        /// Hop by hop.
        HOP = 1 << 6;
        /// One came twice that may come once.
        UNREP = 1 << 7;
        /// Not in the order RFC 2460 asks for.
        UNSEQ = 1 << 8;
    }
}

impl HeaderType {
    /// Ethernet.
    pub const ETHERNET: Self = Self {
        namespace: HeaderNamespace::Onf,
        ns_type: 0,
    };
    /// [`OnfHeader::UseNextProto`].
    pub const USE_NEXT_PROTO: Self = Self {
        namespace: HeaderNamespace::Onf,
        ns_type: 0xfffe,
    };

    /// What stands behind this Ethernet type.
    #[must_use]
    pub const fn of_ethertype(ethertype: u16) -> Self {
        Self {
            namespace: HeaderNamespace::Ethertype,
            ns_type: ethertype,
        }
    }
}

impl Wire for HeaderType {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32().map(Self::from)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32((*self).into());
    }
}

impl From<u32> for HeaderType {
    /// Namespace in the upper half, type in the lower.
    fn from(number: u32) -> Self {
        let [a, b, c, d] = number.to_be_bytes();
        Self {
            namespace: u16::from_be_bytes([a, b]).into(),
            ns_type: u16::from_be_bytes([c, d]),
        }
    }
}

impl From<HeaderType> for u32 {
    fn from(header: HeaderType) -> Self {
        Self::from(u16::from(header.namespace)) << 16 | Self::from(header.ns_type)
    }
}

impl Serialize for HeaderType {
    /// `{"namespace":"ethertype","ns_type":"0x894f"}`
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut fields = s.serialize_struct("HeaderType", 2)?;
        fields.serialize_field("namespace", &self.namespace)?;
        match self.namespace {
            HeaderNamespace::Onf => {
                fields.serialize_field("ns_type", &OnfHeader::from(self.ns_type))?;
            }
            HeaderNamespace::Ethertype => {
                fields.serialize_field("ns_type", &format_args!("{:#06x}", self.ns_type))?;
            }
            _ => fields.serialize_field("ns_type", &self.ns_type)?,
        }
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oxm::{Field, OxmField};

    #[test]
    fn a_field_with_such_a_value_is_shown_by_its_names() {
        let shown = |field, value, mask| json!(OxmField::new(field, value, mask));
        assert_eq!(
            shown(Field::Ipv6Exthdr, 0x12, Some(0x1ff & !0x40)),
            json!({
                "field": "ipv6_exthdr",
                "value": ["esp", "frag"],
                "mask": ["nonext", "esp", "auth", "dest", "frag", "router", "unrep", "unseq"],
            })
        );
        assert_eq!(
            shown(Field::PacketType, 0x0001_894f, None)["value"],
            json!({"namespace": "ethertype", "ns_type": "0x894f"})
        );
    }

    #[test]
    fn a_header_type_is_shown_by_name_as_far_as_there_is_one() {
        let shown = |number: u32| json!(HeaderType::from(number));
        assert_eq!(shown(0), json!({"namespace": "onf", "ns_type": "ethernet"}));
        assert_eq!(shown(0xffff)["ns_type"], "oxm_experimenter");
        assert_eq!(
            shown(0x0000_0007),
            json!({"namespace": "onf", "ns_type": 7})
        );
        assert_eq!(
            shown(0x0001_894f),
            json!({"namespace": "ethertype", "ns_type": "0x894f"})
        );
        assert_eq!(
            shown(0x0002_0006),
            json!({"namespace": "ip_proto", "ns_type": 6})
        );
        assert_eq!(shown(0x0009_0006), json!({"namespace": 9, "ns_type": 6}));
        for number in [0, 0xffff, 0x0001_894f, 0x0009_0006, u32::MAX] {
            assert_eq!(u32::from(HeaderType::from(number)), number);
        }
        assert_eq!(shown(u32::from(HeaderType::ETHERNET)), shown(0));
        let unsaid = OnfHeader::from(HeaderType::USE_NEXT_PROTO.ns_type);
        assert_eq!(unsaid, OnfHeader::UseNextProto);
    }
}
