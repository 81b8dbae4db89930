//! IPv4, IPv6 and what they carry.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::MacAddr;

use super::{ip_proto, split_u16, split_u32};

/// An IPv4 header (RFC 791) and what follows it.
#[derive(Debug, Clone, Copy)]
pub struct Ipv4View<'a> {
    fixed: &'a [u8; 20],
    payload: &'a [u8],
}

impl<'a> Ipv4View<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk::<20>()?;
        let header_len = usize::from(fixed[0] & 0x0f) * 4;
        if fixed[0] >> 4 != 4 || header_len < 20 {
            return None;
        }
        let total_len = usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
        // What is longer than announced is Ethernet padding; shorter, a packet cut by the switch.
        let end = total_len.min(bytes.len());
        Some(Self {
            fixed,
            payload: bytes.get(header_len..end)?,
        })
    }

    /// Source.
    #[must_use]
    pub fn src(&self) -> Ipv4Addr {
        let [.., a, b, c, d, _, _, _, _] = *self.fixed;
        Ipv4Addr::new(a, b, c, d)
    }

    /// Destination.
    #[must_use]
    pub fn dst(&self) -> Ipv4Addr {
        let [.., a, b, c, d] = *self.fixed;
        Ipv4Addr::new(a, b, c, d)
    }

    /// Protocol number.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.fixed[9]
    }

    /// Differentiated services code point, 6 bits.
    #[must_use]
    pub fn dscp(&self) -> u8 {
        self.fixed[1] >> 2
    }

    /// Hops left.
    #[must_use]
    pub fn ttl(&self) -> u8 {
        self.fixed[8]
    }

    /// Whether the transport header is in another packet: a fragment that is not the first.
    #[must_use]
    pub fn is_later_fragment(&self) -> bool {
        u16::from_be_bytes([self.fixed[6], self.fixed[7]]) & 0x1fff != 0
    }

    /// What follows the header and its options, without Ethernet padding.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// TCP, UDP or ICMP; `None` in a later fragment.
    #[must_use]
    pub fn transport(&self) -> Option<Transport<'a>> {
        if self.is_later_fragment() {
            return None;
        }
        match self.protocol() {
            ip_proto::ICMP => Transport::icmp(self.payload),
            protocol => Transport::parse(protocol, self.payload),
        }
    }
}

/// An IPv6 header (RFC 8200) and what follows its extension headers.
#[derive(Debug, Clone, Copy)]
pub struct Ipv6View<'a> {
    fixed: &'a [u8; 40],
    next_header: u8,
    later_fragment: bool,
    payload: &'a [u8],
}

impl<'a> Ipv6View<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (fixed, rest) = bytes.split_first_chunk::<40>()?;
        if fixed[0] >> 4 != 6 {
            return None;
        }
        let payload_len = usize::from(u16::from_be_bytes([fixed[4], fixed[5]]));
        let rest = &rest[..payload_len.min(rest.len())];
        let (next_header, later_fragment, payload) = after_extensions(fixed[6], rest)?;
        Some(Self {
            fixed,
            next_header,
            later_fragment,
            payload,
        })
    }

    /// Source.
    #[must_use]
    pub fn src(&self) -> Ipv6Addr {
        address(&self.fixed[8..24])
    }

    /// Destination.
    #[must_use]
    pub fn dst(&self) -> Ipv6Addr {
        address(&self.fixed[24..40])
    }

    /// Next header behind the extension headers.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.next_header
    }

    /// Hops left.
    #[must_use]
    pub fn hop_limit(&self) -> u8 {
        self.fixed[7]
    }

    /// What follows the extension headers, without Ethernet padding.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// TCP, UDP or ICMPv6; `None` in a later fragment.
    #[must_use]
    pub fn transport(&self) -> Option<Transport<'a>> {
        if self.later_fragment {
            return None;
        }
        match self.next_header {
            ip_proto::ICMPV6 => Transport::icmp(self.payload),
            protocol => Transport::parse(protocol, self.payload),
        }
    }

    /// A neighbour solicitation or advertisement. The hop limit has to be 255: one that crossed
    /// a router is not from a neighbour (RFC 4861 §7.1).
    #[must_use]
    pub fn neighbour(&self) -> Option<Neighbour> {
        if self.next_header != ip_proto::ICMPV6 || self.later_fragment || self.hop_limit() != 255 {
            return None;
        }
        Neighbour::parse(self.payload)
    }
}

/// Steps over hop-by-hop options, routing, fragment and destination options headers. Every step
/// takes at least eight bytes off, so the packet's length bounds the walk.
fn after_extensions(mut next: u8, mut rest: &[u8]) -> Option<(u8, bool, &[u8])> {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const FRAGMENT: u8 = 44;
    const DESTINATION: u8 = 60;
    loop {
        let length = match next {
            HOP_BY_HOP | ROUTING | DESTINATION => 8 + usize::from(*rest.get(1)?) * 8,
            FRAGMENT => 8,
            _ => return Some((next, false, rest)),
        };
        let (header, after) = rest.split_at_checked(length)?;
        let later_fragment =
            next == FRAGMENT && u16::from_be_bytes([header[2], header[3]]) & 0xfff8 != 0;
        next = header[0];
        rest = after;
        if later_fragment {
            return Some((next, true, rest));
        }
    }
}

