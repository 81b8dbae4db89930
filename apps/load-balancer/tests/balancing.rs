//! Clients and servers on lab networks: who is served by whom, and what they see of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_api::testing::{Lab, TestHost, frames};
use app_load_balancer::{
    LbMessage, LoadBalancer, PoolError, PoolView, Reply, ServerChange, ServerState,
};
use app_routing::Routing;
use bytes::Bytes;
use openflow::packet::{Arp, TcpSegment, Transport, build};
use openflow::{MacAddr, Version};
use serde_json::{Value, json};

const VIP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 100);
const SYN: u8 = TcpSegment::SYN;
const SYN_ACK: u8 = TcpSegment::SYN | TcpSegment::ACK;
const ACK: u8 = TcpSegment::ACK;
const RST: u8 = TcpSegment::RST | TcpSegment::ACK;

/// What a client got: from which address, and with which flags.
type Got = (TestHost, (MacAddr, Ipv4Addr, u16), u16, u8);

/// A lab whose hosts 1 to 3 are servers: they answer ARP, and TCP while they are well.
struct World {
    lab: Lab,
    servers: BTreeSet<TestHost>,
    /// Servers that are switched off.
    dead: BTreeSet<TestHost>,
    /// Servers whose process is gone: the kernel answers with a reset.
    refusing: BTreeSet<TestHost>,
    /// Data that servers got, by server and client port.
    served: BTreeMap<u16, Vec<TestHost>>,
    got: Vec<Got>,
    port: u16,
}

impl World {
    /// A ring of four switches, clients 4 to 6; with routing beside it or without.
    fn new(version: Version, with_routing: bool) -> Self {
        Self::of(LoadBalancer::new(), version, with_routing)
    }

    fn of(balancer: LoadBalancer, version: Version, with_routing: bool) -> Self {
        let mut lab = Lab::new();
        for dpid in 1..=4 {
            lab.switch_of(dpid, version);
        }
        for dpid in 1..=4 {
            lab.cable((dpid, 1), (dpid % 4 + 1, 2));
        }
        let servers = (1..=3).map(|dpid| lab.host(dpid, 10)).collect();
        for dpid in [4, 1, 2] {
            lab.host(dpid, 11);
        }
        let mut world = Self {
            lab,
            servers,
            dead: BTreeSet::new(),
            refusing: BTreeSet::new(),
            served: BTreeMap::new(),
            got: Vec::new(),
            port: 40_000,
        };
        world.start(balancer, with_routing);
        world
    }

    /// Routing is first in the list of apps, as people will have it.
    fn start(&mut self, balancer: LoadBalancer, with_routing: bool) {
        if with_routing {
            self.lab.start(Routing::new());
        }
        self.lab.start(balancer);
        self.lab.connect_all();
    }

    fn configure(&mut self, pool: &Value) {
        let settings = json!({ "pools": [pool] });
        self.lab
            .configure::<LoadBalancer>(&settings)
            .expect("valid settings");
        self.pass(3_000);
    }

    /// Lets time pass, and hosts answer what they get.
    fn pass(&mut self, ms: u64) {
        for _ in 0..ms / 20 {
            self.answer();
            self.lab.run_for(Duration::from_millis(20));
        }
        self.answer();
    }

    fn answer(&mut self) {
        loop {
            let arrived = self.lab.take_arrived();
            if arrived.is_empty() {
                return;
            }
            for (host, frame) in arrived {
                if let Some(answer) = self.answer_of(host, &frame) {
                    self.lab.inject(host, answer);
                }
            }
            self.lab.run();
        }
    }

