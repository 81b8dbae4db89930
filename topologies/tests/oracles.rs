//! The algorithms against slow and obvious ones, on small random networks with parallel links,
//! one-way links and unequal costs.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openflow::{Dpid, PortNo};
use proptest::prelude::*;
use topologies::paths::{self, Avoid, Disjoint, Path, ShortestDag};
use topologies::{Graph, LinkEnd, LinkId, SpanningForest};

/// A cable to be: two switches by number, the cost each way, `None` for a way that is not known.
type Cable = (u64, u64, Option<u32>, Option<u32>);

fn cables(switches: u64, most: usize) -> impl Strategy<Value = Vec<Cable>> {
    let way = || prop_oneof![8 => (1u32..4).prop_map(Some), 1 => Just(None)];
    prop::collection::vec((1..=switches, 1..=switches, way(), way()), 0..most)
}

fn network() -> impl Strategy<Value = (u64, Vec<Cable>)> {
    (1u64..=6).prop_flat_map(|n| (Just(n), cables(n, 12)))
}

/// Ports are numbered in the order of the cables, so a cable keeps its ids when others are left out.
fn ids(cables: &[Cable]) -> Vec<LinkId> {
    let end = |number: u64, at: usize| LinkEnd::new(Dpid(number), PortNo(at as u32));
    let of = |(at, c): (usize, &Cable)| LinkId::new(end(c.0, 2 * at + 1), end(c.1, 2 * at + 2));
    cables.iter().enumerate().map(of).collect()
}

fn graph(switches: u64, cables: &[Cable]) -> Graph {
    build(switches, cables.iter().zip(ids(cables)))
}

fn build<'a>(switches: u64, cables: impl Iterator<Item = (&'a Cable, LinkId)>) -> Graph {
    let mut graph = Graph::new();
    for number in 1..=switches {
        graph.add_switch(Dpid(number));
    }
    for (&(a, b, there, back), id) in cables.filter(|(cable, _)| cable.0 != cable.1) {
        debug_assert_ne!(a, b);
        for (id, cost) in [(id, there), (id.reversed(), back)] {
            if let Some(cost) = cost {
                graph.add_link(id, cost).unwrap();
            }
        }
    }
    graph
}

/// The same network learned in another order, with something in between that came and went.
fn learned_backwards(switches: u64, cables: &[Cable]) -> Graph {
    let ids = ids(cables);
    let mut graph = Graph::new();
    graph.add_switch(Dpid(99));
    for number in (1..=switches).rev() {
        graph.add_switch(Dpid(number));
        let stray = LinkEnd::new(Dpid(number), PortNo(1000));
        graph
            .add_cable(
                LinkId::new(LinkEnd::new(Dpid(99), PortNo(number as u32)), stray),
                1,
            )
            .unwrap();
    }
    for (&(a, b, there, back), id) in cables.iter().zip(ids).rev() {
        for (id, cost) in [(id.reversed(), back), (id, there)] {
            if let Some(cost) = cost.filter(|_| a != b) {
                graph.add_link(id, cost).unwrap();
            }
        }
    }
    graph.remove_switch(Dpid(99));
    graph
}

/// Every simple path, by walking everywhere.
fn all_simple_paths(graph: &Graph, from: Dpid, to: Dpid) -> Vec<Path> {
    fn walk(graph: &Graph, path: &mut Path, to: Dpid, found: &mut Vec<Path>) {
        if path.to() == to {
            found.push(path.clone());
            return;
        }
        let passed: HashSet<Dpid> = path.switches().collect();
        let next: Vec<_> = graph
            .links_from(path.to())
            .filter(|l| !passed.contains(&l.id.dst.dpid))
            .collect();
        for link in next {
            path.links.push(link.id);
            path.cost += u64::from(link.cost);
            walk(graph, path, to, found);
            path.cost -= u64::from(link.cost);
            path.links.pop();
        }
    }
    let mut found = Vec::new();
    walk(
        graph,
        &mut Path {
            from,
            links: Vec::new(),
            cost: 0,
        },
        to,
        &mut found,
    );
    found.sort();
    found
}

