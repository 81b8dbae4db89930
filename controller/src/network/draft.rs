//! The next snapshot in the making, and what will be said about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use app_api::snapshot::{Host, HostId, Link, LinkState, Location, Port, PortRole, Switch};
use app_api::{Event, LinkId, Snapshot};
use openflow::{Dpid, PortNo};

use super::handle::{Delta, Update};

/// Changes since the last published snapshot. Maps are persistent: each change costs a path in its
/// tree, whatever the size of the network.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) snapshot: Snapshot,
    events: Vec<Event>,
    deltas: BTreeSet<Delta>,
    topology_changed: bool,
    /// Switches whose connections may go on with packets they hold.
    roles_changed: BTreeSet<Dpid>,
}

/// What is to be done with a finished draft.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) update: Arc<Update>,
    pub(super) roles_changed: BTreeSet<Dpid>,
}

impl Draft {
    /// What changed since the last call; `None`: nothing.
    pub(super) fn finish(&mut self) -> Option<Finished> {
        if self.events.is_empty() && self.deltas.is_empty() {
            return None;
        }
        self.snapshot.seq += 1;
        if std::mem::take(&mut self.topology_changed) {
            self.snapshot.topology_changed();
        }
        Some(Finished {
            update: Arc::new(Update {
                snapshot: Arc::new(self.snapshot.clone()),
                events: std::mem::take(&mut self.events),
                deltas: std::mem::take(&mut self.deltas).into_iter().collect(),
            }),
            roles_changed: std::mem::take(&mut self.roles_changed),
        })
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    pub(super) fn delta(&mut self, delta: Delta) {
        self.deltas.insert(delta);
    }

    pub(super) fn put_switch(&mut self, switch: Switch) {
        let dpid = switch.dpid;
        self.snapshot.switches.insert(dpid, Arc::new(switch));
        self.delta(Delta::Switch(dpid));
        self.topology_changed = true;
        self.roles_changed.insert(dpid);
    }

    /// Changes a switch, if it is known, in what does not concern the topology.
    pub(super) fn edit_switch(&mut self, dpid: Dpid, edit: impl FnOnce(&mut Switch)) {
        if let Some(switch) = self.snapshot.switches.get_mut(&dpid) {
            edit(Arc::make_mut(switch));
            self.delta(Delta::Switch(dpid));
        }
    }

    pub(super) fn remove_switch(&mut self, dpid: Dpid) {
        self.snapshot.switches.remove(&dpid);
        self.deltas.remove(&Delta::Switch(dpid));
        self.delta(Delta::SwitchRemoved(dpid));
        self.topology_changed = true;
    }

    pub(super) fn port(&self, at: Location) -> Option<&Arc<Port>> {
        self.snapshot.switches.get(&at.dpid)?.ports.get(&at.port)
    }

    /// Sets what is behind a port, if it exists.
    pub(super) fn set_role(&mut self, at: Location, role: PortRole) {
        if self.port(at).is_none_or(|port| port.role == role) {
            return;
        }
        self.edit_switch(at.dpid, |switch| {
            if let Some(port) = switch.ports.get_mut(&at.port) {
                Arc::make_mut(port).role = role;
            }
        });
        self.roles_changed.insert(at.dpid);
        self.event(Event::PortRoleChanged(at));
    }

    pub(super) fn put_link(&mut self, link: Link) {
        let src = link.id.src;
        self.deltas.remove(&Delta::LinkRemoved(link.id));
        self.snapshot.links.insert(src, Arc::new(link));
        self.delta(Delta::Link(src));
        self.topology_changed = true;
    }

    /// The link that leaves a port and is up.
    pub(super) fn link_up_from(&self, src: Location) -> Option<LinkId> {
        let link = self.snapshot.links.get(&src)?;
        (link.state == LinkState::Up).then_some(link.id)
    }

    /// Forgets the link that leaves a port; it is not up any more.
    pub(super) fn remove_link(&mut self, src: Location) {
        if let Some(link) = self.snapshot.links.remove(&src) {
            self.deltas.remove(&Delta::Link(src));
            self.delta(Delta::LinkRemoved(link.id));
            self.topology_changed = true;
        }
    }

    pub(super) fn put_host(&mut self, host: Host) {
        let (id, at) = (host.id, host.at);
        let before = self.snapshot.hosts.insert(id, Arc::new(host));
        self.deltas.remove(&Delta::HostRemoved(id));
        self.delta(Delta::Host(id));
        match before.map(|host| host.at) {
            Some(old) if old == at => return,
            Some(old) => self.leave(id, old),
            None => {}
        }
        let mut there = self.snapshot.hosts_at.get(&at).cloned().unwrap_or_default();
        there.push(id);
        self.snapshot.hosts_at.insert(at, there);
    }

    /// Removes a host with its addresses.
    pub(super) fn remove_host(&mut self, id: HostId) -> Option<Arc<Host>> {
        let host = self.snapshot.hosts.remove(&id)?;
        for address in &host.addresses {
            self.snapshot.addresses.remove(&(id.vlan, *address));
        }
        self.leave(id, host.at);
        self.deltas.remove(&Delta::Host(id));
        self.delta(Delta::HostRemoved(id));
        self.event(Event::HostRemoved {
            host: id,
            from: host.at,
        });
        Some(host)
    }

    pub(super) fn hosts_at(&self, at: Location) -> &[HostId] {
        self.snapshot.hosts_at.get(&at).map_or(&[], Vec::as_slice)
    }

    fn leave(&mut self, id: HostId, at: Location) {
        let Some(there) = self.snapshot.hosts_at.get(&at) else {
            return;
        };
        let left: Vec<HostId> = there.iter().copied().filter(|host| *host != id).collect();
        if left.is_empty() {
            self.snapshot.hosts_at.remove(&at);
        } else {
            self.snapshot.hosts_at.insert(at, left);
        }
    }
}

/// Whether discovery and hosts can be behind a port: the local port is the switch itself.
pub(super) fn leads_out(port: PortNo) -> bool {
    port.is_physical()
}
