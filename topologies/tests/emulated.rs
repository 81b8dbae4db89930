//! What a network emulated in this process does: cables, hosts and the clock, with hubs for
//! switches.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;
use openflow::flow::PortDesc;
use openflow::pipeline::{Switch, SwitchConfig};
use openflow::{Dpid, MacAddr, PortNo};
use proptest::prelude::*;
use topologies::Topology;
use topologies::emulate::{
    CableSettings, Failure, Network, NetworkError, Options, Outcome, Output, SwitchNode,
    SwitchPlan, Ticket,
};

mod emulated_switch;
use emulated_switch::Table;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// Repeats what it hears to all other ports, and to the controller.
#[derive(Debug)]
struct Hub {
    ports: BTreeMap<PortNo, bool>,
    heard: Vec<u8>,
}

impl Hub {
    fn new(plan: &SwitchPlan) -> Self {
        let ports = plan.ports.iter().map(|port| (port.no, true));
        Self {
            ports: ports.collect(),
            heard: Vec::new(),
        }
    }
}

impl SwitchNode for Hub {
    fn receive(&mut self, port: PortNo, frame: Bytes, _: Duration, out: &mut Output) {
        let others = self.ports.keys().filter(|other| **other != port);
        out.frames
            .extend(others.map(|other| (*other, frame.clone())));
        // Header of a packet-in.
        out.to_controller
            .push(Bytes::from_static(&[4, 10, 0, 8, 0, 0, 0, 0]));
    }

    fn link(&mut self, port: PortNo, up: bool, _: Duration, _: &mut Output) {
        self.ports.insert(port, up);
    }

    fn plugged(&mut self, port: PortDesc, _: Duration, _: &mut Output) {
        self.ports.insert(port.no, port.is_up());
    }

    fn unplugged(&mut self, port: PortNo, _: Duration, _: &mut Output) {
        self.ports.remove(&port);
    }

    fn controller_sent(&mut self, bytes: &[u8], _: Duration, out: &mut Output) {
        self.heard.extend_from_slice(bytes);
        if let Some(&[b'p', port, up]) = bytes.first_chunk() {
            out.switched.push((PortNo(port.into()), up != 0));
        }
        out.to_controller.push(Bytes::copy_from_slice(bytes));
    }

    fn connected(&mut self, _: Duration, out: &mut Output) {
        out.to_controller
            .push(Bytes::from_static(&[4, 0, 0, 8, 0, 0, 0, 0]));
    }

    fn disconnected(&mut self, _: Duration) {
        self.heard.clear();
    }

    fn next_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Duration, _: &mut Output) {}
}

/// Every switch has these entries.
fn tables(spec: &str, entries: &[&str]) -> Network<Table> {
    tables_with(spec, entries, &Options::default())
}

fn tables_with(spec: &str, entries: &[&str], options: &Options) -> Network<Table> {
    let topology = Topology::parse(spec).expect("a topology");
    Network::with(&topology, options, |plan| {
        let config = SwitchConfig::new(plan.dpid, plan.version, plan.ports);
        let mut table = Table(Switch::new(config));
        table.add(entries);
        table
    })
}

fn network(spec: &str) -> Network<Hub> {
    network_with(spec, &Options::default())
}

fn network_with(spec: &str, options: &Options) -> Network<Hub> {
    let topology = Topology::parse(spec).expect("a topology");
    Network::with(&topology, options, |plan| Hub::new(&plan))
}

fn slow() -> CableSettings {
    let mut settings = CableSettings::default();
    settings.delay = 2 * MS;
    settings.rate_bps = 10_000_000;
    settings
}

fn lossy(loss: f64) -> CableSettings {
    let mut settings = CableSettings::default();
    settings.loss = loss;
    settings
}

/// As a test would write it in a line.
fn done<S: SwitchNode>(network: &mut Network<S>, ticket: Result<Ticket, NetworkError>) -> Outcome {
    let ticket = ticket.expect("names are known");
    network
        .run_until_done(ticket, 1_000 * SECOND)
        .expect("every command ends")
}

