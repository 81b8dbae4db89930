//! Settings of the southbound, and its start.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{HandlerSource, SwitchListener, Switches};
use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use crate::notices::Notices;

/// Settings of the southbound.
#[derive(Debug, Clone)]
pub struct SouthboundConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// From accept to the end of the handshake.
    pub handshake: Duration,
    /// Silence after which a switch is asked whether it is alive.
    pub echo_after: Duration,
    /// Silence after which it is taken for dead.
    pub dead_after: Duration,
    /// How long a request may take.
    pub request: Duration,
    /// Connections at once, those without a handshake yet included.
    pub max_connections: usize,
}

impl Default for SouthboundConfig {
    fn default() -> Self {
        Self {
            listen: vec![
                SocketAddr::from(([127, 0, 0, 1], 6653)),
                SocketAddr::from(([127, 0, 0, 1], 6633)),
            ],
            handshake: Duration::from_secs(10),
            echo_after: Duration::from_secs(5),
            dead_after: Duration::from_secs(15),
            request: Duration::from_secs(10),
            max_connections: 4_096,
        }
    }
}

/// What connections work with.
#[derive(Clone)]
pub struct Services {
    /// Hears of switches, ports, hosts and links.
    pub network: NetworkHandle,
    /// Who is connected.
    pub switches: Switches,
    /// Packet handlers of the apps.
    pub handlers: Arc<dyn HandlerSource>,
    /// Makes switches ready.
    pub rules: Arc<dyn SwitchListener>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// For people.
    pub notices: Notices,
    /// Everything stops on it.
    pub stop: CancellationToken,
    /// Every task is in it.
    pub tasks: TaskTracker,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

/// Listens; answers with the addresses it listens on, in the order they were given.
///
/// # Errors
/// An address cannot be taken; then none is.
pub async fn start(_config: SouthboundConfig, _services: Services) -> io::Result<Vec<SocketAddr>> {
    todo!()
}
