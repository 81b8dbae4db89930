//! Point-to-point routes over the network, kept up by themselves.
//!
//! An app says which routes it wants ([`Routes::insert`]) and gives the rules of those that changed
//! ([`Routes::rules`]) to [`crate::AppContext::set_rules`]. On events of links and switches it
//! calls [`Routes::sync`], and when [`Routes::may_improve`], some time later, [`Routes::improve`].
//!
//! - **Shortest, shared out**: each route takes a shortest path; among equal ones its
//!   [`Route::ecmp`] key decides, the same in every process.
//! - **Sticky**: it stays on its path while that works and is as short as any. Where there is no
//!   other way it stays even on a broken one: nothing better can be done, and a switch that only
//!   lost its connection to the controller still forwards.
//! - **Make before break**: rules match the ingress port, so old path and new do not disturb each
//!   other, and each rule's stage is its distance from the route's end: the way ahead is there
//!   before packets are sent along it, and the old way until they no longer are.
//! - **Adopted** ([`Routes::adopt`]): hops found on switches after a restart of the controller are
//!   taken for the path while they still make one.
//!
//! # Cost
//! With n switches, m directed links and r routes of h hops: inserting is O(h log n) after one
//! Dijkstra, O(m log n), per destination switch and topology; [`Routes::sync`] looks once at every
//! hop, O(r h), and routes anew only what broke, without any search when nothing changed;
//! [`Routes::improve`] may search once per destination switch in use.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use openflow::flow::{Action, Actions, Instructions, Match};
use openflow::{Dpid, PortNo};
use topologies::paths::{Hop, Path, ShortestDag};
use topologies::{Graph, LinkId};

use crate::rule::{Priority, Rule};
use crate::snapshot::{Link, LinkState, Location, PortRole, Snapshot};

/// A route that is wanted: packets of `matching` that enter at `from` leave at `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Edge port where packets enter.
    pub from: Location,
    /// Edge port where they leave.
    pub to: Location,
    /// Of its rules.
    pub priority: Priority,
    /// What its packets look like, at every hop. The ingress port is added.
    pub matching: Match,
    /// Chooses among equally short paths; see [`topologies::paths::flow_key`].
    pub ecmp: u64,
    /// Idle timeout of the first hop's rule, seconds; 0: none. A route whose first rule timed out
    /// is not used any more.
    pub idle_timeout_s: u16,
    /// What packets look like when they enter, where `first` makes them look like `matching`.
    pub entering: Option<Match>,
    /// Carried out at the first hop, before the output.
    pub first: Actions,
    /// Carried out at the last hop, before the output.
    pub last: Actions,
}

impl Route {
    /// A route that changes nothing about its packets, without timeout.
    #[must_use]
    pub fn new(from: Location, to: Location, priority: Priority, matching: Match) -> Self {
        Self {
            from,
            to,
            priority,
            matching,
            ecmp: 0,
            idle_timeout_s: 0,
            entering: None,
            first: Actions::new(),
            last: Actions::new(),
        }
    }

    fn rules(&self, path: &Path) -> Vec<Rule> {
        let hops = path.hops(self.from.port, self.to.port);
        let ends = (0, hops.len() - 1);
        hops.iter()
            .enumerate()
            .map(|(index, hop)| {
                let stage = u16::try_from(ends.1 - index).unwrap_or(u16::MAX);
                self.rule(hop, (index == ends.0, index == ends.1))
                    .in_stage(stage)
            })
            .collect()
    }

    fn rule(&self, hop: &Hop, (is_first, is_last): (bool, bool)) -> Rule {
        let matching = match &self.entering {
            Some(entering) if is_first => entering,
            _ => &self.matching,
        };
        let mut actions = Actions::new();
        if is_first {
            actions.extend(self.first.iter().cloned());
        }
        if is_last {
            actions.extend(self.last.iter().cloned());
        }
        if hop.out_port != hop.in_port {
            actions.push(Action::output(hop.out_port));
        } else if !actions.is_empty() {
            actions.push(Action::output(PortNo::IN_PORT));
        } // else: whoever is behind that port has heard it already, so it is dropped
        let mut rule = Rule::new(
            hop.dpid,
            self.priority,
            matching.clone().in_port(hop.in_port),
            Instructions::apply(actions),
        );
        rule.idle_timeout_s = if is_first { self.idle_timeout_s } else { 0 };
        rule
    }
}

/// Where packets enter and where they leave.
pub type Ends = (Location, Location);

/// The routes an app wants, by keys of its own. See the module's text.
#[derive(Debug)]
pub struct Routes<K> {
    routes: BTreeMap<K, Kept>,
    found: BTreeMap<K, Vec<Hop>>,
    shortest: Shortest,
    /// The topology has changed since every route was looked at.
    unchecked: bool,
    /// A link has come, or its cost has changed, since paths were last compared with it.
    gained: bool,
}

#[derive(Debug)]
struct Kept {
    route: Route,
    path: Option<Path>,
}

