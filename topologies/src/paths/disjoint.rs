//! Two paths that no single failure takes both: a flow of two units at least cost.
//!
//! This is Suurballe's problem. It is solved as a flow (two rounds of Dijkstra with reduced costs),
//! which finds a pair whenever there is one, also where the shortest path alone blocks every second
//! path. Since links cost at least 1, the cheapest flow never uses a cable in both directions: the
//! two paths share no cable, not only no direction of one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use openflow::Dpid;

use super::{Graph, Link, LinkId, Path};

/// What two paths must not share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disjoint {
    /// No cable; they may meet at switches.
    Links,
    /// No switch but the first and the last, and so no cable either.
    Switches,
}

/// The two disjoint paths that are cheapest together, the shorter first; `None` when there are no
/// two, when `from` is `to`, or when one of them is not in the graph.
#[must_use]
pub fn disjoint_pair(graph: &Graph, from: Dpid, to: Dpid, disjoint: Disjoint) -> Option<[Path; 2]> {
    if from == to {
        return None;
    }
    let mut network = Residual::new(graph, from, to, disjoint)?;
    network.augment()?;
    network.augment()?;
    let mut used = network.used_links();
    let mut pair = [
        walk(graph, from, to, &mut used)?,
        walk(graph, from, to, &mut used)?,
    ];
    pair.sort();
    Some(pair)
}

/// Follows used links from one end to the other and takes them away. A cheapest flow has no cycles,
/// so any walk is a simple path.
fn walk(graph: &Graph, from: Dpid, to: Dpid, used: &mut BTreeSet<LinkId>) -> Option<Path> {
    let mut path = Path {
        from,
        links: Vec::new(),
        cost: 0,
    };
    while path.to() != to {
        let at = path.to();
        let link = *used.iter().find(|link| link.src.dpid == at)?;
        used.remove(&link);
        path.cost += u64::from(graph.cost(&link)?);
        path.links.push(link);
    }
    Some(path)
}

/// The residual network: arcs of capacity one, each followed by its opposite.
struct Residual {
    arcs: Vec<Arc>,
    /// Arcs out of each vertex.
    out: Vec<Vec<usize>>,
    /// Keeps reduced costs non-negative: `cost + potential[tail] - potential[head] >= 0` on every
    /// arc with room.
    potential: Vec<i64>,
    source: usize,
    sink: usize,
}

struct Arc {
    tail: usize,
    head: usize,
    cost: i64,
    /// Whether a unit can still be sent along it.
    room: bool,
    /// The link it stands for; none inside a switch and on opposites.
    link: Option<LinkId>,
}

impl Residual {
    /// For switch-disjoint paths every switch is an entry and an exit vertex with one arc between,
    /// so that only one path fits through. The arcs are laid out in the order of ids, which makes
    /// the answer a function of the graph's content.
    fn new(graph: &Graph, from: Dpid, to: Dpid, disjoint: Disjoint) -> Option<Self> {
        let mut dpids: Vec<Dpid> = graph.switches().collect();
        dpids.sort_unstable();
        let number: BTreeMap<Dpid, usize> = dpids.iter().copied().zip(0..).collect();
        let split = disjoint == Disjoint::Switches;
        let entry = |dpid: Dpid| number[&dpid] * 2;
        let exit = |dpid: Dpid| number[&dpid] * 2 + usize::from(split);
        if !graph.contains(from) || !graph.contains(to) {
            return None;
        }
        let mut network = Self {
            arcs: Vec::with_capacity(2 * (graph.link_count() + dpids.len())),
            out: vec![Vec::new(); dpids.len() * 2],
            potential: vec![0; dpids.len() * 2],
            source: exit(from),
            sink: entry(to),
        };
        if split {
            for &dpid in &dpids {
                network.arc(entry(dpid), exit(dpid), 0, None);
            }
        }
        let mut links: Vec<Link> = graph.links().collect();
        links.sort_unstable();
        for Link { id, cost } in links {
            network.arc(
                exit(id.src.dpid),
                entry(id.dst.dpid),
                i64::from(cost),
                Some(id),
            );
        }
        Some(network)
    }

    fn arc(&mut self, tail: usize, head: usize, cost: i64, link: Option<LinkId>) {
        let number = self.arcs.len();
        self.arcs.push(Arc {
            tail,
            head,
            cost,
            room: true,
            link,
        });
        self.arcs.push(Arc {
            tail: head,
            head: tail,
            cost: -cost,
            room: false,
            link: None,
        });
        self.out[tail].push(number);
        self.out[head].push(number + 1);
    }

    /// Sends one more unit along the cheapest way; `None` when no more fits.
    fn augment(&mut self) -> Option<()> {
        let (distance, into) = self.cheapest();
        distance[self.sink]?;
        for (potential, distance) in self.potential.iter_mut().zip(&distance) {
            // What was out of reach stays so: new arcs open only along the way just found.
            *potential += distance.unwrap_or(0);
        }
        let mut at = self.sink;
        while at != self.source {
            let arc = into[at].expect("every vertex reached but the source was entered by an arc");
            self.arcs[arc].room = false;
            self.arcs[arc ^ 1].room = true;
            at = self.arcs[arc].tail;
        }
        Some(())
    }

    /// Dijkstra over reduced costs: distance of each vertex and the arc it was entered by.
    fn cheapest(&self) -> (Vec<Option<i64>>, Vec<Option<usize>>) {
        let mut distance: Vec<Option<i64>> = vec![None; self.out.len()];
        let mut into = vec![None; self.out.len()];
        distance[self.source] = Some(0);
        let mut queue = BinaryHeap::from([Reverse((0, self.source))]);
        while let Some(Reverse((here, vertex))) = queue.pop() {
            if distance[vertex] != Some(here) {
                continue;
            }
            for &number in self.out[vertex]
                .iter()
                .filter(|&&number| self.arcs[number].room)
            {
                let Arc { head, cost, .. } = self.arcs[number];
                let candidate = here + cost + self.potential[vertex] - self.potential[head];
                if distance[head].is_none_or(|known| candidate < known) {
                    distance[head] = Some(candidate);
                    into[head] = Some(number);
                    queue.push(Reverse((candidate, head)));
                }
            }
        }
        (distance, into)
    }

    fn used_links(&self) -> BTreeSet<LinkId> {
        self.arcs
            .iter()
            .filter(|arc| !arc.room)
            .filter_map(|arc| arc.link)
            .collect()
    }
}
