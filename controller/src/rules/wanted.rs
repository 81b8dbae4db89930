//! What every app wants on every switch, connected or not.
//!
//! Apps give sets of rules and of groups; a set replaces the one of the same name and kind. Of all
//! rules that claim one identity on one switch, exactly one is in effect: that of the app that comes first, and within
//! an app the one given last. Pure: [`WantedState::change`] says where what is in effect is
//! different now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use app_api::{Rule, WantedGroup};
use openflow::flow::Group;
use openflow::{Cookie, Dpid};

use super::content::{Content, Entry};
use super::cookie::AppTag;
use super::key::{EntryKey, Key};
use super::{SetChange, Wants};

/// An entry or a group one switch is to have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) key: Arc<Key>,
    pub(super) content: Content,
    pub(super) owner: Arc<str>,
    pub(super) set: Arc<str>,
    pub(super) reason: Arc<str>,
    pub(super) since: SystemTime,
    pub(super) stage: u16,
}

impl Wanted {
    /// Whether the switch may let go of it by itself, which ends the want.
    pub(super) fn times_out(&self) -> bool {
        self.entry().is_some_and(Entry::times_out)
    }

    /// What an entry does; `None`: it is a group.
    pub(super) fn entry(&self) -> Option<&Entry> {
        match &self.content {
            Content::Entry(entry) => Some(entry),
            Content::Group(_) => None,
        }
    }

    /// Of an entry.
    pub(super) fn entry_key(&self) -> &EntryKey {
        match &*self.key {
            Key::Flow(key) => key,
            Key::Group(id) => unreachable!("an entry has an entry's key, not that of group {id}"),
        }
    }

    /// The rule it came from, for reports to its app.
    pub(super) fn rule(&self, dpid: Dpid) -> Option<Rule> {
        let (entry, key) = (self.entry()?, self.entry_key());
        let priority = key.priority.try_into().ok()?;
        let (matching, instructions) = (key.matching.clone(), entry.instructions.clone());
        let rule = Rule::new(dpid, priority, matching, instructions);
        Some(Rule {
            table: key.table,
            idle_timeout_s: entry.idle_timeout_s,
            hard_timeout_s: entry.hard_timeout_s,
            ..rule.in_stage(self.stage)
        })
    }

    /// The same of a group.
    pub(super) fn group(&self, dpid: Dpid) -> Option<WantedGroup> {
        let Content::Group(group) = &self.content else {
            return None;
        };
        let (_, number) = AppTag::of_group(group.id);
        let wanted = WantedGroup::new(dpid, number, group.kind, group.buckets.clone());
        Some(wanted.in_stage(self.stage))
    }
}

/// Where in the network an entry or a group is.
pub(super) type Place = (Dpid, Arc<Key>);

/// What is different after a change.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Where something else is in effect now, or nothing any more.
    pub(super) places: Vec<Place>,
    /// New claims that another app's claim keeps out of effect: theirs and its owner.
    pub(super) covered: Vec<(Dpid, Arc<Wanted>, Arc<str>)>,
}

/// The wanted rules of all apps.
#[derive(Debug)]
pub(super) struct WantedState {
    /// In the order of precedence.
    apps: Vec<App>,
    /// Claims by switch and identity, the one in effect first. No empty lists.
    claims: HashMap<Dpid, HashMap<Arc<Key>, Vec<Claim>>>,
}

#[derive(Debug)]
struct App {
    name: Arc<str>,
    tag: AppTag,
    sets: BTreeMap<SetName, HashMap<Place, Arc<Wanted>>>,
    /// Rules in all sets.
    count: usize,
}

/// The rules and the groups of one name are two sets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SetName {
    Rules(Arc<str>),
    Groups(Arc<str>),
}

#[derive(Debug, Clone)]
struct Claim {
    rank: usize,
    wanted: Arc<Wanted>,
}

impl WantedState {
    /// `apps` in the order of precedence.
    pub(super) fn new(apps: &[Arc<str>]) -> Self {
        let apps = apps.iter().map(|name| App {
            name: Arc::clone(name),
            tag: AppTag::of(name),
            sets: BTreeMap::new(),
            count: 0,
        });
        Self {
            apps: apps.collect(),
            claims: HashMap::new(),
        }
    }

    /// How many rules an app wants.
    pub(super) fn count(&self, app: &str) -> usize {
        self.rank(app).map_or(0, |rank| self.apps[rank].count)
    }

    /// What is in effect at a place.
    pub(super) fn in_effect(&self, (dpid, key): &Place) -> Option<&Arc<Wanted>> {
        let claims = self.claims.get(dpid)?.get(key)?;
        claims.first().map(|claim| &claim.wanted)
    }

