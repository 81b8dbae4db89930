//! Frames the controller sends of its own: answers to ARP and neighbour discovery, probes of hosts,
//! TCP segments of health checks. Checksums are right; frames are not padded to 60 bytes, which the
//! sending port does.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};

use bytes::{BufMut, Bytes};
use etherparse::{PacketBuilder, TcpHeader};

use crate::MacAddr;

use super::{Arp, TcpSegment, ethertype};

/// Addresses and tag of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ethernet {
    /// Who sends.
    pub src: MacAddr,
    /// Who is to receive.
    pub dst: MacAddr,
    /// 802.1Q tag with this id; `None` for an untagged frame.
    pub vlan: Option<u16>,
}

impl Ethernet {
    /// An untagged frame.
    #[must_use]
    pub fn untagged(src: MacAddr, dst: MacAddr) -> Self {
        Self {
            src,
            dst,
            vlan: None,
        }
    }

    fn frame(self, eth_type: u16) -> Vec<u8> {
        let mut frame = Vec::with_capacity(128);
        frame.put_slice(&self.dst.0);
        frame.put_slice(&self.src.0);
        if let Some(id) = self.vlan {
            frame.put_u16(ethertype::VLAN);
            frame.put_u16(id & 0x0fff);
        }
        frame.put_u16(eth_type);
        frame
    }
}

/// An ARP packet in a frame.
#[must_use]
pub fn arp(link: Ethernet, arp: &Arp) -> Bytes {
    let mut frame = link.frame(ethertype::ARP);
    frame.put_slice(&[0, 1, 8, 0, 6, 4]);
    frame.put_u16(arp.op);
    frame.put_slice(&arp.sha.0);
    frame.put_slice(&arp.spa.octets());
    frame.put_slice(&arp.tha.0);
    frame.put_slice(&arp.tpa.octets());
    frame.into()
}

/// Who has `target`? Broadcast from `sender`; with a sender address of 0.0.0.0 a probe, which no
/// host takes for a claim of an address (RFC 5227).
#[must_use]
pub fn arp_request(sender: (MacAddr, Ipv4Addr), target: Ipv4Addr, vlan: Option<u16>) -> Bytes {
    let link = Ethernet {
        src: sender.0,
        dst: MacAddr::BROADCAST,
        vlan,
    };
    let (sha, spa) = sender;
    arp(
        link,
        &Arp {
            op: Arp::REQUEST,
            sha,
            spa,
            tha: MacAddr::ZERO,
            tpa: target,
        },
    )
}

/// `sender` has its address; told to `target` only.
#[must_use]
pub fn arp_reply(
    sender: (MacAddr, Ipv4Addr),
    target: (MacAddr, Ipv4Addr),
    vlan: Option<u16>,
) -> Bytes {
    let link = Ethernet {
        src: sender.0,
        dst: target.0,
        vlan,
    };
    let ((sha, spa), (tha, tpa)) = (sender, target);
    arp(
        link,
        &Arp {
            op: Arp::REPLY,
            sha,
            spa,
            tha,
            tpa,
        },
    )
}

/// Who has `target`? Multicast to the target's solicited-node group; the sender's link-layer
/// address is left out where its address is `::`, as RFC 4861 §4.3 demands.
#[must_use]
pub fn neighbour_solicitation(
    sender: (MacAddr, Ipv6Addr),
    target: Ipv6Addr,
    vlan: Option<u16>,
) -> Bytes {
    let group = solicited_node_group(target);
    let [.., a, b, c, d] = group.octets();
    let link = Ethernet {
        src: sender.0,
        dst: MacAddr([0x33, 0x33, a, b, c, d]),
        vlan,
    };
    let mut body = target.octets().to_vec();
    if !sender.1.is_unspecified() {
        body.put_slice(&[1, 1]);
        body.put_slice(&sender.0.0);
    }
    icmpv6(link, sender.1, group, (135, [0; 4]), &body)
}

/// `sender` has its address; told to `target`, solicited and overriding. Where the asker has no
/// address yet (`::`), the answer goes to all nodes and is not marked solicited (RFC 4861 §7.2.4).
#[must_use]
pub fn neighbour_advertisement(
    sender: (MacAddr, Ipv6Addr),
    target: (MacAddr, Ipv6Addr),
    vlan: Option<u16>,
) -> Bytes {
    const SOLICITED: u8 = 0x40;
    const OVERRIDE: u8 = 0x20;
    const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
    let (dst_mac, dst, flags) = if target.1.is_unspecified() {
        (MacAddr([0x33, 0x33, 0, 0, 0, 1]), ALL_NODES, OVERRIDE)
    } else {
        (target.0, target.1, SOLICITED | OVERRIDE)
    };
    let mut body = sender.1.octets().to_vec();
    body.put_slice(&[2, 1]);
    body.put_slice(&sender.0.0);
    let link = Ethernet {
        src: sender.0,
        dst: dst_mac,
        vlan,
    };
    icmpv6(link, sender.1, dst, (136, [flags, 0, 0, 0]), &body)
}

/// A TCP segment without data.
#[must_use]
pub fn tcp_segment(
    link: Ethernet,
    src: SocketAddrV4,
    dst: SocketAddrV4,
    segment: TcpSegment,
) -> Bytes {
    const WINDOW: u16 = 1024;
    const TTL: u8 = 64;
    let mut header = TcpHeader::new(src.port(), dst.port(), segment.seq, WINDOW);
    header.acknowledgment_number = segment.ack;
    header.fin = segment.flags & TcpSegment::FIN != 0;
    header.syn = segment.flags & TcpSegment::SYN != 0;
    header.rst = segment.flags & TcpSegment::RST != 0;
    header.ack = segment.flags & TcpSegment::ACK != 0;
    let mut frame = link.frame(ethertype::IPV4);
    PacketBuilder::ipv4(src.ip().octets(), dst.ip().octets(), TTL)
        .tcp_header(header)
        .write(&mut frame, &[])
        .expect("a segment of forty bytes fits every length field");
    frame.into()
}

fn icmpv6(
    link: Ethernet,
    src: Ipv6Addr,
    dst: Ipv6Addr,
    (kind, bytes5to8): (u8, [u8; 4]),
    body: &[u8],
) -> Bytes {
    let mut frame = link.frame(ethertype::IPV6);
    PacketBuilder::ipv6(src.octets(), dst.octets(), 255)
        .icmpv6_raw(kind, 0, bytes5to8)
        .write(&mut frame, body)
        .expect("a message of tens of bytes fits every length field");
    frame.into()
}

/// ff02::1:ff and the last three bytes (RFC 4291 §2.7.1).
fn solicited_node_group(target: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = target.octets();
    Ipv6Addr::new(
        0xff02,
        0,
        0,
        0,
        0,
        1,
        0xff00 | u16::from(a),
        u16::from_be_bytes([b, c]),
    )
}
