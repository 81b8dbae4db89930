//! Claims about lowering and lifting as a whole.

use std::net::{Ipv4Addr, SocketAddrV4};

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::*;
use crate::oxm::Field;
use crate::packet::TcpSegment;
use crate::packet::build::{Ethernet, tcp_segment};
use crate::wire::{Body, Message};
use crate::{Cookie, GroupId, MacAddr, MeterId, PortNo, TableId, Version, Xid};

const XID: Xid = Xid(7);

fn encode(message: &ToSwitch, version: Version) -> Bytes {
    let mut bytes = BytesMut::new();
    message
        .encode(version, XID, &mut bytes)
        .unwrap_or_else(|error| panic!("{error}"));
    bytes.freeze()
}

fn through_bytes(change: &FlowMod, version: Version) -> (FlowMod, Option<String>) {
    let bytes = encode(&ToSwitch::FlowMod(change.clone()), version);
    let mut unknown = Words::default();
    let message = Message::decode(bytes.clone()).unwrap();
    let mut by_wire_structs = BytesMut::new();
    message.encode(&mut by_wire_structs).unwrap();
    assert_eq!(bytes, by_wire_structs);
    let lifted = match message.body {
        Body::V10(crate::v10::Body::FlowMod(wire)) => v10::lift_flow_mod(wire, &mut unknown),
        Body::V13(crate::v13::Body::FlowMod(wire)) => v13::lift_flow_mod(*wire, &mut unknown),
        other => panic!("{other:?} is no flow-mod"),
    };
    (lifted, unknown.into_option())
}

fn refusal(message: &ToSwitch, version: Version) -> String {
    let mut bytes = BytesMut::from(&b"before"[..]);
    let error = message.encode(version, XID, &mut bytes).unwrap_err();
    assert_eq!(&bytes[..], b"before", "{error}");
    error.to_string()
}

fn refused_flow(text: &str, version: Version) -> String {
    refusal(&ToSwitch::FlowMod(text.parse().unwrap()), version)
}

