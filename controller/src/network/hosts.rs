//! Hosts: where they are, which addresses they have, whether they are still there.
//!
//! Pure: sightings and the time go in; changes go into the [`Draft`], probes to send come out of
//! [`Hosts::tick`]. A host that is silent is asked before it is forgotten; one that cannot be asked
//! (no address known, its switch away) is given longer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::snapshot::{Host, HostId, Location};
use app_api::{Event, PortRole};
use openflow::Dpid;
use smallvec::SmallVec;

use super::draft::Draft;
use super::handle::{Delta, RestoredHost};
use super::sighting::{Claimed, LAST_SEEN_STEP, MAX_ADDRESSES, Sighting};
use super::timers::Timers;
use crate::clock::Now;

/// Probes without an answer before a host counts as gone.
const TRIES: u8 = 3;
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// A host is believed to have moved once in this time. Two ports that claim the same address at the
/// same time cannot make everybody follow each packet.
const MOVE_EVERY: Duration = Duration::from_secs(1);

/// How long the hosts of a port that went down are kept, in case it comes back or they move.
const VACANT: Duration = Duration::from_secs(3);

/// A host that cannot be asked is given so many times longer than one that can.
const PATIENCE: u32 = 5;

/// How many hosts are believed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) per_port: usize,
    pub(super) per_switch: usize,
    pub(super) total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_port: 1_024,
            per_switch: 20_000,
            total: 100_000,
        }
    }
}

/// Why a sighting was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotBelieved(pub(super) &'static str);

/// A question to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HostProbe {
    pub(super) host: HostId,
    pub(super) at: Location,
    pub(super) address: IpAddr,
}

/// State of host tracking.
#[derive(Debug)]
pub(super) struct Hosts {
    idle: Duration,
    limits: Limits,
    states: HashMap<HostId, State>,
    per_switch: HashMap<Dpid, usize>,
    /// Known from before the controller started, and not seen since.
    restored: HashMap<HostId, Restored>,
    /// Those of them whose port is not ready.
    restored_at: HashMap<Location, Vec<HostId>>,
    timers: Timers<Timer>,
}

#[derive(Debug)]
struct State {
    /// Probes sent since it was last heard.
    tries: u8,
    moved: Option<Instant>,
    /// Where it was seen too, too soon after a move to be believed.
    also_at: Option<Location>,
    /// Addresses it was seen with, but did not say are its own.
    uncertain: SmallVec<[IpAddr; 2]>,
}

#[derive(Debug)]
struct Restored {
    host: RestoredHost,
    /// Probes sent.
    tries: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Timer {
    /// Not heard for a while, or a probe was not answered.
    Silent(HostId),
    /// It can be believed to have moved again.
    MovedAgain(HostId),
    /// A port is down for a while.
    Vacant(Location),
    /// A restored host did not answer yet.
    Restored(HostId),
}

impl Hosts {
    pub(super) fn new(idle: Duration, limits: Limits) -> Self {
        Self {
            idle,
            limits,
            states: HashMap::new(),
            per_switch: HashMap::new(),
            restored: HashMap::new(),
            restored_at: HashMap::new(),
            timers: Timers::default(),
        }
    }

    /// A packet brought news of a host.
    pub(super) fn seen(
        &mut self,
        sighting: Sighting,
        now: Now,
        draft: &mut Draft,
    ) -> Result<(), NotBelieved> {
        match sighting {
            Sighting::Host { id, at, address } => self.seen_at(id, at, address, now, draft),
            Sighting::Lease { id, address } => {
                if let Some(host) = draft.snapshot.hosts.get(&id).cloned() {
                    let claimed = Claimed {
                        address,
                        own: false,
                    };
                    self.learn_address(&host, claimed, draft);
                }
                Ok(())
            }
        }
    }

