//! Flow rules as apps want them.

use openflow::flow::{Instructions, Match};
use openflow::{Dpid, TableId};

/// Priority of an app's rule, 1 to 60,000. What is above belongs to the controller (discovery),
/// and so does 0 (table-miss): no app can cover them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u16);

/// A priority outside the apps' band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("priority {0} is outside the apps' band of 1 to 60000")]
pub struct PriorityError(pub u16);

impl Priority {
    /// Highest priority an app can use.
    pub const MAX: Self = Self(60_000);

    /// Checked at compile time for constants: `const P: Priority = Priority::new(100);`
    ///
    /// # Panics
    /// Outside 1 to 60,000; use [`Priority::try_from`] for what comes from outside.
    #[must_use]
    pub const fn new(priority: u16) -> Self {
        assert!(
            priority >= 1 && priority <= Self::MAX.0,
            "priority outside 1 to 60000"
        );
        Self(priority)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Priority {
    type Error = PriorityError;

    fn try_from(priority: u16) -> Result<Self, PriorityError> {
        if (1..=Self::MAX.0).contains(&priority) {
            Ok(Self(priority))
        } else {
            Err(PriorityError(priority))
        }
    }
}

/// A flow entry an app wants a switch to have.
///
/// Its identity on the switch is (table, priority, match): a second rule with the same three
/// replaces the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where.
    pub dpid: Dpid,
    /// Which table; 0 on switches of 1.0.
    pub table: TableId,
    /// Higher wins.
    pub priority: Priority,
    /// What it looks for.
    pub matching: Match,
    /// What it does.
    pub instructions: Instructions,
    /// Seconds without a packet after which the switch drops it; 0: never.
    ///
    /// For a wanted rule (one given to `set_rules`) this is the end of the want, not drift: when
    /// its switch reports [`openflow::flow::FlowRemovedReason::IdleTimeout`], the rule is no longer
    /// wanted and is not restored; the rest of its set stays. The app hears
    /// [`crate::Event::FlowRemoved`] and may give the set anew.
    pub idle_timeout_s: u16,
    /// Seconds after which the switch drops it; 0: never. As with the idle timeout, it ends the
    /// want.
    pub hard_timeout_s: u16,
    /// Order within one change: rules of a lower stage are on their switches before those of a
    /// higher stage are sent (unless a switch does not answer in time); rules that go are removed
    /// last. Number a path from its end to its start, and no packet finds half of it.
    pub stage: u16,
}

impl Rule {
    /// A rule in table 0 without timeouts, in stage 0.
    #[must_use]
    pub fn new(
        dpid: Dpid,
        priority: Priority,
        matching: Match,
        instructions: Instructions,
    ) -> Self {
        Self {
            dpid,
            table: TableId(0),
            priority,
            matching,
            instructions,
            idle_timeout_s: 0,
            hard_timeout_s: 0,
            stage: 0,
        }
    }

    /// The same rule in a stage.
    #[must_use]
    pub fn in_stage(mut self, stage: u16) -> Self {
        self.stage = stage;
        self
    }
}

/// A rule a switch, or the controller on its behalf, refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRejection {
    /// Whose.
    pub app: String,
    /// What.
    pub rule: Rule,
    /// In words: `s3 rejected flow-mod (table 0, priority 100, ip,nw_dst=10.0.0.1):
    /// OFPBMC_BAD_PREREQ, …`.
    pub message: String,
}
