//! Settings of the network state, and its start.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::agent::Agents;
use super::discovery::Discovery;
use super::draft::Draft;
use super::handle::{NetworkHandle, UPDATES_KEPT};
use super::hosts::{Hosts, Limits};
use super::observer::SIGHTING_CAPACITY;
use super::seal::Sealer;
use super::writer::Writer;
use crate::clock::Now;
use crate::metrics::{Metrics, Queue};
use crate::notices::Notices;
use crate::southbound::Switches;

/// Inputs on their way to the writer; whoever has one more waits. The writer waits for nobody, so
/// that is never long.
pub const INPUT_CAPACITY: usize = 1_024;

/// Settings of the network state.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// Silence of a host after which it is probed.
    pub host_idle: Duration,
    /// Between reads of a switch's port counters; longer by itself where there are many switches.
    pub counters_every: Duration,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            host_idle: Duration::from_secs(60),
            counters_every: Duration::from_secs(1),
        }
    }
}

/// Starts the writer.
#[must_use]
pub fn start(
    config: &NetworkConfig,
    switches: Switches,
    metrics: Arc<Metrics>,
    notices: Notices,
    stop: CancellationToken,
    tasks: &TaskTracker,
) -> NetworkHandle {
    let (inputs, inputs_out) = mpsc::channel(INPUT_CAPACITY);
    let (sightings, sightings_out) = mpsc::channel(SIGHTING_CAPACITY);
    let (updates, _) = broadcast::channel(UPDATES_KEPT);
    let published = Arc::new(ArcSwap::default());
    let sealer = Sealer::new(Now::read().at);
    let dropped = Queue { queue: "probes" };
    let writer = Writer {
        draft: Draft::default(),
        discovery: Discovery::new(),
        hosts: Hosts::new(config.host_idle, Limits::default()),
        switches: super::switches::Switches::default(),
        sealer: sealer.clone(),
        agents: Agents {
            inputs: inputs.clone(),
            switches,
            counters_every: config.counters_every,
            stop: stop.clone(),
            tasks: tasks.clone(),
            dropped: metrics.queue_drops.get_or_create(&dropped).clone(),
        },
        published: Arc::clone(&published),
        updates: updates.clone(),
        metrics: Arc::clone(&metrics),
        waiting: Vec::new(),
    };
    tasks.spawn(writer.run(inputs_out, sightings_out, stop));
    NetworkHandle {
        published,
        updates,
        inputs,
        sightings,
        sealer,
        metrics,
        notices,
    }
}
