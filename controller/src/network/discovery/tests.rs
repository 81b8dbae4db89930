//! Time is a number of milliseconds here; the network is two switches, ports 1 to 3 each.

use std::sync::Arc;
use std::time::SystemTime;

use app_api::snapshot::{Port, Switch, SwitchState};
use openflow::flow::{PortConfig, PortDesc, PortState as WireState};
use openflow::{PortNo, Version};

use super::*;

struct Net {
    start: Now,
    now: Now,
    discovery: Discovery,
    draft: Draft,
    sent: Vec<ProbeOrder>,
}

fn at(dpid: u64, port: u32) -> Location {
    Location::new(Dpid(dpid), PortNo(port))
}

fn desc(port: u32) -> PortDesc {
    PortDesc {
        no: PortNo(port),
        hw_addr: MacAddr([2, 0, 0, 0, 0, port as u8]),
        name: format!("p{port}"),
        config: PortConfig::empty(),
        state: WireState::empty(),
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    }
}

pub(in crate::network) fn switch(dpid: u64, ports: std::ops::RangeInclusive<u32>) -> Switch {
    let port = |no| {
        let role = PortRole::Unknown;
        let desc = desc(no);
        (PortNo(no), Arc::new(Port { desc, role }))
    };
    Switch {
        dpid: Dpid(dpid),
        name: String::new(),
        state: SwitchState::Up,
        since: SystemTime::UNIX_EPOCH,
        version: Version::V1_3,
        peer: ([127, 0, 0, 1], 1).into(),
        desc: Arc::default(),
        n_tables: 1,
        ports: ports.map(port).collect(),
        counters: Arc::default(),
    }
}

impl Net {
    fn new() -> Self {
        let start = Now {
            at: Instant::now(),
            wall: SystemTime::UNIX_EPOCH,
        };
        let mut draft = Draft::default();
        for dpid in [1, 2] {
            draft.put_switch(switch(dpid, 1..=3));
        }
        Self {
            start,
            now: start,
            discovery: Discovery::new(),
            draft,
            sent: Vec::new(),
        }
    }

    /// Both switches come up with all their ports.
    fn up() -> Self {
        let mut net = Self::new();
        for (dpid, port) in [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)] {
            net.port_up(at(dpid, port));
        }
        net.events();
        net
    }

    fn port_up(&mut self, at: Location) {
        self.discovery.port_up(at, MacAddr::ZERO, self.now.at);
    }

    fn port_down(&mut self, at: Location) {
        self.discovery.port_down(at, self.now, &mut self.draft);
    }

    /// Runs to that time in steps of 10 ms: every probe is carried out at once, and arrives at the
    /// other end of its cable.
    fn run(&mut self, until_ms: u64, cables: &[(Location, Location)]) {
        self.run_with(until_ms, cables, true);
    }

    fn run_with(&mut self, until_ms: u64, cables: &[(Location, Location)], acknowledge: bool) {
        let until = self.start.after(Duration::from_millis(until_ms));
        while self.now.at < until.at {
            self.now = self.now.after(Duration::from_millis(10));
            let orders = self.discovery.tick(self.now, &mut self.draft);
            for order in &orders {
                for (src, dst) in cables {
                    if order.src == *src {
                        self.arrives(*order, *dst).unwrap();
                    }
                }
            }
            if acknowledge {
                let ports: Vec<_> = orders.iter().map(|order| order.src).collect();
                self.discovery
                    .acknowledged(&ports, self.now.at, &mut self.draft);
            }
            self.sent.extend(orders);
        }
    }

    fn arrives(&mut self, order: ProbeOrder, at: Location) -> Result<(), Disbelieved> {
        let probe = Probe {
            src: order.src,
            nonce: order.nonce,
        };
        self.discovery.arrived(probe, at, self.now, &mut self.draft)
    }

    fn role(&self, at: Location) -> PortRole {
        self.draft.snapshot.role(at)
    }

    fn events(&mut self) -> Vec<Event> {
        let finished = self.draft.finish();
        finished.map_or_else(Vec::new, |f| f.update.events.clone())
    }

    fn links_up(&self) -> usize {
        let links = self.draft.snapshot.links.values();
        links.filter(|link| link.state == LinkState::Up).count()
    }
}

fn cable(a: Location, b: Location) -> [(Location, Location); 2] {
    [(a, b), (b, a)]
}

