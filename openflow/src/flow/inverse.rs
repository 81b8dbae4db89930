//! Both sides of the wire understand each other: what is lowered lifts to what it was.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::*;
use crate::oxm::Field;
use crate::packet::TcpSegment;
use crate::packet::build::{Ethernet, tcp_segment};
use crate::wire::{Answer, DecodeError, Error, Header, Message};
use crate::{BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, PortNo, TableId, Version, Xid};

pub(super) const XID: Xid = Xid(7);
pub(super) const VERSIONS: [Version; 4] =
    [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];

pub(super) fn asked(request: &ToSwitch, version: Version) -> ToSwitch {
    let mut bytes = BytesMut::new();
    request.encode(version, XID, &mut bytes).unwrap();
    let message = Message::decode(bytes.freeze()).unwrap();
    assert_eq!(message.xid, XID);
    ToSwitch::lift(message).unwrap_or_else(|error| panic!("{version}: {error}"))
}

/// The messages a reply becomes.
pub(super) fn frames(reply: &FromSwitch, version: Version) -> Vec<Bytes> {
    let mut bytes = BytesMut::new();
    reply.encode(version, XID, &mut bytes).unwrap();
    let mut rest = bytes.freeze();
    let mut frames = Vec::new();
    while let Some(header) = Header::parse(&rest) {
        frames.push(rest.split_to(header.length.into()));
    }
    assert!(rest.is_empty());
    frames
}

pub(super) fn told(reply: &FromSwitch, version: Version) -> FromSwitch {
    let frames = frames(reply, version);
    assert_eq!(frames.len(), 1);
    FromSwitch::lift(Message::decode(frames[0].clone()).unwrap())
}

fn entry(change: FlowMod, version: Version) -> FlowEntry {
    FlowEntry {
        table: change.table,
        priority: change.priority,
        cookie: change.cookie,
        matching: change.matching,
        instructions: change.instructions,
        idle_timeout_s: change.idle_timeout_s,
        hard_timeout_s: change.hard_timeout_s,
        flags: match version {
            Version::V1_0 => FlowFlags::empty(),
            _ => change.flags,
        },
        importance: change.importance,
        age: Duration::new(77, 5),
        packets: 1 << 40,
        bytes: 1 << 50,
        unknown: None,
    }
}

fn removed(entry: &FlowEntry) -> FlowRemoved {
    FlowRemoved {
        table: entry.table,
        priority: entry.priority,
        cookie: entry.cookie,
        reason: FlowRemovedReason::HardTimeout,
        matching: entry.matching.clone(),
        age: entry.age,
        packets: entry.packets,
        bytes: entry.bytes,
    }
}

pub(super) fn any_version() -> impl Strategy<Value = Version> {
    proptest::sample::select(&VERSIONS[..])
}

pub(super) fn later_version() -> impl Strategy<Value = Version> {
    proptest::sample::select(&VERSIONS[1..])
}

proptest! {
    #[test]
    fn a_flow_mod_and_its_entry(
        (version, change) in any_version()
            .prop_flat_map(|version| (Just(version), arbitrary::flow_mod(version))),
    ) {
        let request = ToSwitch::FlowMod(change.clone());
        prop_assert_eq!(&asked(&request, version), &request);
        let entry = entry(change, version);
        let removed = FromSwitch::FlowRemoved(Box::new(FlowRemoved {
            table: if version == Version::V1_0 { TableId(0) } else { entry.table },
            ..removed(&entry)
        }));
        prop_assert_eq!(told(&removed, version), removed);
        let stats = FromSwitch::FlowStats { entries: vec![entry], more: false };
        prop_assert_eq!(told(&stats, version), stats);
    }

    #[test]
    fn a_flow_mod_in_a_bundle(
        (version, change) in later_version()
            .prop_flat_map(|version| (Just(version), arbitrary::flow_mod(version))),
    ) {
        let request = ToSwitch::Bundle(BundleRequest {
            id: 9,
            flags: BundleFlags::ATOMIC,
            step: BundleStep::Add(Box::new(ToSwitch::FlowMod(change))),
        });
        prop_assert_eq!(&asked(&request, version), &request);
    }

    #[test]
    fn a_packet_out(
        (version, actions) in any_version().prop_flat_map(|version| {
            (Just(version), arbitrary::actions(version, &Match::any()))
        }),
    ) {
        let packet = PacketOut {
            buffer_id: BufferId::NONE,
            in_port: PortNo::CONTROLLER,
            actions,
            data: Bytes::from_static(&[0xab; 60]),
        };
        let request = ToSwitch::PacketOut(packet);
        prop_assert_eq!(&asked(&request, version), &request);
    }

    #[test]
    fn a_group(
        (version, group) in later_version()
            .prop_flat_map(|version| (Just(version), arbitrary::group(version))),
    ) {
        let change = GroupMod { command: GroupCommand::Add, group: group.clone() };
        let request = ToSwitch::GroupMod(change);
        prop_assert_eq!(&asked(&request, version), &request);
        let reply = FromSwitch::GroupDesc { groups: vec![group], more: true };
        prop_assert_eq!(told(&reply, version), reply);
    }

    #[test]
    fn a_meter(version in later_version(), meter in arbitrary::meter()) {
        let change = MeterMod { command: MeterCommand::Modify, meter: meter.clone() };
        let request = ToSwitch::MeterMod(change);
        prop_assert_eq!(&asked(&request, version), &request);
        let reply = FromSwitch::MeterConfig { meters: vec![meter], more: false };
        prop_assert_eq!(told(&reply, version), reply);
    }
}

