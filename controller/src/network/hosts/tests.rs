//! Switches 1 and 2, ports 1 to 3, all edges. Time is a number of milliseconds.

use std::time::SystemTime;

use app_api::snapshot::{Snapshot, SwitchState};
use openflow::{MacAddr, PortNo};

use super::*;
use crate::network::discovery::tests::switch;
use crate::network::sighting;

struct Net {
    now: Now,
    hosts: Hosts,
    draft: Draft,
}

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

fn id(n: u32) -> HostId {
    let [a, b, c, d] = n.to_be_bytes();
    HostId {
        mac: MacAddr([2, 0, a, b, c, d]),
        vlan: None,
    }
}

fn own(address: &str) -> Option<Claimed> {
    Some(Claimed {
        address: address.parse().unwrap(),
        own: true,
    })
}

fn with(address: &str) -> Option<Claimed> {
    own(address).map(|claimed| Claimed {
        own: false,
        ..claimed
    })
}

impl Net {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        let mut draft = Draft::default();
        for dpid in [1, 2] {
            draft.put_switch(switch(dpid, 1..=3));
            for port in 1..=3 {
                draft.set_role(at(dpid, port), PortRole::Edge);
            }
        }
        draft.finish();
        Self {
            now: Now {
                at: Instant::now(),
                wall: SystemTime::UNIX_EPOCH,
            },
            hosts: Hosts::new(Duration::from_secs(60), limits),
            draft,
        }
    }

    fn seen(
        &mut self,
        host: u32,
        at: Location,
        address: Option<Claimed>,
    ) -> Result<(), NotBelieved> {
        let sighting = Sighting::Host {
            id: id(host),
            at,
            address,
        };
        self.hosts.seen(sighting, self.now, &mut self.draft)
    }

    /// Lets time pass in steps of a tenth of a second; the probes sent meanwhile.
    fn pass(&mut self, ms: u64) -> Vec<HostProbe> {
        let mut probes = Vec::new();
        for _ in 0..ms / 100 {
            self.now = self.now.after(Duration::from_millis(100));
            probes.extend(self.hosts.tick(self.now.at, &mut self.draft));
        }
        probes
    }

    fn events(&mut self) -> Vec<Event> {
        let finished = self.draft.finish();
        finished.map_or_else(Vec::new, |f| f.update.events.clone())
    }

    fn snapshot(&self) -> &Snapshot {
        &self.draft.snapshot
    }

    fn addresses(&self, host: u32) -> Vec<String> {
        let host = &self.snapshot().hosts[&id(host)];
        host.addresses.iter().map(ToString::to_string).collect()
    }

    fn location(&self, host: u32) -> Option<Location> {
        self.snapshot().hosts.get(&id(host)).map(|host| host.at)
    }
}

#[test]
fn a_host_is_added_once_with_its_addresses() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), None).unwrap();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.seen(1, at(1, 1), own("fe80::1")).unwrap();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    let changed = Event::HostChanged(id(1));
    assert_eq!(
        net.events(),
        [Event::HostAdded(id(1)), changed.clone(), changed]
    );
    assert_eq!(net.addresses(1), ["10.0.0.1", "fe80::1"]);
    let address = "10.0.0.1".parse().unwrap();
    let found = net.snapshot().host_by_address(None, address);
    assert_eq!(found.unwrap().id, id(1));
    assert_eq!(net.snapshot().hosts_at[&at(1, 1)], [id(1)]);
}

#[test]
fn nothing_is_learned_where_a_switch_is_or_may_be() {
    let mut net = Net::new();
    for role in [PortRole::Link, PortRole::Unknown] {
        net.draft.set_role(at(1, 1), role);
        assert_eq!(net.seen(1, at(1, 1), None), Err(NotBelieved("not_an_edge")));
    }
    assert!(net.snapshot().hosts.is_empty());
}

#[test]
fn a_host_that_moves_is_found_at_its_first_packet() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.events();
    net.seen(1, at(2, 3), None).unwrap();
    let moved = Event::HostMoved {
        host: id(1),
        from: at(1, 1),
    };
    assert_eq!(net.events(), [moved]);
    assert_eq!(net.location(1), Some(at(2, 3)));
    assert_eq!(net.addresses(1), ["10.0.0.1"]);
    assert!(net.snapshot().hosts_at.get(&at(1, 1)).is_none());
}

#[test]
fn a_host_seen_in_two_places_moves_once_a_second_and_is_asked_where_it_is() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.seen(1, at(1, 2), None).unwrap();
    assert_eq!(net.seen(1, at(1, 1), None), Err(NotBelieved("flapping")));
    assert_eq!(net.location(1), Some(at(1, 2)));
    let probes = net.pass(1_000);
    assert_eq!(probes.len(), 1, "{probes:?}");
    assert_eq!(probes[0].at, at(1, 1));
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    assert_eq!(net.location(1), Some(at(1, 1)));
}

