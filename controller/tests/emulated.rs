//! A whole controller and an emulated network in one process: no root, no Open vSwitch.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use app_api::Snapshot;
use app_api::snapshot::LinkState;
use openflow::Version;
use pointsman::run::{Controller, Data, RunConfig};
use topologies::Topology;
use topologies::emulate::live::{self, Handle};
use topologies::emulate::{Agent, Network, Options};

const VERSIONS: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];
/// Longer than anything here may take; what takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

async fn controller() -> Controller {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut config = RunConfig::default();
    config.openflow = Some(vec![any]);
    config.http = Some(any);
    config.data = Data::Nowhere;
    Controller::start(config).await.unwrap()
}

fn links_up(net: &Snapshot) -> usize {
    let links = net.links.values();
    links.filter(|link| link.state == LinkState::Up).count()
}

fn switches_up(net: &Snapshot) -> usize {
    net.graph().switch_count()
}

/// Waits until the network is like that.
async fn until(controller: &Controller, what: &str, is: impl Fn(&Snapshot) -> bool) -> Duration {
    let begin = Instant::now();
    loop {
        let net = controller.snapshot();
        if is(&net) {
            return begin.elapsed();
        }
        let (switches, links) = (switches_up(&net), links_up(&net));
        assert!(
            begin.elapsed() < PATIENCE,
            "not {what}: {switches} switches, {links} links"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Every host pings every other; all that failed.
async fn ping_all(network: &Handle, hosts: &[String]) -> Vec<String> {
    let mut failed = Vec::new();
    for from in hosts {
        for to in hosts.iter().filter(|to| *to != from) {
            let outcome = network.ping(from, to.as_str()).await.unwrap();
            if !outcome.is_success() {
                failed.push(format!("{from} -> {to}: {outcome:?}"));
            }
        }
    }
    failed
}

/// A fat tree whose switches speak what `version` says, up to the last ping.
async fn fat_tree(version: impl Fn(usize) -> Version) {
    let controller = controller().await;
    let topology = Topology::parse("fat-tree,4").unwrap();
    let mut options = Options::default();
    for (index, switch) in topology.switches().iter().enumerate() {
        options.versions.insert(switch.dpid, version(index));
    }
    let network = Network::with(&topology, &options, Agent::of_plan);
    let network = live::start(network, Some(controller.openflow()[0]));
    until(&controller, "20 switches, 32 links", |net| {
        // A link for each direction.
        switches_up(net) == 20 && links_up(net) == 64
    })
    .await;
    let hosts = topology.hosts().iter().map(|host| host.name.clone());
    let failed = ping_all(&network, &hosts.collect::<Vec<_>>()).await;
    assert!(failed.is_empty(), "{failed:#?}");
    until(&controller, "16 hosts", |net| net.hosts.len() == 16).await;
    network.stop().await;
    until(&controller, "no switch", |net| switches_up(net) == 0).await;
    controller.shutdown(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_fat_tree_of_1_0_ping_each_other() {
    fat_tree(|_| Version::V1_0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_fat_tree_of_1_3_ping_each_other() {
    fat_tree(|_| Version::V1_3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_fat_tree_of_1_4_ping_each_other() {
    fat_tree(|_| Version::V1_4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_fat_tree_of_1_5_ping_each_other() {
    fat_tree(|_| Version::V1_5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_of_a_fat_tree_of_all_versions_ping_each_other() {
    fat_tree(|index| VERSIONS[index % VERSIONS.len()]).await;
}