    /// Hosts from before the controller started; they are asked when their ports are ready.
    pub(super) fn restore(&mut self, hosts: Vec<RestoredHost>, now: Instant, draft: &Draft) {
        for host in hosts {
            let known = draft.snapshot.hosts.contains_key(&host.id);
            if known || host.addresses.is_empty() || self.restored.len() >= self.limits.total {
                continue;
            }
            let (id, at) = (host.id, host.at);
            self.restored.insert(id, Restored { host, tries: 0 });
            if draft.snapshot.role(at) == PortRole::Edge {
                self.timers.set(Timer::Restored(id), now);
            } else {
                self.restored_at.entry(at).or_default().push(id);
            }
        }
    }

    /// A port became an edge: who was there is asked whether it still is.
    pub(super) fn edge_ready(&mut self, at: Location, now: Instant, draft: &Draft) {
        self.timers.cancel(&Timer::Vacant(at));
        for id in draft.hosts_at(at) {
            if let Some(state) = self.states.get_mut(id) {
                state.tries = 0;
            }
            self.timers.set(Timer::Silent(*id), now);
        }
        for id in self.restored_at.remove(&at).unwrap_or_default() {
            self.timers.set(Timer::Restored(id), now);
        }
    }

    /// A port went down or away.
    pub(super) fn port_down(&mut self, at: Location, now: Instant, draft: &Draft) {
        if !draft.hosts_at(at).is_empty() {
            self.timers.set(Timer::Vacant(at), now + VACANT);
        }
    }

    /// Behind this port is a switch: what was learned there are hosts elsewhere.
    pub(super) fn remove_at(&mut self, at: Location, draft: &mut Draft) {
        for id in draft.hosts_at(at).to_vec() {
            self.remove(id, draft);
        }
    }

    /// Does what is due; the probes to send now.
    pub(super) fn tick(&mut self, now: Instant, draft: &mut Draft) -> Vec<HostProbe> {
        let mut probes = Vec::new();
        while let Some(timer) = self.timers.due(now) {
            match timer {
                Timer::Silent(id) => self.silent(id, now, draft, &mut probes),
                Timer::MovedAgain(id) => self.moved_again(id, draft, &mut probes),
                Timer::Vacant(at) => self.vacant(at, draft),
                Timer::Restored(id) => self.ask_restored(id, now, &mut probes),
            }
        }
        probes
    }

    /// When [`Self::tick`] has something to do next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn seen_at(
        &mut self,
        id: HostId,
        at: Location,
        address: Option<Claimed>,
        now: Now,
        draft: &mut Draft,
    ) -> Result<(), NotBelieved> {
        // The role may have changed since the connection looked.
        if draft.snapshot.role(at) != PortRole::Edge {
            return Err(NotBelieved("not_an_edge"));
        }
        match draft.snapshot.hosts.get(&id).cloned() {
            None => self.add(id, at, now, draft)?,
            Some(host) if host.at != at => self.move_to(&host, at, now, draft)?,
            Some(host) => touch(&host, now, draft),
        }
        if let Some(state) = self.states.get_mut(&id) {
            state.tries = 0;
        }
        self.timers.set(Timer::Silent(id), now.at + self.idle);
        if let (Some(claimed), Some(host)) = (address, draft.snapshot.hosts.get(&id).cloned()) {
            self.learn_address(&host, claimed, draft);
        }
        Ok(())
    }

    fn add(
        &mut self,
        id: HostId,
        at: Location,
        now: Now,
        draft: &mut Draft,
    ) -> Result<(), NotBelieved> {
        if draft.snapshot.hosts.len() >= self.limits.total {
            return Err(NotBelieved("network_full"));
        }
        self.check_room(at, draft)?;
        self.timers.cancel(&Timer::Restored(id));
        let restored = self.restored.remove(&id);
        *self.per_switch.entry(at.dpid).or_default() += 1;
        let state = State {
            tries: 0,
            moved: None,
            also_at: None,
            uncertain: SmallVec::new(),
        };
        self.states.insert(id, state);
        draft.put_host(Host {
            id,
            at,
            addresses: Vec::new(),
            first_seen: restored.map_or(now.wall, |restored| restored.host.first_seen),
            last_seen: now.wall,
        });
        draft.event(Event::HostAdded(id));
        Ok(())
    }

