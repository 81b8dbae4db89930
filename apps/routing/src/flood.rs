//! Broadcast over a spanning forest: what each switch does with it, as rules and for handlers.
//!
//! A switch sends a group-addressed frame out of its tree ports and its edge ports, and drops one
//! that came in by a link outside of the tree. There is one rule for each port a frame can come in
//! by: what is behind a port without one is not known yet, and its frames go to the controller,
//! which holds them until it is.
//!
//! Changes close first, at both ends of a cable, then send elsewhere, then open (stages), and
//! whatever is kept or opened holds no cycle ([`SpanningForest`]). So at no moment of a change can
//! a frame go round, whichever of the steps are done.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use app_api::{Location, PortRole, Priority, Rule, Snapshot, Switch};
use openflow::flow::{Action, Actions, FlowEntry, Instructions, Match, MatchField};
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
    /// Of a connected switch, given what they were, and which of its ports may have a switch
    /// behind them that has lost the controller.
    ///
    /// Ports that are not known again since the switch reconnected stay what they were, but
    /// closed where they were cables: nothing must be sent along a cable nobody vouches for.
    pub(crate) fn plan(
        switch: &Switch,
        forest: &SpanningForest,
        before: &Self,
        suspects: &BTreeSet<Location>,
    ) -> Self {
        let mut ports = Self::default();
        for (no, port) in &switch.ports {
            let at = LinkEnd::new(switch.dpid, *no);
            if !no.is_physical() || !port.desc.is_up() {
                continue;
            }
            let kind = match port.role {
                _ if forest.contains(at) => &mut ports.tree,
                PortRole::Link => &mut ports.closed,
                PortRole::Edge if suspects.contains(&at) => &mut ports.closed,
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

    /// The rules that do it, where `before` is what the switch did.
    pub(crate) fn rules(&self, dpid: Dpid, version: Version, before: &Self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for group in groups(version) {
            let incoming = |port: PortNo, what: Instructions, stage| {
                Rule::new(dpid, FLOOD, group.clone().in_port(port), what).in_stage(stage)
            };
            for port in &self.closed {
                rules.push(incoming(*port, Instructions::drop(), CLOSE));
            }
            for port in self.tree.iter().chain(&self.edge) {
                let opens = self.tree.contains(port) && !before.tree.contains(port);
                let stage = if opens { OPEN } else { SEND };
                rules.push(incoming(
                    *port,
                    Instructions::apply(self.outputs(*port)),
                    stage,
                ));
            }
        }
        for port in &self.edge {
            rules.extend(questions(version).map(|question| {
                let ask = Instructions::apply([Action::to_controller()]);
                Rule::new(dpid, ASK, question.in_port(*port), ask).in_stage(SEND)
            }));
        }
        rules
    }

    /// Reads from entries what rules they were made for; `None` where there is none of them.
    pub(crate) fn of_entries(entries: &[FlowEntry]) -> Option<Self> {
        let mut ports = Self::default();
        let (mut open, mut closed) = (BTreeSet::new(), BTreeSet::new());
        let mut edge = BTreeSet::new();
        for entry in entries {
            let is_group = |part: MatchField| part.value & 1 << 40 != 0;
            let in_port = entry.matching.get(Field::InPort);
            let in_port = in_port.and_then(|part| u32::try_from(part.value).ok());
            let (Some(port), true) = (
                in_port.map(PortNo),
                entry.matching.get(Field::EthDst).is_some_and(is_group),
            ) else {
                continue;
            };
            let is_drop = entry.instructions.apply.is_empty();
            match entry.priority {
                priority if priority == ASK.number() => edge.insert(port),
                priority if priority == FLOOD.number() && is_drop => closed.insert(port),
                priority if priority == FLOOD.number() => open.insert(port),
                _ => continue,
            };
        }
        ports.tree.extend(open.difference(&edge));
        ports.closed.extend(closed.difference(&edge));
        ports.edge.extend(edge);
        (ports != Self::default()).then_some(ports)
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
/// Above flooding, at edge ports only.
const ASK: Priority = Priority::new(6_000);

/// Stages of a change.
const CLOSE: u16 = 0;
const SEND: u16 = 1;
const OPEN: u16 = 2;
