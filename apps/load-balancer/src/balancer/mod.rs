//! The app: what it holds, and what it hears.

mod checking;
mod requests;
mod serving;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::{App, AppContext, ConfigError, Event, PacketHandler};
use arc_swap::ArcSwap;
use openflow::Dpid;

use crate::connection::Service;
use crate::flows::Flows;
use crate::handler::{Handler, Vips};
use crate::message::LbMessage;
use crate::pool::Pool;
use crate::spec::{Affinity, PoolSpec, Settings};

/// The app. See the crate's text.
#[derive(Debug)]
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

impl LoadBalancer {
    /// Without pools.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CONNECTIONS)
    }

    /// Without pools, for so many connections at once: for switches with little room. Who wants
    /// more takes the place of silent ones, or is refused.
    #[must_use]
    pub fn with_capacity(connections: usize) -> Self {
        Self {
            pools: BTreeMap::new(),
            services: BTreeMap::new(),
            flows: Flows::new(connections),
            vips: Arc::default(),
            checks: 0,
            refused: 0,
            adopt_until: None,
            wake_at: None,
        }
    }

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

impl Default for LoadBalancer {
    fn default() -> Self {
        Self::new()
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
            | Event::RuleRejected(_)
            | Event::GroupRejected(_) => {}
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

/// Some 7 KB each here, and two entries on a switch.
const CONNECTIONS: usize = 32_768;

/// How long entries of an earlier run are left alone while switches and servers are found, and how
/// often it is looked whether they are.
const ADOPT_WITHIN: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(50);

/// Work that is due together is done together.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);
