//! The app: pools, their clients and their checks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::{
    App, AppContext, ConfigError, Event, Host, HostId, Location, PacketHandler, Priority, Rule,
    Snapshot,
};
use arc_swap::ArcSwap;
use bytes::Bytes;
use openflow::flow::{Action, FlowRemoved, FlowRemovedReason, Instructions, Match, PacketOut};
use openflow::packet::{Arp, PacketView, TcpSegment, Transport};
use openflow::{BufferId, Dpid};

use crate::check;
use crate::connection::{Connection, Key, Service};
use crate::flows::Flows;
use crate::handler::{Handler, Seen, Vips};
use crate::health::{Probe, Reason};
use crate::message::{LbMessage, PoolError, PoolView, ServerState};
use crate::pool::{Endpoint, Pool};
use crate::spec::{
    Affinity, OTHER_POOL_LISTENS, PoolSpec, Protocol, ServerChange, ServerRef, Settings,
};

/// The app. See the crate's text.
#[derive(Debug, Default)]
pub struct LoadBalancer {
    pools: BTreeMap<String, Pool>,
    /// Names of pools by what they listen on.
    services: BTreeMap<Service, String>,
    flows: Flows,
    /// For packet handlers.
    vips: Arc<ArcSwap<Vips>>,
    /// Makes every check different from the last ones.
    checks: u32,
    /// Packets of clients nobody could serve.
    refused: u64,
    adopt_until: Option<Instant>,
    wake_at: Option<Instant>,
}

