//! What arrives where, on networks that stay as they are.

mod common;

use std::time::Duration;

use app_api::testing::{Lab, TestHost, frames};
use app_routing::Routing;
use common::{ALL_VERSIONS, Speaks, broadcast_all, every_shape, ping, ping_all, ring, single};
use openflow::MacAddr;
use openflow::packet::build;

#[test]
fn every_host_reaches_every_other_on_every_topology_and_version() {
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.running(speaks);
            ping_all(&mut lab);
        }
    }
}

#[test]
fn a_broadcast_arrives_once_at_every_other_host() {
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.running(speaks);
            broadcast_all(&mut lab);
            let before = lab.packet_ins();
            broadcast_all(&mut lab);
            assert_eq!(
                lab.packet_ins(),
                before,
                "{}: broadcast is in the tables",
                shape.name
            );
        }
    }
}

/// Groups that 1.0 switches have no rule for go by the controller, switch by switch.
#[test]
fn any_multicast_arrives_once_on_every_version() {
    let group = MacAddr([0x33, 0x33, 1, 2, 3, 4]);
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.running(speaks);
            for host in lab.hosts() {
                let others = lab.others(host);
                let frame = frames::raw(host.mac(), group);
                assert_eq!(lab.send(host, frame), others, "{} {speaks:?}", shape.name);
            }
        }
    }
}

/// Sent while the first switch has just connected and others have not: held, then everywhere once.
#[test]
fn a_broadcast_sent_while_the_network_is_being_found_arrives_once_everywhere() {
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.lab(speaks);
            lab.start(Routing::new());
            let hosts = lab.hosts();
            let sender = hosts[0];
            lab.connect(lab.location(sender).dpid);
            lab.inject(sender, frames::broadcast(sender));
            lab.run_for(Duration::from_millis(300));
            lab.connect_all();
            lab.run_for(Duration::from_secs(3));
            let arrived: Vec<TestHost> = lab.take_arrived().into_iter().map(|(h, _)| h).collect();
            assert_eq!(arrived, lab.others(sender), "{} {speaks:?}", shape.name);
        }
    }
}

/// At every moment of the first seconds.
#[test]
fn broadcasts_of_the_first_seconds_arrive_once() {
    for shape in every_shape() {
        for speaks in ALL_VERSIONS {
            let (mut lab, _) = shape.lab(speaks);
            lab.start(Routing::new());
            lab.connect_all();
            for step in 0..40 {
                let hosts = lab.hosts();
                let sender = hosts[step % hosts.len()];
                let wait = Duration::from_millis(50);
                let arrived = lab.send_and_wait(sender, frames::broadcast(sender), wait);
                assert_eq!(arrived, lab.others(sender), "{} at step {step}", shape.name);
            }
        }
    }
}

#[test]
fn packets_after_the_first_do_not_come_to_the_controller() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = common::fat_tree().running(speaks);
        let (a, b) = (TestHost(1), TestHost(16));
        ping(&mut lab, a, b);
        let before = lab.packet_ins();
        for _ in 0..10 {
            assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
            assert_eq!(lab.send(b, frames::unicast(b, a)), [a]);
        }
        assert_eq!(lab.packet_ins(), before);
    }
}

/// The first packet of two hosts whose rules are not made yet is neither lost nor doubled.
#[test]
fn a_packet_before_its_rules_is_carried_by_the_controller() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    let (a, b) = (TestHost(1), TestHost(4));
    broadcast_all(&mut lab);
    lab.send(a, frames::arp_request(a, b.ip()));
    lab.send(b, frames::arp_request(b, a.ip()));
    let (mut lab, _) = ring(6).running(Speaks::V13);
    lab.send(a, frames::broadcast(a));
    lab.send(b, frames::unicast(b, TestHost(99)));
    lab.take_arrived();
    lab.inject(a, frames::unicast(a, b));
    assert_eq!(
        lab.take_arrived().len(),
        1,
        "before the app heard of the pair"
    );
    while lab.next_event() || lab.next_message() || lab.step() {
        lab.inject(a, frames::unicast(a, b));
        lab.inject(b, frames::unicast(b, a));
        let arrived: Vec<TestHost> = lab.take_arrived().into_iter().map(|(h, _)| h).collect();
        assert_eq!(arrived, [a, b], "whatever part of the rules is there");
    }
}

#[test]
fn a_packet_for_an_unknown_host_reaches_every_edge_port_once() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = ring(6).running(speaks);
        let others = lab.others(TestHost(1));
        let frame = frames::unicast(TestHost(1), TestHost(99));
        assert_eq!(lab.send(TestHost(1), frame), others);
    }
}

