//! The lab: building it, and what a test asks of it.

mod build;
mod carry;
mod control;
mod expect;
mod rules;
mod tables;
mod way;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use openflow::flow::{FlowEntry, Group, PacketIn};
use openflow::pipeline::Switch;
use openflow::{Dpid, PortNo};
use topologies::LinkEnd;

use super::apps::{Done, Hosted, Slot};
use super::frames::TestHost;
use super::switch::LabSwitch;
use crate::app::{App, ConfigError};
use crate::event::Event;
use crate::snapshot::{Location, Snapshot};

pub use expect::Expected;

/// A controller with apps and a network. See the module's text.
pub struct Lab {
    /// When the switches' time began.
    start: Instant,
    now: Instant,
    /// What the controller knows of the network.
    snapshot: Arc<Snapshot>,
    apps: Vec<Box<dyn Hosted>>,
    /// When each app is to be woken.
    wakes: Vec<Option<Instant>>,
    /// For one app or all, in order.
    events: VecDeque<(Option<usize>, Event)>,
    rules: rules::Rules,
    /// Or they end the test.
    refusals_are_told: bool,

    switches: BTreeMap<Dpid, LabSwitch>,
    /// Both ends of every cable.
    cables: BTreeMap<Location, Location>,
    /// Ports whose discovery frames do not arrive.
    lost: BTreeSet<Location>,
    hosts: BTreeMap<TestHost, Location>,
    /// Packets on their way.
    flights: VecDeque<carry::Flight>,
    /// What came in by ports of which it is not known yet what is behind them.
    held: Vec<(Dpid, PacketIn)>,
    arrived: Vec<(TestHost, Bytes)>,
    since: expect::Since,
    packet_ins: u64,
}

impl fmt::Debug for Lab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lab")
            .field("switches", &self.switches.keys())
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

impl Default for Lab {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a frame would go by the flow tables alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Hosts it reaches, sorted, one entry for each copy.
    pub arrived: Vec<TestHost>,
    /// Ports where a copy came in that goes to the controller.
    pub punted: Vec<Location>,
    /// Frames as they arrived.
    pub frames: Vec<(TestHost, Bytes)>,
}

/// Building.
impl Lab {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            start: now,
            now,
            snapshot: Arc::default(),
            apps: Vec::new(),
            wakes: Vec::new(),
            events: VecDeque::new(),
            rules: rules::Rules::default(),
            refusals_are_told: false,
            switches: BTreeMap::new(),
            cables: BTreeMap::new(),
            lost: BTreeSet::new(),
            hosts: BTreeMap::new(),
            flights: VecDeque::new(),
            held: Vec::new(),
            arrived: Vec::new(),
            since: expect::Since::default(),
            packet_ins: 0,
        }
    }

    /// Starts an app; those started first are asked first.
    pub fn start<A: App>(&mut self, app: A) {
        let index = self.apps.len();
        self.apps.push(Box::new(Slot::new(app, index)));
        self.wakes.push(None);
        for (dpid, switch) in &self.switches {
            if switch.connected {
                self.apps[index].connect(*dpid);
            }
        }
        self.events.push_back((Some(index), Event::Resync));
    }

    /// The controller is gone and comes back without memory and without apps; switches keep
    /// their tables. Start the apps again in the same order, then connect.
    pub fn restart(&mut self) {
        self.snapshot = Arc::default();
        self.apps.clear();
        self.wakes.clear();
        self.events.clear();
        self.held.clear();
        self.flights.clear();
        self.rules = rules::Rules::default();
        for switch in self.switches.values_mut() {
            switch.connected = false;
        }
    }
}

/// Asking.
impl Lab {
    /// The lab's time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// What the controller knows.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Packets the controller got so far.
    #[must_use]
    pub fn packet_ins(&self) -> u64 {
        self.packet_ins
    }

    /// Entries written to or deleted from tables so far.
    #[must_use]
    pub fn flow_mods(&self) -> u64 {
        self.rules.flow_mods
    }

    /// Every host.
    #[must_use]
    pub fn hosts(&self) -> Vec<TestHost> {
        self.hosts.keys().copied().collect()
    }

    /// Every host but one.
    #[must_use]
    pub fn others(&self, than: TestHost) -> Vec<TestHost> {
        self.hosts().into_iter().filter(|h| *h != than).collect()
    }

    /// Where a host is.
    #[must_use]
    pub fn location(&self, host: TestHost) -> Location {
        self.hosts[&host]
    }

    /// The other end of the cable at a port.
    #[must_use]
    pub fn far_end(&self, at: Location) -> Option<Location> {
        self.cables.get(&at).copied()
    }

    /// A switch's entries but for the controller's own, by table, highest priority first.
    #[must_use]
    pub fn table(&self, dpid: Dpid) -> Vec<FlowEntry> {
        self.switches[&dpid].entries(self.since_start())
    }

    /// A switch's groups, by number.
    #[must_use]
    pub fn groups(&self, dpid: Dpid) -> Vec<Group> {
        self.switches[&dpid].model.group_desc()
    }

