//! What the controller comes to know, and what switches do to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use openflow::flow::{PortConfig, PortDesc, PortState, SwitchDesc};
use openflow::packet::PacketView;
use openflow::{Dpid, MacAddr};
use topologies::LinkId;

use super::super::frames::TestHost;
use super::{Lab, port};
use crate::event::Event;
use crate::snapshot::{
    Host, HostId, Link, LinkState, Location, Port, PortRole, Snapshot, Switch, SwitchState,
};

impl Lab {
    /// Every switch connects, every link and edge port is found, and apps have heard of it.
    pub fn connect_all(&mut self) {
        let dpids: Vec<Dpid> = self.switches.keys().copied().collect();
        for dpid in dpids {
            self.connect(dpid);
        }
        self.discover();
        self.run();
    }

    /// A switch connects: it is not known yet what is behind its ports.
    pub fn connect(&mut self, dpid: Dpid) {
        if !self.switches.contains_key(&dpid) {
            return;
        }
        self.bring_up_to_date(dpid);
        self.tell_of_entries(dpid);
        for app in &mut self.apps {
            app.connect(dpid);
        }
        let Some(switch) = self.switches.get_mut(&dpid) else {
            return;
        };
        switch.connected = true;
        let (version, n_tables) = (switch.model.version(), switch.model.n_tables());
        let ports = switch.model.port_desc().into_iter();
        self.edit(|snapshot| {
            let switch = Switch {
                dpid,
                name: format!("s{}", dpid.0),
                state: SwitchState::Up,
                since: SystemTime::UNIX_EPOCH,
                version,
                peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                desc: Arc::new(SwitchDesc::default()),
                n_tables,
                ports: ports
                    .map(|desc| (desc.no, Arc::new(new_port(desc))))
                    .collect(),
                counters: Arc::default(),
            };
            snapshot.switches.insert(dpid, Arc::new(switch));
            snapshot.topology_changed();
        });
        self.event(Event::SwitchUp(dpid));
    }

    /// All links between connected switches are found, then all other ports are found to be edge
    /// ports, and what was held goes on.
    pub fn discover(&mut self) {
        self.discover_links();
        let unknown: Vec<Location> = self
            .snapshot
            .switches
            .values()
            .flat_map(|switch| {
                let ports = switch.ports.values();
                ports
                    .filter(|port| port.role == PortRole::Unknown && port.desc.is_up())
                    .map(|port| Location::new(switch.dpid, port.desc.no))
                    .collect::<Vec<_>>()
            })
            .filter(|at| self.switches[&at.dpid].connected)
            .collect();
        for at in unknown {
            self.edit(|snapshot| {
                snapshot.links.remove(&at);
            });
            self.set_role(at, PortRole::Edge);
        }
        self.release_held();
    }

    /// All links between connected switches are found; other ports stay unknown.
    pub fn discover_links(&mut self) {
        let cables: Vec<LinkId> = self
            .cables
            .iter()
            .map(|(a, b)| LinkId::new(*a, *b))
            .collect();
        for id in cables {
            let ends = [id.src, id.dst];
            let works = ends
                .iter()
                .all(|end| self.switches[&end.dpid].connected && self.discovers_over(*end));
            let known = self.snapshot.links.get(&id.src);
            if works && known.is_none_or(|link| link.state == LinkState::Down) {
                for end in ends {
                    self.set_role(end, PortRole::Link);
                }
                self.set_link(id, LinkState::Up);
                self.event(Event::LinkUp(id));
            }
        }
    }

    /// A switch and the controller lose each other. It goes on forwarding.
    pub fn disconnect(&mut self, dpid: Dpid) {
        if let Some(switch) = self.switches.get_mut(&dpid) {
            switch.connected = false;
        }
        let links = self.links_where(|id| id.src.dpid == dpid || id.dst.dpid == dpid);
        self.edit(|snapshot| {
            if let Some(switch) = snapshot.switches.get_mut(&dpid) {
                Arc::make_mut(switch).state = SwitchState::Down;
            }
            snapshot.topology_changed();
        });
        self.event(Event::SwitchDown(dpid));
        self.links_down(links);
    }

