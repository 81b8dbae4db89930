//! What is different with groups: entries use them, and go with them.

use std::collections::HashSet;
use std::sync::Arc;

use openflow::GroupId;
use openflow::flow::{Group, GroupType};
use tokio::time::Instant;

use super::super::cookie::AppTag;
use super::super::key::Key;
use super::super::plan::Actual;
use super::super::wanted::Wanted;
use super::{Draft, Table};
use crate::southbound::Refusal;

/// When something can be looked at whose turn has come.
#[derive(Debug)]
pub(super) enum Turn {
    Now,
    /// These groups come first.
    Behind(Vec<Arc<Key>>),
    /// A group it uses is in this batch: a barrier must lie between.
    NextBatch,
}

impl Table {
    /// Whether there are groups to be kept as they should be.
    pub(in crate::rules) fn has_groups(&self) -> bool {
        let mut keys = self.wanted.keys().chain(self.actual.keys());
        keys.any(|key| matches!(**key, Key::Group(_)))
    }

    /// Whether groups must be sent before this.
    pub(super) fn groups_first(&self, key: &Arc<Key>, draft: &mut Draft) -> Turn {
        let Some(wanted) = self.wanted.get(key) else {
            return Turn::Now;
        };
        let lacking = wanted.content.groups().filter_map(|id| {
            let (key, group) = self.wanted.get_key_value(&Key::Group(id))?;
            let is_lacking = !self.actual.contains_key(key) && !self.is_refused(group);
            is_lacking.then(|| Arc::clone(key))
        });
        let mut first = Vec::new();
        for group in lacking {
            if draft.batch.sent.iter().any(|sent| *sent.key() == group) {
                return Turn::NextBatch;
            }
            if draft.pulled.insert(Arc::clone(&group)) {
                first.push(group);
            }
        }
        if first.is_empty() {
            Turn::Now
        } else {
            Turn::Behind(first)
        }
    }

    /// Groups that something uses that is there or is to be there.
    pub(super) fn used_groups(&self) -> HashSet<GroupId> {
        let actual = self.actual.values().flat_map(|a| a.content.groups());
        let wanted = self.wanted.values().flat_map(|w| w.content.groups());
        let unnamed = self.unnamed.iter().flat_map(|e| e.instructions.groups());
        actual.chain(wanted).chain(unnamed).collect()
    }

    /// These groups lost a user, perhaps the last.
    pub(super) fn look_at_unused(&mut self, groups: Vec<GroupId>) {
        for id in groups {
            let key = Key::Group(id);
            let known = self.actual.get_key_value(&key);
            if let Some((key, _)) = known.filter(|_| !self.wanted.contains_key(&key)) {
                self.look_at(Arc::clone(key));
            }
        }
    }

    /// Whether a refusal says that somebody else changed the groups: what is known of them is
    /// corrected, and the change may go through then.
    pub(super) fn is_news(&mut self, wanted: &Wanted, refusal: &Refusal, now: Instant) -> bool {
        let Refusal::Switch(error) = refusal else {
            return false;
        };
        let groups: Vec<_> = wanted.content.groups().map(Key::Group).collect();
        let is_there = |group: &Key| self.actual.contains_key(group);
        let is_news = match error.name.as_str() {
            "OFPGMFC_GROUP_EXISTS" | "OFPGMFC_UNKNOWN_GROUP" => true,
            "OFPBAC_BAD_OUT_GROUP" => groups.iter().all(is_there),
            _ => false,
        };
        // Somebody may do so again and again.
        if !is_news || !self.drifts.may_mend(&wanted.key, now) {
            return false;
        }
        // With a group that somebody deleted, entries went.
        self.doubt = true;
        match (&*wanted.key, error.name.as_str()) {
            (Key::Group(id), "OFPGMFC_GROUP_EXISTS") => {
                // The next read tells what is in it.
                let empty = Group::new(*id, GroupType::All, Vec::new());
                let actual = Actual::read_group(empty, now);
                self.actual.insert(Arc::clone(&wanted.key), actual);
            }
            (Key::Group(_), _) => {
                self.actual.remove(&wanted.key);
            }
            (Key::Flow(_), _) => {
                for group in groups {
                    self.actual.remove(&group);
                }
            }
        }
        true
    }

    pub(super) fn is_ours(&self, group: &Group) -> bool {
        self.apps.contains(&AppTag::of_group(group.id).0)
    }
}