impl<K: Ord + Clone> Default for Routes<K> {
    fn default() -> Self {
        Self {
            routes: BTreeMap::new(),
            found: BTreeMap::new(),
            shortest: Shortest::default(),
            unchecked: false,
            gained: false,
        }
    }
}

impl<K: Ord + Clone> Routes<K> {
    /// Wants a route, or wants it differently. True when its rules changed.
    pub fn insert(&mut self, snapshot: &Arc<Snapshot>, key: K, route: Route) -> bool {
        self.look_at(snapshot);
        let old = self.routes.get(&key);
        let present = old
            .and_then(|kept| kept.path.clone())
            .or_else(|| self.adopted_path(&key, &route));
        let path = self.shortest.keep_or_find(&route, present);
        let same = old.is_some_and(|kept| kept.route == route && kept.path == path);
        self.found.remove(&key);
        self.routes.insert(key, Kept { route, path });
        !same
    }

    /// Does not want it any more.
    pub fn remove(&mut self, key: &K) -> Option<Route> {
        self.found.remove(key);
        self.routes.remove(key).map(|kept| kept.route)
    }

    /// The route as it is wanted.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Route> {
        self.routes.get(key).map(|kept| &kept.route)
    }

    /// The path it takes; `None` while there has been no way.
    #[must_use]
    pub fn path(&self, key: &K) -> Option<&Path> {
        self.routes.get(key)?.path.as_ref()
    }

    /// Every route wanted, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Route)> {
        self.routes.iter().map(|(key, kept)| (key, &kept.route))
    }

    /// How many are wanted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether none is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// How many never had a path.
    #[must_use]
    pub fn without_path(&self) -> usize {
        self.routes.values().filter(|k| k.path.is_none()).count()
    }

    /// Its rules; none while it has no path.
    #[must_use]
    pub fn rules(&self, key: &K) -> Vec<Rule> {
        match self.routes.get(key) {
            Some(Kept {
                route,
                path: Some(path),
            }) => route.rules(path),
            _ => Vec::new(),
        }
    }

    /// Finds other paths for routes whose path does not work any more, and paths for those that
    /// had none. Returns whose rules changed.
    pub fn sync(&mut self, snapshot: &Arc<Snapshot>) -> Vec<K> {
        self.look_at(snapshot);
        if !std::mem::take(&mut self.unchecked) {
            return Vec::new();
        }
        let graph = snapshot.graph();
        self.repath(|kept, _| {
            kept.path
                .as_ref()
                .is_none_or(|path| cost_of(graph, path).is_none())
        })
    }

    /// Whether [`Routes::improve`] could find shorter paths.
    #[must_use]
    pub fn may_improve(&self) -> bool {
        self.gained
    }

    /// Takes routes to shorter paths where links that came or became cheaper offer some. Returns
    /// whose rules changed. Worth waiting some time for: links often come several at once.
    pub fn improve(&mut self, snapshot: &Arc<Snapshot>) -> Vec<K> {
        self.look_at(snapshot);
        if !std::mem::take(&mut self.gained) {
            return Vec::new();
        }
        self.repath(|kept, shortest| {
            let route = &kept.route;
            let best = shortest
                .toward(route.to.dpid)
                .and_then(|dag| dag.distance(route.from.dpid));
            let now = kept
                .path
                .as_ref()
                .and_then(|path| cost_of(snapshot.graph(), path));
            best.is_some() && best != now
        })
    }

    /// A hop of a route found on a switch, from before the controller started. It counts when the
    /// route is inserted: see [`Routes::is_decided`] for when to do that. What is wanted already
    /// has a path.
    pub fn adopt(&mut self, key: K, hop: Hop) {
        if self.routes.contains_key(&key) {
            return;
        }
        let hops = self.found.entry(key).or_default();
        if !hops.contains(&hop) {
            hops.push(hop);
        }
    }

    /// Keys of routes not wanted yet of which hops were found.
    pub fn found(&self) -> impl Iterator<Item = &K> {
        self.found.keys()
    }

    /// Whether the found hops are known to lead from one port to another, or known not to work.
    /// Inserted now, the route keeps its path in the first case and gets another in the second;
    /// before that, while switches and links are still being found, it is better left as it is.
    #[must_use]
    pub fn is_decided(&self, snapshot: &Snapshot, key: &K, (from, to): Ends) -> bool {
        let Some(hops) = self.found.get(key) else {
            return true;
        };
        let follows = follow(hops, snapshot.graph(), from, |at| at == to).is_some();
        follows || hops.iter().any(|hop| is_broken(snapshot, hop))
    }

    /// The edge ports that found hops lead from and to, where nothing better says it: a port with
    /// a switch behind it that has not connected yet may be taken for an edge port.
    #[must_use]
    pub fn found_ends(&self, snapshot: &Snapshot, key: &K) -> Option<Ends> {
        let is_edge = |at| snapshot.role(at) == PortRole::Edge;
        let hops = self.found.get(key)?;
        hops.iter()
            .map(|hop| Location::new(hop.dpid, hop.in_port))
            .filter(|from| is_edge(*from))
            .find_map(|from| Some((from, follow(hops, snapshot.graph(), from, is_edge)?.1)))
    }

    /// Forgets found hops that nobody wanted.
    pub fn end_adoption(&mut self) {
        self.found.clear();
    }

    fn look_at(&mut self, snapshot: &Arc<Snapshot>) {
        if let Some(gained) = self.shortest.renew(snapshot) {
            self.unchecked = true;
            self.gained |= gained;
        }
    }

    fn adopted_path(&self, key: &K, route: &Route) -> Option<Path> {
        let graph = self.shortest.seen.as_ref()?.graph();
        let hops = self.found.get(key)?;
        follow(hops, graph, route.from, |at| at == route.to).map(|(path, _)| path)
    }

    fn repath(&mut self, mut wants: impl FnMut(&Kept, &mut Shortest) -> bool) -> Vec<K> {
        let mut changed = Vec::new();
        for (key, kept) in &mut self.routes {
            if !wants(kept, &mut self.shortest) {
                continue;
            }
            let path = self.shortest.keep_or_find(&kept.route, kept.path.clone());
            if path != kept.path {
                kept.path = path;
                changed.push(key.clone());
            }
        }
        changed
    }
}

