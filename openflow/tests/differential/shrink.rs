//! A case that differs, made smaller until nothing can be left out.

use bytes::Bytes;
use openflow::flow::{Actions, Bucket, GroupCommand, Instructions, Match, MatchField};

use crate::case::{Bundled, Case, Step};

/// The smallest case found that still differs.
pub(crate) fn shrunk(case: &Case, differs: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    loop {
        let found = smaller(&smallest).find(|case| differs(case));
        match found {
            Some(smaller) => smallest = smaller,
            None => return smallest,
        }
    }
}

/// The case with one thing less: steps first, then parts of them.
fn smaller(case: &Case) -> impl Iterator<Item = Case> {
    let halves = halves(case.steps.len()).map(|gone| {
        let mut steps = case.steps.clone();
        steps.drain(gone);
        Case {
            steps,
            ..case.clone()
        }
    });
    let parts = (0..case.steps.len()).flat_map(move |at| {
        simpler(&case.steps[at]).into_iter().map(move |step| {
            let mut steps = case.steps.clone();
            steps[at] = step;
            Case {
                steps,
                ..case.clone()
            }
        })
    });
    halves
        .chain(parts)
        .filter(|case| case.steps.iter().all(|step| step.can_be_said(case.version)))
}

/// Ranges to leave out, long ones first.
fn halves(length: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let sizes = std::iter::successors(Some(length / 2), |size| Some(size / 2));
    let sizes = sizes.take_while(|size| *size > 1).chain([1]);
    sizes.flat_map(move |size| {
        (0..length)
            .step_by(size)
            .map(move |at| at..(at + size).min(length))
    })
}

fn simpler(step: &Step) -> Vec<Step> {
    let mut all = Vec::new();
    match step {
        Step::Flow(flow) => {
            let with = |matching, instructions| {
                let mut flow = flow.clone();
                (flow.matching, flow.instructions) = (matching, instructions);
                Step::Flow(flow)
            };
            let instructions = fewer_instructions(&flow.instructions).into_iter();
            all.extend(instructions.map(|fewer| with(flow.matching.clone(), fewer)));
            let matches = fewer_fields(&flow.matching).into_iter();
            all.extend(matches.map(|fewer| with(fewer, flow.instructions.clone())));
            let mut plain = flow.clone();
            if plain.cookie_mask == 0 {
                plain.cookie = openflow::Cookie(0);
            }
            plain.flags = openflow::flow::FlowFlags::empty();
            all.push(Step::Flow(plain));
        }
        Step::Group(change) => {
            let inserts = matches!(change.command, GroupCommand::InsertBuckets(_));
            for buckets in fewer_buckets(&change.group.buckets) {
                // Asked to put in none, Open vSwitch may never answer again.
                if inserts && buckets.is_empty() {
                    continue;
                }
                let mut change = change.clone();
                change.group.buckets = buckets;
                all.push(Step::Group(change));
            }
        }
        Step::Packet(port, frame) => {
            all.extend(shorter(frame).into_iter().map(|it| Step::Packet(*port, it)));
        }
        Step::PacketOut(packet) => {
            for actions in fewer_actions(&packet.actions) {
                let mut packet = packet.clone();
                packet.actions = actions;
                all.push(Step::PacketOut(packet));
            }
        }
        Step::Bundle(id, flags, Bundled::Add(inner)) => {
            let put_in = |inner| Step::Bundle(*id, *flags, Bundled::Add(Box::new(inner)));
            all.extend(simpler(inner).into_iter().map(put_in));
        }
        Step::Bundle(..) | Step::Meter(_) | Step::Port(..) | Step::Wait(_) => {}
    }
    all.retain(|simpler| simpler != step);
    all
}

fn fewer_instructions(instructions: &Instructions) -> Vec<Instructions> {
    let mut all = Vec::new();
    let change = |change: &dyn Fn(&mut Instructions)| {
        let mut fewer = instructions.clone();
        change(&mut fewer);
        fewer
    };
    for apply in fewer_actions(&instructions.apply) {
        all.push(change(&|it| it.apply = apply.clone()));
    }
    for write in fewer_actions(&instructions.write) {
        all.push(change(&|it| it.write = write.clone()));
    }
    all.push(change(&|it| it.clear = false));
    all.push(change(&|it| it.meter = None));
    all.push(change(&|it| it.metadata = None));
    all.push(change(&|it| it.goto = None));
    all
}

fn fewer_actions(actions: &Actions) -> Vec<Actions> {
    let without = |at| {
        let mut fewer = actions.clone();
        fewer.remove(at);
        fewer
    };
    (0..actions.len()).map(without).collect()
}

fn fewer_buckets(buckets: &[Bucket]) -> Vec<Vec<Bucket>> {
    let mut all = Vec::new();
    for (at, bucket) in buckets.iter().enumerate() {
        let mut fewer = buckets.to_vec();
        fewer.remove(at);
        all.push(fewer);
        for actions in fewer_actions(&bucket.actions) {
            let mut fewer = buckets.to_vec();
            fewer[at].actions = actions;
            all.push(fewer);
        }
    }
    all
}

fn fewer_fields(matching: &Match) -> Vec<Match> {
    let fields = matching.fields();
    let of = |fields: &mut dyn Iterator<Item = MatchField>| {
        let mut matching = Match::any();
        fields.for_each(|it| matching.set(it.field, it.value, it.mask));
        matching
    };
    let without = |gone: usize| {
        let mut others = (0..)
            .zip(fields)
            .filter(|(at, _)| *at != gone)
            .map(|(_, it)| *it);
        of(&mut others)
    };
    let exact = |which: usize| {
        let all = (0..).zip(fields).map(|(at, it)| match at == which {
            true => MatchField {
                mask: it.field.info().full_mask(),
                ..*it
            },
            false => *it,
        });
        of(&mut { all })
    };
    let places = 0..fields.len();
    places
        .clone()
        .map(without)
        .chain(places.map(exact))
        .collect()
}

fn shorter(frame: &Bytes) -> Vec<Bytes> {
    let length = frame.len();
    let least = 14;
    // Open vSwitch writes beyond the end of ARP that is cut off.
    let is_arp = |pair: &[u8]| matches!(pair, [0x08, 0x06] | [0x80, 0x35]);
    if frame.windows(2).any(is_arp) {
        return Vec::new();
    }
    [
        length / 2,
        length.saturating_sub(8),
        length.saturating_sub(1),
    ]
    .into_iter()
    .filter(|shorter| (least..length).contains(shorter))
    .map(|shorter| frame.slice(..shorter))
    .collect()
}
