//! Random networks, random misfortunes, and a look at the tables after every single flow-mod.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use app_api::Location;
use app_api::testing::{Lab, TestHost, frames};
use app_routing::Routing;
use common::{Shape, Speaks, ping};
use openflow::Dpid;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
enum Misfortune {
    Cut(Index),
    Mend(Index),
    /// Discovery frames are lost, packets are not.
    Lose(Index),
    /// The switch goes on forwarding.
    Disconnect(Index),
    Connect(Index),
    PowerOff(Index),
    PowerOn(Index),
    Move(Index, Index),
    Restart(Vec<Index>),
}

fn misfortune() -> impl Strategy<Value = Misfortune> {
    use Misfortune::{Connect, Cut, Disconnect, Lose, Mend, Move, PowerOff, PowerOn, Restart};
    let any = any::<Index>;
    prop_oneof![
        4 => any().prop_map(Cut),
        4 => any().prop_map(Mend),
        2 => any().prop_map(Lose),
        1 => any().prop_map(Disconnect),
        2 => any().prop_map(Connect),
        1 => any().prop_map(PowerOff),
        2 => any().prop_map(PowerOn),
        1 => (any(), any()).prop_map(|(host, to)| Move(host, to)),
        1 => prop::collection::vec(any(), 8).prop_map(Restart),
    ]
}

fn network() -> impl Strategy<Value = Shape> {
    (2..7u64)
        .prop_flat_map(|n| (Just(n), prop::collection::vec((1..=n, 1..=n), 1..12)))
        .prop_map(|(switches, cables)| Shape {
            name: "random",
            switches,
            cables: cables.into_iter().filter(|(a, b)| a != b).collect(),
            hosts: (1..=switches).collect(),
        })
}

fn speaks() -> impl Strategy<Value = Speaks> {
    prop_oneof![Just(Speaks::V10), Just(Speaks::V13), Just(Speaks::Mixed)]
}

/// The lab, what of it works, and whose turn it is to be looked at.
struct World {
    lab: Lab,
    cables: Vec<Location>,
    dark: BTreeSet<Location>,
    /// Cables without discovery.
    lost: BTreeSet<Location>,
    away: BTreeSet<u64>,
    off: BTreeSet<u64>,
    switches: u64,
    turn: usize,
    restarted: bool,
}

impl World {
    fn befall(&mut self, misfortune: &Misfortune) {
        let dpid = |index: &Index| 1 + index.index(self.switches as usize) as u64;
        let cable = |index: &Index| {
            let at = (!self.cables.is_empty()).then(|| self.cables[index.index(self.cables.len())]);
            at.filter(|at| !self.touches_off(*at))
        };
        match misfortune {
            Misfortune::Cut(index) => {
                if let Some(at) = cable(index) {
                    self.dark.insert(at);
                    self.lab.cut(at);
                }
            }
            Misfortune::Mend(index) => {
                let is_broken = |at: &Location| self.dark.contains(at) || self.lost.contains(at);
                if let Some(at) = cable(index).filter(is_broken) {
                    self.dark.remove(&at);
                    self.lost.remove(&at);
                    self.lab.mend(at);
                    self.check_steps(&self.works());
                    self.lab.discover();
                }
            }
            Misfortune::Lose(index) => {
                if let Some(at) = cable(index) {
                    self.lab.lose(at);
                    self.check_steps(&self.works());
                    self.lost.insert(at);
                    self.lab.run_for(Duration::from_secs(1));
                    self.lab.discover();
                }
            }
            Misfortune::Disconnect(index) => {
                let dpid = dpid(index);
                if !self.off.contains(&dpid) && self.away.insert(dpid) {
                    self.lab.disconnect(Dpid(dpid));
                    self.check_steps(&self.works());
                    self.lab.discover();
                }
            }
            Misfortune::Connect(index) => {
                let dpid = dpid(index);
                if self.away.remove(&dpid) {
                    self.lab.connect(Dpid(dpid));
                    self.check_steps(&self.works());
                    self.lab.discover();
                }
            }
            Misfortune::PowerOff(index) => {
                let dpid = dpid(index);
                if !self.away.contains(&dpid) && self.off.insert(dpid) {
                    self.lab.power_off(Dpid(dpid));
                }
            }
            Misfortune::PowerOn(index) => {
                let dpid = dpid(index);
                if self.off.remove(&dpid) {
                    self.lab.power_on(Dpid(dpid));
                    for at in self.dark.iter().copied().collect::<Vec<_>>() {
                        self.lab.cut(at);
                    }
                    self.lab.connect(Dpid(dpid));
                    self.check_steps(&[]);
                    self.lab.discover();
                }
            }
            Misfortune::Move(host, to) => {
                let hosts = self.lab.hosts();
                let host = hosts[host.index(hosts.len())];
                let to = dpid(to);
                let from = self.lab.location(host).dpid.0;
                let usable = |dpid| !self.off.contains(dpid) && !self.away.contains(dpid);
                if usable(&from) && usable(&to) {
                    self.lab.move_host(host, (to, 100 + u32::from(host.0)));
                    let others = self.lab.others(host);
                    self.lab
                        .send(host, frames::arp_request(host, others[0].ip()));
                }
            }
            Misfortune::Restart(order) => {
                let works = self.works();
                self.restarted = !self.away.is_empty();
                self.lab.restart();
                self.lab.start(Routing::new());
                let mut left: Vec<u64> = (1..=self.switches)
                    .filter(|dpid| !self.off.contains(dpid) && !self.away.contains(dpid))
                    .collect();
                for index in order {
                    if left.is_empty() {
                        break;
                    }
                    let dpid = left.remove(index.index(left.len()));
                    self.lab.connect(Dpid(dpid));
                    self.check_steps(&works);
                    self.lab.discover_links();
                    self.check_steps(&works);
                }
                self.lab.discover();
                self.check_steps(&works);
            }
        }
    }

