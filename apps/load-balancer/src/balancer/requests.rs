//! What people ask for: pools made, changed, shown and deleted.

use std::sync::Arc;

use app_api::{AppContext, Priority, Rule};
use openflow::flow::{Action, Instructions, Match};

use super::LoadBalancer;
use crate::handler::Vips;
use crate::message::{PoolError, PoolView};
use crate::pool::{Endpoint, Pool};
use crate::spec::{Affinity, OTHER_POOL_LISTENS, PoolSpec, ServerChange, ServerRef};

impl LoadBalancer {
    pub(super) fn create(
        &mut self,
        ctx: &mut AppContext<'_>,
        spec: PoolSpec,
    ) -> Result<PoolView, PoolError> {
        spec.validate()?;
        if self.pools.contains_key(&spec.name) {
            let (field, problem) = ("name", "another pool has this name".to_owned());
            return Err(PoolError::Conflict { field, problem });
        }
        self.put(ctx, spec)
    }

    pub(super) fn replace(
        &mut self,
        ctx: &mut AppContext<'_>,
        spec: PoolSpec,
    ) -> Result<PoolView, PoolError> {
        spec.validate()?;
        if !self.pools.contains_key(&spec.name) {
            return Err(PoolError::NoPool(spec.name));
        }
        self.put(ctx, spec)
    }

    /// A valid pool, new or instead of the one of its name.
    pub(super) fn put(
        &mut self,
        ctx: &mut AppContext<'_>,
        spec: PoolSpec,
    ) -> Result<PoolView, PoolError> {
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

    pub(super) fn delete(&mut self, ctx: &mut AppContext<'_>, name: &str) -> Result<(), PoolError> {
        if !self.pools.contains_key(name) {
            return Err(PoolError::NoPool(name.to_owned()));
        }
        self.take_down(ctx, name, "the pool was deleted");
        self.listen(ctx, "a pool was deleted");
        Ok(())
    }

    pub(super) fn change_server(
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

    pub(super) fn show(&self, name: &str) -> Result<PoolView, PoolError> {
        let pool = self.pools.get(name);
        pool.map(|pool| self.view(pool))
            .ok_or_else(|| PoolError::NoPool(name.to_owned()))
    }

    pub(super) fn view(&self, pool: &Pool) -> PoolView {
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

    pub(super) fn take_down(&mut self, ctx: &mut AppContext<'_>, name: &str, reason: &str) {
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
    pub(super) fn listen(&mut self, ctx: &mut AppContext<'_>, reason: &str) {
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

/// Of the rules that send what is for a virtual address here: above rules that are for everybody.
const PRIORITY: Priority = Priority::new(40_000);
