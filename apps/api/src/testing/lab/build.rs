//! From nothing or a topology to a network.

use std::collections::BTreeMap;

use openflow::{Dpid, Version};
use topologies::{LinkEnd, LinkId, Topology};

use super::super::frames::TestHost;
use super::super::switch::LabSwitch;
use super::{Lab, port};

/// Building.
impl Lab {
    /// The network of a name and arguments, `ring,4` or `fat-tree,4` ([`Topology::parse`]), its
    /// switches of 1.3.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn of(spec: &str) -> Self {
        let topology = Topology::parse(spec).unwrap_or_else(|error| panic!("{error}"));
        Self::with(&topology, |_| Version::V1_3)
    }

    /// A network of switches of these versions. Its hosts are numbered in the topology's order.
    #[must_use]
    pub fn with(topology: &Topology, version: impl Fn(Dpid) -> Version) -> Self {
        let mut lab = Self::new();
        let mut dpids = BTreeMap::new();
        for switch in topology.switches() {
            lab.switch_of(switch.dpid.0, version(switch.dpid));
            dpids.insert(&switch.name, switch.dpid.0);
        }
        for host in topology.hosts() {
            lab.host(dpids[&host.switch], host.port.0);
        }
        for cable in topology.links() {
            let [a, b] = [&cable.a, &cable.b].map(|end| (dpids[&end.switch], end.port.0));
            lab.cable(a, b);
        }
        lab
    }

    /// A switch of 1.3.
    pub fn switch(&mut self, dpid: u64) -> Dpid {
        self.switch_of(dpid, Version::V1_3)
    }

    /// A switch of a version.
    pub fn switch_of(&mut self, dpid: u64, version: Version) -> Dpid {
        let dpid = Dpid(dpid);
        self.switches.insert(dpid, LabSwitch::new(dpid, version));
        dpid
    }

    /// A cable between two ports, given as (switch, port); names it by its first end.
    pub fn cable(&mut self, a: (u64, u32), b: (u64, u32)) -> LinkId {
        let (a, b): (LinkEnd, LinkEnd) = (port(a), port(b));
        self.cables.extend([(a, b), (b, a)]);
        self.set_signal(a, true);
        self.set_signal(b, true);
        LinkId::new(a, b)
    }

    /// The next host, at a port of a switch. Several at one port: there is a hub.
    pub fn host(&mut self, dpid: u64, at: u32) -> TestHost {
        let number = self.hosts.keys().next_back().map_or(1, |last| last.0 + 1);
        let (host, at) = (TestHost(number), port((dpid, at)));
        self.hosts.insert(host, at);
        self.set_signal(at, true);
        host
    }
}
