//! The one task that writes the network state.
//!
//! ```text
//! connections --inputs (they wait)-------------.
//!             --sightings (dropped when full)---+--> writer: Switches, Discovery, Hosts -> Draft
//! rules, REST, agents --inputs-----------------'        |
//!                                                       1. publish Arc<Snapshot>
//!                                                       2. broadcast Update (events, deltas)
//!                                                       3. wake connections whose ports' roles changed
//!                                                       4. hand probes to agents and outboxes
//! ```
//!
//! It waits for its queues and for the next deadline, and for nothing else.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use app_api::{Event, Snapshot};
use arc_swap::ArcSwap;
use bytes::Bytes;
use openflow::flow::PacketOut;
use openflow::packet::Arp;
use openflow::packet::build::{self, Ethernet};
use openflow::{Dpid, MacAddr};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::agent::{Agents, Frame};
use super::discovery::{Discovery, ProbeOrder};
use super::draft::Draft;
use super::handle::{Delta, Input, Update};
use super::hosts::{HostProbe, Hosts};
use super::seal::Sealer;
use super::sighting::{CONTROLLER_MAC, Sighting};
use super::switches::{Parts, Switches};
use crate::clock::Now;
use crate::metrics::{Metrics, Why};

/// Inputs and sightings taken together into one snapshot. More make fewer snapshots under load;
/// fewer would make the first of them wait less.
const BATCH: usize = 256;

/// The writer's state.
pub(super) struct Writer {
    pub(super) draft: Draft,
    pub(super) discovery: Discovery,
    pub(super) hosts: Hosts,
    pub(super) switches: Switches,
    pub(super) sealer: Sealer,
    pub(super) agents: Agents,
    pub(super) published: Arc<ArcSwap<Snapshot>>,
    pub(super) updates: broadcast::Sender<Arc<Update>>,
    pub(super) metrics: Arc<Metrics>,
    /// Told when what they asked for is published.
    pub(super) waiting: Vec<oneshot::Sender<()>>,
}

