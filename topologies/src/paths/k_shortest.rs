//! Yen's algorithm: the k shortest paths that pass no switch twice.

use std::collections::{BTreeSet, HashSet};

use openflow::Dpid;

use super::shortest::shortest_where;
use super::{Graph, LinkId, Path};

/// Up to `k` simple paths, shortest first, each a different sequence of links; fewer when there are
/// no more. Over parallel links there is a path for each of them.
#[must_use]
pub fn k_shortest(graph: &Graph, from: Dpid, to: Dpid, k: usize) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    let mut candidates = BTreeSet::new();
    candidates.extend(shortest_where(graph, from, to, |_| true));
    while found.len() < k {
        let Some(next) = candidates.pop_first() else {
            break;
        };
        found.push(next);
        if found.len() < k {
            candidates.extend(detours(graph, &found));
        }
    }
    found
}

/// The shortest path that leaves the last found one at each of its switches and is not yet found.
fn detours(graph: &Graph, found: &[Path]) -> Vec<Path> {
    let Some(last) = found.last() else {
        return Vec::new();
    };
    let to = last.to();
    let mut root_cost = 0;
    let mut passed = HashSet::new();
    let mut paths = Vec::new();
    for (at, &link) in last.links.iter().enumerate() {
        let root = &last.links[..at];
        let spur_from = link.src.dpid;
        let taken: HashSet<LinkId> = found
            .iter()
            .filter(|path| path.links.starts_with(root))
            .filter_map(|path| path.links.get(at).copied())
            .collect();
        let spur = shortest_where(graph, spur_from, to, |link| {
            !taken.contains(&link.id) && !passed.contains(&link.id.dst.dpid)
        });
        if let Some(spur) = spur {
            let links = root.iter().chain(&spur.links).copied().collect();
            paths.push(Path {
                from: last.from,
                links,
                cost: root_cost + spur.cost,
            });
        }
        passed.insert(spur_from);
        root_cost += u64::from(graph.cost(&link).expect("found paths are made of links"));
    }
    paths
}
