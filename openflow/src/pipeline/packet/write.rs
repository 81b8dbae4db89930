//! What was changed is written into the frame, in the order in which Open vSwitch does it
//! (`commit_odp_actions`): only what is not as it was when that was done last.

use super::Packet;
use super::checksum;
use super::headers::Headers;
use super::layout::{IpHeader, Transport};
use crate::oxm::Field;
use crate::packet::{ethertype, ip_proto};

/// Length of a neighbour solicitation or advertisement without options (RFC 4861 §4.3).
const ND: usize = 24;
/// Length of an option that has a link-layer address.
const ND_OPTION: usize = 8;

impl Packet {
    /// `was`: as it was written last, and is from now on.
    pub(super) fn write(&mut self, was: &mut Headers) {
        self.write_bytes(was, Field::EthDst, 0, 6);
        self.write_bytes(was, Field::EthSrc, 6, 6);
        // What is below can be written only when the entries are gone.
        let uncovers = was.is_mpls() && !self.headers.is_mpls();
        if uncovers {
            self.write_entries(was);
        }
        self.write_network(was);
        self.write_ports(was);
        self.write_icmp(was);
        if !uncovers {
            self.write_entries(was);
        }
        self.write_tags(was);
    }

    /// The value of a field that is not as it was written.
    fn news(&self, was: &mut Headers, field: Field) -> Option<[u8; 16]> {
        let value = self.key().get(field);
        if was.key.get(field) == value {
            return None;
        }
        was.key.set(field, value, u128::MAX);
        Some(value.to_be_bytes())
    }

    /// A field that no checksum covers, as far as the frame goes.
    fn write_bytes(&mut self, was: &mut Headers, field: Field, at: usize, width: usize) {
        if let Some(new) = self.news(was, field) {
            let place = self.bytes_mut().iter_mut().skip(at);
            for (byte, new) in place.zip(&new[16 - width..]) {
                *byte = *new;
            }
        }
    }

    fn write_network(&mut self, was: &mut Headers) {
        // Open vSwitch takes what has neither protocol nor opcode for nothing.
        let is_something = [Field::IpProto, Field::ArpOp].map(|field| self.key().get(field) != 0);
        if !is_something.contains(&true) {
            return;
        }
        match was.eth_type() {
            ethertype::IPV4 => self.write_ipv4(was),
            ethertype::IPV6 => {
                self.write_ipv6(was);
                if was.key.get(Field::IpProto) == ip_proto::ICMPV6.into() {
                    self.write_nd_extensions(was);
                    self.write_nd(was);
                }
            }
            ethertype::ARP => self.write_arp(was),
            _ => {}
        }
    }

    fn write_arp(&mut self, was: &mut Headers) {
        let Some(arp) = self.layers.network else {
            return;
        };
        let all_ones = self.key().get(Field::ArpOp) == 0xff && was.key.get(Field::ArpOp) != 0xff;
        self.write_bytes(was, Field::ArpOp, arp + 6, 2);
        if let (true, Some(high)) = (all_ones, self.bytes_mut().get_mut(arp + 6)) {
            // As Open vSwitch writes it.
            *high = 0xff;
        }
        self.write_bytes(was, Field::ArpSha, arp + 8, 6);
        self.write_bytes(was, Field::ArpSpa, arp + 14, 4);
        self.write_bytes(was, Field::ArpTha, arp + 18, 6);
        self.write_bytes(was, Field::ArpTpa, arp + 24, 4);
    }

    fn write_ipv4(&mut self, was: &mut Headers) {
        let Some(IpHeader::V4(header)) = self.layers.ip else {
            return;
        };
        for (field, at) in [(Field::Ipv4Src, header + 12), (Field::Ipv4Dst, header + 16)] {
            if let Some(new) = self.news(was, field) {
                let old = self.replace::<4>(at, &new[12..]);
                self.update_pseudo_header(&old, &new[12..]);
                self.update(header + 10, &old, &new[12..]);
            }
        }
        if let Some(tos) = self.new_tos(was) {
            let first = self.bytes()[header];
            self.set_ipv4_word(header, header, [first, tos]);
        }
        if let Some([.., ttl]) = self.news(was, Field::NwTtl) {
            let protocol = self.bytes()[header + 9];
            self.set_ipv4_word(header, header + 8, [ttl, protocol]);
        }
    }

    fn new_tos(&self, was: &mut Headers) -> Option<u8> {
        let changed = [Field::IpDscp, Field::IpEcn].map(|field| self.news(was, field).is_some());
        let get = |field| u8::try_from(self.key().get(field)).unwrap_or_default();
        let tos = get(Field::IpDscp) << 2 | get(Field::IpEcn);
        changed.contains(&true).then_some(tos)
    }

