//! The table of match fields.

use crate::Version;

/// OXM class: who numbers the field (OF 1.3.5 §7.2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u16);

impl Class {
    /// Nicira NXM, first block: the fields of OpenFlow 1.0 (`OFPXMC_NXM_0`).
    pub const NXM_0: Self = Self(0x0000);
    /// Nicira NXM, second block (`OFPXMC_NXM_1`).
    pub const NXM_1: Self = Self(0x0001);
    /// The specification's own fields (`OFPXMC_OPENFLOW_BASIC`).
    pub const OPENFLOW_BASIC: Self = Self(0x8000);
    /// A 32-bit experimenter id follows the header (`OFPXMC_EXPERIMENTER`).
    pub const EXPERIMENTER: Self = Self(0xffff);
}

/// What must be matched for a field to mean anything (OF 1.3.5 table 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prerequisite {
    /// Another field, exactly this value.
    Is(Field, u128),
    /// Any one of these.
    AnyOf(&'static [Self]),
    /// The VLAN-present bit of `vlan_vid` set.
    VlanPresent,
    /// The other field is in the match, whatever its value.
    Present(Field),
}

/// How people write the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// A number.
    Decimal,
    /// A number in hex.
    Hex,
    /// An Ethernet address.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A port, by name where it is a reserved one.
    Port,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct FieldInfo {
    /// The specification's name without prefix, in lower case.
    pub name: &'static str,
    /// Who numbers it.
    pub class: Class,
    /// Number within the class, 0 to 127.
    pub code: u8,
    /// Width in bits; on the wire it fills whole bytes.
    pub bits: u16,
    /// How people write its values.
    pub notation: Notation,
    /// Whether a mask may be given.
    pub maskable: bool,
    /// What must be matched beside it; `None`: nothing.
    pub prerequisite: Option<Prerequisite>,
    /// First version that has it.
    pub since: Version,
}

impl FieldInfo {
    /// Bytes of the value on the wire, without mask. Labels of 20 bits fill four, all others the
    /// fewest that hold them (OF 1.3.5 table 11).
    #[must_use]
    pub const fn bytes(&self) -> usize {
        match self.bits {
            20 => 4,
            bits => bits.div_ceil(8) as usize,
        }
    }

    /// All bits of the value set.
    #[inline]
    #[must_use]
    pub fn full_mask(&self) -> u128 {
        u128::MAX >> (128 - u32::from(self.bits))
    }
}

/// Makes `enum Field`, `Field::ALL` and `Field::info` from rows
/// `Variant "name" class code bits notation maskable prerequisite since`.
macro_rules! oxm_fields {
    ($($(#[$doc:meta])* $variant:ident $name:literal $class:ident $code:literal $bits:literal
       $notation:ident $maskable:literal [$($pre:expr)?] $since:ident;)+) => {
        /// A match field Pointsman knows by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)+ }

        impl Field {
            /// Every field of the table, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The field's row.
            #[inline]
            #[must_use]
            pub const fn info(self) -> &'static FieldInfo {
                match self { $(Self::$variant => const { &FieldInfo {
                    name: $name,
                    class: Class::$class,
                    code: $code,
                    bits: $bits,
                    notation: Notation::$notation,
                    maskable: $maskable,
                    prerequisite: oxm_fields!(@pre $($pre)?),
                    since: Version::$since,
                } },)+ }
            }
        }
    };
    (@pre) => { None };
    (@pre $pre:expr) => { Some($pre) };
}

impl Field {
    /// The field with this number; `None` for one that is not in the table.
    #[must_use]
    pub fn from_wire(class: Class, code: u8) -> Option<Self> {
        match class {
            Class::OPENFLOW_BASIC => *BASIC.get(usize::from(code))?,
            _ => Self::ALL.iter().copied().find(|field| {
                let info = field.info();
                info.class == class && info.code == code
            }),
        }
    }
}

/// The specification's own fields by their number.
const BASIC: [Option<Field>; 128] = {
    let mut by_code = [None; 128];
    let mut at = 0;
    while at < Field::ALL.len() {
        let info = Field::ALL[at].info();
        if info.class.0 == Class::OPENFLOW_BASIC.0 {
            by_code[info.code as usize] = Some(Field::ALL[at]);
        }
        at += 1;
    }
    by_code
};

