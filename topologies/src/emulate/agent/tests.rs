//! What a controller that sends these bytes is answered.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openflow::flow::{
    BundleDone, BundleFlags, BundleRequest, BundleStep, FlowMod, FlowMonitor, FlowMonitorFlags,
    FlowMonitorRequest, FlowRemovedReason, FlowStatsRequest, FlowUpdate, FromSwitch, Group,
    GroupCommand, GroupMod, GroupType, PacketIn, PacketInReason, PacketOut, PortConfig, PortDesc,
    PortMod, PortState, Role, SwitchError, ToSwitch,
};
use openflow::pipeline::SwitchConfig;
use openflow::wire::{Body, Hello, Message};
use openflow::{Dpid, GroupId, MacAddr, MeterId, PortNo, Version, Xid, v10, v13};

use super::Agent;
use crate::emulate::{Output, SwitchNode};

const VERSIONS: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];
const XID: Xid = Xid(0x77);
const START: Duration = Duration::ZERO;

fn port(number: u8) -> PortDesc {
    PortDesc {
        no: PortNo(number.into()),
        hw_addr: MacAddr([2, 0, 0, 0, 0, number]),
        name: format!("s1-eth{number}"),
        config: PortConfig::empty(),
        state: PortState::LIVE,
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    }
}

fn agent(version: Version) -> Agent {
    let config = SwitchConfig::new(Dpid(1), version, vec![port(1), port(2)]);
    Agent::new(config, "s1")
}

/// A switch and the messages it was answered with.
struct Talk {
    agent: Agent,
    version: Version,
}

