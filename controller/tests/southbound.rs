//! Connections over TCP: what a switch, or something that is none, can do to the controller.

mod fake;

use std::time::{Duration, Instant};

use bytes::Bytes;
use fake::peer::{Peer, packet_in_13, with_length};
use fake::switch::{Cables, Inject, Switch};
use fake::{Engine, PATIENCE, calm, quick};
use openflow::flow::{
    FlowMod, FlowStatsRequest, GroupCommand, GroupMod, Instructions, Match, PacketOut,
};
use openflow::wire::{Body, Hello, HelloElement, Message};
use openflow::{Dpid, GroupId, MacAddr, Version, Xid, v13};
use pointsman::southbound::{Change, Refusal, RequestError};

async fn connected(engine: &mut Engine, dpid: u64) -> Peer {
    let mut peer = Peer::connect(engine.address, Version::V1_3).await;
    peer.handshake(dpid, &[1, 2]).await;
    let what = format!("{dpid} up");
    engine
        .until(&what, |net| net.switch_up(Dpid(dpid)).is_some())
        .await;
    peer
}

#[tokio::test]
async fn a_switch_is_known_in_the_version_it_offers() {
    let mut engine = Engine::start(calm()).await;
    for (dpid, version) in [
        (1, Version::V1_0),
        (2, Version::V1_3),
        (3, Version::V1_4),
        (4, Version::V1_5),
    ] {
        let mut peer = Peer::connect(engine.address, version).await;
        peer.handshake(dpid, &[1, 2]).await;
        let net = engine
            .until("up", |net| net.switch_up(Dpid(dpid)).is_some())
            .await;
        let switch = &net.switches[&Dpid(dpid)];
        assert_eq!(switch.version, version);
        assert_eq!(switch.name, "fake");
        assert_eq!(switch.desc.manufacturer, "Tests");
        assert_eq!(switch.ports.len(), 2);
        drop(peer);
        engine
            .until("down", |net| net.switch_up(Dpid(dpid)).is_none())
            .await;
    }
    engine.shut_down().await;
}

#[tokio::test]
async fn when_no_version_fits_the_switch_is_told_so_in_words() {
    let engine = Engine::start(calm()).await;
    let mut peer = Peer::connect(engine.address, Version::V1_3).await;
    let only_1_2 = HelloElement::VersionBitmap {
        bitmaps: [1 << 3].into_iter().collect(),
    };
    let hello = Hello {
        elements: [only_1_2].into_iter().collect(),
        ..Hello::default()
    };
    peer.send(&Message::hello(3, Xid(1), hello)).await;
    let error = peer.expect_error().await;
    assert_eq!((error.kind, error.code), (0, 0));
    assert_eq!(
        std::str::from_utf8(&error.data).unwrap(),
        "this controller speaks OpenFlow 1.0, 1.3, 1.4 and 1.5, the switch offers 1.2"
    );
    assert!(peer.until_closed().await.is_empty());
}

#[tokio::test]
async fn garbage_before_hello_is_closed_at_once_and_disturbs_nobody() {
    let mut engine = Engine::start(calm()).await;
    let mut good = connected(&mut engine, 1).await;
    let garbage: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc],
        &[0xff; 300],
        &packet_in_13(1, &[0; 60]),
    ];
    for bytes in garbage {
        let mut peer = Peer::connect(engine.address, Version::V1_3).await;
        peer.write(bytes).await;
        let messages = peer.until_closed().await;
        let types: Vec<_> = messages.iter().map(Message::type_name).collect();
        assert_eq!(types, ["hello"], "{bytes:?}");
        good.expect_alive().await;
    }
    assert_eq!(
        engine.metric("southbound_sessions_closed_total{reason=\"not_openflow\"}"),
        4
    );
}

