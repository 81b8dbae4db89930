//! What people should know and would not find in a log: a refused rule, a datapath id claimed
//! twice, a forged discovery frame, an app that failed.
//!
//! Any part of the controller tells; the northbound shows. The newest [`KEPT`] are kept. A peer
//! that can cause a notice at will cannot flood: the same one within [`REPEAT_AFTER`] is counted
//! into the first instead of being kept again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// Notices kept; the oldest goes first.
pub const KEPT: usize = 500;

/// The same notice again within this time is not news.
pub const REPEAT_AFTER: Duration = Duration::from_secs(10);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// The controller went on without something.
    Warning,
    /// Somebody must act.
    Error,
}

/// Something people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Counts from 1.
    pub number: u64,
    /// When it happened first.
    pub time: SystemTime,
    /// How bad it is.
    pub severity: Severity,
    /// Stable word for programs, as `dpid_in_use`.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// How often it happened again within [`REPEAT_AFTER`].
    pub repeats: u64,
}

/// Where notices are told and read. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Notices {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Guards the ring; held for a scan of it at most, never over an await.
    ring: Mutex<VecDeque<Notice>>,
    /// Number of the newest notice.
    newest: watch::Sender<u64>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            shared: Arc::new(Shared {
                ring: Mutex::new(VecDeque::new()),
                newest: watch::Sender::new(0),
            }),
        }
    }
}

impl Notices {
    /// Tells people something now. Never waits.
    pub fn tell(&self, severity: Severity, code: &'static str, message: impl Into<String>) {
        self.tell_at(SystemTime::now(), severity, code, message.into());
    }

    fn tell_at(&self, now: SystemTime, severity: Severity, code: &'static str, message: String) {
        let mut ring = self.ring();
        let recent = ring.iter_mut().rev().take_while(|n| {
            now.duration_since(n.time)
                .is_ok_and(|age| age < REPEAT_AFTER)
        });
        let mut recent = recent.filter(|n| n.code == code && n.message == message);
        if let Some(same) = recent.next() {
            same.repeats += 1;
            return;
        }
        if ring.len() == KEPT {
            ring.pop_front();
        }
        let number = *self.shared.newest.borrow() + 1;
        ring.push_back(Notice {
            number,
            time: now,
            severity,
            code,
            message,
            repeats: 0,
        });
        // Still under the lock: numbers are given in the order of the ring.
        self.shared.newest.send_replace(number);
    }

    /// Those after a number, oldest first; 0 for all that are kept.
    #[must_use]
    pub fn after(&self, number: u64) -> Vec<Notice> {
        let ring = self.ring();
        ring.iter().filter(|n| n.number > number).cloned().collect()
    }

    /// Hears when there are new ones.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.newest.subscribe()
    }

    fn ring(&self) -> MutexGuard<'_, VecDeque<Notice>> {
        self.shared
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_notice_within_ten_seconds_is_counted_not_kept() {
        let notices = Notices::default();
        let at = |s| SystemTime::UNIX_EPOCH + Duration::from_secs(s);
        for (second, message) in [(0, "a"), (1, "b"), (9, "a"), (10, "a")] {
            notices.tell_at(at(second), Severity::Warning, "dpid_in_use", message.into());
        }
        let kept = notices.after(0);
        let seen: Vec<_> = kept
            .iter()
            .map(|n| (n.message.as_str(), n.repeats))
            .collect();
        assert_eq!(seen, [("a", 1), ("b", 0), ("a", 0)]);
        assert_eq!(*notices.watch().borrow(), 3);
    }

    #[test]
    fn the_oldest_goes_when_it_is_full() {
        let notices = Notices::default();
        for n in 0..KEPT + 2 {
            notices.tell(Severity::Info, "test", n.to_string());
        }
        let kept = notices.after(0);
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0].message, "2");
        assert_eq!(notices.after(KEPT as u64).len(), 2);
    }
}