#[test]
fn a_port_is_probed_at_once_then_quickly_then_every_three_seconds() {
    let mut net = Net::new();
    net.port_up(at(1, 1));
    let start = net.now.at;
    let mut times = Vec::new();
    while net.now.at < start + Duration::from_millis(7_000) {
        let orders = net.discovery.tick(net.now, &mut net.draft);
        let ms = net.now.at.duration_since(start).as_millis();
        times.extend(orders.iter().map(|_| ms));
        net.now = net.now.after(Duration::from_millis(10));
    }
    assert_eq!(times, [0, 100, 250, 500, 3_500, 6_500]);
}

#[test]
fn a_cable_is_two_links_as_soon_as_frames_arrive() {
    let mut net = Net::up();
    net.run(10, &cable(at(1, 1), at(2, 1)));
    let id = LinkId::new(at(1, 1), at(2, 1));
    let events = net.events();
    for event in [Event::LinkUp(id), Event::LinkUp(id.reversed())] {
        assert!(events.contains(&event), "{events:?}");
    }
    assert_eq!(net.role(at(1, 1)), PortRole::Link);
    assert_eq!(net.role(at(2, 1)), PortRole::Link);
    assert_eq!(net.role(at(1, 2)), PortRole::Unknown);
    assert_eq!(net.draft.snapshot.graph().link_count(), 2);
}

#[test]
fn one_frame_makes_both_ends_of_its_link_links() {
    let mut net = Net::up();
    net.run(10, &[(at(1, 1), at(2, 1))]);
    assert_eq!(net.role(at(1, 1)), PortRole::Link);
    assert_eq!(net.role(at(2, 1)), PortRole::Link);
    assert_eq!(net.links_up(), 1);
    assert_eq!(
        net.draft.snapshot.graph().link_count(),
        0,
        "answers could not come back"
    );
}

#[test]
fn parallel_cables_are_kept_apart() {
    let mut net = Net::up();
    let cables: Vec<_> = (1..=3)
        .flat_map(|p| cable(at(1, p), at(2, 4 - p)))
        .collect();
    net.run(10, &cables);
    assert_eq!(net.links_up(), 6);
    net.port_down(at(1, 1));
    assert_eq!(net.links_up(), 4);
}

#[test]
fn a_silent_port_is_an_edge_after_three_probes_and_a_quiet_moment() {
    let mut net = Net::up();
    net.run(290, &[]);
    assert_eq!(net.role(at(1, 1)), PortRole::Unknown);
    net.run(310, &[]);
    assert_eq!(net.role(at(1, 1)), PortRole::Edge);
    assert_eq!(net.discovery.new_edges().len(), 6);
}

#[test]
fn while_ports_come_up_elsewhere_a_port_stays_unknown_but_not_for_ever() {
    let mut net = Net::up();
    for ms in (200..=1_900).step_by(100) {
        net.run(ms, &[]);
        net.port_up(at(2, 3));
        assert_eq!(net.role(at(1, 1)), PortRole::Unknown, "{ms}");
    }
    net.run(2_010, &[]);
    assert_eq!(net.role(at(1, 1)), PortRole::Edge);
}

#[test]
fn without_acknowledgements_a_port_is_an_edge_after_two_seconds() {
    let mut net = Net::up();
    net.run_with(1_990, &[], false);
    assert_eq!(net.role(at(1, 1)), PortRole::Unknown);
    net.run_with(2_010, &[], false);
    assert_eq!(net.role(at(1, 1)), PortRole::Edge);
}

#[test]
fn an_edge_becomes_a_link_when_a_frame_arrives() {
    let mut net = Net::up();
    net.run(1_000, &[]);
    assert_eq!(net.role(at(2, 2)), PortRole::Edge);
    net.run(4_000, &[(at(1, 1), at(2, 2))]);
    assert_eq!(net.role(at(2, 2)), PortRole::Link);
}

#[test]
fn a_port_down_takes_both_directions_away_at_once() {
    let mut net = Net::up();
    net.run(1_000, &cable(at(1, 1), at(2, 1)));
    net.events();
    net.port_down(at(1, 1));
    let id = LinkId::new(at(1, 1), at(2, 1));
    let events = net.events();
    for event in [Event::LinkDown(id), Event::LinkDown(id.reversed())] {
        assert!(events.contains(&event), "{events:?}");
    }
    assert_eq!(net.links_up(), 0);
    assert_eq!(
        net.role(at(2, 1)),
        PortRole::Unknown,
        "what is there now is to be found out"
    );
    let kept = net.draft.snapshot.links.len();
    assert_eq!(kept, 2, "people see what is broken");
}