#[tokio::test]
async fn frames_that_make_no_sense_are_answered_and_the_session_goes_on() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    let bad_version = (1, 0);
    let bad_type = (1, 1);
    let bad_len = (1, 6);
    for (frame, answer) in [
        (vec![1, 2, 0, 8, 0, 0, 0, 9], bad_version),
        (vec![5, 10, 0, 8, 0, 0, 0, 9], bad_version),
        (vec![4, 99, 0, 12, 0, 0, 0, 9, 1, 2, 3, 4], bad_type),
        (vec![4, 6, 0, 12, 0, 0, 0, 9, 1, 2, 3, 4], bad_len),
        (vec![4, 10, 0, 8, 0, 0, 0, 9], bad_len),
    ] {
        peer.write(&frame).await;
        let error = peer.expect_error().await;
        assert_eq!((error.kind, error.code), answer, "{frame:?}");
        assert_eq!(error.data[..], frame[..]);
    }
    peer.expect_alive().await;
    assert_eq!(engine.metric("southbound_bad_frames_total"), 3);
}

#[tokio::test]
async fn an_error_is_not_answered_with_an_error() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    peer.write(&[4, 1, 0, 9, 0, 0, 0, 9, 0]).await;
    peer.echo(Bytes::new()).await;
    loop {
        let message = peer.receive().await.unwrap();
        assert_ne!(message.type_name(), "error");
        if message.type_name() == "echo_reply" {
            break;
        }
    }
}

#[tokio::test]
async fn a_length_no_frame_can_have_closes_the_connection_with_an_error() {
    let mut engine = Engine::start(calm()).await;
    let mut good = connected(&mut engine, 1).await;
    for length in [0, 7] {
        let mut peer = connected(&mut engine, 2).await;
        peer.write(&[4, 2, 0, length, 0, 0, 0, 9]).await;
        let error = peer.expect_error().await;
        assert_eq!((error.kind, error.code), (1, 6));
        peer.until_closed().await;
        engine
            .until("gone", |net| net.switch_up(Dpid(2)).is_none())
            .await;
    }
    good.expect_alive().await;
}

#[tokio::test]
async fn half_a_frame_and_then_silence_is_silence() {
    let mut engine = Engine::start(quick()).await;
    let mut peer = connected(&mut engine, 1).await;
    let start = Instant::now();
    peer.write(&[4, 2, 0, 100, 0, 0]).await;
    peer.until_closed().await;
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(
        engine.metric("southbound_sessions_closed_total{reason=\"silent\"}"),
        1
    );
}

#[tokio::test]
async fn a_frame_that_trickles_in_for_ever_is_silence_too() {
    let mut engine = Engine::start(quick()).await;
    let mut peer = connected(&mut engine, 1).await;
    peer.write(&[4, 2, 0xff, 0xff, 0, 0, 0, 1]).await;
    let trickle = async {
        let (mut read, mut write) = peer.stream.split();
        let mut sink = Vec::new();
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    if tokio::io::AsyncWriteExt::write_all(&mut write, &[0]).await.is_err() {
                        return;
                    }
                }
                _ = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut sink) => return,
            }
        }
    };
    tokio::time::timeout(PATIENCE, trickle).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_too_little_is_closed() {
    let engine = Engine::start(quick()).await;
    let mut silent = Peer::connect(engine.address, Version::V1_3).await;
    let mut stops_after_hello = Peer::connect(engine.address, Version::V1_3).await;
    let hello = Message::hello(4, Xid(1), Hello::default());
    stops_after_hello.send(&hello).await;
    let start = Instant::now();
    silent.until_closed().await;
    stops_after_hello.until_closed().await;
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(
        engine.metric("southbound_sessions_closed_total{reason=\"handshake_timeout\"}"),
        2
    );
}

#[tokio::test]
async fn a_switch_that_answers_echo_stays() {
    let mut engine = Engine::start(quick()).await;
    let switch = Switch::start(engine.address, 1, &[1], &Cables::default()).await;
    engine
        .until("up", |net| net.switch_up(Dpid(1)).is_some())
        .await;
    let mut silent = connected(&mut engine, 2).await;
    silent.until_closed().await;
    assert!(engine.switches.switch(Dpid(1)).is_some());
    drop(switch);
}

