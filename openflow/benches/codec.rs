//! What the two messages a reactive controller lives on cost, beside code written by hand for
//! exactly one layout: fixed offsets, no lists, no errors but "no".
//!
//! `cargo bench -p openflow --bench codec`; times are per message.
//!
//! Where others share the machine, instructions say more than times. `codec count NAME ROUNDS`,
//! the binary of this bench by itself, does one thing so many times; between two numbers of rounds
//! under `valgrind --tool=callgrind` lies what a message costs. Names: [`count`].

use std::hint::black_box;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group};
use openflow::flow::{self, FromSwitch, ToSwitch};
use openflow::oxm::{Field, OxmList};
use openflow::wire::Message;
use openflow::{BufferId, Cookie, GroupId, MacAddr, PortNo, TableId, Version, Xid, v13};
use smallvec::smallvec;

fn decode_packet_in(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode packet-in, 128 bytes of packet");
    let frame = frame_of(&packet_in());
    group.bench_function("pointsman", |b| {
        b.iter(|| Message::decode(black_box(frame.clone())).expect("valid"));
    });
    group.bench_function("pointsman, to the flow model", |b| {
        b.iter(|| decode_and_lift(black_box(frame.clone())));
    });
    group.bench_function("by hand", |b| {
        b.iter(|| HandPacketIn::decode(black_box(frame.clone())).expect("valid"));
    });
    // The three above move what was read once more, for the bench takes it; these two look at it
    // where it is.
    group.bench_function("pointsman, in place", |b| {
        b.iter(|| {
            let message = Message::decode(black_box(frame.clone()));
            black_box(&message);
        });
    });
    group.bench_function("by hand, in place", |b| {
        b.iter(|| {
            let packet_in = HandPacketIn::decode(black_box(frame.clone()));
            black_box(&packet_in);
        });
    });
    group.finish();
}

fn encode_flow_mod(c: &mut Criterion) {
    let mut group = c.benchmark_group("encode flow-mod, 5 match fields and 1 output");
    let message = flow_mod();
    let mut out = BytesMut::with_capacity(4096);
    group.bench_function("pointsman", |b| {
        b.iter(|| {
            out.clear();
            black_box(&message).encode(&mut out).expect("fits");
            black_box(&out);
        });
    });
    group.bench_function("pointsman, built anew", |b| {
        b.iter(|| {
            out.clear();
            flow_mod().encode(&mut out).expect("fits");
            black_box(&out);
        });
    });
    let rule = rule();
    group.bench_function("pointsman, of the flow model", |b| {
        b.iter(|| {
            out.clear();
            black_box(&rule)
                .encode(Version::V1_3, Xid(2), &mut out)
                .expect("supported");
            black_box(&out);
        });
    });
    group.bench_function("by hand", |b| {
        b.iter(|| {
            out.clear();
            black_box(&HAND_FLOW_MOD).encode(&mut out);
            black_box(&out);
        });
    });
    group.finish();
}

fn decode_flow_stats(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode flow statistics");
    for entries in [1, 10, 100, 500] {
        let frame = frame_of(&flow_stats(entries));
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(format!("{entries} entries"), |b| {
            b.iter(|| Message::decode(black_box(frame.clone())).expect("valid"));
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    decode_packet_in,
    encode_flow_mod,
    decode_flow_stats
);
fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "count", name, rounds] => count(name, rounds.parse().expect("a number")),
        _ => {
            benches();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}

/// Does one of the benches `rounds` times, for a tool that counts instructions.
fn count(name: &str, rounds: usize) {
    let (frame, message, hand) = (frame_of(&packet_in()), flow_mod(), HAND_FLOW_MOD);
    let (rule, mut out) = (rule(), BytesMut::with_capacity(4096));
    for _ in 0..rounds {
        out.clear();
        match name {
            "nothing" => {}
            "decode" => drop(black_box(Message::decode(black_box(frame.clone())))),
            "decode-lift" => drop(black_box(decode_and_lift(black_box(frame.clone())))),
            "decode-by-hand" => drop(black_box(HandPacketIn::decode(black_box(frame.clone())))),
            "encode" => black_box(&message).encode(&mut out).expect("fits"),
            "encode-flow" => black_box(&rule)
                .encode(Version::V1_3, Xid(2), &mut out)
                .expect("supported"),
            "encode-by-hand" => black_box(&hand).encode(&mut out),
            other => panic!("there is no {other}"),
        }
        black_box(&out);
    }
}

fn frame_of(message: &Message) -> Bytes {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).expect("fits");
    bytes.freeze()
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

fn five_fields() -> v13::Match {
    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::InPort, 1, None);
    oxm_fields.push(Field::EthDst, 0x0202_0202_0202, None);
    oxm_fields.push(Field::EthSrc, 0x0404_0404_0404, None);
    oxm_fields.push(Field::EthType, 0x0800, None);
    oxm_fields.push(Field::Ipv4Dst, 0x0a00_0001, None);
    v13::Match { oxm_fields }
}

fn one_output() -> v13::Instructions {
    let output = v13::Action::Output {
        port: PortNo(2),
        max_len: 0,
    };
    smallvec![v13::Instruction::ApplyActions {
        actions: smallvec![output]
    }]
}

fn flow_mod() -> Message {
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
        matching: five_fields(),
        instructions: one_output(),
    };
    Message::v13(
        Version::V1_3,
        Xid(2),
        v13::Body::FlowMod(Box::new(flow_mod)),
    )
}

