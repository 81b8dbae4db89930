//! The discrete-event simulator.

mod build;
mod commands;
mod control;
mod links;
mod queue;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use openflow::{Dpid, PortNo};

use super::cable::{Cable, End, Undelivered};
use super::host::{Host, HostOutput, Outcome, Ticket};
use super::{Output, SwitchNode};
use crate::dice::Dice;

use queue::{Event, Queue};

pub use build::{Options, SwitchPlan};
pub use commands::Target;

/// Frames on all cables together; one more is dropped. A storm in a network of loops doubles with
/// every round, so something has to end it.
const FRAMES_MAX: usize = 1 << 20;
/// Outcomes that nobody fetched; the oldest is forgotten.
const OUTCOMES_MAX: usize = 1 << 16;

/// Why a network did not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// By name.
    #[error("there is no host `{0}`")]
    NoSuchHost(String),
    /// By datapath id.
    #[error("there is no switch {0}")]
    NoSuchSwitch(Dpid),
    /// No cable joins these two, or not as many do.
    #[error("there is no cable between `{a}` and `{b}`")]
    NoSuchCable { a: String, b: String },
    /// It has all the ports it can have.
    #[error("switch {0} has no free port")]
    NoFreePort(Dpid),
}

/// An emulated network, its switches of type `S`.
#[derive(Debug)]
pub struct Network<S> {
    now: Duration,
    queue: Queue,
    /// Arrivals in the queue.
    frames: usize,
    dice: Dice,
    switches: Vec<Station<S>>,
    hosts: Vec<HostStation>,
    cables: Vec<Cable>,
    by_dpid: HashMap<Dpid, u32>,
    by_name: HashMap<String, Node>,
    /// Switches that have something for the controller.
    speaking: BTreeSet<u32>,
    tickets: u64,
    outcomes: BTreeMap<Ticket, Outcome>,
    /// Kept for its room.
    output: Output,
    host_output: HostOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Switch(u32),
    Host(u32),
}

/// A switch and what surrounds it.
#[derive(Debug)]
struct Station<S> {
    dpid: Dpid,
    name: String,
    node: S,
    /// By port number, ascending.
    wires: Vec<(PortNo, Plug)>,
    /// The earliest timer of it in the queue.
    armed: Option<Duration>,
    connected: bool,
    to_controller: VecDeque<Bytes>,
    packet_ins_dropped: u64,
}

#[derive(Debug)]
struct HostStation {
    name: String,
    host: Host,
    plug: Plug,
    armed: Option<Duration>,
}

/// Which end of which cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plug {
    cable: u32,
    end: u8,
}