#[test]
fn a_host_whose_port_is_down_moves_however_often() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), None).unwrap();
    net.seen(1, at(1, 2), None).unwrap();
    net.draft.edit_switch(Dpid(1), |switch| {
        switch.ports.remove(&PortNo(2));
    });
    net.seen(1, at(1, 3), None).unwrap();
    assert_eq!(net.location(1), Some(at(1, 3)));
}

#[test]
fn an_address_a_host_says_is_its_own_goes_to_it() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.seen(2, at(1, 2), own("10.0.0.1")).unwrap();
    assert!(net.addresses(1).is_empty());
    assert_eq!(net.addresses(2), ["10.0.0.1"]);
    assert_eq!(net.events().len(), 5, "two added, three changed");
}

#[test]
fn an_address_a_host_only_passes_on_is_not_its_own() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.seen(2, at(1, 2), with("10.0.0.1")).unwrap();
    assert!(net.addresses(2).is_empty(), "somebody else's");
    net.seen(2, at(1, 2), with("192.0.2.7")).unwrap();
    net.seen(2, at(1, 2), with("192.0.2.8")).unwrap();
    assert_eq!(net.addresses(2), ["192.0.2.7"], "the best there is");
    net.seen(2, at(1, 2), own("10.0.0.2")).unwrap();
    assert_eq!(net.addresses(2), ["10.0.0.2"]);
    let given_up = "192.0.2.7".parse().unwrap();
    assert!(net.snapshot().host_by_address(None, given_up).is_none());
}

#[test]
fn a_leased_address_goes_to_the_client_where_it_is_known() {
    let mut net = Net::new();
    let lease = |host| Sighting::Lease {
        id: id(host),
        address: "10.0.0.9".parse().unwrap(),
    };
    net.seen(1, at(1, 1), None).unwrap();
    for host in [1, 2] {
        net.hosts
            .seen(lease(host), net.now, &mut net.draft)
            .unwrap();
    }
    assert_eq!(net.addresses(1), ["10.0.0.9"]);
    assert_eq!(net.location(2), None);
}

#[test]
fn a_host_has_no_more_addresses_than_is_plausible() {
    let mut net = Net::new();
    for n in 0..50 {
        net.seen(1, at(1, 1), own(&format!("10.0.0.{n}"))).unwrap();
    }
    assert_eq!(net.addresses(1).len(), MAX_ADDRESSES);
    assert_eq!(net.snapshot().addresses.len(), MAX_ADDRESSES);
}

#[test]
fn a_silent_host_is_asked_three_times_and_then_gone() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.seen(1, at(1, 1), own("fe80::1")).unwrap();
    net.events();
    assert_eq!(net.pass(59_900), []);
    let probes = net.pass(2_900);
    assert_eq!(probes.len(), 6, "three times both addresses");
    assert!(probes.iter().all(|probe| probe.at == at(1, 1)));
    assert!(net.location(1).is_some());
    net.pass(300);
    let gone = Event::HostRemoved {
        host: id(1),
        from: at(1, 1),
    };
    assert_eq!(net.events(), [gone]);
    assert!(net.snapshot().addresses.is_empty());
    assert!(net.snapshot().hosts_at.is_empty());
    assert!(net.hosts.states.is_empty() && net.hosts.per_switch.is_empty());
}

#[test]
fn a_host_that_answers_stays() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    for _ in 0..10 {
        assert_eq!(net.pass(60_000).len(), 1);
        net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    }
    let age = net
        .now
        .wall
        .duration_since(net.snapshot().hosts[&id(1)].last_seen);
    assert_eq!(age.unwrap(), Duration::ZERO);
}

#[test]
fn a_host_that_cannot_be_asked_is_given_longer() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), None).unwrap();
    assert_eq!(net.pass(290_000), []);
    assert!(net.location(1).is_some());
    net.pass(20_000);
    assert!(net.location(1).is_none());
}

#[test]
fn hosts_of_a_switch_that_is_away_stay_and_are_asked_when_it_is_back() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    net.draft
        .edit_switch(Dpid(1), |switch| switch.state = SwitchState::Down);
    assert_eq!(net.pass(100_000), []);
    assert!(net.location(1).is_some());
    net.draft
        .edit_switch(Dpid(1), |switch| switch.state = SwitchState::Up);
    net.hosts.edge_ready(at(1, 1), net.now.at, &net.draft);
    assert_eq!(net.pass(100).len(), 1);
}