proptest! {
    #[test]
    fn what_1_0_can_say_comes_back_the_same(change in arbitrary::flow_mod(Version::V1_0)) {
        prop_assert_eq!(through_bytes(&change, Version::V1_0), (change, None));
    }

    #[test]
    fn what_1_3_can_say_comes_back_the_same(change in arbitrary::flow_mod(Version::V1_3)) {
        prop_assert_eq!(through_bytes(&change, Version::V1_3), (change, None));
    }

    #[test]
    fn what_1_0_can_say_1_3_can_say_too(
        matching in arbitrary::matching(Version::V1_0)
            .prop_filter("1.0 may ignore what is below an unusual type", |m| m.validate().is_ok()),
    ) {
        let change = FlowMod::add(5, matching, Instructions::drop());
        prop_assert_eq!(through_bytes(&change, Version::V1_3), (change, None));
    }

    #[test]
    fn generated_matches_are_valid(matching in arbitrary::matching(Version::V1_3)) {
        prop_assert_eq!(matching.validate(), Ok(()));
    }

    #[test]
    fn a_flow_reads_as_it_prints(change in arbitrary::flow_mod(Version::V1_3)) {
        let text = change.to_string();
        prop_assert_eq!(text.parse::<FlowMod>(), Ok(change), "{}", text);
    }

    #[test]
    fn a_flow_of_1_0_reads_as_it_prints(change in arbitrary::flow_mod(Version::V1_0)) {
        let text = change.to_string();
        prop_assert_eq!(text.parse::<FlowMod>(), Ok(change), "{}", text);
    }

    #[test]
    fn a_group_reads_as_it_prints(group in arbitrary::group(Version::V1_3)) {
        prop_assert_eq!(group.to_string().parse::<Group>(), Ok(group));
    }

    #[test]
    fn a_group_of_1_5_reads_as_it_prints(group in arbitrary::group(Version::V1_5)) {
        prop_assert_eq!(group.to_string().parse::<Group>(), Ok(group));
    }

    #[test]
    fn a_group_of_1_5_comes_back_the_same(group in arbitrary::group(Version::V1_5)) {
        let change = GroupMod { command: GroupCommand::Add, group };
        let bytes = encode(&ToSwitch::GroupMod(change.clone()), Version::V1_5);
        let Body::V13(crate::v13::Body::GroupMod(wire)) = Message::decode(bytes).unwrap().body else {
            panic!("not a group-mod");
        };
        prop_assert_eq!(v13::lift_group_mod(wire), change);
    }

    #[test]
    fn a_meter_reads_as_it_prints_and_comes_back_the_same(meter in arbitrary::meter()) {
        prop_assert_eq!(meter.to_string().parse::<Meter>(), Ok(meter.clone()));
        let change = MeterMod { command: MeterCommand::Add, meter };
        let bytes = encode(&ToSwitch::MeterMod(change.clone()), Version::V1_3);
        let Body::V13(crate::v13::Body::MeterMod(wire)) = Message::decode(bytes).unwrap().body else {
            panic!("not a meter-mod");
        };
        prop_assert_eq!(v13::lift_meter_mod(&wire), change);
    }

    #[test]
    fn a_group_comes_back_the_same(group in arbitrary::group(Version::V1_3)) {
        let change = GroupMod { command: GroupCommand::Add, group };
        let bytes = encode(&ToSwitch::GroupMod(change.clone()), Version::V1_3);
        let Body::V13(crate::v13::Body::GroupMod(wire)) = Message::decode(bytes).unwrap().body else {
            panic!("not a group-mod");
        };
        prop_assert_eq!(v13::lift_group_mod(wire), change);
    }

    #[test]
    fn a_quoted_flow_mod_is_told_however_much_was_cut_off(
        change in arbitrary::flow_mod(Version::V1_3),
        cut in 64..200_usize,
        v10 in any::<bool>(),
    ) {
        let version = if v10 { Version::V1_0 } else { Version::V1_3 };
        let mut bytes = BytesMut::new();
        prop_assume!(ToSwitch::FlowMod(change.clone()).encode(version, XID, &mut bytes).is_ok());
        let quoted = bytes.freeze();
        let quoted = quoted.slice(..cut.min(quoted.len()));
        let error = refused(version, 4, 9, quoted);
        let words = format!("priority {}", change.priority);
        prop_assert!(error.offending.contains(&words), "{}", error.offending);
    }
}

fn refused(version: Version, kind: u16, code: u16, data: Bytes) -> SwitchError {
    let error = crate::wire::Error {
        kind,
        code,
        experimenter: None,
        data,
    };
    let message = match version {
        Version::V1_0 => Message::v10(XID, crate::v10::Body::Error(error)),
        _ => Message::v13(version, XID, crate::v13::Body::Error(error)),
    };
    match FromSwitch::lift(message) {
        FromSwitch::Error(error) => error,
        other => panic!("{other:?} is no error"),
    }
}

#[test]
fn a_refusal_says_what_was_refused_and_why() {
    let flow: FlowMod = "priority=100,ip,nw_dst=10.0.0.1,actions=output:3"
        .parse()
        .unwrap();
    let quoted = encode(&ToSwitch::FlowMod(flow), Version::V1_3);
    let error = refused(Version::V1_3, 4, 9, quoted.clone());
    assert_eq!(error.name, "OFPBMC_BAD_PREREQ");
    assert_eq!(
        error.offending,
        "flow-mod (table 0, priority 100, ip,nw_dst=10.0.0.1, actions=output:3)"
    );
    let error = refused(Version::V1_3, 4, 9, quoted.slice(..66));
    assert_eq!(
        error.offending,
        "flow-mod (table 0, priority 100, ip,nw_dst=10.0.0.1, …)"
    );
    let error = refused(Version::V1_3, 99, 7, quoted.slice(..64));
    assert_eq!(error.name, "type 99 code 7");
    assert_eq!(error.offending, "flow-mod (table 0, priority 100, ip, …)");

    let group: Group = "group_id=5,type=all,bucket=actions=output:1"
        .parse()
        .unwrap();
    let change = ToSwitch::GroupMod(GroupMod {
        command: GroupCommand::Add,
        group,
    });
    let error = refused(Version::V1_3, 6, 0, encode(&change, Version::V1_3));
    assert_eq!(
        error.offending,
        "group-mod (add, group_id=5,type=all,bucket=actions=output:1)"
    );
    let hello = refused(
        Version::V1_3,
        0,
        0,
        Bytes::from_static(b"we speak 1.5 only\0"),
    );
    assert_eq!(hello.offending, "we speak 1.5 only");
}

