//! Whether a server answers.

use std::time::{Duration, Instant};

use crate::message::ServerState;
use crate::spec::HealthSpec;

/// What is known of one server's health. Sans I/O: somebody else sends what [`Health::ask`] says.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    verdict: Verdict,
    unanswered: u8,
    due: Instant,
    asked: Option<Probe>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Healthy,
    Unhealthy(Reason),
}

/// Why a server is unhealthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Checks in a row without an answer.
    Silent,
    /// It answered with a reset.
    Refuses,
    /// Its port has no signal, or the controller does not know where it is.
    Gone,
}

impl Reason {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Silent => "does not answer",
            Self::Refuses => "refuses connections",
            Self::Gone => "is not found on the network",
        }
    }
}

/// Recognises the answer to one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Port the check comes from.
    pub(crate) port: u16,
    /// Sequence number of its first segment.
    pub(crate) seq: u32,
}

impl Health {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            verdict: Verdict::Unknown,
            unanswered: 0,
            due: now,
            asked: None,
        }
    }

    /// When the next check is due.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// A check is sent now; the one before, if it was not answered, has failed. `silent` is what
    /// no answer means. True: the server just became unhealthy.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        probe: Probe,
        spec: HealthSpec,
        silent: Reason,
    ) -> bool {
        self.due = now + Duration::from_millis(spec.interval_ms.into());
        let was_silent = self.asked.replace(probe).is_some();
        if !was_silent {
            return false;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.unanswered >= spec.failures && self.fail(silent)
    }

    /// Nothing can be asked now: the next check is later, and nothing is held against the server.
    pub(crate) fn postpone(&mut self, now: Instant, spec: HealthSpec) {
        self.asked = None;
        self.due = now + Duration::from_millis(spec.interval_ms.into());
    }

    /// Whether this is the check that was sent last.
    pub(crate) fn expects(&self, probe: Probe) -> bool {
        self.asked == Some(probe)
    }

    /// Whether a check waits for its answer.
    pub(crate) fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// It answered as it should.
    pub(crate) fn answered(&mut self) {
        self.asked = None;
        self.unanswered = 0;
        self.verdict = Verdict::Healthy;
    }

    /// True: it just became unhealthy.
    pub(crate) fn fail(&mut self, reason: Reason) -> bool {
        let was = std::mem::replace(&mut self.verdict, Verdict::Unhealthy(reason));
        if reason == Reason::Refuses {
            self.asked = None;
        }
        !matches!(was, Verdict::Unhealthy(_))
    }

    pub(crate) fn state(&self) -> ServerState {
        match self.verdict {
            Verdict::Unknown => ServerState::Unknown,
            Verdict::Healthy => ServerState::Healthy,
            Verdict::Unhealthy(_) => ServerState::Unhealthy,
        }
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        match self.verdict {
            Verdict::Unhealthy(reason) => Some(reason),
            Verdict::Unknown | Verdict::Healthy => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: HealthSpec = HealthSpec {
        interval_ms: 500,
        failures: 3,
    };

    fn probe(port: u16) -> Probe {
        Probe { port, seq: 7 }
    }

    #[test]
    fn silence_counts_until_it_is_too_much_and_one_answer_makes_up_for_it() {
        let start = Instant::now();
        let mut health = Health::new(start);
        assert!(!health.ask(start, probe(1), SPEC, Reason::Silent));
        health.answered();
        assert_eq!(health.state(), ServerState::Healthy);
        let became: Vec<bool> = (2..7)
            .map(|n| health.ask(health.due(), probe(n), SPEC, Reason::Silent))
            .collect();
        assert_eq!(
            became,
            [false, false, false, true, false],
            "the third goes unanswered"
        );
        assert_eq!(health.due() - start, Duration::from_millis(3_000));
        health.answered();
        assert_eq!(health.state(), ServerState::Healthy);
    }

    #[test]
    fn a_reset_counts_at_once() {
        let mut health = Health::new(Instant::now());
        health.ask(Instant::now(), probe(1), SPEC, Reason::Silent);
        assert!(health.expects(probe(1)));
        assert!(health.fail(Reason::Refuses));
        assert!(!health.fail(Reason::Refuses), "it was unhealthy already");
        assert!(!health.expects(probe(1)), "that was the answer");
        assert_eq!(health.reason(), Some(Reason::Refuses));
    }
}