#[test]
fn hosts_answer_ping_by_name_and_by_every_address() {
    let mut network = network("linear,3");
    let [v4, global, link_local] = network.addresses("h3").expect("a host");
    assert_eq!(v4, IpAddr::V4(Ipv4Addr::new(10, 0, 0, 3)));
    for target in [v4, global, link_local] {
        let ticket = network.ping("h1", target);
        let Outcome::Ping { rtt, ttl } = done(&mut network, ticket) else {
            panic!("{target} answers");
        };
        // Four cables there and four back, 50 µs each, and the time to send.
        assert!((400..410).contains(&rtt.as_micros()), "{rtt:?}");
        assert_eq!(ttl, 64);
    }
    let ticket = network.ping("h1", "h2");
    assert!(done(&mut network, ticket).is_success());
}

#[test]
fn delay_and_rate_of_cables_are_seen_in_the_round_trip() {
    let mut network = network("single,2");
    for host in ["h1", "h2"] {
        network.set_cable(host, "s1", slow()).expect("a cable");
    }
    let ticket = network.ping("h1", "h2");
    let Outcome::Ping { rtt, .. } = done(&mut network, ticket) else {
        panic!("an answer");
    };
    // Four times 2 ms, and four times 98 bytes at 10 Mbit/s.
    assert_eq!(rtt, 8 * MS + 4 * Duration::from_nanos(98 * 800));
}

#[test]
fn who_is_not_there_is_unreachable_after_three_requests() {
    let mut network = network("single,2");
    let start = network.now();
    for target in ["10.0.0.99", "fd00::99"] {
        let ticket = network.ping("h1", target);
        assert_eq!(
            done(&mut network, ticket),
            Outcome::Failed(Failure::NoNeighbour)
        );
    }
    assert_eq!(network.now() - start, 6 * SECOND);
    let requests = network.take_arrivals("h2").expect("a host");
    assert_eq!(requests.len(), 6);
    for target in ["192.0.2.1", "2001:db8::1", "10.0.0.1"] {
        let ticket = network.ping("h1", target);
        assert_eq!(
            done(&mut network, ticket),
            Outcome::Failed(Failure::NoRoute),
            "{target}"
        );
    }
}

#[test]
fn http_is_served_to_whoever_gets_it() {
    let mut network = network("linear,2,2");
    let body = Bytes::from(vec![b'x'; 100_000]);
    network.serve("h4", 80, Some(body.clone())).expect("a host");
    for target in network.addresses("h4").expect("a host") {
        let ticket = network.http_get("h1", target, 80, "/");
        let Outcome::Http {
            status, body: got, ..
        } = done(&mut network, ticket)
        else {
            panic!("an answer");
        };
        assert_eq!(status, 200);
        assert_eq!(got, body);
    }
    let ticket = network.tcp_connect("h1", "h4", 80);
    assert!(matches!(
        done(&mut network, ticket),
        Outcome::Connected { .. }
    ));
    let ticket = network.tcp_connect("h1", "h4", 81);
    assert_eq!(
        done(&mut network, ticket),
        Outcome::Failed(Failure::Refused)
    );
    network.serve("h4", 80, None).expect("a host");
    let ticket = network.http_get("h1", "h4", 80, "/");
    assert_eq!(
        done(&mut network, ticket),
        Outcome::Failed(Failure::Refused)
    );
}

#[test]
fn a_page_comes_whole_over_cables_that_lose_a_tenth() {
    let mut whole = 0;
    for seed in 0..20 {
        let mut network = network_with("single,2", &lossy_options(seed, 0.05));
        let body = Bytes::from((0..20_000u32).map(|n| n as u8).collect::<Vec<_>>());
        network.serve("h2", 80, Some(body.clone())).expect("a host");
        let ticket = network.http_get("h1", "h2", 80, "/");
        match done(&mut network, ticket) {
            Outcome::Http { body: got, .. } => {
                assert_eq!(got, body, "seed {seed}");
                whole += 1;
            }
            // Three requests in a row were lost, or the tenth second came.
            other => assert!(
                matches!(
                    other,
                    Outcome::Failed(Failure::NoNeighbour | Failure::TimedOut)
                ),
                "seed {seed}: {other:?}"
            ),
        }
    }
    assert!(whole >= 18, "{whole} of 20");
}

