//! The rule service in small: changes one after the other, each in steps.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use openflow::flow::{FlowEntry, Group, PacketOut};
use openflow::{Dpid, GroupId};

use super::super::apps::{app_and_number, group_id};
use super::super::switch::{Identity, LabSwitch, identity, is_as_wanted, owner};
use crate::group::WantedGroup;
use crate::rule::Rule;

/// Which entry on which switch.
type Place = (Dpid, Identity);

#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) app: usize,
    set: String,
    pub(super) rule: Rule,
}

#[derive(Debug)]
struct Kept {
    app: usize,
    set: String,
    group: Group,
}

#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) wanted: BTreeMap<Place, Wanted>,
    /// Of each app's set, those that have ended since among them.
    places: BTreeMap<(usize, String), Vec<Place>>,
    groups: BTreeMap<(Dpid, GroupId), Kept>,
    changes: VecDeque<Change>,
    steps: VecDeque<Step>,
    pub(super) flow_mods: u64,
}

#[derive(Debug)]
enum Change {
    Sets(Sets),
    Release { app: usize },
}

/// What an app wants of one call.
#[derive(Debug)]
pub(super) struct Sets {
    pub(super) app: usize,
    pub(super) sets: Vec<(String, Vec<Rule>)>,
    pub(super) groups: Vec<(String, Vec<WantedGroup>)>,
    pub(super) packets_after: Vec<(Dpid, PacketOut)>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a lab has few at a time")]
pub(super) enum Step {
    PutGroup { dpid: Dpid, group: Group },
    Put { dpid: Dpid, rule: Rule, app: usize },
    Delete { dpid: Dpid, identity: Identity },
    DeleteGroup { dpid: Dpid, id: GroupId },
    Packet { dpid: Dpid, packet: PacketOut },
}

impl Step {
    /// Which switch it is about.
    pub(super) fn dpid(&self) -> Dpid {
        match self {
            Self::PutGroup { dpid, .. }
            | Self::Put { dpid, .. }
            | Self::Delete { dpid, .. }
            | Self::DeleteGroup { dpid, .. }
            | Self::Packet { dpid, .. } => *dpid,
        }
    }
}

/// Steps of one stage: its groups, then its rules.
type Stages = BTreeMap<u16, (Vec<Step>, Vec<Step>)>;

impl Rules {
    pub(super) fn change(&mut self, sets: Sets) {
        let has_sets = !sets.sets.is_empty() || !sets.groups.is_empty();
        if has_sets || !sets.packets_after.is_empty() {
            self.changes.push_back(Change::Sets(sets));
        }
    }

    pub(super) fn release(&mut self, app: usize) {
        self.changes.push_back(Change::Release { app });
    }

    pub(super) fn next(&mut self, switches: &BTreeMap<Dpid, LabSwitch>) -> Option<Step> {
        while self.steps.is_empty() {
            match self.changes.pop_front()? {
                Change::Sets(sets) => self.plan(sets, switches),
                Change::Release { app } => self.plan_release(app, switches),
            }
        }
        self.steps.pop_front()
    }

    fn plan(&mut self, change: Sets, switches: &BTreeMap<Dpid, LabSwitch>) {
        let mut stages = Stages::new();
        let gone_groups = self.plan_groups(change.app, change.groups, &mut stages, switches);
        let gone = self.plan_rules(change.app, change.sets, &mut stages, switches);
        for (groups, rules) in stages.into_values() {
            self.steps.extend(groups.into_iter().chain(rules));
        }
        let packets = change.packets_after.into_iter();
        self.steps
            .extend(packets.map(|(dpid, packet)| Step::Packet { dpid, packet }));
        self.steps.extend(
            gone.into_iter()
                .map(|(dpid, identity)| Step::Delete { dpid, identity }),
        );
        self.steps.extend(gone_groups);
    }

    /// Plans rules that are new or other than before; returns what goes.
    fn plan_rules(
        &mut self,
        app: usize,
        sets: Vec<(String, Vec<Rule>)>,
        stages: &mut Stages,
        switches: &BTreeMap<Dpid, LabSwitch>,
    ) -> Vec<Place> {
        let mut gone = Vec::new();
        for (set, _) in &sets {
            let old = self.places.remove(&(app, set.clone())).unwrap_or_default();
            // It may have ended since, and be another's by now.
            let is_of_set = |place: &Place| {
                let wanted = self.wanted.get(place);
                wanted.is_some_and(|wanted| wanted.app == app && wanted.set == *set)
            };
            let old: Vec<Place> = old.into_iter().filter(is_of_set).collect();
            for place in &old {
                self.wanted.remove(place);
            }
            gone.extend(old);
        }
        let mut puts = Vec::new();
        for (set, rules) in sets {
            for rule in rules {
                let place = (rule.dpid, identity(&rule));
                puts.push(rule.clone());
                let set = set.clone();
                let places = self.places.entry((app, set.clone())).or_default();
                places.push(place.clone());
                let other = self.wanted.insert(place, Wanted { app, set, rule });
                assert!(other.is_none(), "wanted twice: {other:?}");
            }
        }
        // Within a stage any order may happen; reversing makes an order nobody relies on.
        for rule in puts.into_iter().rev().filter(|r| differs(switches, r, app)) {
            let (dpid, (_, steps)) = (rule.dpid, stages.entry(rule.stage).or_default());
            steps.push(Step::Put { dpid, rule, app });
        }
        gone.retain(|place| !self.wanted.contains_key(place));
        gone
    }

