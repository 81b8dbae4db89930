//! Random cases in which packets often meet entries: matches are made of the packets that come.

mod action;
mod bundle;
mod entry;
mod group;
mod matching;
mod meter;
mod nicira;
mod packet;
mod pool;

use bytes::Bytes;
use openflow::flow::{Action, Match, PacketOut, PortConfig};
use openflow::oxm::Field;
use openflow::pipeline::Packet;
use openflow::{BufferId, GroupId, MeterId, PortNo, Version};

use self::action::About;
use crate::case::{Case, Step};
use crate::random::Random;

impl Random {
    /// True once in so many times.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// The case of this number.
pub(crate) fn case(seed: u64) -> Case {
    let mut random = Random(seed);
    // Neighbouring seeds begin alike.
    random = Random(random.next());
    let version = *random.of(&[
        Version::V1_0,
        Version::V1_0,
        Version::V1_3,
        Version::V1_3,
        Version::V1_3,
        Version::V1_3,
        Version::V1_4,
        Version::V1_5,
        Version::V1_5,
    ]);
    let mut steps = Steps::new(&mut random, version);
    steps.groups_and_meters();
    for _ in 0..=steps.random.below(12) {
        steps.entry();
    }
    for at in 0..steps.packets.len() {
        if steps.random.one_in(if steps.times_out { 3 } else { 8 }) {
            steps.something_else();
        }
        let (port, frame) = steps.packets[at].clone();
        steps.push(Step::Packet(port, frame));
    }
    let steps = steps.steps;
    Case { version, steps }
}

/// A case that grows.
struct Steps<'a> {
    random: &'a mut Random,
    version: Version,
    packets: Vec<(PortNo, Bytes)>,
    parsed: Vec<Packet>,
    groups: Vec<GroupId>,
    meters: Vec<MeterId>,
    pushes_tags: bool,
    has_two_tags: bool,
    has_open_stack: bool,
    comes_again: bool,
    /// Entries have timeouts, and time goes by in seconds and more.
    times_out: bool,
    /// Of Open vSwitch's own, how many in eight.
    nicira: usize,
    steps: Vec<Step>,
}

impl<'a> Steps<'a> {
    fn new(random: &'a mut Random, version: Version) -> Self {
        let n_packets = 1 + random.below(8);
        let packets: Vec<_> = (0..n_packets).map(|_| packet_in(random)).collect();
        let parse = |(port, frame): &(PortNo, Bytes)| Packet::parse(frame.clone(), *port);
        Self {
            has_two_tags: packets.iter().any(|(_, frame)| packet::has_two_tags(frame)),
            has_open_stack: packets
                .iter()
                .any(|(_, frame)| packet::has_open_stack(frame)),
            parsed: packets.iter().map(parse).collect(),
            packets,
            version,
            groups: Vec::new(),
            meters: Vec::new(),
            pushes_tags: random.one_in(2),
            comes_again: random.one_in(2),
            times_out: random.one_in(3),
            nicira: *random.of(&[0, 1, 2]),
            steps: Vec::new(),
            random,
        }
    }

    /// What the version has no words for is left out.
    fn push(&mut self, step: Step) {
        if step.can_be_said(self.version) {
            self.steps.push(step);
        }
    }

