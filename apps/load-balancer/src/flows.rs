//! All connections, and the ways between their clients and servers.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use app_api::{AppContext, Ends, HostId, HostPair, Location, Priority, Routes};
use openflow::flow::{FlowEntry, FlowRemoved};
use openflow::{Dpid, PortNo};

use crate::connection::{Connection, Direction, Key, Return, Service};
use crate::pool::Endpoint;

/// Connections with rules on switches. A connection's rules are on its client's edge switch; all
/// connections of a client's host and a server's share the way in between.
#[derive(Debug)]
pub(crate) struct Flows {
    connections: BTreeMap<Key, Connection>,
    /// How many there may be.
    capacity: usize,
    /// How many come from each port.
    by_port: HashMap<Location, usize>,
    /// Whose client has not sent for the idle timeout: the first to go.
    silent: BTreeSet<Key>,
    /// The same as their servers see them.
    returns: BTreeMap<Return, Key>,
    /// By who sends to whom, client first.
    by_pair: BTreeMap<HostPair, BTreeSet<Key>>,
    /// Of both directions of every pair.
    routes: Routes<HostPair>,
    /// Connections whose client sends, by service and server.
    active: HashMap<(Service, Endpoint), u64>,
    /// Read from entries of an earlier run, not taken over yet.
    found: BTreeMap<Key, Connection>,
    /// When to look for shorter paths.
    improve_at: Option<Instant>,
}

/// A connection's rule timed out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) key: Key,
    pub(crate) server: Endpoint,
}

