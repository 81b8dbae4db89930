//! Frames: layer by layer, mostly right, some damaged.

use bytes::Bytes;

use super::pool;
use crate::random::Random;

const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;
const ICMP: u8 = 1;
const IGMP: u8 = 2;
const ICMPV6: u8 = 58;

/// A frame, as a host or somebody who means harm would send it.
pub(crate) fn frame(random: &mut Random) -> Bytes {
    let mut frame = Vec::new();
    frame.extend(pool::mac(random));
    frame.extend(pool::mac(random));
    for _ in 0..*random.of(&[0, 0, 0, 0, 1, 1, 1, 2, 2, 3]) {
        frame.extend(random.of(&[[0x81, 0], [0x81, 0], [0x88, 0xa8]]));
        let tci = u16::from(random.byte() & 0xf0) << 8 | pool::vlan(random);
        frame.extend(tci.to_be_bytes());
    }
    let whole = payload(random, &mut frame);
    if random.one_in(8) {
        // What is behind the packet is no part of it.
        let padding = random.below(20);
        frame.resize(frame.len() + padding, 0);
    }
    if random.one_in(8) {
        damage(random, &mut frame, whole);
    }
    frame.into()
}

pub(crate) fn has_two_tags(frame: &[u8]) -> bool {
    let is_tag = |at: usize| matches!(frame.get(at..at + 2), Some([0x81, 0] | [0x88, 0xa8]));
    is_tag(12) && is_tag(16)
}

/// Of those MPLS entries that a switch looks at, whether none is the last and there is room for one.
pub(crate) fn has_open_stack(frame: &[u8]) -> bool {
    let tags = usize::from(matches!(frame.get(12..14), Some([0x81, 0] | [0x88, 0xa8])));
    let rest = frame.get(12 + 4 * tags..).unwrap_or_default();
    let Some(([0x88, 0x47 | 0x48], stack)) = rest.split_first_chunk() else {
        return false;
    };
    let entries = stack.chunks_exact(4).take(3);
    let is_open = entries.clone().all(|entry| entry[2] & 1 == 0);
    is_open && (1..3).contains(&entries.filter(|entry| **entry != [0; 4]).count())
}

/// Whether all of it has to be there: of ARP that is cut off Open vSwitch writes what is not there,
/// and ends sometimes.
fn payload(random: &mut Random, frame: &mut Vec<u8>) -> bool {
    match random.below(16) {
        0..=5 => typed(frame, 0x0800, &ipv4(random)),
        6..=9 => typed(frame, 0x86dd, &ipv6(random)),
        10 | 11 => {
            let ethertype = *random.of(&[0x0806, 0x0806, 0x0806, 0x8035]);
            typed(frame, ethertype, &arp(random));
            return true;
        }
        12 | 13 => {
            let ethertype = *random.of(&[0x8847, 0x8847, 0x8848]);
            typed(frame, ethertype, &mpls(random));
        }
        14 => {
            let ethertype = *random.of(&[0x88cc, 0x88e7, 0x8863, 0x894f, 0x9100, 0x0600]);
            typed(frame, ethertype, &some_bytes(random, 40));
        }
        _ => {
            frame.extend(llc(random));
            return true;
        }
    }
    false
}

fn typed(frame: &mut Vec<u8>, ethertype: u16, payload: &[u8]) {
    frame.extend(ethertype.to_be_bytes());
    frame.extend(payload);
}

