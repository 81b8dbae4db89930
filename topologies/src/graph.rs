//! A directed multigraph of switches: what discovery has found, or what a topology says.
//!
//! A cable is two directed links, one each way, because discovery learns them one at a time and
//! because each direction can have its own cost. Two cables between the same pair of switches are
//! told apart by their ports. The structure is petgraph's stable graph, so that indices stay valid
//! while links come and go, under maps from our ids to its indices: adding, removing and looking up
//! is O(1), apart from removing a switch, which costs its degree.

use std::collections::HashMap;
use std::fmt;

use openflow::{Dpid, PortNo};
use petgraph::stable_graph::{EdgeIndex, NodeIndex, StableDiGraph};
use petgraph::unionfind::UnionFind;
use petgraph::visit::NodeIndexable;
use serde::{Deserialize, Serialize};

/// One end of a link: a port of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEnd {
    pub dpid: Dpid,
    pub port: PortNo,
}

impl LinkEnd {
    #[must_use]
    pub fn new(dpid: Dpid, port: PortNo) -> Self {
        Self { dpid, port }
    }
}

impl fmt::Display for LinkEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.dpid, self.port)
    }
}

/// Names a link in one direction: what leaves `src` arrives at `dst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkId {
    pub src: LinkEnd,
    pub dst: LinkEnd,
}

impl LinkId {
    #[must_use]
    pub fn new(src: LinkEnd, dst: LinkEnd) -> Self {
        Self { src, dst }
    }

    /// The other direction of the same cable.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            src: self.dst,
            dst: self.src,
        }
    }

    /// The same for both directions of a cable: the smaller end first.
    #[must_use]
    pub fn undirected(self) -> Self {
        if self.src <= self.dst {
            self
        } else {
            self.reversed()
        }
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.src, self.dst)
    }
}

/// A link and what it costs to take it. Never 0 in a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    pub id: LinkId,
    pub cost: u32,
}

/// The link names a switch that is not in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no switch {0} in the graph")]
pub struct UnknownSwitch(pub Dpid);

/// Switches and the directed links between them. See the module's text for what things cost.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Seen by the algorithms of this crate, which keep per-switch values in vectors over its
    /// indices.
    pub(crate) inner: StableDiGraph<Dpid, Link>,
    switches: HashMap<Dpid, NodeIndex>,
    links: HashMap<LinkId, EdgeIndex>,
}

impl Graph {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// False when it was there already.
    pub fn add_switch(&mut self, dpid: Dpid) -> bool {
        if self.switches.contains_key(&dpid) {
            return false;
        }
        let index = self.inner.add_node(dpid);
        self.switches.insert(dpid, index);
        true
    }

    /// Removes a switch and every link from and to it; returns those links, sorted. Empty also when
    /// the switch was not there.
    pub fn remove_switch(&mut self, dpid: Dpid) -> Vec<LinkId> {
        let Some(index) = self.switches.remove(&dpid) else {
            return Vec::new();
        };
        let mut lost: Vec<LinkId> = [petgraph::Outgoing, petgraph::Incoming]
            .into_iter()
            .flat_map(|direction| self.inner.edges_directed(index, direction))
            .map(|edge| edge.weight().id)
            .collect();
        lost.sort_unstable();
        lost.dedup();
        for id in &lost {
            self.links.remove(id);
        }
        self.inner.remove_node(index);
        lost
    }

    /// Adds a directed link or changes its cost; returns the cost it had.
    ///
    /// A cost of 0 is taken as 1: with free links two switches could each be "nearer" through the
    /// other, and equal-cost next hops would form a loop.
    ///
    /// # Errors
    /// When one of the switches is not in the graph: a link that is learned late must not bring
    /// back a switch that has left.
    pub fn add_link(&mut self, id: LinkId, cost: u32) -> Result<Option<u32>, UnknownSwitch> {
        let src = self.index(id.src.dpid).ok_or(UnknownSwitch(id.src.dpid))?;
        let dst = self.index(id.dst.dpid).ok_or(UnknownSwitch(id.dst.dpid))?;
        let cost = cost.max(1);
        if let Some(&edge) = self.links.get(&id) {
            let link = self
                .inner
                .edge_weight_mut(edge)
                .expect("indexed links are in the graph");
            return Ok(Some(std::mem::replace(&mut link.cost, cost)));
        }
        let edge = self.inner.add_edge(src, dst, Link { id, cost });
        self.links.insert(id, edge);
        Ok(None)
    }

    /// Both directions of a cable at once, at the same cost.
    ///
    /// # Errors
    /// As [`Graph::add_link`].
    pub fn add_cable(&mut self, id: LinkId, cost: u32) -> Result<(), UnknownSwitch> {
        self.add_link(id, cost)?;
        self.add_link(id.reversed(), cost)?;
        Ok(())
    }

    /// The cost it had, or `None` when it was not there.
    pub fn remove_link(&mut self, id: &LinkId) -> Option<u32> {
        let edge = self.links.remove(id)?;
        self.inner.remove_edge(edge).map(|link| link.cost)
    }

    #[must_use]
    pub fn contains(&self, dpid: Dpid) -> bool {
        self.switches.contains_key(&dpid)
    }

    #[must_use]
    pub fn contains_link(&self, id: &LinkId) -> bool {
        self.links.contains_key(id)
    }

    #[must_use]
    pub fn cost(&self, id: &LinkId) -> Option<u32> {
        self.links
            .get(id)
            .and_then(|&edge| self.inner.edge_weight(edge))
            .map(|link| link.cost)
    }

