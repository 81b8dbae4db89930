//! What the headers of a frame say, as Open vSwitch takes them (`miniflow_extract`): the fields it
//! sees, and where it stops looking.

use super::headers::{BOTTOM, Headers, MPLS_MAX, PRESENT, Tag, is_mpls, is_tag};
use super::layout::{IpHeader, Layers, Transport};
use crate::oxm::Field;
use crate::packet::{ethertype, ip_proto};
use crate::pipeline::key::Key;

/// VLAN tags a switch looks at: Open vSwitch's `vlan-limit` is 1 where nobody set it. A tag that is
/// pushed is always looked at.
const VLAN_LIMIT: usize = 1;
/// `ip_frag`: a fragment of a packet.
pub(super) const FRAGMENT: u128 = 1;
/// `ip_frag`: one that is not the first, and so has no transport header.
pub(in crate::pipeline) const LATER: u128 = 2;

pub(super) const RARP: u16 = 0x8035;
pub(super) const SCTP: u8 = 132;
const IGMP: u8 = 2;
/// The length of an Ethernet header without tags.
const ETHERNET: usize = 14;
/// Below, what looks like an Ethernet type is a length (IEEE 802.3).
const FIRST_ETHERTYPE: u16 = 0x0600;

/// A frame that is read from front to end. `pull` takes what is wholly there.
struct Reader<'a> {
    frame: &'a [u8],
    at: usize,
    /// Where the packet ends, padding behind it excluded.
    end: usize,
}

impl<'a> Reader<'a> {
    fn left(&self) -> usize {
        self.end - self.at
    }

    fn peek<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.frame.get(self.at..self.end)?.first_chunk()
    }

    fn pull<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let bytes = self.peek()?;
        self.at += N;
        Some(bytes)
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        (self.left() >= bytes).then(|| self.at += bytes)
    }
}

/// Reads the headers of a frame into what has none yet.
pub(super) fn read(frame: &[u8], headers: &mut Headers) -> Layers {
    let mut layers = Layers::default();
    let mut reader = Reader {
        frame,
        at: 0,
        end: frame.len(),
    };
    // What is cut off is not there: nothing behind it can be read.
    let _ = ethernet(&mut reader, headers, &mut layers);
    layers
}

fn ethernet(reader: &mut Reader<'_>, headers: &mut Headers, layers: &mut Layers) -> Option<()> {
    if reader.left() < ETHERNET {
        return None;
    }
    layers.is_ethernet = true;
    put(&mut headers.key, Field::EthDst, reader.pull::<6>()?);
    put(&mut headers.key, Field::EthSrc, reader.pull::<6>()?);
    tags(reader, headers);
    let eth_type = eth_type(reader)?;
    let key = &mut headers.key;
    key.set(Field::EthType, eth_type.into(), u128::MAX);
    if is_mpls(eth_type) {
        layers.labels = Some(reader.at);
        mpls(reader, headers);
        layers.network = Some(reader.at);
        return None;
    }
    layers.network = Some(reader.at);
    match eth_type {
        ethertype::IPV4 => ipv4(reader, key, layers)?,
        ethertype::IPV6 => ipv6(reader, key, layers)?,
        ethertype::ARP | RARP => return arp(reader, key),
        _ => return None,
    }
    let ip = layers.ip?;
    layers.taken_for_transport = transport_header(reader, ip, key);
    if key.get(Field::IpFrag) & LATER == 0 {
        transport(reader, key, layers);
    }
    Some(())
}

fn tags(reader: &mut Reader<'_>, headers: &mut Headers) {
    for tag in headers.tags.iter_mut().take(VLAN_LIMIT) {
        let Some([a, b, c, d, _, _]) = reader.peek::<6>() else {
            return;
        };
        let ethertype = u16::from_be_bytes([*a, *b]);
        if !is_tag(ethertype) {
            return;
        }
        let tci = u16::from_be_bytes([*c, *d]) | PRESENT;
        *tag = Tag { ethertype, tci };
        reader.at += 4;
    }
    let tci = headers.tags[0].tci.into();
    headers.key.set(Field::VlanTci, tci, u128::MAX);
}

/// An 802.3 frame has an Ethernet type only behind a SNAP header of organisation zero (RFC 1042).
fn eth_type(reader: &mut Reader<'_>) -> Option<u16> {
    let eth_type = u16::from_be_bytes(*reader.pull()?);
    if eth_type >= FIRST_ETHERTYPE {
        return Some(eth_type);
    }
    let [0xaa, 0xaa, 3, 0, 0, 0, high, low] = *reader.peek::<8>().unwrap_or(&[0; 8]) else {
        return Some(ethertype::NONE);
    };
    reader.skip(8)?;
    let snap = u16::from_be_bytes([high, low]);
    Some(if snap >= FIRST_ETHERTYPE {
        snap
    } else {
        ethertype::NONE
    })
}

