//! Cables cut, switches gone, hosts moved, controllers restarted.

mod common;

use std::time::Duration;

use app_api::testing::{Lab, TestHost, frames};
use app_routing::Routing;
use common::{
    ALL_VERSIONS, Shape, Speaks, at, broadcast_all, every_shape, fat_tree, ping, ping_all, ring,
};
use openflow::Dpid;

const A: TestHost = TestHost(1);
const B: TestHost = TestHost(4);

#[test]
fn every_cut_that_leaves_a_way_loses_nothing_once_rules_are_changed() {
    // Linear networks and trees fall apart.
    let falls_apart = |shape: &Shape| matches!(shape.name, "linear" | "tree" | "single");
    std::thread::scope(|scope| {
        for shape in every_shape().into_iter().filter(|s| !falls_apart(s)) {
            scope.spawn(move || loses_nothing_by_a_cut(&shape));
        }
    });
}

fn loses_nothing_by_a_cut(shape: &Shape) {
    let (_, cables) = shape.lab(Speaks::Mixed);
    for cable in cables {
        let (mut lab, _) = shape.running(Speaks::Mixed);
        ping_all(&mut lab);
        lab.cut(cable);
        lab.run();
        let packet_ins = lab.packet_ins();
        for a in lab.hosts() {
            for b in lab.others(a) {
                assert_eq!(
                    lab.send(a, frames::unicast(a, b)),
                    [b],
                    "{} {cable}",
                    shape.name
                );
            }
        }
        assert_eq!(lab.packet_ins(), packet_ins, "by the tables alone");
        broadcast_all(&mut lab);
    }
}

#[test]
fn the_controller_is_no_bridge_between_parts_that_no_cable_joins() {
    let (mut lab, cables) = ring(4).running(Speaks::Mixed);
    ping_all(&mut lab);
    lab.cut(cables[0]);
    lab.cut(cables[3]);
    for _ in 0..3 {
        for (a, b) in [(TestHost(1), TestHost(3)), (TestHost(3), TestHost(1))] {
            assert_eq!(lab.send(a, frames::unicast(a, b)), []);
        }
        lab.run_for(Duration::from_secs(1));
    }
    lab.mend(cables[3]);
    lab.discover();
    lab.run();
    ping(&mut lab, TestHost(1), TestHost(3));
}

#[test]
fn a_cable_that_is_back_is_used_again_without_a_packet_lost() {
    let (mut lab, cables) = ring(6).running(Speaks::V13);
    ping(&mut lab, TestHost(1), TestHost(2));
    lab.cut(cables[0]);
    lab.run();
    assert_eq!(
        lab.send(TestHost(1), frames::unicast(TestHost(1), TestHost(2))),
        [TestHost(2)]
    );
    lab.mend(cables[0]);
    lab.discover();
    let before = entries(&lab);
    for _ in 0..20 {
        while lab.next_event() || lab.next_message() || lab.step() {
            let frame = frames::unicast(TestHost(1), TestHost(2));
            assert_eq!(lab.trace(TestHost(1), &frame).arrived, [TestHost(2)]);
        }
        lab.run_for(Duration::from_millis(10));
    }
    lab.run_for(Duration::from_millis(100));
    assert!(entries(&lab) < before, "the short way needs fewer entries");
}

#[test]
fn a_path_that_works_and_is_as_short_as_any_is_kept() {
    let (mut lab, cables) = fat_tree().running(Speaks::V13);
    ping_all(&mut lab);
    // The way this pair takes survives, whatever becomes of the others.
    let path = |lab: &Lab| -> Vec<_> {
        let tables = (1..=20).map(|s| lab.table(Dpid(s)));
        let all = tables
            .enumerate()
            .flat_map(|(s, t)| t.into_iter().map(move |e| (s, e)));
        let frame_of_pair = |e: &openflow::flow::FlowEntry| {
            let pair = |field, host: TestHost| {
                let [.., low] = host.mac().0;
                e.matching
                    .get(field)
                    .is_some_and(|part| part.value == u128::from(low))
            };
            pair(openflow::oxm::Field::EthSrc, TestHost(1))
                && pair(openflow::oxm::Field::EthDst, TestHost(16))
        };
        all.filter(|(_, e)| frame_of_pair(e))
            .map(|(s, e)| (s, e.matching, e.instructions))
            .collect()
    };
    let before = path(&lab);
    let used: Vec<_> = before.iter().map(|(s, ..)| *s as u64 + 1).collect();
    for cable in cables {
        if used.contains(&cable.dpid.0) {
            continue;
        }
        lab.cut(cable);
        lab.run_for(Duration::from_secs(1));
        assert_eq!(path(&lab), before);
        lab.mend(cable);
        lab.discover();
        lab.run_for(Duration::from_secs(1));
        assert_eq!(path(&lab), before);
    }
}

