use etherparse::PacketBuilder;
use proptest::prelude::*;

use super::*;

fn tcp() -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .tcp(1000, 80, 7, 1024);
    let mut frame = Vec::new();
    builder.write(&mut frame, b"payload").unwrap();
    frame
}

fn udp6() -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv6([1; 16], [2; 16], 64)
        .udp(1000, 53);
    let mut frame = Vec::new();
    builder.write(&mut frame, b"payload!").unwrap();
    frame
}

fn parsed(frame: &[u8]) -> Packet {
    Packet::parse(Bytes::copy_from_slice(frame), PortNo(1))
}

/// What another parser says of the frame, its checksums computed anew.
#[track_caller]
fn checksums_are_right(frame: &[u8]) {
    let sliced = etherparse::PacketHeaders::from_ethernet_slice(frame).unwrap();
    let (Some(net), Some(transport)) = (sliced.net, sliced.transport) else {
        panic!("not a packet: {frame:02x?}");
    };
    let payload = sliced.payload.slice();
    use etherparse::{NetHeaders, TransportHeader};
    let (is, wanted) = match (&net, &transport) {
        (NetHeaders::Ipv4(ip, _), TransportHeader::Tcp(tcp)) => {
            assert_eq!(ip.header_checksum, ip.calc_header_checksum());
            (tcp.checksum, tcp.calc_checksum_ipv4(ip, payload).unwrap())
        }
        (NetHeaders::Ipv6(ip, _), TransportHeader::Udp(udp)) => {
            (udp.checksum, udp.calc_checksum_ipv6(ip, payload).unwrap())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(is, wanted);
}

/// The same, read anew, but for what is not in the frame.
#[track_caller]
fn reads_as_it_is(packet: &Packet) {
    let again = Packet::parse(packet.frame(), PortNo(1));
    assert_eq!(packet.key(), again.key());
}

fn settable() -> impl Strategy<Value = Field> {
    use Field as F;
    proptest::sample::select(vec![
        F::EthDst,
        F::EthSrc,
        F::VlanVid,
        F::VlanPcp,
        F::IpDscp,
        F::IpEcn,
        F::NwTtl,
        F::Ipv4Src,
        F::Ipv4Dst,
        F::Ipv6Src,
        F::Ipv6Dst,
        F::Ipv6Flabel,
        F::TcpSrc,
        F::TcpDst,
        F::UdpSrc,
        F::UdpDst,
        F::SctpSrc,
        F::Icmpv4Type,
        F::Icmpv6Code,
        F::Ipv6NdTarget,
        F::ArpSpa,
        F::ArpOp,
        F::MplsLabel,
        F::MplsTc,
        F::MplsTtl,
    ])
}

#[derive(Debug, Clone)]
enum Change {
    Set(Field, u128, u128),
    PushVlan,
    PopVlan,
    PushMpls,
    PopMpls(u16),
    DecTtl,
    CopyOut,
    CopyIn,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => (settable(), any::<u128>(), any::<u128>()).prop_map(|(f, v, m)| Change::Set(f, v, m)),
        1 => Just(Change::PushVlan),
        1 => Just(Change::PopVlan),
        1 => Just(Change::PushMpls),
        1 => prop_oneof![Just(0x0800_u16), Just(0x86dd), Just(0x8847), any::<u16>()].prop_map(Change::PopMpls),
        1 => Just(Change::DecTtl),
        1 => Just(Change::CopyOut),
        1 => Just(Change::CopyIn),
    ]
}

fn carry_out(packet: &mut Packet, change: &Change) {
    match *change {
        Change::Set(field, value, mask) => packet.set_field(field, value, mask),
        Change::PushVlan => packet.push_vlan(0x8100),
        Change::PopVlan => packet.pop_vlan(),
        Change::PushMpls => packet.push_mpls(0x8847),
        Change::PopMpls(ethertype) => packet.pop_mpls(ethertype),
        Change::DecTtl => {
            let _ = packet.dec_nw_ttl();
            let _ = packet.dec_mpls_ttl();
        }
        Change::CopyOut => packet.copy_ttl_out(),
        Change::CopyIn => packet.copy_ttl_in(),
    }
}

#[test]
fn a_frame_that_is_too_short_gets_no_tag() {
    for length in 0..14 {
        let mut packet = parsed(&[0; 14][..length]);
        packet.set_field(Field::VlanVid, 0x1005, u128::MAX);
        packet.set_field(Field::VlanTci, 0x1005, u128::MAX);
        packet.push_vlan(0x8100);
        assert_eq!(packet.frame(), &[0; 14][..length]);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_changed_without_a_panic(
        head in prop_oneof![Just(tcp()), Just(udp6()), Just(Vec::new())],
        cut in 0_usize..100,
        noise in proptest::collection::vec(any::<(u8, u8)>(), 0..6),
        tail in proptest::collection::vec(any::<u8>(), 0..80),
        changes in proptest::collection::vec(change(), 0..12),
    ) {
        let mut frame = head;
        frame.truncate(cut.max(frame.len() / 3));
        frame.extend(tail);
        for (at, byte) in noise {
            let length = frame.len().max(1);
            if let Some(place) = frame.get_mut(usize::from(at) % length) {
                *place = byte;
            }
        }
        let mut packet = parsed(&frame);
        prop_assert_eq!(packet.frame(), &frame[..]);
        for change in &changes {
            carry_out(&mut packet, change);
        }
        let _ = packet.frame();
    }

    #[test]
    fn checksums_stay_right(changes in proptest::collection::vec((settable(), any::<u128>(), any::<u128>()), 1..8)) {
        for frame in [tcp(), udp6()] {
            let mut packet = parsed(&frame);
            for (field, value, mask) in &changes {
                packet.set_field(*field, *value, *mask);
            }
            checksums_are_right(&packet.frame());
            reads_as_it_is(&packet);
        }
    }

    #[test]
    fn what_is_pushed_is_popped(values: [u16; 2]) {
        for frame in [tcp(), udp6()] {
            let mut packet = parsed(&frame);
            packet.push_vlan(0x88a8);
            packet.set_field(Field::VlanVid, values[0].into(), u128::MAX);
            packet.push_vlan(0x8100);
            packet.set_field(Field::VlanPcp, values[1].into(), u128::MAX);
            let eth_type = packet.key().get(Field::EthType);
            packet.push_mpls(0x8847);
            packet.push_mpls(0x8847);
            prop_assert_eq!(packet.key().get(Field::MplsBos), 0);
            packet.pop_mpls(0x8847);
            prop_assert_eq!(packet.key().get(Field::MplsBos), 1);
            packet.pop_mpls(u16::try_from(eth_type).unwrap());
            packet.pop_vlan();
            prop_assert_eq!(packet.key().get(Field::VlanVid), u128::from(values[0] & 0xfff | 0x1000));
            packet.pop_vlan();
            prop_assert_eq!(packet.frame(), &frame[..]);
            packet.recirculated();
            let again = parsed(&frame);
            prop_assert_eq!(packet.key(), again.key());
        }
    }
}

#[test]
fn fields_of_a_packet_are_read() {
    let packet = parsed(&tcp());
    let get = |field| packet.key().get(field);
    assert_eq!(get(Field::EthType), 0x0800);
    assert_eq!(get(Field::Ipv4Dst), 0x0a00_0002);
    assert_eq!((get(Field::TcpSrc), get(Field::TcpDst)), (1000, 80));
    assert_eq!(get(Field::NwTtl), 64);
    let packet = parsed(&udp6());
    let get = |field| packet.key().get(field);
    assert_eq!(get(Field::UdpDst), 53);
    assert_eq!(get(Field::Ipv6Src), u128::from_be_bytes([1; 16]));
}

#[test]
fn an_explicit_null_label_takes_the_packets_time_to_live() {
    let mut packet = parsed(&tcp());
    packet.push_mpls(0x8847);
    let get = |field| packet.key().get(field);
    assert_eq!(
        (
            get(Field::MplsLabel),
            get(Field::MplsTtl),
            get(Field::MplsBos)
        ),
        (0, 64, 1)
    );
    assert_eq!(get(Field::Ipv4Dst), 0, "what is below is not looked at");
    packet.set_mpls_ttl(9);
    packet.copy_ttl_in();
    packet.pop_mpls(0x0800);
    packet.recirculated();
    assert_eq!(packet.key().get(Field::NwTtl), 9);
    checksums_are_right(&packet.frame());
}

#[test]
fn a_time_to_live_of_one_is_not_decremented() {
    let mut packet = parsed(&tcp());
    packet.set_nw_ttl(2);
    assert_eq!(packet.dec_nw_ttl(), Ok(()));
    assert_eq!(packet.dec_nw_ttl(), Err(InvalidTtl));
    assert_eq!(packet.key().get(Field::NwTtl), 1);
}

#[test]
fn a_switch_looks_at_one_tag_of_two() {
    let mut frame = tcp();
    frame.splice(12..12, [0x88, 0xa8, 0, 5, 0x81, 0, 0xe0, 7]);
    let packet = parsed(&frame);
    let get = |field| packet.key().get(field);
    assert_eq!(get(Field::VlanVid), 0x1005);
    assert_eq!(get(Field::EthType), 0x8100);
    assert_eq!(get(Field::Ipv4Dst), 0);
}

#[test]
fn only_what_is_changed_is_copied() {
    let frame = Bytes::from(tcp());
    let mut packet = Packet::parse(frame.clone(), PortNo(1));
    packet.set_field(Field::Metadata, 7, u128::MAX);
    packet.set_field(Field::Reg0, 7, u128::MAX);
    assert_eq!(packet.frame().as_ptr(), frame.as_ptr());
    packet.set_field(Field::EthDst, 7, u128::MAX);
    assert_ne!(packet.frame().as_ptr(), frame.as_ptr());
}
