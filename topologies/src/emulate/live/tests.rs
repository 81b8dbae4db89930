//! Networks in real time, and a controller that is nothing but a stream.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openflow::flow::{FlowMod, FromSwitch, ToSwitch};
use openflow::wire::{Hello, Message, frame_length};
use openflow::{Dpid, Version, Xid};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{CommandError, Handle, Stopped, start};
use crate::Topology;
use crate::emulate::{Agent, Network, NetworkError, Options};

fn network() -> Network<Agent> {
    let topology = Topology::parse("linear,2").unwrap();
    Network::with(&topology, &Options::default(), Agent::of_plan)
}

fn first_switch() -> Dpid {
    Topology::parse("linear,2").unwrap().switches()[0].dpid
}

fn hello() -> Bytes {
    let mut bytes = BytesMut::new();
    let hello = Hello::offering(&[Version::V1_3]);
    Message::hello(4, Xid(1), hello).encode(&mut bytes).unwrap();
    bytes.freeze()
}

async fn message(stream: &mut (impl AsyncRead + Unpin), unread: &mut BytesMut) -> Message {
    loop {
        match frame_length(unread).unwrap() {
            Some(length) if length <= unread.len() => {
                return Message::decode(unread.split_to(length).freeze()).unwrap();
            }
            _ => assert_ne!(stream.read_buf(unread).await.unwrap(), 0, "it is at an end"),
        }
    }
}

async fn is_connected(handle: &Handle) -> bool {
    let switch = first_switch();
    let asked = handle.with(move |network| network.is_connected(switch));
    asked.await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn over_a_duplex_on_a_paused_clock_minutes_are_over_at_once() {
    let handle = start(network(), None);
    let (mut ours, theirs) = tokio::io::duplex(4096);
    handle.attach(first_switch(), theirs).await.unwrap();
    let (begin, mut unread) = (Instant::now(), BytesMut::new());
    let greeting = message(&mut ours, &mut unread).await;
    assert_eq!((greeting.type_name(), greeting.version()), ("hello", 4));
    let mut bytes = BytesMut::from(&hello()[..]);
    let flow: FlowMod = "hard_timeout=600,send_flow_rem,actions=drop"
        .parse()
        .unwrap();
    let request = ToSwitch::FlowMod(flow);
    request.encode(Version::V1_3, Xid(2), &mut bytes).unwrap();
    ours.write_all(&bytes).await.unwrap();
    let removed = FromSwitch::lift(message(&mut ours, &mut unread).await);
    assert!(matches!(removed, FromSwitch::FlowRemoved(_)), "{removed:?}");
    let passed = begin.elapsed();
    assert!(passed >= Duration::from_secs(599), "{passed:?}");
    assert!(passed <= Duration::from_secs(601), "{passed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_disconnects_its_switch() {
    let handle = start(network(), None);
    let (mut ours, theirs) = tokio::io::duplex(4096);
    handle.attach(first_switch(), theirs).await.unwrap();
    let _ = message(&mut ours, &mut BytesMut::new()).await;
    assert!(is_connected(&handle).await);
    drop(ours);
    while is_connected(&handle).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_controller_that_comes_back_is_found_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let handle = start(network(), Some(listener.local_addr().unwrap()));
    for _ in 0..2 {
        // Both switches connect, are greeted and lose the controller.
        let mut streams = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let greeting = message(&mut stream, &mut BytesMut::new()).await;
            assert_eq!(greeting.type_name(), "hello");
            stream.write_all(&hello()).await.unwrap();
            streams.push(stream);
        }
    }
    handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_and_what_is_over_is_said() {
    let handle = start(network(), None);
    let nobody = handle.ping("nobody", "h1").await.unwrap_err();
    let expected = NetworkError::NoSuchHost("nobody".to_owned());
    assert_eq!(nobody, CommandError::Network(expected));
    handle.set_link("s1", "s2", false).await.unwrap();
    let lost = handle.ping("h1", "h2").await.unwrap();
    assert!(!lost.is_success());
    let other = handle.clone();
    handle.stop().await;
    assert_eq!(other.with(|_| ()).await, Err(Stopped));
}
