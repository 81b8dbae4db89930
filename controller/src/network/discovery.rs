//! Links between our switches, and what is behind every port, from discovery frames.
//!
//! Pure: frames that arrived, acknowledgements and the time go in; changes go into the [`Draft`],
//! frames to send come out of [`Discovery::tick`].
//!
//! ```text
//!              a frame arrives at either end of a cable
//!   Unknown ------------------------------------------> Link
//!      |  ^                                             |  ^
//!      |  | port down, switch gone                      |  | a frame arrives
//!      v  |                                             v  |
//!     Edge <---- three probes sent, quiet for a moment, or two seconds ---- (Unknown again)
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use app_api::snapshot::{Link, LinkState, Location, PortRole};
use app_api::{Event, LinkId};
use openflow::{Dpid, MacAddr};
use smallvec::SmallVec;

use super::draft::Draft;
use super::seal::{MAX_AGE, Probe};
use super::timers::Timers;
use crate::clock::Now;

/// When probes are sent after a port came up. Several, because the other end may come up a moment
/// later, and the first may be lost while queues and tables are made.
const BURST_MS: [u64; 4] = [0, 100, 250, 500];

/// Then this often.
const PROBE_EVERY: Duration = Duration::from_secs(3);

/// With many edge ports, probed less often so that all together are no more than these a second.
const EDGE_PROBES_PER_SECOND: u32 = 1_000;

/// Silence after which a link is down, if probes were sent meanwhile.
const LINK_TIMEOUT: Duration = Duration::from_secs(10);

/// Probes that must have been lost too. Else the controller was asleep, not the link broken.
const LOST_PROBES: u32 = 3;

/// Probes carried out by the switch before a silent port counts as an edge.
const EDGE_PROBES: u32 = 3;

/// No switch and no port came up for so long before a port counts as an edge: what came up last may
/// be its other end.
const QUIET: Duration = Duration::from_millis(300);

/// An edge at last, whatever else goes on.
const UNKNOWN_AT_MOST: Duration = Duration::from_secs(2);

/// A link whose frames were heard within this time stays where it is: frames that arrive elsewhere
/// too mean a shared segment, not a moved cable.
const STICKY: Duration = Duration::from_millis(3_500);

/// Probes of one port that may still arrive.
const OUTSTANDING: usize = 4;

/// State of link discovery.
#[derive(Debug)]
pub(super) struct Discovery {
    ports: HashMap<Location, PortState>,
    /// Links that are up, by their end.
    incoming: HashMap<Location, BTreeSet<Location>>,
    /// Links that are up, by their start.
    heard: HashMap<Location, Heard>,
    timers: Timers<Timer>,
    /// When a switch or port came up last, anywhere.
    stirred: Option<Instant>,
    edges: HashSet<Location>,
    new_edges: Vec<Location>,
    next_nonce: u64,
}

/// A port that is up.
#[derive(Debug)]
struct PortState {
    hw_addr: MacAddr,
    up_since: Instant,
    sent: u32,
    acknowledged: u32,
    outstanding: SmallVec<[(u64, Instant); OUTSTANDING]>,
}

#[derive(Debug)]
struct Heard {
    last: Instant,
    /// Probes carried out by the switch since.
    probes_since: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Timer {
    Probe(Location),
    Classify(Location),
    Link(Location),
}

/// A frame to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProbeOrder {
    pub(super) src: Location,
    pub(super) hw_addr: MacAddr,
    pub(super) nonce: u64,
}

/// Why a sealed, fresh frame is not believed all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disbelieved {
    /// Not sent from that port, or seen already.
    Replayed,
    /// It came back to the port it was sent from.
    Reflected,
    /// The link it tells of ends somewhere else, and works.
    SharedSegment,
    /// The port it came in is not up, as far as is known.
    PortDown,
}

impl Disbelieved {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::Reflected => "reflected",
            Self::SharedSegment => "shared_segment",
            Self::PortDown => "port_down",
        }
    }
}

impl Discovery {
    pub(super) fn new() -> Self {
        Self {
            ports: HashMap::new(),
            incoming: HashMap::new(),
            heard: HashMap::new(),
            timers: Timers::default(),
            stirred: None,
            edges: HashSet::new(),
            new_edges: Vec::new(),
            next_nonce: 0,
        }
    }

    /// A port came up, or its switch did.
    pub(super) fn port_up(&mut self, at: Location, hw_addr: MacAddr, now: Instant) {
        self.stirred = Some(now);
        self.begin(at, hw_addr, now);
    }

