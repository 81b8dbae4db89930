//! Events on their way to apps.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app_api::Event;
use arc_swap::ArcSwap;
use openflow::flow::FlowEntry;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Notify;

use super::feed::Connection;
use crate::rules::Find;

/// Events that can wait for one app. When they are more, all are dropped, counted, and replaced by
/// one [`Event::Resync`].
pub const EVENTS: usize = 4_096;

/// Where the controller says what happened. Cheap to clone; all clones are one. Never waits for an
/// app.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// Of the running apps. Written when one starts or stops.
    inboxes: Arc<ArcSwap<Vec<Arc<Inbox>>>>,
}

/// What waits for one running app.
pub(super) struct Inbox {
    app: Arc<str>,
    /// Held to put or take one thing, never over an await.
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// Counts events that were dropped.
    dropped: Counter,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Envelope>,
    /// Connections without a handler of this app yet. As many as there are switches at most.
    connections: VecDeque<Connection>,
}

/// An event and, if it tells what was found on a switch, of which connection.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) event: Event,
    pub(super) find: Option<Find>,
}

/// The next thing for an app.
pub(super) enum Next {
    Event(Envelope),
    Connection(Connection),
}

impl Events {
    /// Tells every running app. The snapshot must show it already.
    pub fn publish(&self, event: &Event) {
        for inbox in self.inboxes.load().iter() {
            inbox.put(event.clone().into());
        }
    }

    /// Tells one app, if it is running.
    pub fn tell(&self, app: &str, event: Event) {
        if let Some(inbox) = self.inbox(app) {
            inbox.put(event.into());
        }
    }

    /// Tells an app what of it was on a switch.
    pub(crate) fn found(&self, app: &str, find: Find, entries: Arc<[FlowEntry]>) {
        if let Some(inbox) = self.inbox(app) {
            let dpid = find.dpid;
            inbox.put(Envelope {
                event: Event::EntriesFound { dpid, entries },
                find: Some(find),
            });
        }
    }

    /// Every running app is to make a handler for this connection.
    pub(super) fn connect(&self, connection: &Connection) {
        for inbox in self.inboxes.load().iter() {
            inbox.connect(connection.clone());
        }
    }

    pub(super) fn add(&self, inbox: &Arc<Inbox>) {
        self.inboxes.rcu(|inboxes| {
            let mut inboxes = Vec::clone(inboxes);
            inboxes.push(Arc::clone(inbox));
            inboxes
        });
    }

    pub(super) fn remove(&self, inbox: &Arc<Inbox>) {
        self.inboxes.rcu(|inboxes| {
            let others = inboxes.iter().filter(|other| !Arc::ptr_eq(other, inbox));
            others.cloned().collect::<Vec<_>>()
        });
    }

    /// For tests of those who tell: what this app would hear.
    #[cfg(test)]
    pub(crate) fn listen(&self, app: &str) -> impl AsyncFnMut() -> Event + use<> {
        let inbox = Inbox::new(app.into(), Counter::default());
        self.add(&inbox);
        async move || loop {
            if let Next::Event(envelope) = inbox.next().await {
                return envelope.event;
            }
        }
    }

    fn inbox(&self, app: &str) -> Option<Arc<Inbox>> {
        let inboxes = self.inboxes.load();
        inboxes.iter().find(|inbox| *inbox.app == *app).cloned()
    }
}

impl Inbox {
    /// Begins with [`Event::Resync`].
    pub(super) fn new(app: Arc<str>, dropped: Counter) -> Arc<Self> {
        let inbox = Self {
            app,
            waiting: Mutex::default(),
            wake: Notify::new(),
            dropped,
        };
        inbox.put(Event::Resync.into());
        Arc::new(inbox)
    }

    fn put(&self, envelope: Envelope) {
        let mut waiting = self.waiting();
        if waiting.events.len() >= EVENTS {
            self.dropped.inc_by(waiting.events.len() as u64 + 1);
            waiting.events.clear();
            waiting.events.push_back(Event::Resync.into());
        } else {
            waiting.events.push_back(envelope);
        }
        drop(waiting);
        self.wake.notify_one();
    }

    pub(super) fn connect(&self, connection: Connection) {
        let mut waiting = self.waiting();
        waiting.connections.retain(Connection::is_open);
        waiting.connections.push_back(connection);
        drop(waiting);
        self.wake.notify_one();
    }

    /// Connections first: packets are waiting there. Safe to drop before it is done. For one
    /// reader.
    pub(super) async fn next(&self) -> Next {
        loop {
            {
                let mut waiting = self.waiting();
                if let Some(connection) = waiting.connections.pop_front() {
                    return Next::Connection(connection);
                }
                if let Some(envelope) = waiting.events.pop_front() {
                    return Next::Event(envelope);
                }
            }
            self.wake.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl From<Event> for Envelope {
    fn from(event: Event) -> Self {
        Self { event, find: None }
    }
}
