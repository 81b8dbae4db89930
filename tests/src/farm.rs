//! A virtual address before three web servers in a fat tree.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use topologies::mininet::OpenFlow;

use crate::scene::host;
use crate::web::{Request, shares};
use crate::{Ground, Scene};

/// The virtual address.
pub const VIP: &str = "10.0.0.100";
/// Of the virtual address.
pub const URL: &str = "http://10.0.0.100/";
/// The pool in REST.
pub const POOL: &str = "/api/v1/pools/web";
/// Where servers listen; not where clients connect to.
pub const SERVER_PORT: u16 = 8080;
/// In three pods of a fat-tree of 4.
pub const SERVERS: [&str; 3] = ["h1", "h6", "h11"];
/// All other hosts but one.
pub const CLIENTS: [&str; 12] = [
    "h2", "h3", "h4", "h5", "h7", "h8", "h9", "h10", "h12", "h13", "h14", "h15",
];

/// A network with web servers and the load balancer beside routing.
#[derive(Debug)]
pub struct Farm<G: Ground> {
    pub scene: Scene<G>,
    /// In the order of [`SERVERS`].
    pub servers: Vec<G::Server>,
}

impl<G: Ground> Farm<G> {
    /// Without a pool yet.
    #[must_use]
    #[track_caller]
    pub fn start(openflow: OpenFlow) -> Self {
        let apps = ["routing", "load-balancer"];
        Self::on(Scene::known_with_apps("fat-tree,4", openflow, &apps))
    }

    /// In a fat tree whose controller runs the load balancer.
    #[must_use]
    #[track_caller]
    pub fn on(scene: Scene<G>) -> Self {
        let mut farm = Self {
            scene,
            servers: Vec::new(),
        };
        for host in SERVERS {
            farm.serve(host);
        }
        farm
    }

    /// With a pool made over REST, whose servers are known to be well.
    #[must_use]
    #[track_caller]
    pub fn serving(openflow: OpenFlow, pool: &Value) -> Self {
        let farm = Self::start(openflow);
        farm.create(pool);
        farm.wait_until_healthy();
        farm
    }

    #[must_use]
    pub fn lab(&self) -> &G {
        &self.scene.lab
    }

    /// Starts a web server on a host.
    #[track_caller]
    pub fn serve(&mut self, host: &str) {
        let server = self.lab().serve(host, SERVER_PORT);
        self.servers.push(server);
    }

    #[track_caller]
    pub fn create(&self, pool: &Value) {
        let (status, answer) = self.request(Method::POST, "/api/v1/pools", Some(pool));
        assert_eq!(status, 201, "{answer}");
    }

    /// Makes the pool another.
    #[track_caller]
    pub fn replace(&self, pool: &Value) {
        let (status, answer) = self.request(Method::PUT, POOL, Some(pool));
        assert_eq!(status, 200, "{answer}");
    }

    #[must_use]
    #[track_caller]
    pub fn request(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.scene.controller.request(method, path, body)
    }

    #[must_use]
    #[track_caller]
    pub fn pool(&self) -> Value {
        self.scene.controller.get(POOL)
    }

    #[track_caller]
    pub fn wait_until_healthy(&self) {
        self.wait_until_state(&["healthy"; 3]);
    }

    /// The states of the pool's servers, in their order.
    #[track_caller]
    pub fn wait_until_state(&self, wanted: &[&str]) {
        let controller = &self.scene.controller;
        controller.until(POOL, Duration::from_secs(10), |pool| states(pool) == wanted);
    }

    #[track_caller]
    pub fn set_server(&self, name: &str, change: &Value) {
        let address = host(self.lab().topology(), name).ip;
        let path = format!("{POOL}/servers/{address}");
        let (status, answer) = self.request(Method::PATCH, &path, Some(change));
        assert_eq!(status, 200, "{answer}");
    }
}

/// The states of a pool's servers, in their order.
#[must_use]
#[track_caller]
pub fn states(pool: &Value) -> Vec<&str> {
    let servers = pool["status"].as_array().expect("a pool").iter();
    let states = servers.map(|server| server["state"].as_str().expect("a state"));
    states.collect()
}

/// The servers of a farm with weights, behind the virtual address.
#[must_use]
pub fn pool(algorithm: &str, affinity: &str, weights: [u8; 3]) -> Value {
    let server = |(host, weight): (&str, u8)| {
        let number = host.trim_start_matches('h');
        json!({"address": format!("10.0.0.{number}"), "port": SERVER_PORT, "weight": weight})
    };
    let servers: Vec<Value> = SERVERS.into_iter().zip(weights).map(server).collect();
    json!({
        "name": "web", "vip": VIP, "port": 80,
        "algorithm": algorithm, "affinity": affinity, "servers": servers,
    })
}

/// Every request was answered, and the servers' shares are within 20 % of their weights.
#[track_caller]
pub fn assert_shared(requests: &[Request], weights: [u8; 3]) {
    let shares = shares(requests);
    let all = f64::from(weights.iter().map(|w| u32::from(*w)).sum::<u32>());
    for (server, weight) in SERVERS.into_iter().zip(weights) {
        let expected = requests.len() as f64 * f64::from(weight) / all;
        let got = shares.get(server).copied().unwrap_or(0) as f64;
        assert!((got - expected).abs() <= 0.2 * expected, "{shares:?}");
    }
}

/// No client was served by two servers.
#[track_caller]
pub fn assert_clients_stay(requests: &[Request]) {
    for client in CLIENTS {
        let own: Vec<Request> = requests
            .iter()
            .filter(|request| request.client == client)
            .cloned()
            .collect();
        let shares = shares(&own);
        assert!(shares.len() <= 1, "{client}: {shares:?}");
    }
}
