//! A session without a socket: frames go in, and what it says is decoded again.

use bytes::BytesMut;
use openflow::flow::{FlowMod, FlowStatsRequest, Instructions, Match};
use openflow::wire::Echo;
use openflow::{Dpid, v10, v13};
use tokio::sync::oneshot;

use super::*;
use crate::southbound::handle::{Applied, Refusal, RequestError};
use crate::southbound::outgoing::HIGH_WATER;

const TIMING: Timing = Timing {
    handshake: Duration::from_secs(10),
    echo_after: Duration::from_secs(5),
    dead_after: Duration::from_secs(15),
    request: Duration::from_secs(10),
};

struct Pair {
    session: Session,
    out: Outgoing,
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let (now, mut out) = (Instant::now(), Outgoing::new());
        let session = Session::new(TIMING, now, &mut out);
        Self { session, out, now }
    }

    /// Shaken hands in 1.3, and everything said so far forgotten.
    fn up() -> Self {
        let mut pair = Self::new();
        pair.hello(4).unwrap();
        let asked = pair.said();
        let xid = |kind: &str| asked.iter().find(|m| m.type_name() == kind).unwrap().xid;
        pair.gets(xid("features_request"), features(0)).unwrap();
        for message in asked {
            if message.type_name() == "multipart_request" {
                pair.refuses(message.xid);
            }
        }
        assert!(matches!(pair.session.phase, Phase::Up));
        pair
    }

    fn hello(&mut self, version: u8) -> Result<Incoming, Closing> {
        self.frame(&Message::hello(version, Xid(1), Hello::default()))
    }

    fn gets(&mut self, xid: Xid, body: v13::Body) -> Result<Incoming, Closing> {
        self.frame(&Message::v13(Version::V1_3, xid, body))
    }

    fn refuses(&mut self, xid: Xid) -> Incoming {
        let error = openflow::wire::Error {
            kind: 1,
            code: 1,
            experimenter: None,
            data: Bytes::new(),
        };
        self.gets(xid, v13::Body::Error(error)).unwrap()
    }

    fn frame(&mut self, message: &Message) -> Result<Incoming, Closing> {
        let mut frame = BytesMut::new();
        message.encode(&mut frame).unwrap();
        self.session.frame(frame.freeze(), self.now, &mut self.out)
    }

    /// What it said since the last call.
    fn said(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while !self.out.buffer.is_empty() {
            let length = openflow::wire::frame_length(&self.out.buffer)
                .unwrap()
                .unwrap();
            let frame = self.out.buffer.split_to(length).freeze();
            messages.push(Message::decode(frame).unwrap());
        }
        messages
    }

    fn types_said(&mut self) -> Vec<&'static str> {
        self.said().iter().map(Message::type_name).collect()
    }

    fn wait(&mut self, seconds: u64) -> Result<Incoming, Closing> {
        self.now += Duration::from_secs(seconds);
        self.session.tick(self.now, &mut self.out)
    }

    fn batch(&mut self, rules: u16) -> oneshot::Receiver<Result<Applied, RequestError>> {
        let (reply, answer) = oneshot::channel();
        let rule = |port| {
            let matching = Match::any().tcp_dst(port);
            ToSwitch::FlowMod(FlowMod::add(1, matching, Instructions::drop()))
        };
        let messages = (0..rules).map(rule).collect();
        let command = Command::Batch { messages, reply };
        self.session.command(command, self.now, &mut self.out);
        answer
    }
}

fn features(auxiliary_id: u8) -> v13::Body {
    v13::Body::FeaturesReply(v13::FeaturesReply {
        datapath_id: Dpid(1),
        n_buffers: 0,
        n_tables: 1,
        auxiliary_id,
        capabilities: v13::Capabilities::empty(),
        reserved: 0,
    })
}

#[test]
fn says_hello_first_and_asks_everything_at_once_when_it_is_answered() {
    let mut pair = Pair::new();
    assert_eq!(pair.types_said(), ["hello"]);
    pair.hello(4).unwrap();
    let asked = [
        "features_request",
        "set_config",
        "multipart_request",
        "multipart_request",
    ];
    assert_eq!(pair.types_said(), asked);
}

#[test]
fn in_1_0_ports_come_with_the_features() {
    let mut pair = Pair::new();
    pair.hello(1).unwrap();
    let asked = pair.said();
    let types: Vec<_> = asked.iter().map(Message::type_name).collect();
    assert_eq!(
        types,
        [
            "hello",
            "features_request",
            "set_config",
            "multipart_request"
        ]
    );
    let features = v10::FeaturesReply {
        datapath_id: Dpid(1),
        n_buffers: 0,
        n_tables: 1,
        capabilities: v10::Capabilities::empty(),
        actions: v10::ActionSet::empty(),
        ports: Vec::new(),
    };
    let message = Message::v10(asked[1].xid, v10::Body::FeaturesReply(features));
    assert!(matches!(pair.frame(&message), Ok(Incoming::Nothing)));
    assert!(
        matches!(pair.wait(2), Ok(Incoming::Up(_))),
        "without a description"
    );
}

