//! Switches and their ports: coming, ready, changing, gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use app_api::Event;
use app_api::snapshot::{Location, Port, PortRole, Switch, SwitchState};
use openflow::flow::{PortChange, PortDesc, PortStats, PortStatus, SwitchDesc};
use openflow::{Dpid, PortNo};
use tracing::warn;

use super::agent::Agent;
use super::counters;
use super::discovery::Discovery;
use super::draft::{Draft, leads_out};
use super::handle::Delta;
use super::hosts::Hosts;
use crate::clock::Now;
use crate::southbound::SwitchHandle;

/// Ports of one switch. Larger ones exist, but none that a flood of port-status could not imitate.
const MAX_PORTS: usize = 8_192;

/// Switches remembered, those that are gone included. The one gone longest is forgotten first.
const MAX_SWITCHES: usize = 10_000;

/// Connections the writer knows of.
#[derive(Debug, Default)]
pub(super) struct Switches {
    connected: HashMap<Dpid, Connected>,
}

/// One connection of one switch.
#[derive(Debug)]
struct Connected {
    handle: SwitchHandle,
    stage: Stage,
    counters_read: Option<Instant>,
}

#[derive(Debug)]
enum Stage {
    /// Its rules are not in place yet: nobody hears of it, ports change here only.
    Preparing {
        desc: SwitchDesc,
        n_tables: u8,
        ports: Vec<PortDesc>,
    },
    Ready(Agent),
}

/// The parts of the state a change of a switch reaches.
pub(super) struct Parts<'a> {
    pub(super) draft: &'a mut Draft,
    pub(super) discovery: &'a mut Discovery,
    pub(super) hosts: &'a mut Hosts,
}

impl Switches {
    pub(super) fn connected(
        &mut self,
        handle: SwitchHandle,
        desc: SwitchDesc,
        n_tables: u8,
        mut ports: Vec<PortDesc>,
    ) {
        if ports.len() > MAX_PORTS {
            warn!(dpid = %handle.dpid(), ports = ports.len(), "switch has too many ports: the first are used");
            ports.truncate(MAX_PORTS);
        }
        let stage = Stage::Preparing {
            desc,
            n_tables,
            ports,
        };
        let connected = Connected {
            handle,
            stage,
            counters_read: None,
        };
        self.connected.insert(connected.handle.dpid(), connected);
    }

    /// The rules are in place. `agent` is made for switches that are still there.
    pub(super) fn ready(
        &mut self,
        (dpid, epoch): (Dpid, u64),
        agent: impl FnOnce(&SwitchHandle) -> Agent,
        now: Now,
        parts: &mut Parts<'_>,
    ) {
        let Some(connected) = self.current(dpid, epoch) else {
            return;
        };
        let Stage::Preparing {
            desc,
            n_tables,
            ports,
        } = &mut connected.stage
        else {
            return;
        };
        let ports = std::mem::take(ports);
        let switch = Switch {
            dpid,
            name: name(&ports, desc),
            state: SwitchState::Up,
            since: now.wall,
            version: connected.handle.version(),
            peer: connected.handle.peer(),
            desc: Arc::new(std::mem::take(desc)),
            n_tables: *n_tables,
            ports: ports.iter().cloned().map(unknown).collect(),
            counters: Arc::default(),
        };
        connected.stage = Stage::Ready(agent(&connected.handle));
        make_room(dpid, parts);
        parts.draft.put_switch(switch);
        parts.draft.event(Event::SwitchUp(dpid));
        for at in hosts_on(dpid, parts.draft) {
            if parts.draft.port(at).is_none_or(|port| !port.desc.is_up()) {
                parts.hosts.port_down(at, now.at, parts.draft);
            }
        }
        for port in ports {
            if port.is_up() && leads_out(port.no) {
                let at = Location::new(dpid, port.no);
                parts.discovery.port_up(at, port.hw_addr, now.at);
            }
        }
    }

    pub(super) fn gone(&mut self, dpid: Dpid, epoch: u64, now: Now, parts: &mut Parts<'_>) {
        if self.current(dpid, epoch).is_none() {
            return;
        }
        self.connected.remove(&dpid);
        if parts.draft.snapshot.switch_up(dpid).is_none() {
            return;
        }
        let switch = &parts.draft.snapshot.switches[&dpid];
        parts.draft.put_switch(Switch {
            state: SwitchState::Down,
            since: now.wall,
            ..Switch::clone(switch)
        });
        parts.draft.event(Event::SwitchDown(dpid));
        parts.discovery.switch_gone(dpid, now, parts.draft);
    }

    pub(super) fn port_status(
        &mut self,
        (dpid, epoch): (Dpid, u64),
        status: PortStatus,
        now: Now,
        parts: &mut Parts<'_>,
    ) {
        let Some(connected) = self.current(dpid, epoch) else {
            return;
        };
        match &mut connected.stage {
            Stage::Preparing { ports, .. } => change_list(ports, status),
            Stage::Ready(_) => change_port(dpid, status, now, parts),
        }
    }

