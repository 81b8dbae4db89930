//! A pool while it runs: its servers, and which of them is next.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use openflow::MacAddr;

use crate::health::Health;
use crate::message::{ServerState, ServerView};
use crate::spec::{Affinity, Algorithm, PoolSpec};

/// Address and port of a server.
pub(crate) type Endpoint = (Ipv4Addr, u16);

#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) spec: PoolSpec,
    /// In the order of the specification.
    pub(crate) servers: Vec<Server>,
    /// Where the round goes on.
    next: usize,
    /// Which server a client's address was given, and when it last connected; empty where
    /// affinity is by connection.
    clients: HashMap<Ipv4Addr, (Endpoint, Instant)>,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    weight: u8,
    draining: bool,
    pub(crate) health: Health,
    /// Connections that are active.
    pub(crate) connections: u64,
    /// Clients, or connections where affinity is by connection, it was given.
    total: u64,
    /// Of connections that are over.
    pub(crate) bytes: u64,
    /// When it was last asked for on all edge ports.
    pub(crate) searched: Option<Instant>,
    /// Smooth weighted round robin: grows by the weight with every choice, and falls by all
    /// weights together when chosen.
    credit: i64,
}

impl Pool {
    pub(crate) fn new(spec: PoolSpec, now: Instant) -> Self {
        let mut pool = Self {
            spec: spec.clone(),
            servers: Vec::new(),
            next: 0,
            clients: HashMap::new(),
        };
        pool.replace(spec, now);
        pool
    }

    /// Another specification; servers that stay keep what is known of them and who they have.
    /// Returns those that are gone.
    pub(crate) fn replace(&mut self, spec: PoolSpec, now: Instant) -> Vec<Endpoint> {
        let mut old = std::mem::take(&mut self.servers);
        for wanted in &spec.servers {
            let endpoint = (wanted.address, spec.server_port(wanted));
            let kept = old.iter().position(|server| server.endpoint == endpoint);
            let mut server = kept.map_or_else(
                || Server::new(endpoint, now),
                |index| old.swap_remove(index),
            );
            server.weight = wanted.weight;
            server.draining = wanted.draining;
            self.servers.push(server);
        }
        let gone: Vec<Endpoint> = old.into_iter().map(|server| server.endpoint).collect();
        self.clients.retain(|_, (server, _)| !gone.contains(server));
        if spec.affinity == Affinity::Connection {
            self.clients.clear();
        }
        self.spec = spec;
        gone
    }

    pub(crate) fn mac(&self) -> MacAddr {
        mac_of(self.spec.vip)
    }

    pub(crate) fn server(&self, endpoint: Endpoint) -> Option<&Server> {
        self.servers.iter().find(|s| s.endpoint == endpoint)
    }

    pub(crate) fn server_mut(&mut self, endpoint: Endpoint) -> Option<&mut Server> {
        self.servers.iter_mut().find(|s| s.endpoint == endpoint)
    }

    /// The server for a new connection of a client; `can_serve` says which could be reached.
    pub(crate) fn choose(
        &mut self,
        client: Ipv4Addr,
        now: Instant,
        can_serve: impl Fn(&Server) -> bool,
    ) -> Option<Endpoint> {
        // Before the first check nothing is known of anybody: better try than refuse.
        let any_healthy = self
            .servers
            .iter()
            .any(|s| s.takes_new(ServerState::Healthy));
        let state = if any_healthy {
            ServerState::Healthy
        } else {
            ServerState::Unknown
        };
        let eligible: Vec<usize> = (0..self.servers.len())
            .filter(|index| {
                let server = &self.servers[*index];
                server.takes_new(state) && can_serve(server)
            })
            .collect();
        if let Some((given, last)) = self.clients.get_mut(&client)
            && eligible.iter().any(|i| self.servers[*i].endpoint == *given)
        {
            *last = now;
            return Some(*given);
        }
        let index = self.next_of(&eligible)?;
        let server = &mut self.servers[index];
        server.total += 1;
        let endpoint = server.endpoint;
        if self.spec.affinity == Affinity::Client {
            self.remember(client, endpoint, now);
        }
        Some(endpoint)
    }

    /// A server takes nobody any more: its clients get another when they connect next.
    pub(crate) fn move_clients_of(&mut self, endpoint: Endpoint) {
        self.clients.retain(|_, (server, _)| *server != endpoint);
    }

