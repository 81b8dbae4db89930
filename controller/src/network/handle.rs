//! The way to the network state: reading it, hearing of changes, telling it things.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use app_api::snapshot::{Annotations, HostId, Location};
use app_api::{Event, Snapshot};
use arc_swap::ArcSwap;
use openflow::Dpid;
use openflow::flow::{PortDesc, PortStats, PortStatus, SwitchDesc};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::ears::Ears;
use super::observer::Observer;
use super::seal::{Probe, Sealer};
use super::sighting::Sighting;
use crate::metrics::Metrics;
use crate::notices::Notices;
use crate::southbound::SwitchHandle;

/// Updates kept for subscribers that are behind; who is further behind is told that it lagged and
/// starts again from the snapshot.
pub const UPDATES_KEPT: usize = 1_024;

/// One published change. The snapshot was readable everywhere before this was sent.
#[derive(Debug, Clone)]
pub struct Update {
    /// The network after it; `snapshot.seq` numbers the updates without gaps.
    pub snapshot: Arc<Snapshot>,
    /// As apps hear it, in order.
    pub events: Vec<Event>,
    /// Which objects look different now: for those who show all of an object again. Each once.
    pub deltas: Vec<Delta>,
}

/// An object that is different; the snapshot of the update says how it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delta {
    /// A switch is new, or its state, name or ports changed.
    Switch(Dpid),
    /// A switch was forgotten.
    SwitchRemoved(Dpid),
    /// A link is new or its state changed; by its source end.
    Link(Location),
    /// A link was forgotten; by its source end, with where it led.
    LinkRemoved(app_api::LinkId),
    /// A host is new, moved, or its addresses or time changed.
    Host(HostId),
    /// A host is gone.
    HostRemoved(HostId),
    /// The counters of a switch's ports were read.
    Counters(Dpid),
    /// Names or places were given: labels of anything may differ.
    Annotations,
}

/// A host as it was before the controller started. It is probed when its port is ready, and shown
/// when it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoredHost {
    /// Which.
    pub id: HostId,
    /// Where it was.
    pub at: Location,
    /// Its addresses: what is probed.
    pub addresses: Vec<IpAddr>,
    /// When it was first seen.
    pub first_seen: SystemTime,
}

/// What the writer is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// A switch has shaken hands.
    Connected {
        switch: SwitchHandle,
        desc: SwitchDesc,
        n_tables: u8,
        ports: Vec<PortDesc>,
    },
    /// Rules are in place.
    Ready { dpid: Dpid, epoch: u64 },
    /// Its connection is gone.
    Gone { dpid: Dpid, epoch: u64 },
    /// A port came, went or changed.
    PortStatus {
        dpid: Dpid,
        epoch: u64,
        status: PortStatus,
    },
    /// A discovery frame of ours arrived in time.
    Probe { probe: Probe, at: Location },
    /// The switch has carried out probes of these ports.
    Probed {
        dpid: Dpid,
        epoch: u64,
        ports: Vec<Location>,
    },
    /// Counters of its ports were read.
    Counters {
        dpid: Dpid,
        epoch: u64,
        stats: Vec<PortStats>,
        read: Instant,
    },
    /// People gave names.
    Annotate(Annotations, oneshot::Sender<()>),
    /// From the store.
    Restore(Vec<RestoredHost>),
}

/// The way to the network state. Cheap to clone.
#[derive(Debug, Clone)]
pub struct NetworkHandle {
    pub(crate) published: Arc<ArcSwap<Snapshot>>,
    pub(crate) updates: broadcast::Sender<Arc<Update>>,
    pub(crate) inputs: mpsc::Sender<Input>,
    pub(super) sightings: mpsc::Sender<Sighting>,
    pub(super) sealer: Sealer,
    pub(super) metrics: Arc<Metrics>,
    pub(super) notices: Notices,
}

/// Reads snapshots at the cost of one atomic load while nothing changes.
pub type SnapshotReader = arc_swap::Cache<Arc<ArcSwap<Snapshot>>, Arc<Snapshot>>;

impl NetworkHandle {
    /// The network now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// For who reads often: `reader.load()` gives the network now.
    #[must_use]
    pub fn reader(&self) -> SnapshotReader {
        arc_swap::Cache::new(Arc::clone(&self.published))
    }

    /// Every update from now on. Subscribe first, then take [`Self::snapshot`], then skip updates
    /// with a `seq` the snapshot already has: nothing is missed. A subscriber that falls
    /// [`UPDATES_KEPT`] behind gets `Lagged` and does the same again.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Update>> {
        self.updates.subscribe()
    }

    /// Names and places; they replace those given before. Done when it is published.
    pub async fn annotate(&self, annotations: Annotations) {
        let (done, published) = oneshot::channel();
        self.tell(Input::Annotate(annotations, done)).await;
        let _ = published.await;
    }

    /// The rules of a switch are in place: it is announced, and discovery begins. Nothing happens
    /// if that connection is gone.
    pub async fn switch_ready(&self, dpid: Dpid, epoch: u64) {
        self.tell(Input::Ready { dpid, epoch }).await;
    }

    /// Hosts to look for as soon as their switches are ready.
    pub async fn restore_hosts(&self, hosts: Vec<RestoredHost>) {
        self.tell(Input::Restore(hosts)).await;
    }

    /// For one connection: what it tells of the packets it sees.
    pub(crate) fn ears(&self) -> Ears {
        Ears::new(
            Observer::new(self.sightings.clone(), &self.metrics),
            self.sealer.clone(),
            self.inputs.clone(),
            &self.metrics,
            self.notices.clone(),
        )
    }

    /// The writer does not wait for anybody, so this waits for it shortly; after shutdown nothing
    /// is left to tell.
    pub(crate) async fn tell(&self, input: Input) {
        let _ = self.inputs.send(input).await;
    }

    /// For tests of those who tell the network: what they tell comes out of the receiver.
    #[cfg(test)]
    pub(crate) fn without_writer() -> (Self, mpsc::Receiver<Input>) {
        let (inputs, told) = mpsc::channel(1_024);
        let handle = Self {
            published: Arc::default(),
            updates: broadcast::channel(UPDATES_KEPT).0,
            inputs,
            sightings: mpsc::channel(1).0,
            sealer: Sealer::new(Instant::now()),
            metrics: Metrics::new(),
            notices: Notices::default(),
        };
        (handle, told)
    }
}