    /// All that is in effect on a switch.
    pub(super) fn on(&self, dpid: Dpid) -> HashMap<Arc<Key>, Arc<Wanted>> {
        let claims = self.claims.get(&dpid).into_iter().flatten();
        claims
            .filter_map(|(key, claims)| {
                Some((Arc::clone(key), Arc::clone(&claims.first()?.wanted)))
            })
            .collect()
    }

    /// Claims on a switch that another app's keep out of effect, each with that app.
    pub(super) fn covered(&self, dpid: Dpid) -> Vec<(Arc<Wanted>, Arc<str>)> {
        let claims = self.claims.get(&dpid).into_iter().flat_map(HashMap::values);
        let mut covered = Vec::new();
        for claims in claims {
            let Some((winner, others)) = claims.split_first() else {
                continue;
            };
            let others = others.iter().filter(|c| c.rank != winner.rank);
            covered
                .extend(others.map(|c| (Arc::clone(&c.wanted), Arc::clone(&winner.wanted.owner))));
        }
        covered
    }

    /// Puts an app's sets in place of those it had under the same names. Costs in proportion to
    /// these sets, not to what else is wanted. Of an app that is not here nothing is taken.
    pub(super) fn change(&mut self, app: &str, sets: Vec<SetChange>, now: SystemTime) -> Changed {
        let mut changed = Changed::default();
        let Some(rank) = self.rank(app) else {
            return changed;
        };
        let mut before = Before::default();
        let mut new = Vec::new();
        for set in sets {
            let name = SetName::of(&set);
            let old = self.apps[rank].sets.remove(&name).unwrap_or_default();
            let wanted = self.build(rank, &name, set, &old, now);
            if let SetName::Rules(_) = name {
                self.apps[rank].count -= old.len();
                self.apps[rank].count += wanted.len();
            }
            for (place, old) in &old {
                if !wanted.contains_key(place) {
                    before.note(self, place);
                    self.withdraw_claim(place, rank, old);
                }
            }
            for (place, wanted) in &wanted {
                let kept = old.get(place);
                if kept.is_some_and(|old| Arc::ptr_eq(old, wanted)) {
                    continue;
                }
                before.note(self, place);
                if let Some(old) = kept {
                    self.withdraw_claim(place, rank, old);
                }
                self.claim(place, rank, wanted);
                new.push((place.clone(), Arc::clone(wanted)));
            }
            if !wanted.is_empty() {
                self.apps[rank].sets.insert(name, wanted);
            }
        }
        changed.places = before.different_now(self);
        changed.covered = self.covered_among(rank, new);
        changed
    }

    /// Takes back all an app wants.
    pub(super) fn withdraw(&mut self, app: &str) -> Changed {
        let Some(rank) = self.rank(app) else {
            return Changed::default();
        };
        let sets = std::mem::take(&mut self.apps[rank].sets);
        self.apps[rank].count = 0;
        let mut before = Before::default();
        for (place, wanted) in sets.values().flatten() {
            before.note(self, place);
            self.withdraw_claim(place, rank, wanted);
        }
        Changed {
            places: before.different_now(self),
            ..Changed::default()
        }
    }

    /// A switch let go of an entry by itself: it is not wanted any more, if it still is the one that
    /// was wanted then.
    pub(super) fn expire(&mut self, dpid: Dpid, expired: &Arc<Wanted>) -> Changed {
        let mut changed = Changed::default();
        let Some(rank) = self.rank(&expired.owner) else {
            return changed;
        };
        let place = (dpid, Arc::clone(&expired.key));
        let app = &mut self.apps[rank];
        // Groups have no timeouts.
        let name = SetName::Rules(Arc::clone(&expired.set));
        let Some(set) = app.sets.get_mut(&name) else {
            return changed;
        };
        if !set.get(&place).is_some_and(|w| Arc::ptr_eq(w, expired)) {
            return changed;
        }
        set.remove(&place);
        if set.is_empty() {
            app.sets.remove(&name);
        }
        app.count -= 1;
        self.withdraw_claim(&place, rank, expired);
        changed.places.push(place);
        changed
    }

    fn rank(&self, app: &str) -> Option<usize> {
        self.apps.iter().position(|a| *a.name == *app)
    }

