//! Where each match field is in a key.

use crate::oxm::Field;

/// How many words a key has.
pub(in crate::pipeline) const WORDS: usize = 62;

/// Bits of a word, or two words: then the first is the more significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) struct Slot {
    pub(super) word: u8,
    /// Bits of less significance in the word; 0 where there are two.
    pub(super) shift: u8,
    /// 1 to 64, or 128.
    pub(super) bits: u8,
}

const fn at(word: u8, shift: u8, bits: u8) -> Option<Slot> {
    Some(Slot { word, shift, bits })
}

/// The slot of a field of the model; `None` for another encoding of one, and for tunnel options,
/// which mean something only together with a table that maps them.
///
/// Fields that no packet has together share a slot, as in Open vSwitch: ports of TCP, UDP and SCTP
/// with type and code of ICMP, addresses of IPv4 with those of ARP, Ethernet addresses of ARP with
/// those of neighbour discovery. A match tells them apart by its prerequisites.
pub(in crate::pipeline) const fn slot(field: Field) -> Option<Slot> {
    match field {
        Field::InPort => at(0, 0, 32),
        Field::ActsetOutput => at(0, 32, 32),
        Field::Metadata => at(1, 0, 64),
        Field::TunnelId => at(2, 0, 64),
        Field::EthDst => at(3, 16, 48),
        Field::EthType => at(3, 0, 16),
        Field::EthSrc => at(4, 16, 48),
        Field::VlanTci => at(4, 0, 16),
        Field::VlanVid => at(4, 0, 13),
        Field::VlanPcp => at(4, 13, 3),
        Field::MplsLabel => at(5, 12, 20),
        Field::MplsTc => at(5, 9, 3),
        Field::MplsBos => at(5, 8, 1),
        Field::MplsTtl => at(5, 0, 8),
        Field::PacketType => at(5, 32, 32),
        Field::IpDscp => at(6, 2, 6),
        Field::IpEcn => at(6, 0, 2),
        Field::NwTtl => at(6, 8, 8),
        Field::IpProto => at(6, 16, 8),
        Field::IpFrag => at(6, 24, 2),
        Field::Ipv6Flabel => at(6, 32, 20),
        Field::TcpSrc | Field::UdpSrc | Field::SctpSrc => at(7, 16, 16),
        Field::TcpDst | Field::UdpDst | Field::SctpDst => at(7, 0, 16),
        Field::Icmpv4Type | Field::Icmpv6Type => at(7, 16, 8),
        Field::Icmpv4Code | Field::Icmpv6Code => at(7, 0, 8),
        Field::TcpFlags => at(7, 32, 12),
        Field::NdOptionsType => at(7, 48, 8),
        Field::Ipv4Src | Field::ArpSpa => at(8, 32, 32),
        Field::Ipv4Dst | Field::ArpTpa => at(8, 0, 32),
        Field::Ipv6Src => at(9, 0, 128),
        Field::Ipv6Dst => at(11, 0, 128),
        Field::Ipv6NdTarget => at(13, 0, 128),
        Field::ArpSha | Field::Ipv6NdSll => at(15, 16, 48),
        Field::ArpOp => at(15, 0, 16),
        Field::ArpTha | Field::Ipv6NdTll => at(16, 16, 48),
        Field::NdReserved => at(17, 32, 32),
        Field::Ipv6Exthdr => at(17, 0, 9),
        Field::InPhyPort => at(18, 0, 32),
        Field::PbbIsid => at(18, 32, 24),
        Field::PbbUca => at(18, 56, 1),
        Field::PktMark => at(19, 0, 32),
        Field::DpHash => at(19, 32, 32),
        Field::RecircId => at(20, 0, 32),
        Field::ConjId => at(20, 32, 32),
        _ => rare(field),
    }
}

const fn rare(field: Field) -> Option<Slot> {
    match field {
        Field::CtState => at(21, 0, 32),
        Field::CtMark => at(21, 32, 32),
        Field::CtZone => at(22, 0, 16),
        Field::CtNwProto => at(22, 16, 8),
        Field::CtTpSrc => at(22, 48, 16),
        Field::CtTpDst => at(22, 32, 16),
        Field::CtLabel => at(23, 0, 128),
        Field::CtNwSrc => at(25, 32, 32),
        Field::CtNwDst => at(25, 0, 32),
        Field::CtIpv6Src => at(26, 0, 128),
        Field::CtIpv6Dst => at(28, 0, 128),
        Field::TunIpv4Src => at(30, 32, 32),
        Field::TunIpv4Dst => at(30, 0, 32),
        Field::TunIpv6Src => at(31, 0, 128),
        Field::TunIpv6Dst => at(33, 0, 128),
        Field::TunGbpId => at(35, 0, 16),
        Field::TunGbpFlags => at(35, 16, 8),
        Field::TunFlags => at(35, 24, 1),
        Field::GtpuFlags => at(35, 32, 8),
        Field::GtpuMsgtype => at(35, 40, 8),
        Field::ErspanIdx => at(36, 0, 20),
        Field::ErspanVer => at(36, 24, 4),
        Field::ErspanDir => at(36, 28, 1),
        Field::ErspanHwid => at(36, 32, 6),
        Field::NshFlags => at(37, 0, 8),
        Field::NshMdtype => at(37, 8, 8),
        Field::NshNp => at(37, 16, 8),
        Field::NshSi => at(37, 24, 8),
        Field::NshTtl => at(37, 32, 6),
        Field::NshSpi => at(37, 40, 24),
        Field::NshC1 => at(38, 32, 32),
        Field::NshC2 => at(38, 0, 32),
        Field::NshC3 => at(39, 32, 32),
        Field::NshC4 => at(39, 0, 32),
        _ => register(field),
    }
}

/// `reg0` is the more significant half of `xreg0`, which is that of `xxreg0` (OF 1.5.1 §7.2.3.10).
const fn register(field: Field) -> Option<Slot> {
    let number = field as u16;
    if let Some(n) = within(number, Field::Reg0, Field::Reg15) {
        at(FIRST_REGISTER + n / 2, 32 * (1 - n % 2), 32)
    } else if let Some(n) = within(number, Field::Reg16, Field::Reg31) {
        at(FIRST_REGISTER + 8 + n / 2, 32 * (1 - n % 2), 32)
    } else if let Some(n) = within(number, Field::Xreg0, Field::Xreg15) {
        at(FIRST_REGISTER + n, 0, 64)
    } else if let Some(n) = within(number, Field::Xxreg0, Field::Xxreg3) {
        at(FIRST_REGISTER + 2 * n, 0, 128)
    } else if let Some(n) = within(number, Field::Xxreg4, Field::Xxreg7) {
        at(FIRST_REGISTER + 8 + 2 * n, 0, 128)
    } else {
        None
    }
}

/// Place of a row of the table among those from `first` to `last`, which follow each other.
const fn within(number: u16, first: Field, last: Field) -> Option<u8> {
    if number >= first as u16 && number <= last as u16 {
        Some((number - first as u16) as u8)
    } else {
        None
    }
}

/// Sixteen words, two registers each.
const FIRST_REGISTER: u8 = 46;