#[test]
fn hosts_behind_one_port_are_not_sent_their_packets_twice() {
    let mut lab = Lab::new();
    lab.switch(1);
    let (a, b) = (lab.host(1, 1), lab.host(1, 1));
    let c = lab.host(1, 2);
    lab.start(Routing::new());
    lab.connect_all();
    lab.run_for(Duration::from_secs(2));
    lab.send(b, frames::arp_request(b, a.ip()));
    // The hub has delivered it; the switch must not.
    for _ in 0..3 {
        assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
    }
    let question = frames::arp_request(a, b.ip());
    assert_eq!(lab.send(a, question), [b], "b heard it itself");
    assert_eq!(lab.send(a, frames::broadcast(a)), [b, c]);
}

#[test]
fn a_question_about_a_known_host_is_answered_and_not_flooded() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = ring(6).running(speaks);
        let (a, b) = (TestHost(1), TestHost(4));
        lab.send(b, frames::arp_request(b, a.ip()));
        lab.send(a, frames::arp_request(a, b.ip()));
        lab.send(a, frames::arp_request(a, b.ip()));
        let [(to, answer)] = &lab.take_arrived()[..] else {
            panic!("one answer")
        };
        let answer = frames::view(answer).arp().unwrap();
        assert_eq!((*to, answer.sha, answer.spa), (a, b.mac(), b.ip()));
    }
}

/// The controller must not defend an address for a host that may be gone.
#[test]
fn probes_and_announcements_are_flooded() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    let (a, b) = (TestHost(1), TestHost(4));
    lab.send(b, frames::arp_request(b, a.ip()));
    let probe = build::arp_request((a.mac(), [0, 0, 0, 0].into()), b.ip(), None);
    assert_eq!(lab.send(a, probe), lab.others(a));
    let announcement = build::arp_request((a.mac(), b.ip()), b.ip(), None);
    assert_eq!(lab.send(a, announcement), lab.others(a));
}

#[test]
fn a_question_in_one_vlan_is_not_answered_from_another() {
    let (mut lab, _) = single(3).running(Speaks::V13);
    let (a, b) = (TestHost(1), TestHost(2));
    lab.send(b, frames::arp_request(b, a.ip()));
    let question = frames::tagged(&frames::arp_request(a, b.ip()), 10);
    assert_eq!(lab.send(a, question), lab.others(a), "flooded in its VLAN");
}

#[test]
fn tagged_and_untagged_hosts_of_one_address_are_kept_apart() {
    for speaks in ALL_VERSIONS {
        let (mut lab, _) = ring(6).running(speaks);
        let (a, b) = (TestHost(1), TestHost(4));
        ping(&mut lab, a, b);
        let to = |a, b| frames::tagged(&frames::unicast(a, b), 10);
        lab.send(a, to(a, b));
        lab.send(b, to(b, a));
        lab.send(a, to(a, b));
        let before = lab.packet_ins();
        assert_eq!(lab.send(a, to(a, b)), [b]);
        assert_eq!(lab.send(b, to(b, a)), [a]);
        assert_eq!(lab.packet_ins(), before);
    }
}

#[test]
fn pairs_that_say_nothing_lose_their_rules_and_get_them_again() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    let (a, b) = (TestHost(1), TestHost(4));
    let entries =
        |lab: &Lab| -> usize { (1..=6).map(|s| lab.table(openflow::Dpid(s)).len()).sum() };
    let idle = entries(&lab);
    ping(&mut lab, a, b);
    assert_eq!(entries(&lab), idle + 8, "four switches, both directions");
    for _ in 0..10 {
        lab.run_for(Duration::from_secs(60));
        lab.send(a, frames::unicast(a, b));
    }
    assert_eq!(entries(&lab), idle + 4, "b has not answered for long");
    lab.run_for(Duration::from_secs(301));
    assert_eq!(entries(&lab), idle);
    assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
    assert_eq!(lab.send(b, frames::unicast(b, a)), [a]);
    assert_eq!(entries(&lab), idle + 8);
}

#[test]
fn the_idle_timeout_can_be_changed_while_running() {
    let (mut lab, _) = ring(6).running(Speaks::V13);
    let (a, b) = (TestHost(1), TestHost(4));
    ping(&mut lab, a, b);
    let settings = serde_json::json!({"idle_timeout_s": 5});
    lab.configure::<Routing>(&settings).unwrap();
    lab.run_for(Duration::from_secs(6));
    assert_eq!(app_api::App::status(lab.app::<Routing>())["pairs"], 0);
    assert_eq!(app_api::App::settings(lab.app::<Routing>()), settings);
    for (wrong, field) in [
        ("{\"idle_timeout\": 5}", "idle_timeout"),
        ("{\"idle_timeout_s\": -1}", "idle_timeout_s"),
    ] {
        let error = lab.configure::<Routing>(&serde_json::from_str(wrong).unwrap());
        assert_eq!(error.unwrap_err().field, field);
    }
}
