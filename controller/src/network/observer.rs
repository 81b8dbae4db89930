//! A connection's side of host tracking: passes on what is news, and no flood of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use app_api::{Location, Snapshot};
use openflow::PortNo;
use openflow::packet::PacketView;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::mpsc;

use super::sighting::{self, SLOTS, Sighting};
use crate::clock::{Bucket, Now};
use crate::metrics::{Metrics, Queue, Why};

/// Sightings on their way to the writer. When it is full they are dropped and counted: the host's
/// next packet brings them again.
pub const SIGHTING_CAPACITY: usize = 4_096;

/// News a second from one port; what is more is a flood of made-up addresses, and is dropped.
const NEWS_PER_SECOND: u32 = 1_000;

/// The same is told again after this time, if it is still news.
const TOLD_AGAIN: Duration = Duration::from_millis(100);

/// Watches the packets of one switch for hosts.
#[derive(Debug)]
pub(crate) struct Observer {
    sightings: mpsc::Sender<Sighting>,
    /// One for each port that ever had news; ports are bounded by the switch's description.
    buckets: HashMap<PortNo, Bucket>,
    /// What was told last, by the end of the host's address: packets that come before the
    /// writer has published it bring the same again.
    told: Box<[Option<(Sighting, Instant)>; SLOTS]>,
    flooded: Counter,
    lost: Counter,
}

impl Observer {
    pub(super) fn new(sightings: mpsc::Sender<Sighting>, metrics: &Metrics) -> Self {
        let flooded = Why { reason: "rate" };
        let lost = Queue { queue: "sightings" };
        Self {
            sightings,
            buckets: HashMap::new(),
            told: Box::new([None; SLOTS]),
            flooded: metrics.hosts_refused.get_or_create(&flooded).clone(),
            lost: metrics.queue_drops.get_or_create(&lost).clone(),
        }
    }

    /// A packet came in at an edge port.
    pub(crate) fn observe(
        &mut self,
        packet: &PacketView<'_>,
        at: Location,
        snapshot: &Snapshot,
        now: Now,
    ) {
        for sighting in sighting::read(packet, at).into_iter().flatten() {
            if sighting::is_news(&sighting, snapshot, now.wall) {
                self.tell(sighting, at.port, now);
            }
        }
    }

    fn tell(&mut self, sighting: Sighting, port: PortNo, now: Now) {
        let last = &mut self.told[sighting.slot()];
        if last.is_some_and(|(told, at)| told == sighting && now.at < at + TOLD_AGAIN) {
            return;
        }
        *last = Some((sighting, now.at));
        let full = || Bucket::new(NEWS_PER_SECOND, now.at);
        if !self.buckets.entry(port).or_insert_with(full).take(now.at) {
            self.flooded.inc();
        } else if self.sightings.try_send(sighting).is_err() {
            self.lost.inc();
        }
    }
}