    fn move_to(
        &mut self,
        host: &Host,
        at: Location,
        now: Now,
        draft: &mut Draft,
    ) -> Result<(), NotBelieved> {
        let still_up = draft.port(host.at).is_some_and(|port| port.desc.is_up())
            && draft.snapshot.switch_up(host.at.dpid).is_some();
        let moved = self.states.get(&host.id).and_then(|state| state.moved);
        let again = moved.map(|moved| moved + MOVE_EVERY);
        if let Some(again) = again.filter(|again| still_up && now.at < *again) {
            if let Some(state) = self.states.get_mut(&host.id) {
                state.also_at = Some(at);
            }
            self.timers.set(Timer::MovedAgain(host.id), again);
            return Err(NotBelieved("flapping"));
        }
        if host.at.dpid != at.dpid {
            self.check_room(at, draft)?;
            self.count_down(host.at.dpid);
            *self.per_switch.entry(at.dpid).or_default() += 1;
        } else if draft.hosts_at(at).len() >= self.limits.per_port {
            return Err(NotBelieved("port_full"));
        }
        if let Some(state) = self.states.get_mut(&host.id) {
            state.moved = Some(now.at);
            state.also_at = None;
        }
        draft.put_host(Host {
            at,
            last_seen: now.wall,
            ..host.clone()
        });
        draft.event(Event::HostMoved {
            host: host.id,
            from: host.at,
        });
        Ok(())
    }

    fn check_room(&self, at: Location, draft: &Draft) -> Result<(), NotBelieved> {
        let on_switch = self.per_switch.get(&at.dpid).copied().unwrap_or(0);
        if draft.hosts_at(at).len() >= self.limits.per_port {
            Err(NotBelieved("port_full"))
        } else if on_switch >= self.limits.per_switch {
            Err(NotBelieved("switch_full"))
        } else {
            Ok(())
        }
    }

    /// An address a host says is its own goes to it, whoever had it. One that it was only seen
    /// with may be somebody's behind it: it takes none away, and gives way to its own.
    fn learn_address(&mut self, host: &Arc<Host>, claimed: Claimed, draft: &mut Draft) {
        let Claimed { address, own } = claimed;
        let Some(state) = self.states.get_mut(&host.id) else {
            return;
        };
        let key = (host.id.vlan, address);
        let holder = draft.snapshot.addresses.get(&key).copied();
        let mut addresses = host.addresses.clone();
        let same_family = |other: &IpAddr| other.is_ipv4() == address.is_ipv4();
        if own {
            state.uncertain.retain(|uncertain| {
                let gives_way = *uncertain != address && same_family(uncertain);
                if gives_way {
                    addresses.retain(|a| a != uncertain);
                    draft.snapshot.addresses.remove(&(host.id.vlan, *uncertain));
                }
                !gives_way && *uncertain != address
            });
        } else if holder.is_some() || addresses.iter().any(same_family) {
            return;
        }
        if !addresses.contains(&address) {
            if addresses.len() >= MAX_ADDRESSES {
                return;
            }
            if !own {
                state.uncertain.push(address);
            }
            addresses.push(address);
            addresses.sort_unstable();
        }
        if let Some(other) = holder.filter(|holder| *holder != host.id) {
            take_address(other, address, draft);
        }
        draft.snapshot.addresses.insert(key, host.id);
        if addresses != host.addresses {
            draft.put_host(Host {
                addresses,
                ..Host::clone(host)
            });
            draft.event(Event::HostChanged(host.id));
        }
    }