/// Lengths of the specification's own fields by the third byte of their header, number and mask
/// bit; zero where the table has no such field.
pub(super) const BASIC_LENGTHS: [u8; 256] = {
    let mut lengths = [0; 256];
    let mut at = 0;
    while at < Field::ALL.len() {
        let info = Field::ALL[at].info();
        if info.class.0 == Class::OPENFLOW_BASIC.0 {
            let number = (info.code as usize) << 1;
            lengths[number] = info.bytes() as u8;
            lengths[number | 1] = 2 * info.bytes() as u8;
        }
        at += 1;
    }
    lengths
};

use Prerequisite::{AnyOf, Is, Present, VlanPresent};

const IPV4: Prerequisite = Is(Field::EthType, 0x0800);
const IPV6: Prerequisite = Is(Field::EthType, 0x86dd);
const IP: Prerequisite = AnyOf(&[IPV4, IPV6]);
const ARP: Prerequisite = Is(Field::EthType, 0x0806);
const MPLS: Prerequisite = AnyOf(&[Is(Field::EthType, 0x8847), Is(Field::EthType, 0x8848)]);
const ND: Prerequisite = AnyOf(&[Is(Field::Icmpv6Type, 135), Is(Field::Icmpv6Type, 136)]);

oxm_fields! {
    /// Ingress port, physical or logical.
    InPort "in_port" OPENFLOW_BASIC 0 32 Port false [] V1_3;
    /// Underlying physical port.
    InPhyPort "in_phy_port" OPENFLOW_BASIC 1 32 Port false [Present(Field::InPort)] V1_3;
    /// 64 bits passed from table to table.
    Metadata "metadata" OPENFLOW_BASIC 2 64 Hex true [] V1_3;
    /// Ethernet destination.
    EthDst "eth_dst" OPENFLOW_BASIC 3 48 Mac true [] V1_3;
    /// Ethernet source.
    EthSrc "eth_src" OPENFLOW_BASIC 4 48 Mac true [] V1_3;
    /// Ethernet type of the payload, after VLAN tags.
    EthType "eth_type" OPENFLOW_BASIC 5 16 Hex false [] V1_3;
    /// VLAN id in 12 bits; bit 12 (0x1000) says that a tag is there.
    VlanVid "vlan_vid" OPENFLOW_BASIC 6 13 Hex true [] V1_3;
    /// VLAN priority.
    VlanPcp "vlan_pcp" OPENFLOW_BASIC 7 3 Decimal false [VlanPresent] V1_3;
    /// Differentiated services code point.
    IpDscp "ip_dscp" OPENFLOW_BASIC 8 6 Decimal false [IP] V1_3;
    /// Explicit congestion notification bits.
    IpEcn "ip_ecn" OPENFLOW_BASIC 9 2 Decimal false [IP] V1_3;
    /// IPv4 protocol or IPv6 next header.
    IpProto "ip_proto" OPENFLOW_BASIC 10 8 Decimal false [IP] V1_3;
    /// IPv4 source.
    Ipv4Src "ipv4_src" OPENFLOW_BASIC 11 32 Ipv4 true [IPV4] V1_3;
    /// IPv4 destination.
    Ipv4Dst "ipv4_dst" OPENFLOW_BASIC 12 32 Ipv4 true [IPV4] V1_3;
    /// TCP source port.
    TcpSrc "tcp_src" OPENFLOW_BASIC 13 16 Decimal false [Is(Field::IpProto, 6)] V1_3;
    /// TCP destination port.
    TcpDst "tcp_dst" OPENFLOW_BASIC 14 16 Decimal false [Is(Field::IpProto, 6)] V1_3;
    /// UDP source port.
    UdpSrc "udp_src" OPENFLOW_BASIC 15 16 Decimal false [Is(Field::IpProto, 17)] V1_3;
    /// UDP destination port.
    UdpDst "udp_dst" OPENFLOW_BASIC 16 16 Decimal false [Is(Field::IpProto, 17)] V1_3;
    /// SCTP source port.
    SctpSrc "sctp_src" OPENFLOW_BASIC 17 16 Decimal false [Is(Field::IpProto, 132)] V1_3;
    /// SCTP destination port.
    SctpDst "sctp_dst" OPENFLOW_BASIC 18 16 Decimal false [Is(Field::IpProto, 132)] V1_3;
    /// ICMP type.
    Icmpv4Type "icmpv4_type" OPENFLOW_BASIC 19 8 Decimal false [Is(Field::IpProto, 1)] V1_3;
    /// ICMP code.
    Icmpv4Code "icmpv4_code" OPENFLOW_BASIC 20 8 Decimal false [Is(Field::IpProto, 1)] V1_3;
    /// ARP opcode: 1 request, 2 reply.
    ArpOp "arp_op" OPENFLOW_BASIC 21 16 Decimal false [ARP] V1_3;
    /// ARP sender IPv4 address.
    ArpSpa "arp_spa" OPENFLOW_BASIC 22 32 Ipv4 true [ARP] V1_3;
    /// ARP target IPv4 address.
    ArpTpa "arp_tpa" OPENFLOW_BASIC 23 32 Ipv4 true [ARP] V1_3;
    /// ARP sender hardware address.
    ArpSha "arp_sha" OPENFLOW_BASIC 24 48 Mac true [ARP] V1_3;
    /// ARP target hardware address.
    ArpTha "arp_tha" OPENFLOW_BASIC 25 48 Mac true [ARP] V1_3;
    /// IPv6 source.
    Ipv6Src "ipv6_src" OPENFLOW_BASIC 26 128 Ipv6 true [IPV6] V1_3;
    /// IPv6 destination.
    Ipv6Dst "ipv6_dst" OPENFLOW_BASIC 27 128 Ipv6 true [IPV6] V1_3;
    /// IPv6 flow label.
    Ipv6Flabel "ipv6_flabel" OPENFLOW_BASIC 28 20 Hex true [IPV6] V1_3;
    /// ICMPv6 type.
    Icmpv6Type "icmpv6_type" OPENFLOW_BASIC 29 8 Decimal false [Is(Field::IpProto, 58)] V1_3;
    /// ICMPv6 code.
    Icmpv6Code "icmpv6_code" OPENFLOW_BASIC 30 8 Decimal false [Is(Field::IpProto, 58)] V1_3;
    /// Neighbour discovery target address.
    Ipv6NdTarget "ipv6_nd_target" OPENFLOW_BASIC 31 128 Ipv6 false [ND] V1_3;
    /// Neighbour solicitation's source link-layer address option.
    Ipv6NdSll "ipv6_nd_sll" OPENFLOW_BASIC 32 48 Mac false [Is(Field::Icmpv6Type, 135)] V1_3;
    /// Neighbour advertisement's target link-layer address option.
    Ipv6NdTll "ipv6_nd_tll" OPENFLOW_BASIC 33 48 Mac false [Is(Field::Icmpv6Type, 136)] V1_3;
    /// MPLS label of the outermost entry.
    MplsLabel "mpls_label" OPENFLOW_BASIC 34 20 Decimal false [MPLS] V1_3;
    /// MPLS traffic class.
    MplsTc "mpls_tc" OPENFLOW_BASIC 35 3 Decimal false [MPLS] V1_3;
    /// MPLS bottom-of-stack bit.
    MplsBos "mpls_bos" OPENFLOW_BASIC 36 1 Decimal false [MPLS] V1_3;
    /// Service id of a provider backbone bridge header.
    PbbIsid "pbb_isid" OPENFLOW_BASIC 37 24 Hex true [Is(Field::EthType, 0x88e7)] V1_3;
    /// Logical port metadata, for tunnels the VNI or key.
    TunnelId "tunnel_id" OPENFLOW_BASIC 38 64 Hex true [] V1_3;
    /// Which IPv6 extension headers are there, nine bits.
    Ipv6Exthdr "ipv6_exthdr" OPENFLOW_BASIC 39 9 Hex true [IPV6] V1_3;
    /// Use customer address bit of a provider backbone bridge header.
    PbbUca "pbb_uca" OPENFLOW_BASIC 41 1 Decimal false [Is(Field::EthType, 0x88e7)] V1_4;
}
