//! One deadline per key, soonest first.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::Instant;

/// Deadlines; setting, cancelling and taking one is logarithmic in their number.
#[derive(Debug)]
pub(super) struct Timers<K> {
    by_time: BTreeSet<(Instant, K)>,
    by_key: HashMap<K, Instant>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            by_time: BTreeSet::new(),
            by_key: HashMap::new(),
        }
    }
}

impl<K: Copy + Ord + Hash> Timers<K> {
    /// Replaces an earlier deadline of the same key.
    pub(super) fn set(&mut self, key: K, at: Instant) {
        self.cancel(&key);
        self.by_key.insert(key, at);
        self.by_time.insert((at, key));
    }

    pub(super) fn cancel(&mut self, key: &K) {
        if let Some(at) = self.by_key.remove(key) {
            self.by_time.remove(&(at, *key));
        }
    }

    /// One whose time has come; it is no longer set.
    pub(super) fn due(&mut self, now: Instant) -> Option<K> {
        let &(_, key) = self.by_time.first().filter(|(at, _)| *at <= now)?;
        self.cancel(&key);
        Some(key)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn gives_each_key_once_at_its_last_deadline_soonest_first() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timers = Timers::default();
        for (key, ms) in [('a', 30), ('b', 20), ('c', 10), ('b', 40)] {
            timers.set(key, at(ms));
        }
        timers.cancel(&'c');
        assert_eq!(timers.next(), Some(at(30)));
        assert_eq!(timers.due(at(29)), None);
        assert_eq!(timers.due(at(40)), Some('a'));
        assert_eq!(timers.due(at(40)), Some('b'));
        assert_eq!(timers.due(at(40)), None);
        assert_eq!(timers.next(), None);
    }
}