    fn answer_of(&mut self, host: TestHost, frame: &Bytes) -> Option<Bytes> {
        let view = frames::view(frame);
        if self.dead.contains(&host) {
            return None;
        }
        if let Some(arp) = view.arp() {
            let asks_for_host = arp.op == Arp::REQUEST && arp.tpa == host.ip();
            return asks_for_host
                .then(|| build::arp_reply((host.mac(), host.ip()), (arp.sha, arp.spa), None));
        }
        let ip = view.ipv4()?;
        let Some(Transport::Tcp { src, dst, segment }) = ip.transport() else {
            return None;
        };
        let flags = segment?.flags;
        if view.eth_dst() != host.mac() || ip.dst() != host.ip() {
            return None;
        }
        if !self.servers.contains(&host) {
            self.got
                .push((host, (view.eth_src(), ip.src(), src), dst, flags));
            return None;
        }
        if flags == TcpSegment::RST {
            return None;
        }
        if ip.src() != VIP {
            self.served.entry(src).or_default().push(host);
        }
        let answer = match flags {
            _ if self.refusing.contains(&host) => RST,
            SYN => SYN_ACK,
            _ => ACK,
        };
        let link = build::Ethernet::untagged(host.mac(), self.mac_for(ip.src()));
        let segment = TcpSegment {
            seq: 1,
            ack: segment?.seq.wrapping_add(1),
            flags: answer,
        };
        let from = SocketAddrV4::new(host.ip(), dst);
        let to = SocketAddrV4::new(ip.src(), src);
        Some(build::tcp_segment(link, from, to, segment))
    }

    /// What a server's ARP cache says.
    fn mac_for(&self, address: Ipv4Addr) -> MacAddr {
        if address == VIP {
            return self.mac();
        }
        let client = self.lab.hosts().into_iter().find(|h| h.ip() == address);
        client.expect("answers go to hosts").mac()
    }

    fn mac(&self) -> MacAddr {
        MacAddr([0x02, 0x50, 10, 0, 0, 100])
    }

    /// A client connects from a new port: returns who serves it, having checked that its packet
    /// got there once and the answer came from the virtual address.
    fn connect(&mut self, client: TestHost) -> Option<(TestHost, u16)> {
        self.port += 1;
        let port = self.port;
        self.segment(client, port, SYN)?;
        let [server] = self.served[&port][..] else {
            panic!("one SYN, several arrivals: {:?}", self.served[&port])
        };
        Some((server, port))
    }

    /// One segment from a client port and its answer; returns who answered.
    fn segment(&mut self, client: TestHost, port: u16, flags: u8) -> Option<u8> {
        self.got.clear();
        let to = (self.mac(), VIP, 80);
        self.lab
            .inject(client, frames::tcp((client, port), to, flags));
        self.lab.run();
        self.answer();
        match self.got[..] {
            [] => None,
            [(host, from, to_port, flags)] => {
                assert_eq!(
                    (host, from, to_port),
                    (client, to, port),
                    "as if from the VIP"
                );
                Some(flags)
            }
            _ => panic!("one segment, several answers: {:?}", self.got),
        }
    }

    fn ask<T: Send + 'static>(
        &mut self,
        message: impl FnOnce(Reply<T>) -> LbMessage,
    ) -> Result<T, PoolError> {
        let answer = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&answer);
        let reply =
            Reply::new(move |result| *slot.lock().expect("no test panics here") = Some(result));
        self.lab.tell::<LoadBalancer>(message(reply));
        self.lab.run();
        let answer = answer.lock().expect("no test panics here").take();
        answer.expect("answered")
    }

    fn pool(&mut self) -> PoolView {
        self.ask(|reply| LbMessage::Show("web".to_owned(), reply))
            .expect("the pool is there")
    }

    fn states(&mut self) -> Vec<ServerState> {
        self.pool()
            .status
            .iter()
            .map(|server| server.state)
            .collect()
    }

    fn drain(&mut self, server: TestHost, draining: bool) {
        let change = ServerChange {
            weight: None,
            draining: Some(draining),
        };
        let server = server.ip().to_string().parse().expect("an address");
        self.ask(|reply| LbMessage::ChangeServer {
            pool: "web".to_owned(),
            server,
            change,
            reply,
        })
        .expect("the server is there");
    }
}

fn pool(affinity: &str) -> Value {
    weighted(affinity, "round_robin", [1, 1, 1])
}

fn weighted(affinity: &str, algorithm: &str, weights: [u8; 3]) -> Value {
    let servers: Vec<Value> = (1..)
        .zip(weights)
        .map(|(n, weight)| json!({"address": TestHost(n).ip(), "port": 8080, "weight": weight}))
        .collect();
    json!({
        "name": "web", "vip": VIP, "port": 80, "affinity": affinity,
        "algorithm": algorithm, "servers": servers,
    })
}

const CLIENTS: [TestHost; 3] = [TestHost(4), TestHost(5), TestHost(6)];

