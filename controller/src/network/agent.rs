//! What runs beside the writer for each switch that is ready: sends its discovery probes and waits
//! until they are carried out, and reads its counters. The writer itself waits for nobody.

use std::time::Duration;

use app_api::Location;
use bytes::Bytes;
use openflow::flow::PacketOut;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::handle::Input;
use crate::clock::Now;
use crate::southbound::{RequestError, SwitchHandle, Switches};

/// Bursts of probes waiting for a switch that still works on earlier ones. What does not fit is
/// dropped and counted; the next are due soon.
const BURST_CAPACITY: usize = 4;

/// Counters read a second from all switches together: with more switches each is read less often.
const READS_PER_SECOND: u32 = 200;

/// A probe, sealed.
pub(super) type Frame = (Location, Bytes);

/// The writer's side.
#[derive(Debug)]
pub(super) struct Agent {
    bursts: mpsc::Sender<Vec<Frame>>,
    dropped: Counter,
}

/// What agents are made with.
#[derive(Debug)]
pub(super) struct Agents {
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) switches: Switches,
    pub(super) counters_every: Duration,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) dropped: Counter,
}

impl Agents {
    pub(super) fn start(&self, handle: &SwitchHandle) -> Agent {
        let (bursts, waiting) = mpsc::channel(BURST_CAPACITY);
        let probes = send_probes(handle.clone(), waiting, self.inputs.clone());
        self.tasks
            .spawn(self.stop.clone().run_until_cancelled_owned(probes));
        let reads = read_counters(
            handle.clone(),
            self.switches.clone(),
            self.counters_every,
            self.inputs.clone(),
        );
        self.tasks
            .spawn(self.stop.clone().run_until_cancelled_owned(reads));
        Agent {
            bursts,
            dropped: self.dropped.clone(),
        }
    }
}

impl Agent {
    /// Sends these out of their ports. Never waits.
    pub(super) fn probe(&self, frames: Vec<Frame>) {
        if self.bursts.try_send(frames).is_err() {
            self.dropped.inc();
        }
    }
}

/// Ends with the agent or the connection.
async fn send_probes(
    handle: SwitchHandle,
    mut waiting: mpsc::Receiver<Vec<Frame>>,
    inputs: mpsc::Sender<Input>,
) {
    while let Some(frames) = waiting.recv().await {
        let ports = frames.iter().map(|(at, _)| *at).collect();
        let packets = frames
            .into_iter()
            .map(|(at, frame)| PacketOut::to_ports(frame, [at.port]))
            .collect();
        match handle.packets_out(packets).await {
            Ok(()) => {
                let (dpid, epoch) = (handle.dpid(), handle.epoch());
                let probed = Input::Probed { dpid, epoch, ports };
                if inputs.send(probed).await.is_err() {
                    return;
                }
            }
            Err(RequestError::Disconnected) => return,
            // Not acknowledged: the ports stay unknown a little longer.
            Err(_) => {}
        }
    }
}

async fn read_counters(
    handle: SwitchHandle,
    switches: Switches,
    every: Duration,
    inputs: mpsc::Sender<Input>,
) {
    // Spread over the interval, by a golden ratio of the epoch: neighbours in time end far apart.
    let share = (handle.epoch() as f64 * 0.618_033_988_75).fract();
    let mut pause = every.mul_f64(share);
    loop {
        tokio::select! {
            () = handle.gone() => return,
            () = tokio::time::sleep(pause) => {}
        }
        match handle.port_stats().await {
            Ok(stats) => {
                let counters = Input::Counters {
                    dpid: handle.dpid(),
                    epoch: handle.epoch(),
                    stats,
                    read: Now::read().at,
                };
                if inputs.send(counters).await.is_err() {
                    return;
                }
            }
            Err(RequestError::Disconnected) => return,
            Err(_) => {}
        }
        let connected = u32::try_from(switches.len()).unwrap_or(u32::MAX);
        pause = every.max(Duration::from_secs(1) * connected / READS_PER_SECOND);
    }
}