#[test]
fn an_error_that_an_experimenter_numbers_is_answered_by_its_number() {
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut pair = Pair::new();
        pair.hello(version.wire()).unwrap();
        pair.said();
        // NXT_CT_FLUSH, of which the last seven bytes have to be zero.
        let mut bytes = vec![version.wire(), 4, 0, 24, 0, 0, 0, 9];
        bytes.extend([0, 0, 0x23, 0x20, 0, 0, 0, 32, 6, 0, 0, 0, 0, 0, 0, 1]);
        let frame = Bytes::from(bytes);
        let incoming = pair
            .session
            .frame(frame.clone(), pair.now, &mut pair.out)
            .unwrap();
        assert!(matches!(incoming, Incoming::Bad(_)), "{incoming:?}");
        let answer = pair.said().remove(0);
        assert_eq!(answer.xid, Xid(9));
        let (Body::V10(v10::Body::Error(error)) | Body::V13(v13::Body::Error(error))) = answer.body
        else {
            panic!("{version}: no error");
        };
        let numbers = match version {
            Version::V1_0 => (0xb0c2, 0, None),
            _ => (0xffff, 4, Some(0x2320)),
        };
        assert_eq!((error.kind, error.code, error.experimenter), numbers);
        assert_eq!(error.name(version).unwrap().name, "NXBRC_MUST_BE_ZERO");
        assert_eq!(error.refused(version), frame);
    }
}

#[test]
fn a_switch_that_describes_nothing_is_taken_without() {
    let mut pair = Pair::new();
    pair.hello(4).unwrap();
    pair.gets(Xid(9), features(0)).unwrap();
    assert!(matches!(pair.wait(1), Ok(Incoming::Nothing)));
    assert!(pair.session.deadline() <= pair.now + Duration::from_secs(1));
    let Ok(Incoming::Up(identity)) = pair.wait(1) else {
        panic!("not up");
    };
    assert_eq!((identity.dpid, identity.ports.len()), (Dpid(1), 0));
}

#[test]
fn a_port_that_goes_during_the_handshake_is_not_among_the_ports() {
    let mut pair = Pair::new();
    pair.hello(4).unwrap();
    let asked = pair.said();
    pair.gets(Xid(9), features(0)).unwrap();
    let port = |no| v13::Port {
        port_no: openflow::PortNo(no),
        hw_addr: openflow::MacAddr::ZERO,
        name: openflow::wire::FixedText::new("p"),
        config: v13::PortConfig::empty(),
        state: v13::PortState::empty(),
        traits: v13::PortTraits::Fixed(v13::EthernetTraits {
            curr: v13::PortFeatures::empty(),
            advertised: v13::PortFeatures::empty(),
            supported: v13::PortFeatures::empty(),
            peer: v13::PortFeatures::empty(),
            curr_speed: 0,
            max_speed: 0,
        }),
    };
    let ports = v13::MultipartReply {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartReplyBody::PortDesc(vec![port(1), port(2)]),
    };
    let multiparts = asked
        .iter()
        .filter(|m| m.type_name() == "multipart_request");
    let xids: Vec<Xid> = multiparts.map(|m| m.xid).collect();
    // Ports were asked for first or second; the reply to the other kind is refused.
    let is_ports = |message: &&Message| {
        matches!(&message.body, Body::V13(v13::Body::MultipartRequest(r))
            if r.body == v13::MultipartRequestBody::PortDesc(None))
    };
    let ports_xid = asked.iter().find(is_ports).unwrap().xid;
    pair.gets(ports_xid, v13::Body::MultipartReply(ports))
        .unwrap();
    let gone = v13::PortStatus {
        reason: v13::PortReason::Delete,
        desc: port(2),
    };
    pair.gets(Xid(0), v13::Body::PortStatus(gone)).unwrap();
    let desc_xid = *xids.iter().find(|xid| **xid != ports_xid).unwrap();
    let Incoming::Up(identity) = pair.refuses(desc_xid) else {
        panic!("not up");
    };
    let ports: Vec<u32> = identity.ports.iter().map(|port| port.no.0).collect();
    assert_eq!(ports, [1]);
}

#[test]
fn an_auxiliary_connection_is_not_taken_for_a_switch() {
    let mut pair = Pair::new();
    pair.hello(4).unwrap();
    let closing = pair.gets(Xid(9), features(1)).unwrap_err();
    assert_eq!(closing, Closing::Auxiliary(1));
}

