//! Packets of clients that have no rules: the first of a connection, and others like it.

use app_api::{AppContext, HostId, Location};
use bytes::Bytes;
use openflow::flow::{FlowRemoved, FlowRemovedReason, PacketOut};
use openflow::packet::PacketView;
use openflow::{BufferId, Dpid};

use super::LoadBalancer;
use crate::connection::{Connection, Key};
use crate::handler::Seen;
use crate::pool::Endpoint;

impl LoadBalancer {
    pub(super) fn seen(&mut self, ctx: &mut AppContext<'_>, Seen { at, frame }: Seen) {
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
        ctx: &mut AppContext<'_>,
        key: Key,
        (at, host): (Location, HostId),
    ) -> Option<Connection> {
        if !self.flows.make_room(ctx, at) {
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

    pub(super) fn timed_out(
        &mut self,
        ctx: &mut AppContext<'_>,
        dpid: Dpid,
        removed: &FlowRemoved,
    ) {
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