#[test]
fn udp_is_echoed_and_refused() {
    let mut network = network("single,2");
    for target in network.addresses("h2").expect("a host") {
        let ticket = network.udp("h1", target, 7, b"hello");
        let Outcome::Udp { payload, .. } = done(&mut network, ticket) else {
            panic!("an answer");
        };
        assert_eq!(payload, "hello");
        let ticket = network.udp("h1", target, 9, b"hello");
        assert_eq!(
            done(&mut network, ticket),
            Outcome::Failed(Failure::Refused)
        );
    }
}

#[test]
fn a_shared_address_is_served_and_announced() {
    let mut network = network("single,3");
    let vip = Ipv4Addr::new(10, 0, 0, 100);
    network.add_address("h2", vip.into()).expect("a host");
    network.serve("h2", 80, Some("two".into())).expect("a host");
    let ticket = network.http_get("h1", vip, 80, "/");
    assert!(matches!(done(&mut network, ticket), Outcome::Http { body, .. } if body == "two"));
    let ticket = network.arping("h1", vip);
    let Outcome::Arp { mac, .. } = done(&mut network, ticket) else {
        panic!("an answer");
    };
    assert_eq!(mac, MacAddr([0, 0, 0, 0, 0, 2]));

    // Another takes the address over and says so: who knew it goes there.
    network.add_address("h3", vip.into()).expect("a host");
    network
        .serve("h3", 80, Some("three".into()))
        .expect("a host");
    network.announce("h3").expect("a host");
    network.run_for(MS);
    let ticket = network.http_get("h1", vip, 80, "/");
    assert!(matches!(done(&mut network, ticket), Outcome::Http { body, .. } if body == "three"));
}

#[test]
fn iperf_finds_the_slowest_cable() {
    let mut network = network("linear,3");
    network.set_cable("s2", "s3", slow()).expect("a cable");
    let ticket = network.iperf("h1", "h3", 2 * SECOND);
    let Outcome::Iperf(found) = done(&mut network, ticket) else {
        panic!("a measurement");
    };
    assert_eq!((found.sent, found.received), (20 * 64, 20 * 64));
    assert_eq!(
        found.rate_bps.map(|rate| (rate + 5_000) / 10_000),
        Some(1_000)
    );
    let ticket = network.iperf("h1", "10.0.0.99", SECOND);
    assert_eq!(
        done(&mut network, ticket),
        Outcome::Failed(Failure::NoNeighbour)
    );
}

#[test]
fn a_cut_cable_carries_nothing_and_both_ends_know() {
    let mut network = network("linear,2");
    network.set_link("s1", "s2", false).expect("a cable");
    assert_eq!(network.is_link_up("s2", "s1"), Ok(false));
    for (dpid, port) in [(1, 2), (2, 2)] {
        let hub = network.switch(Dpid(dpid)).expect("a switch");
        assert!(!hub.ports[&PortNo(port)]);
    }
    let ticket = network.ping("h1", "h2");
    assert_eq!(
        done(&mut network, ticket),
        Outcome::Failed(Failure::NoNeighbour)
    );
    network.set_link("s1", "s2", true).expect("a cable");
    let ticket = network.ping("h1", "h2");
    assert!(done(&mut network, ticket).is_success());
}

#[test]
fn a_port_that_a_switch_sets_down_is_dark_at_both_ends() {
    let mut network = network("linear,2");
    let set = |network: &mut Network<Hub>, up: u8| {
        network.connect(Dpid(1)).expect("a switch");
        network
            .controller_sent(Dpid(1), &[b'p', 2, up])
            .expect("a switch");
        [1, 2].map(|dpid| network.switch(Dpid(dpid)).expect("a switch").ports[&PortNo(2)])
    };
    assert_eq!(set(&mut network, 0), [false, false]);
    let ticket = network.ping("h1", "h2");
    assert!(!done(&mut network, ticket).is_success());
    network.set_link("s1", "s2", false).expect("a cable");
    assert_eq!(set(&mut network, 1), [false, false], "the cable is cut");
    network.set_link("s1", "s2", true).expect("a cable");
    let ticket = network.ping("h1", "h2");
    assert!(done(&mut network, ticket).is_success());
}

