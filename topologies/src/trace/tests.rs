use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use openflow::flow::{PortConfig, PortDesc, PortState};
use openflow::pipeline::{Switch, SwitchConfig};
use openflow::{MacAddr, Version};

use super::*;

/// h1 - s1 - s2 - h2, h3 at s1 too; port 1 and 3 for hosts, port 2 for the cable.
struct Net {
    map: Map,
    switches: BTreeMap<Dpid, Switch>,
}

fn mac(n: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, n])
}

fn at(dpid: u64, port: u32) -> LinkEnd {
    LinkEnd::new(Dpid(dpid), PortNo(port))
}

fn party(n: u8) -> Party {
    Party {
        mac: mac(n),
        addresses: vec![IpAddr::from([10, 0, 0, n])],
    }
}

impl Net {
    fn new() -> Self {
        let mut map = Map::default();
        for (n, place) in [(1, at(1, 1)), (2, at(2, 1)), (3, at(1, 3))] {
            map.add_host(MapHost {
                id: mac(n).to_string(),
                name: format!("h{n}"),
                mac: mac(n),
                at: place,
            });
        }
        let mut net = Self {
            map,
            switches: BTreeMap::new(),
        };
        net.add_switch(1);
        net.add_switch(2);
        net.cable(at(1, 2), at(2, 2));
        net
    }

    fn add_switch(&mut self, dpid: u64) {
        self.map.name_switch(Dpid(dpid), format!("s{dpid}"));
        let port = |no: u8| PortDesc {
            no: PortNo(no.into()),
            hw_addr: MacAddr([2, 0, 0, 0, 1, no]),
            name: format!("s{dpid}-eth{no}"),
            config: PortConfig::empty(),
            state: PortState::LIVE,
            curr_speed_kbps: 0,
            max_speed_kbps: 0,
        };
        let ports = (1..=4).map(port).collect();
        let config = SwitchConfig::new(Dpid(dpid), Version::V1_3, ports);
        self.switches.insert(Dpid(dpid), Switch::new(config));
    }

    fn cable(&mut self, a: LinkEnd, b: LinkEnd) {
        self.map.add_cable(a, b, true);
        self.map.add_cable(b, a, true);
    }

    fn flow(&mut self, dpid: u64, text: &str) {
        let switch = self.switches.get_mut(&Dpid(dpid)).unwrap();
        switch
            .flow_mod(&text.parse().unwrap(), Duration::ZERO)
            .unwrap();
    }

    /// From h1 to a host.
    fn trace(&self, to: u8, said: &str) -> Journey {
        let parties = Parties {
            from: party(1),
            to: party(to),
            vlan: None,
        };
        let start = Start {
            at: at(1, 1),
            frame: packet(&parties, said).unwrap(),
            from: Some(mac(1).to_string()),
            to: Some(mac(to).to_string()),
        };
        let mut walk = Walk::begin(&self.map, start);
        while let Some(dpid) = walk.needs() {
            walk.visit(self.switches.get(&dpid), Duration::ZERO);
        }
        walk.finish(&|cookie| (cookie.0 == 7).then(|| "routing".to_owned()))
    }

    #[track_caller]
    fn says(&self, to: u8, said: &str, kind: Kind, sentence: &str) -> Journey {
        let journey = self.trace(to, said);
        assert_eq!(journey.verdict.sentence, sentence);
        assert_eq!(journey.verdict.kind, kind);
        journey
    }
}

#[test]
fn a_packet_that_arrives_is_told_with_its_way() {
    let mut net = Net::new();
    net.flow(1, "ip,nw_dst=10.0.0.2,actions=output:2");
    net.flow(2, "ip,nw_dst=10.0.0.2,actions=output:1");
    net.flow(1, "ip,nw_dst=10.0.0.3,actions=output:3");
    let sentence = "h1 reaches h2 over s1, s2 in 2 hops.";
    let journey = net.says(2, "", Kind::Delivered, sentence);
    assert!(journey.verdict.reached);
    let way: Vec<_> = journey
        .hops
        .iter()
        .map(|hop| (hop.dpid.0, hop.in_port.0))
        .collect();
    assert_eq!(way, [(1, 1), (2, 2)]);
    assert_eq!(journey.hops[0].exits[0].to, To::Hop { hop: 1 });
    assert_eq!((journey.hops[1].from, journey.hops[1].depth), (Some(0), 1));
    net.says(3, "", Kind::Delivered, "h1 reaches h3 over s1 in 1 hop.");
}

