//! What [`Routes`] promises, on small networks. Long random runs are in `app-routing`'s tests.

use std::collections::BTreeSet;

use app_api::testing::Lab;
use app_api::{Location, Priority, Route, Routes};
use openflow::flow::{Action, Actions, Match};
use openflow::oxm::Field;
use openflow::{Dpid, PortNo};
use topologies::paths::Hop;

const PRIORITY: Priority = Priority::new(10);
const NONE: [u8; 0] = [];

/// Four switches in a ring, known to the controller: port 1 leads on, port 2 back, hosts at 10.
fn ring() -> (Lab, [Location; 4]) {
    let mut lab = Lab::new();
    for dpid in 1..=4 {
        lab.switch(dpid);
    }
    let cables = [(1, 2), (2, 3), (3, 4), (4, 1)].map(|(a, b)| lab.cable((a, 1), (b, 2)).src);
    for dpid in 1..=4 {
        lab.host(dpid, 10);
    }
    lab.connect_all();
    (lab, cables)
}

fn host(dpid: u64) -> Location {
    at(dpid, 10)
}

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

fn route(from: Location, to: Location) -> Route {
    Route::new(from, to, PRIORITY, Match::any().eth_type(0x88b5))
}

fn switches(routes: &Routes<u8>, key: u8) -> Vec<u64> {
    let path = routes.path(&key).expect("it has a path");
    path.switches().map(|dpid| dpid.0).collect()
}

#[test]
fn rules_are_numbered_from_the_end_and_match_where_packets_come_in() {
    let (lab, _) = ring();
    let mut routes = Routes::default();
    assert!(routes.insert(lab.snapshot(), 1, route(host(1), host(2))));
    let rules = routes.rules(&1);
    let seen: Vec<_> = rules
        .iter()
        .map(|rule| {
            let in_port = rule.matching.get(Field::InPort).map(|part| part.value);
            (
                rule.dpid.0,
                rule.stage,
                in_port,
                rule.instructions.apply[0].clone(),
            )
        })
        .collect();
    let output = |port| Action::output(PortNo(port));
    assert_eq!(
        seen,
        [(1, 1, Some(10), output(1)), (2, 0, Some(2), output(10))]
    );
    assert!(!routes.insert(lab.snapshot(), 1, route(host(1), host(2))));
}

#[test]
fn equal_paths_are_shared_out_by_key() {
    let (lab, _) = ring();
    let mut routes = Routes::default();
    let taken: BTreeSet<Vec<u64>> = (0..32)
        .map(|key| {
            let mut route = route(host(1), host(3));
            route.ecmp = key.into();
            routes.insert(lab.snapshot(), key, route);
            switches(&routes, key)
        })
        .collect();
    assert_eq!(taken, BTreeSet::from([vec![1, 2, 3], vec![1, 4, 3]]));
}

#[test]
fn a_path_is_kept_until_it_breaks_or_a_shorter_one_comes() {
    let (mut lab, cables) = ring();
    let mut routes = Routes::default();
    routes.insert(lab.snapshot(), 1, route(host(1), host(2)));
    lab.cut(cables[0]);
    assert_eq!(routes.sync(lab.snapshot()), [1]);
    assert_eq!(switches(&routes, 1), [1, 4, 3, 2]);
    assert_eq!(routes.sync(lab.snapshot()), NONE, "nothing changed since");
    lab.mend(cables[0]);
    lab.discover();
    assert_eq!(
        routes.sync(lab.snapshot()),
        NONE,
        "what works is not touched in a hurry"
    );
    assert!(routes.may_improve());
    assert_eq!(routes.improve(lab.snapshot()), [1]);
    assert_eq!(switches(&routes, 1), [1, 2]);
    assert!(!routes.may_improve());
}