    /// A client's server is known from entries on switches.
    pub(crate) fn remember(&mut self, client: Ipv4Addr, endpoint: Endpoint, now: Instant) {
        if self.clients.len() >= CLIENTS {
            self.clients
                .retain(|_, (_, last)| *last + AFFINITY_HOLD > now);
        }
        if self.clients.len() < CLIENTS {
            self.clients.insert(client, (endpoint, now));
        }
    }

    fn next_of(&mut self, eligible: &[usize]) -> Option<usize> {
        match self.spec.algorithm {
            Algorithm::RoundRobin => {
                let next = self.next;
                let index = in_turn(eligible, next)?;
                self.next = index + 1;
                Some(index)
            }
            Algorithm::Weighted => {
                let weights = |pool: &Self, i: usize| i64::from(pool.servers[i].weight);
                let all: i64 = eligible.iter().map(|i| weights(self, *i)).sum();
                for index in eligible {
                    self.servers[*index].credit += weights(self, *index);
                }
                let best = |index: &&usize| {
                    let credit = self.servers[**index].credit;
                    (credit, std::cmp::Reverse(**index))
                };
                let index = *eligible.iter().max_by_key(best)?;
                self.servers[index].credit -= all;
                Some(index)
            }
            Algorithm::LeastConnections => {
                // Compared as connections / weight without division.
                let fewer = |a: &Server, b: &Server| {
                    let (a_share, b_share) = (
                        a.connections * u64::from(b.weight),
                        b.connections * u64::from(a.weight),
                    );
                    a_share.cmp(&b_share)
                };
                let servers = &self.servers;
                let least = eligible
                    .iter()
                    .min_by(|a, b| fewer(&servers[**a], &servers[**b]))?;
                let equal: Vec<usize> = eligible
                    .iter()
                    .copied()
                    .filter(|i| fewer(&servers[*i], &servers[*least]).is_eq())
                    .collect();
                let index = in_turn(&equal, self.next)?;
                self.next = index + 1;
                Some(index)
            }
        }
    }
}

impl Server {
    fn new(endpoint: Endpoint, now: Instant) -> Self {
        Self {
            endpoint,
            weight: 1,
            draining: false,
            health: Health::new(now),
            connections: 0,
            total: 0,
            bytes: 0,
            searched: None,
            credit: 0,
        }
    }

    fn takes_new(&self, state: ServerState) -> bool {
        !self.draining && self.health.state() == state
    }

    /// Whether connections it has stay with it.
    pub(crate) fn keeps_old(&self) -> bool {
        self.health.state() != ServerState::Unhealthy
    }

    pub(crate) fn view(&self, active: u64) -> ServerView {
        let state = match self.health.state() {
            ServerState::Healthy | ServerState::Unknown if self.draining => ServerState::Draining,
            state => state,
        };
        ServerView {
            address: self.endpoint.0.to_string(),
            port: self.endpoint.1,
            weight: self.weight,
            state,
            problem: self.health.reason().map(|reason| reason.words().to_owned()),
            active,
            total: self.total,
            bytes: self.bytes,
        }
    }
}

/// The first that is not before `next`, else the first.
fn in_turn(sorted: &[usize], next: usize) -> Option<usize> {
    let later = sorted.iter().find(|index| **index >= next);
    later.or_else(|| sorted.first()).copied()
}

/// A virtual address's own Ethernet address: locally administered, the same in every run, and
/// different for every address.
pub(crate) fn mac_of(vip: Ipv4Addr) -> MacAddr {
    let [a, b, c, d] = vip.octets();
    MacAddr([0x02, 0x50, a, b, c, d])
}

/// Addresses remembered per pool; beyond it clients are balanced connection by connection.
const CLIENTS: usize = 65_536;