#[test]
fn every_prefix_of_a_quoted_message_is_read_without_a_panic() {
    let flow: FlowMod = "priority=1,tcp,nw_dst=10.0.0.1,tp_dst=80,actions=output:3"
        .parse()
        .unwrap();
    for version in [Version::V1_0, Version::V1_3] {
        let quoted = encode(&ToSwitch::FlowMod(flow.clone()), version);
        for end in 0..=quoted.len() {
            let _ = refused(version, 3, 0, quoted.slice(..end));
        }
    }
}

#[test]
fn what_1_0_lacks_is_refused_by_name() {
    let cases = [
        (
            "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=drop",
            "masked eth_dst",
        ),
        ("metadata=5,actions=drop", "metadata"),
        ("ip,nw_ecn=1,actions=drop", "ip_ecn"),
        (
            "ip,nw_src=10.0.0.1/255.0.255.0,actions=drop",
            "ipv4_src under a mask that is no prefix",
        ),
        (
            "tcp6,tp_dst=80,actions=drop",
            "ip_proto without eth_type=0x0800",
        ),
        ("ipv6,ipv6_dst=::1,actions=drop", "ipv6_dst"),
        ("sctp,tp_dst=5,actions=drop", "sctp_dst"),
        (
            "arp,arp_op=256,actions=drop",
            "arp_op 256: 8 bits of it are matched",
        ),
        ("arp,arp_sha=00:00:00:00:00:01,actions=drop", "arp_sha"),
        (
            "vlan_tci=0x1000/0x1000,actions=drop",
            "vlan_vid of any tag without a vlan_pcp",
        ),
        ("vlan_vid=0x1001/0x1001,actions=drop", "masked vlan_vid"),
        (
            "in_port=65280,actions=drop",
            "port 65280: the last is 65279",
        ),
        ("actions=output:70000", "port 70000: the last is 65279"),
        ("actions=group:1", "group action"),
        ("actions=set_queue:1,output:1", "set_queue action"),
        ("actions=dec_ttl", "dec_nw_ttl action"),
        (
            "actions=push_vlan:0x8100,output:1",
            "push_vlan without a set_field of vlan_vid or vlan_pcp behind it",
        ),
        (
            "dl_vlan=5,actions=push_vlan:0x8100,set_field:4097->vlan_vid",
            "push_vlan on a packet with a tag: it holds one",
        ),
        (
            "actions=push_vlan:0x88a8,set_field:4097->vlan_vid",
            "push_vlan action",
        ),
        (
            "actions=set_field:4097->vlan_vid",
            "set_field of vlan_vid without a push_vlan or a tag in the match",
        ),
        (
            "udp,actions=set_field:80->tcp_dst",
            "set_field of tcp_dst without ip_proto=6 in the match",
        ),
        (
            "actions=set_field:fe80::1->ipv6_dst",
            "set_field of ipv6_dst",
        ),
        ("actions=goto_table:1", "goto_table instruction"),
        ("actions=meter:1,output:1", "meter instruction"),
        ("actions=clear_actions", "clear_actions instruction"),
        (
            "actions=write_actions(output:1)",
            "write_actions instruction",
        ),
        ("actions=write_metadata:5", "write_metadata instruction"),
        ("table=1,actions=drop", "table 1: it has table 0 only"),
        ("delete cookie=1/1", "cookie_mask"),
        ("delete out_group=1", "out_group"),
        ("no_packet_counts,actions=drop", "flag NO_PKT_COUNTS here"),
        ("modify reset_counts,actions=drop", "flag RESET_COUNTS here"),
        (
            "priority=5,tcp,in_port=1,dl_vlan=2,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,\
          dl_dst=00:00:00:00:00:02,nw_src=1.1.1.1,nw_dst=2.2.2.2,nw_tos=0,tp_src=1,tp_dst=2,\
          actions=drop",
            "priority but 65535 for a match of all twelve fields",
        ),
    ];
    for (text, feature) in cases {
        let expected = format!("OpenFlow 1.0 has no {feature}");
        assert_eq!(refused_flow(text, Version::V1_0), expected, "{text}");
    }
}