/// 1.0 sets "the port"; whose it is says the packet.
#[test]
fn a_packet_out_that_sets_ports_is_of_the_protocol_of_its_packet() {
    let udp = [Field::UdpSrc, Field::UdpDst];
    for (protocol, fields) in [(6, [Field::TcpSrc, Field::TcpDst]), (17, udp)] {
        let mut data = tcp_segment(
            Ethernet::untagged(MacAddr::ZERO, MacAddr::BROADCAST),
            "10.0.0.1:1000".parse().unwrap(),
            "10.0.0.2:80".parse().unwrap(),
            TcpSegment {
                seq: 1,
                ack: 0,
                flags: TcpSegment::SYN,
            },
        )
        .to_vec();
        data[23] = protocol;
        let sets = fields.map(|field| Action::set_field(field, 8080));
        let request = ToSwitch::PacketOut(PacketOut {
            buffer_id: BufferId::NONE,
            in_port: PortNo(1),
            actions: Actions::from_iter(sets),
            data: data.into(),
        });
        assert_eq!(asked(&request, Version::V1_0), request);
    }
}

#[test]
fn a_list_of_any_length_comes_whole_in_parts_that_say_that_another_follows() {
    for (count, more) in [
        (0, false),
        (1, true),
        (700, false),
        (3000, true),
        (3000, false),
    ] {
        for version in VERSIONS {
            comes_whole(count, more, version);
        }
    }
}

