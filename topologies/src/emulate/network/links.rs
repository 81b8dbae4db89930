//! Cables by the names of what they join.

use openflow::{Dpid, PortNo};

use super::build::port_desc;
use super::{Network, NetworkError, Node, Plug};
use crate::emulate::SwitchNode;
use crate::emulate::cable::{CableCounts, CableSettings, End};
use crate::topology::PORT_MAX;

impl<S: SwitchNode> Network<S> {
    /// Connects or cuts every cable between two nodes, switches or hosts. Both ends see it at once,
    /// and what is under way on a cable that is cut is lost.
    ///
    /// # Errors
    /// When no cable joins them.
    pub fn set_link(&mut self, a: &str, b: &str, up: bool) -> Result<(), NetworkError> {
        for cable in self.cables_between(a, b)? {
            self.connect_cable(cable, up);
        }
        Ok(())
    }

    /// Connects or cuts one of the cables between two nodes, counted from 0 by `a`'s ports.
    ///
    /// # Errors
    /// When there is no such cable.
    pub fn set_one_link(
        &mut self,
        a: &str,
        b: &str,
        number: usize,
        up: bool,
    ) -> Result<(), NetworkError> {
        let cables = self.cables_between(a, b)?;
        let cable = cables.get(number).ok_or_else(|| no_such_cable(a, b))?;
        self.connect_cable(*cable, up);
        Ok(())
    }

    fn connect_cable(&mut self, cable: u32, whole: bool) {
        if self.cables[cable as usize].set_whole(whole) {
            self.tell_link(cable);
        }
    }

    /// Plugs a host with its cable into another switch, at the port after its last, which is what
    /// is given back. The port it leaves is gone, as in Mininet; what is under way to and from it
    /// is lost. The host is silent about it.
    ///
    /// # Errors
    /// When there is no such host or switch, or the switch has no port left.
    pub fn move_host(&mut self, host: &str, to: Dpid) -> Result<PortNo, NetworkError> {
        let plug = self.hosts[self.host_index(host)? as usize].plug;
        let far = Plug {
            end: 1 - plug.end,
            ..plug
        };
        let switch = self.switch_index(to)?;
        let last = self.switches[switch as usize].wires.last();
        let port = PortNo(last.map_or(0, |(port, _)| port.0) + 1);
        if port > PORT_MAX {
            return Err(NetworkError::NoFreePort(to));
        }
        let cable = &mut self.cables[plug.cable as usize];
        let left = cable.ends[usize::from(far.end)];
        cable.move_end(far.end.into(), End::Switch { switch, port });
        if let End::Switch { switch, port } = left {
            self.switches[switch as usize]
                .wires
                .retain(|(of, _)| *of != port);
            self.drive(switch, |node, now, out| node.unplugged(port, now, out));
        }
        let station = &mut self.switches[switch as usize];
        station.wires.push((port, far));
        let desc = port_desc(&station.name, to, port, &self.cables[plug.cable as usize]);
        self.drive(switch, |node, now, out| node.plugged(desc, now, out));
        Ok(port)
    }

    /// A switch set its end of a cable up or down.
    pub(super) fn switch_port(&mut self, plug: Plug, on: bool) {
        if self.cables[plug.cable as usize].set_on(plug.end.into(), on) {
            self.tell_link(plug.cable);
        }
    }

    fn tell_link(&mut self, cable: u32) {
        let cable = &self.cables[cable as usize];
        let up = cable.is_up();
        for end in cable.ends {
            if let End::Switch { switch, port } = end {
                self.drive(switch, |node, now, out| node.link(port, up, now, out));
            }
        }
    }
}

impl<S> Network<S> {
    /// Makes every cable between two nodes another; what is under way arrives as it would have.
    ///
    /// # Errors
    /// When no cable joins them.
    pub fn set_cable(
        &mut self,
        a: &str,
        b: &str,
        settings: CableSettings,
    ) -> Result<(), NetworkError> {
        for cable in self.cables_between(a, b)? {
            self.cables[cable as usize].settings = settings.checked();
        }
        Ok(())
    }

    /// Whether all cables between two nodes are connected and both their ends set up.
    ///
    /// # Errors
    /// When no cable joins them.
    pub fn is_link_up(&self, a: &str, b: &str) -> Result<bool, NetworkError> {
        let cables = self.cables_between(a, b)?;
        Ok(cables
            .iter()
            .all(|cable| self.cables[*cable as usize].is_up()))
    }

    /// What became of the frames on all cables between two nodes.
    ///
    /// # Errors
    /// When no cable joins them.
    pub fn cable_counts(&self, a: &str, b: &str) -> Result<CableCounts, NetworkError> {
        let cables = self.cables_between(a, b)?;
        Ok(sum(cables
            .iter()
            .map(|cable| self.cables[*cable as usize].counts)))
    }

    /// What became of all frames.
    #[must_use]
    pub fn counts(&self) -> CableCounts {
        sum(self.cables.iter().map(|cable| cable.counts))
    }

    /// In the order of `a`'s ports.
    fn cables_between(&self, a: &str, b: &str) -> Result<Vec<u32>, NetworkError> {
        let found = self.by_name.get(a).zip(self.by_name.get(b));
        let (&a_node, &b_node) = found.ok_or_else(|| no_such_cable(a, b))?;
        let plugs: Vec<Plug> = match a_node {
            Node::Host(host) => vec![self.hosts[host as usize].plug],
            Node::Switch(switch) => {
                let wires = self.switches[switch as usize].wires.iter();
                wires.map(|(_, plug)| *plug).collect()
            }
        };
        let joined = plugs.into_iter().filter(|plug| {
            let far = self.cables[plug.cable as usize].ends[usize::from(1 - plug.end)];
            b_node
                == match far {
                    End::Switch { switch, .. } => Node::Switch(switch),
                    End::Host { host } => Node::Host(host),
                }
        });
        let cables: Vec<u32> = joined.map(|plug| plug.cable).collect();
        if cables.is_empty() {
            return Err(no_such_cable(a, b));
        }
        Ok(cables)
    }
}

fn no_such_cable(a: &str, b: &str) -> NetworkError {
    NetworkError::NoSuchCable {
        a: a.to_owned(),
        b: b.to_owned(),
    }
}

fn sum(counts: impl Iterator<Item = CableCounts>) -> CableCounts {
    counts.fold(CableCounts::default(), |a, b| CableCounts {
        sent: a.sent + b.sent,
        arrived: a.arrived + b.arrived,
        lost: a.lost + b.lost,
        overflowed: a.overflowed + b.overflowed,
        cut: a.cut + b.cut,
    })
}