    pub(super) fn counters(
        &mut self,
        (dpid, epoch): (Dpid, u64),
        mut stats: Vec<PortStats>,
        read: Instant,
        draft: &mut Draft,
    ) {
        let Some(connected) = self.current(dpid, epoch) else {
            return;
        };
        let before = connected.counters_read.replace(read);
        let elapsed = before.map(|before| read.saturating_duration_since(before));
        let Some(switch) = draft.snapshot.switches.get_mut(&dpid) else {
            return;
        };
        stats.retain(|stats| switch.ports.contains_key(&stats.port));
        let new = counters::read(&switch.counters, &stats, elapsed);
        if new != *switch.counters {
            Arc::make_mut(switch).counters = Arc::new(new);
            draft.delta(Delta::Counters(dpid));
        }
    }

    /// The agent of a switch that is ready.
    pub(super) fn agent(&self, dpid: Dpid) -> Option<&Agent> {
        match &self.connected.get(&dpid)?.stage {
            Stage::Ready(agent) => Some(agent),
            Stage::Preparing { .. } => None,
        }
    }

    pub(super) fn handle(&self, dpid: Dpid) -> Option<&SwitchHandle> {
        self.connected.get(&dpid).map(|connected| &connected.handle)
    }

    pub(super) fn is_current(&self, dpid: Dpid, epoch: u64) -> bool {
        self.connected
            .get(&dpid)
            .is_some_and(|connected| connected.handle.epoch() == epoch)
    }

    fn current(&mut self, dpid: Dpid, epoch: u64) -> Option<&mut Connected> {
        self.connected
            .get_mut(&dpid)
            .filter(|connected| connected.handle.epoch() == epoch)
    }
}

/// Name for people: that of the local port (the bridge in Open vSwitch), else of the description.
fn name(ports: &[PortDesc], desc: &SwitchDesc) -> String {
    ports
        .iter()
        .find(|port| port.no == PortNo::LOCAL)
        .map(|port| &port.name)
        .filter(|name| !name.is_empty())
        .unwrap_or(&desc.datapath)
        .clone()
}

fn unknown(desc: PortDesc) -> (PortNo, Arc<Port>) {
    let role = PortRole::Unknown;
    (desc.no, Arc::new(Port { desc, role }))
}

fn change_list(ports: &mut Vec<PortDesc>, status: PortStatus) {
    ports.retain(|port| port.no != status.port.no);
    if status.change != PortChange::Delete && ports.len() < MAX_PORTS {
        ports.push(status.port);
    }
}

fn change_port(dpid: Dpid, status: PortStatus, now: Now, parts: &mut Parts<'_>) {
    let at = Location::new(dpid, status.port.no);
    let before = parts.draft.port(at).cloned();
    let was_up = before.as_ref().is_some_and(|port| port.desc.is_up());
    let exists = status.change != PortChange::Delete;
    let is_up = exists && status.port.is_up();
    if !exists && before.is_none() {
        return;
    }
    let hw_addr = status.port.hw_addr;
    let unchanged = before.as_ref().is_some_and(|port| port.desc == status.port);
    if exists && !unchanged && !keep_port(at, status.port, before.as_deref(), parts.draft) {
        return;
    }
    if was_up && !is_up {
        parts.draft.event(Event::PortDown(at));
        parts.discovery.port_down(at, now, parts.draft);
        parts.hosts.port_down(at, now.at, parts.draft);
    } else if is_up && !was_up {
        parts.draft.event(Event::PortUp(at));
        if leads_out(at.port) {
            parts.discovery.port_up(at, hw_addr, now.at);
        }
    }
    if !exists {
        parts.draft.edit_switch(dpid, |switch| {
            switch.ports.remove(&at.port);
        });
    }
}

/// False for one port too many.
fn keep_port(at: Location, desc: PortDesc, before: Option<&Port>, draft: &mut Draft) -> bool {
    let mut room = true;
    draft.edit_switch(at.dpid, |switch| {
        room = before.is_some() || switch.ports.len() < MAX_PORTS;
        if !room {
            return;
        }
        if at.port == PortNo::LOCAL && !desc.name.is_empty() {
            switch.name.clone_from(&desc.name);
        }
        let role = before.map_or(PortRole::Unknown, |port| port.role);
        switch.ports.insert(at.port, Arc::new(Port { desc, role }));
    });
    room
}

/// Forgets the switch that is gone longest if there are too many to take on another.
fn make_room(newcomer: Dpid, parts: &mut Parts<'_>) {
    let switches = &parts.draft.snapshot.switches;
    if switches.len() < MAX_SWITCHES || switches.contains_key(&newcomer) {
        return;
    }
    let gone = switches.values().filter(|s| s.state == SwitchState::Down);
    let Some(oldest) = gone.min_by_key(|switch| switch.since).map(|s| s.dpid) else {
        return;
    };
    forget(oldest, parts);
}

fn forget(dpid: Dpid, parts: &mut Parts<'_>) {
    let links = &parts.draft.snapshot.links;
    let touching = links
        .values()
        .map(|link| link.id)
        .filter(|id| id.src.dpid == dpid || id.dst.dpid == dpid);
    for id in touching.collect::<Vec<_>>() {
        parts.draft.remove_link(id.src);
    }
    for at in hosts_on(dpid, parts.draft) {
        parts.hosts.remove_at(at, parts.draft);
    }
    parts.draft.remove_switch(dpid);
}

/// Ports of a switch where hosts are.
fn hosts_on(dpid: Dpid, draft: &Draft) -> Vec<Location> {
    let first = Location::new(dpid, PortNo(0));
    let last = Location::new(dpid, PortNo(u32::MAX));
    let ports = draft.snapshot.hosts_at.range(first..=last);
    ports.map(|(at, _)| *at).collect()
}