impl Talk {
    fn new(version: Version) -> Self {
        let mut agent = agent(version);
        let mut out = Output::default();
        agent.connected(START, &mut out);
        let hello = encode(&Message::hello(
            version.wire(),
            XID,
            Hello::offering(&VERSIONS),
        ));
        agent.controller_sent(&hello, START, &mut out);
        assert_eq!(agent.version(), Some(version));
        Self { agent, version }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Vec<Message> {
        let mut out = Output::default();
        self.agent.controller_sent(bytes, START, &mut out);
        decoded(out)
    }

    fn wire(&mut self, body: v13::Body) -> Vec<Message> {
        let message = Message::v13(self.version, XID, body);
        self.bytes(&encode(&message))
    }

    fn ask(&mut self, request: &ToSwitch) -> Vec<FromSwitch> {
        let mut bytes = BytesMut::new();
        request.encode(self.version, XID, &mut bytes).unwrap();
        let answers = self.bytes(&bytes).into_iter();
        answers.map(FromSwitch::lift).collect()
    }

    fn only(&mut self, request: &ToSwitch) -> FromSwitch {
        let mut answers = self.ask(request);
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    fn refused(&mut self, request: &ToSwitch) -> SwitchError {
        match self.only(request) {
            FromSwitch::Error(error) => error,
            other => panic!("{other:?}"),
        }
    }

    fn flow(&mut self, text: &str) {
        let flow: FlowMod = text.parse().unwrap();
        assert_eq!(self.ask(&ToSwitch::FlowMod(flow)), [], "{text}");
    }

    fn receive(&mut self, port: u32, frame: &'static [u8]) -> (usize, Vec<FromSwitch>) {
        let mut out = Output::default();
        let frame = Bytes::from_static(frame);
        self.agent.receive(PortNo(port), frame, START, &mut out);
        let sent = out.frames.len();
        (
            sent,
            decoded(out).into_iter().map(FromSwitch::lift).collect(),
        )
    }
}

fn encode(message: &Message) -> Bytes {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).unwrap();
    bytes.freeze()
}

fn decoded(out: Output) -> Vec<Message> {
    let mut all = Vec::new();
    for mut bytes in out.to_controller {
        while let Ok(Some(length)) = openflow::wire::frame_length(&bytes) {
            all.push(Message::decode(bytes.split_to(length)).unwrap());
        }
    }
    all
}

fn role(role: Role, generation_id: u64) -> ToSwitch {
    ToSwitch::RoleRequest {
        role,
        generation_id,
    }
}

#[test]
fn the_highest_version_both_speak_is_agreed_on() {
    let theirs = [
        (&VERSIONS[..2], Some(Version::V1_3)),
        (&VERSIONS[..], Some(Version::V1_5)),
        (&VERSIONS[2..3], Some(Version::V1_4)),
    ];
    for (offered, agreed) in theirs {
        let mut agent = agent(Version::V1_3).offering(&VERSIONS);
        let mut out = Output::default();
        agent.connected(START, &mut out);
        let highest = offered.last().unwrap().wire();
        let hello = encode(&Message::hello(highest, XID, Hello::offering(offered)));
        agent.controller_sent(&hello, START, &mut out);
        assert_eq!(agent.version(), agreed);
        assert_eq!(Some(agent.switch().version()), agreed);
    }
}

#[test]
fn a_controller_of_another_version_is_told_that_none_is_common() {
    let mut agent = agent(Version::V1_3);
    let mut out = Output::default();
    agent.connected(START, &mut out);
    out.to_controller.clear();
    let hello = encode(&Message::hello(1, XID, Hello::default()));
    agent.controller_sent(&hello, START, &mut out);
    assert_eq!(agent.version(), None);
    let message = decoded(out).remove(0);
    let Body::V10(v10::Body::Error(error)) = message.body else {
        panic!("{message:?}");
    };
    assert_eq!((error.kind, error.code), (0, 0));
    assert_eq!(&error.data[..], b"only OpenFlow 1.3 is spoken here");
}

#[test]
fn messages_may_come_in_any_pieces() {
    let mut talk = Talk::new(Version::V1_3);
    let mut bytes = BytesMut::new();
    for request in [ToSwitch::BarrierRequest, ToSwitch::FeaturesRequest] {
        request.encode(Version::V1_3, XID, &mut bytes).unwrap();
    }
    let mut answers = Vec::new();
    for byte in &bytes {
        answers.extend(talk.bytes(&[*byte]));
    }
    let names: Vec<_> = answers.iter().map(Message::type_name).collect();
    assert_eq!(names, ["barrier_reply", "features_reply"]);
    assert!(answers.iter().all(|answer| answer.xid == XID));
}

#[test]
fn every_request_has_its_answer() {
    let all = [
        ToSwitch::EchoRequest(Bytes::from_static(b"are you there")),
        ToSwitch::FeaturesRequest,
        ToSwitch::BarrierRequest,
        ToSwitch::DescRequest,
        ToSwitch::FlowStatsRequest(FlowStatsRequest::all()),
        ToSwitch::AggregateStatsRequest(FlowStatsRequest::all()),
        ToSwitch::PortStatsRequest(PortNo::ANY),
        ToSwitch::TableStatsRequest,
        ToSwitch::QueueStatsRequest {
            port: PortNo::ANY,
            queue: None,
        },
        role(Role::Equal, 0),
    ];
    let later = [
        ToSwitch::PortDescRequest,
        ToSwitch::GroupStatsRequest(GroupId::ALL),
        ToSwitch::GroupDescRequest,
        ToSwitch::MeterStatsRequest(MeterId::ALL),
        ToSwitch::MeterConfigRequest(MeterId::ALL),
        ToSwitch::MeterFeaturesRequest,
    ];
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        let more = later.iter().filter(|_| version != Version::V1_0);
        for request in all.iter().chain(more) {
            let answer = talk.only(request);
            let known = !matches!(answer, FromSwitch::Error(_) | FromSwitch::Other(_));
            assert!(known, "{version}: {request:?}: {answer:?}");
        }
    }
}

