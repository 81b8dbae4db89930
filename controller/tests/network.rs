//! The network as it is found: switches of a script with cables between them.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod fake;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use app_api::snapshot::{HostId, LinkState, Location, PortRole, Snapshot};
use app_api::{Event, Verdict};
use bytes::Bytes;
use fake::peer::port_13;
use fake::switch::{Cables, Inject, Switch};
use fake::{Engine, Fixed, Log, Scripted, calm};
use openflow::packet::{PacketView, build, ethertype};
use openflow::wire::Message;
use openflow::{Dpid, MacAddr, PortNo, Version, Xid, v13};
use pointsman::network::{Delta, RestoredHost};
use pointsman::southbound::{ConnectionHandler, HandlerFeed, HandlerSource, Panicked};

const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

fn host() -> HostId {
    HostId {
        mac: MAC,
        vlan: None,
    }
}

fn arp() -> Bytes {
    build::arp_request((MAC, IP), Ipv4Addr::new(10, 0, 0, 2), None)
}

fn links_up(net: &Snapshot) -> usize {
    let links = net.links.values();
    links.filter(|link| link.state == LinkState::Up).count()
}

/// Two switches, ports 1 and 2 of each connected, port 3 free.
async fn two_switches(engine: &mut Engine) -> (Switch, Switch) {
    let cables = Cables::default();
    let a = Switch::start(engine.address, 1, &[1, 2, 3], &cables).await;
    let b = Switch::start(engine.address, 2, &[1, 2, 3], &cables).await;
    cables.connect((&a, 1), (&b, 1));
    cables.connect((&a, 2), (&b, 2));
    engine
        .until("four links, two edges", |net| {
            links_up(net) == 4
                && net.role(at(1, 3)) == PortRole::Edge
                && net.role(at(2, 3)) == PortRole::Edge
        })
        .await;
    (a, b)
}

fn port_status(port: u32, up: bool) -> Inject {
    let mut desc = port_13(port);
    if !up {
        desc.state = v13::PortState::LINK_DOWN;
    }
    let status = v13::PortStatus {
        reason: v13::PortReason::Modify,
        desc,
    };
    let body = v13::Body::PortStatus(status);
    let mut bytes = bytes::BytesMut::new();
    let message = Message::v13(Version::V1_3, Xid(0), body);
    message.encode(&mut bytes).unwrap();
    Inject::Raw(bytes.to_vec())
}

#[tokio::test]
async fn cables_are_found_and_a_port_down_takes_them_away_at_once() {
    let mut engine = Engine::start(calm()).await;
    let start = Instant::now();
    let (a, _b) = two_switches(&mut engine).await;
    assert!(start.elapsed() < Duration::from_secs(3));
    let net = engine.network.snapshot();
    assert_eq!(net.graph().link_count(), 4);
    assert_eq!(net.role(at(1, 1)), PortRole::Link);
    let mut updates = engine.network.subscribe();
    let start = Instant::now();
    a.inject.send(port_status(1, false)).await.ok().unwrap();
    let net = engine.until("two links", |net| links_up(net) == 2).await;
    assert!(start.elapsed() < Duration::from_millis(200));
    assert_eq!(net.graph().link_count(), 2);
    let update = updates.recv().await.unwrap();
    let id = app_api::LinkId::new(at(1, 1), at(2, 1));
    assert_eq!(update.events[0], Event::PortDown(at(1, 1)));
    for event in [Event::LinkDown(id), Event::LinkDown(id.reversed())] {
        assert!(update.events.contains(&event), "{:?}", update.events);
    }
    assert!(update.deltas.contains(&Delta::Link(at(2, 1))));
    assert!(
        update.snapshot.seq >= net.seq,
        "it was readable before it was told"
    );
    a.inject.send(port_status(1, true)).await.ok().unwrap();
    engine.until("four links", |net| links_up(net) == 4).await;
}

#[tokio::test]
async fn a_switch_that_leaves_stays_as_down_with_its_links() {
    let mut engine = Engine::start(calm()).await;
    let (a, _b) = two_switches(&mut engine).await;
    drop(a);
    let net = engine.until("no link", |net| links_up(net) == 0).await;
    assert!(net.switch_up(Dpid(1)).is_none());
    assert_eq!(net.switches.len(), 2);
    assert_eq!(net.links.len(), 4);
    assert_eq!(net.graph().switch_count(), 1);
}

#[tokio::test]
async fn a_host_is_learned_at_its_edge_and_at_once_where_it_moves() {
    let mut engine = Engine::start(calm()).await;
    let (a, b) = two_switches(&mut engine).await;
    a.packet_arrives(3, arp()).await;
    let learned = |net: &Snapshot| {
        let found = net.host_by_address(None, IP.into());
        found.is_some_and(|found| found.id == host() && found.at == at(1, 3))
    };
    engine.until("learned", learned).await;
    // Through the network it arrives at links, where it does not live.
    b.packet_arrives(1, arp()).await;
    let start = Instant::now();
    b.packet_arrives(3, arp()).await;
    let moved = |net: &Snapshot| {
        net.hosts
            .get(&host())
            .is_some_and(|host| host.at == at(2, 3))
    };
    engine.until("moved", moved).await;
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(engine.network.snapshot().hosts.len(), 1);
}

