//! With routing's entries, whole and damaged, a trace says what a packet does.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use app_api::testing::{Lab, TestHost, frames};
use app_routing::Routing;
use bytes::Bytes;
use common::ping_all;
use openflow::flow::{Action, FlowCommand, FlowEntry, FlowMod, FlowStatsRequest, Match};
use openflow::pipeline::Switch;
use openflow::{Dpid, PortNo, Version};
use topologies::Topology;
use topologies::dice::Dice;
use topologies::emulate::{Network, Options, Output, SwitchNode};
use topologies::trace::{Kind, Map, Start, Verdict, Walk};

/// A frame of which something is still on a cable after so long goes in circles,
const ON_ITS_WAY: Duration = Duration::from_millis(2);
/// and so does one of which there are so many copies.
const COPIES_MAX: usize = 1_000;

/// A switch of which the controller hears nothing.
#[derive(Debug)]
struct Node {
    switch: Switch,
    /// Packets it had for the controller.
    asked: usize,
    /// Packets it did nothing with.
    dropped: usize,
}

impl SwitchNode for Node {
    fn receive(&mut self, port: PortNo, frame: Bytes, now: Duration, out: &mut Output) {
        let effects = self.switch.receive(port, frame, now);
        self.asked += effects.packet_ins.len();
        self.dropped += usize::from(effects.is_empty());
        let sent = effects.sent.into_iter();
        out.frames.extend(sent.map(|sent| (sent.port, sent.frame)));
    }

    fn link(&mut self, port: PortNo, up: bool, _: Duration, _: &mut Output) {
        self.switch.set_link(port, up);
    }

    fn controller_sent(&mut self, _: &[u8], _: Duration, _: &mut Output) {}

    fn connected(&mut self, _: Duration, _: &mut Output) {}

    fn disconnected(&mut self, _: Duration) {}

    /// Entries do not end: that would be another network than the one that was traced.
    fn next_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Duration, _: &mut Output) {}
}

/// A network that routing has seen to, without its controller.
struct Case {
    topology: Topology,
    switches: BTreeMap<Dpid, Switch>,
    hosts: Vec<TestHost>,
    lab: Lab,
    now: Duration,
}

/// What became of a packet.
#[derive(Debug, PartialEq, Eq)]
struct Fate {
    kind: Kind,
    /// Hosts that took it.
    hosts: Vec<String>,
}

/// How many pairs came to which end.
type Tally = BTreeMap<&'static str, usize>;

impl Case {
    /// Every host has spoken to every other, over switches of all versions.
    fn settled(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let switches = 3 + dice.below(4);
        let most = switches * (switches - 1) / 2;
        let links = (switches - 1 + dice.below(6)).min(most);
        let topology = Topology::parse(&format!("random,{switches},{links},{seed}")).unwrap();
        let mut lab = Lab::with(&topology, |dpid| {
            [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5]
                [(dpid.0 + seed) as usize % 4]
        });
        let start = lab.now();
        lab.start(Routing::new());
        lab.connect_all();
        lab.run_for(Duration::from_secs(2));
        ping_all(&mut lab);
        let dpids = topology.switches().iter().map(|switch| switch.dpid);
        Self {
            switches: dpids.map(|dpid| (dpid, lab.model(dpid).clone())).collect(),
            hosts: lab.hosts(),
            now: lab.now() - start,
            topology,
            lab,
        }
    }

    /// One entry in so many is deleted, or replaced by one with another port, match or priority.
    fn damage(&mut self, one_in: u64, dice: &mut Dice) {
        for switch in self.switches.values_mut() {
            let entries = switch.flow_stats(&FlowStatsRequest::all(), self.now);
            for entry in entries.unwrap() {
                if dice.below(one_in) == 0 {
                    let matching = entry.matching.clone();
                    let delete = FlowMod {
                        command: FlowCommand::DeleteStrict,
                        table: entry.table,
                        ..FlowMod::add(entry.priority, matching, entry.instructions.clone())
                    };
                    switch.flow_mod(&delete, self.now).unwrap();
                    if let Some(other) = damaged(entry, &self.hosts, dice) {
                        switch.flow_mod(&other, self.now).unwrap();
                    }
                }
            }
        }
    }

    /// The switches as they are now, with cables and hosts. Their clock begins anew, which no
    /// packet can see.
    fn network(&self) -> Network<Node> {
        Network::with(&self.topology, &Options::default(), |plan| Node {
            switch: self.switches[&plan.dpid].clone(),
            asked: 0,
            dropped: 0,
        })
    }

    fn trace(&self, map: &Map, (from, to): (TestHost, TestHost), frame: &Bytes) -> Verdict {
        let start = Start {
            at: self.lab.location(from),
            frame: frame.clone(),
            from: Some(from.to_string()),
            to: Some(to.to_string()),
        };
        let mut walk = Walk::begin(map, start);
        while let Some(dpid) = walk.needs() {
            walk.visit(self.switches.get(&dpid), self.now);
        }
        walk.finish(&|_| None).verdict
    }

