//! How generators and loaders put a topology together: nodes are numbered as Mininet's users expect
//! (s1, s2, …; h1, h2, … with 10.0.0.N and 00:00:00:00:00:NN), ports by one rule.

use std::net::Ipv4Addr;

use openflow::{Dpid, MacAddr, PortNo};

use super::{Cable, CableEnd, Description, Host, Invalid, MAX_LINKS, MAX_NODES, Switch, Topology};

/// A switch of the [`Builder`] that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SwitchNo(usize);

/// More was asked for than there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it would have more than {limit} {what}")]
pub(crate) struct TooLarge {
    limit: usize,
    what: &'static str,
}

/// Collects switches, hosts and links, and numbers the ports at the end: on each switch those of its
/// hosts first, then those of its links, in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    switches: Vec<Switch>,
    hosts: Vec<SwitchNo>,
    links: Vec<(SwitchNo, SwitchNo)>,
}

impl Builder {
    /// Adds the next switch, named `s` and its number.
    pub(crate) fn switch(&mut self) -> Result<SwitchNo, TooLarge> {
        self.room()?;
        let number = self.switches.len() + 1;
        self.switches.push(Switch {
            dpid: Dpid(number as u64),
            name: format!("s{number}"),
            label: None,
            coordinates: None,
        });
        Ok(SwitchNo(number - 1))
    }

    pub(crate) fn switches(&mut self, count: u64) -> Result<Vec<SwitchNo>, TooLarge> {
        (0..count).map(|_| self.switch()).collect()
    }

    /// A switch that was added, to be named or placed.
    pub(crate) fn edit(&mut self, switch: SwitchNo) -> &mut Switch {
        &mut self.switches[switch.0]
    }

    /// Attaches the next host.
    pub(crate) fn host(&mut self, switch: SwitchNo) -> Result<(), TooLarge> {
        self.room()?;
        self.hosts.push(switch);
        Ok(())
    }

    pub(crate) fn hosts(&mut self, switch: SwitchNo, count: u64) -> Result<(), TooLarge> {
        (0..count).try_for_each(|_| self.host(switch))
    }

    pub(crate) fn link(&mut self, a: SwitchNo, b: SwitchNo) -> Result<(), TooLarge> {
        if self.links.len() == MAX_LINKS {
            return Err(TooLarge {
                limit: MAX_LINKS,
                what: "links",
            });
        }
        self.links.push((a, b));
        Ok(())
    }

    /// Checked at each step, so that `mesh,1000000000` is refused at once and not when memory ends.
    fn room(&self) -> Result<(), TooLarge> {
        if self.switches.len() + self.hosts.len() == MAX_NODES {
            return Err(TooLarge {
                limit: MAX_NODES,
                what: "switches and hosts",
            });
        }
        Ok(())
    }

    pub(crate) fn build(self, name: impl Into<String>) -> Result<Topology, Invalid> {
        let mut ports = vec![0; self.switches.len()];
        let mut end = |switch: SwitchNo| {
            ports[switch.0] += 1;
            let name = self.switches[switch.0].name.clone();
            CableEnd {
                switch: name,
                port: PortNo(ports[switch.0]),
            }
        };
        let hosts = (1..)
            .zip(&self.hosts)
            .map(|(n, &switch)| host(n, end(switch)))
            .collect();
        let links = self
            .links
            .iter()
            .map(|&(a, b)| Cable {
                a: end(a),
                b: end(b),
                bandwidth_mbps: None,
                delay_ms: None,
            })
            .collect();
        Topology::try_from(Description {
            name: name.into(),
            switches: self.switches,
            hosts,
            links,
        })
    }
}

fn host(number: u32, end: CableEnd) -> Host {
    let [_, a, b, c] = number.to_be_bytes();
    Host {
        name: format!("h{number}"),
        switch: end.switch,
        port: end.port,
        mac: MacAddr([0, 0, 0, a, b, c]),
        ip: Ipv4Addr::new(10, a, b, c),
    }
}