fn comes_whole(count: u32, more: bool, version: Version) {
    let flow = |number: u32| {
        let text = format!("priority={number},in_port=1,actions=output:2");
        entry(text.parse().unwrap(), version)
    };
    let entries: Vec<_> = (0..count).map(flow).collect();
    let reply = FromSwitch::FlowStats {
        entries: entries.clone(),
        more,
    };
    let (mut all, mut follows) = (Vec::new(), Vec::new());
    for frame in frames(&reply, version) {
        match FromSwitch::lift(Message::decode(frame).unwrap()) {
            FromSwitch::FlowStats { entries, more } => {
                assert!(follows.is_empty() || !entries.is_empty());
                all.extend(entries);
                follows.push(more);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(all, entries);
    assert_eq!(follows.pop(), Some(more));
    assert!(follows.iter().all(|more| *more));
}

fn port(version: Version) -> PortDesc {
    PortDesc {
        no: PortNo(3),
        hw_addr: MacAddr([2, 0, 0, 0, 0, 3]),
        name: "s1-eth3".to_owned(),
        config: PortConfig::PORT_DOWN,
        state: match version {
            Version::V1_0 => PortState::LINK_DOWN,
            _ => PortState::LINK_DOWN | PortState::LIVE,
        },
        curr_speed_kbps: 1_000_000,
        max_speed_kbps: 10_000_000,
    }
}

#[test]
fn every_request_without_a_flow_in_it() {
    let common = [
        ToSwitch::EchoRequest(Bytes::from_static(b"ab")),
        ToSwitch::EchoReply(Bytes::from_static(b"ab")),
        ToSwitch::FeaturesRequest,
        ToSwitch::SetConfig { miss_send_len: 128 },
        ToSwitch::BarrierRequest,
        ToSwitch::DescRequest,
        ToSwitch::FlowStatsRequest(FlowStatsRequest::all()),
        ToSwitch::AggregateStatsRequest(FlowStatsRequest::all()),
        ToSwitch::TableStatsRequest,
        ToSwitch::PortStatsRequest(PortNo::ANY),
        ToSwitch::QueueStatsRequest {
            port: PortNo::ANY,
            queue: None,
        },
        ToSwitch::PortMod(PortMod {
            port: PortNo(1),
            hw_addr: MacAddr([2, 0, 0, 0, 0, 1]),
            config: PortConfig::PORT_DOWN,
            mask: PortConfig::PORT_DOWN,
        }),
        ToSwitch::RoleRequest {
            role: Role::Master,
            generation_id: u64::MAX,
        },
    ];
    let later = [
        ToSwitch::PortDescRequest,
        ToSwitch::GroupStatsRequest(GroupId(4)),
        ToSwitch::GroupDescRequest,
        ToSwitch::MeterStatsRequest(MeterId::ALL),
        ToSwitch::MeterConfigRequest(MeterId(2)),
        ToSwitch::MeterFeaturesRequest,
    ];
    let steps = [
        BundleStep::Open,
        BundleStep::Close,
        BundleStep::Commit,
        BundleStep::Discard,
    ];
    for version in VERSIONS {
        for request in &common {
            assert_eq!(&asked(request, version), request, "{version}");
        }
        for request in later.iter().filter(|_| version != Version::V1_0) {
            assert_eq!(&asked(request, version), request, "{version}");
        }
        for step in steps.iter().filter(|_| version != Version::V1_0) {
            let request = ToSwitch::Bundle(BundleRequest {
                id: 1,
                flags: BundleFlags::ORDERED,
                step: step.clone(),
            });
            assert_eq!(asked(&request, version), request, "{version}");
        }
    }
}

fn replies_of_every_version(version: Version) -> Vec<FromSwitch> {
    let later = version != Version::V1_0;
    let features = SwitchFeatures {
        dpid: Dpid(0x12),
        n_buffers: 0,
        n_tables: 254,
        auxiliary_id: 0,
        capabilities: Capabilities::FLOW_STATS | Capabilities::QUEUE_STATS,
        ports: if later {
            Vec::new()
        } else {
            vec![port(version)]
        },
    };
    vec![
        FromSwitch::Hello,
        FromSwitch::EchoRequest(Bytes::from_static(b"x")),
        FromSwitch::EchoReply(Bytes::from_static(b"x")),
        FromSwitch::Features(features),
        FromSwitch::PacketIn(PacketIn {
            buffer_id: BufferId::NONE,
            total_len: 60,
            reason: PacketInReason::NoMatch,
            table: TableId(0),
            cookie: Cookie(u64::MAX),
            in_port: PortNo(4),
            data: Bytes::from_static(&[1; 60]),
        }),
        FromSwitch::PortStatus(PortStatus {
            change: PortChange::Add,
            port: port(version),
        }),
        FromSwitch::BarrierReply,
        FromSwitch::RoleReply {
            role: Role::Master,
            generation_id: u64::MAX,
        },
        FromSwitch::Desc(SwitchDesc {
            manufacturer: "Pointsman".to_owned(),
            ..SwitchDesc::default()
        }),
        FromSwitch::AggregateStats {
            packets: 1,
            bytes: 2,
            flows: 3,
        },
        FromSwitch::TableStats {
            tables: vec![TableStats {
                table: TableId(1),
                active: 2,
                lookups: 3,
                matched: 4,
            }],
            more: false,
        },
        FromSwitch::PortStats {
            ports: vec![PortStats {
                port: PortNo(1),
                rx_packets: Some(1),
                tx_packets: Some(2),
                rx_bytes: Some(3),
                tx_bytes: Some(4),
                rx_dropped: Some(5),
                tx_dropped: None,
                rx_errors: None,
                tx_errors: None,
                age: later.then_some(Duration::from_millis(1500)),
            }],
            more: false,
        },
        FromSwitch::QueueStats {
            queues: vec![QueueStats {
                port: PortNo(1),
                queue: 2,
                tx_bytes: Some(1),
                tx_packets: Some(2),
                tx_errors: None,
                age: None,
            }],
            more: true,
        },
    ]
}

#[test]
fn every_reply_without_a_flow_in_it() {
    let later = [
        FromSwitch::GroupStats {
            groups: vec![GroupStats {
                id: GroupId(1),
                references: 2,
                packets: 3,
                bytes: 4,
                age: Duration::from_secs(5),
                buckets: vec![(1, 2), (3, 4)],
            }],
            more: false,
        },
        FromSwitch::MeterStats {
            meters: vec![MeterStats {
                id: MeterId(1),
                flows: 2,
                packets_in: 3,
                bytes_in: 4,
                age: Duration::from_secs(5),
                bands: vec![(6, 7)],
            }],
            more: false,
        },
        FromSwitch::MeterFeatures(MeterFeatures {
            max_meters: 9,
            band_types: 6,
            capabilities: MeterFlags::KBPS,
            max_bands: 8,
            max_color: 0,
        }),
        FromSwitch::Bundle {
            id: 3,
            done: BundleDone::Committed,
        },
    ];
    for version in VERSIONS {
        for reply in &replies_of_every_version(version) {
            assert_eq!(&told(reply, version), reply, "{version}");
        }
        if version == Version::V1_0 {
            continue;
        }
        let ports = FromSwitch::PortDesc {
            ports: vec![port(version)],
            more: false,
        };
        for reply in later.iter().chain([&ports]) {
            assert_eq!(&told(reply, version), reply, "{version}");
        }
    }
}

#[test]
fn a_name_that_does_not_fit_is_refused_and_not_cut() {
    for version in VERSIONS {
        let status = |name: &str| {
            FromSwitch::PortStatus(PortStatus {
                change: PortChange::Add,
                port: PortDesc {
                    name: name.to_owned(),
                    ..port(version)
                },
            })
        };
        // As long as the field: there is no room for a NUL, and none is needed.
        let full = status("sixteen bytes 16");
        assert_eq!(told(&full, version), full, "{version}");
        let desc = FromSwitch::Desc(SwitchDesc {
            serial: "s".repeat(33),
            ..SwitchDesc::default()
        });
        for (reply, feature) in [
            (
                status("seventeen bytes17"),
                "port name of 17 bytes: 16 at most, without a NUL",
            ),
            (
                status("s1\0eth1"),
                "port name of 7 bytes: 16 at most, without a NUL",
            ),
            (desc, "serial_num of 33 bytes: 32 at most, without a NUL"),
        ] {
            let refused = reply.encode(version, XID, &mut BytesMut::new());
            assert_eq!(refused.unwrap_err().feature, feature, "{version}");
        }
    }
}

#[test]
fn an_error_keeps_its_numbers_and_what_it_quotes() {
    for version in VERSIONS {
        let mut quoted = BytesMut::new();
        ToSwitch::BarrierRequest
            .encode(version, XID, &mut quoted)
            .unwrap();
        let error = SwitchError {
            kind: 1,
            code: 1,
            experimenter: 0,
            name: "OFPBRC_BAD_TYPE".to_owned(),
            meaning: String::new(),
            offending: String::new(),
            data: quoted.freeze(),
        };
        let FromSwitch::Error(lifted) = told(&FromSwitch::Error(error.clone()), version) else {
            panic!("{version}");
        };
        assert_eq!((lifted.kind, lifted.code), (error.kind, error.code));
        assert_eq!(
            (lifted.name, lifted.data),
            (error.name, error.data),
            "{version}"
        );
    }
}

#[test]
fn an_error_of_an_experimenter_keeps_whose_it_is() {
    let refused = Bytes::from_static(&[4, 20, 0, 8, 0, 0, 0, 7]);
    for (name, version) in [
        ("OFPMOFC_UNKNOWN_MONITOR", Version::V1_0),
        ("OFPMOFC_UNKNOWN_MONITOR", Version::V1_3),
        ("OFPBFC_MSG_FAILED", Version::V1_3),
        ("NXBRC_MUST_BE_ZERO", Version::V1_5),
    ] {
        let answer = Answer::named(name, version).unwrap();
        let error = Error::answering(answer, version, refused.clone());
        let FromSwitch::Error(lifted) = FromSwitch::lift(Message::error(version, XID, error))
        else {
            panic!("{version}");
        };
        assert_eq!(lifted.name, name, "{version}");
        assert_eq!(
            told(&FromSwitch::Error(lifted.clone()), version),
            FromSwitch::Error(lifted)
        );
    }
    let of_none = SwitchError {
        kind: 1,
        code: 1,
        experimenter: 0x2320,
        name: String::new(),
        meaning: String::new(),
        offending: String::new(),
        data: Bytes::new(),
    };
    let refused = FromSwitch::Error(of_none).encode(Version::V1_3, XID, &mut BytesMut::new());
    assert_eq!(
        refused.unwrap_err().feature,
        "experimenter of such an error"
    );
}

#[test]
fn an_entry_that_a_version_cannot_tell_leaves_the_buffer_as_it_was() {
    let told_in_1_0: FlowMod = "in_port=1,actions=output:2".parse().unwrap();
    let not: FlowMod = "in_port=1,actions=group:2".parse().unwrap();
    let entries = vec![entry(told_in_1_0, Version::V1_0), entry(not, Version::V1_0)];
    let reply = FromSwitch::FlowStats {
        entries,
        more: false,
    };
    let mut bytes = BytesMut::from(&b"before"[..]);
    let error = reply.encode(Version::V1_0, XID, &mut bytes).unwrap_err();
    assert_eq!(bytes[..], b"before"[..], "{error}");
}

/// A 1.3 flow-mod with these fields in its match.
fn flow_mod_of(fields: &str) -> Result<Message, DecodeError> {
    let fields = hex::decode(fields.replace(' ', "")).unwrap();
    let matching = 4 + fields.len();
    let padding = matching.next_multiple_of(8) - matching;
    let byte = |length: usize| u8::try_from(length).unwrap();
    let mut bytes = vec![4, 14, 0, byte(48 + matching + padding), 0, 0, 0, 7];
    bytes.extend([0; 40]);
    bytes.extend([0, 1, 0, byte(matching)]);
    bytes.extend(fields);
    bytes.extend(vec![0; padding]);
    Message::decode(bytes.into())
}

#[test]
fn a_request_with_a_match_that_makes_no_sense_is_not_lifted_and_has_its_error() {
    let ip = "80000a02 0800";
    for (fields, name) in [
        // Field 100 of the basic class.
        ("8000c804 01020304".to_owned(), "OFPBMC_BAD_FIELD"),
        ("80001804 0a000001".to_owned(), "OFPBMC_BAD_PREREQ"),
        (format!("80001804 0a000001 {ip}"), "OFPBMC_BAD_PREREQ"),
        (format!("{ip} {ip}"), "OFPBMC_DUP_FIELD"),
        ("80000b04 0800ff00".to_owned(), "OFPBMC_BAD_MASK"),
        (
            format!("{ip} 80001908 0a000001 ffffff00"),
            "OFPBMC_BAD_WILDCARDS",
        ),
        ("80000004 fffffffb".to_owned(), "OFPBMC_BAD_VALUE"),
        ("80000c02 0005".to_owned(), "OFPBMC_BAD_VALUE"),
    ] {
        let error = ToSwitch::lift(flow_mod_of(&fields).unwrap()).unwrap_err();
        for version in VERSIONS {
            let answer = error.answer(version);
            let expected = Answer::named(name, version);
            assert_eq!(Some(answer), expected, "{fields}: {error}");
        }
    }
    for fields in [
        format!("{ip} 80001908 0a000000 ffffff00"),
        // Nicira's encodings of the same.
        "00000602 0800 00000f08 0a000000 ffffff00".to_owned(),
        // A VLAN under a mask of whole bytes.
        "80000d04 1005ffff".to_owned(),
    ] {
        let lifted = ToSwitch::lift(flow_mod_of(&fields).unwrap());
        assert!(lifted.is_ok(), "{fields}: {lifted:?}");
    }
}

#[test]
fn a_value_beyond_the_width_of_its_field_is_no_message() {
    let ip = "80000a02 0800";
    for fields in [
        "80000c02 2005".to_owned(),
        "80000d04 2005ffff".to_owned(),
        "80000c02 1005 80000e01 08".to_owned(),
        format!("{ip} 80001001 40"),
        format!("{ip} 80001201 04"),
        "80000a02 8847 80004404 00100000".to_owned(),
        // Nicira's tcp_flags, of 12 bits.
        format!("{ip} 80001401 06 00014402 1000"),
    ] {
        let error = flow_mod_of(&fields).expect_err(&fields);
        let name = error.answer().name(Version::V1_3).unwrap().name;
        assert_eq!(name, "OFPBMC_BAD_VALUE", "{fields}: {error}");
        assert!(
            error.path().starts_with("flow_mod.match.oxm_fields["),
            "{error}"
        );
    }
    for fields in ["80000c02 1fff", "80000c02 1005 80000e01 07"] {
        assert!(flow_mod_of(fields).is_ok(), "{fields}");
    }
}
