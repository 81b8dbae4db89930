//! Generators and the check of a description.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::{BTreeMap, BTreeSet};

use openflow::{Dpid, MacAddr, PortNo};
use serde_json::{Value, json};
use topologies::topology::Description;
use topologies::{SpanningForest, Topology, paths};

fn parse(spec: &str) -> Topology {
    Topology::parse(spec).unwrap_or_else(|error| panic!("{error}"))
}

fn sizes(spec: &str) -> (usize, usize, usize) {
    let topology = parse(spec);
    (
        topology.switches().len(),
        topology.hosts().len(),
        topology.links().len(),
    )
}

/// The switches each switch has a cable to, with repetition.
fn neighbours(topology: &Topology) -> BTreeMap<u64, Vec<u64>> {
    let graph = topology.graph();
    let of = |dpid: Dpid| {
        let mut ends: Vec<u64> = graph
            .links_from(dpid)
            .map(|link| link.id.dst.dpid.0)
            .collect();
        ends.sort_unstable();
        (dpid.0, ends)
    };
    topology
        .switches()
        .iter()
        .map(|switch| of(switch.dpid))
        .collect()
}

#[test]
fn each_kind_has_the_right_size_and_is_connected() {
    let expected = [
        ("single,4", (1, 4, 0)),
        ("linear,4", (4, 4, 3)),
        ("linear,3,2", (3, 6, 2)),
        ("ring,6", (6, 6, 6)),
        ("tree,1,4", (1, 4, 0)),
        ("tree,2,3", (4, 9, 3)),
        ("tree,3,2", (7, 8, 6)),
        ("tree,5,1", (5, 1, 4)),
        ("torus,3,3", (9, 9, 18)),
        ("torus,3,5", (15, 15, 30)),
        ("mesh,5", (5, 5, 10)),
        ("leaf-spine,2,4", (6, 8, 8)),
        ("leaf-spine,2,4,3", (6, 12, 8)),
        ("fat-tree,2", (5, 2, 4)),
        ("fat-tree,4", (20, 16, 32)),
        ("fat-tree,6", (45, 54, 108)),
        ("parallel,3", (2, 2, 3)),
        ("parallel,4,2", (4, 4, 6)),
        ("random,10,15", (10, 10, 15)),
        ("random,10,45,7", (10, 10, 45)),
        ("random,1,0", (1, 1, 0)),
    ];
    for (spec, size) in expected {
        assert_eq!(sizes(spec), size, "{spec}");
        let forest = SpanningForest::update(&parse(spec).graph(), &SpanningForest::default());
        assert_eq!(forest.cables().count(), size.0 - 1, "{spec} is connected");
    }
}

#[test]
fn names_numbers_and_addresses_are_those_mininet_users_expect() {
    let topology = parse("single,300");
    assert_eq!(
        (
            topology.switches()[0].name.as_str(),
            topology.switches()[0].dpid
        ),
        ("s1", Dpid(1))
    );
    let host = &topology.hosts()[15];
    assert_eq!((host.name.as_str(), host.port), ("h16", PortNo(16)));
    assert_eq!(
        (host.ip.to_string().as_str(), host.mac),
        ("10.0.0.16", MacAddr([0, 0, 0, 0, 0, 16]))
    );
    let last = &topology.hosts()[299];
    assert_eq!(last.ip.to_string(), "10.0.1.44");
    assert_eq!(last.mac.to_string(), "00:00:00:00:01:2c");
}

#[test]
fn ports_are_hosts_first_then_links_in_order() {
    let ring = parse("ring,3");
    let ports: Vec<_> = ring
        .links()
        .iter()
        .map(|l| {
            (
                l.a.switch.as_str(),
                l.a.port.0,
                l.b.switch.as_str(),
                l.b.port.0,
            )
        })
        .collect();
    assert_eq!(
        ports,
        [("s1", 2, "s2", 2), ("s2", 3, "s3", 2), ("s3", 3, "s1", 3)]
    );
    assert!(ring.hosts().iter().all(|host| host.port == PortNo(1)));
}

#[test]
fn a_tree_is_numbered_branch_by_branch() {
    let neighbours = neighbours(&parse("tree,3,2"));
    assert_eq!(neighbours[&1], [2, 5]);
    assert_eq!(neighbours[&2], [1, 3, 4]);
    assert_eq!(neighbours[&5], [1, 6, 7]);
    assert_eq!(parse("tree,3,2").hosts()[2].switch, "s4");
}

#[test]
fn a_torus_wraps_around_both_ways() {
    for (_, neighbours) in neighbours(&parse("torus,3,4")) {
        assert_eq!(neighbours.len(), 4);
        assert_eq!(
            neighbours.iter().collect::<BTreeSet<_>>().len(),
            4,
            "no two are parallel"
        );
    }
}