#[test]
fn what_the_neutral_model_does_not_have_is_answered_too() {
    use v13::{MultipartRequest, MultipartRequestBody as Ask};
    for version in &VERSIONS[1..] {
        let mut talk = Talk::new(*version);
        let mut asked = vec![Ask::GroupFeatures, Ask::TableFeatures(Vec::new())];
        if *version >= Version::V1_4 {
            asked.push(Ask::TableDesc);
        }
        for body in asked {
            let kind = body.kind();
            let flags = v13::MultipartFlags::empty();
            let request = MultipartRequest { flags, body };
            let answers = talk.wire(v13::Body::MultipartRequest(request));
            for (at, answer) in answers.iter().enumerate() {
                let Body::V13(v13::Body::MultipartReply(reply)) = &answer.body else {
                    panic!("{version}: {answer:?}");
                };
                assert_eq!(reply.body.kind(), kind);
                if let FromSwitch::TableFeatures { tables, .. } = FromSwitch::lift(answer.clone()) {
                    assert!(tables.iter().all(|table| table.unknown.is_none()));
                }
                let more = reply.flags.contains(v13::MultipartFlags::MORE);
                assert_eq!(more, at + 1 < answers.len());
            }
        }
        let answers = talk.wire(v13::Body::GetConfigRequest);
        assert_eq!(answers[0].type_name(), "get_config_reply");
        let answers = talk.wire(v13::Body::GetAsyncRequest);
        let Body::V13(v13::Body::GetAsyncReply(config)) = answers[0].body.clone() else {
            panic!("{answers:?}");
        };
        assert!(talk.wire(v13::Body::SetAsync(config)).is_empty());
    }
}

#[test]
fn an_entry_is_installed_told_hit_and_told_when_it_goes() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        let text = "priority=7,cookie=0x5,hard_timeout=9,send_flow_rem,in_port=1,actions=output:2";
        talk.flow(text);
        let (sent, messages) = talk.receive(1, &[0xff; 60]);
        assert_eq!((sent, messages), (1, Vec::new()));
        let request = ToSwitch::FlowStatsRequest(FlowStatsRequest::all());
        let FromSwitch::FlowStats { entries, more } = talk.only(&request) else {
            panic!("{version}");
        };
        assert_eq!((entries.len(), entries[0].packets, more), (1, 1, false));
        let flow: FlowMod = text.parse().unwrap();
        assert_eq!(entries[0].matching, flow.matching);
        assert_eq!(entries[0].instructions, flow.instructions.normalized());
        let end = talk.agent.next_timeout().unwrap();
        assert_eq!(end, Duration::from_secs(9));
        let mut out = Output::default();
        talk.agent.timeout(end, &mut out);
        match FromSwitch::lift(decoded(out).remove(0)) {
            FromSwitch::FlowRemoved(removed) => assert_eq!(removed.packets, 1),
            other => panic!("{version}: {other:?}"),
        }
    }
}

#[test]
fn ten_thousand_entries_come_in_parts() {
    let mut talk = Talk::new(Version::V1_3);
    for number in 0..10_000 {
        talk.flow(&format!("priority={number},in_port=1,actions=output:2"));
    }
    let request = ToSwitch::FlowStatsRequest(FlowStatsRequest::all());
    let parts = talk.ask(&request);
    let mut told = 0;
    for (at, part) in parts.iter().enumerate() {
        let FromSwitch::FlowStats { entries, more } = part else {
            panic!("{part:?}");
        };
        told += entries.len();
        assert_eq!(*more, at + 1 < parts.len());
    }
    assert_eq!(told, 10_000);
    assert!(parts.len() > 10);
}

#[test]
fn a_packet_is_sent_and_one_without_an_entry_comes_to_the_controller_in_1_0() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        let packet = PacketOut::to_ports(Bytes::from_static(&[0xff; 60]), [PortNo(2)]);
        let mut bytes = BytesMut::new();
        let request = ToSwitch::PacketOut(packet);
        request.encode(version, XID, &mut bytes).unwrap();
        let mut out = Output::default();
        talk.agent.controller_sent(&bytes, START, &mut out);
        assert_eq!(out.frames.len(), 1);
        assert_eq!(out.frames[0].0, PortNo(2));
        assert!(out.to_controller.is_empty());
        let (_, missed) = talk.receive(1, &[0xff; 200]);
        assert_eq!(missed.len(), usize::from(version == Version::V1_0));
        if let [
            FromSwitch::PacketIn(PacketIn {
                data, total_len, ..
            }),
        ] = &missed[..]
        {
            // Without buffers nothing is cut off.
            assert_eq!((data.len(), *total_len), (200, 200));
        }
    }
}

