//! A network described: what a generator makes, a file holds and an emulator brings up.
//!
//! A [`Topology`] is checked when it is made and cannot be changed, so whoever holds one need not
//! ask again. Port numbers are part of it and are set here, not by the emulator: what the map shows
//! is what the description says.

mod builder;
mod check;

use std::net::Ipv4Addr;

use openflow::{Dpid, MacAddr, PortNo};
use serde::{Deserialize, Serialize};

use crate::graph::{Graph, LinkEnd, LinkId};

pub(crate) use builder::{Builder, SwitchNo, TooLarge};
pub(crate) use check::INTERFACE_NAME_MAX;
#[cfg(feature = "emulate")]
pub(crate) use check::PORT_MAX;
pub use check::{Invalid, Problem};

/// Most switches and hosts together: a thousand switches with ten hosts each and more, few enough
/// that a file from a stranger cannot take all memory.
pub const MAX_NODES: usize = 20_000;
/// Most cables between switches.
pub const MAX_LINKS: usize = 50_000;

/// Switches, hosts and the cables between them. In JSON:
///
/// ```json
/// {"name": "pair",
///  "switches": [{"dpid": "0000000000000001", "name": "s1", "label": "Denver",
///                "coordinates": {"lat": 39.74, "lon": -104.98}},
///               {"dpid": "0000000000000002", "name": "s2"}],
///  "hosts": [{"name": "h1", "switch": "s1", "port": 1,
///             "mac": "00:00:00:00:00:01", "ip": "10.0.0.1"}],
///  "links": [{"a": {"switch": "s1", "port": 2}, "b": {"switch": "s2", "port": 1},
///             "bandwidth_mbps": 10.0, "delay_ms": 2.5}]}
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Description", into = "Description")]
pub struct Topology(Description);

/// The fields of a [`Topology`], not yet checked: [`Topology::try_from`] does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    pub name: String,
    pub switches: Vec<Switch>,
    #[serde(default)]
    pub hosts: Vec<Host>,
    #[serde(default)]
    pub links: Vec<Cable>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub dpid: Dpid,
    /// Names the switch to people and begins the names of its network interfaces (`s1-eth2`), which
    /// is why it is short and plain.
    pub name: String,
    /// The name it has in the world, where that is longer or not plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

/// Degrees, north and east positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    pub name: String,
    pub switch: String,
    /// Of the switch.
    pub port: PortNo,
    pub mac: MacAddr,
    /// In 10.0.0.0/8 where a generator made it; the prefix is always taken as 8 bits, as in Mininet.
    pub ip: Ipv4Addr,
}

/// A cable between two switches, used both ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cable {
    pub a: CableEnd,
    pub b: CableEnd,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth_mbps: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CableEnd {
    pub switch: String,
    pub port: PortNo,
}

impl Topology {
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    #[must_use]
    pub fn switches(&self) -> &[Switch] {
        &self.0.switches
    }

    #[must_use]
    pub fn hosts(&self) -> &[Host] {
        &self.0.hosts
    }

    #[must_use]
    pub fn links(&self) -> &[Cable] {
        &self.0.links
    }

    /// O(switches).
    #[must_use]
    pub fn switch(&self, name: &str) -> Option<&Switch> {
        self.0.switches.iter().find(|switch| switch.name == name)
    }

    /// The switches and cables as a graph, each cable in both directions at cost 1.
    #[must_use]
    pub fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        let mut dpids = std::collections::HashMap::new();
        for switch in self.switches() {
            graph.add_switch(switch.dpid);
            dpids.insert(switch.name.as_str(), switch.dpid);
        }
        let end = |end: &CableEnd| LinkEnd::new(dpids[end.switch.as_str()], end.port);
        for Cable { a, b, .. } in self.links() {
            graph
                .add_cable(LinkId::new(end(a), end(b)), 1)
                .expect("cables end at switches");
        }
        graph
    }
}

impl TryFrom<Description> for Topology {
    type Error = Invalid;

    fn try_from(description: Description) -> Result<Self, Invalid> {
        check::check(&description)?;
        Ok(Self(description))
    }
}

impl From<Topology> for Description {
    fn from(topology: Topology) -> Self {
        topology.0
    }
}
