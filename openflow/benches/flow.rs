//! What the flow model costs above the wire: a packet-in lifted, its headers read, and a flow-mod
//! and a packet-out lowered, as a learning switch does for every packet it sees.
//!
//! `cargo bench -p openflow --bench flow`; times are per message, wire level included.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, criterion_group, criterion_main};
use openflow::flow::{Action, FlowMod, FromSwitch, Instructions, Match, PacketOut, ToSwitch};
use openflow::packet::PacketView;
use openflow::packet::build::{Ethernet, tcp_segment};
use openflow::wire::{Body, Message};
use openflow::{MacAddr, PortNo, Version, Xid, v10, v13};

const A: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const B: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
const VERSIONS: [Version; 2] = [Version::V1_0, Version::V1_3];

fn packet() -> Bytes {
    let segment = openflow::packet::TcpSegment {
        seq: 1,
        ack: 0,
        flags: 2,
    };
    let (src, dst) = ("10.0.0.1:4000".parse(), "10.0.0.2:80".parse());
    tcp_segment(
        Ethernet::untagged(A, B),
        src.expect("valid"),
        dst.expect("valid"),
        segment,
    )
}

fn packet_in(version: Version) -> Bytes {
    let message = match version {
        Version::V1_0 => Message::v10(
            Xid(0),
            v10::Body::PacketIn(v10::PacketIn {
                buffer_id: openflow::BufferId::NONE,
                total_len: 54,
                in_port: v10::PortNo(1),
                reason: v10::PacketInReason::NoMatch,
                data: packet(),
            }),
        ),
        _ => {
            let mut matching = v13::Match::default();
            matching
                .oxm_fields
                .push(openflow::oxm::Field::InPort, 1, None);
            let body = v13::Body::PacketIn(v13::PacketIn {
                buffer_id: openflow::BufferId::NONE,
                total_len: 54,
                reason: v13::PacketInReason::NoMatch,
                table_id: openflow::TableId(0),
                cookie: openflow::Cookie(0),
                matching,
                data: packet(),
            });
            Message::v13(version, Xid(0), body)
        }
    };
    let mut out = BytesMut::new();
    message.encode(&mut out).expect("fits");
    assert!(matches!(message.body, Body::V10(_) | Body::V13(_)));
    out.freeze()
}

fn learned() -> FlowMod {
    let matching = Match::any().in_port(PortNo(1)).eth_src(A).eth_dst(B);
    let mut flow = FlowMod::add(
        10,
        matching,
        Instructions::apply([Action::output(PortNo(2))]),
    );
    flow.idle_timeout_s = 30;
    flow
}

fn lift(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode and lift packet-in, read MACs and IPv4 addresses");
    for version in VERSIONS {
        let frame = packet_in(version);
        group.bench_function(version.to_string(), |b| {
            b.iter(|| {
                let message = Message::decode(black_box(frame.clone())).expect("valid");
                let FromSwitch::PacketIn(packet_in) = FromSwitch::lift(message) else {
                    return;
                };
                let view = PacketView::parse(&packet_in.data).expect("a whole frame");
                black_box((view.eth_src(), view.eth_dst(), view.ip_addresses()));
            });
        });
    }
    group.finish();
}

fn lower(c: &mut Criterion) {
    let mut out = BytesMut::with_capacity(4096);
    let mut group = c.benchmark_group("build and encode flow-mod, 3 match fields and 1 output");
    for version in VERSIONS {
        group.bench_function(version.to_string(), |b| {
            b.iter(|| {
                out.clear();
                let message = ToSwitch::FlowMod(black_box(learned()));
                message
                    .encode(version, Xid(7), &mut out)
                    .expect("supported");
                black_box(&out);
            });
        });
    }
    group.finish();
    let mut group = c.benchmark_group("build and encode packet-out, 54 bytes of packet");
    let data = packet();
    for version in VERSIONS {
        group.bench_function(version.to_string(), |b| {
            b.iter(|| {
                out.clear();
                let message = ToSwitch::PacketOut(PacketOut::to_ports(data.clone(), [PortNo(2)]));
                message
                    .encode(version, Xid(7), &mut out)
                    .expect("supported");
                black_box(&out);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lift, lower);
criterion_main!(benches);