#[test]
fn messages_1_0_lacks_are_refused() {
    let group = Group::new(GroupId(1), GroupType::All, Vec::new());
    let refusals = [
        ToSwitch::GroupMod(GroupMod {
            command: GroupCommand::Add,
            group,
        }),
        ToSwitch::PortDescRequest,
        ToSwitch::GroupStatsRequest(GroupId::ALL),
        ToSwitch::GroupDescRequest,
        ToSwitch::RoleRequest {
            role: Role::NoChange,
            generation_id: 0,
        },
    ];
    for message in refusals {
        refusal(&message, Version::V1_0);
    }
}

#[test]
fn what_1_3_lacks_is_refused_by_name() {
    let cases = [
        ("actions=enqueue:1:2", "enqueue action"),
        (
            "actions=set_field:0x5/0xff->metadata",
            "masked set_field of metadata",
        ),
        ("actions=unknown(99,)", "unknown action"),
    ];
    for (text, feature) in cases {
        let expected = format!("OpenFlow 1.3 has no {feature}");
        assert_eq!(refused_flow(text, Version::V1_3), expected, "{text}");
    }
    let port = Match::any()
        .tcp_dst(80)
        .with_masked(Field::IpDscp, 0x10, 0x30);
    let masked = ToSwitch::FlowMod(FlowMod::add(1, port, Instructions::drop()));
    assert_eq!(
        refusal(&masked, Version::V1_3),
        "OpenFlow 1.3 has no masked ip_dscp"
    );
    let bridge = Match::any().eth_type(0x88e7).with(Field::PbbUca, 1);
    let new = ToSwitch::FlowMod(FlowMod::add(1, bridge, Instructions::drop()));
    assert_eq!(refusal(&new, Version::V1_3), "OpenFlow 1.3 has no pbb_uca");
    let flood = PortMod {
        port: PortNo(1),
        hw_addr: MacAddr::ZERO,
        config: PortConfig::empty(),
        mask: PortConfig::NO_FLOOD,
    };
    let expected = "OpenFlow 1.3 has no port configuration NO_FLOOD";
    assert_eq!(refusal(&ToSwitch::PortMod(flood), Version::V1_3), expected);
}

#[test]
fn a_message_too_long_for_its_length_is_refused() {
    let packet = PacketOut::to_ports(Bytes::from(vec![0; 70_000]), [PortNo(1)]);
    let message = ToSwitch::PacketOut(packet);
    for version in [Version::V1_0, Version::V1_3] {
        assert!(refusal(&message, version).contains("bytes"), "{version}");
    }
}

#[test]
fn every_request_is_a_message_of_the_specification() {
    let flows = FlowStatsRequest::all();
    let packet = PacketOut::to_ports(Bytes::from_static(b"frame"), [PortNo::FLOOD]);
    let cases = [
        (
            ToSwitch::EchoRequest(Bytes::from_static(b"x")),
            "echo_request",
            "echo_request",
        ),
        (
            ToSwitch::EchoReply(Bytes::new()),
            "echo_reply",
            "echo_reply",
        ),
        (
            ToSwitch::FeaturesRequest,
            "features_request",
            "features_request",
        ),
        (
            ToSwitch::SetConfig {
                miss_send_len: 0xffff,
            },
            "set_config",
            "set_config",
        ),
        (ToSwitch::PacketOut(packet), "packet_out", "packet_out"),
        (
            ToSwitch::BarrierRequest,
            "barrier_request",
            "barrier_request",
        ),
        (
            ToSwitch::DescRequest,
            "multipart_request",
            "multipart_request",
        ),
        (
            ToSwitch::FlowStatsRequest(flows.clone()),
            "multipart_request",
            "multipart_request",
        ),
        (
            ToSwitch::AggregateStatsRequest(flows),
            "multipart_request",
            "multipart_request",
        ),
        (
            ToSwitch::TableStatsRequest,
            "multipart_request",
            "multipart_request",
        ),
        (
            ToSwitch::PortStatsRequest(PortNo::ANY),
            "multipart_request",
            "multipart_request",
        ),
        (
            ToSwitch::RoleRequest {
                role: Role::Master,
                generation_id: 3,
            },
            "experimenter",
            "role_request",
        ),
    ];
    for (message, v10, v13) in cases {
        for (version, name) in [(Version::V1_0, v10), (Version::V1_3, v13)] {
            let decoded = Message::decode(encode(&message, version)).unwrap();
            assert_eq!(decoded.type_name(), name);
            assert_eq!(decoded.xid, XID);
        }
    }
}

