//! The network as it is known at one moment.
//!
//! One writer makes snapshots; everybody else reads them without a lock. Maps are persistent
//! (structure is shared between snapshots), so making the next one costs in proportion to what
//! changed, and holding an old one is cheap.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use imbl::OrdMap;
use openflow::flow::{PortDesc, SwitchDesc};
use openflow::packet::PacketView;
use openflow::{Dpid, MacAddr, PortNo, Version};
use serde::{Deserialize, Serialize};
use topologies::graph::Graph;

/// A port of a switch: where a host is, or one end of a link.
pub use topologies::graph::{LinkEnd as Location, LinkId};

/// The whole network at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows by one with every published change; deltas carry it.
    pub seq: u64,
    /// Every switch seen, those that are gone included until they are forgotten.
    pub switches: OrdMap<Dpid, Arc<Switch>>,
    /// Directed links by their source end; a cable is two of them.
    pub links: OrdMap<Location, Arc<Link>>,
    /// Hosts by MAC address and VLAN.
    pub hosts: OrdMap<HostId, Arc<Host>>,
    /// Which host has an address, per VLAN.
    pub addresses: OrdMap<(Option<u16>, IpAddr), HostId>,
    /// Which hosts are at a port.
    pub hosts_at: OrdMap<Location, Vec<HostId>>,
    /// Names and places given by people.
    pub annotations: Arc<Annotations>,
    /// Made by the first reader that asks after switches or links changed, then shared.
    pub(crate) graph: Arc<OnceLock<Graph>>,
    /// As the graph.
    pub(crate) parts: Arc<OnceLock<HashMap<Dpid, usize>>>,
}

/// A switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// Which.
    pub dpid: Dpid,
    /// Name for people: that of its local port (the bridge in Open vSwitch), else of its
    /// description; empty where it has none.
    pub name: String,
    /// Whether it is connected.
    pub state: SwitchState,
    /// When it came into that state.
    pub since: SystemTime,
    /// What it speaks.
    pub version: Version,
    /// Where it connected from.
    pub peer: SocketAddr,
    /// Manufacturer, hardware, software.
    pub desc: Arc<SwitchDesc>,
    /// Flow tables.
    pub n_tables: u8,
    /// Ports by number, the local port included.
    pub ports: OrdMap<PortNo, Arc<Port>>,
    /// Counters of its ports with rates, renewed together.
    pub counters: Arc<BTreeMap<PortNo, PortCounters>>,
}

/// Whether a switch is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchState {
    /// Connected.
    Up,
    /// Was connected.
    Down,
}

/// A port of a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// As the switch describes it.
    pub desc: PortDesc,
    /// What is behind it.
    pub role: PortRole,
}

/// What is behind a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortRole {
    /// Not known yet: nothing is flooded out of it, what comes in is held for a moment.
    Unknown,
    /// Hosts, or a network that is not ours.
    Edge,
    /// Another switch of ours.
    Link,
}

/// Counters of a port with rates over the last interval.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PortCounters {
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Received and dropped.
    pub rx_dropped: u64,
    /// Dropped instead of sent.
    pub tx_dropped: u64,
    /// Receive errors.
    pub rx_errors: u64,
    /// Send errors.
    pub tx_errors: u64,
    /// Bits received per second.
    pub rx_bps: f64,
    /// Bits sent per second.
    pub tx_bps: f64,
    /// Packets received per second.
    pub rx_pps: f64,
    /// Packets sent per second.
    pub tx_pps: f64,
}

/// One direction of a cable between two switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// From where to where.
    pub id: LinkId,
    /// Whether packets may be sent over it.
    pub state: LinkState,
    /// When it came into that state.
    pub since: SystemTime,
    /// Path cost; 1 unless configured.
    pub cost: u32,
}

/// Whether a link carries packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Discovery frames arrive.
    Up,
    /// Was up: its port went down, its switch left, or discovery frames stopped. Kept so that
    /// people see what is broken; no path uses it.
    Down,
}

/// Names a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId {
    /// Its address.
    pub mac: MacAddr,
    /// Its VLAN; `None` for untagged frames.
    pub vlan: Option<u16>,
}

impl HostId {
    /// Who sent a packet.
    #[must_use]
    pub fn source_of(headers: &PacketView<'_>) -> Self {
        Self {
            mac: headers.eth_src(),
            vlan: headers.vlan().map(|tag| tag.id),
        }
    }

    /// Whom it is for.
    #[must_use]
    pub fn destination_of(headers: &PacketView<'_>) -> Self {
        Self {
            mac: headers.eth_dst(),
            ..Self::source_of(headers)
        }
    }
}