    /// A port went down or away. Links over it are down at once.
    pub(super) fn port_down(&mut self, at: Location, now: Now, draft: &mut Draft) {
        if self.ports.remove(&at).is_none() {
            return;
        }
        self.timers.cancel(&Timer::Probe(at));
        self.timers.cancel(&Timer::Classify(at));
        self.edges.remove(&at);
        draft.set_role(at, PortRole::Unknown);
        let into: Vec<Location> = self
            .incoming
            .get(&at)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for src in into.into_iter().chain([at]) {
            self.link_down(src, now, draft);
        }
    }

    /// A switch is gone with all its ports.
    pub(super) fn switch_gone(&mut self, dpid: Dpid, now: Now, draft: &mut Draft) {
        let mut ports: Vec<Location> = self
            .ports
            .keys()
            .copied()
            .filter(|at| at.dpid == dpid)
            .collect();
        ports.sort_unstable();
        for at in ports {
            self.port_down(at, now, draft);
        }
    }

    /// Ports that became edges since the last call.
    pub(super) fn new_edges(&mut self) -> Vec<Location> {
        std::mem::take(&mut self.new_edges)
    }

    /// A switch has carried out probes of these ports.
    pub(super) fn acknowledged(&mut self, ports: &[Location], now: Instant, draft: &mut Draft) {
        for at in ports {
            let Some(state) = self.ports.get_mut(at) else {
                continue;
            };
            state.acknowledged += 1;
            if let Some(heard) = self.heard.get_mut(at) {
                heard.probes_since += 1;
            }
            self.classify(*at, now, draft);
        }
    }

    /// A frame of ours arrived in time.
    pub(super) fn arrived(
        &mut self,
        probe: Probe,
        at: Location,
        now: Now,
        draft: &mut Draft,
    ) -> Result<(), Disbelieved> {
        if probe.src == at {
            return Err(Disbelieved::Reflected);
        }
        if !self.ports.contains_key(&at) {
            return Err(Disbelieved::PortDown);
        }
        let src = self.ports.get_mut(&probe.src);
        if !src.is_some_and(|src| src.take(probe.nonce, now.at)) {
            return Err(Disbelieved::Replayed);
        }
        let id = LinkId::new(probe.src, at);
        match draft.link_up_from(id.src) {
            Some(known) if known == id => {}
            Some(_) if self.is_sticky(id.src, now.at) => return Err(Disbelieved::SharedSegment),
            Some(_) => {
                self.link_down(id.src, now, draft);
                self.link_up(id, now, draft);
            }
            None => self.link_up(id, now, draft),
        }
        let heard = Heard {
            last: now.at,
            probes_since: 0,
        };
        self.heard.insert(id.src, heard);
        self.timers.set(Timer::Link(id.src), now.at + LINK_TIMEOUT);
        Ok(())
    }

    /// Does what is due; the frames to send now.
    pub(super) fn tick(&mut self, now: Now, draft: &mut Draft) -> Vec<ProbeOrder> {
        let mut orders = Vec::new();
        while let Some(timer) = self.timers.due(now.at) {
            match timer {
                Timer::Probe(at) => orders.extend(self.probe(at, now.at)),
                Timer::Classify(at) => self.classify(at, now.at, draft),
                Timer::Link(src) => self.check_link(src, now, draft),
            }
        }
        orders
    }