/// Requests.
impl LoadBalancer {
    /// Without pools.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn create(&mut self, ctx: &mut AppContext<'_>, spec: PoolSpec) -> Result<PoolView, PoolError> {
        spec.validate()?;
        if self.pools.contains_key(&spec.name) {
            let (field, problem) = ("name", "another pool has this name".to_owned());
            return Err(PoolError::Conflict { field, problem });
        }
        self.put(ctx, spec)
    }

    fn replace(&mut self, ctx: &mut AppContext<'_>, spec: PoolSpec) -> Result<PoolView, PoolError> {
        spec.validate()?;
        if !self.pools.contains_key(&spec.name) {
            return Err(PoolError::NoPool(spec.name));
        }
        self.put(ctx, spec)
    }

    /// A valid pool, new or instead of the one of its name.
    fn put(&mut self, ctx: &mut AppContext<'_>, spec: PoolSpec) -> Result<PoolView, PoolError> {
        let (name, service) = (spec.name.clone(), spec.endpoint());
        if self
            .services
            .get(&service)
            .is_some_and(|other| *other != name)
        {
            let (field, problem) = ("port", OTHER_POOL_LISTENS.to_owned());
            return Err(PoolError::Conflict { field, problem });
        }
        if self
            .pools
            .get(&name)
            .is_some_and(|old| old.spec.endpoint() != service)
        {
            self.take_down(ctx, &name, "the pool listens elsewhere now");
        }
        match self.pools.get_mut(&name) {
            Some(pool) => {
                let gone = pool.replace(spec, ctx.now());
                for (key, server) in self.flows.of_service(service) {
                    if gone.contains(&server) {
                        self.flows.close(ctx, key, "its server left the pool");
                    }
                }
            }
            None => {
                let pool = Pool::new(spec, ctx.now());
                self.services.insert(service, name.clone());
                self.pools.insert(name.clone(), pool);
            }
        }
        self.listen(ctx, "a pool was changed");
        self.show(&name)
    }

    fn delete(&mut self, ctx: &mut AppContext<'_>, name: &str) -> Result<(), PoolError> {
        if !self.pools.contains_key(name) {
            return Err(PoolError::NoPool(name.to_owned()));
        }
        self.take_down(ctx, name, "the pool was deleted");
        self.listen(ctx, "a pool was deleted");
        Ok(())
    }

    fn change_server(
        &mut self,
        ctx: &mut AppContext<'_>,
        name: &str,
        server: ServerRef,
        change: ServerChange,
    ) -> Result<PoolView, PoolError> {
        change.validate()?;
        let no_pool = || PoolError::NoPool(name.to_owned());
        let pool = self.pools.get_mut(name).ok_or_else(no_pool)?;
        let is_meant = |(address, port): &Endpoint| {
            *address == server.address && server.port.is_none_or(|wanted| wanted == *port)
        };
        let all = pool.servers.iter().map(|server| server.endpoint);
        let endpoint = match all.filter(is_meant).collect::<Vec<_>>()[..] {
            [endpoint] => endpoint,
            [] => {
                let pool = name.to_owned();
                return Err(PoolError::NoServer { pool, server });
            }
            _ => {
                let pool = name.to_owned();
                return Err(PoolError::AmbiguousServer { pool, server });
            }
        };
        let mut spec = pool.spec.clone();
        if let Some(wanted) = spec.server_at_mut(endpoint) {
            wanted.weight = change.weight.unwrap_or(wanted.weight);
            wanted.draining = change.draining.unwrap_or(wanted.draining);
        }
        pool.replace(spec, ctx.now());
        self.show(name)
    }

    fn show(&self, name: &str) -> Result<PoolView, PoolError> {
        let pool = self.pools.get(name);
        pool.map(|pool| self.view(pool))
            .ok_or_else(|| PoolError::NoPool(name.to_owned()))
    }

    fn view(&self, pool: &Pool) -> PoolView {
        let service = pool.spec.endpoint();
        let active = |server| match pool.spec.affinity {
            Affinity::Client => self.flows.clients(service, server),
            Affinity::Connection => self.flows.active(service, server),
        };
        let servers = pool.servers.iter();
        PoolView {
            spec: pool.spec.clone(),
            mac: pool.mac(),
            status: servers.map(|s| s.view(active(s.endpoint))).collect(),
        }
    }

    fn take_down(&mut self, ctx: &mut AppContext<'_>, name: &str, reason: &str) {
        let Some(pool) = self.pools.remove(name) else {
            return;
        };
        let service = pool.spec.endpoint();
        self.services.remove(&service);
        for (key, _) in self.flows.of_service(service) {
            self.flows.close(ctx, key, reason);
        }
    }

    /// Says to handlers and switches which virtual addresses there are.
    fn listen(&mut self, ctx: &mut AppContext<'_>, reason: &str) {
        let vips: Vips = self.pools.values().map(|p| (p.spec.vip, p.mac())).collect();
        let mut macs: Vec<_> = vips.values().copied().collect();
        macs.sort_unstable();
        let rules = ctx.snapshot().switches.keys().flat_map(|dpid| {
            macs.iter().map(|mac| {
                let ask = Instructions::apply([Action::to_controller()]);
                Rule::new(*dpid, PRIORITY, Match::any().eth_dst(*mac), ask)
            })
        });
        ctx.set_rules("virtual addresses", rules.collect(), reason);
        self.vips.store(Arc::new(vips));
    }
}

/// Packets.
impl LoadBalancer {
    fn seen(&mut self, ctx: &mut AppContext<'_>, Seen { at, frame }: Seen) {
        let Some(view) = PacketView::parse(&frame) else {
            return;
        };
        if let Some(arp) = view.arp() {
            self.server_told_its_address(arp);
        } else if let Some(key) = Key::of_packet(&view)
            && !self.check_answered(ctx, key, &view)
            && ctx.snapshot().is_usable_edge(at)
        {
            self.client_sent(ctx, key, (at, HostId::source_of(&view)), frame.clone());
        }
    }

    /// A packet of a client without a rule: the first of a connection, or one after a silence.
    fn client_sent(
        &mut self,
        ctx: &mut AppContext<'_>,
        key: Key,
        (at, host): (Location, HostId),
        frame: Bytes,
    ) {
        let served = self
            .present(key, (at, host))
            .or_else(|| self.assign(ctx, key, (at, host)));
        let reason = format!("{}:{} connects", key.client.0, key.client.1);
        let out = served.and_then(|connection| {
            let out = self.flows.open(ctx, key, connection.clone(), &reason)?;
            Some(connection.rewrite(key, out))
        });
        let Some(actions) = out else {
            self.refused += 1;
            return;
        };
        // The answer must find its rules.
        ctx.packet_out_after_rules(
            at.dpid,
            PacketOut {
                buffer_id: BufferId::NONE,
                in_port: at.port,
                actions,
                data: frame,
            },
        );
    }

