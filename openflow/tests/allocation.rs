//! The two messages a reactive controller lives on cost no heap allocation.
//!
//! A binary of its own with one test: a counting allocator sees every thread.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::alloc::System;

use bytes::{Bytes, BytesMut};
use openflow::oxm::{Field, OxmList};
use openflow::wire::Message;
use openflow::{BufferId, Cookie, GroupId, PortNo, TableId, Version, Xid, v13};
use smallvec::smallvec;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 1000;

#[test]
fn packet_in_decodes_and_flow_mod_encodes_without_allocating() {
    let mut stream = BytesMut::new();
    for _ in 0..ROUNDS {
        packet_in().encode(&mut stream).unwrap();
    }
    let frame_len = stream.len() / ROUNDS;
    let mut out = BytesMut::with_capacity(256);
    let flow_mod = flow_mod();
    // Splitting the first frame off makes the buffer shared: one allocation for all frames.
    let _shared = stream.split_to(0);

    let region = Region::new(ALLOCATOR);
    let mut bytes_of_packets = 0;
    while !stream.is_empty() {
        let frame = stream.split_to(frame_len).freeze();
        let message = Message::decode(frame).unwrap();
        let openflow::wire::Body::V13(v13::Body::PacketIn(packet_in)) = message.body else {
            panic!("sent packet-ins only");
        };
        bytes_of_packets += packet_in.data.len();
        out.clear();
        flow_mod.encode(&mut out).unwrap();
    }
    let change = region.change();
    assert_eq!(bytes_of_packets, ROUNDS * 128);
    // The thread of the test harness allocates a few times of its own accord.
    let allocations = change.allocations + change.reallocations;
    assert!(
        allocations < ROUNDS / 100,
        "{allocations} in {ROUNDS} rounds"
    );
}

fn packet_in() -> Message {
    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::InPort, 1, None);
    let packet_in = v13::PacketIn {
        buffer_id: BufferId::NONE,
        total_len: 128,
        reason: v13::PacketInReason::NoMatch,
        table_id: TableId(0),
        cookie: Cookie(0),
        matching: v13::Match { oxm_fields },
        data: Bytes::from_static(&[0x5a; 128]),
    };
    Message::v13(Version::V1_3, Xid(1), v13::Body::PacketIn(packet_in))
}

/// Five match fields, one output. A controller builds them anew each time, from the flow model,
/// which does without this struct: `flow_allocation.rs`.
fn flow_mod() -> Message {
    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::InPort, 1, None);
    oxm_fields.push(Field::EthDst, 0x0200_5e00_5301, None);
    oxm_fields.push(Field::EthSrc, 0x0200_5e00_5302, None);
    oxm_fields.push(Field::EthType, 0x0800, None);
    oxm_fields.push(Field::Ipv4Dst, 0x0a00_0001, Some(0xffff_ff00));
    let output = v13::Action::Output {
        port: PortNo(2),
        max_len: 0,
    };
    let flow_mod = v13::FlowMod {
        cookie: Cookie(1),
        cookie_mask: 0,
        table_id: TableId(0),
        command: v13::FlowModCommand::Add,
        idle_timeout: 10,
        hard_timeout: 0,
        priority: 100,
        buffer_id: BufferId::NONE,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: v13::FlowModFlags::empty(),
        importance: None,
        matching: v13::Match { oxm_fields },
        instructions: smallvec![v13::Instruction::ApplyActions {
            actions: smallvec![output]
        }],
    };
    Message::v13(
        Version::V1_3,
        Xid(2),
        v13::Body::FlowMod(Box::new(flow_mod)),
    )
}
