//! What happened, newest state of each object only.
//!
//! Sequence numbers begin at the time of start in microseconds: those of an earlier run of the
//! controller are lower, and a client that comes back with one is given a new snapshot instead of
//! the changes of a network it never saw.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use app_api::{HostId, LinkId};
use openflow::Dpid;
use tokio::sync::watch;

use crate::northbound::model::{EventBody, EventView};

/// Events kept. A network whose objects are more than these still works: a client that falls
/// behind by more is given a new snapshot.
pub(super) const CAPACITY: usize = 16_384;

/// The object an event is about: a later event about it replaces the earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Switch(Dpid),
    Counters(Dpid),
    /// By its lower end.
    Cable(LinkId),
    Host(HostId),
    App(String),
    Notice(u64),
}

/// An event as it goes to clients.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) seq: u64,
    /// SSE's event name.
    pub(super) kind: &'static str,
    /// The whole [`EventView`] as JSON.
    pub(super) json: String,
}

/// What a client has to be sent.
#[derive(Debug)]
pub(super) enum Next {
    /// It missed events that are not kept any more, or is new: send a snapshot, which holds
    /// everything up to this number.
    Snapshot(u64),
    Events(Vec<Arc<Rendered>>),
}

/// The log. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub(in crate::northbound) struct EventLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Guards the log; held for map operations and clones of `Arc`s, never over an await.
    log: Mutex<Log>,
    newest: watch::Sender<u64>,
    resyncs: AtomicU64,
    capacity: usize,
}

#[derive(Debug)]
struct Log {
    events: BTreeMap<u64, (Key, Arc<Rendered>)>,
    latest: HashMap<Key, u64>,
    newest: u64,
    /// Events up to this number may be missing.
    forgotten: u64,
}

impl Default for EventLog {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl EventLog {
    /// Tests set their own capacity.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        let start = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_micros() as u64);
        Self {
            shared: Arc::new(Shared {
                log: Mutex::new(Log {
                    events: BTreeMap::new(),
                    latest: HashMap::new(),
                    newest: start,
                    forgotten: start,
                }),
                newest: watch::Sender::new(start),
                resyncs: AtomicU64::new(0),
                capacity,
            }),
        }
    }

    /// Number of the newest event.
    #[must_use]
    pub(in crate::northbound) fn newest(&self) -> u64 {
        *self.shared.newest.borrow()
    }

    /// How often a client was given a new snapshot because it did not keep up.
    #[must_use]
    pub(in crate::northbound) fn resyncs(&self) -> u64 {
        self.shared.resyncs.load(Ordering::Relaxed)
    }

    pub(super) fn count_resync(&self) {
        self.shared.resyncs.fetch_add(1, Ordering::Relaxed);
    }

    /// Hears the number of the newest event.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.shared.newest.subscribe()
    }

    /// Adds events in order.
    pub(super) fn append(&self, events: Vec<(Key, EventBody)>) {
        if events.is_empty() {
            return;
        }
        // Rendered before the lock is taken: nobody else appends, so the numbers hold.
        let first = self.newest() + 1;
        let rendered: Vec<_> = (first..)
            .zip(events)
            .map(|(seq, (key, body))| (key, Arc::new(render(seq, body))))
            .collect();
        let mut log = self.lock();
        for (key, event) in rendered {
            log.push(key, event, self.shared.capacity);
        }
        let newest = log.newest;
        drop(log);
        self.shared.newest.send_replace(newest);
    }

    /// What a client at this position has not seen; at most `limit` events.
    pub(super) fn after(&self, position: Option<u64>, limit: usize) -> Next {
        let log = self.lock();
        match position {
            Some(seq) if (log.forgotten..=log.newest).contains(&seq) => {
                let range = (Bound::Excluded(seq), Bound::Unbounded);
                let events = log.events.range(range).take(limit);
                Next::Events(events.map(|(_, (_, event))| Arc::clone(event)).collect())
            }
            _ => Next::Snapshot(log.newest),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.shared
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn push(&mut self, key: Key, event: Arc<Rendered>, capacity: usize) {
        let seq = event.seq;
        if let Some(older) = self.latest.insert(key.clone(), seq) {
            self.events.remove(&older);
        }
        self.events.insert(seq, (key, event));
        self.newest = seq;
        while self.events.len() > capacity {
            let Some((seq, (key, _))) = self.events.pop_first() else {
                break;
            };
            self.latest.remove(&key);
            self.forgotten = seq;
        }
    }
}

pub(super) fn render(seq: u64, body: EventBody) -> Rendered {
    let kind = kind(&body);
    let view = EventView { seq, body };
    Rendered {
        seq,
        kind,
        json: serde_json::to_string(&view).expect("views have string keys and no failing types"),
    }
}

/// The tag serde gives it.
fn kind(body: &EventBody) -> &'static str {
    match body {
        EventBody::Snapshot(_) => "snapshot",
        EventBody::Switch(_) => "switch",
        EventBody::SwitchRemoved { .. } => "switch_removed",
        EventBody::Link(_) => "link",
        EventBody::LinkRemoved { .. } => "link_removed",
        EventBody::Host(_) => "host",
        EventBody::HostRemoved { .. } => "host_removed",
        EventBody::Counters { .. } => "counters",
        EventBody::App(_) => "app",
        EventBody::Notice(_) => "notice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(n: u64) -> (Key, EventBody) {
        let dpid = Dpid(n).to_string();
        (Key::Switch(Dpid(n)), EventBody::SwitchRemoved { dpid })
    }

    fn numbers(next: Next) -> Option<Vec<u64>> {
        match next {
            Next::Snapshot(_) => None,
            Next::Events(events) => Some(events.iter().map(|e| e.seq).collect()),
        }
    }

    #[test]
    fn a_later_event_about_an_object_replaces_the_earlier() {
        let log = EventLog::with_capacity(8);
        let start = log.newest();
        log.append(vec![removed(1), removed(2)]);
        log.append(vec![removed(1)]);
        let seen = numbers(log.after(Some(start), 10));
        assert_eq!(seen, Some(vec![start + 2, start + 3]));
        assert_eq!(
            numbers(log.after(Some(start + 2), 10)),
            Some(vec![start + 3])
        );
        assert_eq!(numbers(log.after(Some(start + 3), 10)), Some(vec![]));
    }

    #[test]
    fn who_missed_forgotten_events_gets_a_snapshot() {
        let log = EventLog::with_capacity(2);
        let start = log.newest();
        log.append((1..=3).map(removed).collect());
        assert_eq!(numbers(log.after(Some(start), 10)), None);
        assert_eq!(
            numbers(log.after(Some(start + 1), 10)),
            Some(vec![start + 2, start + 3])
        );
        // New, from an earlier run, from the future.
        for position in [None, Some(5), Some(start + 4)] {
            assert_eq!(numbers(log.after(position, 10)), None, "{position:?}");
        }
    }

    #[test]
    fn the_event_name_is_the_tag_in_the_json() {
        let event = render(7, removed(1).1);
        assert_eq!(event.kind, "switch_removed");
        assert_eq!(
            event.json,
            r#"{"seq":7,"type":"switch_removed","data":{"dpid":"0000000000000001"}}"#
        );
    }
}
