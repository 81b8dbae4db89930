//! Who floods what: from the first moments, when nothing is known, to the tree and its changes.
//!
//! While the network is being **found**, no flood rules are made: a frame for everybody is held
//! until it is known what is behind every port, and then sent straight to all edge ports. So it
//! arrives once everywhere, even on switches that had not connected when it was sent. Some time
//! after the last switch has connected the tree is put in place and flooding is the switches' own
//! business: **running**. Entries of an earlier run keep flooding meanwhile, and their tree is
//! taken over once its cables are found again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::{AppContext, HostId, LinkState, Location, PortRole, Snapshot};
use arc_swap::ArcSwap;
use bytes::Bytes;
use openflow::flow::{FlowEntry, PacketOut};
use openflow::packet::PacketView;
use openflow::{BufferId, Dpid};
use topologies::{LinkEnd, LinkId, SpanningForest};

use crate::budget::Budget;
use crate::flood::{FloodPorts, Flooding, edge_ports};

/// Broadcast in the whole network.
#[derive(Debug)]
pub(crate) struct Broadcast {
    phase: Phase,
    forest: SpanningForest,
    /// Whose graph the forest is of; held so that the graph can be recognised by its address.
    seen: Option<Arc<Snapshot>>,
    /// What switches are to do; while finding, what those with entries of an earlier run do.
    plans: BTreeMap<Dpid, FloodPorts>,
    /// Ports that were cables, now or in an earlier run, lost their link without going down, and
    /// are not cables again. Nothing was plugged in there since, so where nothing answers is a
    /// switch that has lost the controller and still floods as it was told; taking it for a host
    /// would close a loop. They stay closed until the link is found, the port goes down, or its
    /// own switch has been away.
    suspects: BTreeSet<Location>,
    published: Arc<ArcSwap<Flooding>>,
    /// When handlers may use what was opened last: closing must be done everywhere by then.
    open_at: Option<Instant>,
    held: VecDeque<Held>,
    lost: u64,
    /// Packet-outs for frames sent straight to all edge ports.
    budget: Budget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Finding {
        /// When the first and the last switch connected.
        joined: Option<(Instant, Instant)>,
    },
    Running,
}

#[derive(Debug)]
struct Held {
    since: Instant,
    at: Location,
    frame: Bytes,
}

impl Default for Broadcast {
    fn default() -> Self {
        Self {
            phase: Phase::Finding { joined: None },
            forest: SpanningForest::default(),
            seen: None,
            plans: BTreeMap::new(),
            suspects: BTreeSet::new(),
            published: Arc::default(),
            open_at: None,
            held: VecDeque::new(),
            lost: 0,
            budget: Budget::new(PACKETS_PER_S),
        }
    }
}

