//! Damaged messages, from the corpus of the codec's own tests: through a live connection, and
//! through `pointsman decode`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../openflow/tests/corpus/mod.rs"]
mod corpus;
mod fake;
#[path = "../../openflow/tests/random/mod.rs"]
mod random;
#[path = "../../openflow/tests/samples/mod.rs"]
mod samples;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use corpus::{framed_mutant, frames, mutant};
use fake::peer::{Common, Peer};
use fake::{Engine, calm};
use openflow::wire::{Body, Echo, Message};
use openflow::{Dpid, Version, v13};
use random::Random;

/// An echo that takes longer is late.
const LATE: Duration = Duration::from_secs(1);

/// What the controller has to say to a frame in a session of 1.3.
#[derive(Debug, PartialEq)]
enum Answer {
    Error,
    /// It is a message, or an error, which is never answered with one.
    None,
}

fn answer(frame: &[u8]) -> Answer {
    const HELLO: u8 = 0;
    const ERROR: u8 = 1;
    let other_version = frame[0] != Version::V1_3.wire() && frame[1] != HELLO;
    let refused = Message::decode(Bytes::copy_from_slice(frame)).is_err();
    match frame[1] {
        ERROR if !other_version => Answer::None,
        _ if other_version || refused => Answer::Error,
        _ => Answer::None,
    }
}

/// Mutants as they could come in a session of 1.3, some of other versions among them.
fn live_mutants(seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let (frames, mut random) = (frames(), Random(seed));
    std::iter::repeat_with(move || {
        let mut bytes = framed_mutant(&mut random, &frames);
        if random.below(8) != 0 {
            bytes[0] = Version::V1_3.wire();
        }
        bytes
    })
}

/// What comes before the reply to an echo sent now, and how long that took.
async fn until_echo(peer: &mut Peer, payload: &str) -> (Vec<Message>, Duration) {
    let begin = Instant::now();
    peer.echo(Bytes::copy_from_slice(payload.as_bytes())).await;
    let mut messages = Vec::new();
    loop {
        let message = peer.receive().await.expect("the session goes on");
        match &message.body {
            Body::V13(v13::Body::EchoReply(Echo { data })) if data == payload.as_bytes() => {
                return (messages, begin.elapsed());
            }
            _ => messages.push(message),
        }
    }
}

fn errors(messages: &[Message]) -> usize {
    let errors = messages
        .iter()
        .filter(|message| message.type_name() == "error");
    errors.count()
}

/// Memory of this process in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

async fn connected(engine: &mut Engine, dpid: u64) -> Peer {
    let mut peer = Peer::connect(engine.address, Version::V1_3).await;
    peer.handshake(dpid, &[1, 2]).await;
    let up = |net: &app_api::Snapshot| net.switch_up(Dpid(dpid)).is_some();
    engine.until("up", up).await;
    peer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mutants_are_answered_and_no_echo_elsewhere_is_late() {
    let mut engine = Engine::start(calm()).await;
    let mut good = connected(&mut engine, 1).await;
    let mut bad = connected(&mut engine, 2).await;
    let (mut expected, mut answered, mut slowest) = (0, 0, Duration::ZERO);
    let before = resident();
    for (at, frame) in live_mutants(1).take(1_000).enumerate() {
        expected += usize::from(answer(&frame) == Answer::Error);
        bad.write(&frame).await;
        if at % 10 == 9 {
            let (_, took) = until_echo(&mut good, &format!("good {at}")).await;
            slowest = slowest.max(took);
            answered += errors(&until_echo(&mut bad, &format!("bad {at}")).await.0);
        }
    }
    let grown = resident().saturating_sub(before);
    eprintln!("{answered} errors, slowest echo {slowest:?}, {grown} bytes more");
    assert_eq!(answered, expected);
    assert!(expected > 300, "{expected} of the mutants are refused");
    assert!(slowest < LATE, "{slowest:?}");
    assert!(grown < 64 << 20, "{grown} bytes");
    let up = |net: &app_api::Snapshot| net.switch_up(Dpid(2)).is_some();
    engine.until("still up", up).await;
    engine.shut_down().await;
}

#[tokio::test]
async fn what_makes_no_sense_during_the_handshake_is_answered_and_the_handshake_goes_on() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = Peer::connect(engine.address, Version::V1_3).await;
    // An element of length zero: the header's version is what it offers.
    peer.write(&[4, 0, 0, 16, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 16])
        .await;
    let error = peer.expect_error().await;
    assert_eq!((error.kind, error.code), (1, 6));
    let senseless = live_mutants(2).filter(|frame| answer(frame) == Answer::Error);
    for frame in senseless.take(200) {
        peer.write(&frame).await;
    }
    let (messages, _) = until_echo(&mut peer, "handshake").await;
    assert_eq!(errors(&messages), 200);
    for message in messages {
        let answer = match message.type_name() {
            "features_request" => Some(peer.message(message.xid, Common::Features(7, &[1]))),
            _ => peer.answer(&message, &[1]),
        };
        if let Some(answer) = answer {
            peer.send(&answer).await;
        }
    }
    let up = |net: &app_api::Snapshot| net.switch_up(Dpid(7)).is_some();
    engine.until("up", up).await;
    engine.shut_down().await;
}

#[test]
fn decode_answers_twenty_thousand_mutants_line_by_line() {
    const MUTANTS: usize = 20_000;
    let mut process = Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .arg("decode")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let writing = std::thread::spawn(move || {
        let (frames, mut random) = (frames(), Random(3));
        for at in 0..MUTANTS {
            let bytes = match at % 4 {
                0 => mutant(&mut random, &frames),
                _ => framed_mutant(&mut random, &frames),
            };
            writeln!(input, "{}", hex::encode(bytes)).unwrap();
        }
    });
    let mut messages = 0;
    let mut lines = 0;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let answer: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert!(
            answer["ok"] == true || answer["error"].is_string(),
            "{answer}"
        );
        messages += usize::from(answer["ok"] == true);
        lines += 1;
    }
    writing.join().unwrap();
    assert_eq!(lines, MUTANTS);
    assert!(messages > MUTANTS / 20, "{messages} are messages");
    assert!(process.wait().unwrap().success());
}
