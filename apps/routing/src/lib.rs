//! Forwards between hosts over shortest paths, and broadcast without loops.
//!
//! - **Pairs**: when a host asks for another's address or sends to it, rules for both
//!   directions are made along whole paths, before data arrives. The rule at the sender's edge
//!   has an idle timeout; when that ends, the pair's rules go.
//! - **Questions** ([`neighbours`]): ARP requests and neighbour solicitations come to the
//!   controller at edge ports only, and are answered where the answer is known.
//! - **Broadcast** ([`flood`], [`broadcast`]): over a spanning forest that changes as little as
//!   possible, in steps none of which holds a loop.
//! - **Packets** that no rule takes ([`handler`]) are carried by the controller exactly as the
//!   rules will carry them, so none is lost or doubled while rules are on their way.
//! - **Restart**: pairs and tree found on switches are taken over as they are.
//!
//! Rules match the ingress port. So a host that moved is noticed with its first packet: at its new
//! edge port no rule takes it.

mod broadcast;
mod budget;
mod flood;
mod handler;
mod neighbours;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use app_api::{
    App, AppContext, ConfigError, Ends, Event, HostId, HostPair, Location, PacketHandler, PortRole,
    Priority, Routes,
};
use openflow::Dpid;
use openflow::flow::{FlowEntry, FlowRemoved, FlowRemovedReason};
use serde::{Deserialize, Serialize};

use crate::broadcast::Broadcast;
use crate::handler::Handler;

pub use handler::Report;

/// The app.
#[derive(Debug)]
pub struct Routing {
    settings: Settings,
    routes: Routes<HostPair>,
    /// With whom a host is in a pair, in either direction.
    peers: BTreeMap<HostId, BTreeSet<HostId>>,
    /// Pairs one of whose hosts the controller does not know yet: its first packet told the app
    /// before the network state.
    expected: Vec<(Instant, HostPair)>,
    broadcast: Broadcast,
    /// When to look for shorter paths.
    improve_at: Option<Instant>,
    /// Where senders of pairs found on switches were.
    found_senders: BTreeMap<HostPair, Location>,
    /// Entries were found that are not all taken over; they stay until then at most.
    adopt_until: Option<Instant>,
    wake_at: Option<Instant>,
}

/// Settings, as people write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// Seconds after which rules between hosts that say nothing are withdrawn; 0: never.
    idle_timeout_s: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            idle_timeout_s: 300,
        }
    }
}

impl Default for Routing {
    fn default() -> Self {
        Self::new()
    }
}

impl Routing {
    /// With default settings.
    #[must_use]
    pub fn new() -> Self {
        Self {
            settings: Settings::default(),
            routes: Routes::default(),
            peers: BTreeMap::new(),
            expected: Vec::new(),
            broadcast: Broadcast::default(),
            found_senders: BTreeMap::new(),
            improve_at: None,
            adopt_until: None,
            wake_at: None,
        }
    }

    /// Makes rules for both directions.
    fn pair(&mut self, ctx: &mut AppContext<'_>, pair: HostPair, reason: &str) {
        let both_known = [pair.src(), pair.dst()]
            .iter()
            .all(|host| ctx.snapshot().hosts.contains_key(host));
        if !both_known {
            if self.expected.len() < EXPECTED {
                self.expected.push((ctx.now() + EXPECT_FOR, pair));
            }
            return;
        }
        for pair in [pair, pair.reversed()] {
            if self.routes.get(&pair).is_some() || self.routes.len() < PAIRS {
                self.route(ctx, pair, reason);
            }
        }
    }

    /// Brings one direction's rules up to date with where its hosts are.
    fn route(&mut self, ctx: &mut AppContext<'_>, pair: HostPair, reason: &str) {
        let present = self.routes.get(&pair);
        let place = |host: HostId, otherwise: Option<Location>| {
            let known = ctx.snapshot().hosts.get(&host).map(|host| host.at);
            known.or(otherwise)
        };
        let from = place(pair.src(), present.map(|route| route.from));
        let to = place(pair.dst(), present.map(|route| route.to));
        if let (Some(from), Some(to)) = (from, to) {
            self.want(ctx, pair, (from, to), reason);
        }
    }

