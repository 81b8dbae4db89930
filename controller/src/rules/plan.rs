//! What makes an entry or a group what it should be: nothing, an add, a modify or a delete.

use std::time::Duration;

use openflow::flow::{
    FlowCommand, FlowEntry, FlowFlags, FlowMod, Group, GroupCommand, GroupMod, GroupType,
    Instructions,
};
use openflow::{Cookie, Version};
use tokio::time::Instant;

use super::content::{Content, Entry};
use super::cookie::{self, AppTag, Mark};
use super::key::{EntryKey, Key};
use super::wanted::Wanted;
use crate::southbound::Change;

/// An entry or a group as the switch has it, as far as is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Actual {
    pub(super) content: Content,
    /// Whose it is; `None`: not ours.
    pub(super) mark: Option<Mark>,
    /// As of `at`; of entries only.
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
            mark: cookie::read(entry.cookie),
            content: Content::Entry(Entry {
                instructions: entry.instructions,
                cookie: entry.cookie,
                idle_timeout_s: entry.idle_timeout_s,
                hard_timeout_s: entry.hard_timeout_s,
            }),
            age: entry.age,
            packets: entry.packets,
            bytes: entry.bytes,
            at: now,
        }
    }

    /// A group of an app of ours, as read.
    pub(super) fn read_group(group: Group, now: Instant) -> Self {
        Self::fresh(Content::Group(group), now)
    }

    /// As it is after the switch confirmed an add.
    pub(super) fn added(wanted: &Wanted, now: Instant) -> Self {
        Self::fresh(wanted.content.clone(), now)
    }

    fn fresh(content: Content, now: Instant) -> Self {
        Self {
            mark: match &content {
                Content::Entry(entry) => cookie::read(entry.cookie),
                Content::Group(group) => Some(Mark {
                    app: AppTag::of_group(group.id).0,
                    reactive: false,
                }),
            },
            content,
            age: Duration::ZERO,
            packets: 0,
            bytes: 0,
            at: now,
        }
    }

    /// The mark of an entry; groups have none.
    pub(super) fn cookie(&self) -> Cookie {
        match &self.content {
            Content::Entry(entry) => entry.cookie,
            Content::Group(_) => Cookie(0),
        }
    }

    /// Whether this is what is wanted. The set in the cookie does not count (see
    /// [`super::cookie`]), nor do flags: 1.0 does not tell them.
    pub(super) fn is(&self, wanted: &Wanted) -> bool {
        self.is_owned_as(wanted) && self.content.is_same(&wanted.content)
    }

    /// Whether only its instructions or buckets can be wrong.
    fn is_owned_as(&self, wanted: &Wanted) -> bool {
        match (&self.content, &wanted.content) {
            (Content::Entry(this), Content::Entry(wanted)) => {
                self.mark.is_some_and(|mark| !mark.reactive)
                    && self.mark == cookie::read(wanted.cookie)
                    && this.timeouts() == wanted.timeouts()
            }
            (Content::Group(_), Content::Group(_)) => true,
            (Content::Entry(_), Content::Group(_)) | (Content::Group(_), Content::Entry(_)) => {
                false
            }
        }
    }
}

/// One change of one entry or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Put it there; an entry in place of another with its identity if need be.
    Add,
    /// Other instructions for the entry, other buckets for the group that is there: its age and
    /// counters stay.
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
pub(super) fn put(wanted: &Wanted, step: Step) -> Change {
    match &wanted.content {
        Content::Entry(entry) => Change::Flow(put_entry(wanted.entry_key(), entry, step)),
        Content::Group(group) => Change::Group(GroupMod {
            command: match step {
                Step::Add => GroupCommand::Add,
                Step::Modify => GroupCommand::Modify,
            },
            group: group.clone(),
        }),
    }
}

fn put_entry(key: &EntryKey, entry: &Entry, step: Step) -> FlowMod {
    FlowMod {
        command: match step {
            Step::Add => FlowCommand::Add,
            Step::Modify => FlowCommand::ModifyStrict,
        },
        table: key.table,
        cookie: entry.cookie,
        idle_timeout_s: entry.idle_timeout_s,
        hard_timeout_s: entry.hard_timeout_s,
        // So that a deletion by somebody else is heard at once.
        flags: FlowFlags::SEND_FLOW_REM,
        ..FlowMod::add(
            key.priority,
            key.matching.clone(),
            entry.instructions.clone(),
        )
    }
}

/// The message that deletes an entry or a group; an entry where the version can say so only if it
/// is still the one that was seen.
pub(super) fn delete(key: &Key, actual: &Actual, version: Version) -> Change {
    match key {
        Key::Flow(key) => Change::Flow(delete_entry(key, actual.cookie(), version)),
        Key::Group(id) => Change::Group(GroupMod {
            command: GroupCommand::Delete,
            group: Group::new(*id, GroupType::All, Vec::new()),
        }),
    }
}

fn delete_entry(key: &EntryKey, cookie: Cookie, version: Version) -> FlowMod {
    FlowMod {
        command: FlowCommand::DeleteStrict,
        table: key.table,
        cookie,
        cookie_mask: if version == Version::V1_0 {
            0
        } else {
            u64::MAX
        },
        ..FlowMod::add(key.priority, key.matching.clone(), Instructions::drop())
    }
}
