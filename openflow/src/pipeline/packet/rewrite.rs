//! Fields that are set: in the key, and in the bytes with every checksum over them.

use super::layout::{IpHeader, Transport};
use super::{Packet, checksum};
use crate::oxm::Field;
use crate::packet::ethertype;
use crate::pipeline::execute::is_there;

impl Packet {
    /// Sets the bits of a field that `mask` has set, in key and frame. Nothing happens where the
    /// packet does not have the field, or where no switch lets it be set (`eth_type`, `ip_proto`,
    /// `ip_frag`, `tcp_flags`, `mpls_bos`).
    pub fn set_field(&mut self, field: Field, value: u128, mask: u128) {
        if field.info().canonical.is_some() {
            let (field, value, mask) = field.to_canonical(value, Some(mask));
            return self.set_field(field, value, mask.unwrap_or(u128::MAX));
        }
        if is_behind_ip(field) {
            if !is_there(&self.key, field) {
                return;
            }
            // Also where the header is cut off, and there are no bytes to be set.
            self.key.set(field, value, mask);
        }
        match field {
            Field::EthType | Field::IpProto | Field::IpFrag | Field::TcpFlags | Field::MplsBos => {}
            Field::EthDst => self.set_bytes(field, Some(0), 6, value, mask),
            Field::EthSrc => self.set_bytes(field, Some(6), 6, value, mask),
            Field::VlanVid | Field::VlanPcp | Field::VlanTci => self.set_vlan(field, value, mask),
            Field::MplsLabel | Field::MplsTc | Field::MplsTtl => self.set_mpls(field, value, mask),
            Field::ArpOp => self.set_arp(field, 6, 2, value, mask),
            Field::ArpSha => self.set_arp(field, 8, 6, value, mask),
            Field::ArpSpa => self.set_arp(field, 14, 4, value, mask),
            Field::ArpTha => self.set_arp(field, 18, 6, value, mask),
            Field::ArpTpa => self.set_arp(field, 24, 4, value, mask),
            Field::IpDscp | Field::IpEcn | Field::NwTtl => self.set_ip(field, value, mask),
            Field::Ipv6Flabel => self.set_flow_label(value, mask),
            Field::Ipv4Src => self.set_ipv4_address(field, 12, value, mask),
            Field::Ipv4Dst => self.set_ipv4_address(field, 16, value, mask),
            Field::Ipv6Src => self.set_ipv6_address(field, 8, value, mask),
            Field::Ipv6Dst => self.set_ipv6_address(field, 24, value, mask),
            Field::TcpSrc => self.set_port(field, Transport::Tcp, 0, value, mask),
            Field::TcpDst => self.set_port(field, Transport::Tcp, 2, value, mask),
            Field::UdpSrc => self.set_port(field, Transport::Udp, 0, value, mask),
            Field::UdpDst => self.set_port(field, Transport::Udp, 2, value, mask),
            Field::SctpSrc => self.set_port(field, Transport::Sctp, 0, value, mask),
            Field::SctpDst => self.set_port(field, Transport::Sctp, 2, value, mask),
            Field::Icmpv4Type | Field::Icmpv4Code => {
                self.set_icmp(field, Transport::Icmp, value, mask)
            }
            Field::Icmpv6Type | Field::Icmpv6Code => {
                self.set_icmp(field, Transport::Icmpv6, value, mask)
            }
            Field::Ipv6NdTarget | Field::Ipv6NdSll | Field::Ipv6NdTll | Field::NdReserved => {
                self.set_nd(field, value, mask);
            }
            // Registers, metadata, tunnel fields: not in the frame.
            _ => self.key.set(field, value, mask),
        }
    }

    /// The field's bytes as they are after the key is set.
    fn settled(&mut self, field: Field, value: u128, mask: u128) -> [u8; 16] {
        self.key.set(field, value, mask);
        self.key.get(field).to_be_bytes()
    }