impl fmt::Display for HostId {
    /// `00:00:00:00:00:01`, with `@10` behind it in VLAN 10.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mac.fmt(f)?;
        match self.vlan {
            Some(vlan) => write!(f, "@{vlan}"),
            None => Ok(()),
        }
    }
}

/// A host, seen at an edge port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Which.
    pub id: HostId,
    /// Where it was seen last.
    pub at: Location,
    /// Addresses seen, sorted.
    pub addresses: Vec<IpAddr>,
    /// When it was first seen.
    pub first_seen: SystemTime,
    /// When it last sent something the controller saw, in steps of some seconds.
    pub last_seen: SystemTime,
}

/// Names and places given by people or by a lab, not learned from the network.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotations {
    /// Names of hosts.
    pub host_names: BTreeMap<MacAddr, String>,
    /// Names of switches, before those the switches give themselves.
    pub switch_names: BTreeMap<Dpid, String>,
    /// Latitude and longitude of switches, degrees.
    pub places: BTreeMap<Dpid, (f64, f64)>,
}

impl Snapshot {
    /// The switches and the links that are up, as a graph for path algorithms. The first call
    /// after a change of the topology builds it (in proportion to switches and links), later
    /// ones share it.
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| build_graph(self))
    }

    /// For the writer: the graph is out of date in snapshots made from this one.
    pub fn topology_changed(&mut self) {
        self.graph = Arc::default();
        self.parts = Arc::default();
    }

    /// Whether links that are up lead from one switch to the other, both connected. The first
    /// call after a change of the topology costs in proportion to switches and links, later ones
    /// two look-ups.
    #[must_use]
    pub fn is_joined(&self, a: Dpid, b: Dpid) -> bool {
        let parts = self.parts.get_or_init(|| self.graph().parts());
        parts
            .get(&a)
            .is_some_and(|part| parts.get(&b) == Some(part))
    }

    /// The switch, if it is connected.
    #[must_use]
    pub fn switch_up(&self, dpid: Dpid) -> Option<&Arc<Switch>> {
        self.switches
            .get(&dpid)
            .filter(|switch| switch.state == SwitchState::Up)
    }

    /// What is behind a port; `Unknown` for one that does not exist.
    #[must_use]
    pub fn role(&self, at: Location) -> PortRole {
        self.switches
            .get(&at.dpid)
            .and_then(|switch| switch.ports.get(&at.port))
            .map_or(PortRole::Unknown, |port| port.role)
    }

    /// Whether packets sent out of this port reach somebody who is no switch of ours: the switch
    /// is connected, the port is up and an edge port.
    #[must_use]
    pub fn is_usable_edge(&self, at: Location) -> bool {
        self.switch_up(at.dpid)
            .and_then(|switch| switch.ports.get(&at.port))
            .is_some_and(|port| port.role == PortRole::Edge && port.desc.is_up())
    }

    /// The host with an address.
    #[must_use]
    pub fn host_by_address(&self, vlan: Option<u16>, address: IpAddr) -> Option<&Arc<Host>> {
        self.hosts.get(self.addresses.get(&(vlan, address))?)
    }

    /// The name people know a switch by: annotated, its own, or its datapath id.
    #[must_use]
    pub fn switch_label(&self, dpid: Dpid) -> String {
        let annotated = self.annotations.switch_names.get(&dpid);
        let own = || {
            self.switches
                .get(&dpid)
                .map(|s| &s.name)
                .filter(|name| !name.is_empty())
        };
        annotated
            .or_else(own)
            .map_or_else(|| dpid.to_string(), Clone::clone)
    }

    /// The name people know a host by: annotated, its first address, or its MAC address.
    #[must_use]
    pub fn host_label(&self, host: &Host) -> String {
        match self.annotations.host_names.get(&host.id.mac) {
            Some(name) => name.clone(),
            None => host
                .addresses
                .first()
                .map_or_else(|| host.id.to_string(), ToString::to_string),
        }
    }
}

/// Switches that are connected, and cables that work both ways: a path is no good to packets
/// whose answers cannot come back.
fn build_graph(snapshot: &Snapshot) -> Graph {
    let mut graph = Graph::new();
    for (dpid, switch) in &snapshot.switches {
        if switch.state == SwitchState::Up {
            graph.add_switch(*dpid);
        }
    }
    for link in snapshot.links.values() {
        let back = snapshot.links.get(&link.id.dst);
        let both_ways = link.state == LinkState::Up
            && back.is_some_and(|b| b.state == LinkState::Up && b.id == link.id.reversed());
        if both_ways {
            // A link to a switch that just left is no part of the graph.
            let _ = graph.add_link(link.id, link.cost);
        }
    }
    graph
}
