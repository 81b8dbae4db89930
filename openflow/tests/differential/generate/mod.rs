//! Random cases in which packets often meet entries: matches are made of the packets that come.

mod action;
mod matching;
mod packet;
mod pool;

use openflow::flow::{Action, FlowMod, Instructions, Match};
use openflow::oxm::Field;
use openflow::pipeline::Packet;
use openflow::{Cookie, PortNo, TableId, Version};

use self::action::About;
use crate::case::{Case, Step};
use crate::random::Random;

/// Tables with entries.
const TABLES: u8 = 4;

/// The case of this number.
pub(crate) fn case(seed: u64) -> Case {
    let mut random = Random(seed);
    // Neighbouring seeds begin alike.
    random = Random(random.next());
    let version = *random.of(&[Version::V1_3, Version::V1_3, Version::V1_3, Version::V1_5]);
    let mut case = Case {
        version,
        steps: Vec::new(),
    };
    let packets: Vec<_> = (0..=random.below(8))
        .map(|_| packet_in(&mut random))
        .collect();
    let parsed: Vec<_> = packets
        .iter()
        .map(|(port, frame)| Packet::parse(frame.clone(), *port))
        .collect();
    let pushes_tags = random.one_in(2);
    for _ in 0..=random.below(12) {
        let flow = Step::Flow(flow(&mut random, version, &parsed, pushes_tags));
        case.steps.push(flow);
    }
    case.steps.extend(
        packets
            .into_iter()
            .map(|(port, frame)| Step::Packet(port, frame)),
    );
    case.steps.retain(|step| step.can_be_said(version));
    case
}

fn packet_in(random: &mut Random) -> (PortNo, bytes::Bytes) {
    let port = *random.of(&[1, 1, 2, 3, 4, PortNo::LOCAL.0]);
    (PortNo(port), packet::frame(random))
}

fn flow(random: &mut Random, version: Version, packets: &[Packet], pushes_tags: bool) -> FlowMod {
    let table = TableId(*random.of(&[0, 0, 0, 1, 1, 2, 3]));
    let key = random.of(packets).key();
    let matching = match random.one_in(6) {
        true => Match::any(),
        false => matching::matching(random, key),
    };
    let about = About {
        version,
        matching: &matching,
        groups: &[],
        meters: &[],
        pushes_tags,
    };
    let instructions = instructions(random, &about, table);
    // Which of two entries of one priority takes a packet is left open: no two have the same.
    let priority = match random.one_in(8) {
        true => 0,
        false => u16::try_from(1 + random.below(0xffff)).unwrap(),
    };
    let matching = if priority == 0 {
        Match::any()
    } else {
        matching
    };
    let mut flow = FlowMod::add(priority, matching, instructions);
    flow.table = table;
    flow.cookie = Cookie(random.below(5) as u64);
    flow
}

fn instructions(random: &mut Random, about: &About<'_>, table: TableId) -> Instructions {
    let mut instructions = Instructions::apply(action::list(random, about, 4));
    if about.version == Version::V1_0 {
        return instructions;
    }
    if random.one_in(4) {
        instructions.write = written(action::list(random, about, 4));
    }
    instructions.clear = random.one_in(12);
    if random.one_in(8) {
        let (value, mask) = (random.next(), *random.of(&[u64::MAX, 0xff, 0xf0, 1 << 63]));
        instructions.metadata = Some((value & mask, mask));
    }
    if table.0 + 1 < TABLES && random.one_in(2) {
        let next = table.0 + 1 + random.byte() % (TABLES - table.0 - 1);
        instructions.goto = Some(TableId(next));
    }
    instructions
}

/// What an action set can have.
fn written(actions: Vec<Action>) -> openflow::flow::Actions {
    let settable = |action: &Action| {
        !matches!(
            action,
            Action::Meter(_)
                | Action::SetField {
                    field: Field::InPort,
                    ..
                }
        )
    };
    actions.into_iter().filter(settable).collect()
}
