use std::net::{Ipv6Addr, SocketAddrV4};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use proptest::prelude::*;

use super::build::{self, Ethernet};
use super::*;

const A: MacAddr = MacAddr([2, 0, 0, 0, 0, 0xa]);
const B: MacAddr = MacAddr([2, 0, 0, 0, 0, 0xb]);
const IP_A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const IP_B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const IP6_A: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xa);
const IP6_B: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0x12, 0x3456);

fn ask_everything(frame: &[u8]) {
    let Some(packet) = PacketView::parse(frame) else {
        return;
    };
    let _ = (
        packet.arp(),
        packet.ip_addresses(),
        packet.transport(),
        packet.neighbour(),
    );
    let _ = packet
        .ipv4()
        .map(|ip| (ip.dscp(), ip.ttl(), ip.payload().len()));
    let _ = packet.ipv6().map(|ip| (ip.hop_limit(), ip.payload().len()));
}

fn samples() -> Vec<Vec<u8>> {
    let syn = TcpSegment {
        seq: 7,
        ack: 9,
        flags: TcpSegment::SYN,
    };
    let udp = {
        let mut frame = Vec::new();
        etherparse::PacketBuilder::ethernet2(A.0, B.0)
            .ipv4(IP_A.octets(), IP_B.octets(), 3)
            .udp(68, 67)
            .write(&mut frame, b"payload")
            .unwrap();
        frame
    };
    vec![
        build::arp_request((A, IP_A), IP_B, None).to_vec(),
        build::arp_reply((A, IP_A), (B, IP_B), Some(12)).to_vec(),
        build::neighbour_solicitation((A, IP6_A), IP6_B, None).to_vec(),
        build::neighbour_advertisement((A, IP6_A), (B, IP6_B), Some(4095)).to_vec(),
        build::tcp_segment(
            Ethernet::untagged(A, B),
            SocketAddrV4::new(IP_A, 80),
            SocketAddrV4::new(IP_B, 40_000),
            syn,
        )
        .to_vec(),
        udp,
    ]
}

#[test]
fn an_arp_request_is_broadcast_and_reads_back() {
    let frame = build::arp_request((A, IP_A), IP_B, Some(7));
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.eth_dst(), MacAddr::BROADCAST);
    assert_eq!(packet.vlan(), Some(VlanTag { id: 7, priority: 0 }));
    let expected = Arp {
        op: Arp::REQUEST,
        sha: A,
        spa: IP_A,
        tha: MacAddr::ZERO,
        tpa: IP_B,
    };
    assert_eq!(packet.arp(), Some(expected));
    assert_eq!(packet.ip_addresses(), None);
}

#[test]
fn a_solicitation_goes_to_the_targets_group_with_a_right_checksum() {
    let frame = build::neighbour_solicitation((A, IP6_A), IP6_B, None);
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.eth_dst(), "33:33:ff:12:34:56".parse().unwrap());
    assert_eq!(
        packet.ipv6().unwrap().dst(),
        "ff02::1:ff12:3456".parse::<Ipv6Addr>().unwrap()
    );
    assert_eq!(
        packet.neighbour(),
        Some(Neighbour::Solicitation {
            target: IP6_B,
            source_mac: Some(A)
        })
    );
    assert_icmpv6_checksum(&frame);
}

#[test]
fn a_solicitation_without_an_address_leaves_out_the_mac() {
    let frame = build::neighbour_solicitation((A, Ipv6Addr::UNSPECIFIED), IP6_B, None);
    let neighbour = PacketView::parse(&frame).unwrap().neighbour();
    assert_eq!(
        neighbour,
        Some(Neighbour::Solicitation {
            target: IP6_B,
            source_mac: None
        })
    );
    assert_icmpv6_checksum(&frame);
}

#[test]
fn an_advertisement_tells_the_senders_mac() {
    let frame = build::neighbour_advertisement((A, IP6_A), (B, IP6_B), None);
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.eth_dst(), B);
    assert_eq!(
        packet.neighbour(),
        Some(Neighbour::Advertisement {
            target: IP6_A,
            target_mac: Some(A)
        })
    );
    assert_eq!(
        packet.transport(),
        Some(Transport::Icmp { kind: 136, code: 0 })
    );
    assert_icmpv6_checksum(&frame);
}

#[test]
fn an_advertisement_to_nobody_in_particular_goes_to_all_nodes() {
    let frame = build::neighbour_advertisement((A, IP6_A), (B, Ipv6Addr::UNSPECIFIED), None);
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.eth_dst(), "33:33:00:00:00:01".parse().unwrap());
    assert_eq!(
        packet.ipv6().unwrap().dst(),
        "ff02::1".parse::<Ipv6Addr>().unwrap()
    );
}

#[test]
fn a_neighbour_from_beyond_a_router_is_none() {
    let mut frame = build::neighbour_advertisement((A, IP6_A), (B, IP6_B), None).to_vec();
    frame[14 + 7] = 254;
    assert_eq!(PacketView::parse(&frame).unwrap().neighbour(), None);
}