impl Broadcast {
    /// For packet handlers.
    pub(crate) fn published(&self) -> Arc<ArcSwap<Flooding>> {
        Arc::clone(&self.published)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// Cables in the tree.
    pub(crate) fn cables(&self) -> usize {
        self.forest.cables().count()
    }

    /// Frames nobody got: too many at once.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Whether [`Broadcast::tick`] has something to do soon.
    pub(crate) fn is_busy(&self) -> bool {
        let finding = matches!(self.phase, Phase::Finding { joined: Some(_) });
        finding || self.open_at.is_some() || !self.held.is_empty()
    }

    /// A switch connected.
    pub(crate) fn joined(&mut self, now: Instant) {
        if let Phase::Finding { joined } = &mut self.phase {
            let first = joined.map_or(now, |(first, _)| first);
            *joined = Some((first, now));
        }
    }

    /// Entries of an earlier run.
    pub(crate) fn adopt(&mut self, dpid: Dpid, entries: &[FlowEntry]) {
        let Some(ports) = FloodPorts::of_entries(entries) else {
            return;
        };
        if let Entry::Vacant(vacant) = self.plans.entry(dpid) {
            let cables = ports.tree.iter().chain(&ports.closed);
            self.suspects
                .extend(cables.map(|port| Location::new(dpid, *port)));
            vacant.insert(ports);
        }
    }

    /// Ports kept closed because a switch without controller may be behind them.
    pub(crate) fn suspects(&self) -> impl Iterator<Item = Location> {
        self.suspects.iter().copied()
    }

    /// A link is lost. Where its ports are still up, the cable is still there.
    pub(crate) fn link_down(&mut self, snapshot: &Snapshot, id: LinkId) {
        let is_up = |end: &LinkEnd| {
            let switch = snapshot.switch_up(end.dpid);
            let port = switch.and_then(|switch| switch.ports.get(&end.port));
            port.is_some_and(|port| port.desc.is_up())
        };
        self.suspects
            .extend([id.src, id.dst].into_iter().filter(is_up));
    }

    /// A switch left: it may come back with other cables.
    pub(crate) fn left(&mut self, dpid: Dpid) {
        self.suspects.retain(|at| at.dpid != dpid);
    }

    /// Something new is plugged in.
    pub(crate) fn port_up(&mut self, ctx: &mut AppContext<'_>, at: Location, reason: &str) {
        self.suspects.remove(&at);
        self.sync(ctx, &[at.dpid], reason);
    }

    /// What comes up at this port may be something else.
    pub(crate) fn port_down(&mut self, ctx: &mut AppContext<'_>, at: Location, reason: &str) {
        self.suspects.remove(&at);
        if let Some(plan) = self.plans.get_mut(&at.dpid) {
            let mut before = plan.clone();
            before.forget(at.port);
            if self.phase == Phase::Running {
                self.update(ctx, &[at.dpid], Some((at.dpid, before)), reason);
            } else {
                *plan = before;
            }
        }
    }

    /// Something changed at these switches.
    pub(crate) fn sync(&mut self, ctx: &mut AppContext<'_>, touched: &[Dpid], reason: &str) {
        if self.phase == Phase::Running {
            self.update(ctx, touched, None, reason);
        }
    }

    /// Everything may have changed.
    pub(crate) fn sync_all(&mut self, ctx: &mut AppContext<'_>, reason: &str) {
        for link in ctx.snapshot().links.values() {
            if link.state == LinkState::Down {
                self.link_down(ctx.snapshot(), link.id);
            }
        }
        let all: Vec<Dpid> = ctx.snapshot().switches.keys().copied().collect();
        self.sync(ctx, &all, reason);
    }

    /// What was waiting for its time.
    pub(crate) fn tick(&mut self, ctx: &mut AppContext<'_>) {
        let now = ctx.now();
        if let Phase::Finding {
            joined: Some((first, last)),
        } = self.phase
        {
            let found = is_found(ctx.snapshot()) && self.is_confirmed(ctx.snapshot());
            if found && now >= last + QUIET || now >= first + FINDING_AT_MOST {
                self.start(ctx);
            }
        }
        if self.open_at.is_some_and(|at| now >= at) {
            self.open_at = None;
            self.publish(|plan, _| plan.clone());
        }
        self.release_held(ctx);
    }

    /// A frame that a handler could not send on by itself.
    pub(crate) fn flood(&mut self, ctx: &mut AppContext<'_>, at: Location, frame: Bytes) {
        let now = ctx.now();
        let ready = match self.phase {
            Phase::Finding { .. } => is_found(ctx.snapshot()) && self.is_edge(ctx, at),
            Phase::Running => self.open_at.is_none(),
        };
        if ready {
            self.pass_on(ctx, at, frame);
            return;
        }
        let from_there = self.held.iter().filter(|held| held.at == at).count();
        if from_there >= HELD_PER_PORT || self.held.len() >= HELD {
            self.lost += 1;
            return;
        }
        let since = now;
        self.held.push_back(Held { since, at, frame });
    }

    fn release_held(&mut self, ctx: &mut AppContext<'_>) {
        let now = ctx.now();
        let found = is_found(ctx.snapshot());
        for held in std::mem::take(&mut self.held) {
            let ready = match self.phase {
                Phase::Finding { .. } => {
                    found && self.is_edge(ctx, held.at) || now >= held.since + HOLD_AT_MOST
                }
                Phase::Running => self.open_at.is_none(),
            };
            if ready {
                self.pass_on(ctx, held.at, held.frame);
            } else {
                self.held.push_back(held);
            }
        }
    }

    fn pass_on(&mut self, ctx: &mut AppContext<'_>, at: Location, frame: Bytes) {
        let Some(headers) = PacketView::parse(&frame) else {
            return;
        };
        if headers.eth_dst().is_multicast() {
            if self.phase == Phase::Running {
                self.along_tree(ctx, at, frame);
            } else if self.is_edge(ctx, at) {
                self.everywhere(ctx, at, &frame);
            }
            return;
        }
        let snapshot = ctx.snapshot();
        let host = snapshot.hosts.get(&HostId::destination_of(&headers));
        match host.filter(|host| snapshot.is_usable_edge(host.at)) {
            Some(host) if host.at == at => {}
            Some(host)
                if self.phase == Phase::Running && !snapshot.is_joined(at.dpid, host.at.dpid) => {}
            Some(host) => {
                let packet = PacketOut::to_ports(frame.clone(), [host.at.port]);
                ctx.packet_out(host.at.dpid, packet);
            }
            None => self.everywhere(ctx, at, &frame),
        }
    }

    fn is_edge(&self, ctx: &AppContext<'_>, at: Location) -> bool {
        ctx.snapshot().role(at) == PortRole::Edge && !self.suspects.contains(&at)
    }

    fn along_tree(&mut self, ctx: &mut AppContext<'_>, at: Location, frame: Bytes) {
        let plan = self.plans.get(&at.dpid);
        let open =
            |plan: &&FloodPorts| plan.edge.contains(&at.port) || plan.tree.contains(&at.port);
        if let Some(plan) = plan.filter(open) {
            let packet = PacketOut {
                buffer_id: BufferId::NONE,
                in_port: at.port,
                actions: plan.outputs(at.port),
                data: frame,
            };
            ctx.packet_out(at.dpid, packet);
        }
    }

    /// Straight to every edge port but the one it came from: costs a packet-out per switch, and
    /// needs no rule and no tree.
    fn everywhere(&mut self, ctx: &mut AppContext<'_>, from: Location, frame: &Bytes) {
        let mut targets: Vec<_> = edge_ports(ctx.snapshot()).collect();
        for (dpid, ports) in &mut targets {
            ports.retain(|port| {
                let to = Location::new(*dpid, *port);
                to != from && !self.suspects.contains(&to)
            });
        }
        targets.retain(|(_, ports)| !ports.is_empty());
        let packets = u32::try_from(targets.len()).unwrap_or(u32::MAX);
        if !self.budget.take(ctx.now(), packets) {
            self.lost += 1;
            return;
        }
        for (dpid, ports) in targets {
            ctx.packet_out(dpid, PacketOut::to_ports(frame.clone(), ports));
        }
    }

    /// Whether every cable that entries of an earlier run know of is found again, or is no more.
    fn is_confirmed(&self, snapshot: &Snapshot) -> bool {
        self.plans.iter().all(|(dpid, plan)| {
            let Some(switch) = snapshot.switch_up(*dpid) else {
                return true;
            };
            plan.tree.iter().chain(&plan.closed).all(|port| {
                let is_up = switch.ports.get(port).is_some_and(|port| port.desc.is_up());
                let link = snapshot.links.get(&LinkEnd::new(*dpid, *port));
                !is_up || link.is_some_and(|link| snapshot.graph().contains_link(&link.id))
            })
        })
    }

    /// From finding to running.
    fn start(&mut self, ctx: &mut AppContext<'_>) {
        self.phase = Phase::Running;
        self.forest = self.adopted_forest(ctx.snapshot());
        let adopted = self.plans.clone();
        let switches: Vec<Dpid> = ctx.snapshot().switches.keys().copied().collect();
        self.update(ctx, &switches, None, "the network is found");
        // What was adopted is not wanted until it is said, changed or not.
        for dpid in switches {
            let before = adopted.get(&dpid).cloned().unwrap_or_default();
            self.want(ctx, dpid, &before, "the network is found");
        }
        self.open_at = None;
        self.publish(|plan, _| plan.clone());
    }

    /// The cables both of whose ends flood into them.
    fn adopted_forest(&self, snapshot: &Snapshot) -> SpanningForest {
        let floods = |end: LinkEnd| {
            let plan = self.plans.get(&end.dpid);
            plan.is_some_and(|plan| plan.tree.contains(&end.port))
        };
        let kept = snapshot
            .graph()
            .filtered(|link| floods(link.id.src) && floods(link.id.dst));
        SpanningForest::update(&kept, &SpanningForest::default())
    }

    fn update(
        &mut self,
        ctx: &mut AppContext<'_>,
        touched: &[Dpid],
        mut before: Option<(Dpid, FloodPorts)>,
        reason: &str,
    ) {
        let snapshot = ctx.snapshot();
        self.suspects
            .retain(|at| snapshot.role(*at) != PortRole::Link);
        let forest_changed = self.renew_forest(snapshot);
        let mut changed = false;
        for switch in snapshot.switches.values() {
            let dpid = switch.dpid;
            let concerned = forest_changed || touched.contains(&dpid);
            if !concerned || snapshot.switch_up(dpid).is_none() {
                continue;
            }
            let now = self.plans.get(&dpid).cloned();
            let memory = before
                .take_if(|(whose, _)| *whose == dpid)
                .map(|(_, plan)| plan);
            let memory = memory.or_else(|| now.clone()).unwrap_or_default();
            let plan = FloodPorts::plan(switch, &self.forest, &memory, &self.suspects);
            if now.as_ref() != Some(&plan) {
                self.plans.insert(dpid, plan);
                self.want(ctx, dpid, &now.unwrap_or_default(), reason);
                changed = true;
            }
        }
        if changed {
            // Handlers close at once and open when the rules have.
            self.publish(|plan, published| plan.common(published));
            self.open_at.get_or_insert_with(|| ctx.now() + OPEN_AFTER);
        }
    }

    /// Whether the forest is another.
    fn renew_forest(&mut self, snapshot: &Arc<Snapshot>) -> bool {
        let graph = snapshot.graph();
        if self
            .seen
            .as_ref()
            .is_some_and(|seen| std::ptr::eq(seen.graph(), graph))
        {
            return false;
        }
        let forest = SpanningForest::update(graph, &self.forest);
        self.seen = Some(Arc::clone(snapshot));
        let changed = forest != self.forest;
        self.forest = forest;
        changed
    }

    fn want(&self, ctx: &mut AppContext<'_>, dpid: Dpid, before: &FloodPorts, reason: &str) {
        let switch = ctx.snapshot().switch_up(dpid);
        if let (Some(plan), Some(switch)) = (self.plans.get(&dpid), switch) {
            let rules = plan.rules(dpid, switch.version, before);
            ctx.set_rules(&format!("flood {dpid}"), rules, reason);
        }
    }

    fn publish(&self, choose: impl Fn(&FloodPorts, &FloodPorts) -> FloodPorts) {
        let old = self.published.load();
        let none = FloodPorts::default();
        let switches = self.plans.iter().map(|(dpid, plan)| {
            let published = old.switches.get(dpid).map_or(&none, |plan| plan);
            (*dpid, Arc::new(choose(plan, published)))
        });
        self.published.store(Arc::new(Flooding {
            running: self.phase == Phase::Running,
            switches: switches.collect(),
        }));
    }
}

/// Whether it is known what is behind every port, and every link is known both ways.
fn is_found(snapshot: &Snapshot) -> bool {
    let known = snapshot.switches.keys().all(|dpid| {
        let ports = snapshot.switch_up(*dpid).map(|switch| switch.ports.iter());
        ports.into_iter().flatten().all(|(no, port)| {
            !no.is_physical() || !port.desc.is_up() || port.role != PortRole::Unknown
        })
    });
    known
        && snapshot
            .links
            .values()
            .all(|link| link.state == LinkState::Down || snapshot.graph().contains_link(&link.id))
}

/// After the last switch connected, before the tree is put in place: switches of one network
/// start together, and those that are late should get what is sent meanwhile.
const QUIET: Duration = Duration::from_secs(1);

/// After the first switch connected: then those that come are late. Also how long entries of an
/// earlier run are left alone though not all of their cables are found.
const FINDING_AT_MOST: Duration = Duration::from_secs(10);

/// A port's neighbour is known at most this long after it came up.
const HOLD_AT_MOST: Duration = Duration::from_secs(2);

/// Enough for flow-mods and barriers of a change.
const OPEN_AFTER: Duration = Duration::from_millis(100);

/// Frames held, in all and from one port; what comes then is lost and counted.
const HELD: usize = 1_024;
const HELD_PER_PORT: usize = 32;

const PACKETS_PER_S: u32 = 20_000;
