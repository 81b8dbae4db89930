//! Broadcast over a spanning forest: what each switch does with it, as rules and for handlers.
//!
//! A switch sends a group-addressed frame out of its tree ports and its edge ports, and drops one
//! that came in by a link outside of the tree. Closing is a rule of its own for every closed port,
//! put in place before anything is opened and taken away after (stages), and whatever is kept or
//! opened holds no cycle ([`SpanningForest`]). So at no moment of a change can a frame go round,
//! whichever of the steps are done.

use std::collections::HashMap;
use std::sync::Arc;

use app_api::{Location, PortRole, Priority, Rule, Snapshot, Switch};
use openflow::flow::{Action, Actions, FlowEntry, Instructions, Match};
use openflow::oxm::Field;
use openflow::packet::{ethertype, ip_proto};
use openflow::{Dpid, MacAddr, PortNo, Version};
use topologies::{LinkEnd, SpanningForest};

/// What the ports of one switch are to broadcast. All sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FloodPorts {
    /// Cables of the tree.
    pub(crate) tree: Vec<PortNo>,
    /// Hosts.
    pub(crate) edge: Vec<PortNo>,
    /// Cables outside of the tree, and ports that were cables and are not known again yet.
    pub(crate) closed: Vec<PortNo>,
}

/// Read by every packet handler; replaced by the app as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flooding {
    /// Whether frames may be flooded: false while the network is still being found.
    pub(crate) running: bool,
    pub(crate) switches: HashMap<Dpid, Arc<FloodPorts>>,
}

impl FloodPorts {
    /// Of a connected switch, given what they were.
    ///
    /// Ports that are not known again since the switch reconnected stay what they were, but
    /// closed where they were cables: nothing must be sent along a cable nobody vouches for.
    pub(crate) fn plan(switch: &Switch, forest: &SpanningForest, before: &Self) -> Self {
        let mut ports = Self::default();
        for (no, port) in &switch.ports {
            let at = LinkEnd::new(switch.dpid, *no);
            if !no.is_physical() || !port.desc.is_up() {
                continue;
            }
            let kind = match port.role {
                _ if forest.contains(at) => &mut ports.tree,
                PortRole::Link => &mut ports.closed,
                PortRole::Edge => &mut ports.edge,
                PortRole::Unknown if before.edge.contains(no) => &mut ports.edge,
                PortRole::Unknown if before.is_cable(*no) => &mut ports.closed,
                PortRole::Unknown => continue,
            };
            kind.push(*no);
        }
        ports
    }

    /// What both agree to open, and what either closes.
    pub(crate) fn common(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.tree.retain(|port| other.tree.contains(port));
        both
    }

    pub(crate) fn is_cable(&self, port: PortNo) -> bool {
        self.tree.contains(&port) || self.closed.contains(&port)
    }

    /// A port went down: what comes up there may be something else.
    pub(crate) fn forget(&mut self, port: PortNo) {
        for kind in [&mut self.tree, &mut self.edge, &mut self.closed] {
            kind.retain(|other| *other != port);
        }
    }

    /// Where a frame goes that came in by a port.
    pub(crate) fn outputs(&self, in_port: PortNo) -> Actions {
        let ports = self.tree.iter().chain(&self.edge);
        ports
            .filter(|port| **port != in_port)
            .map(|port| Action::output(*port))
            .collect()
    }

    /// The rules that do it.
    pub(crate) fn rules(&self, dpid: Dpid, version: Version) -> Vec<Rule> {
        let nobody = PortNo::ANY;
        let flood = Instructions::apply(self.outputs(nobody));
        let mut rules = Vec::new();
        for group in groups(version) {
            rules.push(Rule::new(dpid, FLOOD, group.clone(), flood.clone()).in_stage(1));
            let closed = self.closed.iter().map(|port| {
                let matching = group.clone().in_port(*port);
                Rule::new(dpid, CLOSED, matching, Instructions::drop())
            });
            rules.extend(closed);
        }
        let ask = || Instructions::apply([Action::to_controller()]);
        for port in &self.edge {
            let questions = questions(version);
            rules.extend(
                questions.map(|question| Rule::new(dpid, ASK, question.in_port(*port), ask())),
            );
        }
        rules
    }

