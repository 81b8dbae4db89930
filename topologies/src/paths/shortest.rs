//! Shortest paths and the choice among equal ones.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use openflow::Dpid;
use petgraph::Direction;
use petgraph::stable_graph::NodeIndex;
use petgraph::visit::{EdgeRef, NodeIndexable};

use super::{Graph, Link, LinkId, Path};

/// The shortest path, the one with the smallest ids among equals; `None` when there is no way or
/// one of the switches is not in the graph.
#[must_use]
pub fn shortest(graph: &Graph, from: Dpid, to: Dpid) -> Option<Path> {
    shortest_where(graph, from, to, |_| true)
}

/// As [`shortest`], over the links `permit` lets through.
pub(super) fn shortest_where(
    graph: &Graph,
    from: Dpid,
    to: Dpid,
    permit: impl Fn(&Link) -> bool,
) -> Option<Path> {
    let distances = Distances::to(graph, to, &permit)?;
    let start = graph.index(from)?;
    let cost = distances.of(start)?;
    let (mut at, mut links) = (start, Vec::new());
    while distances.of(at) != Some(0) {
        let next = distances
            .tight(graph, at)
            .filter(&permit)
            .map(|link| link.id)
            .min()?;
        at = graph.index(next.dst.dpid)?;
        links.push(next);
    }
    Some(Path { from, links, cost })
}

/// How far every switch is from one destination. Indexed by petgraph's node index.
struct Distances(Vec<Option<u64>>);

impl Distances {
    /// Dijkstra from the destination against the direction of the links. `None` when the
    /// destination is not in the graph.
    fn to(graph: &Graph, destination: Dpid, permit: impl Fn(&Link) -> bool) -> Option<Self> {
        let root = graph.index(destination)?;
        let mut best: Vec<Option<u64>> = vec![None; graph.inner.node_bound()];
        let mut queue = BinaryHeap::from([(Reverse(0), root)]);
        best[root.index()] = Some(0);
        while let Some((Reverse(distance), node)) = queue.pop() {
            if best[node.index()] != Some(distance) {
                continue; // a shorter way was found after this one was queued
            }
            for edge in graph.inner.edges_directed(node, Direction::Incoming) {
                if !permit(edge.weight()) {
                    continue;
                }
                let candidate = distance + u64::from(edge.weight().cost);
                let known = &mut best[edge.source().index()];
                if known.is_none_or(|distance| candidate < distance) {
                    *known = Some(candidate);
                    queue.push((Reverse(candidate), edge.source()));
                }
            }
        }
        Some(Self(best))
    }

    fn of(&self, node: NodeIndex) -> Option<u64> {
        self.0[node.index()]
    }

    /// The links out of a switch that lie on some shortest path, in no particular order.
    fn tight<'a>(&'a self, graph: &'a Graph, node: NodeIndex) -> impl Iterator<Item = Link> + 'a {
        let here = self.of(node);
        graph.inner.edges(node).filter_map(move |edge| {
            let link = *edge.weight();
            let through = self.of(edge.target())? + u64::from(link.cost);
            (Some(through) == here).then_some(link)
        })
    }
}

/// All shortest paths to one switch at once: at every switch the set of next hops that lie on one.
///
/// It is a DAG because links cost at least 1: each next hop is strictly nearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortestDag {
    destination: Dpid,
    /// Switches that reach the destination, sorted; each with its distance and where its next hops
    /// begin in `next_hops` (they end where the following switch's begin).
    switches: Vec<(Dpid, u64, usize)>,
    next_hops: Vec<LinkId>,
}

impl ShortestDag {
    /// `None` when the destination is not in the graph.
    #[must_use]
    pub fn toward(graph: &Graph, destination: Dpid) -> Option<Self> {
        let distances = Distances::to(graph, destination, |_| true)?;
        let mut reached: Vec<(Dpid, u64, NodeIndex)> = graph
            .inner
            .node_indices()
            .filter_map(|node| Some((graph.inner[node], distances.of(node)?, node)))
            .collect();
        reached.sort_unstable_by_key(|&(dpid, ..)| dpid);
        let mut switches = Vec::with_capacity(reached.len());
        let mut next_hops = Vec::with_capacity(reached.len());
        for (dpid, distance, node) in reached {
            let begin = next_hops.len();
            next_hops.extend(distances.tight(graph, node).map(|link| link.id));
            next_hops[begin..].sort_unstable();
            switches.push((dpid, distance, begin));
        }
        Some(Self {
            destination,
            switches,
            next_hops,
        })
    }

    #[must_use]
    pub fn destination(&self) -> Dpid {
        self.destination
    }

    /// Switches that can reach the destination, itself included, sorted.
    pub fn switches(&self) -> impl Iterator<Item = Dpid> + '_ {
        self.switches.iter().map(|&(dpid, ..)| dpid)
    }

    /// Cost of the shortest paths from a switch; `None` when it has none.
    #[must_use]
    pub fn distance(&self, from: Dpid) -> Option<u64> {
        self.position(from).map(|at| self.switches[at].1)
    }

    /// The links out of a switch that lie on a shortest path, sorted; none at the destination and
    /// where it cannot be reached.
    #[must_use]
    pub fn next_hops(&self, from: Dpid) -> &[LinkId] {
        let Some(at) = self.position(from) else {
            return &[];
        };
        let end = self
            .switches
            .get(at + 1)
            .map_or(self.next_hops.len(), |next| next.2);
        &self.next_hops[self.switches[at].2..end]
    }

    /// The next hop for a flow, the same in every process for the same key. When one of several
    /// next hops goes, only the flows that used it choose anew (rendezvous hashing).
    #[must_use]
    pub fn choose(&self, from: Dpid, key: u64) -> Option<LinkId> {
        self.next_hops(from)
            .iter()
            .copied()
            .max_by_key(|link| (weight(*link, key), *link))
    }

    /// The path of a flow: [`ShortestDag::choose`] at every switch.
    #[must_use]
    pub fn path(&self, from: Dpid, key: u64) -> Option<Path> {
        let cost = self.distance(from)?;
        let (mut at, mut links) = (from, Vec::new());
        while let Some(link) = self.choose(at, key) {
            at = link.dst.dpid;
            links.push(link);
        }
        Some(Path { from, links, cost })
    }

    fn position(&self, dpid: Dpid) -> Option<usize> {
        self.switches
            .binary_search_by_key(&dpid, |&(dpid, ..)| dpid)
            .ok()
    }
}

/// A key for [`ShortestDag::choose`] from the parts that name a flow, as two MAC addresses. Their
/// order matters.
#[must_use]
pub fn flow_key(parts: impl IntoIterator<Item = u64>) -> u64 {
    parts.into_iter().fold(0, |key, part| mix(key ^ part))
}

/// The switch is part of it (by the link's source), otherwise a flow that chose the first of two
/// would do so at every switch and half of the links further on would stay empty.
fn weight(link: LinkId, key: u64) -> u64 {
    let ends = [link.src, link.dst].into_iter();
    flow_key(std::iter::once(key).chain(ends.flat_map(|e| [e.dpid.0, u64::from(e.port.0)])))
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014) after a step of its sequence: cheap,
/// mixes every bit into every bit. Written here because the standard hasher may change.
pub(crate) fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