/// What [`flow_mod`] says, in the flow model.
fn rule() -> ToSwitch {
    let matching = flow::Match::any()
        .in_port(PortNo(1))
        .eth_dst(MacAddr([2; 6]))
        .eth_src(MacAddr([4; 6]))
        .ipv4_dst([10, 0, 0, 1].into(), 32);
    let output = flow::Instructions::apply([flow::Action::output(PortNo(2))]);
    let mut rule = flow::FlowMod::add(100, matching, output);
    rule.cookie = Cookie(1);
    rule.idle_timeout_s = 10;
    ToSwitch::FlowMod(rule)
}

fn decode_and_lift(frame: Bytes) -> FromSwitch {
    FromSwitch::lift(Message::decode(frame).expect("valid"))
}

fn flow_stats(entries: usize) -> Message {
    let entry = v13::FlowStats {
        table_id: TableId(0),
        duration_sec: 1,
        duration_nsec: 2,
        priority: 3,
        idle_timeout: 4,
        hard_timeout: 5,
        flags: v13::FlowModFlags::empty(),
        importance: None,
        cookie: Cookie(6),
        packet_count: 7,
        byte_count: 8,
        matching: five_fields(),
        instructions: one_output(),
    };
    let reply = v13::MultipartReply {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartReplyBody::Flow(vec![entry; entries]),
    };
    Message::v13(Version::V1_3, Xid(3), v13::Body::MultipartReply(reply))
}

/// A packet-in whose match is the ingress port alone.
#[derive(Debug)]
#[allow(dead_code, reason = "what is read is the point")]
struct HandPacketIn {
    xid: u32,
    buffer_id: u32,
    total_len: u16,
    reason: u8,
    table_id: u8,
    cookie: u64,
    in_port: u32,
    data: Bytes,
}

impl HandPacketIn {
    fn decode(mut frame: Bytes) -> Option<Self> {
        let head: &[u8; 42] = frame.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if head[0] != 4 || head[1] != 10 || length != frame.len() || head[24..32] != MATCH_IN_PORT {
            return None;
        }
        let word =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let mut packet_in = Self {
            xid: word(4),
            buffer_id: word(8),
            total_len: u16::from_be_bytes([head[12], head[13]]),
            reason: head[14],
            table_id: head[15],
            cookie: u64::from(word(16)) << 32 | u64::from(word(20)),
            in_port: word(32),
            data: Bytes::new(),
        };
        frame.advance(42);
        packet_in.data = frame;
        Some(packet_in)
    }
}

const MATCH_IN_PORT: [u8; 8] = [0, 1, 0, 12, 0x80, 0, 0, 4];

/// A flow-mod with these five fields and this one output.
struct HandFlowMod {
    in_port: u32,
    dst: [u8; 6],
    src: [u8; 6],
    ip: u32,
    out_port: u32,
}

const HAND_FLOW_MOD: HandFlowMod = HandFlowMod {
    in_port: 1,
    dst: [2; 6],
    src: [4; 6],
    ip: 0x0a00_0001,
    out_port: 2,
};

impl HandFlowMod {
    fn encode(&self, out: &mut BytesMut) {
        let mut b = [0; 128];
        b[..4].copy_from_slice(&[4, 14, 0, 128]);
        b[4..8].copy_from_slice(&2u32.to_be_bytes());
        b[8..16].copy_from_slice(&1u64.to_be_bytes());
        b[26..28].copy_from_slice(&10u16.to_be_bytes());
        b[30..32].copy_from_slice(&100u16.to_be_bytes());
        b[32..44].copy_from_slice(&[0xff; 12]);
        b[48..60].copy_from_slice(&[0, 1, 0, 50, 0x80, 0, 0, 4, 0, 0, 0, 0]);
        b[56..60].copy_from_slice(&self.in_port.to_be_bytes());
        b[60..64].copy_from_slice(&[0x80, 0, 6, 6]);
        b[64..70].copy_from_slice(&self.dst);
        b[70..74].copy_from_slice(&[0x80, 0, 8, 6]);
        b[74..80].copy_from_slice(&self.src);
        b[80..86].copy_from_slice(&[0x80, 0, 10, 2, 8, 0]);
        b[86..90].copy_from_slice(&[0x80, 0, 24, 4]);
        b[90..94].copy_from_slice(&self.ip.to_be_bytes());
        b[104..112].copy_from_slice(&[0, 4, 0, 24, 0, 0, 0, 0]);
        b[112..116].copy_from_slice(&[0, 0, 0, 16]);
        b[116..120].copy_from_slice(&self.out_port.to_be_bytes());
        out.put_slice(&b);
    }
}