#[test]
fn a_role_in_1_0_is_niciras() {
    let master = ToSwitch::RoleRequest {
        role: Role::Master,
        generation_id: 0,
    };
    let bytes = encode(&master, Version::V1_0);
    assert_eq!(bytes[8..], [0, 0, 0x23, 0x20, 0, 0, 0, 10, 0, 0, 0, 1]);
    let mut reply = bytes.to_vec();
    reply[15] = 11;
    let reply = FromSwitch::lift(Message::decode(reply.into()).unwrap());
    assert_eq!(
        reply,
        FromSwitch::RoleReply {
            role: Role::Master,
            generation_id: u64::MAX
        }
    );
}

#[test]
fn a_packet_out_sets_whatever_the_sender_knows_to_be_there() {
    let actions = [
        Action::set_vlan(5),
        Action::set_field(Field::TcpDst, 80),
        Action::set_ipv4_dst(Ipv4Addr::LOCALHOST),
        Action::output(PortNo(1)),
    ];
    let mut packet = PacketOut::to_ports(Bytes::new(), []);
    packet.actions = actions.into_iter().collect();
    encode(&ToSwitch::PacketOut(packet.clone()), Version::V1_0);
    encode(&ToSwitch::PacketOut(packet), Version::V1_3);
}

/// 1.0 has one action for ports of TCP and UDP, and one for tags that are there and that are not.
#[test]
fn a_packet_out_of_1_0_means_what_its_packet_makes_of_it() {
    let frame = |vlan, protocol| {
        let link = Ethernet {
            src: MacAddr([2; 6]),
            dst: MacAddr([4; 6]),
            vlan,
        };
        let end = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7);
        let segment = TcpSegment {
            seq: 1,
            ack: 0,
            flags: TcpSegment::SYN,
        };
        let mut frame = tcp_segment(link, end, end, segment).to_vec();
        let ip = frame.len() - 40;
        frame[ip + 9] = protocol;
        frame
    };
    let lifted = |data: Vec<u8>, actions: &[Action]| {
        let mut packet = PacketOut::to_ports(data.into(), []);
        packet.actions = actions.iter().cloned().collect();
        let bytes = encode(&ToSwitch::PacketOut(packet), Version::V1_0);
        match ToSwitch::lift(Message::decode(bytes).unwrap()) {
            Ok(ToSwitch::PacketOut(packet)) => Some(packet.actions.to_vec()),
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        }
    };
    let set = |field| [Action::set_field(field, 80)];
    for (protocol, field) in [
        (6, Field::TcpDst),
        (17, Field::UdpDst),
        (6, Field::TcpSrc),
        (17, Field::UdpSrc),
    ] {
        let same = lifted(frame(None, protocol), &set(field));
        assert_eq!(same, Some(set(field).to_vec()));
    }
    assert_eq!(lifted(frame(None, 47), &set(Field::TcpDst)), None);
    assert_eq!(lifted(Vec::new(), &set(Field::TcpDst)), None);

    let set_tag = Action::set_vlan(5);
    let pushed = [Action::PushVlan(0x8100), set_tag.clone()];
    let one = std::slice::from_ref(&set_tag);
    assert_eq!(lifted(frame(Some(3), 6), one), Some(one.to_vec()));
    assert_eq!(lifted(frame(None, 6), one), Some(pushed.to_vec()));
}

