//! Waiting for something to become so, with a deadline.

use std::time::{Duration, Instant};

/// Asks until there is an answer, and panics with `what` when there is none in time. Returns the
/// answer and how long it took.
///
/// For what can only be asked, not subscribed to: another process, a kernel table.
#[track_caller]
pub fn until<T>(
    what: &str,
    timeout: Duration,
    mut ask: impl FnMut() -> Option<T>,
) -> (T, Duration) {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return (answer, begin.elapsed());
        }
        assert!(
            begin.elapsed() < timeout,
            "not within {} s: {what}",
            timeout.as_secs_f64()
        );
        std::thread::park_timeout(POLL);
    }
}

pub(crate) const POLL: Duration = Duration::from_millis(10);
