//! Accepting connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tracing::{Instrument, debug_span, info, warn};

use super::config::{Services, SouthboundConfig};
use super::connection::{Connection, Strangers};
use crate::clock::{Now, Throttle};

/// After a failed accept, as when the process is out of file descriptors: trying again at once
/// would keep a core busy.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Listens; answers with the addresses it listens on, in the order they were given.
///
/// # Errors
/// An address cannot be taken; then none is.
pub async fn start(config: SouthboundConfig, services: Services) -> io::Result<Vec<SocketAddr>> {
    let mut listeners = Vec::new();
    for address in &config.listen {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))?;
        listeners.push(listener);
    }
    let addresses = listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<io::Result<Vec<_>>>()?;
    let shared = Arc::new(Door {
        places: Arc::new(Semaphore::new(config.max_connections)),
        epochs: AtomicU64::new(1),
        strangers: Strangers::default(),
        config,
        services,
    });
    for (listener, address) in listeners.into_iter().zip(&addresses) {
        info!(%address, "listening for switches");
        let tasks = &shared.services.tasks;
        tasks.spawn(Arc::clone(&shared).accept(listener));
    }
    Ok(addresses)
}

/// What all listeners share.
struct Door {
    places: Arc<Semaphore>,
    /// Numbers connections, so that one that is gone is never taken for its successor.
    epochs: AtomicU64,
    strangers: Strangers,
    config: SouthboundConfig,
    services: Services,
}

impl Door {
    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut log = Throttle::new(Duration::from_secs(10));
        let stop = self.services.stop.clone();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer, &mut log),
                Err(error) => {
                    if let Some(suppressed) = log.pass(Now::read().at) {
                        warn!(suppressed, %error, "a connection could not be accepted");
                    }
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(ACCEPT_BACKOFF) => {}
                    }
                }
            }
        }
    }

    fn admit(&self, stream: tokio::net::TcpStream, peer: SocketAddr, log: &mut Throttle) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            self.services.metrics.connections_refused.inc();
            if let Some(suppressed) = log.pass(Now::read().at) {
                let limit = self.config.max_connections;
                warn!(%peer, limit, suppressed, "connection refused: too many");
            }
            return;
        };
        let epoch = self.epochs.fetch_add(1, Ordering::Relaxed);
        let connection = Connection::new(
            stream,
            peer,
            epoch,
            &self.config,
            self.services.clone(),
            self.strangers.clone(),
        );
        let task = async move {
            connection.run().await;
            drop(place);
        };
        let span = debug_span!("connection", %peer);
        self.services.tasks.spawn(task.instrument(span));
    }
}