impl Writer {
    /// Until `stop`.
    pub(super) async fn run(
        mut self,
        mut inputs: mpsc::Receiver<Input>,
        mut sightings: mpsc::Receiver<Sighting>,
        stop: CancellationToken,
    ) {
        let mut some_inputs = Vec::with_capacity(BATCH);
        let mut some_sightings = Vec::with_capacity(BATCH);
        loop {
            let deadline = self.deadline();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = inputs.recv_many(&mut some_inputs, BATCH) => {}
                _ = sightings.recv_many(&mut some_sightings, BATCH) => {}
                () = sleep_until(deadline) => {}
            }
            let now = Now::read();
            for input in some_inputs.drain(..) {
                self.input(input, now);
            }
            for sighting in some_sightings.drain(..) {
                self.seen(sighting, now);
            }
            self.turn(now);
        }
    }

    /// Does what is due, publishes, and sends what is to be sent.
    fn turn(&mut self, now: Now) {
        let probes = self.discovery.tick(now, &mut self.draft);
        for at in self.discovery.new_edges() {
            self.hosts.edge_ready(at, now.at, &self.draft);
        }
        let questions = self.hosts.tick(now.at, &mut self.draft);
        self.publish();
        self.send_probes(probes, now.at);
        for question in questions {
            self.ask_host(question);
        }
    }

    fn deadline(&self) -> Option<Instant> {
        [self.discovery.next(), self.hosts.next()]
            .into_iter()
            .flatten()
            .min()
    }

    fn input(&mut self, input: Input, now: Now) {
        let mut parts = Parts {
            draft: &mut self.draft,
            discovery: &mut self.discovery,
            hosts: &mut self.hosts,
        };
        match input {
            Input::Connected {
                switch,
                desc,
                n_tables,
                ports,
            } => self.switches.connected(switch, desc, n_tables, ports),
            Input::Ready { dpid, epoch } => {
                let agents = &self.agents;
                let agent = |handle: &_| agents.start(handle);
                self.switches.ready((dpid, epoch), agent, now, &mut parts);
            }
            Input::Gone { dpid, epoch } => self.switches.gone(dpid, epoch, now, &mut parts),
            Input::PortStatus {
                dpid,
                epoch,
                status,
            } => self
                .switches
                .port_status((dpid, epoch), status, now, &mut parts),
            Input::Counters {
                dpid,
                epoch,
                stats,
                read,
            } => self
                .switches
                .counters((dpid, epoch), stats, read, parts.draft),
            Input::Probe { probe, at } => {
                match self.discovery.arrived(probe, at, now, &mut self.draft) {
                    Ok(()) => {
                        for end in [probe.src, at] {
                            self.hosts.remove_at(end, &mut self.draft);
                        }
                    }
                    Err(why) => {
                        let why = Why {
                            reason: why.reason(),
                        };
                        self.metrics.discovery_refused.get_or_create(&why).inc();
                    }
                }
            }
            Input::Probed { dpid, epoch, ports } => {
                if self.switches.is_current(dpid, epoch) {
                    self.discovery.acknowledged(&ports, now.at, &mut self.draft);
                }
            }
            Input::Annotate(annotations, done) => {
                self.draft.snapshot.annotations = Arc::new(annotations);
                self.draft.event(Event::AnnotationsChanged);
                self.draft.delta(Delta::Annotations);
                self.waiting.push(done);
            }
            Input::Restore(hosts) => self.hosts.restore(hosts, now.at, &self.draft),
        }
    }

    fn seen(&mut self, sighting: Sighting, now: Now) {
        if let Err(why) = self.hosts.seen(sighting, now, &mut self.draft) {
            let why = Why { reason: why.0 };
            self.metrics.hosts_refused.get_or_create(&why).inc();
        }
    }

    /// State first, news second: who hears of a change finds it in the snapshot.
    fn publish(&mut self) {
        let Some(finished) = self.draft.finish() else {
            return;
        };
        self.published.store(Arc::clone(&finished.update.snapshot));
        // Nobody listening is no error.
        let _ = self.updates.send(finished.update);
        for dpid in finished.roles_changed {
            if let Some(handle) = self.switches.handle(dpid) {
                handle.roles_changed();
            }
        }
        for done in self.waiting.drain(..) {
            let _ = done.send(());
        }
    }

    fn send_probes(&self, orders: Vec<ProbeOrder>, now: Instant) {
        let mut frames: BTreeMap<Dpid, Vec<Frame>> = BTreeMap::new();
        for order in orders {
            let frame = self.sealer.seal(order.src, order.hw_addr, order.nonce, now);
            frames
                .entry(order.src.dpid)
                .or_default()
                .push((order.src, frame));
        }
        for (dpid, frames) in frames {
            if let Some(agent) = self.switches.agent(dpid) {
                agent.probe(frames);
            }
        }
    }

    fn ask_host(&self, probe: HostProbe) {
        if let Some(handle) = self.switches.handle(probe.at.dpid) {
            let packet = PacketOut::to_ports(question(&probe), [probe.at.port]);
            handle.packet_out(packet);
        }
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// A frame only the host answers, and only if it has the address.
fn question(probe: &HostProbe) -> Bytes {
    let HostProbe { host, address, .. } = probe;
    match *address {
        IpAddr::V4(target) => build::arp(
            Ethernet {
                src: CONTROLLER_MAC,
                dst: host.mac,
                vlan: host.vlan,
            },
            &Arp {
                op: Arp::REQUEST,
                sha: CONTROLLER_MAC,
                // No address of ours: nobody takes it for a claim (RFC 5227).
                spa: Ipv4Addr::UNSPECIFIED,
                tha: MacAddr::ZERO,
                tpa: target,
            },
        ),
        // An answer needs somewhere to go: a link-local address that only the controller uses.
        IpAddr::V6(target) => {
            build::neighbour_solicitation((CONTROLLER_MAC, CONTROLLER_V6), target, host.vlan)
        }
    }
}

/// fe80:: and the modified EUI-64 of [`CONTROLLER_MAC`] (RFC 4291 §2.5.6).
const CONTROLLER_V6: Ipv6Addr = {
    let [a, b, c, d, e, f] = CONTROLLER_MAC.0;
    Ipv6Addr::from_octets([
        0xfe,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        a ^ 2,
        b,
        c,
        0xff,
        0xfe,
        d,
        e,
        f,
    ])
};