#[test]
fn a_drop_names_the_entry_that_almost_took_it_and_its_owner() {
    let mut net = Net::new();
    net.flow(1, "priority=100,cookie=7,tcp,tp_dst=443,actions=output:2");
    let sentence = "h1 does not reach h2: dropped at s1: no flow entry of table 0 takes it; the \
                    nearest, the entry with priority 100 of routing, wants tcp_dst=443 and the \
                    packet has 80.";
    let journey = net.says(2, "tcp dst=80", Kind::Dropped, sentence);
    let near = journey.verdict.near_miss.unwrap();
    assert_eq!(
        (near.field, &*near.wanted, &*near.found),
        ("tcp_dst", "443", "80")
    );
    assert_eq!(journey.verdict.hop, Some(0));
}

#[test]
fn an_entry_that_drops_is_named() {
    let mut net = Net::new();
    net.flow(1, "priority=5,tcp,actions=drop");
    let sentence = "h1 does not reach h2: dropped at s1: the entry with priority 5 that no app \
                    owns sends it nowhere.";
    net.says(2, "tcp dst=80", Kind::Dropped, sentence);
}

#[test]
fn ways_out_that_lead_nowhere_are_black_holes() {
    let mut net = Net::new();
    net.flow(1, "actions=output:4");
    let sentence = "h1 does not reach h2: s1 sends it out of port 4, where no switch and no host \
                    is known.";
    net.says(2, "", Kind::BlackHole, sentence);

    net.flow(1, "actions=output:2");
    net.map.add_cable(at(1, 2), at(2, 2), false);
    let sentence = "h1 does not reach h2: s1 sends it out of port 2, but the link to s2 is down.";
    net.says(2, "", Kind::BlackHole, sentence);

    net.switches
        .get_mut(&Dpid(1))
        .unwrap()
        .set_link(PortNo(2), false);
    let sentence = "h1 does not reach h2: dropped at s1: its way out, port 2, has no link.";
    net.says(2, "", Kind::Dropped, sentence);
}

#[test]
fn a_packet_that_comes_back_unchanged_is_in_a_loop() {
    let mut net = Net::new();
    net.add_switch(3);
    net.cable(at(2, 3), at(3, 2));
    net.cable(at(3, 3), at(1, 4));
    net.flow(1, "actions=output:2");
    net.flow(2, "actions=output:3");
    net.flow(3, "actions=output:3");
    let sentence = "h1 goes round in a loop: s2, s3, s1, s2.";
    let journey = net.says(2, "", Kind::Loop, sentence);
    // s1 is met twice: first from the host, then from s3.
    assert_eq!(journey.hops.len(), 4);
    assert_eq!(journey.hops[3].exits[0].to, To::Loop { hop: 1 });

    net.flow(2, "actions=output:3,output:1");
    let sentence = "h1 goes round in a loop: s2, s3, s1, s2. It also reaches h2.";
    let journey = net.says(2, "", Kind::Loop, sentence);
    assert!(journey.verdict.reached);
}

#[test]
fn a_loop_ends_where_the_time_to_live_does() {
    let mut net = Net::new();
    net.flow(1, "ip,actions=dec_ttl,output:2");
    net.flow(2, "ip,actions=dec_ttl,in_port");
    net.flow(1, "priority=40000,in_port=2,ip,actions=dec_ttl,in_port");
    let sentence = "h1 does not reach h2: dropped at s1: its time to live is spent.";
    let journey = net.says(2, "ttl=9", Kind::Dropped, sentence);
    assert_eq!(journey.hops.len(), 9);
}

#[test]
fn copies_are_told_and_none_is_followed_twice() {
    let mut net = Net::new();
    net.flow(1, "actions=output:2,output:3,output:4");
    net.flow(2, "actions=output:1");
    let sentence = "h1 reaches h2 over s1, s2 in 2 hops; copies go to h3 and port 4 of s1.";
    net.says(2, "", Kind::Delivered, sentence);

    // Two cables: the second copy is the first one's like, but not a loop.
    net.cable(at(1, 4), at(2, 3));
    net.flow(1, "actions=output:2,output:4");
    net.flow(2, "in_port=3,actions=output:1");
    let journey = net.says(
        2,
        "",
        Kind::Delivered,
        "h1 reaches h2 over s1, s2 in 2 hops; copies go to h2.",
    );
    assert_eq!(journey.hops.len(), 3);
}

#[test]
fn the_controller_decides_about_what_it_is_sent() {
    let mut net = Net::new();
    net.flow(1, "priority=0,actions=controller");
    let sentence = "h1 does not reach h2: s1 has no flow entry for it and asks the controller, \
                    whose apps decide what becomes of it.";
    net.says(2, "", Kind::Controller, sentence);
}