fn floyd_warshall(graph: &Graph, switches: u64) -> BTreeMap<(u64, u64), u64> {
    let mut distance: BTreeMap<(u64, u64), u64> = (1..=switches).map(|n| ((n, n), 0)).collect();
    for link in graph.links() {
        let known = distance
            .entry((link.id.src.dpid.0, link.id.dst.dpid.0))
            .or_insert(u64::MAX);
        *known = (*known).min(u64::from(link.cost));
    }
    for via in 1..=switches {
        for a in 1..=switches {
            for b in 1..=switches {
                let through = distance
                    .get(&(a, via))
                    .zip(distance.get(&(via, b)))
                    .map(|(x, y)| x + y);
                if let Some(through) = through {
                    let known = distance.entry((a, b)).or_insert(u64::MAX);
                    *known = (*known).min(through);
                }
            }
        }
    }
    distance
}

fn undirected(path: &Path) -> HashSet<LinkId> {
    path.links.iter().map(|link| link.undirected()).collect()
}

fn inner_switches(path: &Path) -> HashSet<Dpid> {
    path.switches()
        .filter(|&dpid| dpid != path.from && dpid != path.to())
        .collect()
}

fn disjoint(a: &Path, b: &Path, kind: Disjoint) -> bool {
    undirected(a).is_disjoint(&undirected(b))
        && (kind == Disjoint::Links || inner_switches(a).is_disjoint(&inner_switches(b)))
}

/// Which switches are joined, with each other only: the parts of a network, by brute force.
fn parts(switches: u64, cables: impl Iterator<Item = LinkId>) -> BTreeMap<u64, u64> {
    let mut part: BTreeMap<u64, u64> = (1..=switches).map(|n| (n, n)).collect();
    for cable in cables {
        let (a, b) = (part[&cable.src.dpid.0], part[&cable.dst.dpid.0]);
        part.values_mut()
            .filter(|p| **p == a.max(b))
            .for_each(|p| *p = a.min(b));
    }
    part
}

fn two_way(graph: &Graph) -> BTreeSet<LinkId> {
    graph
        .links()
        .filter(|link| graph.contains_link(&link.id.reversed()))
        .map(|link| link.id.undirected())
        .collect()
}