/// An 802.3 frame: a length, and perhaps a SNAP header with an Ethernet type.
fn llc(random: &mut Random) -> Vec<u8> {
    let inner = match random.below(3) {
        0 => [vec![0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4(random)].concat(),
        1 => [
            vec![0xaa, 0xaa, 3, 0, 0, random.byte() & 1, 8, 6],
            arp(random),
        ]
        .concat(),
        _ => some_bytes(random, 40),
    };
    let length = u16::try_from(inner.len()).unwrap();
    [length.to_be_bytes().to_vec(), inner].concat()
}

fn some_bytes(random: &mut Random, most: usize) -> Vec<u8> {
    (0..random.below(most)).map(|_| random.byte()).collect()
}

fn arp(random: &mut Random) -> Vec<u8> {
    let op = *random.of(&[[0, 1], [0, 1], [0, 2], [0, 3], [1, 1], [0, 0]]);
    let mut arp = vec![0, 1, 8, 0, 6, 4];
    arp.extend(op);
    for _ in 0..2 {
        arp.extend(pool::mac(random));
        arp.extend(pool::ipv4(random));
    }
    arp
}

fn mpls(random: &mut Random) -> Vec<u8> {
    let mut stack = Vec::new();
    let entries = *random.of(&[1, 1, 2, 2, 3, 3, 4, 5]);
    for entry in 1..=entries {
        let label = *random.of(&[0_u32, 2, 3, 16, 17, 0xf_ffff]);
        let class = u32::from(random.byte() & 7);
        let is_last = entry == entries && !random.one_in(10);
        let ttl = u32::from(pool::ttl(random));
        let entry = label << 12 | class << 9 | u32::from(is_last) << 8 | ttl;
        stack.extend(entry.to_be_bytes());
    }
    let inner = match random.below(5) {
        0 | 1 => ipv4(random),
        2 => ipv6(random),
        3 => some_bytes(random, 40),
        _ => Vec::new(),
    };
    [stack, inner].concat()
}

/// Of the addresses: what covers them in a transport's checksum.
fn ipv4(random: &mut Random) -> Vec<u8> {
    let (src, dst) = (pool::ipv4(random), pool::ipv4(random));
    let pseudo = [src, dst].concat();
    let protocol = *random.of(&[TCP, TCP, UDP, UDP, SCTP, ICMP, IGMP, 47]);
    let body = transport(random, protocol, &pseudo);
    let options = *random.of(&[0, 0, 0, 0, 0, 4, 8, 40]);
    let mut header = vec![0x45 + u8::try_from(options / 4).unwrap(), random.byte()];
    let length = u16::try_from(20 + options + body.len()).unwrap();
    header.extend(length.to_be_bytes());
    header.extend([random.byte(), random.byte()]);
    // More fragments, an offset, both, or that it may not be fragmented.
    let fragment = *random.of(&[0, 0, 0, 0, 0, 0, 0x4000, 0x2000, 0x2001, 0x0005, 0x1fff]);
    header.extend(u16::to_be_bytes(fragment));
    header.extend([pool::ttl(random), protocol, 0, 0]);
    header.extend(&pseudo);
    header.resize(20 + options, 1);
    let sum = match random.one_in(12) {
        true => [random.byte(), random.byte()],
        false => checksum(&[&header]),
    };
    header[10..12].copy_from_slice(&sum);
    [header, body].concat()
}

fn ipv6(random: &mut Random) -> Vec<u8> {
    let (src, dst) = (pool::ipv6(random), pool::ipv6(random));
    let pseudo = [src, dst].concat();
    let protocol = *random.of(&[TCP, TCP, UDP, UDP, SCTP, ICMPV6, ICMPV6, ICMPV6, 59]);
    let mut body = transport(random, protocol, &pseudo);
    let mut next = protocol;
    for _ in 0..*random.of(&[0, 0, 0, 0, 1, 1, 2]) {
        let kind = *random.of(&[0, 43, 44, 44, 51, 60]);
        body = [extension(random, kind, next), body].concat();
        next = kind;
    }
    let first = 0x6000_0000 | u32::from(random.byte()) << 20 | *random.of(&[0, 1, 0xf_ffff]);
    let mut header = first.to_be_bytes().to_vec();
    header.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    header.extend([next, pool::ttl(random)]);
    header.extend(&pseudo);
    [header, body].concat()
}

/// An extension header (RFC 8200 §4) in front of this kind.
fn extension(random: &mut Random, kind: u8, next: u8) -> Vec<u8> {
    match kind {
        44 => {
            let offset_and_more = *random.of(&[0, 0, 1, 8, 9, 0xfff8, 6]);
            let [high, low] = u16::to_be_bytes(offset_and_more);
            vec![next, 0, high, low, 0, 0, 0, 7]
        }
        51 => [vec![next, 4], vec![0; 22]].concat(),
        43 => {
            let left = *random.of(&[0, 0, 1, 2]);
            let kind = *random.of(&[0, 0, 4]);
            [
                vec![next, 2, kind, left, 0, 0, 0, 0],
                pool::ipv6(random).to_vec(),
            ]
            .concat()
        }
        _ => {
            let more = random.below(3);
            let length = u8::try_from(more).unwrap();
            [vec![next, length, 1, 4, 0, 0, 0, 0], vec![0; 8 * more]].concat()
        }
    }
}

/// A header and some data. Its checksum is right, wrong, or none.
fn transport(random: &mut Random, protocol: u8, pseudo: &[u8]) -> Vec<u8> {
    let (mut body, at) = match protocol {
        TCP => (tcp(random), 16),
        UDP => (udp(random), 6),
        SCTP => (sctp(random), 8),
        ICMP | IGMP => (icmp(random), 2),
        ICMPV6 => (icmpv6(random), 2),
        _ => return some_bytes(random, 24),
    };
    let right = match protocol {
        SCTP => crc32c::crc32c(&body).to_le_bytes().to_vec(),
        ICMP | IGMP => checksum(&[&body]).to_vec(),
        _ => {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            checksum(&[pseudo, &length, &[0, protocol], &body]).to_vec()
        }
    };
    let sum = match random.below(8) {
        0 => vec![0; right.len()],
        1 => right.iter().map(|_| random.byte()).collect(),
        _ => right,
    };
    body[at..at + sum.len()].copy_from_slice(&sum);
    body
}

fn ports(random: &mut Random) -> Vec<u8> {
    let both = [pool::port(random), pool::port(random)];
    both.iter().flat_map(|port| port.to_be_bytes()).collect()
}

fn tcp(random: &mut Random) -> Vec<u8> {
    let mut header = ports(random);
    header.extend([0, 0, 0, 1, 0, 0, 0, 2]);
    header.extend([0x50 | random.byte() & 0x0f, random.byte(), 4, 0, 0, 0, 0, 0]);
    header.extend(some_bytes(random, 12));
    header
}

fn udp(random: &mut Random) -> Vec<u8> {
    let mut header = ports(random);
    let data = some_bytes(random, 12);
    let length = u16::try_from(8 + data.len()).unwrap();
    header.extend(length.to_be_bytes());
    header.extend([0, 0]);
    header.extend(data);
    header
}

fn sctp(random: &mut Random) -> Vec<u8> {
    let mut header = ports(random);
    header.extend([0, 0, 0, 9, 0, 0, 0, 0]);
    header.extend(some_bytes(random, 12));
    header
}

fn icmp(random: &mut Random) -> Vec<u8> {
    let kind = *random.of(&[0, 3, 8, 8, 11, 17]);
    let mut message = vec![kind, *random.of(&[0, 0, 1, 3]), 0, 0, 1, 2, 3, 4];
    message.extend(some_bytes(random, 12));
    message
}

fn icmpv6(random: &mut Random) -> Vec<u8> {
    let kind = *random.of(&[128, 1, 135, 135, 135, 136, 136, 133]);
    let code = *random.of(&[0, 0, 0, 0, 0, 1]);
    let mut message = vec![kind, code, 0, 0];
    message.extend(random.of(&[[0, 0, 0, 0], [0x60, 0, 0, 0], [1, 2, 3, 4]]));
    if !matches!(kind, 135 | 136) {
        message.extend(some_bytes(random, 12));
        return message;
    }
    message.extend(pool::ipv6(random));
    for _ in 0..*random.of(&[0, 1, 1, 1, 2, 3]) {
        let length = *random.of(&[1, 1, 1, 1, 2, 0, 5]);
        let option = *random.of(&[1, 1, 2, 2, 5, 14]);
        message.extend([option, length]);
        message.extend(pool::mac(random));
        if length == 2 {
            message.extend([0; 8]);
        }
    }
    message
}

/// The Internet checksum (RFC 1071); all parts but the last have whole words.
fn checksum(parts: &[&[u8]]) -> [u8; 2] {
    let bytes = parts.concat();
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
    let mut sum: u32 = bytes.chunks(2).map(word).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(!sum & 0xffff).unwrap().to_be_bytes()
}

/// Cut off, or changed in one place: lengths and versions among others.
fn damage(random: &mut Random, frame: &mut Vec<u8>, whole: bool) {
    let least = 14;
    if !whole && random.one_in(2) {
        frame.truncate(least + random.below(frame.len() - least + 1));
        return;
    }
    let at = 12 + random.below(frame.len() - 12);
    frame[at] = match random.below(3) {
        0 => random.byte(),
        1 => frame[at].wrapping_add(1),
        _ => frame[at] ^ 1 << random.below(8),
    };
}
