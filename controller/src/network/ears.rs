//! What a connection tells the network state of the packets it sees.

use app_api::Location;
use openflow::PortNo;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use std::collections::HashMap;
use tokio::sync::mpsc;

use super::handle::Input;
use super::observer::Observer;
use super::seal::{Refused, Sealer};
use crate::clock::{Bucket, Now};
use crate::metrics::{Metrics, Why};
use crate::notices::{Notices, Severity};

/// Discovery frames a second from one switch that are looked at. One sends some at each port every
/// few seconds; more is somebody's flood.
const FRAMES_PER_SECOND: u32 = 2_000;

/// Ports of which the last frame is remembered.
const PORTS_REMEMBERED: usize = 8_192;

/// One connection's view of discovery and hosts.
#[derive(Debug)]
pub(crate) struct Ears {
    /// Host learning.
    pub(crate) observer: Observer,
    sealer: Sealer,
    inputs: mpsc::Sender<Input>,
    bucket: Option<Bucket>,
    /// The last frame believed at each port: the same again is a replay, and not worth a place in
    /// the writer's queue.
    last: HashMap<PortNo, u64>,
    refused: Family<Why, Counter>,
    notices: Notices,
}

impl Ears {
    pub(super) fn new(
        observer: Observer,
        sealer: Sealer,
        inputs: mpsc::Sender<Input>,
        metrics: &Metrics,
        notices: Notices,
    ) -> Self {
        Self {
            observer,
            sealer,
            inputs,
            bucket: None,
            last: HashMap::new(),
            refused: metrics.discovery_refused.clone(),
            notices,
        }
    }

    /// An LLDP frame arrived, its Ethernet header taken off. Only those of ours that are fresh go
    /// on to the writer; no LLDP frame ever goes on to an app.
    pub(crate) fn discovery(&mut self, payload: &[u8], at: Location, now: Now) {
        let bucket = self
            .bucket
            .get_or_insert_with(|| Bucket::new(FRAMES_PER_SECOND, now.at));
        if !bucket.take(now.at) {
            self.refuse("rate");
            return;
        }
        match self.sealer.open(payload, now.at) {
            Ok(probe) if self.last.get(&at.port) == Some(&probe.nonce) => self.refuse("replayed"),
            Ok(probe) => {
                // Port numbers come from the switch, which may make them up.
                if self.last.len() >= PORTS_REMEMBERED {
                    self.last.clear();
                }
                self.last.insert(at.port, probe.nonce);
                if self.inputs.try_send(Input::Probe { probe, at }).is_err() {
                    self.refuse("queue_full");
                }
            }
            Err(refused) => {
                self.refuse(refused.reason());
                if refused == Refused::Forged {
                    let message = format!("a forged discovery frame came in at {at}");
                    self.notices
                        .tell(Severity::Warning, "forged_discovery", message);
                }
            }
        }
    }

    fn refuse(&self, reason: &'static str) {
        self.refused.get_or_create(&Why { reason }).inc();
    }
}