#[tokio::test]
async fn the_longest_frames_there_can_be_pass() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    let data = Bytes::from(vec![0xa5; 0xffff - 8]);
    for _ in 0..3 {
        peer.echo(data.clone()).await;
    }
    for _ in 0..3 {
        match peer.expect("echo_reply").await.body {
            Body::V13(v13::Body::EchoReply(echo)) => assert_eq!(echo.data, data),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_conversation_cut_off_anywhere_leaves_nothing_behind() {
    let engine = Engine::start(calm()).await;
    let mut conversation = vec![4, 0, 0, 8, 0, 0, 0, 1];
    conversation.extend(with_length(
        [
            &[4, 6, 0, 0, 0, 0, 0, 2][..],
            &[0, 0, 0, 0, 0, 0, 0, 5],
            &[0; 16],
        ]
        .concat(),
    ));
    conversation.extend(packet_in_13(1, &[0; 60]));
    for cut in 0..conversation.len() {
        let mut peer = Peer::connect(engine.address, Version::V1_3).await;
        peer.write(&conversation[..cut]).await;
        let (_, mut write) = peer.stream.split();
        tokio::io::AsyncWriteExt::shutdown(&mut write)
            .await
            .unwrap();
        peer.until_closed().await;
    }
    assert_eq!(engine.metric("southbound_sessions "), 0);
    engine.shut_down().await;
}

#[tokio::test]
async fn a_datapath_id_in_use_is_not_taken_over() {
    let mut engine = Engine::start(calm()).await;
    let switch = Switch::start(engine.address, 1, &[1], &Cables::default()).await;
    engine
        .until("up", |net| net.switch_up(Dpid(1)).is_some())
        .await;
    let epoch = engine.switches.switch(Dpid(1)).unwrap().epoch();
    for _ in 0..2 {
        let mut newcomer = Peer::connect(engine.address, Version::V1_3).await;
        newcomer.handshake(1, &[1]).await;
        let error = newcomer.expect_error().await;
        let text = String::from_utf8(error.data.to_vec()).unwrap();
        assert!(text.starts_with("the datapath id is in use by"), "{text}");
        newcomer.until_closed().await;
    }
    assert_eq!(engine.switches.switch(Dpid(1)).unwrap().epoch(), epoch);
    assert_eq!(engine.metric("southbound_dpid_in_use_total"), 2);
    assert_eq!(engine.notices.after(0)[0].code, "dpid_in_use");
    drop(switch);
}

#[tokio::test]
async fn a_switch_that_restarted_gets_back_in_though_its_old_connection_looks_open() {
    let mut engine = Engine::start(calm()).await;
    let dead = connected(&mut engine, 1).await;
    let old = engine.switches.switch(Dpid(1)).unwrap().epoch();
    let start = Instant::now();
    let restarted = Switch::start(engine.address, 1, &[1], &Cables::default()).await;
    while engine
        .switches
        .switch(Dpid(1))
        .is_none_or(|s| s.epoch() == old)
    {
        assert!(start.elapsed() < Duration::from_secs(3));
        tokio::task::yield_now().await;
    }
    engine
        .until("up", |net| net.switch_up(Dpid(1)).is_some())
        .await;
    drop((dead, restarted));
}

fn flow(port: u16) -> Change {
    Change::Flow(FlowMod::add(
        1,
        Match::any().tcp_dst(port),
        Instructions::drop(),
    ))
}

#[tokio::test]
async fn a_refused_change_is_told_by_its_place_in_the_batch() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    let handle = engine.switches.switch(Dpid(1)).unwrap();
    let applying = tokio::spawn(async move { handle.apply((1..=3).map(flow).collect()).await });
    let mut refused = None;
    loop {
        let message = peer.receive().await.unwrap();
        match message.body {
            Body::V13(v13::Body::FlowMod(_)) if refused.is_none() => refused = Some(message.xid),
            Body::V13(v13::Body::BarrierRequest) => {
                let probes_only = refused.is_none();
                if !probes_only {
                    // The second of the three.
                    let xid = Xid(refused.unwrap().0 + 1);
                    let error = [&[4, 1, 0, 12][..], &xid.0.to_be_bytes(), &[0, 5, 0, 1]].concat();
                    peer.write(&error).await;
                }
                let reply = Message::v13(Version::V1_3, message.xid, v13::Body::BarrierReply);
                peer.send(&reply).await;
                if !probes_only {
                    break;
                }
            }
            _ => {}
        }
    }
    let applied = applying.await.unwrap().unwrap();
    let [(1, Refusal::Switch(error))] = &applied.refused[..] else {
        panic!("{applied:?}");
    };
    assert_eq!(error.name, "OFPFMFC_TABLE_FULL");
}

#[tokio::test]
async fn what_a_version_cannot_express_is_refused_without_being_sent() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = Peer::connect(engine.address, Version::V1_0).await;
    peer.handshake(1, &[1]).await;
    engine
        .until("up", |net| net.switch_up(Dpid(1)).is_some())
        .await;
    let handle = engine.switches.switch(Dpid(1)).unwrap();
    let answers = tokio::spawn(async move {
        while let Some(message) = peer.receive().await {
            assert_ne!(message.type_name(), "group_mod");
            if let Some(answer) = peer.answer(&message, &[1]) {
                peer.send(&answer).await;
            }
        }
    });
    let kind = openflow::flow::GroupType::All;
    let group = openflow::flow::Group::new(GroupId(1), kind, Vec::new());
    let command = GroupCommand::Add;
    let changes = vec![flow(1), Change::Group(GroupMod { command, group })];
    let applied = handle.apply(changes).await.unwrap();
    assert!(matches!(
        applied.refused[..],
        [(1, Refusal::Unsupported(_))]
    ));
    assert_eq!(handle.groups().await, Ok(Vec::new()));
    answers.abort();
}