    /// A switch loses power and with it its table; its neighbours' ports lose their signal.
    pub fn power_off(&mut self, dpid: Dpid) {
        self.disconnect(dpid);
        if let Some(switch) = self.switches.get_mut(&dpid) {
            switch.forget();
        }
        let cables: Vec<Location> = self
            .cables
            .keys()
            .filter(|at| at.dpid == dpid)
            .copied()
            .collect();
        for at in cables {
            self.cut(at);
        }
    }

    /// Power is back; ports have a signal again. Connect the switch when it is to be seen.
    pub fn power_on(&mut self, dpid: Dpid) {
        let cables: Vec<Location> = self
            .cables
            .keys()
            .filter(|at| at.dpid == dpid)
            .copied()
            .collect();
        for at in cables {
            self.mend(at);
        }
    }

    /// A cable is cut: both ports lose their signal and their switches say so.
    pub fn cut(&mut self, at: Location) {
        let ends = [Some(at), self.cables.get(&at).copied()];
        let ends: Vec<Location> = ends.into_iter().flatten().collect();
        let links = self.links_where(|id| ends.contains(&id.src));
        for end in ends {
            self.set_signal(end, false);
        }
        self.links_down(links);
    }

    /// Discovery frames no longer arrive over a cable that otherwise works, until it is mended.
    pub fn lose(&mut self, at: Location) {
        self.lost.insert(at);
        let links = self.links_where(|id| id.src == at || id.dst == at);
        self.links_down(links);
    }

    /// A cable is whole again; its link is found by the next [`Lab::discover`].
    pub fn mend(&mut self, at: Location) {
        let ends = [Some(at), self.cables.get(&at).copied()];
        for end in ends.into_iter().flatten() {
            self.lost.remove(&end);
            self.set_signal(end, true);
        }
    }

    /// A host is unplugged and plugged in elsewhere. Its new port is known as an edge port when
    /// this returns; that the host is there is known from its first frame.
    pub fn move_host(&mut self, host: TestHost, to: (u64, u32)) {
        let (old, new) = (self.hosts[&host], port(to));
        self.hosts.insert(host, new);
        if !self.hosts.values().any(|at| *at == old) {
            self.set_signal(old, false);
        }
        self.set_signal(new, true);
        self.set_role(new, PortRole::Edge);
    }

    /// The controller takes a host for gone.
    pub fn forget_host(&mut self, host: TestHost) {
        self.remove_host(host.id());
    }

    fn remove_host(&mut self, id: HostId) {
        let Some(known) = self.snapshot.hosts.get(&id).cloned() else {
            return;
        };
        self.edit(|snapshot| {
            snapshot.hosts.remove(&id);
            for address in &known.addresses {
                snapshot.addresses.remove(&(id.vlan, *address));
            }
            if let Some(there) = snapshot.hosts_at.get_mut(&known.at) {
                there.retain(|other| *other != id);
            }
        });
        let (host, from) = (id, known.at);
        self.event(Event::HostRemoved { host, from });
    }

    /// Apps were too slow: what they have not heard yet is lost, and they hear that.
    pub fn lose_events(&mut self) {
        self.events.clear();
        self.event(Event::Resync);
    }

    /// An event for every app, heard in [`Lab::run`].
    pub fn event(&mut self, event: Event) {
        self.events.push_back((None, event));
    }

    /// What the controller learns of a host from a frame that came in by an edge port.
    pub(super) fn learn(&mut self, at: Location, view: &PacketView<'_>) {
        if !view.eth_src().is_unicast() {
            return;
        }
        let id = HostId::source_of(view);
        let address = match (view.arp(), view.ipv4()) {
            (Some(arp), _) => Some(arp.spa),
            (_, Some(ip)) => Some(ip.src()),
            _ => None,
        }
        .filter(|address| !address.is_unspecified())
        .map(IpAddr::from);
        let known = self.snapshot.hosts.get(&id).cloned();
        let mut host = known.as_deref().cloned().unwrap_or(Host {
            id,
            at,
            addresses: Vec::new(),
            first_seen: SystemTime::UNIX_EPOCH,
            last_seen: SystemTime::UNIX_EPOCH,
        });
        let (from, had) = (std::mem::replace(&mut host.at, at), host.addresses.len());
        host.addresses
            .extend(address.filter(|a| !host.addresses.contains(a)));
        let event = match &known {
            None => Event::HostAdded(id),
            Some(_) if from != at => Event::HostMoved { host: id, from },
            Some(_) if host.addresses.len() > had => Event::HostChanged(id),
            Some(_) => return,
        };
        self.edit(|snapshot| {
            if let Some(there) = snapshot.hosts_at.get_mut(&from) {
                there.retain(|other| *other != id);
            }
            snapshot.hosts_at.entry(at).or_default().push(id);
            let addresses = host.addresses.iter();
            snapshot
                .addresses
                .extend(addresses.map(|a| ((id.vlan, *a), id)));
            snapshot.hosts.insert(id, Arc::new(host));
        });
        self.event(event);
    }