    fn set_bytes(
        &mut self,
        field: Field,
        at: Option<usize>,
        width: usize,
        value: u128,
        mask: u128,
    ) {
        let Some(at) = at.filter(|at| at + width <= self.bytes().len()) else {
            return;
        };
        if self.layers.ethertype.is_none() {
            return;
        }
        let bytes = self.settled(field, value, mask);
        self.bytes_mut()[at..at + width].copy_from_slice(&bytes[16 - width..]);
    }

    fn set_mpls(&mut self, field: Field, value: u128, mask: u128) {
        let Some(at) = self.layers.payload.filter(|_| self.is_mpls()) else {
            return;
        };
        if self.layers.mpls == 0 {
            // Open vSwitch takes a field that is set for an entry.
            let ethertype = u16::try_from(self.key.get(Field::EthType)).unwrap_or_default();
            self.insert_entry(at, [0; 4], ethertype);
            self.layers.mpls = 1;
        }
        self.key.set(field, value, mask);
        let get = |field| self.key.get(field);
        let entry = get(Field::MplsLabel) << 12
            | get(Field::MplsTc) << 9
            | get(Field::MplsBos) << 8
            | get(Field::MplsTtl);
        self.bytes_mut()[at..at + 4].copy_from_slice(&entry.to_be_bytes()[12..]);
    }

    fn set_arp(&mut self, field: Field, offset: usize, width: usize, value: u128, mask: u128) {
        let Some(arp) = self.layers.arp else { return };
        self.key.set(field, value, mask);
        // Open vSwitch leaves RARP as it is, and what has no opcode.
        let is_arp = self.key.get(Field::EthType) == u128::from(ethertype::ARP);
        if !is_arp || self.key.get(Field::ArpOp) == 0 {
            return;
        }
        self.set_bytes(field, Some(arp + offset), width, value, mask);
        if field == Field::ArpOp && self.key.get(field) == 0xff {
            // As Open vSwitch writes it.
            self.bytes_mut()[arp + offset] = 0xff;
        }
    }

    fn set_ip(&mut self, field: Field, value: u128, mask: u128) {
        let Some(ip) = self.layers.ip else { return };
        self.key.set(field, value, mask);
        let get = |field| u8::try_from(self.key.get(field)).unwrap_or(0);
        let tos = get(Field::IpDscp) << 2 | get(Field::IpEcn);
        let ttl = get(Field::NwTtl);
        match ip {
            IpHeader::V4(at) if field == Field::NwTtl => {
                let protocol = self.bytes()[at + 9];
                self.set_ipv4_word(at, at + 8, [ttl, protocol]);
            }
            IpHeader::V4(at) => {
                let first = self.bytes()[at];
                self.set_ipv4_word(at, at, [first, tos]);
            }
            IpHeader::V6 { at, .. } if field == Field::NwTtl => self.bytes_mut()[at + 7] = ttl,
            IpHeader::V6 { at, .. } => {
                let frame = self.bytes_mut();
                frame[at] = frame[at] & 0xf0 | tos >> 4;
                frame[at + 1] = frame[at + 1] & 0x0f | tos << 4;
            }
        }
    }

    /// Two bytes of an IPv4 header, and its checksum.
    pub(super) fn set_ipv4_word(&mut self, header: usize, at: usize, new: [u8; 2]) {
        let old = [self.bytes()[at], self.bytes()[at + 1]];
        self.bytes_mut()[at..at + 2].copy_from_slice(&new);
        self.update(header + 10, &old, &new);
    }

    fn set_flow_label(&mut self, value: u128, mask: u128) {
        let Some(IpHeader::V6 { at, .. }) = self.layers.ip else {
            return;
        };
        let bytes = self.settled(Field::Ipv6Flabel, value, mask);
        let frame = self.bytes_mut();
        frame[at + 1] = frame[at + 1] & 0xf0 | bytes[13];
        frame[at + 2..at + 4].copy_from_slice(&bytes[14..]);
    }

    fn set_ipv4_address(&mut self, field: Field, offset: usize, value: u128, mask: u128) {
        let Some(IpHeader::V4(header)) = self.layers.ip else {
            return;
        };
        let at = header + offset;
        let new = self.settled(field, value, mask);
        let old = self.replace::<4>(at, &new[12..]);
        self.update_pseudo_header(&old, &new[12..]);
        self.update(header + 10, &old, &new[12..]);
    }

