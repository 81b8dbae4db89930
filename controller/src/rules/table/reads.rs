//! What a switch says it has.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use openflow::flow::FlowEntry;
use tokio::time::Instant;

use super::super::cookie::{self, AppTag};
use super::super::key::{EntryKey, Key};
use super::super::plan::{self, Actual};
use super::{Read, Seen, Table};

impl Table {
    /// A read is sent.
    pub(in crate::rules) fn read_begins(&mut self, now: Instant) {
        self.own_deletes.retain(|_, until| *until > now);
        let in_flight = self.in_flight.iter().flat_map(|batch| &batch.sent);
        self.touched = Some(in_flight.map(|sent| Arc::clone(sent.key())).collect());
        self.doubt = false;
    }

    /// The read failed: what was known stays.
    pub(in crate::rules) fn read_failed(&mut self) {
        self.touched = None;
        self.doubt = true;
    }

    /// The first read since the switch connected. Everything wanted is looked at, in the order in
    /// which it should appear; what is found of running apps and not wanted is kept for them and
    /// returned.
    pub(in crate::rules) fn first_read(
        &mut self,
        read: Read,
        now: Instant,
    ) -> HashMap<AppTag, Vec<FlowEntry>> {
        let found = self.found(&read);
        self.take_over(read, now);
        for (key, actual) in &self.actual {
            if let Some(mark) = actual.mark
                && self.may_be_claimed(mark)
                && !self.wanted.contains_key(key)
            {
                self.unclaimed.insert(Arc::clone(key), mark.app);
            }
        }
        self.look_at_all_wanted();
        self.look_at_ownerless();
        found
    }

    /// The table could not be read: everything wanted is sent as if it were empty.
    pub(in crate::rules) fn go_on_blindly(&mut self) {
        self.look_at_all_wanted();
    }

    /// A later read: what is not as it should be is looked at again.
    pub(in crate::rules) fn read(&mut self, read: Read, now: Instant) -> Seen {
        let touched = self.take_over(read, now);
        let mut seen = Seen::default();
        let missed_before = std::mem::take(&mut self.missed);
        let mut wrong = Vec::new();
        for (key, wanted) in &self.wanted {
            if touched.contains(key) || self.queued.contains(key) || self.is_refused(wanted) {
                continue;
            }
            let actual = self.actual.get(key);
            if plan::step(wanted, actual).is_none() {
                self.drifts.is_right(key, now);
            } else if actual.is_none() && wanted.times_out() && !missed_before.contains(key) {
                self.missed.insert(Arc::clone(key));
            } else if self.drifts.may_mend(key, now) {
                wrong.push(Arc::clone(key));
            }
            if self.drifts.is_fought_over(key) {
                seen.fought_over.push(Arc::clone(wanted));
            }
        }
        seen.mending = wrong.len();
        for key in wrong {
            self.look_at(key);
        }
        self.look_at_ownerless();
        seen
    }

    /// Entries with our mark that nobody wants.
    fn look_at_ownerless(&mut self) {
        let ownerless = self.actual.iter().filter(|(key, actual)| {
            !self.wanted.contains_key(*key) && self.is_ours_to_delete(key, actual)
        });
        let ownerless: Vec<_> = ownerless.map(|(key, _)| Arc::clone(key)).collect();
        for key in ownerless {
            self.look_at(key);
        }
    }

    /// Believes a read, but for entries that changed while it was under way: these are returned.
    fn take_over(&mut self, read: Read, now: Instant) -> HashSet<Arc<Key>> {
        let touched = self.touched.take().unwrap_or_default();
        let mut before = std::mem::take(&mut self.actual);
        self.unnamed.clear();
        self.actual.reserve(read.entries.len());
        for entry in read.entries {
            if entry.unknown.is_some() {
                self.unnamed.push(entry);
                continue;
            }
            let key = Key::Flow(EntryKey::from(&entry));
            if !touched.contains(&key) {
                let key = self.known_key(key, &before);
                self.actual.insert(key, Actual::read(entry, now));
            }
        }
        match read.groups {
            Some(groups) => {
                for group in groups {
                    let key = Key::Group(group.id);
                    if self.is_ours(&group) && !touched.contains(&key) {
                        let key = self.known_key(key, &before);
                        self.actual.insert(key, Actual::read_group(group, now));
                    }
                }
            }
            None => {
                let groups = before.extract_if(|key, _| matches!(**key, Key::Group(_)));
                self.actual.extend(groups);
            }
        }
        for key in &touched {
            if let Some((key, actual)) = before.remove_entry(key) {
                self.actual.insert(key, actual);
            }
        }
        let actual = &self.actual;
        self.unclaimed.retain(|key, _| actual.contains_key(key));
        touched
    }

    /// One allocation for what is known under the same key already.
    fn known_key(&self, key: Key, before: &HashMap<Arc<Key>, Actual>) -> Arc<Key> {
        match self.wanted.get_key_value(&key) {
            Some((known, _)) => Arc::clone(known),
            None => before
                .get_key_value(&key)
                .map_or_else(|| Arc::new(key), |(known, _)| Arc::clone(known)),
        }
    }

    /// What is there of running apps, by app: entries, or an empty list where there are only
    /// groups.
    fn found(&self, read: &Read) -> HashMap<AppTag, Vec<FlowEntry>> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for entry in read.entries.iter().filter(|entry| entry.unknown.is_none()) {
            if let Some(mark) = cookie::read(entry.cookie)
                && self.may_be_claimed(mark)
            {
                found.entry(mark.app).or_default().push(entry.clone());
            }
        }
        for group in read.groups.iter().flatten() {
            let (app, _) = AppTag::of_group(group.id);
            if self.is_ours(group) && self.is_running(app) {
                found.entry(app).or_default();
            }
        }
        found
    }
}