#[test]
fn without_another_way_a_broken_path_is_kept() {
    let (mut lab, _) = ring();
    let mut routes = Routes::default();
    routes.insert(lab.snapshot(), 1, route(host(1), host(2)));
    let before = routes.rules(&1);
    lab.disconnect(Dpid(2));
    assert_eq!(routes.sync(lab.snapshot()), NONE);
    assert_eq!(routes.rules(&1), before);
    assert_eq!(routes.without_path(), 0);
    routes.insert(lab.snapshot(), 2, route(host(1), host(2)));
    assert_eq!((routes.without_path(), routes.rules(&2)), (1, vec![]));
    lab.connect(Dpid(2));
    lab.discover();
    assert_eq!(routes.sync(lab.snapshot()), [2], "now there is one");
}

#[test]
fn rewrites_are_at_the_ends() {
    let (lab, _) = ring();
    let mut routes = Routes::default();
    let set = |value| Action::set_field(Field::EthDst, value);
    let entering = Match::any().eth_type(0x0800);
    let mut route = route(host(1), host(2));
    route.entering = Some(entering.clone());
    route.first = Actions::from_iter([set(1)]);
    route.last = Actions::from_iter([set(2)]);
    route.idle_timeout_s = 9;
    routes.insert(lab.snapshot(), 1, route.clone());
    let [first, last] = &routes.rules(&1)[..] else {
        panic!("two hops")
    };
    assert_eq!(first.matching, entering.in_port(PortNo(10)));
    assert_eq!(first.instructions.apply[0], set(1));
    assert_eq!(last.matching, route.matching.in_port(PortNo(2)));
    assert_eq!(last.instructions.apply[0], set(2));
    assert_eq!((first.idle_timeout_s, last.idle_timeout_s), (9, 0));
}

#[test]
fn on_one_switch_there_is_one_rule_and_on_one_port_nothing_is_sent_twice() {
    let (lab, _) = ring();
    let mut routes = Routes::default();
    routes.insert(lab.snapshot(), 1, route(host(1), at(1, 11)));
    assert_eq!(routes.rules(&1).len(), 1);
    routes.insert(lab.snapshot(), 2, route(host(1), host(1)));
    assert!(routes.rules(&2)[0].instructions.apply.is_empty(), "dropped");
    let mut rewritten = route(host(1), host(1));
    rewritten.first = Actions::from_iter([Action::set_field(Field::EthDst, 1)]);
    routes.insert(lab.snapshot(), 2, rewritten);
    let back = routes.rules(&2)[0].instructions.apply[1].clone();
    assert_eq!(
        back,
        Action::output(PortNo::IN_PORT),
        "another packet than came in"
    );
}

#[test]
fn a_path_found_on_switches_is_taken_over_when_it_leads_from_end_to_end() {
    let (mut lab, cables) = ring();
    let other_way = |routes: &mut Routes<u8>| {
        for (dpid, in_port, out_port) in [(1, 10, 2), (4, 1, 2), (3, 1, 10)] {
            let (in_port, out_port) = (PortNo(in_port), PortNo(out_port));
            routes.adopt(
                1,
                Hop {
                    dpid: Dpid(dpid),
                    in_port,
                    out_port,
                },
            );
        }
    };
    let ends = (host(1), host(3));
    for ecmp in 0..8 {
        let mut routes = Routes::default();
        other_way(&mut routes);
        assert!(routes.is_decided(lab.snapshot(), &1, ends));
        assert_eq!(routes.found_ends(lab.snapshot(), &1), Some(ends));
        let mut wanted = route(ends.0, ends.1);
        wanted.ecmp = ecmp;
        routes.insert(lab.snapshot(), 1, wanted);
        assert_eq!(switches(&routes, 1), [1, 4, 3]);
        assert_eq!(routes.found().count(), 0);
    }
    let mut routes = Routes::default();
    routes.adopt(
        1,
        Hop {
            dpid: Dpid(1),
            in_port: PortNo(10),
            out_port: PortNo(2),
        },
    );
    assert!(
        !routes.is_decided(lab.snapshot(), &1, ends),
        "the rest may be found yet"
    );
    lab.cut(cables[3]);
    assert!(
        routes.is_decided(lab.snapshot(), &1, ends),
        "it does not work"
    );
    routes.insert(lab.snapshot(), 1, route(ends.0, ends.1));
    assert_eq!(switches(&routes, 1), [1, 2, 3]);
}
