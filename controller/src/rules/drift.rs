//! When to mend an entry again that does not stay as it was made.
//!
//! Somebody else may fight for it, or the switch may show it otherwise than it was asked for. The
//! first mends are immediate; then each waits twice as long as the one before, so that neither can
//! keep the controller busy.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::key::Key;

/// Mends without waiting.
const IMMEDIATE: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Entries that drifted lately.
#[derive(Debug, Default)]
pub(super) struct Drifts(HashMap<Arc<Key>, Drift>);

#[derive(Debug, Clone, Copy)]
struct Drift {
    mends: u32,
    not_before: Instant,
}

impl Drifts {
    /// The entry is not as it should be: whether to mend it now. The mend is counted if so.
    pub(super) fn may_mend(&mut self, key: &Arc<Key>, now: Instant) -> bool {
        let drift = self.0.entry(Arc::clone(key)).or_insert(Drift {
            mends: 0,
            not_before: now,
        });
        if now < drift.not_before {
            return false;
        }
        drift.mends += 1;
        drift.not_before = now + wait(drift.mends);
        true
    }

    /// The entry is as it should be. Remembered until its wait is over: in a fight it is right
    /// half of the time.
    pub(super) fn is_right(&mut self, key: &Key, now: Instant) {
        if self.0.get(key).is_some_and(|d| d.not_before <= now) {
            self.0.remove(key);
        }
    }

    /// It was mended again and again.
    pub(super) fn is_fought_over(&self, key: &Key) -> bool {
        self.0.get(key).is_some_and(|d| d.mends > IMMEDIATE)
    }

    /// It is not wanted any more, or other than before.
    pub(super) fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }
}

fn wait(mends: u32) -> Duration {
    match mends.checked_sub(IMMEDIATE) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_WAIT
            .saturating_mul(1 << doublings.min(16))
            .min(LONGEST_WAIT),
    }
}