    /// When [`Self::tick`] has something to do next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn begin(&mut self, at: Location, hw_addr: MacAddr, now: Instant) {
        let state = PortState {
            hw_addr,
            up_since: now,
            sent: 0,
            acknowledged: 0,
            outstanding: SmallVec::new(),
        };
        self.ports.insert(at, state);
        self.edges.remove(&at);
        self.timers.set(Timer::Probe(at), now);
        self.timers.set(Timer::Classify(at), now + QUIET);
    }

    fn probe(&mut self, at: Location, now: Instant) -> Option<ProbeOrder> {
        let edges = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        let state = self.ports.get_mut(&at)?;
        let nonce = self.next_nonce;
        self.next_nonce = nonce.wrapping_add(1);
        if state.outstanding.len() == OUTSTANDING {
            state.outstanding.remove(0);
        }
        state.outstanding.push((nonce, now));
        state.sent = state.sent.saturating_add(1);
        let next = match BURST_MS.get(state.sent as usize) {
            Some(ms) => state.up_since + Duration::from_millis(*ms),
            None if self.edges.contains(&at) => {
                now + PROBE_EVERY.max(Duration::from_secs(1) * edges / EDGE_PROBES_PER_SECOND)
            }
            None => now + PROBE_EVERY,
        };
        let hw_addr = state.hw_addr;
        // A burst that is late is not made up for by sending it all at once.
        let next = next.max(now + Duration::from_millis(50));
        self.timers.set(Timer::Probe(at), next);
        Some(ProbeOrder {
            src: at,
            hw_addr,
            nonce,
        })
    }

    /// Makes a port an edge if it can be, else looks again when it may.
    fn classify(&mut self, at: Location, now: Instant, draft: &mut Draft) {
        if self.is_link(at) || self.edges.contains(&at) {
            return;
        }
        let Some(state) = self.ports.get(&at) else {
            return;
        };
        let latest = state.up_since + UNKNOWN_AT_MOST;
        let stirred = self.stirred.unwrap_or(state.up_since).max(state.up_since);
        let quiet = stirred + QUIET;
        let probed = state.acknowledged >= EDGE_PROBES;
        if now >= latest || (probed && now >= quiet) {
            self.timers.cancel(&Timer::Classify(at));
            self.edges.insert(at);
            self.new_edges.push(at);
            draft.set_role(at, PortRole::Edge);
            // A cable that was here is now known to be elsewhere.
            draft.remove_link(at);
            return;
        }
        // Without enough acknowledgements it is the next of these that brings us back here.
        let again = if probed { quiet.min(latest) } else { latest };
        self.timers.set(Timer::Classify(at), again);
    }

    fn is_link(&self, at: Location) -> bool {
        self.heard.contains_key(&at) || self.incoming.contains_key(&at)
    }

    fn is_sticky(&self, src: Location, now: Instant) -> bool {
        let heard = self.heard.get(&src);
        heard.is_some_and(|heard| now < heard.last + STICKY)
    }

    fn link_up(&mut self, id: LinkId, now: Now, draft: &mut Draft) {
        // A port has one cable: what is known to leave it to elsewhere is replaced.
        if draft
            .snapshot
            .links
            .get(&id.src)
            .is_some_and(|l| l.id != id)
        {
            draft.remove_link(id.src);
        }
        self.incoming.entry(id.dst).or_default().insert(id.src);
        draft.put_link(Link {
            id,
            state: LinkState::Up,
            since: now.wall,
            cost: 1,
        });
        for end in [id.src, id.dst] {
            self.edges.remove(&end);
            self.timers.cancel(&Timer::Classify(end));
            draft.set_role(end, PortRole::Link);
        }
        draft.event(Event::LinkUp(id));
    }

    fn link_down(&mut self, src: Location, now: Now, draft: &mut Draft) {
        let Some(id) = draft.link_up_from(src) else {
            return;
        };
        self.heard.remove(&src);
        self.timers.cancel(&Timer::Link(src));
        if let Some(sources) = self.incoming.get_mut(&id.dst) {
            sources.remove(&src);
            if sources.is_empty() {
                self.incoming.remove(&id.dst);
            }
        }
        draft.put_link(Link {
            id,
            state: LinkState::Down,
            since: now.wall,
            cost: 1,
        });
        draft.event(Event::LinkDown(id));
        for end in [id.src, id.dst] {
            self.look_again(end, now.at, draft);
        }
    }

    /// A port that lost its last link and is still up may lead somewhere else by now.
    fn look_again(&mut self, at: Location, now: Instant, draft: &mut Draft) {
        if self.is_link(at) {
            return;
        }
        if let Some(hw_addr) = self.ports.get(&at).map(|state| state.hw_addr) {
            draft.set_role(at, PortRole::Unknown);
            self.begin(at, hw_addr, now);
        }
    }

    fn check_link(&mut self, src: Location, now: Now, draft: &mut Draft) {
        let Some(heard) = self.heard.get(&src) else {
            return;
        };
        if heard.probes_since >= LOST_PROBES {
            self.link_down(src, now, draft);
        } else {
            let again = now.at + Duration::from_secs(1);
            self.timers.set(Timer::Link(src), again);
        }
    }
}

impl PortState {
    /// Whether this was sent from here, lately, and did not arrive before.
    fn take(&mut self, nonce: u64, now: Instant) -> bool {
        let Some(at) = self.outstanding.iter().position(|(sent, _)| *sent == nonce) else {
            return false;
        };
        let (_, sent) = self.outstanding.remove(at);
        now <= sent + MAX_AGE
    }
}

#[cfg(test)]
pub(super) mod tests;