    /// What the set holds by place. What says what the old set said stays the very same, with its
    /// time and reason. A later rule or group replaces an earlier one of the same identity.
    fn build(
        &self,
        rank: usize,
        name: &SetName,
        set: SetChange,
        old: &HashMap<Place, Arc<Wanted>>,
        now: SystemTime,
    ) -> HashMap<Place, Arc<Wanted>> {
        let app = &self.apps[rank];
        let reason: Arc<str> = set.reason.into();
        let items = match set.wants {
            Wants::Rules(rules) => {
                let cookie = app.tag.wanted(&set.set);
                items(rules, |rule| of_rule(cookie, rule))
            }
            Wants::Groups(groups) => items(groups, |group| of_group(app.tag, group)),
        };
        let mut wanted = HashMap::with_capacity(items.len());
        for Item {
            dpid,
            key,
            content,
            stage,
        } in items
        {
            let place = (dpid, Arc::new(key));
            match old.get_key_value(&place) {
                Some((same, old)) if old.content.is_same(&content) => {
                    wanted.insert(same.clone(), Arc::clone(old));
                }
                _ => {
                    let new = Wanted {
                        key: Arc::clone(&place.1),
                        content,
                        owner: Arc::clone(&app.name),
                        set: Arc::clone(name.text()),
                        reason: Arc::clone(&reason),
                        since: now,
                        stage,
                    };
                    wanted.insert(place, Arc::new(new));
                }
            }
        }
        wanted
    }

    fn claim(&mut self, (dpid, key): &Place, rank: usize, wanted: &Arc<Wanted>) {
        let switch = self.claims.entry(*dpid).or_default();
        let claims = switch.entry(Arc::clone(key)).or_default();
        let new = Claim {
            rank,
            wanted: Arc::clone(wanted),
        };
        // Before all that are no better: later ranks, and earlier claims of the same app.
        let at = claims.partition_point(|c| c.rank < rank);
        claims.insert(at, new);
    }

    fn withdraw_claim(&mut self, (dpid, key): &Place, rank: usize, wanted: &Arc<Wanted>) {
        let Some(switch) = self.claims.get_mut(dpid) else {
            return;
        };
        if let Some(claims) = switch.get_mut(key) {
            claims.retain(|c| c.rank != rank || !Arc::ptr_eq(&c.wanted, wanted));
            if claims.is_empty() {
                switch.remove(key);
            }
        }
        if switch.is_empty() {
            self.claims.remove(dpid);
        }
    }

    fn covered_among(
        &self,
        rank: usize,
        new: Vec<(Place, Arc<Wanted>)>,
    ) -> Vec<(Dpid, Arc<Wanted>, Arc<str>)> {
        let covered = new.into_iter().filter_map(|(place, wanted)| {
            let winner = self.claims.get(&place.0)?.get(&place.1)?.first()?;
            let covered = winner.rank != rank;
            covered.then(|| (place.0, wanted, Arc::clone(&winner.wanted.owner)))
        });
        covered.collect()
    }
}

impl SetName {
    fn of(set: &SetChange) -> Self {
        let name = set.set.as_str().into();
        match set.wants {
            Wants::Rules(_) => Self::Rules(name),
            Wants::Groups(_) => Self::Groups(name),
        }
    }

    fn text(&self) -> &Arc<str> {
        match self {
            Self::Rules(name) | Self::Groups(name) => name,
        }
    }
}

/// One of what a set holds.
struct Item {
    dpid: Dpid,
    key: Key,
    content: Content,
    stage: u16,
}

fn items<T>(all: Vec<T>, each: impl FnMut(T) -> Item) -> Vec<Item> {
    all.into_iter().map(each).collect()
}

/// In the form in which the switch will show it.
fn of_rule(cookie: Cookie, rule: Rule) -> Item {
    Item {
        dpid: rule.dpid,
        key: Key::Flow(EntryKey {
            table: rule.table,
            priority: rule.priority.number(),
            matching: rule.matching,
        }),
        content: Content::Entry(Entry {
            instructions: rule.instructions.normalized(),
            cookie,
            idle_timeout_s: rule.idle_timeout_s,
            hard_timeout_s: rule.hard_timeout_s,
        }),
        stage: rule.stage,
    }
}

/// The same of a group.
fn of_group(app: AppTag, wanted: WantedGroup) -> Item {
    let group = Group::new(app.group(wanted.number), wanted.kind, wanted.buckets);
    Item {
        dpid: wanted.dpid,
        key: Key::Group(group.id),
        content: Content::Group(group.normalized()),
        stage: wanted.stage,
    }
}

/// What was in effect where something was touched, as it was before the first touch.
#[derive(Debug, Default)]
struct Before(HashMap<Place, Option<Arc<Wanted>>>);

impl Before {
    fn note(&mut self, state: &WantedState, place: &Place) {
        if !self.0.contains_key(place) {
            self.0
                .insert(place.clone(), state.in_effect(place).cloned());
        }
    }

    fn different_now(self, state: &WantedState) -> Vec<Place> {
        let places =
            self.0
                .into_iter()
                .filter(|(place, before)| match (before, state.in_effect(place)) {
                    (None, None) => false,
                    (Some(old), Some(new)) => !Arc::ptr_eq(old, new),
                    _ => true,
                });
        places.map(|(place, _)| place).collect()
    }
}