#[test]
fn what_is_under_way_when_a_cable_is_cut_is_lost() {
    let mut network = network("single,2");
    network.set_cable("h1", "s1", slow()).expect("a cable");
    network.send("h1", vec![0xff; 60]).expect("a host");
    network.run_for(MS);
    network.set_link("h1", "s1", false).expect("a cable");
    network.set_link("h1", "s1", true).expect("a cable");
    network.run_for(SECOND);
    assert_eq!(network.arrivals("h2").expect("a host").len(), 0);
    let counts = network.cable_counts("h1", "s1").expect("a cable");
    assert_eq!((counts.sent, counts.cut), (1, 1));
}

#[test]
fn parallel_cables_are_cut_one_by_one() {
    let mut network = network("parallel,2");
    network.set_one_link("s1", "s2", 1, false).expect("a cable");
    let hub = network.switch(Dpid(1)).expect("a switch");
    let up: Vec<bool> = hub.ports.values().copied().collect();
    assert_eq!(up, [true, true, false]);
    assert!(network.set_one_link("s1", "s2", 2, false).is_err());
}

#[test]
fn a_storm_fills_the_cables_and_ends_there() {
    let mut network = network("mesh,6");
    network.announce("h1").expect("a host");
    // Every hub sends each frame on to four others.
    while network.counts().overflowed == 0 {
        assert!(network.step());
    }
    assert!(network.frames_under_way() <= 1 << 20);
}

#[test]
fn the_control_channel_is_bytes_in_and_messages_out() {
    let mut network = network("single,2");
    let s1 = Dpid(1);
    network.controller_sent(s1, b"lost").expect("a switch");
    assert_eq!(network.speaking().count(), 0);
    network.connect(s1).expect("a switch");
    network.controller_sent(s1, b"heard").expect("a switch");
    assert_eq!(network.speaking().collect::<Vec<_>>(), [s1]);
    let said = network.take_to_controller(s1).expect("a switch");
    assert_eq!(said.len(), 2);
    assert_eq!(said[1], "heard");
    assert_eq!(network.switch(s1).expect("a switch").heard, b"heard");

    for _ in 0..2_000 {
        network.send("h1", vec![0xff; 60]).expect("a host");
        network.run_for(MS);
    }
    assert_eq!(network.packet_ins_dropped(s1), Ok(2_000 - 1_024));
    assert_eq!(
        network.take_to_controller(s1).expect("a switch").len(),
        1_024
    );

    network.disconnect(s1).expect("a switch");
    assert_eq!(network.is_connected(s1), Ok(false));
    assert!(network.switch(s1).expect("a switch").heard.is_empty());
    assert!(network.controller_sent(Dpid(2), b"").is_err());
}

#[test]
fn any_frame_arrives_as_it_was_sent_and_the_newest_are_kept() {
    let mut network = network("single,3");
    for n in 0..200 {
        network.send("h1", vec![n; 20]).expect("a host");
    }
    network.run_for(SECOND);
    for host in ["h2", "h3"] {
        assert_eq!(network.host_counts(host), Ok((200, 0)));
        let arrived = network.take_arrivals(host).expect("a host");
        assert_eq!(arrived.len(), 128);
        for (n, arrival) in (72..200).zip(arrived) {
            assert_eq!(arrival.frame, vec![n; 20]);
        }
    }
    assert_eq!(network.arrivals("h2").expect("a host").len(), 0);
}

#[test]
fn a_network_is_still_when_no_frame_is_under_way() {
    let mut network = network("linear,2");
    network.ping("h1", "10.0.0.99").expect("a host");
    assert!(network.run_until_still(SECOND));
    assert!(network.now() < MS, "the next request is not waited for");
    assert_eq!(network.arrivals("h2").expect("a host").len(), 1);
    network.set_cable("s1", "s2", slow()).expect("a cable");
    network.send("h1", vec![0xff; 60]).expect("a host");
    let sent = network.now();
    assert!(!network.run_until_still(MS));
    assert_eq!(network.now(), sent + MS);
    assert_eq!(network.frames_under_way(), 1);
}

