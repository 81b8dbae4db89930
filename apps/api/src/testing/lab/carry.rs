//! Packets through the network and to the controller.

use bytes::Bytes;
use openflow::flow::{FlowCommand, FlowMod, PacketIn, PacketInReason, PacketOut};
use openflow::packet::PacketView;
use openflow::{BufferId, Cookie, Dpid, TableId};

use super::super::frames::TestHost;
use super::super::switch::Sent;
use super::{Lab, Trace};
use crate::app::{Packet, Verdict};
use crate::rule::{Priority, Rule};
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
        let hub = self.hosts.iter().filter(|(h, l)| **l == at && **h != from);
        self.arrived.extend(hub.map(|(h, _)| (*h, frame.clone())));
        if !self.dark.contains(&at) {
            self.fly(Leg::Into(at, frame), 0);
        }
        self.carry();
    }

    /// Where a frame would go by the tables alone; nothing is counted and nobody is told.
    #[must_use]
    pub fn trace(&self, from: TestHost, frame: &Bytes) -> Trace {
        let mut trace = Trace::default();
        let mut flights = vec![(self.hosts[&from], frame.clone(), 0)];
        while let Some((at, frame, hops)) = flights.pop() {
            assert!(
                hops < MOST_HOPS,
                "a loop: {frame:?} comes by {at} again and again"
            );
            let is_dark = |port| self.dark.contains(&Location::new(at.dpid, port));
            for sent in self.switches[&at.dpid].look_up(at.port, &frame, &is_dark) {
                let Sent::Port(out, frame) = sent else {
                    trace.punted.push(at);
                    continue;
                };
                match self.beyond(Location::new(at.dpid, out)) {
                    Beyond::Switch(next) => flights.push((next, frame, hops + 1)),
                    Beyond::Hosts(hosts) => {
                        trace
                            .frames
                            .extend(hosts.into_iter().map(|h| (h, frame.clone())));
                    }
                }
            }
        }
        trace.frames.sort();
        trace.arrived = trace.frames.iter().map(|(host, _)| *host).collect();
        trace
    }

    pub(super) fn carry(&mut self) {
        let mut budget = MOST_PACKETS;
        while let Some(Flight { to, hops }) = self.flights.pop_front() {
            assert!(hops < MOST_HOPS && budget > 0, "a loop: {to:?}");
            budget -= 1;
            match to {
                Leg::Into(at, frame) => self.receive(at, &frame, hops),
                Leg::Out(dpid, packet) => {
                    let PacketOut {
                        in_port,
                        actions,
                        data,
                        ..
                    } = &packet;
                    let is_dark = |port| self.dark.contains(&Location::new(dpid, port));
                    let sent = self.switches[&dpid].execute(*in_port, data, actions, &is_dark);
                    self.send_on(Location::new(dpid, packet.in_port), sent, hops);
                }
            }
        }
    }

    /// Packets of apps. Lost where the switch is not connected.
    pub(super) fn packet_out(&mut self, dpid: Dpid, packet: PacketOut) {
        self.packet_out_behind(dpid, packet, 0);
    }

    /// Gives frames that were held to the apps, now that it is known what is behind their ports.
    pub(super) fn release_held(&mut self) {
        for (at, frame) in std::mem::take(&mut self.held) {
            self.packet_in(at, &frame, 0);
        }
    }

    fn packet_out_behind(&mut self, dpid: Dpid, packet: PacketOut, hops: u16) {
        if self.switches.get(&dpid).is_some_and(|s| s.connected) {
            self.fly(Leg::Out(dpid, packet), hops);
        }
    }

    fn fly(&mut self, to: Leg, hops: u16) {
        self.flights.push_back(Flight { to, hops });
    }

    fn receive(&mut self, at: Location, frame: &Bytes, hops: u16) {
        let (now, dark) = (self.now, &self.dark);
        let is_dark = |port| dark.contains(&Location::new(at.dpid, port));
        if let Some(switch) = self.switches.get_mut(&at.dpid) {
            let sent = switch.receive(at.port, frame, &is_dark, now);
            self.send_on(at, sent, hops);
        }
    }

    fn send_on(&mut self, at: Location, sent: Vec<Sent>, hops: u16) {
        for sent in sent {
            match sent {
                Sent::Controller(frame) => self.packet_in(at, &frame, hops),
                Sent::Port(out, frame) => match self.beyond(Location::new(at.dpid, out)) {
                    Beyond::Switch(next) => self.fly(Leg::Into(next, frame), hops + 1),
                    Beyond::Hosts(hosts) => {
                        self.arrived
                            .extend(hosts.into_iter().map(|h| (h, frame.clone())));
                    }
                },
            }
        }
    }

    fn beyond(&self, out: Location) -> Beyond {
        if self.dark.contains(&out) {
            return Beyond::Hosts(Vec::new());
        }
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

    fn packet_in(&mut self, at: Location, frame: &Bytes, hops: u16) {
        if !self.switches[&at.dpid].connected {
            return;
        }
        self.packet_ins += 1;
        let ingress = self.snapshot.role(at);
        let Some(headers) = PacketView::parse(frame) else {
            return;
        };
        match ingress {
            PortRole::Unknown => {
                self.held.push((at, frame.clone()));
                return;
            }
            PortRole::Edge => self.learn(at, &headers),
            PortRole::Link => {}
        }
        let message = PacketIn {
            buffer_id: BufferId::NONE,
            total_len: u16::try_from(frame.len()).expect("test frames are short"),
            reason: PacketInReason::NoMatch,
            table: TableId(0),
            cookie: Cookie(0),
            in_port: at.port,
            data: frame.clone(),
        };
        let packet = Packet {
            message: &message,
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
            let (answered, verdict) = self.apps[index].packet_in(when, at, packet);
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

    fn install(&mut self, dpid: Dpid, app: usize, flow_mod: FlowMod) {
        assert_eq!(flow_mod.command, FlowCommand::Add, "handlers only add");
        let priority = Priority::try_from(flow_mod.priority).expect("within the apps' band");
        let mut rule = Rule::new(dpid, priority, flow_mod.matching, flow_mod.instructions);
        rule.idle_timeout_s = flow_mod.idle_timeout_s;
        let now = self.now;
        self.rules.flow_mods += 1;
        self.with_connected(dpid, |switch| switch.put(rule, app, now));
    }
}

enum Beyond {
    Switch(Location),
    Hosts(Vec<TestHost>),
}

/// More than any path of the networks under test has, several times over.
const MOST_HOPS: u16 = 64;

/// More than any one frame makes in a network without a loop.
const MOST_PACKETS: u32 = 100_000;