fn mpls(reader: &mut Reader<'_>, headers: &mut Headers) {
    let mut count = 0;
    while let Some(entry) = reader.pull::<4>() {
        let entry = u32::from_be_bytes(*entry);
        if count < MPLS_MAX {
            headers.entries[count] = entry;
        }
        count += 1;
        if entry & BOTTOM != 0 {
            break;
        }
    }
    headers.show_entry();
}

fn arp(reader: &mut Reader<'_>, key: &mut Key) -> Option<()> {
    let [0, 1, 8, 0, 6, 4] = *reader.pull()? else {
        return None;
    };
    if reader.left() < 22 {
        return None;
    }
    let op = u16::from_be_bytes(*reader.pull()?);
    // Open vSwitch keeps it in the eight bits of `nw_proto`.
    let op = if op > 0xff { 0 } else { op };
    key.set(Field::ArpOp, op.into(), u128::MAX);
    put(key, Field::ArpSha, reader.pull::<6>()?);
    put(key, Field::ArpSpa, reader.pull::<4>()?);
    put(key, Field::ArpTha, reader.pull::<6>()?);
    put(key, Field::ArpTpa, reader.pull::<4>()?);
    Some(())
}

fn ipv4(reader: &mut Reader<'_>, key: &mut Key, layers: &mut Layers) -> Option<()> {
    let start = reader.at;
    let size = reader.left();
    let [
        version_ihl,
        tos,
        len_high,
        len_low,
        _,
        _,
        frag_high,
        frag_low,
        ttl,
        protocol,
        ..,
    ] = *reader.peek::<20>()?;
    let header = usize::from(version_ihl & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes([len_high, len_low]));
    if header < 20 || header > size || total > size || header > total {
        return None;
    }
    if size - total > usize::from(u16::MAX) {
        return None;
    }
    reader.end = start + total;
    let fragment = u16::from_be_bytes([frag_high, frag_low]);
    let (more, offset) = (fragment & 0x2000 != 0, fragment & 0x1fff != 0);
    let frag = if offset {
        FRAGMENT | LATER
    } else {
        u128::from(more)
    };
    tos_ttl_proto(key, tos, ttl, protocol, frag);
    let addresses = reader.frame.get(start + 12..start + 20)?;
    put(key, Field::Ipv4Src, &addresses[..4]);
    put(key, Field::Ipv4Dst, &addresses[4..]);
    layers.ip = Some(IpHeader::V4(start));
    reader.skip(header)
}

fn tos_ttl_proto(key: &mut Key, tos: u8, ttl: u8, protocol: u8, frag: u128) {
    key.set(Field::IpDscp, (tos >> 2).into(), u128::MAX);
    key.set(Field::IpEcn, (tos & 3).into(), u128::MAX);
    key.set(Field::NwTtl, ttl.into(), u128::MAX);
    key.set(Field::IpProto, protocol.into(), u128::MAX);
    key.set(Field::IpFrag, frag, u128::MAX);
}

fn ipv6(reader: &mut Reader<'_>, key: &mut Key, layers: &mut Layers) -> Option<()> {
    let start = reader.at;
    let size = reader.left().checked_sub(40)?;
    let header = reader.pull::<40>()?;
    let payload = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if payload > size || size - payload > usize::from(u16::MAX) {
        return None;
    }
    reader.end = reader.at + payload;
    put(key, Field::Ipv6Src, &header[8..24]);
    put(key, Field::Ipv6Dst, &header[24..40]);
    // Where the chain of headers is broken, addresses are all there is.
    let chain = extension_headers(reader, header[6])?;
    let first = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    key.set(Field::Ipv6Flabel, (first & 0x000f_ffff).into(), u128::MAX);
    let traffic_class = header[0] << 4 | header[1] >> 4;
    tos_ttl_proto(key, traffic_class, header[7], chain.protocol, chain.frag);
    layers.ip = Some(IpHeader::V6 {
        at: start,
        covered: !chain.routed && chain.follows,
    });
    Some(())
}

struct Chain {
    protocol: u8,
    frag: u128,
    /// A routing header with segments left: the destination is not the last one.
    routed: bool,
    /// Further fragments follow this one, or there is no fragment header.
    follows: bool,
}