#[test]
fn frames_with_wrong_checksums_or_tags_are_not_answered() {
    let mut network = network("single,2");
    let ticket = network.ping("h1", "h2");
    done(&mut network, ticket);
    let arrived = network.take_arrivals("h2").expect("a host");
    let request = arrived.last().expect("the echo request").frame.to_vec();
    let answers = |network: &mut Network<Hub>, frame: Vec<u8>| {
        network.take_arrivals("h1").expect("a host");
        network.send("h1", frame).expect("a host");
        network.run_for(SECOND);
        network.take_arrivals("h1").expect("a host").len()
    };
    assert_eq!(answers(&mut network, request.clone()), 1);
    let mut broken = request.clone();
    broken[50] ^= 1;
    assert_eq!(answers(&mut network, broken), 0);
    let mut tagged = request.clone();
    tagged.splice(12..12, [0x81, 0x00, 0x00, 0x05]);
    assert_eq!(answers(&mut network, tagged), 0);
    let mut priority = request;
    priority.splice(12..12, [0x81, 0x00, 0xe0, 0x00]);
    assert_eq!(answers(&mut network, priority), 1);
}

#[test]
fn names_that_are_not_there_are_errors() {
    let mut network = network("single,2");
    assert!(network.ping("h9", "h1").is_err());
    assert!(network.ping("h1", "h9").is_err());
    assert!(network.ping("s1", "h1").is_err());
    assert!(network.set_link("h1", "h2", false).is_err());
    assert_eq!(network.dpid("s1"), Some(Dpid(1)));
    assert_eq!(network.dpid("h1"), None);
}

#[test]
fn switches_that_learn_carry_every_exchange() {
    let mut network = tables("tree,2,3", &["actions=NORMAL"]);
    network
        .serve("h9", 80, Some("nine".into()))
        .expect("a host");
    for target in network.addresses("h9").expect("a host") {
        let ticket = network.ping("h1", target);
        assert!(matches!(done(&mut network, ticket), Outcome::Ping { .. }));
        let ticket = network.http_get("h2", target, 80, "/");
        assert!(matches!(done(&mut network, ticket), Outcome::Http { body, .. } if body == "nine"));
        let ticket = network.udp("h3", target, 7, b"hello");
        assert!(
            matches!(done(&mut network, ticket), Outcome::Udp { payload, .. } if payload == "hello")
        );
    }
    let ticket = network.iperf("h1", "h9", SECOND);
    assert!(matches!(done(&mut network, ticket), Outcome::Iperf(found) if found.received == 640));
}

/// The load balancer's rewriting, with checksums that hosts verify.
#[test]
fn a_switch_that_rewrites_serves_an_address_nobody_has() {
    let entries = [
        "priority=2,tcp,nw_dst=10.0.0.100,actions=mod_dl_dst:00:00:00:00:00:02,mod_nw_dst:10.0.0.2,output:2",
        "priority=2,tcp,nw_src=10.0.0.2,tp_src=80,actions=mod_dl_src:00:00:00:00:00:64,mod_nw_src:10.0.0.100,output:1",
        "priority=1,actions=FLOOD",
    ];
    let mut network = tables("single,3", &entries);
    network.serve("h2", 80, Some("two".into())).expect("a host");
    // What the controller would answer.
    network
        .add_address("h3", "10.0.0.100".parse().expect("an address"))
        .expect("a host");
    let ticket = network.http_get("h1", "10.0.0.100", 80, "/");
    let outcome = done(&mut network, ticket);
    assert!(
        matches!(&outcome, Outcome::Http { body, .. } if body == "two"),
        "{outcome:?}"
    );
}

#[test]
fn a_switch_with_a_loop_wears_packets_out_and_time_goes_on() {
    let mut network = tables(
        "linear,2",
        &["ip,actions=dec_ttl,IN_PORT", "arp,actions=FLOOD"],
    );
    let ticket = network.ping("h1", "h2");
    assert_eq!(
        done(&mut network, ticket),
        Outcome::Failed(Failure::TimedOut)
    );
}