#[test]
fn a_switch_that_leaves_takes_its_links_with_it() {
    let mut net = Net::up();
    let cables: Vec<_> = (1..=3).flat_map(|p| cable(at(1, p), at(2, p))).collect();
    net.run(1_000, &cables);
    net.discovery.switch_gone(Dpid(2), net.now, &mut net.draft);
    assert_eq!(net.links_up(), 0);
}

#[test]
fn a_cable_pulled_out_without_a_word_is_down_after_three_lost_probes() {
    let mut net = Net::up();
    net.run(1_000, &cable(at(1, 1), at(2, 1)));
    net.run(10_000, &[]);
    assert_eq!(net.links_up(), 2);
    net.run(14_000, &[]);
    assert_eq!(net.links_up(), 0);
    net.run(17_000, &[]);
    assert_eq!(net.role(at(1, 1)), PortRole::Edge);
    assert!(
        net.draft.snapshot.links.is_empty(),
        "the cable is elsewhere or nowhere"
    );
}

#[test]
fn a_controller_that_slept_does_not_take_links_for_broken() {
    let mut net = Net::up();
    let cables = cable(at(1, 1), at(2, 1));
    net.run(1_000, &cables);
    net.now = net.now.after(Duration::from_secs(100));
    net.start = net.start.after(Duration::from_secs(100));
    net.run(1_100, &cables);
    assert_eq!(net.links_up(), 2);
}

#[test]
fn a_frame_is_believed_once_and_only_from_where_it_was_sent() {
    let mut net = Net::up();
    net.run(10, &[]);
    let order = *net.sent.iter().find(|order| order.src == at(1, 1)).unwrap();
    assert_eq!(net.arrives(order, at(1, 1)), Err(Disbelieved::Reflected));
    let other_port = ProbeOrder {
        src: at(1, 2),
        ..order
    };
    assert_eq!(
        net.arrives(other_port, at(2, 1)),
        Err(Disbelieved::Replayed)
    );
    assert_eq!(net.arrives(order, at(9, 9)), Err(Disbelieved::PortDown));
    assert_eq!(net.arrives(order, at(2, 1)), Ok(()));
    assert_eq!(net.arrives(order, at(2, 2)), Err(Disbelieved::Replayed));
    assert_eq!(net.links_up(), 1);
}

#[test]
fn a_frame_that_took_too_long_is_a_replay() {
    let mut net = Net::up();
    net.run(10, &[]);
    let order = net.sent[0];
    net.now = net.now.after(MAX_AGE + Duration::from_millis(1));
    assert_eq!(net.arrives(order, at(2, 1)), Err(Disbelieved::Replayed));
}

#[test]
fn a_link_that_works_is_not_moved_by_a_frame_elsewhere() {
    let mut net = Net::up();
    net.run(510, &[(at(1, 1), at(2, 1))]);
    // The next frame arrives at another port, as on a shared segment.
    net.run(3_490, &[]);
    net.now = net.now.after(Duration::from_millis(100));
    let orders = net.discovery.tick(net.now, &mut net.draft);
    let order = *orders.iter().find(|order| order.src == at(1, 1)).unwrap();
    assert_eq!(
        net.arrives(order, at(2, 2)),
        Err(Disbelieved::SharedSegment)
    );
    // Not heard where it was for longer than that, the cable was moved.
    net.run(7_500, &[(at(1, 1), at(2, 2))]);
    assert_eq!(
        net.draft.link_up_from(at(1, 1)),
        Some(LinkId::new(at(1, 1), at(2, 2)))
    );
}

#[test]
fn edge_ports_of_a_large_network_are_probed_less_often() {
    let mut net = Net::new();
    net.draft.put_switch(switch(3, 1..=6_000));
    for port in 1..=6_000 {
        net.port_up(at(3, port));
    }
    net.run(1_000, &[]);
    assert_eq!(net.discovery.edges.len(), 6_000);
    net.run(4_000, &[]);
    let before = net.sent.len();
    net.run(16_000, &[]);
    let sent = net.sent.len() - before;
    assert!(sent <= 12_100, "{sent} probes in twelve seconds");
}