    fn want(&mut self, ctx: &mut AppContext<'_>, pair: HostPair, ends: Ends, reason: &str) {
        let mut route = pair.route(ends, PRIORITY);
        route.idle_timeout_s = self.settings.idle_timeout_s;
        if self.routes.insert(ctx.snapshot(), pair, route) {
            for (host, peer) in [(pair.src(), pair.dst()), (pair.dst(), pair.src())] {
                self.peers.entry(host).or_default().insert(peer);
            }
            ctx.set_rules(&set_of(pair), self.routes.rules(&pair), reason);
        }
    }

    fn withdraw(&mut self, ctx: &mut AppContext<'_>, pair: HostPair, reason: &str) {
        if self.routes.remove(&pair).is_none() {
            return;
        }
        ctx.set_rules(&set_of(pair), Vec::new(), reason);
        if self.routes.get(&pair.reversed()).is_some() {
            return;
        }
        for (host, peer) in [(pair.src(), pair.dst()), (pair.dst(), pair.src())] {
            if let Some(peers) = self.peers.get_mut(&host) {
                peers.remove(&peer);
                if peers.is_empty() {
                    self.peers.remove(&host);
                }
            }
        }
    }

    /// Both directions with every host this one is in a pair with.
    fn pairs_of(&self, host: HostId) -> Vec<HostPair> {
        let peers = self.peers.get(&host).into_iter().flatten();
        peers
            .filter_map(|peer| HostPair::new(host, *peer))
            .flat_map(|pair| [pair, pair.reversed()])
            .filter(|pair| self.routes.get(pair).is_some())
            .collect()
    }

    fn host_is_at(&mut self, ctx: &mut AppContext<'_>, host: HostId, reason: &str) {
        for pair in self.pairs_of(host) {
            self.route(ctx, pair, reason);
        }
        let now = ctx.now();
        let concerns = |pair: &HostPair| pair.src() == host || pair.dst() == host;
        let expected: Vec<_> = self
            .expected
            .extract_if(.., |(until, pair)| *until < now || concerns(pair))
            .filter(|(until, _)| *until >= now)
            .collect();
        for (_, pair) in expected {
            self.pair(ctx, pair, reason);
        }
    }

    /// Links or switches came or went.
    fn topology(&mut self, ctx: &mut AppContext<'_>, touched: &[Dpid], reason: &str) {
        for pair in self.routes.sync(ctx.snapshot()) {
            ctx.set_rules(&set_of(pair), self.routes.rules(&pair), reason);
        }
        if self.routes.may_improve() {
            self.improve_at
                .get_or_insert_with(|| ctx.now() + IMPROVE_AFTER);
        }
        self.broadcast.sync(ctx, touched, reason);
    }

    /// No host is behind a port that turned out to be a cable.
    fn role_changed(&mut self, ctx: &mut AppContext<'_>, at: Location) {
        let reason = format!("it was found out what is behind port {at}");
        self.broadcast.sync(ctx, &[at.dpid], &reason);
        if ctx.snapshot().role(at) == PortRole::Link {
            let ends_there = self
                .routes
                .iter()
                .filter(|(_, r)| r.from == at || r.to == at);
            for pair in ends_there.map(|(pair, _)| *pair).collect::<Vec<_>>() {
                self.withdraw(ctx, pair, &reason);
            }
        }
    }

    fn adopt(&mut self, ctx: &AppContext<'_>, dpid: Dpid, entries: &[FlowEntry]) {
        for entry in entries {
            if let Some((pair, hop)) = HostPair::of_entry(dpid, entry, PRIORITY) {
                self.routes.adopt(pair, hop);
                if entry.idle_timeout_s != 0 {
                    let from = Location::new(dpid, hop.in_port);
                    self.found_senders.insert(pair, from);
                }
            }
        }
        self.broadcast.adopt(dpid, entries);
        self.adopt_until = Some(ctx.now() + ADOPT_WITHIN);
    }