fn every_world() -> impl Iterator<Item = World> {
    [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5]
        .into_iter()
        .flat_map(|version| [true, false].map(|routing| World::new(version, routing)))
}

#[test]
fn servers_are_found_and_checked_without_being_told_where_they_are() {
    for mut world in every_world() {
        world.configure(&pool("client"));
        assert_eq!(world.states(), [ServerState::Healthy; 3]);
    }
}

#[test]
fn the_virtual_address_is_answered_for() {
    for mut world in every_world() {
        world.configure(&pool("client"));
        for client in CLIENTS {
            world.lab.inject(client, frames::arp_request(client, VIP));
            world.lab.run();
            let [(to, answer)] = &world.lab.take_arrived()[..] else {
                panic!("one answer and no flood")
            };
            let arp = frames::view(answer).arp().unwrap();
            assert_eq!((*to, arp.sha, arp.spa), (client, world.mac(), VIP));
        }
    }
}

#[test]
fn connections_are_shared_out_and_their_packets_stay_in_the_switches() {
    for mut world in every_world() {
        world.configure(&pool("connection"));
        let mut shares: BTreeMap<TestHost, u32> = BTreeMap::new();
        for round in 0..10 {
            for client in CLIENTS {
                let (server, port) = world.connect(client).expect("served");
                *shares.entry(server).or_default() += 1;
                let before = world.lab.packet_ins();
                for _ in 0..3 {
                    assert_eq!(world.segment(client, port, ACK), Some(ACK), "round {round}");
                }
                assert_eq!(world.lab.packet_ins(), before);
                assert_eq!(world.served[&port], [server; 4]);
            }
        }
        assert_eq!(shares.into_values().collect::<Vec<_>>(), [10; 3]);
    }
}

#[test]
fn shares_follow_weights_over_300_connections() {
    for (algorithm, expected) in [
        ("weighted", [50, 100, 150]),
        ("least_connections", [50, 100, 150]),
    ] {
        let mut world = World::new(Version::V1_3, true);
        world.configure(&weighted("connection", algorithm, [1, 2, 3]));
        let mut shares: BTreeMap<TestHost, i32> = BTreeMap::new();
        for n in 0..300 {
            // A client cannot be served by a server behind its own port, but on its own switch.
            let (server, _) = world.connect(CLIENTS[n % 3]).expect("served");
            *shares.entry(server).or_default() += 1;
        }
        for (share, expected) in shares.into_values().zip(expected) {
            assert!(
                (share - expected).abs() * 5 <= expected,
                "{algorithm}: {share}"
            );
        }
        let active: u64 = world.pool().status.iter().map(|s| s.active).sum();
        assert_eq!(active, 300);
    }
}

#[test]
fn a_client_stays_on_its_server() {
    let mut world = World::new(Version::V1_3, true);
    world.configure(&pool("client"));
    let first: Vec<TestHost> = CLIENTS
        .map(|client| world.connect(client).unwrap().0)
        .to_vec();
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 3);
    for _ in 0..5 {
        let again = CLIENTS.map(|client| world.connect(client).unwrap().0);
        assert_eq!(again[..], first);
    }
    let totals: Vec<u64> = world.pool().status.iter().map(|s| s.total).collect();
    let active: Vec<u64> = world.pool().status.iter().map(|s| s.active).collect();
    assert_eq!(
        (totals, active),
        (vec![1; 3], vec![1; 3]),
        "clients, not connections"
    );
}

#[test]
fn a_server_that_refuses_gets_nobody_after_one_check() {
    for mut world in every_world() {
        world.configure(&pool("client"));
        let (server, port) = world.connect(CLIENTS[0]).unwrap();
        world.refusing.insert(server);
        world.pass(600);
        let (other, _) = world.connect(CLIENTS[0]).unwrap();
        assert_ne!(other, server);
        let index = usize::from(server.0 - 1);
        assert_eq!(world.states()[index], ServerState::Unhealthy);
        // The old connection is another server's business now: it will tell the client.
        world.segment(CLIENTS[0], port, ACK);
        assert_ne!(world.served[&port].last(), Some(&server));
        world.refusing.clear();
        world.pass(600);
        assert_eq!(world.states(), [ServerState::Healthy; 3]);
    }
}

