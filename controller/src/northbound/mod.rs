//! REST v1, events, metrics, the dashboard's files.
//!
//! ```text
//! HTTP --> server --> guard (token, origin) --> routes --> snapshot, rules, apps --> views --> JSON
//!                                                 +-----> events (log) --> SSE, WebSocket
//! ```
//! Handlers translate only: they extract, call and map. What clients see is in [`model`]; every
//! error is a [`model::Problem`]. Nothing here writes the network state.

mod apps;
mod assets;
mod events;
mod extract;
mod flow_views;
mod gauges;
mod guard;
mod journey;
pub mod model;
mod names;
mod openapi;
mod problem;
mod routes;
mod server;
mod trace;
mod trace_views;
mod views;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use app_load_balancer::LbMessage;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub use apps::AppDesk;
use events::EventLog;
pub use guard::AccessConfig;
pub use openapi::document as openapi_document;

use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use crate::notices::Notices;
use crate::rules::RulesHandle;
use crate::runtime::AppHandle;
use crate::southbound::Switches;

/// Clients of the event stream at once.
const EVENT_CLIENTS: usize = 256;

/// Traces at once: each reads whole tables. More wait.
const TRACES: usize = 4;

/// What the northbound reads and asks.
#[derive(Debug, Clone)]
pub struct Parts {
    pub network: NetworkHandle,
    pub switches: Switches,
    pub rules: RulesHandle,
    pub apps: AppDesk,
    /// The load balancer's ear.
    pub pools: AppHandle<LbMessage>,
    pub notices: Notices,
    pub metrics: Arc<Metrics>,
    /// Where the controller listens for switches.
    pub openflow: Vec<SocketAddr>,
}

/// What handlers are lent.
#[derive(Debug)]
pub(crate) struct Api {
    network: NetworkHandle,
    switches: Switches,
    rules: RulesHandle,
    apps: AppDesk,
    pools: AppHandle<LbMessage>,
    notices: Notices,
    metrics: Arc<Metrics>,
    events: EventLog,
    event_clients: Arc<Semaphore>,
    traces: Semaphore,
    access: Arc<AccessConfig>,
    openflow: Vec<SocketAddr>,
    http: SocketAddr,
    started: SystemTime,
    ready: Arc<AtomicBool>,
    stop: CancellationToken,
}

/// The running northbound.
#[derive(Debug)]
pub struct Northbound {
    /// Where it listens.
    pub address: SocketAddr,
    ready: Arc<AtomicBool>,
}

impl Northbound {
    /// Everything that was asked for runs: `/ready` says so from now on.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }
}

/// Serves on a listener until the token is cancelled.
///
/// # Errors
/// The listener's address cannot be read.
pub fn start(
    listener: TcpListener,
    access: AccessConfig,
    parts: Parts,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> std::io::Result<Northbound> {
    let address = listener.local_addr()?;
    let ready = Arc::new(AtomicBool::new(false));
    let events = EventLog::default();
    gauges::register(&parts.metrics, &parts, &events);
    let sources = events::Sources {
        network: parts.network.clone(),
        apps: parts.apps.clone(),
        notices: parts.notices.clone(),
    };
    let publisher = events::publish(events.clone(), sources, stop.clone());
    tasks.spawn(publisher.instrument(tracing::info_span!("publisher")));
    let api = Api {
        network: parts.network,
        switches: parts.switches,
        rules: parts.rules,
        apps: parts.apps,
        pools: parts.pools,
        notices: parts.notices,
        metrics: parts.metrics,
        events,
        event_clients: Arc::new(Semaphore::new(EVENT_CLIENTS)),
        traces: Semaphore::new(TRACES),
        access: Arc::new(access),
        openflow: parts.openflow,
        http: address,
        started: SystemTime::now(),
        ready: Arc::clone(&ready),
        stop: stop.clone(),
    };
    let service = routes::router(Arc::new(api));
    let server = server::serve(listener, service, stop.clone(), tasks.clone());
    tasks.spawn(server.instrument(tracing::info_span!("http")));
    Ok(Northbound { address, ready })
}