    /// What a frame really does, by what is seen from outside.
    fn send(&self, network: &mut Network<Node>, (from, to): Pair, frame: &Bytes) -> Fate {
        let before = self.counts(network);
        network.send(&from.to_string(), frame.clone()).unwrap();
        let circles = goes_in_circles(network);
        let mut hosts = BTreeSet::new();
        let mut seen = false;
        for host in &self.hosts {
            for arrival in network.take_arrivals(&host.to_string()).unwrap() {
                seen = true;
                if arrival.frame[..6] == host.mac().0 {
                    hosts.insert(host.to_string());
                }
            }
        }
        let after = self.counts(network);
        let kind = match () {
            () if circles => Kind::Loop,
            () if hosts.contains(&to.to_string()) => Kind::Delivered,
            () if after.0 > before.0 => Kind::Controller,
            () if after.1 > before.1 => Kind::Dropped,
            () if seen => Kind::Elsewhere,
            () => panic!("it can be nowhere else"),
        };
        let hosts = hosts.into_iter().collect();
        Fate { kind, hosts }
    }

    /// Packets for the controller, and packets dropped.
    fn counts(&self, network: &Network<Node>) -> (usize, usize) {
        let nodes = self.switches.keys().map(|dpid| network.switch(*dpid));
        let nodes: Vec<&Node> = nodes.map(Result::unwrap).collect();
        let asked = nodes.iter().map(|node| node.asked).sum();
        (asked, nodes.iter().map(|node| node.dropped).sum())
    }

    fn check(&self, tally: &mut Tally) {
        let map = self.lab.map();
        let mut network = self.network();
        for from in &self.hosts {
            for to in self.hosts.iter().filter(|to| *to != from) {
                let (pair, frame) = ((*from, *to), frames::unicast(*from, *to));
                let verdict = self.trace(&map, pair, &frame);
                let fate = self.send(&mut network, pair, &frame);
                let told = Fate {
                    kind: verdict.kind,
                    hosts: verdict.hosts,
                };
                let name = self.topology.name();
                assert_eq!(told, fate, "{name}: {}", verdict.sentence);
                *tally.entry(name_of(fate.kind)).or_default() += 1;
                if fate.kind == Kind::Loop {
                    network = self.network(); // without what goes round
                }
            }
        }
    }
}

type Pair = (TestHost, TestHost);

/// Lets a packet go its way.
fn goes_in_circles(network: &mut Network<Node>) -> bool {
    let end = network.now() + ON_ITS_WAY;
    while network.frames_under_way() > 0 {
        if network.now() > end || network.frames_under_way() > COPIES_MAX {
            return true;
        }
        network.step();
    }
    false
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Delivered => "delivered",
        Kind::Loop => "loop",
        Kind::Dropped => "dropped",
        Kind::Controller => "controller",
        _ => "elsewhere",
    }
}

/// An entry that is not as routing wants it; `None`: it is gone.
fn damaged(entry: FlowEntry, hosts: &[TestHost], dice: &mut Dice) -> Option<FlowMod> {
    let mut other = FlowMod::add(entry.priority, entry.matching, entry.instructions);
    other.table = entry.table;
    let mut any = |limit: usize| dice.below(limit as u64) as usize;
    if any(4) == 0 {
        return None;
    }
    let port = match any(5) {
        0 => PortNo::IN_PORT,
        port => PortNo(port as u32),
    };
    let defects = 1 + any(7);
    if defects & 1 != 0 {
        for action in &mut other.instructions.apply {
            if let Action::Output { port: out, .. } = action {
                *out = port;
            }
        }
    }
    if defects & 2 != 0 {
        other.matching = match any(6) {
            0 => Match::any().in_port(PortNo(1 + any(4) as u32)),
            1 => Match::any(),
            _ => Match::any().eth_dst(hosts[any(hosts.len())].mac()),
        };
    }
    if defects & 4 != 0 {
        other.priority = any(60_000) as u16; // mostly before all others: routing's are low
    }
    Some(other)
}

#[test]
fn settled_routing_delivers_every_packet_and_a_trace_says_so() {
    let mut tally = Tally::new();
    for seed in 1..=20 {
        Case::settled(seed).check(&mut tally);
    }
    assert_eq!(Vec::from_iter(tally.keys()), [&"delivered"]);
}

#[test]
fn with_entries_deleted_and_damaged_a_trace_says_what_a_packet_does() {
    let parts = std::thread::scope(|scope| {
        let parts = [1..=50, 51..=100, 101..=150, 151..=200];
        let parts = parts.map(|seeds| scope.spawn(|| damaged_networks(seeds)));
        parts.map(|part| part.join().expect("traces are right"))
    });
    let mut tally = Tally::new();
    for (kind, count) in parts.into_iter().flatten() {
        *tally.entry(kind).or_default() += count;
    }
    // Enough of each kind that none is right by chance.
    for (kind, count) in &tally {
        assert!(*count >= 10, "{kind}: {tally:?}");
    }
    assert_eq!(tally.len(), 5, "{tally:?}");
}

fn damaged_networks(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::new();
    for seed in seeds {
        let mut case = Case::settled(seed);
        case.damage(2 + seed % 8, &mut Dice::new(seed));
        case.check(&mut tally);
    }
    tally
}