    /// Something of it, on packets of this match.
    fn with<T>(&mut self, matching: &Match, make: impl FnOnce(&mut Random, &About<'_>) -> T) -> T {
        let for_lists = |id: &&GroupId| self.comes_again || !group::is_for_sets_alone(**id);
        let groups: Vec<_> = self.groups.iter().filter(for_lists).copied().collect();
        let about = About {
            version: self.version,
            matching,
            groups: &groups,
            all_groups: &self.groups,
            meters: &self.meters,
            pushes_tags: self.pushes_tags,
            keeps_tags: self.has_two_tags && !self.pushes_tags,
            has_open_stack: self.has_open_stack,
            comes_again: self.comes_again,
            times_out: self.times_out,
            nicira: self.nicira,
        };
        make(self.random, &about)
    }

    /// A match that packets of the case meet, or nearly.
    fn matching(&mut self) -> Match {
        let at = self.random.below(self.parsed.len());
        matching::matching(self.random, self.parsed[at].key())
    }

    fn groups_and_meters(&mut self) {
        if self.version == Version::V1_0 {
            return;
        }
        for id in 1..=u32::try_from(*self.random.of(&[0, 0, 1, 2, 4])).unwrap() {
            let matching = self.matching();
            let group = self.with(&matching, |random, about| group::added(random, about, id));
            self.push(Step::Group(group));
            self.groups.push(GroupId(id));
        }
        for id in 1..=u32::try_from(*self.random.of(&[0, 0, 0, 1, 2])).unwrap() {
            let meter = meter::added(self.random, id);
            self.push(Step::Meter(meter));
            self.meters.push(MeterId(id));
        }
    }

    fn entry(&mut self) {
        let matching = match self.random.one_in(6) {
            true => Match::any(),
            false => self.matching(),
        };
        let flow = self.with(&matching, entry::added);
        self.push(Step::Flow(Box::new(flow)));
    }

    /// A change between the packets.
    fn something_else(&mut self) {
        match self.random.below(11) {
            0..=2 => self.change_entries(),
            3 => self.entry(),
            4 => self.change_port(),
            5 => {
                // Open vSwitch looks for entries to end once a second, and ends them a little later.
                let wait = match self.times_out {
                    true => *self.random.of(&[1001, 2003, 3007]),
                    false => *self.random.of(&[1, 20, 100, 999, 1000, 5000]),
                };
                self.push(Step::Wait(wait));
            }
            6 | 7 => self.packet_out(),
            8 if self.version != Version::V1_0 => self.change_group(),
            9 if self.version != Version::V1_0 => {
                let change = meter::changed(self.random);
                self.push(Step::Meter(change));
            }
            10 if self.version != Version::V1_0 => self.bundle(),
            _ => {}
        }
    }

    fn change_entries(&mut self) {
        let earlier = self.steps.iter().filter_map(|step| match step {
            Step::Flow(flow) => Some((**flow).clone()),
            _ => None,
        });
        let earlier: Vec<_> = earlier.collect();
        if !earlier.is_empty() {
            let one = self.random.of(&earlier).clone();
            let matching = one.matching.clone();
            let change = self.with(&matching, |random, about| {
                entry::changed(random, about, one)
            });
            self.push(Step::Flow(Box::new(change)));
        }
    }

    fn change_group(&mut self) {
        let matching = self.matching();
        let change = self.with(&matching, group::changed);
        self.push(Step::Group(change));
    }

    fn change_port(&mut self) {
        let port = PortNo(1 + u32::from(self.random.byte() % 4));
        let configs = [
            PortConfig::NO_FLOOD,
            PortConfig::NO_FLOOD,
            PortConfig::NO_FWD,
            PortConfig::NO_RECV,
        ];
        let config = *self.random.of(&configs);
        self.push(Step::Port(port, config));
    }

    fn packet_out(&mut self) {
        let at = self.random.below(self.parsed.len());
        let matching = Match::any();
        let mut actions = self.with(&matching, |random, about| action::list(random, about, 4));
        if self.version == Version::V1_0 {
            // Whose ports they are is not said by the message.
            actions.retain(|action| !sets_ports(action) && !action.to_string().contains("clone"));
        }
        let in_port = *self
            .random
            .of(&[1, 2, PortNo::CONTROLLER.0, PortNo::LOCAL.0]);
        self.push(Step::PacketOut(PacketOut {
            buffer_id: BufferId::NONE,
            in_port: PortNo(in_port),
            actions: actions.into(),
            data: self.packets[at].1.clone(),
        }));
    }
}

fn sets_ports(action: &Action) -> bool {
    let Action::SetField { field, .. } = action else {
        return false;
    };
    matches!(
        field,
        Field::TcpSrc | Field::TcpDst | Field::UdpSrc | Field::UdpDst
    )
}

fn packet_in(random: &mut Random) -> (PortNo, Bytes) {
    let port = *random.of(&[1, 1, 2, 3, 4, PortNo::LOCAL.0]);
    (PortNo(port), packet::frame(random))
}
