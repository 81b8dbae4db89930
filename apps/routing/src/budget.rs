//! How much of something may be done in a second.

use std::time::Instant;

/// A token bucket that holds one second's worth.
#[derive(Debug)]
pub(crate) struct Budget {
    per_s: u32,
    left: f64,
    at: Option<Instant>,
}

impl Budget {
    pub(crate) fn new(per_s: u32) -> Self {
        Self {
            per_s,
            left: f64::from(per_s),
            at: None,
        }
    }

    /// Whether there was enough left; takes it if so.
    pub(crate) fn take(&mut self, now: Instant, amount: u32) -> bool {
        let elapsed = self
            .at
            .map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        let most = f64::from(self.per_s);
        self.left = (self.left + elapsed * most).min(most);
        self.at = Some(now);
        let enough = self.left >= f64::from(amount);
        if enough {
            self.left -= f64::from(amount);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_than_its_rate_in_the_long_run() {
        let mut budget = Budget::new(10);
        let start = Instant::now();
        let taken = (0..10_000u32)
            .filter(|ms| budget.take(start + Duration::from_millis((*ms).into()), 1))
            .count();
        assert!((100..=111).contains(&taken), "{taken} in ten seconds");
    }
}