/// What an IP packet carries, as far as OpenFlow can match on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport<'a> {
    /// TCP (RFC 9293).
    Tcp {
        /// Source port.
        src: u16,
        /// Destination port.
        dst: u16,
        /// Sequence, acknowledgement and flags; `None` where the packet was cut off after the
        /// ports.
        segment: Option<TcpSegment>,
    },
    /// UDP.
    Udp {
        /// Source port.
        src: u16,
        /// Destination port.
        dst: u16,
        /// The datagram, as far as it is there.
        payload: &'a [u8],
    },
    /// ICMP or ICMPv6.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
}

/// Where a TCP segment stands in its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TcpSegment {
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number; no meaning without the ACK flag.
    pub ack: u32,
    /// [`TcpSegment::SYN`] and the others.
    pub flags: u8,
}

impl TcpSegment {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// The acknowledgement number means something.
    pub const ACK: u8 = 0x10;
}

impl<'a> Transport<'a> {
    fn parse(protocol: u8, bytes: &'a [u8]) -> Option<Self> {
        let (src, rest) = split_u16(bytes)?;
        let (dst, rest) = split_u16(rest)?;
        match protocol {
            ip_proto::TCP => Some(Self::Tcp {
                src,
                dst,
                segment: segment(rest),
            }),
            ip_proto::UDP => Some(Self::Udp {
                src,
                dst,
                payload: datagram(rest),
            }),
            _ => None,
        }
    }

    fn icmp(bytes: &[u8]) -> Option<Self> {
        let [kind, code, ..] = *bytes else {
            return None;
        };
        Some(Self::Icmp { kind, code })
    }

    /// Source and destination port of TCP and UDP.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        match *self {
            Self::Tcp { src, dst, .. } | Self::Udp { src, dst, .. } => Some((src, dst)),
            Self::Icmp { .. } => None,
        }
    }
}

fn segment(after_ports: &[u8]) -> Option<TcpSegment> {
    let (seq, rest) = split_u32(after_ports)?;
    let (ack, rest) = split_u32(rest)?;
    let [_, flags, ..] = *rest else { return None };
    Some(TcpSegment { seq, ack, flags })
}

fn datagram(after_ports: &[u8]) -> &[u8] {
    let Some((header, payload)) = after_ports.split_first_chunk::<4>() else {
        return &[];
    };
    let length = usize::from(u16::from_be_bytes([header[0], header[1]]));
    // Zero stands for a jumbogram (RFC 2675); all that is there is taken.
    let announced = if length == 0 {
        payload.len()
    } else {
        length.saturating_sub(8)
    };
    &payload[..announced.min(payload.len())]
}

/// Who asks or tells a link-layer address in IPv6 (RFC 4861 §4.3, §4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Neighbour {
    /// Who has the target?
    Solicitation {
        /// Whose address is asked for.
        target: Ipv6Addr,
        /// Source link-layer address option.
        source_mac: Option<MacAddr>,
    },
    /// The target has this address.
    Advertisement {
        /// Whose address is told.
        target: Ipv6Addr,
        /// Target link-layer address option.
        target_mac: Option<MacAddr>,
    },
}

impl Neighbour {
    const SOLICITATION: u8 = 135;
    const ADVERTISEMENT: u8 = 136;
    const SOURCE_MAC: u8 = 1;
    const TARGET_MAC: u8 = 2;

    fn parse(icmp: &[u8]) -> Option<Self> {
        let (header, rest) = icmp.split_first_chunk::<8>()?;
        let (target, options) = rest.split_first_chunk::<16>()?;
        let target = Ipv6Addr::from(*target);
        match (header[0], header[1]) {
            (Self::SOLICITATION, 0) => {
                let source_mac = link_layer_option(options, Self::SOURCE_MAC);
                Some(Self::Solicitation { target, source_mac })
            }
            (Self::ADVERTISEMENT, 0) => {
                let target_mac = link_layer_option(options, Self::TARGET_MAC);
                Some(Self::Advertisement { target, target_mac })
            }
            _ => None,
        }
    }
}

/// Options are type, length in units of eight bytes, value; a length of zero ends the walk, as it
/// would never get on (RFC 4861 §4.6).
fn link_layer_option(mut options: &[u8], wanted: u8) -> Option<MacAddr> {
    while let [kind, units, ..] = *options
        && units != 0
    {
        let (option, rest) = options.split_at_checked(usize::from(units) * 8)?;
        if kind == wanted {
            return option[2..].first_chunk().copied().map(MacAddr);
        }
        options = rest;
    }
    None
}

fn address(bytes: &[u8]) -> Ipv6Addr {
    let bytes: [u8; 16] = bytes.try_into().expect("sliced to sixteen bytes");
    bytes.into()
}
