//! One flow table: its entries, what they counted, and when they end.

use std::sync::Arc;
use std::time::Duration;

use super::classifier::{Classifier, Pattern};
use super::key::Key;
use crate::flow::{FlowEntry, FlowFlags, FlowMod, FlowRemovedReason, Instructions, Match};
use crate::{Cookie, TableId};

/// What an entry is, apart from what it counted. Shared between the table and its copies.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) priority: u16,
    pub(super) matching: Match,
    pub(super) pattern: Pattern,
    pub(super) instructions: Instructions,
    pub(super) cookie: Cookie,
    pub(super) idle_timeout_s: u16,
    pub(super) hard_timeout_s: u16,
    pub(super) flags: FlowFlags,
    pub(super) importance: u16,
    /// What was read off a switch and the model has no name for.
    pub(super) unknown: Option<String>,
}

/// An entry of a table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) rule: Arc<Rule>,
    /// When it was added.
    pub(super) created: Duration,
    /// When it was added or changed: the hard timeout counts from here, as in Open vSwitch.
    pub(super) modified: Duration,
    /// When it last had a packet, was added or was changed.
    pub(super) used: Duration,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    /// Under which moment the switch has it in its list of timeouts.
    pub(super) due: Option<Duration>,
}

impl Rule {
    /// What a flow-mod asks for.
    pub(super) fn of(change: &FlowMod) -> Self {
        Self {
            priority: change.priority,
            pattern: Pattern::of(&change.matching),
            matching: change.matching.clone(),
            instructions: change.instructions.clone().normalized(),
            cookie: change.cookie,
            idle_timeout_s: change.idle_timeout_s,
            hard_timeout_s: change.hard_timeout_s,
            // Those that concern the change too: Open vSwitch tells them of the entry.
            flags: change.flags,
            importance: change.importance,
            unknown: None,
        }
    }

    /// What was read off a switch.
    pub(super) fn read(entry: &FlowEntry) -> Self {
        Self {
            priority: entry.priority,
            pattern: Pattern::of(&entry.matching),
            matching: entry.matching.clone(),
            instructions: entry.instructions.clone(),
            cookie: entry.cookie,
            idle_timeout_s: entry.idle_timeout_s,
            hard_timeout_s: entry.hard_timeout_s,
            flags: entry.flags,
            importance: entry.importance,
            unknown: entry.unknown.clone(),
        }
    }

    /// Takes every packet with the lowest priority: the table-miss entry (OF 1.3.5 §5.4).
    pub(super) fn is_table_miss(&self) -> bool {
        self.priority == 0 && self.matching.fields().is_empty()
    }
}

impl Entry {
    pub(super) fn new(rule: Arc<Rule>, now: Duration) -> Self {
        Self {
            rule,
            created: now,
            modified: now,
            used: now,
            packets: 0,
            bytes: 0,
            due: None,
        }
    }

    /// When it ends if no packet comes, and why.
    pub(super) fn end(&self) -> Option<(Duration, FlowRemovedReason)> {
        let after = |since: Duration, seconds: u16| {
            (seconds != 0).then(|| since.saturating_add(Duration::from_secs(seconds.into())))
        };
        let hard = after(self.modified, self.rule.hard_timeout_s)
            .map(|at| (at, FlowRemovedReason::HardTimeout));
        let idle = after(self.used, self.rule.idle_timeout_s)
            .map(|at| (at, FlowRemovedReason::IdleTimeout));
        match (hard, idle) {
            (Some(hard), Some(idle)) => Some(if hard.0 <= idle.0 { hard } else { idle }),
            (hard, idle) => hard.or(idle),
        }
    }

    /// Why it is over by now. Where both times are, it is the hard one, as in Open vSwitch.
    pub(super) fn over(&self, now: Duration) -> Option<FlowRemovedReason> {
        let (end, reason) = self.end()?;
        let seconds = self.rule.hard_timeout_s;
        let hard = self
            .modified
            .saturating_add(Duration::from_secs(seconds.into()));
        match end <= now {
            true if seconds != 0 && hard <= now => Some(FlowRemovedReason::HardTimeout),
            true => Some(reason),
            false => None,
        }
    }

    /// Counts a packet, even where the flags say that nobody asks for it: as Open vSwitch does.
    pub(super) fn count(&mut self, bytes: u64, now: Duration) {
        self.used = self.used.max(now);
        self.packets += 1;
        self.bytes += bytes;
    }

    /// As it is told in statistics.
    pub(super) fn told(&self, table: TableId, now: Duration) -> FlowEntry {
        let rule = &*self.rule;
        FlowEntry {
            table,
            priority: rule.priority,
            cookie: rule.cookie,
            matching: rule.matching.clone(),
            instructions: rule.instructions.clone(),
            idle_timeout_s: rule.idle_timeout_s,
            hard_timeout_s: rule.hard_timeout_s,
            flags: rule.flags,
            importance: rule.importance,
            age: now.saturating_sub(self.created),
            packets: self.packets,
            bytes: self.bytes,
            unknown: rule.unknown.clone(),
        }
    }
}

/// Entries, found by their id, by what they look for, or by a packet.
#[derive(Debug, Clone, Default)]
pub(super) struct FlowTable {
    entries: Vec<Option<Entry>>,
    /// Ids without an entry.
    free: Vec<u32>,
    classifier: Classifier,
    /// Packets looked up, and those that hit an entry.
    pub(super) lookups: u64,
    pub(super) matched: u64,
}

impl FlowTable {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    pub(super) fn entry(&self, id: u32) -> Option<&Entry> {
        self.entries.get(id as usize)?.as_ref()
    }

    pub(super) fn entry_mut(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.get_mut(id as usize)?.as_mut()
    }

    /// Every entry, in the order of the ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..)
            .zip(&self.entries)
            .filter_map(|(id, entry)| Some((id, entry.as_ref()?)))
    }

    /// The entry of highest priority that takes a packet.
    pub(super) fn lookup(&self, key: &Key) -> Option<(u32, &Entry)> {
        let id = self.classifier.lookup(key)?;
        Some((id, self.entry(id)?))
    }

    /// The entry with this very match and priority.
    pub(super) fn exact(&self, pattern: &Pattern, priority: u16) -> Option<u32> {
        self.classifier.exact(pattern, priority)
    }

    /// Entries whose packets are all taken by the pattern, in the order of their ids.
    pub(super) fn within(&self, pattern: &Pattern) -> Vec<u32> {
        let mut found = self.classifier.within(pattern);
        found.sort_unstable();
        found
    }

    /// An entry of the same priority with packets in common.
    pub(super) fn overlapping(&self, pattern: &Pattern, priority: u16) -> Option<u32> {
        self.classifier.overlapping(pattern, priority)
    }

    /// Puts an entry in; none with its match and priority may be there.
    pub(super) fn insert(&mut self, entry: Entry) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            u32::try_from(self.entries.len() - 1).expect("a table holds fewer entries: max_entries")
        });
        self.classifier
            .insert(&entry.rule.pattern, entry.rule.priority, id);
        self.entries[id as usize] = Some(entry);
        id
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, id: u32) -> Option<Entry> {
        let entry = self.entries.get_mut(id as usize)?.take()?;
        self.free.push(id);
        self.classifier
            .remove(&entry.rule.pattern, entry.rule.priority);
        Some(entry)
    }
}
