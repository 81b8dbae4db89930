//! Checks sent and answered, and what follows from them.

use std::sync::Arc;
use std::time::Duration;

use app_api::{AppContext, Host, HostId, Location, Snapshot};
use openflow::flow::PacketOut;
use openflow::packet::{Arp, PacketView, TcpSegment, Transport};

use super::LoadBalancer;
use crate::check;
use crate::connection::Key;
use crate::health::{Probe, Reason};
use crate::message::ServerState;
use crate::pool::Endpoint;
use crate::spec::Protocol;

impl LoadBalancer {
    /// Sends the checks that are due.
    pub(super) fn check(&mut self, ctx: &mut AppContext<'_>) {
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
    pub(super) fn check_answered(
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
    pub(super) fn server_told_its_address(&mut self, arp: Arp) {
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
    pub(super) fn host_told(&mut self, ctx: &mut AppContext<'_>, host: HostId) {
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
    pub(super) fn port_down(&mut self, ctx: &mut AppContext<'_>, at: Location) {
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

/// How often a server that is not known is asked for on all edge ports.
const SEARCH_EVERY: Duration = Duration::from_secs(1);
