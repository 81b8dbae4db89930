//! Networks to try routing on.
#![allow(dead_code, reason = "each test binary uses some of it")]

use std::collections::BTreeMap;
use std::time::Duration;

use app_api::Location;
use app_api::testing::{Lab, TestHost, frames};
use app_routing::Routing;
use openflow::{Dpid, PortNo, Version};

/// Cables between switches, and which switches have hosts (once for each).
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) switches: u64,
    pub(crate) cables: Vec<(u64, u64)>,
    pub(crate) hosts: Vec<u64>,
}

/// Which version each switch speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Speaks {
    V10,
    V13,
    Mixed,
}

pub(crate) const ALL_VERSIONS: [Speaks; 3] = [Speaks::V10, Speaks::V13, Speaks::Mixed];

impl Shape {
    /// The network with every switch and host, nothing connected to the controller; and its
    /// cables, named by one end.
    pub(crate) fn lab(&self, speaks: Speaks) -> (Lab, Vec<Location>) {
        let mut lab = Lab::new();
        for dpid in 1..=self.switches {
            let version = match speaks {
                Speaks::V10 => Version::V1_0,
                Speaks::V13 => Version::V1_3,
                Speaks::Mixed if dpid % 2 == 0 => Version::V1_0,
                Speaks::Mixed if dpid % 3 == 0 => Version::V1_4,
                Speaks::Mixed if dpid % 5 == 0 => Version::V1_5,
                Speaks::Mixed => Version::V1_3,
            };
            lab.switch_of(dpid, version);
        }
        let mut next_port = BTreeMap::new();
        let mut port = |dpid: u64| {
            let next = next_port.entry(dpid).or_insert(0);
            *next += 1;
            (dpid, *next)
        };
        for dpid in &self.hosts {
            let (dpid, port) = port(*dpid);
            lab.host(dpid, port);
        }
        let cables: Vec<Location> = self
            .cables
            .iter()
            .map(|(a, b)| lab.cable(port(*a), port(*b)).src)
            .collect();
        (lab, cables)
    }

    /// The same with routing, everything known, and the tree in place.
    pub(crate) fn running(&self, speaks: Speaks) -> (Lab, Vec<Location>) {
        let (mut lab, cables) = self.lab(speaks);
        lab.start(Routing::new());
        lab.connect_all();
        lab.run_for(Duration::from_secs(2));
        (lab, cables)
    }
}

/// Every pair of hosts in both directions: by address question, then a packet.
pub(crate) fn ping_all(lab: &mut Lab) {
    for a in lab.hosts() {
        for b in lab.others(a) {
            ping(lab, a, b);
        }
    }
}

/// What a ping does on a host that knows nothing: asks, is answered, sends.
pub(crate) fn ping(lab: &mut Lab, a: TestHost, b: TestHost) {
    let asked = lab.send(a, frames::arp_request(a, b.ip()));
    if asked.contains(&b) && !asked.contains(&a) {
        // Flooded: the one who is asked answers.
        let answer = openflow::packet::build::arp_reply((b.mac(), b.ip()), (a.mac(), a.ip()), None);
        assert_eq!(lab.send(b, answer), [a], "{b:?} answers {a:?}");
    } else {
        assert_eq!(
            asked,
            [a],
            "the controller answers {a:?} who asks for {b:?}"
        );
    }
    assert_eq!(lab.send(a, frames::unicast(a, b)), [b], "{a:?} to {b:?}");
    assert_eq!(lab.send(b, frames::unicast(b, a)), [a], "{b:?} to {a:?}");
}

/// Every host's broadcast reaches every other host once.
pub(crate) fn broadcast_all(lab: &mut Lab) {
    for host in lab.hosts() {
        let others = lab.others(host);
        assert_eq!(
            lab.send(host, frames::broadcast(host)),
            others,
            "from {host:?}"
        );
    }
}

pub(crate) fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

pub(crate) fn single(hosts: usize) -> Shape {
    shape("single", 1, vec![], vec![1; hosts])
}

pub(crate) fn linear(n: u64) -> Shape {
    let cables = (1..n).map(|i| (i, i + 1)).collect();
    shape("linear", n, cables, (1..=n).collect())
}

pub(crate) fn ring(n: u64) -> Shape {
    let cables = (1..=n).map(|i| (i, i % n + 1)).collect();
    shape("ring", n, cables, (1..=n).collect())
}

/// Depth 2, fanout 3.
pub(crate) fn tree() -> Shape {
    let hosts = (2..=4).flat_map(|dpid| [dpid; 3]).collect();
    shape("tree", 4, vec![(1, 2), (1, 3), (1, 4)], hosts)
}

pub(crate) fn torus() -> Shape {
    let id = |x: u64, y: u64| 1 + x % 3 + 3 * (y % 3);
    let cells = (0..3).flat_map(|x| (0..3).map(move |y| (x, y)));
    let cables = cells
        .flat_map(|(x, y)| [(id(x, y), id(x + 1, y)), (id(x, y), id(x, y + 1))])
        .collect();
    shape("torus", 9, cables, (1..=9).collect())
}

pub(crate) fn mesh(n: u64) -> Shape {
    let cables = (1..=n)
        .flat_map(|a| (a + 1..=n).map(move |b| (a, b)))
        .collect();
    shape("mesh", n, cables, (1..=n).collect())
}

pub(crate) fn parallel() -> Shape {
    shape("parallel", 2, vec![(1, 2); 3], vec![1, 1, 2, 2])
}

/// Four pods: switches 1 to 4 core, 5 to 12 aggregation, 13 to 20 edge.
pub(crate) fn fat_tree() -> Shape {
    let mut cables = Vec::new();
    for pod in 0..4 {
        for aggregation in 0..2 {
            let above = 5 + 2 * pod + aggregation;
            cables.extend((0..2).map(|core| (1 + 2 * aggregation + core, above)));
            cables.extend((0..2).map(|edge| (above, 13 + 2 * pod + edge)));
        }
    }
    let hosts = (13..=20).flat_map(|dpid| [dpid; 2]).collect();
    shape("fat-tree", 20, cables, hosts)
}

pub(crate) fn abilene() -> Shape {
    let cables = vec![
        (1, 2),
        (1, 11),
        (2, 3),
        (3, 4),
        (3, 8),
        (4, 5),
        (5, 6),
        (5, 9),
        (6, 7),
        (7, 8),
        (8, 9),
        (9, 10),
        (10, 11),
        (2, 7),
    ];
    shape("abilene", 11, cables, (1..=11).collect())
}

pub(crate) fn every_shape() -> Vec<Shape> {
    vec![
        single(4),
        linear(4),
        tree(),
        ring(6),
        torus(),
        mesh(5),
        parallel(),
        fat_tree(),
        abilene(),
    ]
}

fn shape(name: &'static str, switches: u64, cables: Vec<(u64, u64)>, hosts: Vec<u64>) -> Shape {
    Shape {
        name,
        switches,
        cables,
        hosts,
    }
}