#[test]
fn a_switch_without_power_is_gone_around_and_taken_back() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = fat_tree().running(speaks);
        ping_all(&mut lab);
        lab.power_off(Dpid(5));
        lab.run();
        for a in lab.hosts() {
            for b in lab.others(a) {
                assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
            }
        }
        broadcast_all(&mut lab);
        lab.power_on(Dpid(5));
        lab.connect(Dpid(5));
        lab.discover();
        lab.run_for(Duration::from_secs(1));
        ping_all(&mut lab);
        broadcast_all(&mut lab);
    }
}

/// The switch forwards on without its controller: its hosts keep what works.
#[test]
fn hosts_of_a_switch_that_only_lost_the_controller_stay_reachable() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    ping_all(&mut lab);
    lab.disconnect(Dpid(4));
    lab.run_for(Duration::from_secs(1));
    for a in lab.hosts() {
        assert!(a == B || lab.send(a, frames::unicast(a, B)) == [B]);
        assert!(a == B || lab.send(B, frames::unicast(B, a)) == [a]);
    }
    for host in lab.hosts() {
        assert!(
            lab.trace(host, &frames::broadcast(host)).arrived.len() < 6,
            "no loop"
        );
    }
    lab.connect(Dpid(4));
    lab.discover();
    lab.run_for(Duration::from_secs(1));
    ping_all(&mut lab);
    broadcast_all(&mut lab);
}

#[test]
fn a_host_that_moved_is_reached_from_its_first_packet_on() {
    for speaks in ALL_VERSIONS {
        // Also to a switch on the way to the other host, whose rules would take its packets.
        for to in [2, 3, 4, 5, 6] {
            let (mut lab, _) = ring(6).running(speaks);
            ping_all(&mut lab);
            lab.move_host(A, (to, 9));
            lab.run();
            assert_eq!(lab.send(A, frames::unicast(A, B)), [B]);
            for other in lab.others(A) {
                assert_eq!(
                    lab.send(other, frames::unicast(other, A)),
                    [A],
                    "to switch {to}"
                );
                assert_eq!(lab.send(A, frames::unicast(A, other)), [other]);
            }
            let before = lab.packet_ins();
            lab.send(B, frames::unicast(B, A));
            assert_eq!(lab.packet_ins(), before);
        }
    }
}

#[test]
fn rules_of_a_host_that_is_gone_are_withdrawn() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    let before = entries(&lab);
    ping(&mut lab, A, B);
    ping(&mut lab, A, TestHost(2));
    lab.forget_host(A);
    lab.run();
    assert_eq!(entries(&lab), before);
}

#[test]
fn a_cable_between_two_edge_switches_makes_no_loop() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = common::linear(4).running(speaks);
        ping_all(&mut lab);
        lab.cable((1, 7), (4, 7));
        lab.mend(at(1, 7));
        while lab.next_event() || lab.next_message() || lab.step() {
            broadcast_by_tables(&lab);
        }
        lab.discover();
        while lab.next_event() || lab.next_message() || lab.step() {
            broadcast_by_tables(&lab);
        }
        lab.run_for(Duration::from_secs(1));
        broadcast_all(&mut lab);
        ping_all(&mut lab);
    }
}