/// Shortest paths of one topology, searched for when first asked for.
#[derive(Debug, Default)]
struct Shortest {
    /// Held so that its graph can be recognised by its address.
    seen: Option<Arc<Snapshot>>,
    dags: HashMap<Dpid, Option<ShortestDag>>,
}

impl Shortest {
    /// `None` when the topology is the one seen last; otherwise whether it offers something new.
    fn renew(&mut self, snapshot: &Arc<Snapshot>) -> Option<bool> {
        let gained = match &self.seen {
            Some(seen) if std::ptr::eq(seen.graph(), snapshot.graph()) => return None,
            Some(seen) => snapshot
                .graph()
                .links()
                .any(|link| seen.graph().cost(&link.id) != Some(link.cost)),
            None => false,
        };
        self.seen = Some(Arc::clone(snapshot));
        self.dags.clear();
        Some(gained)
    }

    fn toward(&mut self, destination: Dpid) -> Option<&ShortestDag> {
        let graph = self.seen.as_ref()?.graph();
        self.dags
            .entry(destination)
            .or_insert_with(|| ShortestDag::toward(graph, destination))
            .as_ref()
    }

    /// The present path if it joins the route's ends and is as short as any; otherwise the
    /// shortest; otherwise, where there is no way at all, the present one if it joins the ends.
    fn keep_or_find(&mut self, route: &Route, present: Option<Path>) -> Option<Path> {
        let (from, to) = (route.from.dpid, route.to.dpid);
        let present = present.filter(|path| path.from == from && path.to() == to);
        if from == to {
            let links = Vec::new();
            return Some(Path {
                from,
                links,
                cost: 0,
            });
        }
        let cost = present
            .as_ref()
            .and_then(|path| cost_of(self.seen.as_ref()?.graph(), path));
        let Some(dag) = self.toward(to) else {
            return present;
        };
        match dag.distance(from) {
            None => present,
            best if best == cost => present,
            Some(_) => dag.path(from, route.ecmp),
        }
    }
}

/// `None` when a link of it is gone.
fn cost_of(graph: &Graph, path: &Path) -> Option<u64> {
    path.links
        .iter()
        .map(|link| graph.cost(link).map(u64::from))
        .sum()
}

/// Whether packets cannot pass a hop: one of its ports has no signal, or its link is lost.
fn is_broken(snapshot: &Snapshot, hop: &Hop) -> bool {
    let Some(switch) = snapshot.switch_up(hop.dpid) else {
        return false;
    };
    let out = Location::new(hop.dpid, hop.out_port);
    let is_lost = |link: &Arc<Link>| link.state == LinkState::Down;
    let is_dark = |port| switch.ports.get(port).is_none_or(|port| !port.desc.is_up());
    snapshot.links.get(&out).is_some_and(is_lost) || [hop.in_port, hop.out_port].iter().any(is_dark)
}

/// Follows hops from where packets enter to a port that is an end; `None` when a hop or a link is
/// missing.
fn follow(
    hops: &[Hop],
    graph: &Graph,
    from: Location,
    is_end: impl Fn(Location) -> bool,
) -> Option<(Path, Location)> {
    let (mut at, mut links): (_, Vec<LinkId>) = (from, Vec::new());
    while links.len() < hops.len() {
        let hop = hops
            .iter()
            .find(|hop| hop.dpid == at.dpid && hop.in_port == at.port)?;
        let out = Location::new(hop.dpid, hop.out_port);
        if is_end(out) {
            let mut path = Path {
                from: from.dpid,
                links,
                cost: 0,
            };
            path.cost = cost_of(graph, &path)?;
            return Some((path, out));
        }
        let link = graph.links_from(at.dpid).find(|link| link.id.src == out)?;
        links.push(link.id);
        at = link.id.dst;
    }
    None
}