#[test]
fn an_error_quotes_the_first_64_bytes_of_what_it_refuses() {
    let mut talk = Talk::new(Version::V1_3);
    let flow: FlowMod = "table=3,in_port=1,actions=group:9".parse().unwrap();
    let mut bytes = BytesMut::new();
    let request = ToSwitch::FlowMod(flow);
    request.encode(Version::V1_3, XID, &mut bytes).unwrap();
    let error = talk.refused(&request);
    assert_eq!((error.kind, error.code), (2, 9), "{error:?}");
    assert_eq!(error.data[..], bytes[..64]);
}

#[test]
fn what_cannot_be_read_is_refused_and_the_next_is_answered() {
    let mut talk = Talk::new(Version::V1_3);
    let mut bytes = vec![4, 99, 0, 8, 0, 0, 0, 1];
    bytes.extend([1, 2, 0, 8, 0, 0, 0, 2]);
    bytes.extend([4, 20, 0, 8, 0, 0, 0, 3]);
    let answers = talk.bytes(&bytes);
    let mut numbers = Vec::new();
    for answer in &answers[..2] {
        let Body::V13(v13::Body::Error(error)) = &answer.body else {
            panic!("{answer:?}");
        };
        numbers.push((answer.xid.0, error.kind, error.code));
    }
    assert_eq!(numbers, [(1, 1, 1), (2, 1, 0)]);
    assert_eq!(answers[2].type_name(), "barrier_reply");
}

/// As a controller hears it: the name of an error, and the bytes it refuses.
/// What is told of entries, each by its event and cookie.
fn updates(told: &[FromSwitch]) -> Vec<String> {
    let [FromSwitch::FlowUpdates { updates, .. }] = told else {
        panic!("{told:?}");
    };
    let in_words = |update: &FlowUpdate| match update {
        FlowUpdate::Initial(flow) => format!("there: {}", flow.cookie.0),
        FlowUpdate::Added(flow) => format!("added: {}", flow.cookie.0),
        FlowUpdate::Modified(flow) => format!("changed: {} {}", flow.cookie.0, flow.instructions),
        FlowUpdate::Removed {
            flow,
            reason: FlowRemovedReason::Delete,
        } => format!("deleted: {}", flow.cookie.0),
        FlowUpdate::Abbreviated { xid: XID } => "done".to_owned(),
        other => format!("{other:?}"),
    };
    updates.iter().map(in_words).collect()
}

#[test]
fn a_controller_that_watches_the_tables_is_told_of_entries_until_it_is_gone() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        talk.flow("priority=1,cookie=1,in_port=1,actions=output:2");
        let mut told = |request: ToSwitch| updates(&talk.ask(&request));
        let watch = |asked| ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Add(asked)]);
        let flow = |text: &str| ToSwitch::FlowMod(text.parse().unwrap());

        let there = match version {
            Version::V1_0 | Version::V1_3 => "added: 1",
            Version::V1_4 | Version::V1_5 => "there: 1",
        };
        assert_eq!(
            told(watch(FlowMonitor::everything(1))),
            [there],
            "{version}"
        );
        let added = flow("priority=2,cookie=2,actions=drop");
        assert_eq!(told(added), ["added: 2"], "{version}");
        let changed = flow("modify_strict priority=1,cookie=1,in_port=1,actions=drop");
        assert_eq!(told(changed), ["changed: 1 drop"], "{version}");
        let deleted = flow("delete in_port=1");
        assert_eq!(told(deleted), ["deleted: 1"], "{version}");

        let cancel = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(1)]);
        let answered = talk.ask(&cancel).len();
        assert_eq!(answered, usize::from(version >= Version::V1_4), "{version}");
        talk.flow("priority=3,cookie=3,actions=drop");

        let everything = FlowMonitor::everything(1);
        let short = FlowMonitor {
            flags: everything.flags - FlowMonitorFlags::NO_ABBREV - FlowMonitorFlags::INITIAL,
            ..everything
        };
        assert_eq!(updates(&talk.ask(&watch(short))), [""; 0], "{version}");
        let own = updates(&talk.ask(&flow("priority=4,cookie=4,actions=drop")));
        assert_eq!(own, ["done"], "{version}");

        talk.agent.disconnected(START);
        talk.agent.connected(START, &mut Output::default());
        talk.bytes(&encode(&Message::hello(
            version.wire(),
            XID,
            Hello::default(),
        )));
        talk.flow("priority=5,cookie=5,actions=drop");
    }
}