#[tokio::test]
async fn a_request_without_an_answer_ends_in_time_and_a_lost_connection_ends_all() {
    let mut engine = Engine::start(quick()).await;
    let mut peer = connected(&mut engine, 1).await;
    let handle = engine.switches.switch(Dpid(1)).unwrap();
    let asking = handle.clone();
    let timed_out = tokio::spawn(async move { asking.tables().await });
    let alive = async {
        while !timed_out.is_finished() {
            if let Some(message) = peer.receive().await
                && message.type_name() == "echo_request"
                && let Some(answer) = peer.answer(&message, &[])
            {
                peer.send(&answer).await;
            }
        }
    };
    tokio::time::timeout(PATIENCE, alive).await.unwrap();
    assert_eq!(timed_out.await.unwrap(), Err(RequestError::Timeout(1_000)));
    let asking = handle.clone();
    let lost = tokio::spawn(async move { asking.flow_entries(FlowStatsRequest::all()).await });
    peer.expect("multipart_request").await;
    drop(peer);
    assert_eq!(lost.await.unwrap(), Err(RequestError::Disconnected));
    handle.gone().await;
    assert_eq!(handle.tables().await, Err(RequestError::Disconnected));
}

#[tokio::test]
async fn parts_of_a_reply_come_together() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    let handle = engine.switches.switch(Dpid(1)).unwrap();
    let asking = tokio::spawn(async move { handle.tables().await });
    let xid = loop {
        let message = peer.receive().await.unwrap();
        if let Body::V13(v13::Body::MultipartRequest(request)) = &message.body
            && request.body == v13::MultipartRequestBody::Table
        {
            break message.xid;
        }
    };
    for (table, more) in [(0, true), (1, true), (2, false)] {
        let stats = v13::TableStats {
            table_id: openflow::TableId(table),
            active_count: 1,
            lookup_count: 2,
            matched_count: 3,
        };
        let reply = v13::MultipartReply {
            flags: if more {
                v13::MultipartFlags::MORE
            } else {
                v13::MultipartFlags::empty()
            },
            body: v13::MultipartReplyBody::Table(vec![stats]),
        };
        let body = v13::Body::MultipartReply(reply);
        peer.send(&Message::v13(Version::V1_3, xid, body)).await;
    }
    assert_eq!(asking.await.unwrap().unwrap().len(), 3);
}