    fn write_ipv6(&mut self, was: &mut Headers) {
        let Some(IpHeader::V6 { at, covered }) = self.layers.ip else {
            return;
        };
        for (field, at) in [(Field::Ipv6Src, at + 8), (Field::Ipv6Dst, at + 24)] {
            if let Some(new) = self.news(was, field) {
                let old = self.replace::<16>(at, &new);
                if covered {
                    self.update_pseudo_header(&old, &new);
                }
            }
        }
        if let Some(tos) = self.new_tos(was) {
            let frame = self.bytes_mut();
            frame[at] = frame[at] & 0xf0 | tos >> 4;
            frame[at + 1] = frame[at + 1] & 0x0f | tos << 4;
        }
        if let Some(new) = self.news(was, Field::Ipv6Flabel) {
            let frame = self.bytes_mut();
            frame[at + 1] = frame[at + 1] & 0xf0 | new[13];
            frame[at + 2..at + 4].copy_from_slice(&new[14..]);
        }
        if let Some([.., ttl]) = self.news(was, Field::NwTtl) {
            self.bytes_mut()[at + 7] = ttl;
        }
    }

    /// The reserved word, and the type of the first option, be there one or not. Open vSwitch makes
    /// the checksum anew: of what it takes for a pseudo header, where there are others in between.
    fn write_nd_extensions(&mut self, was: &mut Headers) {
        let word = self.news(was, Field::NdReserved);
        let kind = self.news(was, Field::NdOptionsType);
        let (Some((at, end)), Some(IpHeader::V6 { at: ip, .. })) = (self.nd(), self.layers.ip)
        else {
            return;
        };
        if word.is_none() && kind.is_none() {
            return;
        }
        let frame = self.bytes_mut();
        if let Some(word) = word {
            frame[at + 4..at + 8].copy_from_slice(&word[12..]);
        }
        if let (Some([.., kind]), Some(place)) = (kind, frame.get_mut(at + ND)) {
            *place = kind;
        }
        frame[at + 2..at + 4].fill(0);
        let lengths = [0, frame[ip + 6], frame[ip + 4], frame[ip + 5]];
        let sum = checksum::of(&[&frame[ip + 8..ip + 40], &lengths, &frame[at..end]]);
        frame[at + 2..at + 4].copy_from_slice(&sum.to_be_bytes());
    }

    /// Where a message of neighbour discovery begins and ends.
    fn nd(&self) -> Option<(usize, usize)> {
        match self.layers.taken_for_transport {
            Some((Transport::Icmpv6, at, end)) if end - at >= ND => Some((at, end)),
            _ => None,
        }
    }

    /// Target and link-layer addresses; an option that is not there is not added.
    fn write_nd(&mut self, was: &mut Headers) {
        let target = self.news(was, Field::Ipv6NdTarget);
        let sll = self.news(was, Field::Ipv6NdSll);
        let tll = self.news(was, Field::Ipv6NdTll);
        let Some((at, end)) = self.nd() else { return };
        if let Some(target) = target {
            let old = self.replace::<16>(at + 8, &target);
            self.update(at + 2, &old, &target);
        }
        let option = self.nd_option(at + ND, end);
        let address = option.and_then(|(kind, place)| {
            let new = if kind == 1 { sll } else { tll };
            Some((place, new?))
        });
        if let Some((place, new)) = address {
            let old = self.replace::<6>(place, &new[10..]);
            self.update(at + 2, &old, &new[10..]);
        }
    }

    /// The first option with a link-layer address, its kind and where that is. From the length of
    /// each option Open vSwitch takes how many bytes follow the one before.
    fn nd_option(&self, mut at: usize, end: usize) -> Option<(u8, usize)> {
        let frame = self.bytes();
        let mut left = end - at;
        while left >= ND_OPTION && at + ND_OPTION <= frame.len() {
            match [frame[at], frame[at + 1]] {
                [_, 0] => return None,
                [kind @ (1 | 2), 1] => return Some((kind, at + 2)),
                [_, units] => at += usize::from(units) * ND_OPTION,
            }
            let next = usize::from(*frame.get(at + 1)?);
            left = left.checked_sub(next * ND_OPTION)?;
        }
        None
    }