#[test]
fn changes_of_a_bundle_are_told_when_it_is_committed() {
    let mut talk = Talk::new(Version::V1_4);
    let everything = FlowMonitorRequest::Add(FlowMonitor::everything(1));
    assert_eq!(talk.ask(&ToSwitch::FlowMonitors(vec![everything])).len(), 1);
    let mut step = |step| {
        talk.ask(&ToSwitch::Bundle(BundleRequest {
            id: 1,
            flags: BundleFlags::ATOMIC,
            step,
        }))
    };
    step(BundleStep::Open);
    for text in [
        "priority=1,cookie=1,actions=drop",
        "priority=2,cookie=2,actions=drop",
    ] {
        let change = ToSwitch::FlowMod(text.parse().unwrap());
        assert_eq!(step(BundleStep::Add(Box::new(change))), []);
    }
    let told = step(BundleStep::Commit);
    assert_eq!(updates(&told[..1]), ["added: 1", "added: 2"]);
}

fn error_named(talk: &mut Talk, bytes: &[u8]) -> (String, Bytes) {
    let answers = talk.bytes(bytes);
    let [answer] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(answer.xid, XID);
    let (Body::V10(v10::Body::Error(error)) | Body::V13(v13::Body::Error(error))) = &answer.body
    else {
        panic!("{answer:?}");
    };
    let name = error.name(talk.version).unwrap().name.to_owned();
    (name, error.refused(talk.version))
}

#[test]
fn errors_that_experimenters_number_have_their_numbers() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        // NXT_CT_FLUSH, of which the last seven bytes have to be zero.
        let mut not_zero = vec![version.wire(), 4, 0, 24, 0, 0, 0, 0x77];
        not_zero.extend([0, 0, 0x23, 0x20, 0, 0, 0, 32, 6, 0, 0, 0, 0, 0, 0, 1]);
        let error = error_named(&mut talk, &not_zero);
        let expected = ("NXBRC_MUST_BE_ZERO".to_owned(), not_zero.into());
        assert_eq!(error, expected, "{version}");

        let mut cancel = BytesMut::new();
        let request = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(3)]);
        request.encode(version, XID, &mut cancel).unwrap();
        let error = error_named(&mut talk, &cancel);
        let expected = ("OFPMOFC_UNKNOWN_MONITOR".to_owned(), cancel.freeze());
        assert_eq!(error, expected, "{version}");
    }
    let mut talk = Talk::new(Version::V1_3);
    // A hello in a bundle of the ONF's.
    let mut hello = vec![4, 4, 0, 32, 0, 0, 0, 0x77];
    hello.extend([
        0x4f, 0x4e, 0x46, 0, 0, 0, 0x08, 0xfd, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    hello.extend([4, 0, 0, 8, 0, 0, 0, 0x77]);
    let expected = ("OFPBFC_MSG_UNSUP".to_owned(), hello.clone().into());
    assert_eq!(error_named(&mut talk, &hello), expected);
}

#[test]
fn messages_of_experimenters_that_mean_nothing_here_are_refused_as_by_open_vswitch() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        for (experimenter, code) in [
            ([0x12, 0x34, 0x56, 0x78], 3),
            ([0, 0, 0x23, 0x20], 4),
            ([0x4f, 0x4e, 0x46, 0], 4),
        ] {
            let mut bytes = vec![version.wire(), 4, 0, 16, 0, 0, 0, 0x77];
            bytes.extend(experimenter);
            bytes.extend([0, 0, 3, 0xe7]);
            let answer = talk.bytes(&bytes).remove(0);
            let FromSwitch::Error(error) = FromSwitch::lift(answer) else {
                panic!("{version}");
            };
            assert_eq!((error.kind, error.code), (1, code), "{version}");
        }
    }
}