/// Clients that have not connected for so long may be forgotten.
const AFFINITY_HOLD: Duration = Duration::from_secs(3_600);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::health::Reason;

    fn pool(algorithm: &str, affinity: &str, weights: &[u8]) -> Pool {
        let servers: Vec<_> = (1..)
            .zip(weights)
            .map(|(n, weight)| json!({"address": format!("10.0.0.{n}"), "weight": weight}))
            .collect();
        let spec = json!({
            "name": "web", "vip": "10.0.0.100", "port": 80,
            "algorithm": algorithm, "affinity": affinity, "servers": servers,
        });
        let mut pool = Pool::new(serde_json::from_value(spec).unwrap(), Instant::now());
        for server in &mut pool.servers {
            server.health.answered();
        }
        pool
    }

    fn server(n: u8) -> Endpoint {
        (Ipv4Addr::new(10, 0, 0, n), 80)
    }

    /// How many of `n` clients each server is given.
    fn shares(pool: &mut Pool, n: u16) -> Vec<u32> {
        let mut given = BTreeMap::new();
        for client in 0..n {
            let client = Ipv4Addr::from(0x0a01_0000 | u32::from(client));
            if let Some(server) = pool.choose(client, Instant::now(), |_| true) {
                pool.server_mut(server).unwrap().connections += 1;
                *given.entry(server).or_default() += 1;
            }
        }
        pool.servers
            .iter()
            .map(|s| given.get(&s.endpoint).copied().unwrap_or(0))
            .collect()
    }

    #[test]
    fn shares_follow_the_algorithm() {
        assert_eq!(
            shares(&mut pool("round_robin", "connection", &[1, 5, 9]), 300),
            [100; 3]
        );
        assert_eq!(
            shares(&mut pool("weighted", "connection", &[1, 2, 3]), 300),
            [50, 100, 150]
        );
        let least = shares(
            &mut pool("least_connections", "connection", &[1, 1, 2]),
            400,
        );
        assert_eq!(least, [100, 100, 200]);
    }

    #[test]
    fn weights_are_interleaved() {
        let mut pool = pool("weighted", "connection", &[3, 1]);
        let client = Ipv4Addr::new(10, 1, 0, 1);
        let order: Vec<_> = (0..8)
            .map(|_| {
                pool.choose(client, Instant::now(), |_| true)
                    .unwrap()
                    .0
                    .octets()[3]
            })
            .collect();
        assert_eq!(order, [1, 1, 2, 1, 1, 1, 2, 1]);
    }

    #[test]
    fn a_client_stays_on_its_server_while_that_takes_clients() {
        let mut pool = pool("round_robin", "client", &[1, 1]);
        let now = Instant::now();
        let client = Ipv4Addr::new(10, 1, 0, 1);
        for _ in 0..3 {
            assert_eq!(pool.choose(client, now, |_| true), Some(server(1)));
        }
        let mut spec = pool.spec.clone();
        spec.servers[0].draining = true;
        pool.replace(spec, now);
        for _ in 0..3 {
            assert_eq!(pool.choose(client, now, |_| true), Some(server(2)));
        }
        assert_eq!(shares(&mut pool, 10), [0, 10]);
    }

    #[test]
    fn an_unhealthy_server_gets_nobody_and_nobody_is_better_than_all() {
        let mut pool = pool("round_robin", "client", &[1, 1]);
        pool.servers[0].health.fail(Reason::Silent);
        assert_eq!(shares(&mut pool, 10), [0, 10]);
        pool.servers[1].health.fail(Reason::Silent);
        pool.move_clients_of(server(2));
        assert_eq!(shares(&mut pool, 10), [0, 0]);
    }

    #[test]
    fn servers_not_checked_yet_serve_until_one_is_known_to_be_healthy() {
        let mut pool = pool("round_robin", "connection", &[1, 1]);
        for server in &mut pool.servers {
            server.health = Health::new(Instant::now());
        }
        assert_eq!(shares(&mut pool, 10), [5, 5]);
        pool.servers[0].health.answered();
        assert_eq!(shares(&mut pool, 10), [10, 0]);
    }

    #[test]
    fn servers_that_stay_keep_their_clients_when_the_pool_is_replaced() {
        let mut pool = pool("round_robin", "client", &[1, 1, 1]);
        let now = Instant::now();
        let clients: Vec<_> = (1..=3).map(|n| Ipv4Addr::new(10, 1, 0, n)).collect();
        for client in &clients {
            pool.choose(*client, now, |_| true);
        }
        let mut spec = pool.spec.clone();
        spec.servers.remove(0);
        assert_eq!(pool.replace(spec, now), [server(1)]);
        assert_eq!(pool.choose(clients[1], now, |_| true), Some(server(2)));
        assert_eq!(pool.choose(clients[2], now, |_| true), Some(server(3)));
        assert_ne!(pool.choose(clients[0], now, |_| true), Some(server(1)));
    }
}