#[test]
fn a_handshake_that_does_not_end_is_ended() {
    let mut pair = Pair::new();
    pair.wait(5).unwrap();
    pair.hello(4).unwrap();
    pair.said();
    assert_eq!(pair.session.deadline(), pair.now + Duration::from_secs(5));
    assert_eq!(
        pair.wait(5).unwrap_err(),
        Closing::HandshakeTimeout(TIMING.handshake)
    );
}

#[test]
fn silence_is_asked_about_once_and_then_taken_for_death() {
    let mut pair = Pair::up();
    pair.wait(4).unwrap();
    assert!(pair.said().is_empty());
    pair.wait(1).unwrap();
    assert_eq!(pair.types_said(), ["echo_request"]);
    pair.wait(9).unwrap();
    assert!(pair.said().is_empty());
    let reply = v13::Body::EchoReply(Echo::default());
    pair.gets(Xid(1), reply).unwrap();
    pair.wait(5).unwrap();
    assert_eq!(pair.types_said(), ["echo_request"]);
    assert_eq!(
        pair.wait(10).unwrap_err(),
        Closing::Silent(TIMING.dead_after)
    );
}

#[test]
fn a_batch_is_closed_by_a_barrier_and_done_when_that_is_answered() {
    let mut pair = Pair::up();
    let mut answer = pair.batch(2);
    let said = pair.said();
    let types: Vec<_> = said.iter().map(Message::type_name).collect();
    assert_eq!(types, ["flow_mod", "flow_mod", "barrier_request"]);
    let refused = pair.refuses(said[1].xid);
    assert!(matches!(refused, Incoming::Nothing));
    assert!(answer.try_recv().is_err());
    pair.gets(said[2].xid, v13::Body::BarrierReply).unwrap();
    let applied = answer.try_recv().unwrap().unwrap();
    assert!(matches!(applied.refused[..], [(1, Refusal::Switch(_))]));
}

#[test]
fn transaction_ids_wrap_around() {
    let mut pair = Pair::up();
    let last = pair.out.xids(0).0;
    pair.out.xids(u32::MAX - last);
    let mut answer = pair.batch(3);
    let said = pair.said();
    assert_eq!(said[0].xid, Xid(u32::MAX));
    pair.refuses(said[2].xid);
    pair.gets(said[3].xid, v13::Body::BarrierReply).unwrap();
    let applied = answer.try_recv().unwrap().unwrap();
    assert!(matches!(applied.refused[..], [(2, _)]));
}

#[test]
fn a_large_batch_is_written_as_the_switch_reads() {
    let mut pair = Pair::up();
    let mut answer = pair.batch(20_000);
    let mut said = Vec::new();
    let mut most = 0;
    while !pair.session.takes_commands() {
        most = most.max(pair.out.buffer.len());
        said.extend(pair.said());
        pair.session.write_on(pair.now, &mut pair.out);
    }
    said.extend(pair.said());
    assert!((HIGH_WATER..HIGH_WATER + 200).contains(&most), "{most}");
    assert_eq!(said.len(), 20_001);
    let barrier = said.last().unwrap();
    pair.gets(barrier.xid, v13::Body::BarrierReply).unwrap();
    assert_eq!(answer.try_recv().unwrap(), Ok(Applied::default()));
}

#[test]
fn requests_without_an_answer_end_in_time() {
    let mut pair = Pair::up();
    let mut batch = pair.batch(1);
    let (reply, mut ask) = oneshot::channel();
    let request = Box::new(ToSwitch::FlowStatsRequest(FlowStatsRequest::all()));
    let command = Command::Ask { request, reply };
    pair.session.command(command, pair.now, &mut pair.out);
    for _ in 0..2 {
        pair.wait(5).unwrap();
        pair.gets(Xid(1), v13::Body::EchoReply(Echo::default()))
            .unwrap();
    }
    assert_eq!(
        batch.try_recv().unwrap(),
        Err(RequestError::Timeout(10_000))
    );
    assert_eq!(ask.try_recv().unwrap(), Err(RequestError::Timeout(10_000)));
    assert!(pair.session.requests.deadline().is_none());
}

#[test]
fn no_more_requests_are_taken_than_can_be_kept_track_of() {
    let mut pair = Pair::up();
    let mut answers = Vec::new();
    while pair.session.takes_commands() {
        answers.push(pair.batch(1));
    }
    assert_eq!(answers.len(), 64);
    // Dropping the session tells all who wait.
    drop(pair);
    assert!(answers.iter_mut().all(|answer| answer.try_recv().is_err()));
}
