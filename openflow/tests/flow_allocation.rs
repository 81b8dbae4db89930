//! A packet-in lifted and read, and a flow-mod and a packet-out lowered, cost no heap allocation.
//!
//! A binary of its own with one test: a counting allocator sees every thread.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::alloc::System;

use bytes::{Bytes, BytesMut};
use openflow::flow::{FlowMod, FromSwitch, PacketOut, ToSwitch};
use openflow::oxm::Field;
use openflow::packet::PacketView;
use openflow::packet::build::arp_request;
use openflow::wire::Message;
use openflow::{BufferId, Cookie, MacAddr, PortNo, TableId, Version, Xid, v10, v13};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 1000;

/// Six fields and four actions, in terms of both versions.
const FLOW: &str = "idle_timeout=30,priority=10,tcp,in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,\
                    tp_dst=80,actions=mod_dl_src:02:00:00:00:00:01,mod_dl_dst:02:00:00:00:00:02,\
                    mod_nw_dst:10.0.0.3,output:2";

#[test]
fn a_packet_in_is_lifted_and_answered_without_allocating() {
    let flow: FlowMod = FLOW.parse().unwrap();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        // The thread of the test harness allocates a few times of its own accord, but not always
        // while we count.
        let least = (0..20).map(|_| allocations(&flow, version)).min();
        assert_eq!(least, Some(0), "OpenFlow {version}");
    }
}

/// How often this process allocates while packet-ins are answered.
fn allocations(flow: &FlowMod, version: Version) -> usize {
    let mut stream = BytesMut::new();
    for _ in 0..ROUNDS {
        packet_in(version).encode(&mut stream).unwrap();
    }
    let frame_len = stream.len() / ROUNDS;
    let mut out = BytesMut::with_capacity(1024);
    // Splitting the first frame off makes the buffer shared: one allocation for all frames.
    let _shared = stream.split_to(0);

    let region = Region::new(ALLOCATOR);
    for _ in 0..ROUNDS {
        let frame = stream.split_to(frame_len).freeze();
        let FromSwitch::PacketIn(packet) = FromSwitch::lift(Message::decode(frame).unwrap()) else {
            panic!("sent packet-ins only");
        };
        let view = PacketView::parse(&packet.data).unwrap();
        assert!(view.arp().is_some() && view.eth_dst().is_multicast());
        out.clear();
        ToSwitch::FlowMod(flow.clone())
            .encode(version, Xid(1), &mut out)
            .unwrap();
        let answer = PacketOut::to_ports(packet.data, [PortNo(2), PortNo(3)]);
        ToSwitch::PacketOut(answer)
            .encode(version, Xid(2), &mut out)
            .unwrap();
    }
    let change = region.change();
    change.allocations + change.reallocations
}

fn packet_in(version: Version) -> Message {
    let data: Bytes = arp_request(
        (MacAddr([2, 0, 0, 0, 0, 1]), [10, 0, 0, 1].into()),
        [10, 0, 0, 2].into(),
        None,
    );
    if version == Version::V1_0 {
        let body = v10::Body::PacketIn(v10::PacketIn {
            buffer_id: BufferId::NONE,
            total_len: 42,
            in_port: v10::PortNo(1),
            reason: v10::PacketInReason::NoMatch,
            data,
        });
        return Message::v10(Xid(0), body);
    }
    let mut matching = v13::Match::default();
    matching.oxm_fields.push(Field::InPort, 1, None);
    let body = v13::Body::PacketIn(v13::PacketIn {
        buffer_id: BufferId::NONE,
        total_len: 42,
        reason: v13::PacketInReason::NoMatch,
        table_id: TableId(0),
        cookie: Cookie(0),
        matching,
        data,
    });
    Message::v13(version, Xid(0), body)
}