fn is_acyclic(switches: u64, cables: &BTreeSet<LinkId>) -> bool {
    let parts = parts(switches, cables.iter().copied());
    let trees = parts.values().collect::<BTreeSet<_>>().len();
    cables.len() + trees == parts.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn distances_are_those_of_floyd_warshall((n, cables) in network()) {
        let graph = graph(n, &cables);
        let distances = floyd_warshall(&graph, n);
        for to in 1..=n {
            let dag = ShortestDag::toward(&graph, Dpid(to)).unwrap();
            for from in 1..=n {
                let expected = distances.get(&(from, to)).copied();
                prop_assert_eq!(dag.distance(Dpid(from)), expected);
                let path = paths::shortest(&graph, Dpid(from), Dpid(to));
                prop_assert_eq!(path.map(|path| path.cost), expected);
            }
        }
    }

    #[test]
    fn the_dag_holds_exactly_the_shortest_paths((n, cables) in network(), key: u64) {
        let graph = graph(n, &cables);
        for to in (1..=n).map(Dpid) {
            let dag = ShortestDag::toward(&graph, to).unwrap();
            for from in (1..=n).map(Dpid) {
                let all = all_simple_paths(&graph, from, to);
                let best: Vec<_> = all.iter().filter(|path| path.cost == all[0].cost).collect();
                let first: BTreeSet<LinkId> =
                    best.iter().filter_map(|path| path.links.first().copied()).collect();
                prop_assert_eq!(dag.next_hops(from), first.into_iter().collect::<Vec<_>>());
                match dag.path(from, key) {
                    Some(path) => prop_assert!(best.contains(&&path)),
                    None => prop_assert!(best.is_empty()),
                }
            }
        }
    }

    #[test]
    fn the_k_shortest_are_the_first_k_of_all_simple_paths((n, cables) in network(), k in 0usize..8) {
        let graph = graph(n, &cables);
        let mut all = all_simple_paths(&graph, Dpid(1), Dpid(n));
        all.truncate(k);
        prop_assert_eq!(paths::k_shortest(&graph, Dpid(1), Dpid(n), k), all);
    }

    #[test]
    fn a_disjoint_pair_is_the_cheapest_there_is((n, cables) in network()) {
        let graph = graph(n, &cables);
        let (from, to) = (Dpid(1), Dpid(n));
        let all = all_simple_paths(&graph, from, to);
        for kind in [Disjoint::Links, Disjoint::Switches] {
            let pairs = all.iter().flat_map(|a| all.iter().map(move |b| (a, b)));
            let cheapest = pairs
                .filter(|(a, b)| from != to && disjoint(a, b, kind))
                .map(|(a, b)| a.cost + b.cost)
                .min();
            let found = paths::disjoint_pair(&graph, from, to, kind);
            prop_assert_eq!(found.as_ref().map(|[a, b]| a.cost + b.cost), cheapest);
            if let Some([a, b]) = found {
                prop_assert!(disjoint(&a, &b, kind) && a <= b);
                prop_assert!(all.contains(&a) && all.contains(&b), "both are simple paths");
            }
        }
    }

    #[test]
    fn answers_do_not_depend_on_how_the_graph_came_about((n, cables) in network(), key: u64) {
        let (one, other) = (graph(n, &cables), learned_backwards(n, &cables));
        let (from, to) = (Dpid(1), Dpid(n));
        prop_assert_eq!(ShortestDag::toward(&one, to), ShortestDag::toward(&other, to));
        prop_assert_eq!(paths::shortest(&one, from, to), paths::shortest(&other, from, to));
        prop_assert_eq!(
            paths::k_shortest(&one, from, to, 4),
            paths::k_shortest(&other, from, to, 4)
        );
        for kind in [Disjoint::Links, Disjoint::Switches] {
            prop_assert_eq!(
                paths::disjoint_pair(&one, from, to, kind),
                paths::disjoint_pair(&other, from, to, kind)
            );
        }
        let none = SpanningForest::default();
        prop_assert_eq!(SpanningForest::update(&one, &none), SpanningForest::update(&other, &none));
        let dags = (ShortestDag::toward(&one, to).unwrap(), ShortestDag::toward(&other, to).unwrap());
        prop_assert_eq!(dags.0.choose(from, key), dags.1.choose(from, key));
    }

    #[test]
    fn what_is_avoided_is_not_used((n, cables) in network(), switch in 1u64..=6, cable in 0usize..12) {
        let graph = graph(n, &cables);
        let mut avoid = Avoid::default();
        avoid.switches.insert(Dpid(switch));
        avoid.links.extend(ids(&cables).get(cable));
        let permitted = graph.filtered(|link| avoid.permits(link));
        let all = all_simple_paths(&graph, Dpid(1), Dpid(n));
        let clear = all.into_iter().find(|path| {
            path.links.is_empty()
                || path.switches().all(|dpid| dpid != Dpid(switch))
                    && path.links.iter().all(|l| !avoid.links.contains(l) && !avoid.links.contains(&l.reversed()))
        });
        prop_assert_eq!(paths::shortest(&permitted, Dpid(1), Dpid(n)), clear);
    }

    #[test]
    fn a_forest_is_acyclic_and_spans((n, cables) in network()) {
        let graph = graph(n, &cables);
        let forest = SpanningForest::update(&graph, &SpanningForest::default());
        let chosen: BTreeSet<LinkId> = forest.cables().collect();
        let usable = two_way(&graph);
        prop_assert!(chosen.is_subset(&usable));
        prop_assert!(is_acyclic(n, &chosen));
        prop_assert_eq!(parts(n, chosen.iter().copied()), parts(n, usable.into_iter()));
        for cable in &chosen {
            prop_assert!(forest.contains(cable.src) && forest.contains(cable.dst));
        }
        let ports: usize = (1..=n).map(|number| forest.ports(Dpid(number)).count()).sum();
        prop_assert_eq!(ports, 2 * chosen.len());
    }

    #[test]
    fn a_fresh_tree_holds_shortest_ways_from_its_root((n, cables) in network()) {
        let symmetric: Vec<Cable> = cables.iter().map(|&(a, b, cost, _)| (a, b, cost, cost)).collect();
        let graph = graph(n, &symmetric);
        let forest = SpanningForest::update(&graph, &SpanningForest::default());
        let tree = graph.filtered(|link| forest.contains(link.id.src) && forest.contains(link.id.dst));
        for number in 1..=n {
            let root = parts(n, two_way(&graph).into_iter())[&number];
            let cost = |graph| paths::shortest(graph, Dpid(root), Dpid(number)).map(|path| path.cost);
            prop_assert_eq!(cost(&tree), cost(&graph));
        }
    }

    #[test]
    fn a_forest_keeps_what_it_can_and_passes_no_loop(
        (n, cables, kept) in network().prop_flat_map(|(n, cables)| {
            let count = cables.len();
            (Just(n), Just(cables), prop::collection::vec(any::<(bool, bool)>(), count))
        })
    ) {
        let ids = ids(&cables);
        let some = |pick: fn(&(bool, bool)) -> bool| {
            build(n, cables.iter().zip(ids.iter().copied()).zip(&kept).filter(|(_, k)| pick(k)).map(|(c, _)| c))
        };
        let (before, after) = (some(|k| k.0), some(|k| k.1));
        let old = SpanningForest::update(&before, &SpanningForest::default());
        let new = SpanningForest::update(&after, &old);
        let usable = two_way(&after);
        let must_stay: BTreeSet<LinkId> = old.cables().filter(|cable| usable.contains(cable)).collect();
        let chosen: BTreeSet<LinkId> = new.cables().collect();
        prop_assert!(must_stay.is_subset(&chosen));
        prop_assert!(is_acyclic(n, &chosen), "so any part of it is, such as what is kept and some of what is gained");
        prop_assert_eq!(parts(n, chosen.iter().copied()), parts(n, usable.into_iter()));
        prop_assert_eq!(new.lost(&old).count() + must_stay.len(), old.cables().count());
        prop_assert_eq!(new.gained(&old).count() + must_stay.len(), chosen.len());
        prop_assert_eq!(&SpanningForest::update(&after, &new), &new, "nothing changed, nothing moves");
    }
}