    fn set_ipv6_address(&mut self, field: Field, offset: usize, value: u128, mask: u128) {
        let Some(IpHeader::V6 {
            at: header,
            covered,
        }) = self.layers.ip
        else {
            return;
        };
        let new = self.settled(field, value, mask);
        let old = self.replace::<16>(header + offset, &new);
        if covered {
            self.update_pseudo_header(&old, &new);
        }
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

    fn set_port(&mut self, field: Field, kind: Transport, offset: usize, value: u128, mask: u128) {
        let Some((is, at, end)) = self.layers.transport.filter(|(is, ..)| *is == kind) else {
            return;
        };
        let new = self.settled(field, value, mask);
        let before = (is == Transport::Sctp).then(|| checksum::sctp(&self.bytes()[at..end]));
        let old = self.replace::<2>(at + offset, &new[14..]);
        match is {
            Transport::Tcp => self.update(at + 16, &old, &new[14..]),
            Transport::Udp => self.update_udp(at, &old, &new[14..]),
            _ => {}
        }
        if let Some(before) = before {
            // A checksum that was wrong stays as wrong as it was.
            let after = checksum::sctp(&self.bytes()[at..end]);
            let change = (before ^ after).to_be_bytes();
            let place = &mut self.bytes_mut()[at + 8..at + 12];
            for (byte, change) in place.iter_mut().zip(change) {
                *byte ^= change;
            }
        }
    }

    /// Type or code; in a later fragment both, in what Open vSwitch takes for them.
    fn set_icmp(&mut self, field: Field, kind: Transport, value: u128, mask: u128) {
        let header = self.layers.taken_for_transport;
        let Some((_, at, _)) = header.filter(|(is, ..)| *is == kind) else {
            return;
        };
        let is_icmp = self.key.get(Field::IpProto) != 2; // IGMP has neither type nor code to set
        if !is_icmp {
            return;
        }
        self.key.set(field, value, mask);
        let byte = |field| u8::try_from(self.key.get(field)).unwrap_or_default();
        let pair = [byte(Field::Icmpv4Type), byte(Field::Icmpv4Code)];
        let old = self.replace::<2>(at, &pair);
        self.update(at + 2, &old, &pair);
    }

    /// Target, reserved word and link-layer addresses of neighbour discovery; an option that is
    /// not there is not added.
    fn set_nd(&mut self, field: Field, value: u128, mask: u128) {
        let Some((Transport::Icmpv6, at, end)) = self.layers.transport else {
            return;
        };
        if !self.layers.nd {
            return;
        }
        let new = self.settled(field, value, mask);
        let place = match field {
            Field::NdReserved => Some((at + 4, 4)),
            Field::Ipv6NdTarget => Some((at + 8, 16)),
            Field::Ipv6NdSll => self.nd_option(1, at + 24, end).map(|at| (at, 6)),
            _ => self.nd_option(2, at + 24, end).map(|at| (at, 6)),
        };
        let Some((place, width)) = place else { return };
        let new = &new[16 - width..];
        let old = self.bytes()[place..place + width].to_vec();
        self.bytes_mut()[place..place + width].copy_from_slice(new);
        self.update(at + 2, &old, new);
    }

    /// Where the address of the first option of this kind is.
    fn nd_option(&self, kind: u8, mut at: usize, end: usize) -> Option<usize> {
        let frame = self.bytes();
        while at + 8 <= end {
            let length = usize::from(frame[at + 1]) * 8;
            if frame[at] == kind && length == 8 {
                return Some(at + 2);
            }
            if length == 0 {
                return None;
            }
            at += length;
        }
        None
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

/// Fields of ARP, IP and what IP carries, a few of which no action can set.
fn is_behind_ip(field: Field) -> bool {
    let of_tags = matches!(
        field,
        Field::VlanPcp | Field::MplsLabel | Field::MplsTc | Field::MplsTtl
    );
    !of_tags && field.info().prerequisite.is_some()
}
