//! The switch model: packets per second through a table of 10,000 rules under 1, 10 and 100
//! distinct masks, and changes of such a table per second.
//!
//! One iteration is one packet that hits a rule and leaves by a port, counters included, or one
//! change.

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use openflow::flow::{
    Action, FlowCommand, FlowMod, Instructions, Match, PortConfig, PortDesc, PortState,
};
use openflow::pipeline::{Switch, SwitchConfig};
use openflow::{Dpid, MacAddr, PortNo, Version};

const RULES: u32 = 10_000;
const NOW: Duration = Duration::ZERO;

fn port(no: u8) -> PortDesc {
    PortDesc {
        no: PortNo(no.into()),
        hw_addr: MacAddr([2, 0, 0, 0, 0, no]),
        name: format!("p{no}"),
        config: PortConfig::empty(),
        state: PortState::LIVE,
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    }
}

/// Address of the packets that rule `n` takes: spread over the bits that every mask has.
fn address(n: u32) -> Ipv4Addr {
    Ipv4Addr::from(n.wrapping_mul(0x9e37_79b1) & 0xffff_f000)
}

/// Rule `n` of a table with so many masks: prefixes of the destination and of the source.
fn rule(n: u32, masks: u32) -> FlowMod {
    let mask = n % masks;
    let prefix = |extra: u32| u8::try_from(20 + extra).unwrap_or(20);
    let matching = Match::any()
        .ipv4_dst(address(n), prefix(mask % 10))
        .ipv4_src(Ipv4Addr::new(10, 0, 0, 0), prefix(mask / 10) - 12);
    let to = Action::output(PortNo(2));
    let priority = u16::try_from(1 + mask).unwrap_or(1);
    FlowMod::add(priority, matching, Instructions::apply([to]))
}

fn filled(masks: u32) -> Switch {
    let config = SwitchConfig::new(Dpid(1), Version::V1_3, vec![port(1), port(2)]);
    let mut switch = Switch::new(config);
    for n in 0..RULES {
        let added = switch.flow_mod(&rule(n, masks), NOW);
        added.expect("the rule makes sense");
    }
    switch
}

/// UDP from 10.0.0.0 to the address of rule `n`.
fn frame(n: u32) -> Bytes {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    frame.extend([0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0]);
    frame.extend(address(n).octets());
    frame.extend([0, 1, 0, 2, 0, 26, 0, 0]);
    frame.resize(60, 0);
    frame.into()
}

fn packets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline/packets through 10,000 rules");
    group.throughput(Throughput::Elements(1));
    for masks in [1, 10, 100] {
        let mut switch = filled(masks);
        let frames: Vec<_> = (0..1024).map(|n| frame(n * 9)).collect();
        let mut next = frames.iter().cycle();
        group.bench_function(BenchmarkId::new("masks", masks), |bench| {
            bench.iter(|| {
                let frame = next.next().cloned().unwrap_or_default();
                black_box(switch.receive(PortNo(1), frame, NOW))
            });
        });
    }
    group.finish();
}

fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline/changes of 10,000 rules");
    group.throughput(Throughput::Elements(1));
    for masks in [1, 100] {
        let mut switch = filled(masks);
        let mut n = 0;
        group.bench_function(BenchmarkId::new("delete or add, masks", masks), |bench| {
            bench.iter(|| {
                let command = match n % 2 {
                    0 => FlowCommand::DeleteStrict,
                    _ => FlowCommand::Add,
                };
                let change = FlowMod {
                    command,
                    ..rule(n / 2 % RULES, masks)
                };
                n += 1;
                black_box(switch.flow_mod(&change, NOW))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, packets, changes);
criterion_main!(benches);