#[test]
fn no_connection_fails_later_than_three_seconds_after_a_server_died() {
    for mut world in every_world() {
        world.configure(&pool("connection"));
        world.dead.insert(TestHost(2));
        world.pass(3_000);
        for _ in 0..10 {
            for client in CLIENTS {
                let (server, _) = world.connect(client).expect("served");
                assert_ne!(server, TestHost(2));
            }
        }
        assert_eq!(world.states()[1], ServerState::Unhealthy);
    }
}

#[test]
fn a_server_whose_port_goes_down_is_left_at_once() {
    let mut world = World::new(Version::V1_3, true);
    world.configure(&pool("connection"));
    let at = world.lab.location(TestHost(1));
    world.lab.cut(at);
    world.lab.run();
    for client in CLIENTS {
        assert_ne!(world.connect(client).expect("served").0, TestHost(1));
    }
}

#[test]
fn a_drained_server_gets_nobody_new_and_finishes_what_it_has() {
    for mut world in every_world() {
        world.configure(&pool("client"));
        let (server, port) = world.connect(CLIENTS[0]).unwrap();
        world.drain(server, true);
        for _ in 0..5 {
            for client in CLIENTS {
                assert_ne!(
                    world.connect(client).unwrap().0,
                    server,
                    "also for its old client"
                );
            }
            assert_eq!(world.segment(CLIENTS[0], port, ACK), Some(ACK));
            assert_eq!(world.served[&port].last(), Some(&server));
        }
        let index = usize::from(server.0 - 1);
        let view = world.pool();
        assert_eq!(view.status[index].state, ServerState::Draining);
        assert_eq!(view.status[index].active, 1);
        world.pass(40_000);
        assert_eq!(
            world.pool().status[index].active,
            0,
            "its last connection is over"
        );
        assert!(world.pool().status[index].bytes > 0, "and is counted");
        world.drain(server, false);
        assert_eq!(world.states()[index], ServerState::Healthy);
    }
}

#[test]
fn a_connection_that_was_silent_goes_on_with_its_server() {
    let mut world = World::new(Version::V1_3, true);
    world.configure(&pool("connection"));
    let (server, port) = world.connect(CLIENTS[0]).unwrap();
    world.pass(60_000);
    assert_eq!(world.segment(CLIENTS[0], port, ACK), Some(ACK));
    assert_eq!(world.served[&port], [server; 2]);
    let entries: usize = entries(&world.lab);
    world.pass(400_000);
    assert!(entries > self::entries(&world.lab), "forgotten in the end");
    assert!(world.pool().status.iter().map(|s| s.bytes).sum::<u64>() > 0);
}

#[test]
fn one_that_opens_all_it_can_leaves_room_and_loses_what_is_silent_first() {
    let mut world = World::of(LoadBalancer::with_capacity(8), Version::V1_3, true);
    world.configure(&pool("connection"));
    let [greedy, second, third] = CLIENTS;
    let opened = |world: &mut World, client| {
        let tries = (0..20).filter(|_| world.connect(client).is_some());
        tries.count()
    };
    assert_eq!(opened(&mut world, greedy), 4, "half");
    assert_eq!(opened(&mut world, second), 2, "half of the rest");
    assert_eq!(opened(&mut world, third), 1);
    assert_eq!(world.connect(third), None, "all are active");

    world.pass(40_000);
    let (_, port) = world.connect(third).expect("in place of a silent one");
    assert_eq!(opened(&mut world, greedy), 4, "in place of the others");
    assert_eq!(world.segment(third, port, ACK), Some(ACK));
}

#[test]
fn a_client_reaches_a_server_directly_too() {
    for mut world in every_world() {
        world.configure(&pool("connection"));
        world.connect(CLIENTS[0]).unwrap();
        let to = (TestHost(1).mac(), TestHost(1).ip(), 8080);
        world.got.clear();
        world
            .lab
            .inject(CLIENTS[0], frames::tcp((CLIENTS[0], 50_000), to, SYN));
        world.lab.run();
        world.answer();
        if let [(_, from, ..)] = world.got[..] {
            assert_eq!(from, to, "its own address, not the virtual one");
        }
    }
}

