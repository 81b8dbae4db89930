//! Ways through a [`Graph`]. Every answer is the same in every process for the same graph, however
//! the graph came about: ties are broken by datapath id and port, never by order of arrival.
//!
//! With n switches and m directed links:
//!
//! | question | function | cost |
//! |---|---|---|
//! | one shortest path | [`shortest`] | O(m log n) |
//! | all equal-cost next hops towards a switch | [`ShortestDag::toward`] | O(m log n), then O(log n) a look-up |
//! | the k shortest simple paths | [`k_shortest`] | O(k n m log n) |
//! | two paths that share no link, or no switch | [`disjoint_pair`] | O(m log n) |
//! | any of them under constraints | [`Graph::filtered`] first, as with [`Avoid`] | O(n + m) more |

mod disjoint;
mod k_shortest;
mod shortest;

use std::collections::HashSet;

use openflow::{Dpid, PortNo};

use crate::graph::{Graph, Link, LinkId};

pub use disjoint::{Disjoint, disjoint_pair};
pub use k_shortest::k_shortest;
pub(crate) use shortest::mix;
pub use shortest::{ShortestDag, flow_key, shortest};

/// Passing one switch: in by one port, out by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    pub dpid: Dpid,
    pub in_port: PortNo,
    pub out_port: PortNo,
}

/// A walk from one switch to another along links, each of which begins where the last one ended.
/// Ordered by cost, then by ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// Where it begins: a path from a switch to itself has no links to say so.
    pub from: Dpid,
    pub links: Vec<LinkId>,
    pub cost: u64,
}

impl Path {
    /// Where it ends.
    #[must_use]
    pub fn to(&self) -> Dpid {
        self.links.last().map_or(self.from, |link| link.dst.dpid)
    }

    /// The switches passed, both ends included.
    pub fn switches(&self) -> impl Iterator<Item = Dpid> + '_ {
        std::iter::once(self.from).chain(self.links.iter().map(|link| link.dst.dpid))
    }

    /// What each switch has to do for what enters the first by `in_port` and leaves the last by
    /// `out_port`.
    #[must_use]
    pub fn hops(&self, in_port: PortNo, out_port: PortNo) -> Vec<Hop> {
        let ins = std::iter::once(in_port).chain(self.links.iter().map(|link| link.dst.port));
        let outs = self
            .links
            .iter()
            .map(|link| link.src.port)
            .chain(std::iter::once(out_port));
        self.switches()
            .zip(ins.zip(outs))
            .map(|(dpid, (in_port, out_port))| Hop {
                dpid,
                in_port,
                out_port,
            })
            .collect()
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.cost, self.from, &self.links).cmp(&(other.cost, other.from, &other.links))
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Switches and cables to stay clear of; for [`Graph::filtered`].
#[derive(Debug, Clone, Default)]
pub struct Avoid {
    pub switches: HashSet<Dpid>,
    /// Either direction names the cable.
    pub links: HashSet<LinkId>,
}

impl Avoid {
    /// Whether a link may be used.
    #[must_use]
    pub fn permits(&self, link: &Link) -> bool {
        let LinkId { src, dst } = link.id;
        !self.switches.contains(&src.dpid)
            && !self.switches.contains(&dst.dpid)
            && !self.links.contains(&link.id)
            && !self.links.contains(&link.id.reversed())
    }
}