#[test]
fn a_host_that_moves_is_found_where_it_is_then() {
    let mut network = tables("linear,3", &["actions=NORMAL"]);
    let ticket = network.ping("h1", "h3");
    assert!(done(&mut network, ticket).is_success());
    // In a hurry: a frame is under way to where it was.
    network.send("h3", vec![0xff; 60]).expect("a host");
    assert_eq!(network.move_host("h3", Dpid(2)), Ok(PortNo(4)));
    let ports = |network: &Network<Table>, dpid| {
        let ports = network.switch(Dpid(dpid)).expect("a switch").0.port_desc();
        ports.into_iter().map(|port| port.name).collect::<Vec<_>>()
    };
    assert_eq!(ports(&network, 3), ["s3-eth2"]);
    assert_eq!(
        ports(&network, 2),
        ["s2-eth1", "s2-eth2", "s2-eth3", "s2-eth4"]
    );
    // It says something, or the switches would have to forget it first.
    network.announce("h3").expect("a host");
    for host in ["h1", "h2"] {
        let ticket = network.ping(host, "h3");
        assert!(done(&mut network, ticket).is_success());
    }
    assert!(network.set_link("h3", "s3", false).is_err());
    network.set_link("h3", "s2", false).expect("a cable");
    assert_eq!(network.move_host("h3", Dpid(1)), Ok(PortNo(3)));
    let port = network
        .switch(Dpid(1))
        .expect("a switch")
        .0
        .port(PortNo(3))
        .cloned();
    assert!(!port.expect("a port").is_up(), "the cable is cut still");
    assert_eq!(network.hosts().collect::<Vec<_>>(), ["h1", "h2", "h3"]);
}

#[test]
fn entries_end_on_the_virtual_clock() {
    let mut network = tables("single,2", &["hard_timeout=60,actions=FLOOD"]);
    network.run_until(59 * SECOND);
    let ticket = network.ping("h1", "h2");
    assert!(done(&mut network, ticket).is_success());
    network.run_until(60 * SECOND);
    let ticket = network.ping("h1", "h2");
    assert!(!done(&mut network, ticket).is_success());
}

