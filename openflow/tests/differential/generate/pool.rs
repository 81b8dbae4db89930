//! Values that come again, so that what one part of a case says is about what another does.

use openflow::oxm::{Field, Notation};

use crate::random::Random;

pub(crate) fn mac(random: &mut Random) -> [u8; 6] {
    match random.below(24) {
        0 => [0xff; 6],
        1 => [0x01, 0x00, 0x5e, 0, 0, 1],
        2 => [0x01, 0x80, 0xc2, 0, 0, random.byte() & 0x1f],
        3 => [0x33, 0x33, 0, 0, 0, 1],
        _ => [2, 0, 0, 0, 0, 1 + random.byte() % 4],
    }
}

pub(crate) fn ipv4(random: &mut Random) -> [u8; 4] {
    match random.below(10) {
        0 => [224, 0, 0, 1],
        1 => [192, 168, 1, random.byte()],
        2 => [0; 4],
        _ => [10, 0, 0, 1 + random.byte() % 4],
    }
}

pub(crate) fn ipv6(random: &mut Random) -> [u8; 16] {
    let [a, b] = *random.of(&[[0xfe, 0x80], [0x20, 0x01], [0xff, 0x02], [0, 0]]);
    let mut address = [0; 16];
    (address[0], address[1]) = (a, b);
    address[15] = random.byte() % 4;
    address
}

pub(crate) fn port(random: &mut Random) -> u16 {
    *random.of(&[53, 80, 443, 1000, 0, 0xffff, 6081])
}

pub(crate) fn vlan(random: &mut Random) -> u16 {
    *random.of(&[0, 1, 5, 100, 0xfff])
}

pub(crate) fn ttl(random: &mut Random) -> u8 {
    *random.of(&[64, 64, 64, 255, 2, 1, 0])
}

/// A value of a field, right-aligned.
pub(crate) fn value(random: &mut Random, field: Field) -> u128 {
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |all, byte| all << 8 | u128::from(*byte))
    };
    let some = match field {
        Field::VlanVid => u128::from(0x1000 | vlan(random)),
        Field::VlanTci => u128::from(0x1000 | vlan(random) | u16::from(random.byte() & 0xe0) << 8),
        Field::EthType => u128::from(*random.of(&[0x0800_u16, 0x0806, 0x86dd, 0x8847, 0x88cc])),
        Field::IpProto => u128::from(*random.of(&[1_u8, 6, 17, 58, 132])),
        Field::NwTtl | Field::MplsTtl => u128::from(ttl(random)),
        Field::TcpSrc
        | Field::TcpDst
        | Field::UdpSrc
        | Field::UdpDst
        | Field::SctpSrc
        | Field::SctpDst => u128::from(port(random)),
        Field::InPort | Field::ActsetOutput => *random.of(&[1, 2, 3, 4, 9, 0xffff_fffe]),
        Field::Metadata | Field::TunnelId => *random.of(&[0, 1, 5, 0xff, u128::MAX]),
        _ => match field.info().notation {
            Notation::Mac => number(&mac(random)),
            Notation::Ipv4 => number(&ipv4(random)),
            Notation::Ipv6 => number(&ipv6(random)),
            _ => *random.of(&[0, 1, 2, 3, 7, 0x35, 0xff, 0x1234_5678, u128::MAX]),
        },
    };
    some & field.info().full_mask()
}

/// A mask that a field may have: prefixes, suffixes, single bits, anything; never all zero.
pub(crate) fn mask(random: &mut Random, field: Field) -> u128 {
    let full = field.info().full_mask();
    let bits = usize::from(field.info().bits);
    let mask = match random.below(5) {
        0 | 1 => full << random.below(bits),
        2 => full >> random.below(bits),
        3 => 1 << random.below(bits),
        _ => u128::from(random.next()) << 64 | u128::from(random.next()),
    };
    match mask & full {
        0 => full,
        mask => mask,
    }
}