    /// The same of groups; new ones are planned before everything else.
    fn plan_groups(
        &mut self,
        app: usize,
        sets: Vec<(String, Vec<WantedGroup>)>,
        stages: &mut Stages,
        switches: &BTreeMap<Dpid, LabSwitch>,
    ) -> Vec<Step> {
        let mut gone = Vec::new();
        for (set, _) in &sets {
            let old = self
                .groups
                .extract_if(.., |_, kept| kept.app == app && kept.set == *set);
            gone.extend(old.map(|(place, _)| place));
        }
        let mut new = Vec::new();
        for (set, groups) in sets {
            for wanted in groups {
                let (dpid, stage) = (wanted.dpid, wanted.stage);
                let group = as_group(app, wanted);
                match there(switches, dpid, group.id) {
                    None => new.push((dpid, group.clone())),
                    Some(there) if there == group => {}
                    Some(_) => {
                        let group = group.clone();
                        let (steps, _) = stages.entry(stage).or_default();
                        steps.push(Step::PutGroup { dpid, group });
                    }
                }
                let (place, set) = ((dpid, group.id), set.clone());
                let other = self.groups.insert(place, Kept { app, set, group });
                assert!(other.is_none(), "wanted twice: {other:?}");
            }
        }
        self.steps.extend(used_before_users(new));
        gone.retain(|place| !self.groups.contains_key(place));
        let delete = |(dpid, id)| Step::DeleteGroup { dpid, id };
        gone.into_iter().map(delete).collect()
    }

    fn plan_release(&mut self, app: usize, switches: &BTreeMap<Dpid, LabSwitch>) {
        for dpid in switches.keys() {
            for entry in self.unwanted_entries(*dpid, app, switches) {
                let (dpid, identity) = (*dpid, (entry.table, entry.priority, entry.matching));
                self.steps.push_back(Step::Delete { dpid, identity });
            }
            for id in self.unwanted_groups(*dpid, app, switches) {
                self.steps.push_back(Step::DeleteGroup { dpid: *dpid, id });
            }
        }
    }

    /// Entries of an app that are there and not wanted, those of its packet handlers among them.
    pub(super) fn unwanted_entries(
        &self,
        dpid: Dpid,
        app: usize,
        switches: &BTreeMap<Dpid, LabSwitch>,
    ) -> Vec<FlowEntry> {
        let mut entries = switches[&dpid].entries(Duration::ZERO);
        entries.retain(|entry| {
            let identity = (entry.table, entry.priority, entry.matching.clone());
            owner(entry.cookie).app() == Some(app) && !self.wanted.contains_key(&(dpid, identity))
        });
        entries
    }

    /// Groups of an app that are there and not wanted.
    pub(super) fn unwanted_groups(
        &self,
        dpid: Dpid,
        app: usize,
        switches: &BTreeMap<Dpid, LabSwitch>,
    ) -> Vec<GroupId> {
        let ours = group_id(app, 0)..=group_id(app, u16::MAX);
        let there = switches[&dpid].model.group_desc().into_iter();
        there
            .map(|group| group.id)
            .filter(|id| ours.contains(id) && !self.groups.contains_key(&(dpid, *id)))
            .collect()
    }

    /// Puts back what a switch lacks by now.
    pub(super) fn mend(&mut self, dpid: Dpid, switches: &BTreeMap<Dpid, LabSwitch>) {
        let missing = self.missing(dpid, switches);
        self.steps.extend(missing);
    }

    /// What a switch lacks when it connects.
    pub(super) fn missing(&self, dpid: Dpid, switches: &BTreeMap<Dpid, LabSwitch>) -> Vec<Step> {
        let groups = self.groups.iter().filter(|((at, id), kept)| {
            *at == dpid && there(switches, dpid, *id).as_ref() != Some(&kept.group)
        });
        let groups = groups.map(|(_, kept)| (dpid, kept.group.clone())).collect();
        let rules = self
            .wanted
            .values()
            .filter(|wanted| wanted.rule.dpid == dpid)
            .filter(|wanted| differs(switches, &wanted.rule, wanted.app))
            .map(|wanted| Step::Put {
                dpid,
                rule: wanted.rule.clone(),
                app: wanted.app,
            });
        used_before_users(groups).into_iter().chain(rules).collect()
    }
}

/// Whose a group is, and as which it was wanted, but for its stage.
pub(super) fn as_wanted(dpid: Dpid, group: &Group) -> (usize, WantedGroup) {
    let (app, number) = app_and_number(group.id);
    let wanted = WantedGroup::new(dpid, number, group.kind, group.buckets.clone());
    (app, wanted)
}

fn as_group(app: usize, wanted: WantedGroup) -> Group {
    let group = Group::new(group_id(app, wanted.number), wanted.kind, wanted.buckets);
    group.normalized()
}

fn there(switches: &BTreeMap<Dpid, LabSwitch>, dpid: Dpid, id: GroupId) -> Option<Group> {
    switches.get(&dpid)?.group(id)
}

/// Groups in an order in which a switch takes them, if there is one.
fn used_before_users(mut groups: Vec<(Dpid, Group)>) -> Vec<Step> {
    let mut steps = Vec::new();
    while !groups.is_empty() {
        let waits = |(dpid, group): &(Dpid, Group)| {
            let mut used = group.groups();
            used.any(|id| groups.iter().any(|(at, g)| at == dpid && g.id == id))
        };
        let next = groups.iter().position(|group| !waits(group)).unwrap_or(0);
        let (dpid, group) = groups.remove(next);
        steps.push(Step::PutGroup { dpid, group });
    }
    steps
}

fn differs(switches: &BTreeMap<Dpid, LabSwitch>, rule: &Rule, app: usize) -> bool {
    let entry = switches
        .get(&rule.dpid)
        .and_then(|switch| switch.entry(rule));
    entry.is_none_or(|entry| !is_as_wanted(&entry, rule, app))
}