    fn touches_off(&self, at: Location) -> bool {
        let far = self.lab.far_end(at);
        [Some(at), far]
            .into_iter()
            .flatten()
            .any(|end| self.off.contains(&end.dpid.0))
    }

    /// Pairs whose packets arrive by the tables alone.
    fn works(&self) -> Vec<(TestHost, TestHost)> {
        let hosts = self.lab.hosts();
        let pairs = hosts
            .iter()
            .flat_map(|a| hosts.iter().map(move |b| (*a, *b)));
        pairs
            .filter(|(a, b)| a != b && self.arrives(*a, *b))
            .collect()
    }

    fn arrives(&self, a: TestHost, b: TestHost) -> bool {
        self.lab.trace(a, &frames::unicast(a, b)).arrived == [b]
    }

    /// A switch came back long after the controller did: what led over it was given up, and the
    /// controller carries the packets until rules are made again.
    fn is_late(&self, a: TestHost, b: TestHost) -> bool {
        let trace = self.lab.trace(a, &frames::unicast(a, b));
        let is_connected = |at: &Location| !self.away.contains(&at.dpid.0);
        self.restarted && trace.punted.iter().any(is_connected)
    }

    /// Goes on until all is at rest. After each flow-mod: no frame goes round (that would panic
    /// in the lab) or arrives twice, and the packets of these pairs arrive.
    fn check_steps(&mut self, pairs: &[(TestHost, TestHost)]) {
        let hosts = self.lab.hosts();
        while self.lab.next_event() || self.lab.next_message() || self.lab.step() {
            self.turn += 1;
            let from = hosts[self.turn % hosts.len()];
            let mut arrived = self.lab.trace(from, &frames::broadcast(from)).arrived;
            let copies = arrived.len();
            arrived.dedup();
            assert_eq!(
                arrived.len(),
                copies,
                "a broadcast of {from:?} arrives twice"
            );
            for offset in 0..3.min(pairs.len()) {
                let (a, b) = pairs[(self.turn * 3 + offset) % pairs.len()];
                assert!(
                    self.arrives(a, b) || self.is_late(a, b),
                    "{a:?} to {b:?} is lost in between"
                );
            }
        }
    }

    /// Hosts on switches that are there and joined by cables that work.
    fn together(&self) -> Vec<Vec<TestHost>> {
        let mut part: Vec<u64> = (0..=self.switches).collect();
        for at in &self.cables {
            let far = self.lab.far_end(*at).expect("cables have two ends");
            let gone = |dpid| self.off.contains(&dpid) || self.away.contains(&dpid);
            let works = !self.dark.contains(at) && !self.lost.contains(at);
            if works && !gone(at.dpid.0) && !gone(far.dpid.0) {
                let (a, b) = (part[at.dpid.0 as usize], part[far.dpid.0 as usize]);
                part.iter_mut().filter(|p| **p == a).for_each(|p| *p = b);
            }
        }
        (1..=self.switches)
            .map(|wanted| {
                let there = self.lab.hosts().into_iter().filter(|host| {
                    let dpid = self.lab.location(*host).dpid.0;
                    let here = !self.off.contains(&dpid) && !self.away.contains(&dpid);
                    here && part[dpid as usize] == wanted
                });
                there.collect()
            })
            .collect()
    }

    fn check_at_rest(&mut self) {
        for hosts in self.together() {
            for a in &hosts {
                let others: Vec<TestHost> = hosts.iter().copied().filter(|h| h != a).collect();
                let mut arrived = self.lab.send(*a, frames::broadcast(*a));
                // What a switch without controller does with broadcast nobody can say.
                arrived.retain(|host| others.contains(host));
                assert_eq!(arrived, others, "broadcast of {a:?}");
                for b in others {
                    // Others may get it too where the controller does not know the host yet.
                    let mut arrived = self.lab.send(*a, frames::unicast(*a, b));
                    arrived.retain(|host| *host == b);
                    assert_eq!(arrived, [b], "{a:?} to {b:?}");
                }
            }
        }
    }

    fn meet(&mut self) {
        for hosts in self.together() {
            for a in &hosts {
                for b in hosts.iter().filter(|b| *b != a) {
                    ping(&mut self.lab, *a, *b);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_makes_a_loop_or_loses_what_still_works(
        shape in network(),
        speaks in speaks(),
        misfortunes in prop::collection::vec(misfortune(), 1..8),
    ) {
        let (lab, cables) = shape.running(speaks);
        let mut world = World {
            lab,
            cables,
            dark: BTreeSet::new(),
            lost: BTreeSet::new(),
            away: BTreeSet::new(),
            off: BTreeSet::new(),
            switches: shape.switches,
            turn: 0,
            restarted: false,
        };
        world.meet();
        for misfortune in &misfortunes {
            let works = world.works();
            world.befall(misfortune);
            let still: Vec<_> = works.into_iter().filter(|(a, b)| world.arrives(*a, *b)).collect();
            world.check_steps(&still);
            world.lab.run_for(Duration::from_secs(12));
            world.check_at_rest();
        }
    }
}