#[test]
fn instructions_that_mean_the_same_are_equal_once_normalized() {
    let odd = Instructions {
        apply: [Action::Output {
            port: PortNo(3),
            max_len: 128,
        }]
        .into_iter()
        .collect(),
        metadata: Some((0xff, 0)),
        ..Instructions::default()
    };
    assert_eq!(
        odd.normalized(),
        Instructions::apply([Action::output(PortNo(3))])
    );
    let to_controller = Instructions::apply([Action::to_controller()]);
    assert_eq!(to_controller.clone().normalized(), to_controller);
    assert_eq!(Instructions::apply([]), Instructions::drop());
    let metered = Instructions {
        meter: Some(MeterId(1)),
        ..Instructions::default()
    };
    assert_ne!(metered, Instructions::drop());
}

#[test]
fn an_untagged_packet_has_one_form_of_match() {
    let by_present_bit = Match::any().with_masked(Field::VlanVid, 0, 0x1000);
    assert_eq!(by_present_bit, Match::any().vlan(VlanMatch::Untagged));
}

#[test]
fn a_match_is_within_a_wider_one() {
    let narrow: Match = "tcp,nw_dst=10.0.1.0/24,tp_dst=80".parse().unwrap();
    for wide in [
        "",
        "ip",
        "tcp",
        "ip,nw_dst=10.0.0.0/16",
        "tcp,nw_dst=10.0.1.0/24,tp_dst=80",
    ] {
        assert!(narrow.is_within(&wide.parse().unwrap()), "{wide}");
    }
    for other in [
        "udp",
        "ip,nw_dst=10.0.1.0/25",
        "ip,nw_dst=11.0.0.0/8",
        "in_port=1",
    ] {
        assert!(!narrow.is_within(&other.parse().unwrap()), "{other}");
    }
}

#[test]
fn an_entry_with_what_we_do_not_know_says_so() {
    use crate::oxm::{Class, Oxm};
    use crate::v13;

    let mut matching = v13::Match::default();
    let register = Oxm {
        class: Class::NXM_1,
        code: 118,
        has_mask: false,
        experimenter: None,
        body: &[0, 0, 0, 5],
    };
    matching.oxm_fields.push_oxm(register);
    let entry = v13::FlowStats {
        table_id: TableId(0),
        duration_sec: 5,
        duration_nsec: 500_000_000,
        priority: 1,
        idle_timeout: 0,
        hard_timeout: 0,
        flags: v13::FlowModFlags::empty(),
        importance: None,
        cookie: Cookie(0),
        packet_count: u64::MAX,
        byte_count: 7,
        matching,
        instructions: [v13::Instruction::Unknown {
            kind: 77,
            data: Bytes::new(),
        }]
        .into_iter()
        .collect(),
    };
    let reply = v13::MultipartReply {
        flags: v13::MultipartFlags::MORE,
        body: v13::MultipartReplyBody::Flow(vec![entry]),
    };
    let body = v13::Body::MultipartReply(reply);
    let lifted = FromSwitch::lift(Message::v13(Version::V1_3, XID, body));
    let FromSwitch::FlowStats {
        entries,
        more: true,
    } = lifted
    else {
        panic!("{lifted:?}")
    };
    assert_eq!(
        entries[0].unknown.as_deref(),
        Some("match field 0x0001/118, instruction 77")
    );
    assert_eq!((entries[0].packets, entries[0].bytes), (0, 7));
    assert_eq!(
        entries[0].to_string(),
        "cookie=0x0, duration=5.500s, table=0, n_packets=0, n_bytes=7, priority=1,\
         (match field 0x0001/118, instruction 77) actions=drop"
    );
}