impl<S: SwitchNode> Network<S> {
    /// Time since the start.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.now
    }

    /// When something will happen next, if nothing is done from outside. A timer may turn out not
    /// to be needed any more.
    #[must_use]
    pub fn next_event(&self) -> Option<Duration> {
        self.queue.next()
    }

    /// Lets the next thing happen; `false` where nothing would ever happen.
    pub fn step(&mut self) -> bool {
        let Some((at, event)) = self.queue.pop() else {
            return false;
        };
        self.now = at;
        match event {
            Event::Arrival {
                cable,
                end,
                cuts,
                frame,
            } => self.arrive(cable, end, cuts, frame),
            Event::SwitchTimer(switch) => self.switch_timer(switch),
            Event::HostTimer(host) => self.host_timer(host),
        }
        true
    }

    /// Lets happen what happens until then, `time` included, and makes it that late. A time that
    /// has passed is now.
    pub fn run_until(&mut self, time: Duration) {
        while self.next_event().is_some_and(|at| at <= time) {
            self.step();
        }
        self.now = self.now.max(time);
    }

    /// [`Network::run_until`] so long from now.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now.saturating_add(time));
    }

    /// Runs until no frame is on any cable, or so long; whether none is. Timers do not keep it
    /// running, so that what a host would send in a second is not waited for.
    pub fn run_until_still(&mut self, limit: Duration) -> bool {
        let end = self.now.saturating_add(limit);
        while self.frames > 0 && self.next_event().is_some_and(|at| at <= end) {
            self.step();
        }
        if self.frames > 0 {
            self.now = end; // what is under way arrives later
        }
        self.frames == 0
    }

    /// Frames that are on a cable now.
    #[must_use]
    pub fn frames_under_way(&self) -> usize {
        self.frames
    }

    fn arrive(&mut self, cable: u32, end: u8, cuts: u32, frame: Bytes) {
        self.frames -= 1;
        let carrier = &mut self.cables[cable as usize];
        if carrier.cuts != cuts {
            return carrier.count(Undelivered::Cut);
        }
        carrier.counts.arrived += 1;
        match carrier.ends[usize::from(end)] {
            End::Switch { switch, port } => {
                self.drive(switch, |node, now, out| node.receive(port, frame, now, out));
            }
            End::Host { host } => {
                self.drive_host(host, |host, now, out| host.receive(frame, now, out));
            }
        }
    }

    /// Lets a switch do something, and what it sends go its way.
    fn drive<R>(&mut self, switch: u32, act: impl FnOnce(&mut S, Duration, &mut Output) -> R) -> R {
        let mut output = std::mem::take(&mut self.output);
        let station = &mut self.switches[switch as usize];
        let result = act(&mut station.node, self.now, &mut output);
        if station.speak(output.to_controller.drain(..)) {
            self.speaking.insert(switch);
        }
        for (port, frame) in output.frames.drain(..) {
            if let Some(plug) = self.switches[switch as usize].plug(port) {
                self.transmit(plug, frame);
            }
        }
        let switched = std::mem::take(&mut output.switched);
        self.output = output;
        self.arm_switch(switch);
        for (port, on) in switched {
            if let Some(plug) = self.switches[switch as usize].plug(port) {
                self.switch_port(plug, on);
            }
        }
        result
    }

    /// Lets a host do something, and what it sends go its way.
    fn drive_host<R>(
        &mut self,
        index: u32,
        act: impl FnOnce(&mut Host, Duration, &mut HostOutput) -> R,
    ) -> R {
        let mut output = std::mem::take(&mut self.host_output);
        let station = &mut self.hosts[index as usize];
        let result = act(&mut station.host, self.now, &mut output);
        station.host.sent += output.frames.len() as u64;
        let plug = station.plug;
        for frame in output.frames.drain(..) {
            self.transmit(plug, frame);
        }
        for (ticket, outcome) in output.done.drain(..) {
            self.outcomes.insert(ticket, outcome);
            if self.outcomes.len() > OUTCOMES_MAX {
                self.outcomes.pop_first();
            }
        }
        self.host_output = output;
        self.arm_host(index);
        result
    }

    fn transmit(&mut self, plug: Plug, frame: Bytes) {
        let cable = &mut self.cables[plug.cable as usize];
        let end = usize::from(plug.end);
        let Ok(at) = cable.send(end, frame.len(), self.now, &mut self.dice) else {
            return; // counted there
        };
        if self.frames == FRAMES_MAX {
            return cable.count(Undelivered::Overflowed);
        }
        self.frames += 1;
        let arrival = Event::Arrival {
            cable: plug.cable,
            end: 1 - plug.end,
            cuts: cable.cuts,
            frame,
        };
        self.queue.push(at, arrival);
    }

    /// A timer that was armed for later than another is left in the queue, and found out when it
    /// comes: the earliest is the one that counts.
    fn switch_timer(&mut self, switch: u32) {
        let station = &mut self.switches[switch as usize];
        if station.armed != Some(self.now) {
            return;
        }
        station.armed = None;
        if station.node.next_timeout().is_some_and(|at| at <= self.now) {
            self.drive(switch, |node, now, out| node.timeout(now, out));
        } else {
            self.arm_switch(switch);
        }
    }

    fn arm_switch(&mut self, switch: u32) {
        let station = &mut self.switches[switch as usize];
        let due = station.node.next_timeout();
        if let Some(at) = later_timer(&mut station.armed, due, self.now) {
            self.queue.push(at, Event::SwitchTimer(switch));
        }
    }

    fn host_timer(&mut self, host: u32) {
        let station = &mut self.hosts[host as usize];
        if station.armed != Some(self.now) {
            return;
        }
        station.armed = None;
        if station.host.next_timeout().is_some_and(|at| at <= self.now) {
            self.drive_host(host, |host, now, out| host.timeout(now, out));
        } else {
            self.arm_host(host);
        }
    }

    fn arm_host(&mut self, host: u32) {
        let station = &mut self.hosts[host as usize];
        let due = station.host.next_timeout();
        if let Some(at) = later_timer(&mut station.armed, due, self.now) {
            self.queue.push(at, Event::HostTimer(host));
        }
    }
}

/// When a timer has to be put into the queue: where there is none, or only a later one. One that
/// is due already is due in a moment and not now, so that a node that asks for the past again and
/// again cannot stop the clock.
fn later_timer(
    armed: &mut Option<Duration>,
    due: Option<Duration>,
    now: Duration,
) -> Option<Duration> {
    const MOMENT: Duration = Duration::from_micros(1);
    let at = due?.max(now + MOMENT);
    if armed.is_some_and(|armed| armed <= at) {
        return None;
    }
    *armed = Some(at);
    Some(at)
}

impl<S> Network<S> {
    fn switch_index(&self, dpid: Dpid) -> Result<u32, NetworkError> {
        let index = self.by_dpid.get(&dpid).copied();
        index.ok_or(NetworkError::NoSuchSwitch(dpid))
    }

    fn host_index(&self, name: &str) -> Result<u32, NetworkError> {
        match self.by_name.get(name) {
            Some(Node::Host(host)) => Ok(*host),
            _ => Err(NetworkError::NoSuchHost(name.to_owned())),
        }
    }

    /// The switch itself, to look into.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn switch(&self, dpid: Dpid) -> Result<&S, NetworkError> {
        let index = self.switch_index(dpid)?;
        Ok(&self.switches[index as usize].node)
    }

    /// Datapath ids of all switches, in the topology's order.
    pub fn switches(&self) -> impl Iterator<Item = Dpid> {
        self.switches.iter().map(|switch| switch.dpid)
    }

    /// Datapath id of the switch of this name.
    #[must_use]
    pub fn dpid(&self, name: &str) -> Option<Dpid> {
        match self.by_name.get(name)? {
            Node::Switch(switch) => Some(self.switches[*switch as usize].dpid),
            Node::Host(_) => None,
        }
    }

    /// Names of all hosts, in the topology's order.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|host| host.name.as_str())
    }

    /// The IPv4 address of the host of this name, and its IPv6 addresses: global and link-local.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn addresses(&self, host: &str) -> Result<[IpAddr; 3], NetworkError> {
        let host = &self.hosts[self.host_index(host)? as usize].host;
        Ok([
            host.ipv4().into(),
            host.ipv6().into(),
            host.link_local().into(),
        ])
    }
}

impl<S> Station<S> {
    fn plug(&self, port: PortNo) -> Option<Plug> {
        let at = self.wires.binary_search_by_key(&port, |(port, _)| *port);
        at.ok().map(|at| self.wires[at].1)
    }
}