/// Two leaves, each with a cable to each of four spines: four equal ways.
fn four_ways() -> Graph {
    let mut graph = Graph::new();
    for number in 1..=6 {
        graph.add_switch(Dpid(number));
    }
    for spine in 3..=6u32 {
        for leaf in 1..=2u32 {
            let up = LinkEnd::new(Dpid(leaf.into()), PortNo(spine));
            let down = LinkEnd::new(Dpid(spine.into()), PortNo(leaf));
            graph.add_cable(LinkId::new(up, down), 1).unwrap();
        }
    }
    graph
}

#[test]
fn equal_ways_get_equal_shares() {
    let dag = ShortestDag::toward(&four_ways(), Dpid(2)).unwrap();
    let mut shares: BTreeMap<LinkId, u32> = BTreeMap::new();
    for flow in 0..4000 {
        let link = dag.choose(Dpid(1), paths::flow_key([flow, 7])).unwrap();
        *shares.entry(link).or_default() += 1;
    }
    assert_eq!(shares.len(), 4);
    assert!(
        shares.values().all(|share| (900..1100).contains(share)),
        "{shares:?}"
    );
}

#[test]
fn only_flows_of_a_lost_next_hop_choose_anew() {
    let (mut graph, to) = (four_ways(), Dpid(2));
    let before = ShortestDag::toward(&graph, to).unwrap();
    graph.remove_switch(Dpid(4));
    let after = ShortestDag::toward(&graph, to).unwrap();
    for key in (0..1000).map(|flow| paths::flow_key([flow])) {
        let chosen = before.choose(Dpid(1), key).unwrap();
        if chosen.dst.dpid != Dpid(4) {
            assert_eq!(after.choose(Dpid(1), key), Some(chosen));
        }
    }
}

#[test]
fn a_choice_is_the_same_for_ever() {
    let dag = ShortestDag::toward(&four_ways(), Dpid(2)).unwrap();
    let chosen: Vec<u64> = (0..8)
        .map(|k| dag.choose(Dpid(1), k).unwrap().dst.dpid.0)
        .collect();
    // A release that chooses otherwise would move every flow on upgrade.
    assert_eq!(chosen, [4, 6, 3, 3, 4, 3, 4, 5]);
}

#[test]
fn hops_say_what_each_switch_does() {
    let graph = four_ways();
    let path = paths::shortest(&graph, Dpid(1), Dpid(2)).unwrap();
    let hops: Vec<_> = path
        .hops(PortNo(10), PortNo(20))
        .iter()
        .map(|hop| (hop.dpid.0, hop.in_port.0, hop.out_port.0))
        .collect();
    assert_eq!(hops, [(1, 10, 3), (3, 1, 2), (2, 3, 20)]);
    let here = paths::shortest(&graph, Dpid(1), Dpid(1)).unwrap();
    assert_eq!(here.hops(PortNo(10), PortNo(20)).len(), 1);
}

#[test]
fn a_switch_that_is_not_there_has_no_paths() {
    let graph = four_ways();
    assert_eq!(paths::shortest(&graph, Dpid(1), Dpid(77)), None);
    assert_eq!(paths::shortest(&graph, Dpid(77), Dpid(1)), None);
    assert_eq!(ShortestDag::toward(&graph, Dpid(77)), None);
    assert!(paths::k_shortest(&graph, Dpid(1), Dpid(77), 3).is_empty());
    assert_eq!(
        paths::disjoint_pair(&graph, Dpid(77), Dpid(1), Disjoint::Links),
        None
    );
}
