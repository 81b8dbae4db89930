//! Packets through the network and to the controller.

use bytes::Bytes;
use openflow::Dpid;
use openflow::flow::{FlowMod, PacketIn, PacketOut, ToSwitch};
use openflow::packet::{PacketView, ethertype};

use super::super::frames::TestHost;
use super::super::switch::Owner;
use super::Lab;
use crate::app::{Packet, Verdict};
use crate::snapshot::{Location, PortRole};

/// A packet on its way.
#[derive(Debug)]
pub(super) struct Flight {
    to: Leg,
    /// Switches passed, the controller's help included.
    hops: u16,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a lab has few at a time")]
enum Leg {
    Into(Location, Bytes),
    Out(Dpid, PacketOut),
}

impl Lab {
    /// A host sends a frame; it has travelled as far as tables and packet handlers take it when
    /// this returns. Apps have heard nothing yet: see [`Lab::run`].
    pub fn inject(&mut self, from: TestHost, frame: Bytes) {
        let at = self.hosts[&from];
        self.since.sent.push((from, frame.clone()));
        let hub = self.hosts.iter().filter(|(h, l)| **l == at && **h != from);
        self.arrived.extend(hub.map(|(h, _)| (*h, frame.clone())));
        self.fly(Leg::Into(at, frame), 0);
        self.carry();
    }

    pub(super) fn carry(&mut self) {
        let mut budget = MOST_PACKETS;
        while let Some(Flight { to, hops }) = self.flights.pop_front() {
            assert!(hops < MOST_HOPS && budget > 0, "a loop: {to:?}");
            budget -= 1;
            match to {
                Leg::Into(at, frame) => self.receive(at, &frame, hops),
                Leg::Out(dpid, packet) => {
                    let done = self.ask(dpid, &ToSwitch::PacketOut(packet));
                    let effects = done.unwrap_or_else(|error| panic!("{dpid}: {error}"));
                    self.effects(dpid, effects, hops);
                }
            }
        }
    }

    /// Gives frames that were held to the apps, now that it is known what is behind their ports.
    pub(super) fn release_held(&mut self) {
        for (dpid, packet) in std::mem::take(&mut self.held) {
            self.packet_in(dpid, &packet, 0);
        }
    }

    pub(super) fn packet_out_behind(&mut self, dpid: Dpid, packet: PacketOut, hops: u16) {
        if self.switches.get(&dpid).is_some_and(|s| s.connected) {
            self.fly(Leg::Out(dpid, packet), hops);
        }
    }

    fn fly(&mut self, to: Leg, hops: u16) {
        self.flights.push_back(Flight { to, hops });
    }

    fn receive(&mut self, at: Location, frame: &Bytes, hops: u16) {
        let now = self.since_start();
        if let Some(switch) = self.switches.get_mut(&at.dpid) {
            let effects = switch.model.receive(at.port, frame.clone(), now);
            self.effects(at.dpid, effects, hops);
        }
    }

    /// A frame leaves a switch.
    pub(super) fn send_on(&mut self, out: Location, frame: Bytes, hops: u16) {
        match self.beyond(out) {
            Beyond::Switch(next) => self.fly(Leg::Into(next, frame), hops + 1),
            Beyond::Hosts(hosts) => {
                self.arrived
                    .extend(hosts.into_iter().map(|h| (h, frame.clone())));
            }
        }
    }

    pub(super) fn beyond(&self, out: Location) -> Beyond {
        match self.cables.get(&out) {
            Some(far) => Beyond::Switch(*far),
            None => Beyond::Hosts(
                self.hosts
                    .iter()
                    .filter(|(_, at)| **at == out)
                    .map(|(host, _)| *host)
                    .collect(),
            ),
        }
    }

    pub(super) fn packet_in(&mut self, dpid: Dpid, message: &PacketIn, hops: u16) {
        let at = Location::new(dpid, message.in_port);
        let Some(headers) = PacketView::parse(&message.data) else {
            return;
        };
        if headers.eth_type() == ethertype::LLDP {
            return; // discovery's: no such frame goes on to an app
        }
        let ingress = self.snapshot.role(at);
        match ingress {
            PortRole::Unknown => {
                self.held.push((dpid, message.clone()));
                return;
            }
            PortRole::Edge => self.learn(at, &headers),
            PortRole::Link => {}
        }
        let packet = Packet {
            message,
            headers: &headers,
            ingress,
        };
        self.ask_handlers(at, &packet, hops);
    }

    fn ask_handlers(&mut self, at: Location, packet: &Packet<'_>, hops: u16) {
        let mut order: Vec<usize> = (0..self.apps.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(self.apps[*index].precedence()));
        for index in order {
            let when = (&self.snapshot, self.now);
            let from = (at, self.switches[&at.dpid].model.version());
            let (answered, verdict) = self.apps[index].packet_in(when, from, packet);
            for flow_mod in answered.flow_mods {
                self.install(at.dpid, index, flow_mod);
            }
            for out in answered.here {
                self.packet_out_behind(at.dpid, out, hops + 1);
            }
            for (dpid, out) in answered.elsewhere {
                self.packet_out_behind(dpid, out, hops + 1);
            }
            if verdict == Verdict::Handled {
                break;
            }
        }
    }

    /// Puts a handler's entry on its switch.
    fn install(&mut self, dpid: Dpid, app: usize, mut flow_mod: FlowMod) {
        flow_mod.cookie = Owner::Reactive(app).cookie();
        self.rules.flow_mods += 1;
        match self.ask(dpid, &ToSwitch::FlowMod(flow_mod)) {
            Ok(effects) => self.effects(dpid, effects, 0),
            // The controller only logs it: whose it was nobody knows by then.
            Err(error) => assert!(self.refusals_are_told, "{dpid} refuses an entry: {error}"),
        }
    }
}

/// What is at the other end.
pub(super) enum Beyond {
    Switch(Location),
    Hosts(Vec<TestHost>),
}

/// More than any path of the networks under test has, several times over.
pub(super) const MOST_HOPS: u16 = 64;

/// More than any one frame makes in a network without a loop.
const MOST_PACKETS: u32 = 100_000;