    /// A port, made if it is not there yet, gets its signal or loses it; its switch says so.
    pub(super) fn set_signal(&mut self, at: Location, up: bool) {
        let now = self.since_start();
        let Some(switch) = self.switches.get_mut(&at.dpid) else {
            return;
        };
        let effects = match switch.model.port(at.port) {
            Some(_) => switch.model.set_link(at.port, up),
            None => switch.model.put_port(port_desc(at, up), now),
        };
        self.effects(at.dpid, effects, 0);
    }

    /// Whether a port has a signal.
    pub(super) fn has_signal(&self, at: Location) -> bool {
        let port = self.switches[&at.dpid].model.port(at.port);
        port.is_some_and(PortDesc::is_up)
    }

    fn set_role(&mut self, at: Location, role: PortRole) {
        if self.snapshot.role(at) != role {
            if role == PortRole::Link {
                let hosts = self.snapshot.hosts_at.get(&at).cloned();
                for id in hosts.unwrap_or_default() {
                    self.remove_host(id);
                }
            }
            self.edit_port(at, |port| port.role = role);
            self.event(Event::PortRoleChanged(at));
        }
    }

    fn set_link(&mut self, id: LinkId, state: LinkState) {
        self.edit(|snapshot| {
            let link = Link {
                id,
                state,
                since: SystemTime::UNIX_EPOCH,
                cost: 1,
            };
            snapshot.links.insert(id.src, Arc::new(link));
            snapshot.topology_changed();
        });
    }

    /// What is behind ports that lost their last link and are still up has to be found again.
    fn links_down(&mut self, links: Vec<LinkId>) {
        for id in &links {
            self.set_link(*id, LinkState::Down);
        }
        for id in links {
            self.event(Event::LinkDown(id));
            for end in [id.src, id.dst] {
                if self.switches[&end.dpid].connected && self.has_signal(end) {
                    self.set_role(end, PortRole::Unknown);
                }
            }
        }
    }

    fn discovers_over(&self, end: Location) -> bool {
        self.has_signal(end)
            && !self.lost.contains(&end)
            && !self
                .far_end(end)
                .is_some_and(|far| self.lost.contains(&far))
    }

    fn links_where(&self, choose: impl Fn(LinkId) -> bool) -> Vec<LinkId> {
        let up = self
            .snapshot
            .links
            .values()
            .filter(|link| link.state == LinkState::Up);
        up.map(|link| link.id).filter(|id| choose(*id)).collect()
    }

    pub(super) fn edit_port(&mut self, at: Location, change: impl FnOnce(&mut Port)) {
        self.edit(|snapshot| {
            if let Some(switch) = snapshot.switches.get_mut(&at.dpid) {
                let ports = &mut Arc::make_mut(switch).ports;
                let port = ports
                    .entry(at.port)
                    .or_insert_with(|| Arc::new(new_port(port_desc(at, true))));
                change(Arc::make_mut(port));
            }
        });
    }

    fn edit(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.snapshot);
        next.seq += 1;
        change(&mut next);
        self.snapshot = Arc::new(next);
    }
}

/// A port as the controller first sees it.
pub(super) fn new_port(desc: PortDesc) -> Port {
    Port {
        desc,
        role: PortRole::Unknown,
    }
}

fn port_desc(at: Location, up: bool) -> PortDesc {
    let [.., high, low] = at.dpid.0.to_be_bytes();
    let [.., port_high, port_low] = at.port.0.to_be_bytes();
    PortDesc {
        no: at.port,
        hw_addr: MacAddr([0x02, 0, high, low, port_high, port_low]),
        name: format!("eth{}", at.port),
        config: PortConfig::empty(),
        state: match up {
            true => PortState::LIVE,
            false => PortState::LINK_DOWN,
        },
        curr_speed_kbps: 10_000_000,
        max_speed_kbps: 10_000_000,
    }
}
