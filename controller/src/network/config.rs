//! Settings of the network state, and its start.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::NetworkHandle;
use crate::metrics::Metrics;
use crate::notices::Notices;
use crate::southbound::Switches;

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
    _config: NetworkConfig,
    _switches: Switches,
    _metrics: Arc<Metrics>,
    _notices: Notices,
    _stop: CancellationToken,
    _tasks: &TaskTracker,
) -> NetworkHandle {
    todo!()
}