fn extension_headers(reader: &mut Reader<'_>, first: u8) -> Option<Chain> {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const FRAGMENT_HEADER: u8 = 44;
    const AUTHENTICATION: u8 = 51;
    const DESTINATION: u8 = 60;
    let mut chain = Chain {
        protocol: first,
        frag: 0,
        routed: false,
        follows: true,
    };
    loop {
        let kind = chain.protocol;
        if !matches!(
            kind,
            HOP_BY_HOP | ROUTING | FRAGMENT_HEADER | AUTHENTICATION | DESTINATION
        ) {
            return Some(chain);
        }
        let [next, length, third, fourth, ..] = *reader.peek::<8>()?;
        chain.protocol = next;
        match kind {
            AUTHENTICATION => reader.skip((usize::from(length) + 2) * 4)?,
            FRAGMENT_HEADER => {
                reader.skip(8)?;
                let fragment = u16::from_be_bytes([third, fourth]);
                chain.follows = fragment & 1 != 0;
                if fragment != 0 {
                    chain.frag = FRAGMENT;
                }
                if fragment & 0xfff8 != 0 {
                    chain.frag = FRAGMENT | LATER;
                    chain.protocol = FRAGMENT_HEADER;
                    return Some(chain);
                }
            }
            _ => {
                chain.routed |= kind == ROUTING && fourth > 0;
                reader.skip((usize::from(length) + 1) * 8)?;
            }
        }
    }
}

/// A transport header that is wholly there; where it begins, and where the packet ends.
fn transport_header(
    reader: &Reader<'_>,
    ip: IpHeader,
    key: &Key,
) -> Option<(Transport, usize, usize)> {
    let protocol = u8::try_from(key.get(Field::IpProto)).ok()?;
    let (at, end) = (reader.at, reader.end);
    let is_v4 = matches!(ip, IpHeader::V4(_));
    let kind = match (protocol, end - at) {
        (ip_proto::TCP, 20..) => Transport::Tcp,
        (ip_proto::UDP, 8..) => Transport::Udp,
        (SCTP, 12..) => Transport::Sctp,
        (ip_proto::ICMP | IGMP, 8..) if is_v4 => Transport::Icmp,
        (ip_proto::ICMPV6, 8..) if !is_v4 => Transport::Icmpv6,
        _ => return None,
    };
    Some((kind, at, end))
}

fn transport(reader: &Reader<'_>, key: &mut Key, layers: &mut Layers) {
    let Some((kind, at, end)) = layers.taken_for_transport else {
        return;
    };
    let rest = &reader.frame[at..end];
    if kind == Transport::Tcp && !(20..=rest.len()).contains(&(usize::from(rest[12] >> 4) * 4)) {
        return;
    }
    layers.transport = layers.taken_for_transport;
    if matches!(kind, Transport::Icmp | Transport::Icmpv6) {
        key.set(Field::Icmpv4Type, rest[0].into(), u128::MAX);
        key.set(Field::Icmpv4Code, rest[1].into(), u128::MAX);
        if kind == Transport::Icmpv6 {
            neighbour_discovery(rest, key);
        }
        return;
    }
    put(key, Field::TcpSrc, &rest[..2]);
    put(key, Field::TcpDst, &rest[2..4]);
    if kind == Transport::Tcp {
        put(key, Field::TcpFlags, &[rest[12] & 0x0f, rest[13]]);
    }
}

/// A solicitation or advertisement (RFC 4861 §4.3, §4.4).
fn neighbour_discovery(message: &[u8], key: &mut Key) {
    const SOLICITATION: u8 = 135;
    const ADVERTISEMENT: u8 = 136;
    let [kind, code, ..] = *message else { return };
    if code != 0 || !matches!(kind, SOLICITATION | ADVERTISEMENT) {
        return;
    }
    put(key, Field::NdReserved, &message[4..8]);
    let Some((target, options)) = message[8..].split_first_chunk::<16>() else {
        return;
    };
    put(key, Field::Ipv6NdTarget, target);
    link_layer_addresses(options, key);
}

/// Up to an option whose length is wrong. With two of one kind there is no address at all, nor a
/// target.
fn link_layer_addresses(mut options: &[u8], key: &mut Key) {
    while let [kind, units, address @ ..] = options {
        let length = usize::from(*units) * 8;
        if length == 0 || length > options.len() {
            return;
        }
        let field = match (kind, length) {
            (1, 8) => Some(Field::Ipv6NdSll),
            (2, 8) => Some(Field::Ipv6NdTll),
            _ => None,
        };
        if let Some(field) = field {
            if key.get(field) != 0 {
                for field in [Field::Ipv6NdTarget, Field::Ipv6NdSll, Field::Ipv6NdTll] {
                    key.set(field, 0, u128::MAX);
                }
                return;
            }
            put(key, field, &address[..6]);
            if key.get(Field::NdOptionsType) == 0 {
                key.set(Field::NdOptionsType, (*kind).into(), u128::MAX);
            }
        }
        options = &options[length..];
    }
}

/// Big-endian bytes into a field.
fn put(key: &mut Key, field: Field, bytes: &[u8]) {
    let value = bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u128::from(*byte));
    key.set(field, value, u128::MAX);
}