    fn silent(&mut self, id: HostId, now: Instant, draft: &mut Draft, probes: &mut Vec<HostProbe>) {
        let (Some(host), Some(state)) = (
            draft.snapshot.hosts.get(&id).cloned(),
            self.states.get_mut(&id),
        ) else {
            return;
        };
        if state.tries >= TRIES {
            self.remove(id, draft);
            return;
        }
        let can_be_asked = !host.addresses.is_empty()
            && draft.snapshot.role(host.at) == PortRole::Edge
            && draft.snapshot.switch_up(host.at.dpid).is_some();
        if can_be_asked {
            state.tries += 1;
            probes.extend(questions(id, host.at, &host.addresses));
            self.timers.set(Timer::Silent(id), now + PROBE_EVERY);
        } else {
            // The next time it counts as asked often enough, unless it can be asked then.
            let patience = self.idle * (PATIENCE - 1);
            state.tries = TRIES;
            self.timers.set(Timer::Silent(id), now + patience);
        }
    }

    fn moved_again(&mut self, id: HostId, draft: &Draft, probes: &mut Vec<HostProbe>) {
        let also_at = self
            .states
            .get_mut(&id)
            .and_then(|state| state.also_at.take());
        if let (Some(at), Some(host)) = (also_at, draft.snapshot.hosts.get(&id)) {
            probes.extend(questions(id, at, &host.addresses));
        }
    }

    /// Where the hosts of a port that did not come back are gone.
    fn vacant(&mut self, at: Location, draft: &mut Draft) {
        let is_up = draft.port(at).is_some_and(|port| port.desc.is_up());
        if !is_up && draft.snapshot.switch_up(at.dpid).is_some() {
            self.remove_at(at, draft);
        }
    }

    fn ask_restored(&mut self, id: HostId, now: Instant, probes: &mut Vec<HostProbe>) {
        let Some(Restored { host, tries }) = self.restored.get_mut(&id) else {
            return;
        };
        if *tries >= TRIES {
            self.restored.remove(&id);
            return;
        }
        *tries += 1;
        probes.extend(questions(id, host.at, &host.addresses));
        self.timers.set(Timer::Restored(id), now + PROBE_EVERY);
    }

    fn remove(&mut self, id: HostId, draft: &mut Draft) {
        self.timers.cancel(&Timer::Silent(id));
        self.timers.cancel(&Timer::MovedAgain(id));
        self.states.remove(&id);
        if let Some(host) = draft.remove_host(id) {
            self.count_down(host.at.dpid);
        }
    }

    fn count_down(&mut self, dpid: Dpid) {
        if let Some(count) = self.per_switch.get_mut(&dpid) {
            *count -= 1;
            if *count == 0 {
                self.per_switch.remove(&dpid);
            }
        }
    }
}

/// The time of its last packet, in steps: most packets change nothing.
fn touch(host: &Host, now: Now, draft: &mut Draft) {
    let age = now.wall.duration_since(host.last_seen).unwrap_or_default();
    if age >= LAST_SEEN_STEP {
        draft.put_host(Host {
            last_seen: now.wall,
            ..host.clone()
        });
    }
}

/// One address of each family is enough to ask for.
fn questions(host: HostId, at: Location, addresses: &[IpAddr]) -> impl Iterator<Item = HostProbe> {
    let v4 = addresses.iter().find(|address| address.is_ipv4());
    let v6 = addresses.iter().find(|address| address.is_ipv6());
    let asked: SmallVec<[IpAddr; 2]> = v4.into_iter().chain(v6).copied().collect();
    asked
        .into_iter()
        .map(move |address| HostProbe { host, at, address })
}

fn take_address(from: HostId, address: IpAddr, draft: &mut Draft) {
    if let Some(other) = draft.snapshot.hosts.get(&from).cloned() {
        let mut host = Host::clone(&other);
        host.addresses.retain(|a| *a != address);
        draft.put_host(host);
        draft.delta(Delta::Host(from));
        draft.event(Event::HostChanged(from));
    }
}

#[cfg(test)]
mod tests;
