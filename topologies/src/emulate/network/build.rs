//! From a topology to a network.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use openflow::flow::{PortConfig, PortDesc, PortState};
use openflow::{Dpid, MacAddr, PortNo, Version};

use super::queue::Queue;
use super::{HostStation, Network, Node, Plug, Station};
use crate::Topology;
use crate::dice::Dice;
use crate::emulate::SwitchNode;
use crate::emulate::cable::{Cable, CableSettings, End};
use crate::emulate::host::{Host, HostOutput};
use crate::emulate::node::Output;
use crate::topology::{self, INTERFACE_NAME_MAX};

/// How a topology is emulated.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// What the switches speak.
    pub version: Version,
    /// What some of them speak instead.
    pub versions: BTreeMap<Dpid, Version>,
    /// Decides what is lost.
    pub seed: u64,
    /// All cables; what the topology says of one goes before.
    pub cable: CableSettings,
    /// Frames each host keeps of those that arrived, the newest.
    pub arrivals: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: Version::V1_3,
            versions: BTreeMap::new(),
            seed: 1,
            cable: CableSettings::default(),
            arrivals: 128,
        }
    }
}

/// What a switch is made of.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SwitchPlan {
    /// Its name to the controller.
    pub dpid: Dpid,
    /// Its name to people.
    pub name: String,
    /// What it speaks.
    pub version: Version,
    /// With a cable each, all up, ascending.
    pub ports: Vec<PortDesc>,
}

impl<S: SwitchNode> Network<S> {
    /// A network whose switches `make` makes. No switch is connected to a controller yet.
    pub fn with(
        topology: &Topology,
        options: &Options,
        mut make: impl FnMut(SwitchPlan) -> S,
    ) -> Self {
        let wiring = Wiring::of(topology, options);
        let mut network = Self {
            now: Duration::ZERO,
            queue: Queue::default(),
            frames: 0,
            dice: Dice::new(options.seed),
            switches: Vec::with_capacity(topology.switches().len()),
            hosts: wiring.hosts,
            cables: wiring.cables,
            by_dpid: HashMap::new(),
            by_name: wiring.names,
            speaking: BTreeSet::new(),
            tickets: 0,
            outcomes: BTreeMap::new(),
            output: Output::default(),
            host_output: HostOutput::default(),
        };
        for ((index, switch), wires) in (0..).zip(topology.switches()).zip(wiring.switches) {
            let version = options.versions.get(&switch.dpid);
            let ports = wires.iter().map(|(port, plug)| {
                let cable = &network.cables[plug.cable as usize];
                port_desc(&switch.name, switch.dpid, *port, cable)
            });
            let node = make(SwitchPlan {
                dpid: switch.dpid,
                name: switch.name.clone(),
                version: version.copied().unwrap_or(options.version),
                ports: ports.collect(),
            });
            network.by_dpid.insert(switch.dpid, index);
            network.switches.push(Station {
                dpid: switch.dpid,
                name: switch.name.clone(),
                node,
                wires,
                armed: None,
                connected: false,
                to_controller: VecDeque::new(),
                packet_ins_dropped: 0,
            });
            network.arm_switch(index);
        }
        network
    }
}

/// Cables and what is at their ends.
struct Wiring {
    cables: Vec<Cable>,
    /// By switch; by port, ascending.
    switches: Vec<Vec<(PortNo, Plug)>>,
    hosts: Vec<HostStation>,
    names: HashMap<String, Node>,
}

impl Wiring {
    fn of(topology: &Topology, options: &Options) -> Self {
        let mut wiring = Self {
            cables: Vec::new(),
            switches: vec![Vec::new(); topology.switches().len()],
            hosts: Vec::new(),
            names: HashMap::new(),
        };
        for (index, switch) in (0..).zip(topology.switches()) {
            wiring
                .names
                .insert(switch.name.clone(), Node::Switch(index));
        }
        for (index, host) in (0..).zip(topology.hosts()) {
            wiring.names.insert(host.name.clone(), Node::Host(index));
            let plug = wiring.plug(0);
            wiring.attach(&host.switch, host.port, wiring.plug(1));
            let ends = [End::Host { host: index }; 2];
            wiring.cables.push(Cable::new(ends, options.cable));
            wiring.hosts.push(HostStation {
                name: host.name.clone(),
                host: Host::new(host.mac, host.ip, options.arrivals),
                plug,
                armed: None,
            });
        }
        for cable in topology.links() {
            wiring.attach(&cable.a.switch, cable.a.port, wiring.plug(0));
            wiring.attach(&cable.b.switch, cable.b.port, wiring.plug(1));
            let ends = [End::Host { host: 0 }; 2]; // set by `close`
            wiring
                .cables
                .push(Cable::new(ends, settings(cable, options.cable)));
        }
        wiring.close();
        wiring
    }

    /// An end of the cable that comes next.
    fn plug(&self, end: u8) -> Plug {
        let cable = self.cables.len() as u32; // a topology has fewer than 2^16
        Plug { cable, end }
    }

    fn attach(&mut self, switch: &str, port: PortNo, plug: Plug) {
        // A topology's cables end at its switches; its check has seen to that.
        if let Some(Node::Switch(switch)) = self.names.get(switch) {
            self.switches[*switch as usize].push((port, plug));
        }
    }

    /// Ports are in order now: the cables learn where they end.
    fn close(&mut self) {
        for (switch, wires) in (0..).zip(&mut self.switches) {
            wires.sort_unstable_by_key(|(port, _)| *port);
            for &mut (port, plug) in wires {
                let cable = &mut self.cables[plug.cable as usize];
                cable.ends[usize::from(plug.end)] = End::Switch { switch, port };
            }
        }
    }
}

fn settings(cable: &topology::Cable, default: CableSettings) -> CableSettings {
    let delay = cable
        .delay_ms
        .and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok());
    CableSettings {
        delay: delay.unwrap_or(default.delay),
        // From floating point `as` keeps to the range of the integer.
        rate_bps: cable
            .bandwidth_mbps
            .map_or(default.rate_bps, |mbps| (mbps * 1e6) as u64),
        ..default
    }
}

/// As Open vSwitch describes a virtual interface, but for the speed, which is the cable's.
pub(super) fn port_desc(switch: &str, dpid: Dpid, port: PortNo, cable: &Cable) -> PortDesc {
    let speed = u32::try_from(cable.settings.rate_bps / 1_000).unwrap_or(u32::MAX);
    let mut name = format!("{switch}-eth{port}");
    name.truncate(INTERFACE_NAME_MAX); // a switch's name is ASCII
    let state = if cable.is_up() {
        PortState::LIVE
    } else {
        PortState::LINK_DOWN
    };
    PortDesc {
        no: port,
        hw_addr: port_address(dpid, port),
        name,
        config: PortConfig::empty(),
        state,
        curr_speed_kbps: speed,
        max_speed_kbps: speed,
    }
}

/// Locally administered, and its own for every port of the network: a hash of both numbers.
fn port_address(dpid: Dpid, port: PortNo) -> MacAddr {
    let mixed = crate::paths::mix(crate::paths::mix(dpid.0) ^ u64::from(port.0));
    let [a, b, c, d, e, f, ..] = mixed.to_be_bytes();
    MacAddr([(a & 0xfc) | 0x02, b, c, d, e, f])
}
