//! The spanning forest that broadcast travels over: one tree for every connected part.
//!
//! It is *sticky*: what is in the tree stays there as long as its cable exists, so that a new
//! switch or link disturbs nobody, and a lost one moves as few cables as possible. The cables kept
//! and those added hold no cycle, in whole or in part. So whoever closes what was lost
//! ([`SpanningForest::lost`]) before opening what is new ([`SpanningForest::gained`]) passes only
//! loop-free states, switch by switch and message by message.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use openflow::{Dpid, PortNo};
use petgraph::stable_graph::NodeIndex;
use petgraph::unionfind::UnionFind;
use petgraph::visit::{EdgeRef, NodeIndexable};

use crate::graph::{Graph, Link, LinkEnd, LinkId};

/// Cables that join every connected part of a graph without a cycle.
///
/// Only cables known in both directions count: broadcast has to travel both ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpanningForest {
    /// Undirected: the smaller end is the source.
    cables: BTreeSet<LinkId>,
    ports: BTreeMap<Dpid, BTreeSet<PortNo>>,
}

impl SpanningForest {
    /// The forest of `graph` that keeps every cable of `previous` it can. From an empty one, each
    /// tree holds the shortest paths from its lowest datapath id, so broadcast is never long on the
    /// way. O((n + m) log n) for n switches and m links.
    #[must_use]
    pub fn update(graph: &Graph, previous: &Self) -> Self {
        let mut joined = UnionFind::new(graph.inner.node_bound());
        let mut forest = Self::default();
        for &cable in &previous.cables {
            if both_ways(graph, cable) {
                forest.join(graph, &mut joined, cable);
            }
        }
        for cable in by_distance(graph) {
            forest.join(graph, &mut joined, cable);
        }
        forest
    }

    /// Takes a cable in, unless both of its ends are in one tree already.
    fn join(&mut self, graph: &Graph, joined: &mut UnionFind<usize>, cable: LinkId) {
        let (Some(a), Some(b)) = (graph.index(cable.src.dpid), graph.index(cable.dst.dpid)) else {
            return;
        };
        if joined.union(a.index(), b.index()) {
            self.cables.insert(cable);
            for LinkEnd { dpid, port } in [cable.src, cable.dst] {
                self.ports.entry(dpid).or_default().insert(port);
            }
        }
    }

    /// The cables, each once, the smaller end as its source.
    pub fn cables(&self) -> impl Iterator<Item = LinkId> + '_ {
        self.cables.iter().copied()
    }

    /// Whether the cable at this port is in the tree.
    #[must_use]
    pub fn contains(&self, end: LinkEnd) -> bool {
        self.ports
            .get(&end.dpid)
            .is_some_and(|ports| ports.contains(&end.port))
    }

    /// The ports of a switch that lead along the tree, sorted.
    pub fn ports(&self, dpid: Dpid) -> impl Iterator<Item = PortNo> + '_ {
        self.ports.get(&dpid).into_iter().flatten().copied()
    }

    /// What `previous` had and this one has not: close these first.
    pub fn lost<'a>(&'a self, previous: &'a Self) -> impl Iterator<Item = LinkId> + 'a {
        previous.cables.difference(&self.cables).copied()
    }

    /// What this one has and `previous` had not: open these last.
    pub fn gained<'a>(&'a self, previous: &'a Self) -> impl Iterator<Item = LinkId> + 'a {
        self.cables.difference(&previous.cables).copied()
    }
}

fn both_ways(graph: &Graph, cable: LinkId) -> bool {
    graph.contains_link(&cable) && graph.contains_link(&cable.reversed())
}

/// Every cable once, ordered by how near to its part's lowest datapath id it brings the farther
/// end. Taken in that order and skipping what closes a cycle, they make shortest-path trees: when
/// the first cable that reaches a switch comes up, all nearer switches are already joined.
fn by_distance(graph: &Graph) -> Vec<LinkId> {
    let distance = distances_from_roots(graph);
    let reach = |link: &Link| {
        let near = |dpid| graph.index(dpid).and_then(|node| distance[node.index()]);
        Some(near(link.id.src.dpid)? + u64::from(cable_cost(graph, link.id)?))
    };
    let mut cables: Vec<(u64, LinkId)> = graph
        .links()
        .filter(|link| link.id.src.dpid != link.id.dst.dpid)
        .filter_map(|link| Some((reach(&link)?, link.id.undirected())))
        .collect();
    cables.sort_unstable();
    cables.into_iter().map(|(_, cable)| cable).collect()
}

/// Distance of every switch from the lowest datapath id it is connected with.
fn distances_from_roots(graph: &Graph) -> Vec<Option<u64>> {
    let mut distance = vec![None; graph.inner.node_bound()];
    let mut roots: Vec<NodeIndex> = graph.inner.node_indices().collect();
    roots.sort_unstable_by_key(|&node| graph.inner[node]);
    for root in roots {
        if distance[root.index()].is_none() {
            grow(graph, root, &mut distance);
        }
    }
    distance
}

/// Dijkstra over cables from one root.
fn grow(graph: &Graph, root: NodeIndex, distance: &mut [Option<u64>]) {
    distance[root.index()] = Some(0);
    let mut queue = BinaryHeap::from([(Reverse(0), root)]);
    while let Some((Reverse(here), node)) = queue.pop() {
        if distance[node.index()] != Some(here) {
            continue;
        }
        for edge in graph.inner.edges(node) {
            let Some(cost) = cable_cost(graph, edge.weight().id) else {
                continue;
            };
            let candidate = here + u64::from(cost);
            let known = &mut distance[edge.target().index()];
            if known.is_none_or(|known| candidate < known) {
                *known = Some(candidate);
                queue.push((Reverse(candidate), edge.target()));
            }
        }
    }
}

/// The dearer direction; `None` when only one is known.
fn cable_cost(graph: &Graph, id: LinkId) -> Option<u32> {
    Some(graph.cost(&id)?.max(graph.cost(&id.reversed())?))
}
