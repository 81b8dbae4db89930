//! The classic learning switch, one switch at a time: for labs of a single switch, for benchmarks,
//! and as an example of an app that only handles packets.
//!
//! Each switch has its own [`Handler`], which runs on that switch's connection and shares nothing:
//! it remembers by which port a station sent, and when somebody sends to that station puts an
//! entry on the switch, so that later packets do not come to the controller. The entry times out;
//! nobody keeps it up or takes it away before, so a station that moves while others send to it
//! may have to wait for that. What it does not know it sends to all edge ports.
//! Links between switches are left out: without a spanning tree a loop of them would melt the
//! network. `app-routing` is for networks.
//!
//! In the steady state a packet costs two or three look-ups in a hash table and a flow-mod, and no
//! allocation.

use std::collections::HashMap;

use app_api::{
    App, AppContext, Event, HostId, Location, Packet, PacketContext, PacketHandler, Verdict,
};
use openflow::flow::{Action, Actions, FlowMod, Instructions, Match, VlanMatch};
use openflow::{BufferId, Dpid, PortNo};

/// The app. It wants no rules and needs no events: everything is done by [`Handler`].
#[derive(Debug, Default)]
pub struct LearningSwitch;

impl LearningSwitch {
    /// There is nothing to set.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl App for LearningSwitch {
    type Message = ();

    fn event(&mut self, _ctx: &mut AppContext<'_>, _event: &Event) {}

    fn packet_handler(&mut self, _dpid: Dpid) -> Option<Box<dyn PacketHandler<Message = ()>>> {
        Some(Box::new(Handler::default()))
    }
}

/// Of one switch.
#[derive(Debug, Default)]
struct Handler {
    stations: Stations,
}

impl PacketHandler for Handler {
    type Message = ();

    fn packet_in(&mut self, ctx: &mut PacketContext<'_, ()>, packet: &Packet<'_>) -> Verdict {
        let (src, in_port) = (HostId::source_of(packet.headers), ctx.at().port);
        let dst = HostId::destination_of(packet.headers);
        if src.mac.is_unicast() {
            self.stations.learn(src, in_port);
        }
        // An action or a match that a version lacks is not among these: the results say nothing.
        match self.stations.port_of(dst) {
            Some(port) if port == in_port => {} // it has heard the packet itself
            Some(port) => {
                let send = Actions::from_iter([Action::output(port)]);
                let mut entry = entry(src, dst, in_port, send.clone());
                entry.buffer_id = packet.message.buffer_id;
                let _ = ctx.install(&entry);
                if entry.buffer_id == BufferId::NONE {
                    let _ = ctx.forward(packet.message, send);
                }
            }
            None => {
                let _ = ctx.forward(packet.message, edge_ports_but(ctx));
            }
        }
        Verdict::Handled
    }

    fn port_down(&mut self, port: PortNo) {
        self.stations.forget(port);
    }
}

fn entry(src: HostId, dst: HostId, in_port: PortNo, send: Actions) -> FlowMod {
    let matching = Match::any()
        .in_port(in_port)
        .eth_src(src.mac)
        .eth_dst(dst.mac)
        .vlan(src.vlan.map_or(VlanMatch::Untagged, VlanMatch::Id));
    let mut entry = FlowMod::add(PRIORITY, matching, Instructions::apply(send));
    entry.idle_timeout_s = IDLE_TIMEOUT_S;
    entry.hard_timeout_s = HARD_TIMEOUT_S;
    entry
}

/// All edge ports but the one the packet came in by.
fn edge_ports_but(ctx: &PacketContext<'_, ()>) -> Actions {
    let Location { dpid, port } = ctx.at();
    let ports = ctx.snapshot().switches.get(&dpid).map(|s| s.ports.keys());
    ports
        .into_iter()
        .flatten()
        .filter(|out| **out != port && ctx.snapshot().is_usable_edge(Location::new(dpid, **out)))
        .map(|out| Action::output(*out))
        .collect()
}

/// Who is behind which port. Holds the last [`STATIONS`] that sent at least, and twice as many at
/// most: when one half is full, the older half is emptied and filled anew.
#[derive(Debug, Default)]
struct Stations {
    recent: HashMap<HostId, PortNo>,
    older: HashMap<HostId, PortNo>,
}

impl Stations {
    fn learn(&mut self, station: HostId, port: PortNo) {
        if self.recent.len() >= STATIONS && !self.recent.contains_key(&station) {
            std::mem::swap(&mut self.recent, &mut self.older);
            self.recent.clear();
        }
        self.recent.insert(station, port);
    }