/// Something that happens to a network.
#[derive(Debug, Clone)]
enum Act {
    Ping(usize, usize),
    Get(usize, usize),
    Udp(usize, usize),
    Send(usize, Vec<u8>),
    Link(usize, bool),
    Run(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let host = 0..8usize;
    prop_oneof![
        (host.clone(), host.clone()).prop_map(|(a, b)| Act::Ping(a, b)),
        (host.clone(), host.clone()).prop_map(|(a, b)| Act::Get(a, b)),
        (host.clone(), host.clone()).prop_map(|(a, b)| Act::Udp(a, b)),
        (host, prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(a, f)| Act::Send(a, f)),
        (0..7usize, any::<bool>()).prop_map(|(at, up)| Act::Link(at, up)),
        (0..3_000_000u64).prop_map(Act::Run),
    ]
}

/// Does all of it, and gives what came of it.
fn play<S: SwitchNode>(network: &mut Network<S>, acts: &[Act]) -> Vec<String> {
    let name = |host: &usize| format!("h{}", host + 1);
    for act in acts {
        let known = match act {
            Act::Ping(a, b) => network.ping(&name(a), name(b).as_str()).map(drop),
            Act::Get(a, b) => network
                .http_get(&name(a), name(b).as_str(), 80, "/")
                .map(drop),
            Act::Udp(a, b) => network
                .udp(&name(a), name(b).as_str(), 7, b"hello")
                .map(drop),
            Act::Send(a, frame) => network.send(&name(a), frame.clone()),
            Act::Link(at, up) => {
                let (a, b) = [
                    ("s1", "s2"),
                    ("s1", "s5"),
                    ("s2", "s3"),
                    ("s2", "s4"),
                    ("s5", "s6"),
                    ("s5", "s7"),
                    ("s3", "h1"),
                ][*at];
                network.set_link(a, b, *up)
            }
            Act::Run(micros) => {
                network.run_for(Duration::from_micros(*micros));
                Ok(())
            }
        };
        known.expect("names are known");
    }
    network.run_for(1_000 * SECOND);
    let results = network.take_results().map(|result| format!("{result:?}"));
    let mut all: Vec<String> = results.collect();
    for host in 0..8 {
        all.push(format!(
            "{:?}",
            network.take_arrivals(&name(&host)).expect("a host")
        ));
    }
    all.push(format!("{:?}", network.counts()));
    all
}

fn lossy_options(seed: u64, loss: f64) -> Options {
    let mut options = Options::default();
    options.seed = seed;
    options.cable = lossy(loss);
    options
}

/// Eight hosts under hubs, each with a page.
fn tree(seed: u64, loss: f64) -> Network<Hub> {
    let mut network = network_with("tree,3,2", &lossy_options(seed, loss));
    serve_all(&mut network);
    network
}

/// Eight hosts under switches that learn, each with a page.
fn learning_tree(seed: u64, loss: f64) -> Network<Table> {
    let options = lossy_options(seed, loss);
    let mut network = tables_with("tree,3,2", &["actions=NORMAL"], &options);
    serve_all(&mut network);
    network
}

fn serve_all<S: SwitchNode>(network: &mut Network<S>) {
    for host in 1..=8 {
        let host = format!("h{host}");
        network
            .serve(&host, 80, Some("page".into()))
            .expect("a host");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_seed_gives_the_same_run(
        acts in prop::collection::vec(act(), 1..30),
        seed: u64,
    ) {
        let run = || play(&mut tree(seed, 0.1), &acts);
        prop_assert_eq!(run(), run());
        let run = || play(&mut learning_tree(seed, 0.1), &acts);
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn every_frame_is_accounted_for(
        acts in prop::collection::vec(act(), 1..30),
        seed: u64,
        loss in 0.0..0.3f64,
    ) {
        let mut network = tree(seed, loss);
        let commands = acts.iter().filter(|act| matches!(act, Act::Ping(..) | Act::Get(..) | Act::Udp(..)));
        let commands = commands.count();
        let all = play(&mut network, &acts);
        prop_assert_eq!(all.len(), commands + 9, "every command ended");
        let counts = network.counts();
        prop_assert_eq!(network.frames_under_way(), 0);
        prop_assert_eq!(counts.sent, counts.arrived + counts.lost + counts.overflowed + counts.cut);
        let mut network = learning_tree(seed, loss);
        play(&mut network, &acts);
        let counts = network.counts();
        prop_assert_eq!(counts.sent, counts.arrived + counts.lost + counts.overflowed + counts.cut);
    }

    #[test]
    fn without_loss_every_command_succeeds_and_every_frame_reaches_every_host(
        acts in prop::collection::vec(act(), 1..30),
    ) {
        let acts: Vec<Act> = acts.into_iter().filter(|act| !matches!(act, Act::Link(..))).collect();
        let mut network = tree(1, 0.0);
        for act in &acts {
            let came = play(&mut network, std::slice::from_ref(act));
            if let Act::Ping(a, b) | Act::Get(a, b) | Act::Udp(a, b) = act && a != b {
                prop_assert!(!came[0].contains("Failed"), "{:?}: {}", act, came[0]);
            }
        }
        let counts = network.counts();
        prop_assert_eq!(counts.sent, counts.arrived);
        // Hubs send what one host sends to the seven others.
        let (mut received, mut sent) = (0, 0);
        for host in 1..=8 {
            let (rx, tx) = network.host_counts(&format!("h{host}")).expect("a host");
            received += rx;
            sent += tx;
        }
        prop_assert_eq!(received, 7 * sent);
    }
}

#[test]
fn addresses_are_made_of_the_stations() {
    let network = network("single,1");
    let [_, global, link_local] = network.addresses("h1").expect("a host");
    let expected: Ipv6Addr = "fd00::200:ff:fe00:1".parse().expect("an address");
    assert_eq!(global, expected);
    let expected: Ipv6Addr = "fe80::200:ff:fe00:1".parse().expect("an address");
    assert_eq!(link_local, expected);
}
