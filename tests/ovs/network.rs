use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::snapshot::{HostId, LinkState, Location, PortRole, Snapshot};
use openflow::packet::build;
use openflow::{Dpid, MacAddr, PortNo, Version};
use pointsman::run::{Controller, Data, RunConfig};
use pointsman_tests::ovs::PrivateOvs;
use tokio::time::sleep;

const PATIENCE: Duration = Duration::from_secs(20);
const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

async fn controller() -> Controller {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut config = RunConfig::default();
    config.openflow = Some(vec![any]);
    config.http = Some(any);
    config.data = Data::Nowhere;
    Controller::start(config).await.expect("it starts")
}

async fn until(
    controller: &Controller,
    what: &str,
    is: impl Fn(&Snapshot) -> bool,
) -> Arc<Snapshot> {
    let begun = Instant::now();
    loop {
        let net = controller.snapshot();
        if is(&net) {
            return net;
        }
        assert!(begun.elapsed() < PATIENCE, "not {what}: {net:#?}");
        sleep(Duration::from_millis(5)).await;
    }
}

fn links_up(net: &Snapshot) -> usize {
    let links = net.links.values();
    links.filter(|link| link.state == LinkState::Up).count()
}

fn arp() -> String {
    let frame = build::arp_request((MAC, IP), Ipv4Addr::new(10, 0, 0, 2), None);
    frame.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bridges_of_1_0_and_1_3_are_described_and_their_cables_and_hosts_found() {
    described_and_found(("OpenFlow10", Version::V1_0), ("OpenFlow13", Version::V1_3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bridges_of_1_4_and_1_5_are_described_and_their_cables_and_hosts_found() {
    described_and_found(("OpenFlow14", Version::V1_4), ("OpenFlow15", Version::V1_5)).await;
}

/// A bridge of each version, a host port 1 at each, two cables between them.
async fn described_and_found(first: (&str, Version), second: (&str, Version)) {
    let controller = controller().await;
    let mut ovs = PrivateOvs::start();
    let openflow = controller.openflow()[0];
    ovs.add_bridge("s1", 1, first.0, 1, openflow);
    ovs.add_bridge("s2", 2, second.0, 1, openflow);
    ovs.add_cable(("s1", 2), ("s2", 3));
    ovs.add_cable(("s1", 3), ("s2", 2));
    let net = until(&controller, "all found", |net| {
        links_up(net) == 4
            && net.role(at(1, 1)) == PortRole::Edge
            && net.role(at(2, 1)) == PortRole::Edge
    })
    .await;
    for (dpid, name, version) in [(1, "s1", first.1), (2, "s2", second.1)] {
        let switch = &net.switches[&Dpid(dpid)];
        assert_eq!((&*switch.name, switch.version), (name, version));
        assert_eq!(switch.desc.hardware, "Open vSwitch");
        assert_eq!(switch.ports.len(), 4, "the local port too");
        assert_eq!(
            net.role(Location::new(Dpid(dpid), PortNo::LOCAL)),
            PortRole::Unknown
        );
    }
    assert_eq!(net.links[&at(1, 2)].id.dst, at(2, 3));
    assert_eq!(net.links[&at(2, 2)].id.dst, at(1, 3));

    ovs.receive("s1", 1, &arp());
    let id = HostId {
        mac: MAC,
        vlan: None,
    };
    let net = until(&controller, "learned", |net| net.hosts.contains_key(&id)).await;
    assert_eq!(net.hosts[&id].addresses, [IP]);
    ovs.receive("s2", 1, &arp());
    let moved = |net: &Snapshot| net.hosts[&id].at == at(2, 1);
    until(&controller, "moved", moved).await;

    ovs.remove_port("s1", 2);
    until(&controller, "two links", |net| links_up(net) == 2).await;

    let counted = |net: &Snapshot| {
        let counters = net.switches[&Dpid(2)].counters.get(&PortNo(2));
        counters.is_some_and(|port| port.tx_packets > 0 && port.rx_packets > 0)
    };
    until(&controller, "counted", counted).await;

    ovs.restart_switch();
    let gone = |net: &Snapshot| net.switch_up(Dpid(1)).is_none() && links_up(net) == 0;
    until(&controller, "gone", gone).await;
    until(&controller, "back", |net| links_up(net) == 2).await;
    controller.shutdown(PATIENCE).await;
}