#[test]
fn a_fat_tree_has_every_port_in_use_and_four_ways_between_pods() {
    let topology = parse("fat-tree,4");
    let mut ports: BTreeMap<&str, usize> = BTreeMap::new();
    for cable in topology.links() {
        *ports.entry(&cable.a.switch).or_default() += 1;
        *ports.entry(&cable.b.switch).or_default() += 1;
    }
    for host in topology.hosts() {
        *ports.entry(&host.switch).or_default() += 1;
    }
    assert!(ports.values().all(|&count| count == 4), "{ports:?}");
    let all = paths::k_shortest(&topology.graph(), Dpid(13), Dpid(20), 9);
    assert_eq!(all.iter().filter(|path| path.links.len() == 4).count(), 4);
}

#[test]
fn parallel_links_are_between_neighbours_only() {
    let neighbours = neighbours(&parse("parallel,3,2"));
    assert_eq!(
        neighbours,
        BTreeMap::from([(1, vec![2, 2]), (2, vec![1, 1, 3, 3]), (3, vec![2, 2])])
    );
}

#[test]
fn a_seed_gives_the_same_network_for_ever() {
    let links = |spec: &str| neighbours(&parse(spec));
    assert_eq!(links("random,20,30,5"), links("random,20,30,seed=5"));
    assert_ne!(links("random,20,30,5"), links("random,20,30,6"));
    let seed_1 = [
        (1, vec![2, 3, 4]),
        (2, vec![1]),
        (3, vec![1, 5]),
        (4, vec![1, 5]),
        (5, vec![3, 4]),
    ];
    assert_eq!(links("random,5,5,1"), seed_1.into());
}

#[test]
fn arguments_can_be_named() {
    assert_eq!(
        parse("tree,depth=2,fanout=3").links(),
        parse("tree,2,3").links()
    );
    assert_eq!(sizes("leaf-spine,2,4,hosts=1"), (6, 4, 8));
    assert_eq!(sizes("parallel,links=2,switches=4"), (4, 4, 6));
}

#[test]
fn wrong_arguments_are_answered_with_what_is_expected() {
    let cases = [
        (
            "tree,2",
            "`tree,2`: FANOUT is missing; expected tree,DEPTH,FANOUT",
        ),
        (
            "tree",
            "`tree`: DEPTH is missing; expected tree,DEPTH,FANOUT",
        ),
        (
            "ring,2",
            "`ring,2`: SWITCHES is at least 3, not 2; expected ring,SWITCHES",
        ),
        (
            "ring,six",
            "`ring,six`: SWITCHES is a number, not `six`; expected ring,SWITCHES",
        ),
        (
            "ring,3,4",
            "`ring,3,4`: `4` is one argument too many; expected ring,SWITCHES",
        ),
        (
            "ring,n=3",
            "`ring,n=3`: there is no argument `n`; expected ring,SWITCHES",
        ),
        (
            "ring,3,switches=3",
            "`ring,3,switches=3`: `switches` is given twice; expected ring,SWITCHES",
        ),
        (
            "single,-1",
            "`single,-1`: HOSTS is a number, not `-1`; expected single,HOSTS",
        ),
        (
            "fat-tree,5",
            "`fat-tree,5`: K is even: half of the ports lead up, half down; expected fat-tree,K",
        ),
        (
            "parallel,1,3",
            "`parallel,1,3`: SWITCHES is at least 2; expected parallel,[SWITCHES,]LINKS",
        ),
        (
            "random,5,3",
            "`random,5,3`: LINKS is from SWITCHES - 1, which connects all, to one for each pair; \
             expected random,SWITCHES,LINKS[,SEED]",
        ),
    ];
    for (spec, expected) in cases {
        assert_eq!(Topology::parse(spec).unwrap_err().to_string(), expected);
    }
    let error = Topology::parse("star,3").unwrap_err().to_string();
    assert!(
        error.starts_with("there is no topology `star,3`; there are single,HOSTS; "),
        "{error}"
    );
}

#[test]
fn what_would_be_too_large_is_refused_at_once() {
    let huge = u64::MAX;
    let specs = [
        format!("single,{huge}"),
        format!("linear,{huge},{huge}"),
        format!("ring,{huge}"),
        format!("tree,{huge},{huge}"),
        format!("tree,{huge},1"),
        format!("tree,3,{huge}"),
        format!("torus,{huge},{huge}"),
        format!("mesh,{huge}"),
        "mesh,2000".to_owned(),
        format!("leaf-spine,{huge},{huge},{huge}"),
        format!("fat-tree,{}", huge - 1),
        format!("parallel,{huge},{huge}"),
        format!("parallel,{huge}"),
        format!("random,{huge},{huge}"),
        "random,4000,60000".to_owned(),
    ];
    for spec in specs {
        let error = Topology::parse(&spec).unwrap_err().to_string();
        assert!(
            error.contains("it would have more than") || error.contains("LINKS is"),
            "{error}"
        );
    }
}

