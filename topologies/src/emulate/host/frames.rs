//! IP packets of a host: building, and reading with every checksum verified, as a kernel does. A
//! switch that rewrites a packet and forgets a checksum is found out here.

use std::net::IpAddr;

use etherparse::{
    IcmpEchoHeader, Icmpv4Type, Icmpv6Type, IpFragOffset, IpHeaders, IpNumber, Ipv4Extensions,
    Ipv4Header, Ipv6Extensions, Ipv6FlowLabel, Ipv6Header, PacketBuilder, TcpHeader, icmpv4,
    icmpv6,
};
use openflow::MacAddr;
use openflow::packet::{PacketView, ip_proto};

/// Hops a packet of a host may take.
const TTL: u8 = 64;

/// Between whom a packet goes; both addresses are of one family.
#[derive(Debug, Clone, Copy)]
pub(super) struct Between {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
}

/// What a packet is, its payload apart.
#[derive(Debug, Clone)]
pub(super) enum Header {
    Icmp(Icmp),
    Udp { src: u16, dst: u16 },
    Tcp(Box<TcpHeader>),
}

/// ICMP of either family.
#[derive(Debug, Clone, Copy)]
pub(super) enum Icmp {
    EchoRequest(IcmpEchoHeader),
    EchoReply(IcmpEchoHeader),
    /// Nobody listens at the UDP port.
    PortUnreachable,
}

impl Icmp {
    fn v4(self) -> Icmpv4Type {
        match self {
            Self::EchoRequest(echo) => Icmpv4Type::EchoRequest(echo),
            Self::EchoReply(echo) => Icmpv4Type::EchoReply(echo),
            Self::PortUnreachable => {
                Icmpv4Type::DestinationUnreachable(icmpv4::DestUnreachableHeader::Port)
            }
        }
    }

    fn v6(self) -> Icmpv6Type {
        match self {
            Self::EchoRequest(echo) => Icmpv6Type::EchoRequest(echo),
            Self::EchoReply(echo) => Icmpv6Type::EchoReply(echo),
            Self::PortUnreachable => {
                Icmpv6Type::DestinationUnreachable(icmpv6::DestUnreachableCode::Port)
            }
        }
    }
}

/// A frame without its destination, which is found out after. `payload` is shorter than a frame.
pub(super) fn build(mac: MacAddr, between: Between, header: Header, payload: &[u8]) -> Vec<u8> {
    const FITS: &str = "a payload of one frame fits every length field";
    let link = PacketBuilder::ethernet2(mac.0, MacAddr::ZERO.0).ip(ip(between));
    let mut frame = Vec::with_capacity(128 + payload.len());
    match header {
        Header::Udp { src, dst } => link.udp(src, dst).write(&mut frame, payload),
        Header::Tcp(header) => link.tcp_header(*header).write(&mut frame, payload),
        Header::Icmp(icmp) if between.dst.is_ipv4() => {
            link.icmpv4(icmp.v4()).write(&mut frame, payload)
        }
        Header::Icmp(icmp) => link.icmpv6(icmp.v6()).write(&mut frame, payload),
    }
    .expect(FITS);
    frame
}

fn ip(between: Between) -> IpHeaders {
    match (between.src, between.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let header = Ipv4Header {
                dont_fragment: true,
                fragment_offset: IpFragOffset::ZERO,
                time_to_live: TTL,
                source: src.octets(),
                destination: dst.octets(),
                ..Ipv4Header::default()
            };
            IpHeaders::Ipv4(header, Ipv4Extensions::default())
        }
        (src, dst) => {
            let header = Ipv6Header {
                traffic_class: 0,
                flow_label: Ipv6FlowLabel::ZERO,
                payload_length: 0,
                next_header: IpNumber::UDP,
                hop_limit: TTL,
                source: v6(src),
                destination: v6(dst),
            };
            IpHeaders::Ipv6(header, Ipv6Extensions::default())
        }
    }
}

fn v6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// An IP packet whose checksums are right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datagram<'a> {
    pub(super) between: Between,
    pub(super) protocol: u8,
    /// TTL or hop limit.
    pub(super) ttl: u8,
    /// From the transport header on.
    pub(super) payload: &'a [u8],
    /// From the IP header on, as an ICMP error quotes it.
    pub(super) whole: &'a [u8],
}

