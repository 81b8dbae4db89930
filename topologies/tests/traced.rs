//! What a trace says is what a packet does: in emulated networks with right and wrong entries.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use openflow::flow::FlowMod;
use openflow::pipeline::{Switch, SwitchConfig};
use openflow::{Dpid, MacAddr, PortNo};
use topologies::dice::Dice;
use topologies::emulate::{Network, Options, Output, SwitchNode};
use topologies::paths::k_shortest;
use topologies::topology::Host;
use topologies::trace::{Kind, Map, MapHost, Parties, Party, Start, Walk, packet};
use topologies::{LinkEnd, Topology};

/// So long a frame is on its way at most, if it does not go in circles.
const ON_ITS_WAY: Duration = Duration::from_millis(2);

#[derive(Debug)]
struct Node(Switch);

impl SwitchNode for Node {
    fn receive(&mut self, port: PortNo, frame: Bytes, now: Duration, out: &mut Output) {
        let sent = self.0.receive(port, frame, now).sent;
        out.frames
            .extend(sent.into_iter().map(|sent| (sent.port, sent.frame)));
    }

    fn link(&mut self, port: PortNo, up: bool, _: Duration, _: &mut Output) {
        self.0.set_link(port, up);
    }

    fn controller_sent(&mut self, _: &[u8], _: Duration, _: &mut Output) {}

    fn connected(&mut self, _: Duration, _: &mut Output) {}

    fn disconnected(&mut self, _: Duration) {}

    fn next_timeout(&self) -> Option<Duration> {
        self.0.next_timeout()
    }

    fn timeout(&mut self, now: Duration, _: &mut Output) {
        self.0.tick(now);
    }
}

struct Case {
    topology: Topology,
    flows: BTreeMap<Dpid, Vec<String>>,
}

impl Case {
    /// Shortest paths by destination, of which one entry in `wrong` is missing or not as it should
    /// be; 0: none.
    fn random(seed: u64, wrong: u64) -> Self {
        let topology = Topology::parse(&format!("random,6,9,{seed}")).unwrap();
        let mut dice = Dice::new(seed);
        let mut flows: BTreeMap<Dpid, Vec<String>> = BTreeMap::new();
        let graph = topology.graph();
        for host in topology.hosts() {
            let end = dpid_of(&topology, &host.switch);
            for switch in topology.switches() {
                let way = k_shortest(&graph, switch.dpid, end, 1).pop().unwrap();
                let out = way.links.first().map_or(host.port, |link| link.src.port);
                let mut mac = host.mac.to_string();
                let mut actions = format!("output:{out}");
                let port = 1 + dice.below(4);
                match if wrong == 0 {
                    u64::MAX
                } else {
                    dice.below(wrong)
                } {
                    0 => continue,
                    1 => actions = format!("output:{port}"),
                    2 => actions = format!("{actions},output:{port}"),
                    3 => actions = "drop".to_owned(),
                    4 => actions = format!("set_field:02:00:00:00:00:77->eth_dst,{actions}"),
                    5 => "ff:ff:ff:ff:ff:ff".clone_into(&mut mac),
                    6 => actions = "flood".to_owned(),
                    _ => {}
                }
                let flow = format!("priority=100,dl_dst={mac},actions={actions}");
                flows.entry(switch.dpid).or_default().push(flow);
            }
        }
        Self { topology, flows }
    }

    fn network(&self) -> Network<Node> {
        Network::with(&self.topology, &Options::default(), |plan| {
            let config = SwitchConfig::new(plan.dpid, plan.version, plan.ports);
            let mut switch = Switch::new(config);
            for flow in self.flows.get(&plan.dpid).into_iter().flatten() {
                let flow: FlowMod = flow.parse().unwrap();
                switch.flow_mod(&flow, Duration::ZERO).unwrap();
            }
            Node(switch)
        })
    }

    fn map(&self) -> Map {
        let mut map = Map::default();
        for link in self.topology.graph().links() {
            map.add_cable(link.id.src, link.id.dst, true);
        }
        for host in self.topology.hosts() {
            map.add_host(MapHost {
                id: host.name.clone(),
                name: host.name.clone(),
                mac: host.mac,
                at: self.place(host),
            });
        }
        map
    }

    fn place(&self, host: &Host) -> LinkEnd {
        LinkEnd::new(dpid_of(&self.topology, &host.switch), host.port)
    }

    /// Every pair, by trace and by a frame; returns how many arrive, and how many go in circles.
    fn check(&self) -> (usize, usize) {
        let map = self.map();
        let (mut arrive, mut circle) = (0, 0);
        let mut network = self.network();
        for from in self.topology.hosts() {
            for to in self.topology.hosts() {
                if from.name == to.name {
                    continue;
                }
                let frame = frame(from.mac, to.mac);
                let mut walk = Walk::begin(
                    &map,
                    Start {
                        at: self.place(from),
                        frame: frame.clone(),
                        from: Some(from.name.clone()),
                        to: Some(to.name.clone()),
                    },
                );
                while let Some(dpid) = walk.needs() {
                    let node = network.switch(dpid).unwrap();
                    walk.visit(Some(&node.0), network.now());
                }
                let verdict = walk.finish(&|_| None).verdict;
                network.send(&from.name, frame).unwrap();
                network.run_for(ON_ITS_WAY);
                let takers = self.takers(&mut network);
                let flows = &self.flows;
                assert_eq!(verdict.hosts, takers, "{}\n{flows:#?}", verdict.sentence);
                assert_eq!(verdict.reached, takers.contains(&to.name));
                arrive += usize::from(verdict.reached);
                if verdict.kind == Kind::Loop {
                    circle += 1;
                    network = self.network();
                }
            }
        }
        (arrive, circle)
    }

    /// Names of the hosts where a frame to their address arrived since this was asked last.
    fn takers(&self, network: &mut Network<Node>) -> Vec<String> {
        let mut takers = Vec::new();
        for host in self.topology.hosts() {
            let arrived = network.take_arrivals(&host.name).unwrap();
            let mut frames = arrived.iter().map(|arrival| &arrival.frame[..6]);
            if frames.any(|dst| *dst == host.mac.0 || dst[0] & 1 != 0) {
                takers.push(host.name.clone());
            }
        }
        takers.sort();
        takers
    }
}

fn dpid_of(topology: &Topology, switch: &str) -> Dpid {
    topology.switch(switch).unwrap().dpid
}

/// One that no host answers.
fn frame(from: MacAddr, to: MacAddr) -> Bytes {
    let party = |mac| Party {
        mac,
        addresses: Vec::new(),
    };
    let parties = Parties {
        from: party(from),
        to: party(to),
        vlan: None,
    };
    packet(&parties, "").unwrap()
}

#[test]
fn with_right_entries_every_host_is_reached_and_nothing_else() {
    for seed in 1..=10 {
        let case = Case::random(seed, 0);
        let hosts = case.topology.hosts().len();
        assert_eq!(case.check(), (hosts * (hosts - 1), 0));
    }
}

#[test]
fn with_wrong_entries_a_trace_says_what_a_packet_does() {
    let (mut all, mut arrive, mut circle) = (0, 0, 0);
    for seed in 1..=200 {
        let case = Case::random(seed, 25);
        let hosts = case.topology.hosts().len();
        let (arrives, circles) = case.check();
        all += hosts * (hosts - 1);
        arrive += arrives;
        circle += circles;
    }
    // Neither always so nor never.
    assert!(circle > all / 200, "{circle} of {all}");
    assert!(
        (all / 3..all * 9 / 10).contains(&arrive),
        "{arrive} of {all}"
    );
}