#[tokio::test]
async fn a_restored_host_is_asked_for_and_shown_when_it_answers() {
    let mut engine = Engine::start(calm()).await;
    let restored = RestoredHost {
        id: host(),
        at: at(1, 3),
        addresses: vec![IP.into()],
        first_seen: SystemTime::UNIX_EPOCH,
    };
    engine.network.restore_hosts(vec![restored]).await;
    let (mut a, _b) = two_switches(&mut engine).await;
    let (port, frame) = a.sends(ethertype::ARP).await;
    let view = PacketView::parse(&frame).unwrap();
    assert_eq!((port, view.eth_dst()), (3, MAC));
    let question = view.arp().unwrap();
    assert_eq!((question.spa, question.tpa), (Ipv4Addr::UNSPECIFIED, IP));
    assert!(engine.network.snapshot().hosts.is_empty());
    let answer = build::arp_reply((MAC, IP), (question.sha, question.spa), None);
    a.packet_arrives(3, answer).await;
    let net = engine.until("shown", |net| !net.hosts.is_empty()).await;
    assert_eq!(net.hosts[&host()].first_seen, SystemTime::UNIX_EPOCH);
    assert_eq!(net.hosts[&host()].addresses, [IP]);
}

#[tokio::test]
async fn forged_replayed_and_foreign_discovery_frames_are_refused_and_counted() {
    let mut engine = Engine::start(calm()).await;
    let (mut a, b) = two_switches(&mut engine).await;
    let (_, ours) = a.sends(ethertype::LLDP).await;
    let mut forged = ours.to_vec();
    let last_of_seal = forged.len() - 3;
    forged[last_of_seal] ^= 1;
    b.packet_arrives(3, forged).await;
    let foreign = [
        &ours[..14],
        &[2, 2, 7, b'x', 4, 2, 7, b'y', 6, 2, 0, 9, 0, 0],
    ]
    .concat();
    b.packet_arrives(3, foreign).await;
    // A host that reflects what it gets. The frame is the newest: an older one would be too old.
    let (port, ours) = a.sends(ethertype::LLDP).await;
    a.packet_arrives(port, ours).await;
    for reason in ["forged", "foreign", "reflected"] {
        let line = format!("discovery_refused_total{{reason=\"{reason}\"}}");
        let start = Instant::now();
        while engine.metric(&line) == 0 {
            assert!(start.elapsed() < fake::PATIENCE, "{reason}");
            tokio::task::yield_now().await;
        }
    }
    let net = engine.network.snapshot();
    assert_eq!(links_up(&net), 4);
    assert_eq!(net.role(at(2, 3)), PortRole::Edge);
    assert_eq!(engine.notices.after(0)[0].code, "forged_discovery");
}

#[tokio::test]
async fn names_are_published_before_the_caller_goes_on() {
    let engine = Engine::start(calm()).await;
    let mut names = app_api::Annotations::default();
    names.switch_names.insert(Dpid(1), "core".to_owned());
    engine.network.annotate(names).await;
    assert_eq!(engine.network.snapshot().switch_label(Dpid(1)), "core");
}

/// One list of scripted handlers per connection.
struct Handlers(
    Log,
    Vec<(&'static str, Result<Verdict, Panicked>, Option<PortNo>)>,
);

impl HandlerSource for Handlers {
    fn connect(&self, _dpid: Dpid) -> Box<dyn HandlerFeed> {
        let handler = |(name, answer, forward_to): &(&'static str, _, _)| {
            let scripted = Scripted {
                name,
                log: Arc::clone(&self.0),
                answer: *answer,
                forward_to: *forward_to,
            };
            Box::new(scripted) as Box<dyn ConnectionHandler>
        };
        Box::new(Fixed(self.1.iter().map(handler).collect()))
    }
}

#[tokio::test]
async fn packets_are_held_until_the_port_is_known_then_go_through_the_apps_in_order() {
    let log = Log::default();
    let handlers = vec![
        ("broken", Err(Panicked), None),
        ("looks", Ok(Verdict::Pass), None),
        ("forwards", Ok(Verdict::Handled), Some(PortNo(2))),
        ("never", Ok(Verdict::Handled), None),
    ];
    let handlers = Arc::new(Handlers(Arc::clone(&log), handlers));
    let mut engine = Engine::with_handlers(calm(), handlers).await;
    let mut switch = Switch::start(engine.address, 1, &[1, 2], &Cables::default()).await;
    switch.packet_arrives(1, arp()).await;
    assert_eq!(switch.sends(ethertype::ARP).await, (2, arp()));
    let seen = log.lock().unwrap().clone();
    let expected =
        ["broken", "looks", "forwards"].map(|name| format!("{name} {} Edge {MAC}", at(1, 1)));
    assert_eq!(seen, expected);
    assert_eq!(engine.metric("handler_panics_total"), 1);
    let learned = |net: &Snapshot| net.hosts.contains_key(&host());
    engine.until("learned", learned).await;
    log.lock().unwrap().clear();
    switch
        .inject
        .send(port_status(1, false))
        .await
        .ok()
        .unwrap();
    let down = |net: &Snapshot| net.role(at(1, 1)) == PortRole::Unknown;
    engine.until("down", down).await;
    assert!(
        log.lock()
            .unwrap()
            .contains(&"looks port_down 1".to_owned())
    );
}
