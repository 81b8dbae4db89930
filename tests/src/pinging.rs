//! A ping that goes on while something happens to the network.

use std::time::Duration;

use crate::Ground;

/// Pings every 10 ms in the background.
#[derive(Debug)]
pub struct Pinging<'a, G: Ground> {
    ground: &'a G,
    pings: G::Pings,
}

/// What came of it.
#[derive(Debug)]
pub struct Answers {
    /// Sequence numbers from 1 that were not answered, but for the last one sent, which may have
    /// been on its way when ping was stopped.
    pub missing: Vec<u64>,
}

impl<'a, G: Ground> Pinging<'a, G> {
    /// Begins, and waits for the first answers.
    #[must_use]
    #[track_caller]
    pub fn start(ground: &'a G, from: &str, to: &str) -> Self {
        let pings = ground.start_pings(from, to);
        let pinging = Self { ground, pings };
        let answered = || (pinging.answered() >= 20).then_some(());
        ground.until("pings are answered", Duration::from_secs(10), answered);
        pinging
    }

    /// Waits until pings sent from now on have been answered for a time.
    #[track_caller]
    pub fn go_on_for(&self, time: Duration) {
        let more = usize::try_from(time.as_millis() / 10).expect("a time for a test");
        let wanted = self.answered() + more;
        let deadline = time * 3 + Duration::from_secs(10);
        let answered = || (self.answered() >= wanted).then_some(());
        self.ground
            .until("more pings are answered", deadline, answered);
    }

    pub fn finish(self) -> Answers {
        let (sent, answered) = self.ground.stop_pings(self.pings);
        let missing = (1..sent).filter(|number| !answered.contains(number));
        Answers {
            missing: missing.collect(),
        }
    }

    fn answered(&self) -> usize {
        self.ground.answered(&self.pings).len()
    }
}

impl Answers {
    /// The longest time without an answer.
    #[must_use]
    pub fn longest_gap(&self) -> Duration {
        let (mut longest, mut run, mut previous) = (0, 0, 0);
        for &number in &self.missing {
            run = if number == previous + 1 { run + 1 } else { 1 };
            longest = longest.max(run);
            previous = number;
        }
        Duration::from_millis(10 * longest)
    }
}