#[test]
fn a_tcp_segment_has_right_checksums_and_reads_back() {
    let segment = TcpSegment {
        seq: 1,
        ack: 2,
        flags: TcpSegment::RST | TcpSegment::ACK,
    };
    let src = SocketAddrV4::new(IP_A, 33_000);
    let dst = SocketAddrV4::new(IP_B, 80);
    let frame = build::tcp_segment(
        Ethernet {
            src: A,
            dst: B,
            vlan: None,
        },
        src,
        dst,
        segment,
    );
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.ip_addresses(), Some((IP_A.into(), IP_B.into())));
    let expected = Transport::Tcp {
        src: 33_000,
        dst: 80,
        segment: Some(segment),
    };
    assert_eq!(packet.transport(), Some(expected));

    let sliced = SlicedPacket::from_ethernet(&frame).unwrap();
    let Some(NetSlice::Ipv4(ip)) = sliced.net else {
        panic!("not IPv4")
    };
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else {
        panic!("not TCP")
    };
    let header = ip.header().to_header();
    assert_eq!(header.header_checksum, header.calc_header_checksum());
    assert_eq!(
        tcp.checksum(),
        tcp.calc_checksum_ipv4(header.source, header.destination)
            .unwrap()
    );
}

#[test]
fn a_udp_payload_ends_where_the_datagram_does() {
    let mut frame = samples().pop().unwrap();
    frame.extend_from_slice(&[0; 20]);
    let transport = PacketView::parse(&frame).unwrap().transport();
    assert_eq!(
        transport,
        Some(Transport::Udp {
            src: 68,
            dst: 67,
            payload: b"payload"
        })
    );
}

#[test]
fn ports_are_read_from_a_packet_cut_off_behind_them() {
    let whole = samples().swap_remove(4);
    let packet = PacketView::parse(&whole[..14 + 20 + 4]).unwrap();
    let cut = Transport::Tcp {
        src: 80,
        dst: 40_000,
        segment: None,
    };
    assert_eq!(packet.transport(), Some(cut));
    assert_eq!(packet.transport().unwrap().ports(), Some((80, 40_000)));
}

#[test]
fn a_later_fragment_has_no_ports() {
    let mut frame = samples().swap_remove(4);
    frame[14 + 7] = 1;
    let packet = PacketView::parse(&frame).unwrap();
    assert!(packet.ipv4().unwrap().is_later_fragment());
    assert_eq!(packet.transport(), None);
}

#[test]
fn extension_headers_are_stepped_over() {
    let mut frame = build::neighbour_solicitation((A, IP6_A), IP6_B, None).to_vec();
    let destination_options = [58, 0, 1, 4, 0, 0, 0, 0];
    let hop_by_hop = [60, 0, 1, 4, 0, 0, 0, 0];
    frame[14 + 6] = 0;
    frame[14 + 5] += 16;
    frame.splice(54..54, [hop_by_hop, destination_options].concat());
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.ipv6().unwrap().protocol(), ip_proto::ICMPV6);
    assert!(packet.neighbour().is_some());
}

#[test]
fn the_outer_of_two_tags_counts_and_the_type_is_behind_both() {
    let inner = build::arp_request((A, IP_A), IP_B, Some(5));
    let mut frame = inner.to_vec();
    frame.splice(12..12, [0x88, 0xa8, 0x60, 0x09]);
    let packet = PacketView::parse(&frame).unwrap();
    assert_eq!(packet.vlan(), Some(VlanTag { id: 9, priority: 3 }));
    assert_eq!(packet.eth_type(), ethertype::ARP);
    assert!(packet.arp().is_some());
}

#[test]
fn an_802_3_frame_has_no_ethernet_type_but_behind_snap() {
    let mut frame = [B.0, A.0].concat();
    frame.extend_from_slice(&[0, 8, 0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x06, 1, 2, 3, 4]);
    assert_eq!(
        PacketView::parse(&frame).unwrap().eth_type(),
        ethertype::ARP
    );
    frame[14] = 0x42;
    assert_eq!(
        PacketView::parse(&frame).unwrap().eth_type(),
        ethertype::NONE
    );
}

#[test]
fn an_arp_packet_for_other_hardware_is_none() {
    let mut frame = samples().swap_remove(0);
    frame[15] = 6;
    assert_eq!(PacketView::parse(&frame).unwrap().arp(), None);
}

#[test]
fn every_prefix_of_a_frame_is_read_without_a_panic() {
    for frame in samples() {
        for end in 0..=frame.len() {
            ask_everything(&frame[..end]);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(
        at in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut frame = samples().swap_remove(at);
        for (index, byte) in changes {
            let index = index.index(frame.len());
            frame[index] = byte;
        }
        ask_everything(&frame);
    }
}

fn assert_icmpv6_checksum(frame: &[u8]) {
    let sliced = SlicedPacket::from_ethernet(frame).unwrap();
    let Some(NetSlice::Ipv6(ip)) = sliced.net else {
        panic!("not IPv6")
    };
    let Some(TransportSlice::Icmpv6(icmp)) = sliced.transport else {
        panic!("not ICMPv6")
    };
    assert!(icmp.is_checksum_valid(ip.header().source(), ip.header().destination()));
}