/// What the controller has is not lost yet, whatever became of another copy.
#[test]
fn the_controller_counts_before_a_copy_that_is_dropped() {
    let mut net = Net::new();
    net.flow(1, "priority=1,actions=output:2,output:4");
    net.flow(2, "priority=1,actions=drop");
    net.add_switch(3);
    net.cable(at(1, 4), at(3, 1));
    net.flow(3, "priority=1,actions=controller");
    net.says(
        2,
        "",
        Kind::Controller,
        "h1 does not reach h2: s3 hands it to the controller, whose apps decide what becomes of \
         it.",
    );
}

#[test]
fn a_packet_that_comes_to_another_host_is_told() {
    let mut net = Net::new();
    net.flow(1, "actions=output:3");
    let sentence = "h1 does not reach h2: s1 sends it to h3, whose address it does not have.";
    net.says(2, "", Kind::Elsewhere, sentence);
    net.flow(1, "actions=set_field:02:00:00:00:00:03->eth_dst,output:3");
    net.says(
        2,
        "",
        Kind::Elsewhere,
        "h1 does not reach h2: s1 sends it to h3.",
    );
}

#[test]
fn switches_that_cannot_be_read_end_what_is_known() {
    let mut net = Net::new();
    net.flow(1, "actions=output:2");
    net.switches.remove(&Dpid(2));
    let sentence = "h1 does not reach h2: the tables of s2 could not be read, so nobody knows \
                    from there.";
    net.says(2, "", Kind::Unknown, sentence);
}

#[test]
fn floods_end_and_are_counted_once_in_a_mesh() {
    let mut net = Net::new();
    for dpid in 3..=5 {
        net.add_switch(dpid);
    }
    let mut free: BTreeMap<u64, u32> = [(1, 3), (2, 3), (3, 1), (4, 1), (5, 1)].into();
    for (a, b) in [(1, 3), (3, 4), (4, 5), (5, 2), (3, 5)] {
        let mut end = |dpid: u64| {
            let port = free.get_mut(&dpid).unwrap();
            *port += 1;
            at(dpid, *port)
        };
        let (a, b) = (end(a), end(b));
        net.cable(a, b);
    }
    for dpid in 1..=5 {
        net.flow(dpid, "actions=flood");
    }
    let journey = net.trace(2, "");
    assert_eq!(journey.verdict.kind, Kind::Loop);
    assert!(journey.verdict.reached);
    // Each switch by each of its ports that has a cable, and once from the host.
    assert!(journey.hops.len() <= 1 + 2 * 6, "{}", journey.hops.len());
}

#[test]
fn packets_are_made_of_what_is_said() {
    let parties = Parties {
        from: party(1),
        to: party(2),
        vlan: None,
    };
    for (said, matching) in [
        (
            "",
            "icmp,nw_src=10.0.0.1,nw_dst=10.0.0.2,dl_src=02:00:00:00:00:01,icmp_type=8",
        ),
        (
            "tcp dst=80",
            "tcp,tp_dst=80,tp_src=49152,nw_dst=10.0.0.2,tcp_flags=2",
        ),
        ("udp,src=53,dst=5353", "udp,tp_src=53,tp_dst=5353"),
        ("sctp dst=9", "sctp,tp_dst=9"),
        ("arp", "arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2"),
        ("nw_dst=10.0.0.9 ttl=3", "ip,nw_dst=10.0.0.9,nw_ttl=3"),
        ("tcp vlan=5 dst=22", "dl_vlan=5,tcp,tp_dst=22"),
        ("dl_dst=ff:ff:ff:ff:ff:ff", "dl_dst=ff:ff:ff:ff:ff:ff"),
        ("dl_type=0x88cc", "dl_type=0x88cc"),
        ("ip nw_proto=47", "ip,nw_proto=47"),
    ] {
        let frame = packet(&parties, said).unwrap_or_else(|error| panic!("{said}: {error}"));
        let made = openflow::pipeline::Packet::parse(frame, PortNo(1));
        let wanted: openflow::flow::Match = matching.parse().unwrap();
        assert!(made.key().matches(&wanted), "{said}: {:x}", made.frame());
    }
    let tagged = Parties {
        vlan: Some(7),
        ..parties.clone()
    };
    let made = openflow::pipeline::Packet::parse(packet(&tagged, "udp dst=1").unwrap(), PortNo(1));
    assert!(
        made.key()
            .matches(&"dl_vlan=7,udp,tp_dst=1".parse().unwrap())
    );
    for (said, error) in [
        ("tcp dst=http", "`tp_dst=http`"),
        ("dst=80", "`tp_dst`: needs tcp"),
        ("colour=red", "`colour`: no field of that name"),
        ("ipv6", "no IPv6 address of both ends is known"),
        ("metadata=5", "a packet cannot have metadata=0x5"),
    ] {
        let told = packet(&parties, said).unwrap_err().to_string();
        assert!(told.starts_with(error), "{said}: {told}");
    }
}