#[test]
fn a_restarted_controller_sends_no_flow_mod_for_what_is_there() {
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.running(speaks);
            ping_all(&mut lab);
            let before = entries(&lab);
            lab.restart();
            lab.start(Routing::new());
            let flow_mods = lab.flow_mods();
            lab.connect_all();
            for _ in 0..20 {
                lab.run_for(Duration::from_secs(1));
                let packet_ins = lab.packet_ins();
                for a in lab.hosts() {
                    for b in lab.others(a) {
                        assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
                    }
                    let others = lab.others(a);
                    assert_eq!(lab.send(a, frames::broadcast(a)), others);
                }
                assert_eq!(lab.packet_ins(), packet_ins);
            }
            assert_eq!(lab.flow_mods(), flow_mods, "{} {speaks:?}", shape.name);
            assert_eq!(entries(&lab), before);
            let status = app_api::App::status(lab.app::<Routing>());
            let hosts = lab.hosts().len();
            assert_eq!(
                status["pairs"],
                hosts * (hosts - 1),
                "they are wanted again"
            );
        }
    }
}

/// Switches come back one by one, seconds apart, and nobody notices.
#[test]
fn a_restart_with_switches_that_come_back_late_loses_nothing() {
    for shape in every_shape() {
        let (mut lab, _) = shape.running(Speaks::Mixed);
        ping_all(&mut lab);
        lab.restart();
        lab.start(Routing::new());
        for dpid in (1..=shape.switches).rev() {
            lab.connect(Dpid(dpid));
            lab.discover();
            let mut settled = false;
            while !settled {
                for a in lab.hosts() {
                    for b in lab.others(a) {
                        let frame = frames::unicast(a, b);
                        assert_eq!(lab.trace(a, &frame).arrived, [b], "{}", shape.name);
                    }
                }
                broadcast_by_tables(&lab);
                settled = !(lab.next_event() || lab.next_message() || lab.step());
            }
            lab.run_for(Duration::from_millis(300));
        }
        lab.run_for(Duration::from_secs(12));
        broadcast_all(&mut lab);
        ping_all(&mut lab);
    }
}

#[test]
fn a_cut_right_after_a_restart_is_gone_around() {
    let (mut lab, cables) = ring(6).running(Speaks::V13);
    ping_all(&mut lab);
    lab.restart();
    lab.start(Routing::new());
    lab.connect_all();
    lab.cut(cables[0]);
    lab.run_for(Duration::from_secs(1));
    for a in lab.hosts() {
        for b in lab.others(a) {
            assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
        }
    }
}

#[test]
fn switches_that_lost_their_tables_forward_again_when_they_are_back() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = fat_tree().running(speaks);
        ping_all(&mut lab);
        for dpid in 1..=20 {
            lab.power_off(Dpid(dpid));
        }
        lab.run_for(Duration::from_secs(1));
        for dpid in 1..=20 {
            lab.power_on(Dpid(dpid));
            lab.connect(Dpid(dpid));
            lab.run();
        }
        let packet_ins = lab.packet_ins();
        for a in lab.hosts() {
            for b in lab.others(a) {
                assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
            }
        }
        assert_eq!(
            lab.packet_ins(),
            packet_ins,
            "wanted rules come back with the switches"
        );
        lab.discover();
        lab.run_for(Duration::from_secs(1));
        broadcast_all(&mut lab);
    }
}

#[test]
fn events_that_were_lost_are_made_up_for() {
    let (mut lab, cables) = ring(6).running(Speaks::V13);
    ping_all(&mut lab);
    let mut other = lab;
    other.cut(cables[2]);
    other.lose_events();
    other.run_for(Duration::from_secs(1));
    ping_all(&mut other);
    broadcast_all(&mut other);
}

fn entries(lab: &Lab) -> usize {
    let switches = lab.snapshot().switches.keys();
    switches.map(|dpid| lab.table(*dpid).len()).sum()
}

/// No frame goes round or arrives twice by the tables as they are.
fn broadcast_by_tables(lab: &Lab) {
    for host in lab.hosts() {
        let mut arrived = lab.trace(host, &frames::broadcast(host)).arrived;
        let copies = arrived.len();
        arrived.dedup();
        assert_eq!(arrived.len(), copies, "from {host:?}");
    }
}
