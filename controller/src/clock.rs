//! The one clock. Logic takes a [`Now`]; only tasks read it, and tests of tasks pause tokio's.

use std::time::{Duration, Instant, SystemTime};

/// One moment, for measuring and for showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// For deadlines and intervals.
    pub at: Instant,
    /// For people, and for what must outlive the process.
    pub wall: SystemTime,
}

impl Now {
    /// Reads the clock; tokio's, so that a paused test drives it.
    #[must_use]
    pub fn read() -> Self {
        Self {
            at: tokio::time::Instant::now().into_std(),
            wall: SystemTime::now(),
        }
    }

    /// That much later.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self {
            at: self.at + by,
            wall: self.wall + by,
        }
    }
}

/// Lets one through in an interval: for log lines a peer can cause at will.
#[derive(Debug)]
pub struct Throttle {
    every: Duration,
    last: Option<Instant>,
    suppressed: u64,
}

impl Throttle {
    /// At most one in that time.
    #[must_use]
    pub fn new(every: Duration) -> Self {
        Self {
            every,
            last: None,
            suppressed: 0,
        }
    }

    /// `Some` if this one may pass, with how many did not since the last that did.
    pub fn pass(&mut self, now: Instant) -> Option<u64> {
        if self.last.is_some_and(|last| now < last + self.every) {
            self.suppressed += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.suppressed))
    }
}

/// So many in a second on average, and at most a second's worth at once.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    per_second: u32,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Full at the beginning.
    #[must_use]
    pub fn new(per_second: u32, now: Instant) -> Self {
        Self {
            per_second,
            tokens: per_second.into(),
            filled: now,
        }
    }

    /// Takes one; false where none is left.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.filled).as_secs_f64();
        let full = f64::from(self.per_second);
        self.tokens = (self.tokens + gained * full).min(full);
        self.filled = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_tells_how_many_it_held_back() {
        let start = Instant::now();
        let mut throttle = Throttle::new(Duration::from_secs(10));
        assert_eq!(throttle.pass(start), Some(0));
        assert_eq!(throttle.pass(start + Duration::from_secs(1)), None);
        assert_eq!(throttle.pass(start + Duration::from_secs(9)), None);
        assert_eq!(throttle.pass(start + Duration::from_secs(10)), Some(2));
    }

    #[test]
    fn a_bucket_gives_its_rate_and_no_more_than_a_second_of_it_at_once() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        let taken = |bucket: &mut Bucket, at| (0..100).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(&mut bucket, start), 10);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(501)), 5);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(100)), 10);
    }
}