    /// The switch itself, to be looked at or to go on with a copy of it.
    #[must_use]
    pub fn model(&self, dpid: Dpid) -> &Switch {
        &self.switches[&dpid].model
    }

    /// The app, to be looked at.
    ///
    /// # Panics
    /// When no such app was started.
    #[must_use]
    pub fn app<A: App>(&self) -> &A {
        let mut slots = self
            .apps
            .iter()
            .filter_map(|app| app.any().downcast_ref::<Slot<A>>());
        slots.next().expect("the app was started").app()
    }

    /// Says something to an app, as the API would; it hears it in [`Lab::run`].
    ///
    /// # Panics
    /// When no such app was started.
    pub fn tell<A: App>(&mut self, message: A::Message) {
        let mut slots = self
            .apps
            .iter_mut()
            .filter_map(|app| app.any_mut().downcast_mut());
        let slot: &mut Slot<A> = slots.next().expect("the app was started");
        slot.tell(message);
    }

    /// Gives an app new settings.
    ///
    /// # Errors
    /// The app's.
    ///
    /// # Panics
    /// When no such app was started.
    pub fn configure<A: App>(&mut self, settings: &serde_json::Value) -> Result<(), ConfigError> {
        let mut apps = self.apps.iter();
        let index = apps
            .position(|app| app.any().is::<Slot<A>>())
            .expect("the app was started");
        let (done, result) = self.apps[index].configure((&self.snapshot, self.now), settings);
        self.carry_out(index, done);
        result
    }
}

/// Driving.
impl Lab {
    /// A host sends a frame; returns which hosts got it, sorted, one entry for each copy, after
    /// everything has come to rest. The clock stands still. What they got can be asked by
    /// [`Lab::expect`] and [`Lab::take_arrived`] until the next is sent.
    pub fn send(&mut self, from: TestHost, frame: Bytes) -> Vec<TestHost> {
        self.take_arrived();
        self.inject(from, frame);
        self.run();
        self.receivers()
    }

    /// As [`Lab::send`], and lets time pass.
    pub fn send_and_wait(&mut self, from: TestHost, frame: Bytes, wait: Duration) -> Vec<TestHost> {
        self.take_arrived();
        self.inject(from, frame);
        self.run_for(wait);
        self.receivers()
    }

    fn receivers(&mut self) -> Vec<TestHost> {
        self.arrived.sort_by_key(|(host, _)| *host);
        self.arrived.iter().map(|(host, _)| *host).collect()
    }

    /// What arrived since it was last asked or sent, sorted by host.
    pub fn take_arrived(&mut self) -> Vec<(TestHost, Bytes)> {
        self.arrived.sort_by_key(|(host, _)| *host);
        self.since = expect::Since::default();
        std::mem::take(&mut self.arrived)
    }

    /// Everything that can happen without time passing.
    pub fn run(&mut self) {
        loop {
            self.carry();
            if !(self.next_event() || self.next_message() || self.step()) {
                break;
            }
        }
    }

    /// Lets time pass: apps wake, idle entries time out.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        self.run();
        while let Some(next) = self.next_time().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.expire();
            for index in 0..self.apps.len() {
                if self.wakes[index].is_some_and(|at| at <= self.now) {
                    self.wakes[index] = None;
                    let done = self.apps[index].wake((&self.snapshot, self.now));
                    self.carry_out(index, done);
                }
            }
            self.run();
        }
        self.now = end;
    }

    /// Gives the next event to whom it is for. False: there is none.
    pub fn next_event(&mut self) -> bool {
        let Some((target, event)) = self.events.pop_front() else {
            return false;
        };
        for index in 0..self.apps.len() {
            if target.is_none_or(|target| target == index) {
                let done = self.apps[index].event((&self.snapshot, self.now), &event);
                self.carry_out(index, done);
            }
        }
        true
    }

    /// Gives one message to an app. False: there is none.
    pub fn next_message(&mut self) -> bool {
        let Some(index) = self.apps.iter().position(|app| app.has_message()) else {
            return false;
        };
        let done = self.apps[index].message((&self.snapshot, self.now));
        self.carry_out(index, done);
        true
    }

    fn carry_out(&mut self, index: usize, done: Done) {
        for (dpid, packet) in done.packets {
            self.packet_out(dpid, packet);
        }
        if let Some(delay) = done.wake {
            self.wakes[index] = Some(self.now + delay);
        }
        self.rules.change(rules::Sets {
            app: index,
            sets: done.sets,
            groups: done.group_sets,
            packets_after: done.packets_after,
        });
        if done.release {
            self.rules.release(index);
        }
    }

    fn next_time(&self) -> Option<Instant> {
        let ends = self
            .switches
            .values()
            .filter_map(|s| s.model.next_timeout());
        let ends = ends.map(|end| self.start + end);
        self.wakes.iter().copied().flatten().chain(ends).min()
    }

    /// The time of the switches.
    fn since_start(&self) -> Duration {
        self.now - self.start
    }
}

/// A port by numbers.
fn port((dpid, port): (u64, u32)) -> Location {
    LinkEnd::new(Dpid(dpid), PortNo(port))
}