#[test]
fn after_a_length_that_cannot_be_nothing_is_understood() {
    let mut talk = Talk::new(Version::V1_3);
    assert!(talk.bytes(&[4, 20, 0, 7, 0, 0, 0, 3]).is_empty());
    assert!(talk.bytes(&[4, 20, 0, 8, 0, 0, 0, 3]).is_empty());
    assert_eq!(talk.agent.version(), None);
}

#[test]
fn a_slave_may_read_but_not_write_and_hears_of_ports_only() {
    for version in VERSIONS {
        let mut talk = Talk::new(version);
        if version != Version::V1_0 {
            talk.flow("priority=0,actions=controller");
        }
        talk.only(&role(Role::Slave, 1));
        let flow: FlowMod = "in_port=1,actions=output:2".parse().unwrap();
        let error = talk.refused(&ToSwitch::FlowMod(flow));
        let code = if version == Version::V1_0 { 5 } else { 10 };
        assert_eq!((error.kind, error.code), (1, code));
        assert_eq!(talk.receive(1, &[0xff; 60]), (0, Vec::new()));
        let mut out = Output::default();
        talk.agent.link(PortNo(2), false, START, &mut out);
        match FromSwitch::lift(decoded(out).remove(0)) {
            FromSwitch::PortStatus(status) => assert!(!status.port.is_up()),
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            talk.only(&ToSwitch::BarrierRequest),
            FromSwitch::BarrierReply
        ));
    }
}

#[test]
fn a_master_of_an_older_election_is_refused() {
    let mut talk = Talk::new(Version::V1_3);
    let is = |role, generation_id| FromSwitch::RoleReply {
        role,
        generation_id,
    };
    assert_eq!(
        talk.only(&role(Role::NoChange, 0)),
        is(Role::Equal, u64::MAX)
    );
    assert_eq!(
        talk.only(&role(Role::Master, u64::MAX)),
        is(Role::Master, u64::MAX)
    );
    assert_eq!(talk.only(&role(Role::Slave, 3)), is(Role::Slave, 3));
    let error = talk.refused(&role(Role::Master, 2));
    assert_eq!((error.kind, error.code), (11, 0));
    assert_eq!(talk.only(&role(Role::NoChange, 0)), is(Role::Slave, 3));
}

#[test]
fn a_bundle_is_carried_out_whole_and_confirmed_with_its_flags() {
    for version in &VERSIONS[1..] {
        let mut talk = Talk::new(*version);
        let step = |step| {
            ToSwitch::Bundle(BundleRequest {
                id: 4,
                flags: BundleFlags::ATOMIC,
                step,
            })
        };
        let flow: FlowMod = "in_port=1,actions=output:2".parse().unwrap();
        let opened = FromSwitch::Bundle {
            id: 4,
            done: BundleDone::Opened,
        };
        assert_eq!(talk.only(&step(BundleStep::Open)), opened);
        let add = step(BundleStep::Add(Box::new(ToSwitch::FlowMod(flow))));
        assert_eq!(talk.ask(&add), []);
        assert_eq!(talk.receive(1, &[0xff; 60]).0, 0);
        let committed = FromSwitch::Bundle {
            id: 4,
            done: BundleDone::Committed,
        };
        assert_eq!(talk.only(&step(BundleStep::Commit)), committed);
        assert_eq!(talk.receive(1, &[0xff; 60]).0, 1);
        let error = talk.refused(&step(BundleStep::Commit));
        // In 1.3 bundles and their errors are the ONF's.
        let expected = match version {
            Version::V1_3 => (0xffff, 2302),
            _ => (17, 2),
        };
        assert_eq!((error.kind, error.code), expected, "{version}");
    }
}