impl<'a> Datagram<'a> {
    /// `None` for what is not IP, is a fragment but not a first one, or has a wrong checksum.
    pub(super) fn read(view: &PacketView<'a>) -> Option<Self> {
        let whole = view.payload();
        let datagram = if let Some(ip) = view.ipv4() {
            let header = whole.get(..usize::from(whole.first()? & 0x0f) * 4)?;
            if ip.is_later_fragment() || sum(header) != 0xffff {
                return None;
            }
            Self {
                between: Between {
                    src: ip.src().into(),
                    dst: ip.dst().into(),
                },
                protocol: ip.protocol(),
                ttl: ip.ttl(),
                payload: ip.payload(),
                whole,
            }
        } else {
            let ip = view.ipv6()?;
            Self {
                between: Between {
                    src: ip.src().into(),
                    dst: ip.dst().into(),
                },
                protocol: ip.protocol(),
                ttl: ip.hop_limit(),
                payload: ip.payload(),
                whole,
            }
        };
        datagram.checksum_is_right().then_some(datagram)
    }

    /// Who answers, and whom.
    pub(super) fn back(&self) -> Between {
        Between {
            src: self.between.dst,
            dst: self.between.src,
        }
    }

    fn checksum_is_right(&self) -> bool {
        let Between { src, dst } = self.between;
        let mut total = Sum::default();
        match self.protocol {
            ip_proto::UDP if src.is_ipv4() && self.payload.get(6..8) == Some(&[0, 0]) => {
                return true; // none was computed
            }
            ip_proto::ICMP => {}
            ip_proto::TCP | ip_proto::UDP | ip_proto::ICMPV6 => {
                total.address(src);
                total.address(dst);
                total.add(&[0, self.protocol]);
                // A length above 16 bits takes a jumbogram.
                total.add(&(self.payload.len() as u32).to_be_bytes());
            }
            _ => return false,
        }
        total.add(self.payload);
        total.folded() == 0xffff
    }
}

/// The ones' complement sum of an IP header, all ones when its checksum is right (RFC 1071).
fn sum(bytes: &[u8]) -> u16 {
    let mut total = Sum::default();
    total.add(bytes);
    total.folded()
}

#[derive(Debug, Default)]
struct Sum(u64);

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let (words, last) = bytes.as_chunks::<2>();
        for word in words {
            self.0 += u64::from(u16::from_be_bytes(*word));
        }
        if let [last] = last {
            self.0 += u64::from(*last) << 8;
        }
    }

    fn address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(v4) => self.add(&v4.octets()),
            IpAddr::V6(v6) => self.add(&v6.octets()),
        }
    }

    fn folded(&self) -> u16 {
        let mut total = self.0;
        while total > 0xffff {
            total = (total & 0xffff) + (total >> 16);
        }
        total as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(src: &str, dst: &str) -> Between {
        let address = |text: &str| text.parse().expect("an address");
        Between {
            src: address(src),
            dst: address(dst),
        }
    }

    fn headers() -> Vec<Header> {
        let echo = IcmpEchoHeader { id: 1, seq: 2 };
        vec![
            Header::Icmp(Icmp::EchoRequest(echo)),
            Header::Icmp(Icmp::EchoReply(echo)),
            Header::Icmp(Icmp::PortUnreachable),
            Header::Udp { src: 7, dst: 8 },
            Header::Tcp(Box::new(TcpHeader::new(1, 2, 3, 4))),
        ]
    }

    #[test]
    fn every_byte_of_a_packet_is_under_a_checksum() {
        for between in [
            between("10.0.0.1", "10.0.0.2"),
            between("fd00::1", "fd00::2"),
        ] {
            for header in headers() {
                let udp_v4 = matches!(header, Header::Udp { .. }) && between.src.is_ipv4();
                let frame = build(MacAddr([2; 6]), between, header, b"hello");
                let read = |frame: &[u8]| {
                    let view = PacketView::parse(frame).expect("a frame");
                    Datagram::read(&view).map(|datagram| datagram.payload.to_vec())
                };
                let payload = read(&frame).expect("checksums are right");
                assert!(payload.ends_with(b"hello"));
                // Under IPv6, traffic class, flow label, hop limit are free.
                let first = if between.src.is_ipv4() { 14 } else { 14 + 8 };
                for at in first..frame.len() {
                    let mut changed = frame.clone();
                    changed[at] ^= 0x10;
                    let seen = read(&changed);
                    assert_eq!(seen, None, "byte {at} of {} (udp {udp_v4})", frame.len());
                }
            }
        }
    }
}