impl Flows {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            connections: BTreeMap::new(),
            capacity,
            by_port: HashMap::new(),
            silent: BTreeSet::new(),
            returns: BTreeMap::new(),
            by_pair: BTreeMap::new(),
            routes: Routes::default(),
            active: HashMap::new(),
            found: BTreeMap::new(),
            improve_at: None,
        }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Connection> {
        self.connections.get(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether one more may come from a port: it may have as many as there is room for others. So
    /// one that opens all it can gets half, two get a third each, and somebody new is never shut
    /// out. Silent connections make room.
    pub(crate) fn make_room(&mut self, ctx: &mut AppContext<'_>, at: Location) -> bool {
        loop {
            let own = self.by_port.get(&at).copied().unwrap_or(0);
            if own < self.capacity.saturating_sub(self.connections.len()) {
                return true;
            }
            let Some(key) = self.silent.first().copied() else {
                return false;
            };
            self.close(ctx, key, "its client is silent, and others need room");
        }
    }

    /// How many of a server's connections are active.
    pub(crate) fn active(&self, service: Service, server: Endpoint) -> u64 {
        self.active.get(&(service, server)).copied().unwrap_or(0)
    }

    /// Addresses of clients that have active connections with a server.
    pub(crate) fn clients(&self, service: Service, server: Endpoint) -> u64 {
        let clients: BTreeSet<_> = self
            .connections
            .iter()
            .filter(|(key, c)| key.service == service && c.server == server && c.forward)
            .map(|(key, _)| key.client.0)
            .collect();
        clients.len() as u64
    }

    /// Connections of a service, with their servers.
    pub(crate) fn of_service(&self, service: Service) -> Vec<(Key, Endpoint)> {
        self.connections
            .iter()
            .filter(|(key, _)| key.service == service)
            .map(|(key, connection)| (*key, connection.server))
            .collect()
    }

    /// Whether a server could not tell this connection from another.
    pub(crate) fn is_ambiguous(&self, key: Key, server: Endpoint) -> bool {
        let other = self.returns.get(&Return::of(key, server));
        other.is_some_and(|other| *other != key)
    }

    /// Makes rules for a connection, new or changed. Returns where its client's packets leave
    /// their first switch; `None` where there is no way, and then nothing is left of it.
    pub(crate) fn open(
        &mut self,
        ctx: &mut AppContext<'_>,
        key: Key,
        connection: Connection,
        reason: &str,
    ) -> Option<PortNo> {
        if self.connections.get(&key) != Some(&connection) {
            let old = self.forget(key).and_then(|old| old.pair());
            let new = connection.pair();
            self.remember(key, connection);
            if let Some(old) = old.filter(|old| Some(*old) != new) {
                self.drop_unused(ctx, old, reason);
            }
        }
        let out = self.lead(ctx, key, reason);
        if out.is_none() {
            self.close(ctx, key, reason);
        }
        out
    }

    /// Takes a connection's rules away.
    pub(crate) fn close(&mut self, ctx: &mut AppContext<'_>, key: Key, reason: &str) {
        let Some(connection) = self.forget(key) else {
            return;
        };
        ctx.set_rules(&set_of(key), Vec::new(), reason);
        if let Some(pair) = connection.pair() {
            self.drop_unused(ctx, pair, reason);
        }
    }

    /// Links or switches came or went.
    pub(crate) fn topology(&mut self, ctx: &mut AppContext<'_>, reason: &str) {
        let changed = self.routes.sync(ctx.snapshot());
        self.rerouted(ctx, changed, reason);
        if self.routes.may_improve() {
            self.improve_at
                .get_or_insert_with(|| ctx.now() + IMPROVE_AFTER);
        }
    }

    /// When [`Flows::improve`] is to be called.
    pub(crate) fn improve_at(&self) -> Option<Instant> {
        self.improve_at
    }

    pub(crate) fn improve(&mut self, ctx: &mut AppContext<'_>) {
        if self.improve_at.is_some_and(|at| ctx.now() >= at) {
            self.improve_at = None;
            let changed = self.routes.improve(ctx.snapshot());
            self.rerouted(ctx, changed, "a shorter path came up");
        }
    }

    /// A client's or server's host is elsewhere.
    pub(crate) fn host_moved(&mut self, ctx: &mut AppContext<'_>, host: HostId, reason: &str) {
        let Some(at) = ctx.snapshot().hosts.get(&host).map(|host| host.at) else {
            return;
        };
        let concerned = self
            .by_pair
            .iter()
            .filter(|(pair, _)| pair.src() == host || pair.dst() == host);
        let keys: Vec<Key> = concerned
            .flat_map(|(_, keys)| keys.iter().copied())
            .collect();
        for key in keys {
            let Some(mut connection) = self.connections.get(&key).cloned() else {
                continue;
            };
            if connection.client_host == host {
                connection.client_at = at;
            }
            self.open(ctx, key, connection, reason);
        }
    }

    /// An entry timed out. Returns whose it was; a connection none of whose rules is left is
    /// forgotten.
    pub(crate) fn timed_out(
        &mut self,
        ctx: &mut AppContext<'_>,
        dpid: Dpid,
        removed: &FlowRemoved,
    ) -> Option<Ended> {
        let direction = Connection::of_match(&removed.matching)?;
        let key = match direction {
            Direction::FromClient(key) => key,
            Direction::ToClient(seen) => *self.returns.get(&seen)?,
        };
        let connection = self.connections.get_mut(&key)?;
        if connection.client_at.dpid != dpid {
            return None; // where the client was before it moved
        }
        let server = connection.server;
        match direction {
            Direction::FromClient(_) => {
                if std::mem::take(&mut connection.forward) {
                    self.silent.insert(key);
                    self.count(key.service, server, false);
                }
            }
            Direction::ToClient(_) => connection.backward = false,
        }
        let is_over = self
            .connections
            .get(&key)
            .is_some_and(|connection| !connection.forward && !connection.backward);
        if is_over {
            self.close(ctx, key, "nothing was sent for the idle timeout");
        }
        Some(Ended { key, server })
    }

    /// Entries of an earlier run.
    pub(crate) fn adopt(&mut self, dpid: Dpid, entries: &[FlowEntry]) {
        for entry in entries {
            if let Some((pair, hop)) = HostPair::of_entry(dpid, entry, PRIORITY) {
                self.routes.adopt(pair, hop);
            } else if let Some((key, connection)) = Connection::of_entry(dpid, entry)
                && !self.connections.contains_key(&key)
            {
                let (forward, backward) = (connection.forward, connection.backward);
                let found = self.found.entry(key).or_insert(connection);
                found.forward |= forward;
                found.backward |= backward;
            }
        }
    }

    /// Connections found that can be opened as they are now; all of them when the time is over.
    pub(crate) fn decided(&self, ctx: &AppContext<'_>, is_over: bool) -> Vec<(Key, Connection)> {
        let decided = |connection: &Connection| {
            let Some(pair) = connection.pair() else {
                return true;
            };
            let Some((from, to)) = ends(ctx, connection) else {
                return false;
            };
            self.routes.is_decided(ctx.snapshot(), &pair, (from, to))
                && self
                    .routes
                    .is_decided(ctx.snapshot(), &pair.reversed(), (to, from))
        };
        self.found
            .iter()
            .filter(|(_, connection)| is_over || decided(connection))
            .map(|(key, connection)| (*key, connection.clone()))
            .collect()
    }

    /// A found connection is opened or given up.
    pub(crate) fn decide(&mut self, key: &Key) {
        self.found.remove(key);
    }

    pub(crate) fn is_adopting(&self) -> bool {
        !self.found.is_empty()
    }

    pub(crate) fn end_adoption(&mut self) {
        self.found.clear();
        self.routes.end_adoption();
    }

    /// Brings the ways of a connection's pair and its own rules up to date.
    fn lead(&mut self, ctx: &mut AppContext<'_>, key: Key, reason: &str) -> Option<PortNo> {
        let connection = self.connections.get(&key)?;
        let pair = connection.pair()?;
        let (from, to) = ends(ctx, connection)?;
        let mut is_new_way = false;
        for (pair, ends) in [(pair.reversed(), (to, from)), (pair, (from, to))] {
            let route = pair.route(ends, PRIORITY);
            if self.routes.insert(ctx.snapshot(), pair, route) {
                ctx.set_rules(&way_of(pair), self.routes.rules(&pair), reason);
                is_new_way = true;
            }
        }
        // Where packets are sent on comes after where they are led to and answered.
        let stage = if is_new_way { u16::MAX } else { 0 };
        self.routes.path(&pair.reversed())?;
        self.renew(ctx, key, stage, reason)
    }

    /// The connection's own rules, along the way there is.
    fn renew(
        &self,
        ctx: &mut AppContext<'_>,
        key: Key,
        stage: u16,
        reason: &str,
    ) -> Option<PortNo> {
        let connection = self.connections.get(&key)?;
        let path = self.routes.path(&connection.pair()?)?;
        let server_at = self.routes.get(&connection.pair()?)?.to;
        let in_port = connection.client_at.port;
        let out = path.hops(in_port, server_at.port).first()?.out_port;
        if out == in_port {
            return None; // the server would answer without us
        }
        ctx.set_rules(&set_of(key), connection.rules(key, out, stage), reason);
        Some(out)
    }

    fn rerouted(&self, ctx: &mut AppContext<'_>, changed: Vec<HostPair>, reason: &str) {
        for pair in changed {
            ctx.set_rules(&way_of(pair), self.routes.rules(&pair), reason);
            for key in self.by_pair.get(&pair).into_iter().flatten() {
                self.renew(ctx, *key, u16::MAX, reason);
            }
        }
    }

    fn remember(&mut self, key: Key, connection: Connection) {
        self.returns.insert(Return::of(key, connection.server), key);
        if let Some(pair) = connection.pair() {
            self.by_pair.entry(pair).or_default().insert(key);
        }
        if connection.forward {
            self.count(key.service, connection.server, true);
        } else {
            self.silent.insert(key);
        }
        *self.by_port.entry(connection.client_at).or_default() += 1;
        self.connections.insert(key, connection);
    }

    fn forget(&mut self, key: Key) -> Option<Connection> {
        let connection = self.connections.remove(&key)?;
        self.returns.remove(&Return::of(key, connection.server));
        if let Some(pair) = connection.pair()
            && let Some(keys) = self.by_pair.get_mut(&pair)
        {
            keys.remove(&key);
        }
        if connection.forward {
            self.count(key.service, connection.server, false);
        } else {
            self.silent.remove(&key);
        }
        if let Entry::Occupied(mut own) = self.by_port.entry(connection.client_at) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
        Some(connection)
    }

    fn drop_unused(&mut self, ctx: &mut AppContext<'_>, pair: HostPair, reason: &str) {
        let is_used = |pair| self.by_pair.get(&pair).is_some_and(|keys| !keys.is_empty());
        if is_used(pair) || is_used(pair.reversed()) {
            return;
        }
        for pair in [pair, pair.reversed()] {
            self.by_pair.remove(&pair);
            if self.routes.remove(&pair).is_some() {
                ctx.set_rules(&way_of(pair), Vec::new(), reason);
            }
        }
    }

    fn count(&mut self, service: Service, server: Endpoint, is_more: bool) {
        let active = self.active.entry((service, server)).or_default();
        *active = if is_more {
            *active + 1
        } else {
            active.saturating_sub(1)
        };
        if *active == 0 {
            self.active.remove(&(service, server));
        }
    }
}

/// Where a connection's packets enter and leave the network.
fn ends(ctx: &AppContext<'_>, connection: &Connection) -> Option<Ends> {
    let server: Location = ctx.snapshot().hosts.get(&connection.server_host)?.at;
    Some((connection.client_at, server))
}

fn set_of(key: Key) -> String {
    format!("connection {key}")
}

fn way_of(pair: HostPair) -> String {
    format!("way {pair}")
}

/// Of the way between client and server: above those of apps that route for everybody.
const PRIORITY: Priority = Priority::new(20_000);

/// Links often come several at once, and a path that works can wait.
const IMPROVE_AFTER: Duration = Duration::from_millis(100);