    /// The connection as it was, if its server still serves it.
    fn present(&self, key: Key, (at, host): (Location, HostId)) -> Option<Connection> {
        let present = self.flows.get(&key)?;
        let pool = self.pools.get(self.services.get(&key.service)?)?;
        let keeps = pool.server(present.server)?.keeps_old();
        keeps.then(|| Connection {
            client_host: host,
            client_at: at,
            forward: true,
            backward: true,
            ..present.clone()
        })
    }

    /// A server for a new connection.
    fn assign(
        &mut self,
        ctx: &AppContext<'_>,
        key: Key,
        (at, host): (Location, HostId),
    ) -> Option<Connection> {
        if self.flows.len() >= CONNECTIONS {
            return None;
        }
        let pool = self.pools.get_mut(self.services.get(&key.service)?)?;
        for server in &mut pool.servers {
            server.connections = self.flows.active(key.service, server.endpoint);
        }
        let snapshot = ctx.snapshot();
        let host_of = |server: Endpoint| {
            let found = snapshot.host_by_address(host.vlan, server.0.into())?;
            (found.id != host && found.at != at && snapshot.is_usable_edge(found.at))
                .then_some(found.id)
        };
        let flows = &self.flows;
        let server = pool.choose(key.client.0, ctx.now(), |server| {
            host_of(server.endpoint).is_some() && !flows.is_ambiguous(key, server.endpoint)
        })?;
        Some(Connection {
            server,
            client_host: host,
            client_at: at,
            server_host: host_of(server)?,
            forward: true,
            backward: true,
        })
    }

    fn timed_out(&mut self, ctx: &mut AppContext<'_>, dpid: Dpid, removed: &FlowRemoved) {
        if removed.reason != FlowRemovedReason::IdleTimeout {
            return; // restored without us where it is wanted
        }
        if let Some(ended) = self.flows.timed_out(ctx, dpid, removed)
            && let Some(name) = self.services.get(&ended.key.service)
            && let Some(pool) = self.pools.get_mut(name)
            && let Some(server) = pool.server_mut(ended.server)
        {
            server.bytes += removed.bytes;
        }
    }
}

/// Health.
impl LoadBalancer {
    /// Sends the checks that are due.
    fn check(&mut self, ctx: &mut AppContext<'_>) {
        let now = ctx.now();
        let dpids = ctx.snapshot().switches.keys();
        if !dpids
            .into_iter()
            .any(|dpid| ctx.snapshot().switch_up(*dpid).is_some())
        {
            for pool in self.pools.values_mut() {
                let health = pool.spec.health;
                let servers = pool.servers.iter_mut().filter(|s| s.health.due() <= now);
                servers.for_each(|server| server.health.postpone(now, health));
            }
            return;
        }
        let due: Vec<(String, Endpoint)> = self
            .pools
            .iter()
            .flat_map(|(name, pool)| {
                let servers = pool.servers.iter().filter(|s| s.health.due() <= now);
                servers.map(|server| (name.clone(), server.endpoint))
            })
            .collect();
        for (name, endpoint) in due {
            self.check_one(ctx, &name, endpoint);
        }
    }

    fn check_one(&mut self, ctx: &mut AppContext<'_>, name: &str, endpoint: Endpoint) {
        self.checks = self.checks.wrapping_add(1);
        let probe = check::probe(self.checks);
        let Some(pool) = self.pools.get_mut(name) else {
            return;
        };
        let from = (pool.mac(), pool.spec.vip);
        let (protocol, health) = (pool.spec.protocol, pool.spec.health);
        let Some(server) = pool.server_mut(endpoint) else {
            return;
        };
        let silent = match locate(ctx.snapshot(), endpoint) {
            Some(host) => {
                let frame = match protocol {
                    Protocol::Tcp => check::syn(from, (host.id, endpoint), probe),
                    Protocol::Udp => check::question(from, (host.id, endpoint)),
                };
                ctx.packet_out(host.at.dpid, PacketOut::to_ports(frame, [host.at.port]));
                Reason::Silent
            }
            None => {
                let is_time = server
                    .searched
                    .is_none_or(|at| ctx.now() >= at + SEARCH_EVERY);
                if is_time {
                    server.searched = Some(ctx.now());
                    check::search(ctx, from, endpoint);
                }
                Reason::Gone
            }
        };
        if server.health.ask(ctx.now(), probe, health, silent) {
            self.became_unhealthy(ctx, name, endpoint);
        }
    }

