//! The end of entries.

use std::time::Duration;

use super::monitor::Event;
use super::{Effects, Switch, Tables};
use crate::flow::{FlowFlags, FlowRemoved, FlowRemovedReason};
use crate::pipeline::table::Entry;
use crate::{TableId, Version};

impl Tables {
    /// Puts an entry in, with its timeouts.
    pub(in crate::pipeline) fn insert(&mut self, table: TableId, mut entry: Entry) {
        let due = entry.end().map(|(at, _)| at);
        entry.due = due;
        let id = self.get_mut(table).insert(entry);
        self.due.extend(due.map(|at| (at, table, id)));
    }

    /// Takes an entry out, with its timeouts.
    pub(in crate::pipeline) fn remove(&mut self, table: TableId, id: u32) -> Option<Entry> {
        let entry = self.tables.get_mut(usize::from(table.0))?.remove(id)?;
        if let Some(at) = entry.due {
            self.due.remove(&(at, table, id));
        }
        Some(entry)
    }

    /// Takes the next entry out whose time is over.
    fn expire(&mut self, now: Duration) -> Option<(TableId, Entry, FlowRemovedReason)> {
        loop {
            let &(at, table, id) = self.due.first().filter(|(at, ..)| *at <= now)?;
            let entry = self.get_mut(table).entry_mut(id);
            match entry.as_ref().and_then(|entry| entry.over(now)) {
                Some(reason) => {
                    return self.remove(table, id).map(|entry| (table, entry, reason));
                }
                None => {
                    // It had packets since.
                    let later = entry.as_ref().and_then(|entry| entry.end());
                    let later = later.map(|(end, _)| end);
                    if let Some(entry) = entry {
                        entry.due = later;
                    }
                    self.due.remove(&(at, table, id));
                    self.due.extend(later.map(|end| (end, table, id)));
                }
            }
        }
    }
}

impl Switch {
    /// Entries whose time is over go, those first that ended first.
    pub fn tick(&mut self, now: Duration) -> Effects {
        let mut effects = Effects::default();
        while let Some((table, entry, reason)) = self.tables.expire(now) {
            self.told_removed(&mut effects, table, &entry, reason, now);
        }
        effects
    }

    /// When [`Switch::tick`] has something to do at the earliest; `None`: never, as far as is
    /// known now.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Duration> {
        self.tables.due.first().map(|(at, ..)| *at)
    }

    /// Says that an entry is gone, if it was asked to or a monitor watches it.
    pub(super) fn told_removed(
        &self,
        effects: &mut Effects,
        table: TableId,
        entry: &Entry,
        reason: FlowRemovedReason,
        now: Duration,
    ) {
        // What goes with a group or a meter nobody asked for by name.
        let own = reason == FlowRemovedReason::Delete;
        self.watched(effects, table, &entry.rule, Event::Removed(reason), own);
        if !entry.rule.flags.contains(FlowFlags::SEND_FLOW_REM) {
            return;
        }
        let reason = match (reason, self.config.version) {
            (FlowRemovedReason::GroupDelete, Version::V1_0)
            | (FlowRemovedReason::MeterDelete, Version::V1_0 | Version::V1_3) => {
                FlowRemovedReason::Delete
            }
            (reason, _) => reason,
        };
        effects.flow_removed.push(FlowRemoved {
            table,
            priority: entry.rule.priority,
            cookie: entry.rule.cookie,
            reason,
            matching: entry.rule.matching.clone(),
            age: now.saturating_sub(entry.created),
            packets: entry.packets,
            bytes: entry.bytes,
        });
    }
}