fn pair() -> Value {
    json!({
        "name": "pair",
        "switches": [
            {"dpid": "0000000000000001", "name": "s1", "coordinates": {"lat": 1.5, "lon": -7.0}},
            {"dpid": "00000000000000ff", "name": "s2", "label": "Tōkyō"}
        ],
        "hosts": [
            {"name": "h1", "switch": "s1", "port": 1, "mac": "00:00:00:00:00:01", "ip": "10.0.0.1"},
            {"name": "h2", "switch": "s2", "port": 1, "mac": "00:00:00:00:00:02", "ip": "10.0.0.2"}
        ],
        "links": [{
            "a": {"switch": "s1", "port": 2},
            "b": {"switch": "s2", "port": 2},
            "bandwidth_mbps": 10.0,
            "delay_ms": 2.5
        }]
    })
}

#[test]
fn a_description_reads_what_it_writes() {
    let topology: Topology = serde_json::from_value(pair()).unwrap();
    assert_eq!(serde_json::to_value(&topology).unwrap(), pair());
    assert_eq!(
        Topology::try_from(Description::from(topology.clone())),
        Ok(topology)
    );
}

#[test]
fn errors_in_a_description_say_what_and_where() {
    let cases = [
        (
            "/switches",
            json!([]),
            "switches: there must be at least one switch",
        ),
        (
            "/switches/1/name",
            json!("s1"),
            "switches[1] (s1): name s1 is already that of switches[0] (s1)",
        ),
        (
            "/switches/1/dpid",
            json!("0000000000000001"),
            "switches[1] (s2): datapath id 0000000000000001 is already that of switches[0] (s1)",
        ),
        (
            "/switches/1/dpid",
            json!("0000000000000000"),
            "switches[1] (s2): datapath id 0000000000000000 is not usable: 0 is what switches \
             without one have",
        ),
        (
            "/switches/1/name",
            json!("s 2"),
            "switches[1] (s 2): the name `s 2` is not plain: letters, digits, `-`, `_`, `.`, \
             beginning with a letter",
        ),
        (
            "/switches/1/name",
            json!("washington"),
            "hosts[1] (h2): no switch is named `s2`",
        ),
        (
            "/switches/1/name",
            json!("washington-dc"),
            "switches[1] (washington-dc): the interface name `washington-dc-eth0` would be longer \
             than 15 characters",
        ),
        (
            "/switches/0/coordinates/lat",
            json!(91.0),
            "switches[0] (s1): position 91 is not usable: latitude is within 90, longitude within \
             180",
        ),
        (
            "/hosts/1/name",
            json!("s2"),
            "hosts[1] (s2): name s2 is already that of switches[1] (s2)",
        ),
        (
            "/hosts/1/mac",
            json!("00:00:00:00:00:01"),
            "hosts[1] (h2): address 00:00:00:00:00:01 is already that of hosts[0] (h1)",
        ),
        (
            "/hosts/1/mac",
            json!("ff:ff:ff:ff:ff:ff"),
            "hosts[1] (h2): address ff:ff:ff:ff:ff:ff is not usable: a host has a unicast one",
        ),
        (
            "/hosts/1/ip",
            json!("10.0.0.1"),
            "hosts[1] (h2): address 10.0.0.1 is already that of hosts[0] (h1)",
        ),
        (
            "/hosts/1/switch",
            json!("s9"),
            "hosts[1] (h2): no switch is named `s9`",
        ),
        (
            "/links/0/b/switch",
            json!("s9"),
            "links[0].b: no switch is named `s9`",
        ),
        (
            "/links/0/b/port",
            json!(1),
            "links[0].b: port 1 of s2 is already that of hosts[1] (h2)",
        ),
        (
            "/links/0/b/port",
            json!(0),
            "links[0].b: port 0 is not usable: from 1 to 65279, which OpenFlow 1.0 can name too",
        ),
        (
            "/links/0/b/port",
            json!("LOCAL"),
            "links[0].b: port LOCAL is not usable: from 1 to 65279, which OpenFlow 1.0 can name too",
        ),
        (
            "/links/0/b",
            json!({"switch": "s1", "port": 9}),
            "links[0]: both ends are at s1",
        ),
        (
            "/links/0/bandwidth_mbps",
            json!(0),
            "links[0]: bandwidth_mbps 0 is not usable: it is more than 0",
        ),
        (
            "/links/0/delay_ms",
            json!(-1),
            "links[0]: delay_ms -1 is not usable: it is not negative",
        ),
    ];
    for (place, value, expected) in cases {
        let mut description = pair();
        *description.pointer_mut(place).unwrap() = value;
        let error = serde_json::from_value::<Topology>(description)
            .unwrap_err()
            .to_string();
        assert_eq!(error, expected, "{place}");
    }
}

#[test]
fn unknown_fields_are_refused() {
    for place in ["", "/switches/0", "/hosts/0", "/links/0", "/links/0/a"] {
        let mut description = pair();
        let object = description
            .pointer_mut(place)
            .unwrap()
            .as_object_mut()
            .unwrap();
        object.insert("colour".to_owned(), json!("red"));
        let error = serde_json::from_value::<Topology>(description)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("unknown field `colour`"),
            "{place}: {error}"
        );
    }
}