    /// Whether a packet answers a check, or would have.
    fn check_answered(
        &mut self,
        ctx: &mut AppContext<'_>,
        key: Key,
        view: &PacketView<'_>,
    ) -> bool {
        let (server, (vip, _, port)) = (key.client, key.service);
        let Some(Transport::Tcp {
            segment: Some(segment),
            ..
        }) = view.transport()
        else {
            return false;
        };
        let asked = self.pools.values().find(|pool| {
            pool.spec.vip == vip && pool.server(server).is_some() && check::is_probe_port(port)
        });
        let Some(pool) = asked else {
            return false;
        };
        let (name, from) = (pool.spec.name.clone(), (pool.mac(), vip));
        let is_reset = segment.flags & TcpSegment::RST != 0;
        if !is_reset && let Some(host) = locate(ctx.snapshot(), server) {
            let frame = check::reset(from, (host.id, server), (port, segment.ack));
            ctx.packet_out(host.at.dpid, PacketOut::to_ports(frame, [host.at.port]));
        }
        let answered = Probe {
            port,
            seq: segment.ack.wrapping_sub(1),
        };
        let health = self
            .pools
            .get_mut(&name)
            .and_then(|pool| pool.server_mut(server))
            .map(|server| &mut server.health)
            .filter(|health| health.expects(answered));
        if let Some(health) = health {
            if !is_reset {
                health.answered();
            } else if health.fail(Reason::Refuses) {
                self.became_unhealthy(ctx, &name, server);
            }
        }
        true
    }

    /// The answer to the check of a UDP server.
    fn server_told_its_address(&mut self, arp: Arp) {
        for pool in self.pools.values_mut() {
            let is_udp = pool.spec.protocol == Protocol::Udp && pool.spec.vip == arp.tpa;
            let servers = pool.servers.iter_mut().filter(|_| is_udp);
            for server in servers.filter(|server| server.endpoint.0 == arp.spa) {
                if server.health.is_waiting() {
                    server.health.answered();
                }
            }
        }
    }

    /// Its clients are served by others from now on; what they send next comes here.
    fn became_unhealthy(&mut self, ctx: &mut AppContext<'_>, name: &str, endpoint: Endpoint) {
        let Some(pool) = self.pools.get_mut(name) else {
            return;
        };
        pool.move_clients_of(endpoint);
        let service = pool.spec.endpoint();
        let health = pool.server(endpoint).map(|server| &server.health);
        let why = health.and_then(|health| health.reason());
        let (server, port) = endpoint;
        let error = why.map_or("", Reason::words);
        tracing::warn!(app = "load-balancer", pool = name, %server, port, error, "server is unhealthy");
        let reason = format!("server {} is unhealthy", endpoint.0);
        for (key, server) in self.flows.of_service(service) {
            if server == endpoint {
                self.flows.close(ctx, key, &reason);
            }
        }
    }

    /// Servers with a host's address are checked at once: it may be what was waited for.
    fn host_told(&mut self, ctx: &mut AppContext<'_>, host: HostId) {
        let addresses = match ctx.snapshot().hosts.get(&host) {
            Some(host) => host.addresses.clone(),
            None => return,
        };
        let concerned: Vec<(String, Endpoint)> = self
            .pools
            .iter()
            .flat_map(|(name, pool)| pool.servers.iter().map(move |server| (name, server)))
            .filter(|(_, server)| server.health.state() != ServerState::Healthy)
            .filter(|(_, server)| addresses.contains(&server.endpoint.0.into()))
            .map(|(name, server)| (name.clone(), server.endpoint))
            .collect();
        for (name, server) in concerned {
            self.check_one(ctx, &name, server);
        }
    }

