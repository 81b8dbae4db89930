//! Packet handlers on their way from apps to connections.
//!
//! An app makes its handler on its own task, where it has its state; the connection owns it from
//! then on. What is new lies in the connection's feed until the connection looks, which costs it
//! one atomic load as long as nothing is.

use std::cmp::Reverse;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use app_api::{
    HandlerBackend, Location, Packet, PacketContext, PacketHandler, Snapshot, TellError, Verdict,
};
use openflow::{Cookie, Dpid, PortNo};
use prometheus_client::metrics::counter::Counter;
use tokio::sync::mpsc;

use super::failure::{Failure, panic_text};
use crate::southbound::{ConnectionHandler, HandlerFeed, Panicked};

/// What changed for one connection since it looked last.
#[derive(Default)]
struct Feed {
    generation: AtomicU64,
    /// Held to put or to take all, never over an await. At most a few per app.
    changes: Mutex<Vec<Change>>,
}

enum Change {
    Put(Place, Box<dyn ConnectionHandler>),
    /// By rank.
    Remove(usize),
}

/// Where a handler stands among the others: the smallest is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// See [`app_api::App::precedence`].
    pub(super) precedence: Reverse<u8>,
    /// The app's place in the order of the apps.
    pub(super) rank: usize,
}

/// The apps' side: a connection that wants handlers.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) dpid: Dpid,
    /// Gone with the connection.
    feed: Weak<Feed>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("dpid", &self.dpid)
            .finish_non_exhaustive()
    }
}

/// The connection's side.
pub(super) struct ConnectionFeed {
    feed: Arc<Feed>,
    seen: u64,
    /// Where each handler stands, rising.
    places: Vec<Place>,
    handlers: Vec<Box<dyn ConnectionHandler>>,
}

/// A new connection's two sides.
pub(super) fn connect(dpid: Dpid) -> (Connection, ConnectionFeed) {
    let feed = Arc::new(Feed::default());
    let connection = Connection {
        dpid,
        feed: Arc::downgrade(&feed),
    };
    let feed = ConnectionFeed {
        feed,
        seen: 0,
        places: Vec::new(),
        handlers: Vec::new(),
    };
    (connection, feed)
}

impl Connection {
    pub(super) fn is_open(&self) -> bool {
        self.feed.strong_count() > 0
    }

    pub(super) fn put(&self, place: Place, handler: Box<dyn ConnectionHandler>) {
        self.change(Change::Put(place, handler));
    }

    pub(super) fn remove(&self, rank: usize) {
        self.change(Change::Remove(rank));
    }

    fn change(&self, change: Change) {
        if let Some(feed) = self.feed.upgrade() {
            let mut changes = feed.changes.lock().unwrap_or_else(PoisonError::into_inner);
            changes.push(change);
            // Under the lock: who sees the new number finds the change.
            feed.generation.fetch_add(1, Ordering::Release);
        }
    }
}

impl HandlerFeed for ConnectionFeed {
    fn handlers(&mut self) -> &mut [Box<dyn ConnectionHandler>] {
        let generation = self.feed.generation.load(Ordering::Acquire);
        if generation != self.seen {
            self.seen = generation;
            self.take_changes();
        }
        &mut self.handlers
    }
}

impl ConnectionFeed {
    fn take_changes(&mut self) {
        let changes = {
            let mut changes = self
                .feed
                .changes
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *changes)
        };
        for change in changes {
            match change {
                Change::Put(place, handler) => {
                    self.remove(place.rank);
                    let at = self.places.partition_point(|other| *other < place);
                    self.places.insert(at, place);
                    self.handlers.insert(at, handler);
                }
                Change::Remove(rank) => self.remove(rank),
            }
        }
    }

    fn remove(&mut self, rank: usize) {
        if let Some(at) = self.places.iter().position(|place| place.rank == rank) {
            self.places.remove(at);
            self.handlers.remove(at);
        }
    }
}

/// An app's handler with what it needs around it. After a panic it passes everything on.
pub(super) struct Contained<M> {
    pub(super) handler: Box<dyn PacketHandler<Message = M>>,
    pub(super) cookie: Cookie,
    pub(super) messages: mpsc::Sender<M>,
    /// Counts messages the app had no room for.
    pub(super) dropped: Counter,
    pub(super) failure: Failure,
    pub(super) panicked: bool,
}

impl<M: Send + 'static> Contained<M> {
    fn contain<T>(
        &mut self,
        what: &str,
        otherwise: T,
        call: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, Panicked> {
        if self.panicked {
            return Ok(otherwise);
        }
        // What a panic leaves half-done is not looked at again.
        catch_unwind(AssertUnwindSafe(|| call(self))).map_err(|panic| {
            self.panicked = true;
            self.failure.tell(panic_text(what, panic.as_ref()));
            Panicked
        })
    }
}

impl<M: Send + 'static> ConnectionHandler for Contained<M> {
    fn cookie(&self) -> Cookie {
        self.cookie
    }

    fn packet_in(
        &mut self,
        at: Location,
        snapshot: &Arc<Snapshot>,
        now: Instant,
        backend: &mut dyn HandlerBackend,
        packet: &Packet<'_>,
    ) -> Result<Verdict, Panicked> {
        self.contain("a packet", Verdict::Pass, |this| {
            let mut tell = |message| {
                this.messages.try_send(message).map_err(|_| {
                    this.dropped.inc();
                    TellError
                })
            };
            let mut ctx = PacketContext::new(at, snapshot, now, backend, &mut tell);
            this.handler.packet_in(&mut ctx, packet)
        })
    }

    fn port_down(&mut self, port: PortNo) -> Result<(), Panicked> {
        self.contain("a port that went down", (), |this| {
            this.handler.port_down(port);
        })
    }
}