    /// Takes over what can be followed from end to end by now, or is known to be broken; when the
    /// time is over, whatever makes sense.
    fn take_over(&mut self, ctx: &mut AppContext<'_>) {
        let Some(until) = self.adopt_until else {
            return;
        };
        let is_over = ctx.now() >= until;
        for pair in self.routes.found().copied().collect::<Vec<_>>() {
            let Some(ends) = self.found_ends(ctx, pair, is_over) else {
                continue;
            };
            if is_over || self.routes.is_decided(ctx.snapshot(), &pair, ends) {
                self.want(ctx, pair, ends, "found on the switches");
            }
        }
        let decided = is_over || self.routes.found().next().is_none();
        if decided && self.broadcast.is_running() {
            self.routes.end_adoption();
            self.found_senders.clear();
            self.adopt_until = None;
            ctx.release_unclaimed();
        }
    }

    /// Where a found pair's hosts are: where they were seen since; else, where the entry with the
    /// idle timeout is, which is at its sender's edge port.
    fn found_ends(&self, ctx: &AppContext<'_>, pair: HostPair, is_over: bool) -> Option<Ends> {
        let place = |sender: HostPair| {
            let seen = ctx.snapshot().hosts.get(&sender.src()).map(|host| host.at);
            seen.or_else(|| self.found_senders.get(&sender).copied())
        };
        let ends = place(pair).zip(place(pair.reversed()));
        let at_last = || self.routes.found_ends(ctx.snapshot(), &pair);
        ends.or_else(|| is_over.then(at_last).flatten())
    }

    fn entry_removed(&mut self, ctx: &mut AppContext<'_>, dpid: Dpid, removed: &FlowRemoved) {
        if removed.reason != FlowRemovedReason::IdleTimeout {
            return; // restored without us where it is wanted
        }
        let Some((pair, port)) = HostPair::of_match(&removed.matching) else {
            return;
        };
        let from = self.routes.get(&pair).map(|route| route.from);
        if from == Some(Location::new(dpid, port)) {
            self.withdraw(ctx, pair, "nothing was sent for the idle timeout");
        }
    }

    /// Asks to be woken while there is something to wait for. A wish that stands is not replaced:
    /// events that keep coming would put it off for ever.
    fn rest(&mut self, ctx: &mut AppContext<'_>) {
        let waits =
            self.broadcast.is_busy() || self.improve_at.is_some() || self.adopt_until.is_some();
        let asked = self.wake_at.is_some_and(|at| at > ctx.now());
        if waits && !asked {
            self.wake_at = Some(ctx.now() + TICK);
            ctx.wake_after(TICK);
        }
    }
}

impl App for Routing {
    type Message = Report;

    fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event) {
        match event {
            Event::Resync => {
                self.topology(ctx, &[], "events were lost");
                for host in self.peers.keys().copied().collect::<Vec<_>>() {
                    self.host_is_at(ctx, host, "events were lost");
                }
                self.broadcast.sync_all(ctx, "events were lost");
                if ctx
                    .snapshot()
                    .switches
                    .keys()
                    .any(|dpid| ctx.snapshot().switch_up(*dpid).is_some())
                {
                    self.broadcast.joined(ctx.now());
                }
            }
            Event::SwitchUp(dpid) => {
                self.broadcast.joined(ctx.now());
                let name = ctx.snapshot().switch_label(*dpid);
                self.topology(ctx, &[*dpid], &format!("switch {name} connected"));
            }
            Event::SwitchDown(dpid) => {
                let name = ctx.snapshot().switch_label(*dpid);
                self.broadcast.left(*dpid);
                self.topology(ctx, &[*dpid], &format!("switch {name} left"));
            }
            Event::PortUp(at) => {
                self.broadcast
                    .port_up(ctx, *at, &format!("port {at} came up"));
            }
            Event::PortRoleChanged(at) => {
                self.role_changed(ctx, *at);
            }
            Event::PortDown(at) => {
                let reason = format!("port {at} went down");
                self.broadcast.port_down(ctx, *at, &reason);
                self.topology(ctx, &[at.dpid], &reason);
                self.take_over(ctx);
            }
            Event::LinkUp(id) => {
                let ends = [id.src.dpid, id.dst.dpid];
                self.topology(ctx, &ends, &format!("link {id} came up"));
            }
            Event::LinkDown(id) => {
                let ends = [id.src.dpid, id.dst.dpid];
                self.broadcast.link_down(ctx.snapshot(), *id);
                self.topology(ctx, &ends, &format!("link {id} went down"));
                self.take_over(ctx);
            }
            Event::HostAdded(host) => self.host_is_at(ctx, *host, "host found"),
            Event::HostMoved { host, .. } => {
                self.host_is_at(ctx, *host, &format!("host {host} moved"));
            }
            Event::HostRemoved { host, .. } => {
                for pair in self.pairs_of(*host) {
                    self.withdraw(ctx, pair, &format!("host {host} is gone"));
                }
            }
            Event::EntriesFound { dpid, entries } => self.adopt(ctx, *dpid, entries),
            Event::FlowRemoved { dpid, removed } => self.entry_removed(ctx, *dpid, removed),
            Event::HostChanged(_)
            | Event::AnnotationsChanged
            | Event::RuleRejected(_)
            | Event::GroupRejected(_) => {}
        }
        self.rest(ctx);
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, report: Report) {
        match report {
            Report::Met { src, dst } => {
                if let Some(pair) = HostPair::new(src, dst) {
                    self.pair(ctx, pair, &format!("{src} has something to say to {dst}"));
                }
            }
            Report::Flood { at, frame } => {
                // The handler may have seen more of the network than this app has by now.
                self.broadcast.sync(ctx, &[at.dpid], "a frame came in");
                self.broadcast.flood(ctx, at, frame);
            }
        }
        self.rest(ctx);
    }

    fn wake(&mut self, ctx: &mut AppContext<'_>) {
        self.wake_at = None;
        self.broadcast.tick(ctx);
        if self.improve_at.is_some_and(|at| ctx.now() >= at) {
            self.improve_at = None;
            for pair in self.routes.improve(ctx.snapshot()) {
                let rules = self.routes.rules(&pair);
                ctx.set_rules(&set_of(pair), rules, "a shorter path came up");
            }
        }
        self.take_over(ctx);
        self.rest(ctx);
    }

    fn packet_handler(&mut self, dpid: Dpid) -> Option<Box<dyn PacketHandler<Message = Report>>> {
        Some(Box::new(Handler::new(dpid, self.broadcast.published())))
    }

    fn configure(
        &mut self,
        ctx: &mut AppContext<'_>,
        settings: &serde_json::Value,
    ) -> Result<(), ConfigError> {
        self.settings = serde_path_to_error::deserialize(settings).map_err(|error| {
            ConfigError::new(error.path().to_string(), error.inner().to_string())
        })?;
        let pairs: Vec<HostPair> = self.routes.iter().map(|(pair, _)| *pair).collect();
        for pair in pairs {
            self.route(ctx, pair, "another idle timeout was configured");
        }
        Ok(())
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "idle_timeout_s": self.settings.idle_timeout_s })
    }

    fn status(&self) -> serde_json::Value {
        serde_json::json!({
            "pairs": self.routes.len(),
            "pairs_without_path": self.routes.without_path(),
            "tree_links": self.broadcast.cables(),
            "flooding": self.broadcast.is_running(),
            "silent_cables": self.broadcast.suspects().map(|at| at.to_string()).collect::<Vec<_>>(),
            "frames_lost": self.broadcast.lost(),
        })
    }
}

/// Names the rules of one direction.
fn set_of(pair: HostPair) -> String {
    format!("pair {pair}")
}

/// Above flooding, since a host's address is more than any group's; below the rules of apps that
/// care for single connections.
const PRIORITY: Priority = Priority::new(10_000);

/// How often waiting things are looked after.
const TICK: Duration = Duration::from_millis(50);

/// Links often come several at once, and a path that works can wait.
const IMPROVE_AFTER: Duration = Duration::from_millis(100);

/// How long entries of an earlier run are left alone while switches and links are found.
const ADOPT_WITHIN: Duration = Duration::from_secs(10);

/// Directions of pairs with rules; beyond it packets still arrive, by way of the controller.
const PAIRS: usize = 100_000;

/// Pairs waiting for a host to be known, and how long.
const EXPECTED: usize = 1_024;
const EXPECT_FOR: Duration = Duration::from_secs(2);
