//! Ports that are configured, come, go, and lose their link.

use std::time::Duration;

use super::{Effects, Refusal, Refused, Switch};
use crate::PortNo;
use crate::flow::{PortChange, PortConfig, PortDesc, PortMod, PortState, PortStatus};
use crate::pipeline::port::Port;

impl Switch {
    /// Carries out a change of a port's configuration (OF 1.3.5 §7.3.4.3).
    pub fn port_mod(&mut self, change: &PortMod) -> Result<Effects, Refusal> {
        let Some(port) = self.ports.get_mut(&change.port) else {
            return Err(self.refuse(Refused::NoPort(change.port)));
        };
        if port.desc.hw_addr != change.hw_addr {
            return Err(self.refuse(Refused::PortAddress(change.port)));
        }
        let config = port.desc.config;
        let new = config & !change.mask | change.config & change.mask;
        let mut effects = Effects::default();
        if new != config {
            port.desc.config = new;
            if (new ^ config).contains(PortConfig::PORT_DOWN) {
                self.stations.forget_port(change.port);
            }
            self.told_port(&mut effects, PortChange::Modify, change.port);
        }
        Ok(effects)
    }

    /// A port comes, or an old one is described anew.
    pub fn put_port(&mut self, desc: PortDesc, now: Duration) -> Effects {
        let no = desc.no;
        let mut effects = Effects::default();
        match self.ports.get_mut(&no) {
            Some(port) if port.desc == desc => return effects,
            Some(port) => {
                port.desc = desc;
                self.told_port(&mut effects, PortChange::Modify, no);
            }
            None => {
                self.ports.insert(no, Port::new(desc, now));
                self.told_port(&mut effects, PortChange::Add, no);
            }
        }
        effects
    }

    /// A port goes.
    pub fn remove_port(&mut self, port: PortNo) -> Effects {
        let mut effects = Effects::default();
        self.told_port(&mut effects, PortChange::Delete, port);
        self.ports.remove(&port);
        self.stations.forget_port(port);
        effects
    }

    /// A port gets its link or loses it; nothing where it is so already, or is not there.
    pub fn set_link(&mut self, port: PortNo, up: bool) -> Effects {
        let mut effects = Effects::default();
        let Some(found) = self.ports.get_mut(&port) else {
            return effects;
        };
        let before = found.desc.state;
        found.desc.state.set(PortState::LINK_DOWN, !up);
        found.desc.state.set(PortState::LIVE, up);
        if found.desc.state != before {
            if !up {
                self.stations.forget_port(port);
            }
            self.told_port(&mut effects, PortChange::Modify, port);
        }
        effects
    }

    /// Its ports in the order of their numbers.
    #[must_use]
    pub fn port_desc(&self) -> Vec<PortDesc> {
        self.ports.values().map(|port| port.desc.clone()).collect()
    }

    /// One of its ports.
    #[must_use]
    pub fn port(&self, port: PortNo) -> Option<&PortDesc> {
        self.ports.get(&port).map(|port| &port.desc)
    }

    fn told_port(&self, effects: &mut Effects, change: PortChange, port: PortNo) {
        effects
            .port_status
            .extend(self.port(port).map(|port| PortStatus {
                change,
                port: port.clone(),
            }));
    }
}