#[tokio::test]
async fn a_switch_that_asks_and_does_not_read_is_closed_and_slows_nobody() {
    let mut engine = Engine::start(quick()).await;
    let other = Switch::start(engine.address, 2, &[1], &Cables::default()).await;
    let peer = connected(&mut engine, 1).await;
    let echo = with_length([&[4, 2, 0, 0, 0, 0, 0, 1][..], &[0; 60_000]].concat());
    let ask = async {
        let (_read, mut write) = peer.stream.into_split();
        while tokio::io::AsyncWriteExt::write_all(&mut write, &echo)
            .await
            .is_ok()
        {}
    };
    tokio::time::timeout(PATIENCE, ask).await.unwrap();
    engine
        .until("gone", |net| net.switch_up(Dpid(1)).is_none())
        .await;
    assert_eq!(
        engine.metric("southbound_sessions_closed_total{reason=\"does_not_read\"}"),
        1
    );
    assert!(engine.switches.switch(Dpid(2)).is_some());
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_for_a_switch_that_reads_late_arrive_in_order_and_what_is_lost_is_counted() {
    let mut engine = Engine::start(calm()).await;
    let mut peer = connected(&mut engine, 1).await;
    let handle = engine.switches.switch(Dpid(1)).unwrap();
    let total = 20_000_u32;
    for number in 0..total {
        let data = [&number.to_be_bytes()[..], &[0; 1_400]].concat();
        let packet = PacketOut::to_ports(data.into(), [openflow::PortNo(1)]);
        handle.packet_out(packet);
        // Everybody gets a turn, so that it is the switch that does not keep up.
        if number % 256 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut received: Vec<u32> = Vec::new();
    while received.last() != Some(&(total - 1)) {
        if let Body::V13(v13::Body::PacketOut(out)) = peer.receive().await.unwrap().body
            && out.data.len() == 1_404
        {
            received.push(u32::from_be_bytes(*out.data.first_chunk().unwrap()));
        }
    }
    assert!(received.is_sorted());
    let dropped = engine.metric("packet_out_drops_total");
    assert_eq!(received.len() as u64 + dropped, u64::from(total));
    assert!(dropped > 0, "20,000 packets do not fit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_made_up_hosts_is_bounded_and_disturbs_nobody() {
    let mut engine = Engine::start(calm()).await;
    let flooding = Switch::start(engine.address, 1, &[1], &Cables::default()).await;
    let mut good = connected(&mut engine, 2).await;
    engine
        .until("an edge", |net| {
            let at = app_api::Location::new(Dpid(1), openflow::PortNo(1));
            net.role(at) == app_api::PortRole::Edge
        })
        .await;
    let flood = tokio::spawn(async move {
        for host in 0..50_000_u32 {
            let [_, b, c, d] = host.to_be_bytes();
            let mac = MacAddr([2, 0, 0, b, c, d]);
            let sender = (mac, std::net::Ipv4Addr::new(10, b, c, d));
            let target = std::net::Ipv4Addr::new(10, 255, 0, 1);
            let frame = openflow::packet::build::arp_request(sender, target, None);
            flooding.packet_arrives(1, frame).await;
        }
        flooding
    });
    let mut slowest = Duration::ZERO;
    while !flood.is_finished() {
        let start = Instant::now();
        good.expect_alive().await;
        slowest = slowest.max(start.elapsed());
    }
    let flooding = flood.await.unwrap();
    // What the flood put in front of it is dealt with.
    let last = Inject::Raw(vec![4, 99, 0, 8, 0, 0, 0, 9]);
    flooding.inject.send(last).await.ok().unwrap();
    let start = Instant::now();
    while engine.metric("southbound_bad_frames_total") == 0 {
        assert!(start.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    assert!(
        slowest < Duration::from_millis(500),
        "echo took {slowest:?}"
    );
    let hosts = engine.network.snapshot().hosts.len();
    assert!((1..=1_024).contains(&hosts), "{hosts} hosts");
    let refused = engine.metric("hosts_refused_total{reason=\"rate\"}");
    assert!(refused > 40_000, "{refused} refused");
}

#[tokio::test]
async fn one_connection_too_many_is_refused_at_the_door() {
    let mut config = calm();
    config.max_connections = 2;
    let mut engine = Engine::start(config).await;
    let first = connected(&mut engine, 1).await;
    let second = connected(&mut engine, 2).await;
    let mut third = Peer::connect(engine.address, Version::V1_3).await;
    assert!(third.until_closed().await.is_empty());
    assert_eq!(engine.metric("southbound_connections_refused_total"), 1);
    drop((first, second));
}

#[tokio::test]
async fn every_task_ends_on_shutdown_whatever_the_switches_do() {
    let mut engine = Engine::start(calm()).await;
    let peers = (
        connected(&mut engine, 1).await,
        Switch::start(engine.address, 2, &[1], &Cables::default()).await,
        Peer::connect(engine.address, Version::V1_3).await,
    );
    engine
        .until("up", |net| net.switch_up(Dpid(2)).is_some())
        .await;
    engine.shut_down().await;
    drop(peers);
}