#[test]
fn connections_survive_a_cut_on_their_way() {
    for mut world in every_world() {
        world.configure(&pool("connection"));
        let all: Vec<_> = CLIENTS
            .iter()
            .map(|client| (*client, world.connect(*client).unwrap()))
            .collect();
        for dpid in 1..=4 {
            let cable = app_api::Location::new(openflow::Dpid(dpid), openflow::PortNo(1));
            world.lab.cut(cable);
            world.pass(200);
            for (client, (server, port)) in &all {
                assert_eq!(world.segment(*client, *port, ACK), Some(ACK));
                assert_eq!(world.served[port].last(), Some(server));
            }
            world.lab.mend(cable);
            world.lab.discover();
            world.pass(200);
        }
    }
}

#[test]
fn connections_survive_a_restart_of_the_controller() {
    for routing in [true, false] {
        let mut world = World::new(Version::V1_3, routing);
        world.configure(&pool("client"));
        let all: Vec<_> = CLIENTS
            .iter()
            .map(|client| (*client, world.connect(*client).unwrap()))
            .collect();
        world.lab.restart();
        world.start(LoadBalancer::new(), routing);
        world.configure(&pool("client"));
        for _ in 0..10 {
            world.pass(2_000);
            let before = world.lab.packet_ins();
            for (client, (server, port)) in &all {
                assert_eq!(world.segment(*client, *port, ACK), Some(ACK));
                assert_eq!(world.served[port].last(), Some(server));
            }
            assert_eq!(
                world.lab.packet_ins(),
                before,
                "their entries are still there"
            );
        }
        for (client, (server, _)) in &all {
            assert_eq!(
                world.connect(*client).unwrap().0,
                *server,
                "and who is whose"
            );
        }
    }
}

#[test]
fn a_deleted_pool_leaves_nothing_behind() {
    let mut world = World::new(Version::V1_3, false);
    world.pass(1_000);
    let before = entries(&world.lab);
    world.configure(&pool("connection"));
    for client in CLIENTS {
        world.connect(client).unwrap();
    }
    world
        .ask(|reply| LbMessage::Delete("web".to_owned(), reply))
        .unwrap();
    assert_eq!(entries(&world.lab), before);
    assert_eq!(world.connect(CLIENTS[0]), None);
    let list = world.ask(LbMessage::List).unwrap();
    assert_eq!(list, []);
}

#[test]
fn requests_that_make_no_sense_say_why() {
    let mut world = World::new(Version::V1_3, false);
    world.configure(&pool("client"));
    let spec = |change: Value| {
        let mut spec = pool("client");
        spec.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        serde_json::from_value::<app_load_balancer::PoolSpec>(spec).unwrap()
    };
    let same = spec(json!({}));
    let error = world
        .ask(|reply| LbMessage::Create(same, reply))
        .unwrap_err();
    assert!(matches!(error, PoolError::Conflict { field: "name", .. }));
    let same_port = spec(json!({"name": "other"}));
    let error = world
        .ask(|reply| LbMessage::Create(same_port, reply))
        .unwrap_err();
    assert!(matches!(error, PoolError::Conflict { field: "port", .. }));
    let unknown = spec(json!({"name": "other"}));
    let error = world
        .ask(|reply| LbMessage::Replace(unknown, reply))
        .unwrap_err();
    assert_eq!(error, PoolError::NoPool("other".to_owned()));
    let invalid = spec(json!({"name": "a b"}));
    let error = world
        .ask(|reply| LbMessage::Create(invalid, reply))
        .unwrap_err();
    assert!(matches!(error, PoolError::Invalid(_)));
    let error = world.ask(|reply| LbMessage::ChangeServer {
        pool: "web".to_owned(),
        server: "10.9.9.9".parse().unwrap(),
        change: ServerChange::default(),
        reply,
    });
    assert!(matches!(error.unwrap_err(), PoolError::NoServer { .. }));
}

#[test]
fn a_udp_pool_is_checked_by_arp() {
    let mut world = World::new(Version::V1_3, true);
    let mut udp = pool("connection");
    udp["protocol"] = json!("udp");
    world.configure(&udp);
    assert_eq!(world.states(), [ServerState::Healthy; 3]);
    world.dead.insert(TestHost(1));
    world.pass(3_000);
    assert_eq!(world.states()[0], ServerState::Unhealthy);
}

fn entries(lab: &Lab) -> usize {
    let switches = lab.snapshot().switches.keys();
    switches.map(|dpid| lab.table(*dpid).len()).sum()
}