    /// Nobody at this port can serve any more.
    fn port_down(&mut self, ctx: &mut AppContext<'_>, at: Location) {
        let snapshot = ctx.snapshot();
        let is_there = |server: Endpoint| {
            let host = host_with(snapshot, server);
            host.is_some_and(|host| host.at == at)
        };
        let there: Vec<(String, Endpoint)> = self
            .servers()
            .filter(|(_, server)| is_there(*server))
            .map(|(name, server)| (name.to_owned(), server))
            .collect();
        for (name, endpoint) in there {
            let pool = self.pools.get_mut(&name);
            let server = pool.and_then(|pool| pool.server_mut(endpoint));
            if server.is_some_and(|server| server.health.fail(Reason::Gone)) {
                self.became_unhealthy(ctx, &name, endpoint);
            }
        }
    }

    fn servers(&self) -> impl Iterator<Item = (&str, Endpoint)> {
        self.pools.iter().flat_map(|(name, pool)| {
            let servers = pool.servers.iter();
            servers.map(|server| (name.as_str(), server.endpoint))
        })
    }
}

/// Time.
impl LoadBalancer {
    /// Takes over connections of an earlier run whose pool, server and way are known by now.
    fn take_over(&mut self, ctx: &mut AppContext<'_>) {
        let Some(until) = self.adopt_until else {
            return;
        };
        let is_over = ctx.now() >= until;
        for (key, connection) in self.flows.decided(ctx, is_over) {
            let name = self.services.get(&key.service);
            let Some(pool) = name.and_then(|name| self.pools.get_mut(name)) else {
                continue; // its pool may come yet
            };
            self.flows.decide(&key);
            let server = pool.server(connection.server);
            if server.is_some_and(|server| server.keeps_old()) {
                if pool.spec.affinity == Affinity::Client {
                    pool.remember(key.client.0, connection.server, ctx.now());
                }
                self.flows
                    .open(ctx, key, connection, "found on the switches");
            }
        }
        if is_over || !self.flows.is_adopting() {
            self.adopt_until = None;
            self.flows.end_adoption();
            ctx.release_unclaimed();
        }
    }

    /// Asks to be woken for what comes next, unless it will be woken before.
    fn rest(&mut self, ctx: &mut AppContext<'_>) {
        let checks = self.pools.values().flat_map(|pool| &pool.servers);
        let checks = checks.map(|server| server.health.due());
        let adoption = self.adopt_until.map(|_| ctx.now() + TICK);
        let next = checks.chain(adoption).chain(self.flows.improve_at()).min();
        if let Some(next) = next
            && self.wake_at.is_none_or(|at| next < at || at <= ctx.now())
        {
            let delay = next.saturating_duration_since(ctx.now()).max(SHORTEST_WAIT);
            self.wake_at = Some(ctx.now() + delay);
            ctx.wake_after(delay);
        }
    }
}

impl App for LoadBalancer {
    type Message = LbMessage;

    fn precedence(&self) -> u8 {
        100
    }

    fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event) {
        match event {
            Event::Resync => {
                self.listen(ctx, "the app started or lost events");
                self.flows.topology(ctx, "events were lost");
                for (host, _) in ctx.snapshot().hosts.iter() {
                    self.flows.host_moved(ctx, *host, "events were lost");
                }
            }
            Event::SwitchUp(dpid) => {
                let name = ctx.snapshot().switch_label(*dpid);
                let reason = format!("switch {name} connected");
                self.listen(ctx, &reason);
                self.flows.topology(ctx, &reason);
            }
            Event::SwitchDown(dpid) => {
                let name = ctx.snapshot().switch_label(*dpid);
                self.flows.topology(ctx, &format!("switch {name} left"));
            }
            Event::LinkUp(id) => self.flows.topology(ctx, &format!("link {id} came up")),
            Event::LinkDown(id) => self.flows.topology(ctx, &format!("link {id} went down")),
            Event::PortDown(at) => {
                self.flows.topology(ctx, &format!("port {at} went down"));
                self.port_down(ctx, *at);
            }
            Event::HostAdded(host) | Event::HostChanged(host) => self.host_told(ctx, *host),
            Event::HostMoved { host, .. } => {
                let reason = format!("host {host} moved");
                self.flows.host_moved(ctx, *host, &reason);
                self.host_told(ctx, *host);
            }
            Event::EntriesFound { dpid, entries } => {
                self.flows.adopt(*dpid, entries);
                self.adopt_until = Some(ctx.now() + ADOPT_WITHIN);
            }
            Event::FlowRemoved { dpid, removed } => self.timed_out(ctx, *dpid, removed),
            // A server that is gone does not answer its checks.
            Event::HostRemoved { .. }
            | Event::PortUp(_)
            | Event::PortRoleChanged(_)
            | Event::AnnotationsChanged
            | Event::RuleRejected(_) => {}
        }
        self.rest(ctx);
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, message: LbMessage) {
        match message {
            LbMessage::List(reply) => {
                reply.send(Ok(self
                    .pools
                    .values()
                    .map(|pool| self.view(pool))
                    .collect()));
            }
            LbMessage::Show(name, reply) => reply.send(self.show(&name)),
            LbMessage::Create(spec, reply) => reply.send(self.create(ctx, spec)),
            LbMessage::Replace(spec, reply) => reply.send(self.replace(ctx, spec)),
            LbMessage::Delete(name, reply) => reply.send(self.delete(ctx, &name)),
            LbMessage::ChangeServer {
                pool,
                server,
                change,
                reply,
            } => reply.send(self.change_server(ctx, &pool, server, change)),
            LbMessage::Seen(seen) => self.seen(ctx, seen),
        }
        self.rest(ctx);
    }

    fn wake(&mut self, ctx: &mut AppContext<'_>) {
        self.wake_at = None;
        self.check(ctx);
        self.flows.improve(ctx);
        self.take_over(ctx);
        self.rest(ctx);
    }

    fn packet_handler(&mut self, _: Dpid) -> Option<Box<dyn PacketHandler<Message = LbMessage>>> {
        Some(Box::new(Handler::new(Arc::clone(&self.vips))))
    }

    fn configure(
        &mut self,
        ctx: &mut AppContext<'_>,
        settings: &serde_json::Value,
    ) -> Result<(), ConfigError> {
        let settings = Settings::parse(settings)?;
        let stays = |name: &String, pool: &Pool| {
            let mut wanted = settings.pools.iter();
            wanted.any(|spec| spec.name == *name && spec.endpoint() == pool.spec.endpoint())
        };
        let gone: Vec<String> = self
            .pools
            .iter()
            .filter(|(name, pool)| !stays(name, pool))
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            self.take_down(ctx, &name, "the pool is no longer configured");
        }
        for (index, spec) in settings.pools.into_iter().enumerate() {
            self.put(ctx, spec)
                .map_err(|error| ConfigError::new(format!("pools[{index}]"), error.to_string()))?;
        }
        self.listen(ctx, "pools were configured");
        self.rest(ctx);
        Ok(())
    }

    fn settings(&self) -> serde_json::Value {
        let pools: Vec<&PoolSpec> = self.pools.values().map(|pool| &pool.spec).collect();
        serde_json::json!({ "pools": pools })
    }

    fn status(&self) -> serde_json::Value {
        serde_json::json!({
            "pools": self.pools.len(),
            "connections": self.flows.len(),
            "refused": self.refused,
        })
    }
}

/// A server's host, where it can be reached.
fn locate(snapshot: &Snapshot, server: Endpoint) -> Option<&Arc<Host>> {
    host_with(snapshot, server).filter(|host| snapshot.is_usable_edge(host.at))
}

/// Untagged before any VLAN.
fn host_with(snapshot: &Snapshot, (address, _): Endpoint) -> Option<&Arc<Host>> {
    let tagged = || {
        let mut all = snapshot.addresses.iter();
        let (_, id) = all.find(|((_, other), _)| *other == address)?;
        snapshot.hosts.get(id)
    };
    snapshot
        .host_by_address(None, address.into())
        .or_else(tagged)
}

/// Above rules that are for everybody.
const PRIORITY: Priority = Priority::new(40_000);

/// More are refused until some are over.
const CONNECTIONS: usize = 65_536;

/// How often a server that is not known is asked for on all edge ports.
const SEARCH_EVERY: Duration = Duration::from_secs(1);

/// How long entries of an earlier run are left alone while switches and servers are found, and how
/// often it is looked whether they are.
const ADOPT_WITHIN: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(50);

/// Work that is due together is done together.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);