    fn port_of(&self, station: HostId) -> Option<PortNo> {
        let known = self.recent.get(&station);
        known.or_else(|| self.older.get(&station)).copied()
    }

    fn forget(&mut self, port: PortNo) {
        self.recent.retain(|_, at| *at != port);
        self.older.retain(|_, at| *at != port);
    }
}

const STATIONS: usize = 8_192;
const PRIORITY: u16 = 100;
const IDLE_TIMEOUT_S: u16 = 60;
const HARD_TIMEOUT_S: u16 = 300;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app_api::testing::{Lab, TestHost, frames};
    use openflow::{MacAddr, Version};

    use super::*;

    fn lab(version: Version) -> (Lab, [TestHost; 3]) {
        let mut lab = Lab::new();
        lab.switch_of(1, version);
        let hosts = [1, 2, 3].map(|port| lab.host(1, port));
        lab.start(LearningSwitch::new());
        lab.connect_all();
        (lab, hosts)
    }

    #[test]
    fn floods_until_it_has_heard_the_station_and_then_leaves_it_to_the_switch() {
        for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
            let (mut lab, [a, b, c]) = lab(version);
            assert_eq!(lab.send(a, frames::unicast(a, b)), [b, c]);
            assert_eq!(lab.send(b, frames::unicast(b, a)), [a]);
            assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
            let before = lab.packet_ins();
            assert_eq!(lab.send(a, frames::unicast(a, b)), [b]);
            assert_eq!(lab.send(b, frames::unicast(b, a)), [a]);
            assert_eq!(lab.packet_ins(), before);
        }
    }

    #[test]
    fn broadcast_reaches_every_other_port_once() {
        let (mut lab, [a, b, c]) = lab(Version::V1_3);
        assert_eq!(lab.send(b, frames::broadcast(b)), [a, c]);
    }

    #[test]
    fn entries_that_are_not_used_go() {
        let (mut lab, [a, b, _]) = lab(Version::V1_3);
        lab.send(a, frames::unicast(a, b));
        lab.send(b, frames::unicast(b, a));
        assert_eq!(lab.table(Dpid(1)).len(), 1);
        lab.run_for(Duration::from_secs(61));
        assert_eq!(lab.table(Dpid(1)).len(), 0);
    }

    #[test]
    fn a_station_that_moved_is_found_by_its_first_packet() {
        let (mut lab, [a, b, c]) = lab(Version::V1_3);
        lab.send(a, frames::unicast(a, b));
        lab.send(c, frames::unicast(c, a));
        lab.move_host(a, (1, 9));
        lab.run();
        lab.send(a, frames::unicast(a, b));
        lab.run_for(Duration::from_secs(61));
        assert_eq!(lab.send(b, frames::unicast(b, a)), [a]);
    }

    #[test]
    fn what_was_behind_a_port_that_went_down_is_forgotten() {
        let (mut lab, [a, b, c]) = lab(Version::V1_3);
        lab.send(a, frames::unicast(a, b));
        let at = lab.location(a);
        lab.cut(at);
        assert_eq!(lab.send(b, frames::unicast(b, a)), [c], "flooded");
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_memory_or_push_out_who_speaks() {
        let mut stations = Stations::default();
        let station = |n: usize| HostId {
            mac: MacAddr([
                2,
                0,
                (n >> 24) as u8,
                (n >> 16) as u8,
                (n >> 8) as u8,
                n as u8,
            ]),
            vlan: None,
        };
        for n in 1..100_000 {
            stations.learn(station(n), PortNo(1));
            if n % 1_000 == 0 {
                stations.learn(station(0), PortNo(2));
            }
        }
        assert_eq!(stations.port_of(station(0)), Some(PortNo(2)));
        assert!(stations.recent.len() + stations.older.len() <= 2 * STATIONS);
    }
}
