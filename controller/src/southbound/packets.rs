//! From a packet-in to the apps and back, on the connection's task.
//!
//! Discovery frames end here. Packets of ports whose role is not known are held for a moment:
//! forwarding them could start a loop. From edge ports hosts are learned. Then the apps are asked
//! in their order, and their answers go straight into the write buffer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::{HandlerBackend, Location, Packet, PortRole, Snapshot, Switch, SwitchState, Verdict};
use bytes::Bytes;
use openflow::flow::{FlowMod, PacketIn, PacketOut, ToSwitch, Unsupported};
use openflow::packet::{PacketView, ethertype};
use openflow::{Cookie, Dpid, PortNo};
use prometheus_client::metrics::counter::Counter;

use super::Switches;
use super::config::Services;
use super::outgoing::Outgoing;
use super::services::HandlerFeed;
use crate::clock::Now;
use crate::metrics::{Metrics, Why};
use crate::network::{CONTROLLER_MAC, Ears, SnapshotReader};

/// Packets held of one switch; the oldest goes first and is counted.
const HELD: usize = 64;

/// How long a packet is worth holding: its sender has asked again by then.
const HELD_FOR: Duration = Duration::from_secs(2);

/// The packet-in path of one switch.
pub(super) struct PacketPath {
    dpid: Dpid,
    reader: SnapshotReader,
    /// This switch in the snapshot `seen`.
    here: Option<Arc<Switch>>,
    seen: Arc<Snapshot>,
    feed: Box<dyn HandlerFeed>,
    ears: Ears,
    held: VecDeque<(Instant, PacketIn)>,
    switches: Switches,
    drops: Drops,
}

impl std::fmt::Debug for PacketPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PacketPath")
            .field("dpid", &self.dpid)
            .finish_non_exhaustive()
    }
}

/// Counters of packets no app saw.
struct Drops {
    unreadable: Counter,
    slow_switch: Counter,
    held: Counter,
    local: Counter,
    elsewhere: Counter,
    panics: Counter,
}

impl Drops {
    fn new(metrics: &Metrics) -> Self {
        let why = |reason| {
            let why = Why { reason };
            metrics.packet_in_drops.get_or_create(&why).clone()
        };
        Self {
            unreadable: why("unreadable"),
            slow_switch: why("slow_switch"),
            held: why("role_unknown"),
            local: why("local_port"),
            elsewhere: metrics.packet_out_drops.clone(),
            panics: metrics.handler_panics.clone(),
        }
    }
}

impl PacketPath {
    pub(super) fn new(dpid: Dpid, services: &Services) -> Self {
        let mut reader = services.network.reader();
        let seen = Arc::clone(reader.load());
        Self {
            dpid,
            here: seen.switches.get(&dpid).cloned(),
            seen,
            reader,
            feed: services.handlers.connect(dpid),
            ears: services.network.ears(),
            held: VecDeque::new(),
            switches: services.switches.clone(),
            drops: Drops::new(&services.metrics),
        }
    }

    /// A packet for the controller.
    pub(super) fn packet_in(&mut self, packet: PacketIn, now: Now, out: &mut Outgoing) {
        let Some(headers) = PacketView::parse(&packet.data) else {
            self.drops.unreadable.inc();
            return;
        };
        if headers.eth_type() == ethertype::LLDP {
            let at = Location::new(self.dpid, packet.in_port);
            self.ears.discovery(headers.payload(), at, now);
            return;
        }
        if !out.has_room() {
            self.drops.slow_switch.inc();
            return;
        }
        self.look();
        match self.role(packet.in_port) {
            PortRole::Unknown if packet.in_port == PortNo::LOCAL => {
                self.drops.local.inc();
            }
            PortRole::Unknown => self.hold(packet, now.at),
            role => self.deliver(&packet, &headers, role, now, out),
        }
    }

    /// Roles changed: packets held for that may go on.
    pub(super) fn roles_changed(&mut self, now: Now, out: &mut Outgoing) {
        self.look();
        for _ in 0..self.held.len() {
            let Some((since, packet)) = self.held.pop_front() else {
                return;
            };
            if now.at >= since + HELD_FOR {
                self.drops.held.inc();
                continue;
            }
            let role = self.role(packet.in_port);
            let headers = PacketView::parse(&packet.data).filter(|_| role != PortRole::Unknown);
            match headers {
                None => self.held.push_back((since, packet)),
                Some(headers) => self.deliver(&packet, &headers, role, now, out),
            }
        }
    }

    /// A port went down or away.
    pub(super) fn port_down(&mut self, port: PortNo) {
        for handler in self.feed.handlers() {
            if handler.port_down(port).is_err() {
                self.drops.panics.inc();
            }
        }
    }

    fn deliver(
        &mut self,
        packet: &PacketIn,
        headers: &PacketView<'_>,
        ingress: PortRole,
        now: Now,
        out: &mut Outgoing,
    ) {
        let at = Location::new(self.dpid, packet.in_port);
        if ingress == PortRole::Edge {
            self.ears.observer.observe(headers, at, &self.seen, now);
        }
        // An answer to one of our probes: what it says of its sender was read just now.
        if headers.eth_dst() == CONTROLLER_MAC {
            return;
        }
        let packet = Packet {
            message: packet,
            headers,
            ingress,
        };
        for handler in self.feed.handlers() {
            let mut answers = Answers {
                out,
                cookie: handler.cookie(),
                switches: &self.switches,
                elsewhere: &self.drops.elsewhere,
            };
            match handler.packet_in(at, &self.seen, now.at, &mut answers, &packet) {
                Ok(Verdict::Handled) => return,
                Ok(Verdict::Pass) => {}
                Err(_) => {
                    self.drops.panics.inc();
                }
            }
        }
    }

    /// Takes up the newest snapshot; one atomic load while nothing changed.
    fn look(&mut self) {
        let newest = self.reader.load();
        if !Arc::ptr_eq(newest, &self.seen) {
            self.seen = Arc::clone(newest);
            self.here = self.seen.switches.get(&self.dpid).cloned();
        }
    }

    fn role(&self, port: PortNo) -> PortRole {
        self.here
            .as_ref()
            .filter(|switch| switch.state == SwitchState::Up)
            .and_then(|switch| switch.ports.get(&port))
            .map_or(PortRole::Unknown, |port| port.role)
    }

    fn hold(&mut self, mut packet: PacketIn, now: Instant) {
        if self.held.len() == HELD {
            self.held.pop_front();
            self.drops.held.inc();
        }
        // A slice of the read buffer would keep all of that alive.
        packet.data = Bytes::copy_from_slice(&packet.data);
        self.held.push_back((now, packet));
    }
}

/// What handlers answer with.
struct Answers<'a> {
    out: &'a mut Outgoing,
    cookie: Cookie,
    switches: &'a Switches,
    elsewhere: &'a Counter,
}

impl HandlerBackend for Answers<'_> {
    fn packet_out(&mut self, packet: &PacketOut) -> Result<(), Unsupported> {
        let message = ToSwitch::PacketOut(packet.clone());
        self.out.send(&message).map(|_| ())
    }

    fn flow_mod(&mut self, flow_mod: &FlowMod) -> Result<(), Unsupported> {
        let mut flow_mod = flow_mod.clone();
        flow_mod.cookie = self.cookie;
        self.out.send(&ToSwitch::FlowMod(flow_mod)).map(|_| ())
    }

    fn packet_out_at(&mut self, dpid: Dpid, packet: PacketOut) {
        match self.switches.switch(dpid) {
            Some(switch) => switch.packet_out(packet),
            None => {
                self.elsewhere.inc();
            }
        }
    }
}