    /// Reads from entries what rules they were made for; `None` where there is no flood entry.
    pub(crate) fn of_entries(entries: &[FlowEntry]) -> Option<Self> {
        let broadcast = |entry: &FlowEntry| {
            let group = entry.matching.get(Field::EthDst);
            group.is_some_and(|part| part.value & 1 << 40 != 0)
        };
        let mut ports = Self::default();
        let mut outputs: Option<Vec<PortNo>> = None;
        for entry in entries.iter().filter(|entry| broadcast(entry)) {
            let in_port = entry.matching.get(Field::InPort);
            let in_port = in_port
                .and_then(|part| u32::try_from(part.value).ok())
                .map(PortNo);
            match (entry.priority, in_port) {
                (priority, None) if priority == FLOOD.number() => {
                    outputs = Some(entry.instructions.apply.iter().filter_map(output).collect());
                }
                (priority, Some(port)) if priority == CLOSED.number() => ports.closed.push(port),
                (priority, Some(port)) if priority == ASK.number() => ports.edge.push(port),
                _ => {}
            }
        }
        for kind in [&mut ports.edge, &mut ports.closed] {
            kind.sort_unstable();
            kind.dedup();
        }
        ports.tree = outputs?;
        ports.tree.retain(|port| !ports.edge.contains(port));
        ports.tree.sort_unstable();
        Some(ports)
    }
}

/// Every port that hosts can be reached by, of connected switches.
pub(crate) fn edge_ports(snapshot: &Snapshot) -> impl Iterator<Item = (Dpid, Vec<PortNo>)> {
    snapshot.switches.values().map(|switch| {
        let is_edge = |no: &PortNo| snapshot.is_usable_edge(Location::new(switch.dpid, *no));
        let ports = switch.ports.keys().copied().filter(is_edge).collect();
        (switch.dpid, ports)
    })
}

fn output(action: &Action) -> Option<PortNo> {
    match action {
        Action::Output { port, .. } => Some(*port),
        _ => None,
    }
}

/// What counts as broadcast. 1.0 has no masks for Ethernet addresses, so there only the groups
/// that every host talks to without being asked are rules; the packet handler does the same for
/// the others.
fn groups(version: Version) -> Vec<Match> {
    match version {
        Version::V1_0 => COMMON_GROUPS
            .into_iter()
            .map(|group| Match::any().eth_dst(group))
            .collect(),
        Version::V1_3 | Version::V1_4 | Version::V1_5 => vec![Match::any().eth_dst_multicast()],
    }
}

/// What the controller can answer: who has this address? On 1.0, which cannot see into ICMPv6, the
/// groups of neighbour solicitations are no rule at all and so come to the controller as well.
fn questions(version: Version) -> impl Iterator<Item = Match> {
    let arp = Match::any()
        .eth_dst(MacAddr::BROADCAST)
        .eth_type(ethertype::ARP);
    let neighbour = Match::any()
        .eth_dst_multicast()
        .eth_type(ethertype::IPV6)
        .ip_proto(ip_proto::ICMPV6)
        .with(Field::Icmpv6Type, 135);
    let neighbour = match version {
        Version::V1_0 => None,
        Version::V1_3 | Version::V1_4 | Version::V1_5 => Some(neighbour),
    };
    [Some(arp), neighbour].into_iter().flatten()
}

const COMMON_GROUPS: [MacAddr; 7] = [
    MacAddr::BROADCAST,
    MacAddr([0x33, 0x33, 0, 0, 0, 0x01]), // all nodes
    MacAddr([0x33, 0x33, 0, 0, 0, 0x02]), // router solicitation
    MacAddr([0x33, 0x33, 0, 0, 0, 0x16]), // multicast listener reports
    MacAddr([0x33, 0x33, 0, 0, 0, 0xfb]), // multicast DNS
    MacAddr([0x01, 0, 0x5e, 0, 0, 0x16]), // IGMP
    MacAddr([0x01, 0, 0x5e, 0, 0, 0xfb]), // multicast DNS
];

const FLOOD: Priority = Priority::new(5_000);
/// Above flooding: nothing that comes in here is passed on.
const CLOSED: Priority = Priority::new(6_000);
/// Above both, at edge ports only.
const ASK: Priority = Priority::new(7_000);