#[test]
fn single_buckets_come_and_go_in_1_5() {
    for text in [
        "insert_bucket group_id=1,command_bucket_id=last,bucket=bucket_id:0,actions=output:1",
        "insert_bucket group_id=1,command_bucket_id=7,bucket=bucket_id:9,weight:3,actions=drop",
        "remove_bucket group_id=1,command_bucket_id=first",
        "remove_bucket group_id=1,command_bucket_id=all",
    ] {
        let change: GroupMod = text.parse().unwrap();
        let bytes = encode(&ToSwitch::GroupMod(change.clone()), Version::V1_5);
        let Body::V13(crate::v13::Body::GroupMod(wire)) = Message::decode(bytes).unwrap().body
        else {
            panic!("not a group-mod");
        };
        assert_eq!(v13::lift_group_mod(wire), change);
        let command = text.split(' ').next().unwrap();
        let words = refusal(&ToSwitch::GroupMod(change), Version::V1_4);
        assert_eq!(words, format!("OpenFlow 1.4 has no {command} of a group"));
    }
}

/// Actions of every kind that only extensions have in some version.
const EXTENSIONS: &[&str] = &[
    "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]",
    "move:NXM_NX_REG0[0..7]->NXM_NX_REG1[8..15]",
    "resubmit(3,4)",
    "clone(output:1,clone(output:2))",
    "ct(commit,zone=5,nat(src=1.2.3.4-1.2.3.9:5-10,random),exec(load:0x1->NXM_NX_CT_MARK[]))",
    "learn(table=2,priority=3,limit=3,result_dst=NXM_NX_REG0[1],eth_type=0x800,\
     NXM_OF_ETH_SRC[]=NXM_OF_ETH_DST[],load:0x5->NXM_NX_REG2[],output:NXM_OF_IN_PORT[])",
    "note:01.02.03.00.00.00",
    "controller(userdata=01.02.03,pause,meter_id=5)",
    "multipath(symmetric_l3l4+udp,50,hrw,65536,2,NXM_NX_REG1[0..3])",
    "bundle_load(eth_src,0,hrw,ofport,NXM_NX_REG0[0..15],members:4,8)",
    "check_pkt_larger(1500)->NXM_NX_REG0[0]",
];

#[test]
fn actions_of_open_vswitch_come_back_the_same_in_every_version() {
    for text in EXTENSIONS {
        for version in [Version::V1_0, Version::V1_3] {
            let flow: FlowMod = format!("tcp,actions={text}").parse().unwrap();
            assert_eq!(
                through_bytes(&flow, version),
                (flow, None),
                "{text} in {version}"
            );
        }
    }
}

#[test]
fn a_load_of_1_5_is_a_masked_set_field() {
    for (load, set) in [
        ("load:0x5->NXM_NX_REG0[4..7]", "set_field:0x50/0xf0->reg0"),
        // That of an id says that the tag is there.
        ("load:5->OXM_OF_VLAN_VID[]", "set_field:0x1005->vlan_vid"),
        (
            "load:5->OXM_OF_VLAN_VID[4..7]",
            "set_field:0x1050/0x10f0->vlan_vid",
        ),
        (
            "load:5->NXM_OF_VLAN_TCI[0..11]",
            "set_field:0x5/0xfff->vlan_tci",
        ),
    ] {
        let [load, set] = [load, set].map(|action| {
            let flow: FlowMod = format!("actions={action}").parse().unwrap();
            encode(&ToSwitch::FlowMod(flow), Version::V1_5)
        });
        assert_eq!(load, set);
    }
}

#[test]
fn a_long_register_is_the_short_ones_it_is_a_view_of() {
    use crate::oxm::Field;
    let short = Match::any()
        .with(Field::Reg6, 7)
        .with_masked(Field::Reg7, 5, 0xff);
    let long = Match::any().with_masked(Field::Xreg3, 0x7_0000_0005, 0xffff_ffff_0000_00ff);
    assert_eq!(long, short);
    // It sets all of them, also those of which it asks nothing.
    let replaced = short.with_masked(Field::Xxreg1, 1 << 96, u128::from(u32::MAX) << 96);
    assert_eq!(replaced, Match::any().with(Field::Reg4, 1));
    // Twice in a text or from a switch is once too much.
    let error = "reg1=5,xreg0=0x500000000/0xffffffff00000000".parse::<Match>();
    assert_eq!(error.unwrap_err().problem, "xreg0 is given twice");
}