    fn write_ports(&mut self, was: &mut Headers) {
        if !matches!(was.eth_type(), ethertype::IPV4 | ethertype::IPV6) {
            return;
        }
        let protocol = self.key().get(Field::IpProto);
        let Some((kind, at, end)) = self.layers.transport else {
            return;
        };
        let is_of = match kind {
            Transport::Tcp => ip_proto::TCP,
            Transport::Udp => ip_proto::UDP,
            Transport::Sctp => super::parse::SCTP,
            Transport::Icmp | Transport::Icmpv6 => return,
        };
        if protocol != is_of.into() {
            return;
        }
        for (field, at) in [(Field::TcpSrc, at), (Field::TcpDst, at + 2)] {
            if let Some(new) = self.news(was, field) {
                self.set_port(kind, at, &new[14..], end);
            }
        }
    }

    fn set_port(&mut self, kind: Transport, at: usize, new: &[u8], end: usize) {
        let Some((_, header, _)) = self.layers.transport else {
            return;
        };
        let before = (kind == Transport::Sctp).then(|| checksum::sctp(&self.bytes()[header..end]));
        let old = self.replace::<2>(at, new);
        match kind {
            Transport::Tcp => self.update(header + 16, &old, new),
            Transport::Udp => self.update_udp(header, &old, new),
            _ => {}
        }
        if let Some(before) = before {
            // A checksum that was wrong stays as wrong as it was.
            let after = checksum::sctp(&self.bytes()[header..end]);
            let change = (before ^ after).to_be_bytes();
            let place = &mut self.bytes_mut()[header + 8..header + 12];
            for (byte, change) in place.iter_mut().zip(change) {
                *byte ^= change;
            }
        }
    }

    /// Type and code together; in a later fragment, in what Open vSwitch takes for them.
    fn write_icmp(&mut self, was: &mut Headers) {
        let is_icmp = matches!(
            (self.headers.eth_type(), self.key().get(Field::IpProto)),
            (ethertype::IPV4, 1) | (ethertype::IPV6, 58)
        );
        if !is_icmp {
            return;
        }
        let changed = [Field::Icmpv4Type, Field::Icmpv4Code];
        if !changed
            .map(|field| self.news(was, field).is_some())
            .contains(&true)
        {
            return;
        }
        if let Some((Transport::Icmp | Transport::Icmpv6, at, _)) = self.layers.taken_for_transport
        {
            let byte = |field| u8::try_from(self.key().get(field)).unwrap_or_default();
            let pair = changed.map(byte);
            let old = self.replace::<2>(at, &pair);
            self.update(at + 2, &old, &pair);
        }
    }

    /// Two bytes of an IPv4 header, and its checksum.
    pub(super) fn set_ipv4_word(&mut self, header: usize, at: usize, new: [u8; 2]) {
        let old = self.replace::<2>(at, &new);
        self.update(header + 10, &old, &new);
    }

    /// The checksum of the transport covers the addresses too.
    fn update_pseudo_header(&mut self, old: &[u8], new: &[u8]) {
        let is_v6 = matches!(self.layers.ip, Some(IpHeader::V6 { .. }));
        match self.layers.taken_for_transport {
            Some((Transport::Tcp, at, _)) => self.update(at + 16, old, new),
            Some((Transport::Udp, at, _)) => self.update_udp(at, old, new),
            Some((Transport::Icmpv6, at, _)) if is_v6 => self.update(at + 2, old, new),
            _ => {}
        }
    }

    /// Puts bytes in; answers with what was there.
    fn replace<const N: usize>(&mut self, at: usize, new: &[u8]) -> [u8; N] {
        let place = &mut self.bytes_mut()[at..at + N];
        let mut old = [0; N];
        old.copy_from_slice(place);
        place.copy_from_slice(new);
        old
    }

    /// A checksum, after bytes it covers have changed. It stays as it is if they have not, even in
    /// a form that no sum has.
    fn update(&mut self, at: usize, old: &[u8], new: &[u8]) {
        if old == new {
            return;
        }
        let frame = self.bytes_mut();
        let before = u16::from_be_bytes([frame[at], frame[at + 1]]);
        let after = checksum::updated(before, old, new);
        frame[at..at + 2].copy_from_slice(&after.to_be_bytes());
    }

    /// Zero means that there is no checksum, and stays (RFC 768); one that comes out as zero is
    /// written as its other form.
    fn update_udp(&mut self, header: usize, old: &[u8], new: &[u8]) {
        let at = header + 6;
        if self.bytes()[at..at + 2] == [0, 0] || old == new {
            return;
        }
        self.update(at, old, new);
        if self.bytes()[at..at + 2] == [0, 0] {
            self.bytes_mut()[at..at + 2].fill(0xff);
        }
    }
}
