//! The API over real HTTP, above a network that tests set by hand.

mod events;
mod problems;
mod reads;
mod writes;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app_api::{
    Annotations, Host, HostId, Link, LinkId, LinkState, Location, Port, PortRole, Snapshot, Switch,
    SwitchState,
};
use openflow::flow::{PortConfig, PortDesc, PortState, SwitchDesc};
use openflow::{Dpid, MacAddr, PortNo, Version};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{AccessConfig, AppDesk, Northbound, Parts, start};
use crate::metrics::Metrics;
use crate::network::{Input, NetworkHandle, Update};
use crate::notices::Notices;
use crate::rules;
use crate::runtime::{AppHost, Events, Registry, Surroundings};
use crate::southbound::Switches;
use crate::store::AppMemory;

/// Nothing here takes so long, except on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// A northbound on a free port, with a network of [`sample`].
struct Server {
    northbound: Northbound,
    network: NetworkHandle,
    notices: Notices,
    client: reqwest::Client,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    async fn start() -> Self {
        Self::with(AccessConfig::default()).await
    }

    async fn with(access: AccessConfig) -> Self {
        let (network, inputs) = NetworkHandle::without_writer();
        network.published.store(Arc::new(sample()));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (metrics, notices) = (Metrics::new(), Notices::default());
        let events = Events::default();
        let switches = Switches::default();
        let mut registry = Registry::default();
        registry
            .add("routing", "Connects hosts", app_routing::Routing::new)
            .unwrap();
        let balancer = app_load_balancer::LoadBalancer::new;
        let pools = registry.add("load-balancer", "Shares", balancer).unwrap();
        let services = rules::Services {
            network: network.clone(),
            events: events.clone(),
            notices: notices.clone(),
            metrics: Arc::clone(&metrics),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        let rules = rules::start(&registry.in_order(&[]).unwrap(), services);
        let surroundings = Surroundings {
            network: network.clone(),
            events,
            rules: rules.clone(),
            switches: switches.clone(),
            notices: notices.clone(),
            metrics: Arc::clone(&metrics),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        let host = AppHost::new(registry, &[], surroundings).unwrap();
        host.start("routing", None).await.unwrap();
        let memory = AppMemory::new(None, std::collections::BTreeMap::new());
        let parts = Parts {
            network: network.clone(),
            switches,
            rules: rules.clone(),
            apps: AppDesk::new(host, rules, memory),
            pools,
            notices: notices.clone(),
            metrics,
            openflow: vec!["127.0.0.1:6653".parse().unwrap()],
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let northbound = start(listener, access, parts, &stop, &tasks).unwrap();
        let writer = annotate(network.clone(), inputs);
        tasks.spawn(stop.clone().run_until_cancelled_owned(writer));
        Self {
            northbound,
            network,
            notices,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            stop,
            tasks,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.northbound.address)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// The body of a successful answer.
    async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The network is different from now on.
    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        publish(&self.network, change);
    }

    async fn shut_down(self) {
        self.stop.cancel();
        self.tasks.close();
        let ended = timeout(PATIENCE, self.tasks.wait()).await;
        ended.expect("every task ends on the token");
    }
}

fn publish(network: &NetworkHandle, change: impl FnOnce(&mut Snapshot)) {
    let mut snapshot = Snapshot::clone(&network.snapshot());
    change(&mut snapshot);
    snapshot.seq += 1;
    snapshot.topology_changed();
    let snapshot = Arc::new(snapshot);
    network.published.store(Arc::clone(&snapshot));
    // Nobody may be listening yet.
    let _ = network.updates.send(Arc::new(Update {
        snapshot,
        events: Vec::new(),
        deltas: Vec::new(),
    }));
}

/// In the writer's place.
async fn annotate(network: NetworkHandle, mut inputs: tokio::sync::mpsc::Receiver<Input>) {
    while let Some(input) = inputs.recv().await {
        if let Input::Annotate(given, done) = input {
            publish(&network, |snapshot| snapshot.annotations = Arc::new(given));
            let _ = done.send(());
        }
    }
}

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

/// h1 at s1, h2 at s2, a cable between the switches; s3 was there once.
fn sample() -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (dpid, state) in [
        (1, SwitchState::Up),
        (2, SwitchState::Up),
        (3, SwitchState::Down),
    ] {
        let switch = switch(dpid, state);
        snapshot.switches.insert(switch.dpid, Arc::new(switch));
    }
    let there = LinkId::new(at(1, 2), at(2, 2));
    for id in [there, there.reversed()] {
        snapshot
            .links
            .insert(id.src, Arc::new(link(id, LinkState::Up)));
    }
    for n in [1, 2] {
        let host = host(n, at(n.into(), 1));
        snapshot.hosts.insert(host.id, Arc::new(host));
    }
    snapshot.annotations = Arc::new(Annotations {
        host_names: [(mac(1), "h1".into()), (mac(2), "h2".into())].into(),
        ..Annotations::default()
    });
    snapshot.seq = 7;
    snapshot
}

fn noon() -> SystemTime {
    humantime::parse_rfc3339("2026-11-22T12:00:00Z").unwrap()
}

fn mac(n: u8) -> MacAddr {
    MacAddr([0, 0, 0, 0, 0, n])
}

fn switch(dpid: u64, state: SwitchState) -> Switch {
    let port = |n: u32, role| {
        let desc = PortDesc {
            no: PortNo(n),
            hw_addr: MacAddr([2, 0, 0, 0, dpid as u8, n as u8]),
            name: format!("s{dpid}-eth{n}"),
            config: PortConfig::empty(),
            state: PortState::empty(),
            curr_speed_kbps: 10_000_000,
            max_speed_kbps: 0,
        };
        (PortNo(n), Arc::new(Port { desc, role }))
    };
    Switch {
        dpid: Dpid(dpid),
        name: format!("s{dpid}"),
        state,
        since: noon(),
        version: Version::V1_3,
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000 + dpid as u16)),
        desc: Arc::new(SwitchDesc {
            manufacturer: "Nicira, Inc.".into(),
            ..SwitchDesc::default()
        }),
        n_tables: 254,
        ports: [port(1, PortRole::Edge), port(2, PortRole::Link)]
            .into_iter()
            .collect(),
        counters: Arc::default(),
    }
}

fn link(id: LinkId, state: LinkState) -> Link {
    Link {
        id,
        state,
        since: noon(),
        cost: 1,
    }
}

fn host(n: u8, at: Location) -> Host {
    Host {
        id: HostId {
            mac: mac(n),
            vlan: None,
        },
        at,
        addresses: vec![IpAddr::from([10, 0, 0, n])],
        first_seen: noon(),
        last_seen: noon(),
    }
}
