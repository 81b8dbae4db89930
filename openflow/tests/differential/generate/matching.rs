//! Matches that packets of the case meet, or nearly.

use openflow::flow::Match;
use openflow::oxm::{Field, Prerequisite};
use openflow::pipeline::Key;

use super::pool;
use crate::random::Random;

/// Fields that a match can look at, with how often.
const FIELDS: &[(Field, usize)] = &[
    (Field::InPort, 8),
    (Field::Metadata, 3),
    (Field::EthDst, 6),
    (Field::EthSrc, 6),
    (Field::EthType, 6),
    (Field::VlanVid, 8),
    (Field::VlanPcp, 4),
    (Field::VlanTci, 2),
    (Field::IpDscp, 3),
    (Field::IpEcn, 3),
    (Field::IpProto, 4),
    (Field::Ipv4Src, 6),
    (Field::Ipv4Dst, 6),
    (Field::TcpSrc, 5),
    (Field::TcpDst, 5),
    (Field::UdpSrc, 5),
    (Field::UdpDst, 5),
    (Field::SctpSrc, 5),
    (Field::SctpDst, 5),
    (Field::Icmpv4Type, 5),
    (Field::Icmpv4Code, 5),
    (Field::ArpOp, 5),
    (Field::ArpSpa, 5),
    (Field::ArpTpa, 5),
    (Field::ArpSha, 5),
    (Field::ArpTha, 5),
    (Field::Ipv6Src, 5),
    (Field::Ipv6Dst, 5),
    (Field::Ipv6Flabel, 4),
    (Field::Icmpv6Type, 5),
    (Field::Icmpv6Code, 5),
    (Field::Ipv6NdTarget, 5),
    (Field::Ipv6NdSll, 5),
    (Field::Ipv6NdTll, 5),
    (Field::MplsLabel, 5),
    (Field::MplsTc, 5),
    (Field::MplsBos, 5),
    (Field::TunnelId, 3),
    (Field::TcpFlags, 4),
    (Field::IpFrag, 4),
    (Field::NwTtl, 4),
    (Field::MplsTtl, 4),
    (Field::NdReserved, 2),
    (Field::NdOptionsType, 2),
    (Field::Reg0, 2),
    (Field::Reg1, 2),
    (Field::Reg15, 1),
    (Field::Xreg1, 1),
    (Field::Xxreg1, 1),
    (Field::PktMark, 1),
    (Field::ActsetOutput, 1),
    (Field::TunIpv4Src, 1),
];

/// Takes the packet, or would but for a bit.
pub(crate) fn matching(random: &mut Random, key: &Key) -> Match {
    let mut matching = Match::any();
    for _ in 0..*random.of(&[0, 1, 1, 2, 2, 3, 4, 6]) {
        let field = one_of(random, FIELDS);
        // Mostly what the packet has.
        if !is_there(key, field) && !random.one_in(60) {
            continue;
        }
        let mask = match field.info().maskable && random.one_in(2) {
            // Some bits of a priority alone are not told as they were given.
            true if field == Field::VlanTci => *random.of(&[0x1000, 0x1fff, 0x0fff, 0x0f0f]),
            true => pool::mask(random, field),
            false => field.info().full_mask(),
        };
        let mut value = key.get(field);
        if random.one_in(12) {
            value = pool::value(random, field);
        }
        need(random, &mut matching, key, field);
        matching.set(field, value, mask);
    }
    matching
}

pub(crate) fn one_of<T: Copy>(random: &mut Random, weighted: &[(T, usize)]) -> T {
    let sum = weighted.iter().map(|row| row.1).sum();
    let mut at = random.below(sum);
    for (one, weight) in weighted {
        if at < *weight {
            return *one;
        }
        at -= weight;
    }
    unreachable!("it is below the sum of all")
}

/// Whether a packet has the header of a field.
pub(crate) fn is_there(key: &Key, field: Field) -> bool {
    let needed = field.info().prerequisite;
    needed.is_none_or(|needed| has(key, needed))
}

fn has(key: &Key, needed: Prerequisite) -> bool {
    match needed {
        Prerequisite::Is(field, value) => key.get(field) == value && is_there(key, field),
        Prerequisite::AnyOf(some) => some.iter().any(|one| has(key, *one)),
        Prerequisite::AllOf(all) => all.iter().all(|one| has(key, *one)),
        Prerequisite::VlanPresent => key.get(Field::VlanVid) & 0x1000 != 0,
        Prerequisite::AnyBit(field, bits) => key.get(field) & bits != 0,
        Prerequisite::Present(field) => key.get(field) != 0,
    }
}

/// What has to be matched beside a field.
pub(crate) fn need(random: &mut Random, matching: &mut Match, key: &Key, field: Field) {
    if let Some(needed) = field.info().prerequisite {
        require(random, matching, key, needed);
    }
}

fn require(random: &mut Random, matching: &mut Match, key: &Key, needed: Prerequisite) {
    match needed {
        Prerequisite::AnyOf(some) => {
            let there = some.iter().copied().find(|one| has(key, *one));
            let one = there.unwrap_or_else(|| *random.of(some));
            require(random, matching, key, one);
        }
        Prerequisite::AllOf(all) => {
            all.iter()
                .for_each(|one| require(random, matching, key, *one));
        }
        Prerequisite::Is(field, value) => {
            need(random, matching, key, field);
            matching.set(field, value, field.info().full_mask());
        }
        Prerequisite::VlanPresent if matching.get(Field::VlanVid).is_none() => {
            matching.set(Field::VlanVid, 0x1000, 0x1000);
        }
        _ => {}
    }
}