    /// In no particular order.
    pub fn switches(&self) -> impl Iterator<Item = Dpid> + '_ {
        self.inner.node_weights().copied()
    }

    /// Directed, in no particular order.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.inner.edge_weights().copied()
    }

    /// Links that leave a switch, in no particular order.
    pub fn links_from(&self, dpid: Dpid) -> impl Iterator<Item = Link> + '_ {
        self.index(dpid)
            .into_iter()
            .flat_map(|index| self.inner.edges(index))
            .map(|e| *e.weight())
    }

    /// Links that arrive at a switch, in no particular order.
    pub fn links_to(&self, dpid: Dpid) -> impl Iterator<Item = Link> + '_ {
        self.index(dpid)
            .into_iter()
            .flat_map(|index| self.inner.edges_directed(index, petgraph::Incoming))
            .map(|e| *e.weight())
    }

    #[must_use]
    pub fn switch_count(&self) -> usize {
        self.inner.node_count()
    }

    /// Directed: a cable whose two directions are known counts twice.
    #[must_use]
    pub fn link_count(&self) -> usize {
        self.inner.edge_count()
    }

    /// The same switches with the links `permit` lets through. O(switches + links), no more than the
    /// search that follows, so every algorithm here can be had with constraints.
    #[must_use]
    pub fn filtered(&self, mut permit: impl FnMut(&Link) -> bool) -> Self {
        let mut copy = self.clone();
        copy.inner.retain_edges(|inner, edge| permit(&inner[edge]));
        copy.links
            .retain(|_, edge| copy.inner.edge_weight(*edge).is_some());
        copy
    }

    /// To each switch a number, the same for those that links join, in whatever direction.
    /// O(switches + links).
    #[must_use]
    pub fn parts(&self) -> HashMap<Dpid, usize> {
        let mut joined = UnionFind::new(self.inner.node_bound());
        for edge in self.inner.edge_indices() {
            if let Some((a, b)) = self.inner.edge_endpoints(edge) {
                joined.union(a.index(), b.index());
            }
        }
        let switches = self.switches.iter();
        switches
            .map(|(dpid, node)| (*dpid, joined.find(node.index())))
            .collect()
    }

    pub(crate) fn index(&self, dpid: Dpid) -> Option<NodeIndex> {
        self.switches.get(&dpid).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(a: u64, port_a: u32, b: u64, port_b: u32) -> LinkId {
        LinkId::new(
            LinkEnd::new(Dpid(a), PortNo(port_a)),
            LinkEnd::new(Dpid(b), PortNo(port_b)),
        )
    }

    fn pair() -> Graph {
        let mut graph = Graph::new();
        graph.add_switch(Dpid(1));
        graph.add_switch(Dpid(2));
        graph
    }

    #[test]
    fn parallel_links_are_kept_apart() {
        let mut graph = pair();
        graph.add_cable(id(1, 1, 2, 1), 1).unwrap();
        graph.add_cable(id(1, 2, 2, 2), 5).unwrap();
        assert_eq!(graph.link_count(), 4);
        assert_eq!(graph.remove_link(&id(1, 1, 2, 1)), Some(1));
        assert_eq!(graph.cost(&id(1, 2, 2, 2)), Some(5));
        assert!(
            graph.contains_link(&id(2, 1, 1, 1)),
            "the other direction is a link of its own"
        );
    }

    #[test]
    fn switches_are_of_one_part_while_a_link_joins_them() {
        let mut graph = pair();
        graph.add_switch(Dpid(3));
        graph.add_cable(id(1, 1, 2, 1), 1).unwrap();
        graph.add_link(id(3, 1, 2, 2), 1).unwrap();
        let parts = graph.parts();
        assert_eq!((parts[&Dpid(1)], parts.len()), (parts[&Dpid(3)], 3));
        graph.remove_switch(Dpid(2));
        let parts = graph.parts();
        assert_ne!(parts[&Dpid(1)], parts[&Dpid(3)]);
    }

    #[test]
    fn removing_a_switch_takes_its_links_and_no_others() {
        let mut graph = pair();
        graph.add_switch(Dpid(3));
        graph.add_cable(id(1, 1, 2, 1), 1).unwrap();
        graph.add_cable(id(2, 2, 3, 1), 1).unwrap();
        assert_eq!(
            graph.remove_switch(Dpid(1)),
            [id(1, 1, 2, 1), id(2, 1, 1, 1)]
        );
        assert_eq!(graph.remove_switch(Dpid(1)), []);
        assert_eq!(graph.link_count(), 2);
        assert!(graph.contains_link(&id(3, 1, 2, 2)));
        assert_eq!(
            graph.add_link(id(1, 1, 2, 1), 1),
            Err(UnknownSwitch(Dpid(1)))
        );
    }

    #[test]
    fn a_link_costs_at_least_one_and_can_change() {
        let mut graph = pair();
        assert_eq!(graph.add_link(id(1, 1, 2, 1), 0), Ok(None));
        assert_eq!(graph.add_link(id(1, 1, 2, 1), 7), Ok(Some(1)));
        assert_eq!(
            graph
                .links_from(Dpid(1))
                .map(|l| l.cost)
                .collect::<Vec<_>>(),
            [7]
        );
        assert_eq!(graph.links_to(Dpid(1)).count(), 0);
    }

    #[test]
    fn a_filtered_graph_forgets_the_link_everywhere() {
        let mut graph = pair();
        graph.add_cable(id(1, 1, 2, 1), 1).unwrap();
        let one_way = graph.filtered(|link| link.id.src.dpid == Dpid(1));
        assert_eq!(one_way.link_count(), 1);
        assert!(!one_way.contains_link(&id(2, 1, 1, 1)));
        assert_eq!(one_way.switch_count(), 2);
    }
}