#[test]
fn groups_and_ports_are_changed_and_told() {
    let mut talk = Talk::new(Version::V1_3);
    let group = Group::new(GroupId(3), GroupType::All, Vec::new());
    let change = GroupMod {
        command: GroupCommand::Add,
        group: group.clone(),
    };
    assert_eq!(talk.ask(&ToSwitch::GroupMod(change)), []);
    let told = FromSwitch::GroupDesc {
        groups: vec![group],
        more: false,
    };
    assert_eq!(talk.only(&ToSwitch::GroupDescRequest), told);
    let down = PortMod {
        port: PortNo(1),
        hw_addr: port(1).hw_addr,
        config: PortConfig::PORT_DOWN,
        mask: PortConfig::PORT_DOWN,
    };
    let mut bytes = BytesMut::new();
    let request = ToSwitch::PortMod(down);
    request.encode(Version::V1_3, XID, &mut bytes).unwrap();
    let mut out = Output::default();
    talk.agent.controller_sent(&bytes, START, &mut out);
    assert_eq!(out.switched, [(PortNo(1), false)]);
    match FromSwitch::lift(decoded(out).remove(0)) {
        FromSwitch::PortStatus(status) => {
            assert!(status.port.config.contains(PortConfig::PORT_DOWN));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn packets_whose_ttl_is_spent_come_to_who_asked_for_them() {
    let mut talk = Talk::new(Version::V1_3);
    let masks = |packet_in: u32| {
        v13::Body::SetAsync(v13::AsyncConfig::Masks {
            packet_in_mask: [packet_in, 0],
            port_status_mask: [7, 7],
            flow_removed_mask: [7, 0],
        })
    };
    talk.flow("priority=1,ip,actions=dec_ttl,output:2");
    // Ethernet, then IPv4 of 20 bytes with a TTL of 1.
    const FRAME: &[u8] = &[
        2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 20, 0, 0, 0, 0, 1, 253, 0x65, 0xea,
        10, 0, 0, 1, 10, 0, 0, 2,
    ];
    assert_eq!(talk.receive(1, FRAME), (0, Vec::new()));
    assert!(talk.wire(masks(0b111)).is_empty());
    match &talk.receive(1, FRAME).1[..] {
        [FromSwitch::PacketIn(packet)] => assert_eq!(packet.reason, PacketInReason::InvalidTtl),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_connection_keeps_the_entries_and_forgets_the_role() {
    let mut talk = Talk::new(Version::V1_3);
    talk.flow("in_port=1,actions=output:2");
    talk.only(&role(Role::Slave, 1));
    talk.agent.disconnected(START);
    assert_eq!(talk.agent.version(), None);
    assert_eq!(talk.receive(1, &[0xff; 60]), (1, Vec::new()));
    let mut out = Output::default();
    talk.agent.connected(START, &mut out);
    let hello = encode(&Message::hello(4, XID, Hello::default()));
    talk.agent.controller_sent(&hello, START, &mut out);
    talk.flow("in_port=2,actions=output:1");
}

#[test]
fn any_bytes_are_survived() {
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..20_000 {
        let mut talk_bytes = [0_u8; 96];
        for byte in &mut talk_bytes {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            *byte = dice.to_be_bytes()[0];
        }
        let length = 8 + usize::from(talk_bytes[95] % 80);
        let mut agent = agent(Version::V1_3);
        let mut out = Output::default();
        agent.connected(START, &mut out);
        agent.controller_sent(&[4, 0, 0, 8, 0, 0, 0, 1], START, &mut out);
        talk_bytes[0] = 4;
        talk_bytes[1] %= 32;
        talk_bytes[2] = 0;
        talk_bytes[3] = u8::try_from(length).unwrap();
        agent.controller_sent(&talk_bytes[..length], START, &mut out);
    }
}