#[test]
fn hosts_of_a_port_that_is_down_are_gone_after_three_seconds_unless_it_is_back() {
    for back in [false, true] {
        let mut net = Net::new();
        net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
        net.draft.edit_switch(Dpid(1), |switch| {
            switch.ports.remove(&PortNo(1));
        });
        net.hosts.port_down(at(1, 1), net.now.at, &net.draft);
        net.pass(2_900);
        assert!(net.location(1).is_some());
        if back {
            net.draft.put_switch(switch(1, 1..=3));
            net.draft.set_role(at(1, 1), PortRole::Edge);
            net.hosts.edge_ready(at(1, 1), net.now.at, &net.draft);
        }
        net.pass(200);
        assert_eq!(net.location(1).is_some(), back);
    }
}

#[test]
fn hosts_learned_where_a_switch_turns_out_to_be_are_removed() {
    let mut net = Net::new();
    net.seen(1, at(1, 1), None).unwrap();
    net.seen(2, at(1, 1), None).unwrap();
    net.seen(3, at(1, 2), None).unwrap();
    net.hosts.remove_at(at(1, 1), &mut net.draft);
    assert_eq!(net.snapshot().hosts.len(), 1);
    assert!(net.location(3).is_some());
}

#[test]
fn a_restored_host_is_asked_when_its_port_is_ready_and_shown_when_it_answers() {
    let mut net = Net::new();
    net.draft.set_role(at(1, 1), PortRole::Unknown);
    let restored = |n: u32, at| RestoredHost {
        id: id(n),
        at,
        addresses: vec!["10.0.0.1".parse().unwrap()],
        first_seen: SystemTime::UNIX_EPOCH - Duration::from_secs(1_000),
    };
    let hosts = vec![restored(1, at(1, 1)), restored(2, at(1, 2))];
    net.hosts.restore(hosts, net.now.at, &net.draft);
    let probes = net.pass(100);
    assert_eq!(probes.len(), 1);
    assert_eq!(probes[0].host, id(2), "its port is ready");
    net.draft.set_role(at(1, 1), PortRole::Edge);
    net.hosts.edge_ready(at(1, 1), net.now.at, &net.draft);
    assert_eq!(net.pass(100)[0].host, id(1));
    assert!(net.snapshot().hosts.is_empty());
    net.seen(1, at(1, 1), own("10.0.0.1")).unwrap();
    let first_seen = net.snapshot().hosts[&id(1)].first_seen;
    assert!(first_seen < SystemTime::UNIX_EPOCH);
    let probes = net.pass(10_000);
    assert_eq!(
        probes.len(),
        2,
        "the other is asked twice more, then forgotten"
    );
    assert!(net.hosts.restored.is_empty() && net.hosts.restored_at.is_empty());
}

#[test]
fn made_up_hosts_fill_a_port_a_switch_and_the_network_and_no_more() {
    let limits = Limits {
        per_port: 10,
        per_switch: 15,
        total: 20,
    };
    let mut net = Net::with_limits(limits);
    let mut refused = |dpid, port, hosts: std::ops::Range<u32>| {
        let mut last = None;
        for host in hosts {
            if let Err(NotBelieved(why)) = net.seen(host, at(dpid, port), None) {
                last = Some(why);
            }
        }
        (last, net.snapshot().hosts.len())
    };
    assert_eq!(refused(1, 1, 0..50_000), (Some("port_full"), 10));
    assert_eq!(refused(1, 2, 100..200), (Some("switch_full"), 15));
    assert_eq!(refused(2, 1, 200..205), (None, 20));
    assert_eq!(refused(2, 2, 300..400), (Some("network_full"), 20));
    assert_eq!(net.hosts.states.len(), 20);
    assert_eq!(net.hosts.per_switch.values().sum::<usize>(), 20);
}

#[test]
fn what_the_writer_was_told_is_no_news_any_more() {
    let mut net = Net::new();
    let host = |host, address| Sighting::Host {
        id: id(host),
        at: at(1, 1),
        address,
    };
    let mut told = vec![
        host(1, own("10.0.0.1")),
        host(2, with("10.0.0.1")),
        host(2, with("192.0.2.1")),
        host(2, with("192.0.2.2")),
        host(3, None),
        Sighting::Lease {
            id: id(1),
            address: "10.0.0.7".parse().unwrap(),
        },
    ];
    told.extend((0..40).map(|n| host(4, own(&format!("10.0.1.{n}")))));
    for sighting in &told {
        let _ = net.hosts.seen(*sighting, net.now, &mut net.draft);
    }
    for sighting in told {
        let news = sighting::is_news(&sighting, net.snapshot(), net.now.wall);
        assert!(!news, "{sighting:?}");
    }
}
