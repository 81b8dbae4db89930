//! What makes an entry what it should be: nothing, an add, a modify or a delete.

use std::time::Duration;

use openflow::flow::{FlowCommand, FlowEntry, FlowFlags, FlowMod, Instructions};
use openflow::{Cookie, Version};
use tokio::time::Instant;

use super::cookie;
use super::key::EntryKey;
use super::wanted::Wanted;

/// An entry as the switch has it, as far as is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Actual {
    pub(super) instructions: Instructions,
    pub(super) cookie: Cookie,
    pub(super) idle_timeout_s: u16,
    pub(super) hard_timeout_s: u16,
    /// As of `at`.
    pub(super) age: Duration,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    /// When it was read or its change was confirmed.
    pub(super) at: Instant,
}

impl Actual {
    /// As read.
    pub(super) fn read(entry: FlowEntry, now: Instant) -> Self {
        Self {
            instructions: entry.instructions,
            cookie: entry.cookie,
            idle_timeout_s: entry.idle_timeout_s,
            hard_timeout_s: entry.hard_timeout_s,
            age: entry.age,
            packets: entry.packets,
            bytes: entry.bytes,
            at: now,
        }
    }

    /// As it is after the switch confirmed an add.
    pub(super) fn added(wanted: &Wanted, now: Instant) -> Self {
        Self {
            instructions: wanted.instructions.clone(),
            cookie: wanted.cookie,
            idle_timeout_s: wanted.idle_timeout_s,
            hard_timeout_s: wanted.hard_timeout_s,
            age: Duration::ZERO,
            packets: 0,
            bytes: 0,
            at: now,
        }
    }

    /// Whether this is what is wanted. The set in the cookie does not count (see
    /// [`super::cookie`]), nor do flags: 1.0 does not tell them.
    pub(super) fn is(&self, wanted: &Wanted) -> bool {
        self.is_owned_as(wanted) && self.instructions == wanted.instructions
    }

    /// Whether only its instructions can be wrong.
    fn is_owned_as(&self, wanted: &Wanted) -> bool {
        let mark = cookie::read(self.cookie);
        mark.is_some_and(|mark| !mark.reactive)
            && mark == cookie::read(wanted.cookie)
            && self.idle_timeout_s == wanted.idle_timeout_s
            && self.hard_timeout_s == wanted.hard_timeout_s
    }
}

/// One change of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Put it there, in place of another with its identity if need be.
    Add,
    /// Other instructions for the entry that is there: its age and counters stay.
    Modify,
}

/// What makes `actual` what is wanted; `None`: it is.
pub(super) fn step(wanted: &Wanted, actual: Option<&Actual>) -> Option<Step> {
    match actual {
        Some(actual) if actual.is(wanted) => None,
        // A modify leaves cookie and timeouts as they are.
        Some(actual) if actual.is_owned_as(wanted) => Some(Step::Modify),
        Some(_) | None => Some(Step::Add),
    }
}

/// The message for a step.
pub(super) fn put(wanted: &Wanted, step: Step) -> FlowMod {
    FlowMod {
        command: match step {
            Step::Add => FlowCommand::Add,
            Step::Modify => FlowCommand::ModifyStrict,
        },
        table: wanted.key.table,
        cookie: wanted.cookie,
        idle_timeout_s: wanted.idle_timeout_s,
        hard_timeout_s: wanted.hard_timeout_s,
        // So that a deletion by somebody else is heard at once.
        flags: FlowFlags::SEND_FLOW_REM,
        ..FlowMod::add(
            wanted.key.priority,
            wanted.key.matching.clone(),
            wanted.instructions.clone(),
        )
    }
}

/// The message that deletes an entry, and where the version can say so only if it is still the one
/// that was seen.
pub(super) fn delete(key: &EntryKey, actual: &Actual, version: Version) -> FlowMod {
    FlowMod {
        command: FlowCommand::DeleteStrict,
        table: key.table,
        cookie: actual.cookie,
        cookie_mask: if version == Version::V1_0 {
            0
        } else {
            u64::MAX
        },
        ..FlowMod::add(key.priority, key.matching.clone(), Instructions::drop())
    }
}
