//! Changes of the groups (OF 1.3.5 §6.5).

use std::collections::BTreeSet;
use std::time::Duration;

use super::flow_mod::copied;
use super::{Effects, Refusal, Refused, Switch};
use crate::flow::{
    Action, Bucket, BucketPlace, FlowRemovedReason, Group, GroupCommand, GroupMod, GroupType,
    Instructions,
};
use crate::pipeline::group::{self, GroupState};
use crate::{GroupId, PortNo};

/// Groups at most. Open vSwitch has as many as there are numbers.
const MAX_GROUPS: usize = 1 << 16;

impl Switch {
    /// Carries out a change of the groups. With a group go the entries that use it.
    pub fn group_mod(&mut self, change: &GroupMod, now: Duration) -> Result<Effects, Refusal> {
        let id = change.group.id;
        self.check_group_mod(change)?;
        match change.command {
            GroupCommand::Add if self.groups.contains_key(&id) => {
                Err(self.refuse(Refused::GroupExists(id)))
            }
            GroupCommand::Add if self.groups.len() >= MAX_GROUPS => {
                Err(self.refuse(Refused::GroupsFull))
            }
            GroupCommand::Add => self.put_group(change.group.clone(), now),
            GroupCommand::Modify => {
                self.known_group(id)?;
                self.put_group(change.group.clone(), now)
            }
            GroupCommand::Delete => Ok(self.delete_groups(id, now)),
            GroupCommand::InsertBuckets(place) => {
                // What they are to watch is asked of the type that the request says.
                let group = self.inserted(&change.group, place)?;
                // An indirect group may get a second bucket, as in Open vSwitch.
                check_numbers(&group).map_err(|why| self.refuse(why))?;
                self.check_references(&group)?;
                Ok(self.set_group(group, now, true))
            }
            GroupCommand::RemoveBuckets(place) => {
                // An indirect group may be left without a bucket, as in Open vSwitch.
                let group = self.removed(id, place)?;
                Ok(self.set_group(group, now, true))
            }
        }
    }

    /// What does not depend on what the switch has by then.
    pub(super) fn check_group_mod(&self, change: &GroupMod) -> Result<(), Refusal> {
        let id = change.group.id;
        if matches!(change.command, GroupCommand::Add | GroupCommand::Modify) {
            check_group(&change.group).map_err(|why| self.refuse(why))?;
        }
        if let GroupCommand::InsertBuckets(place) = change.command {
            if place == BucketPlace::All {
                return Err(self.refuse(Refused::EveryPlace(id)));
            }
            let group = &change.group;
            let mut buckets = group.buckets.iter();
            check_actions(group)
                .and_then(|()| buckets.try_for_each(|bucket| check_watched(group, bucket)))
                .map_err(|why| self.refuse(why))?;
        }
        Ok(())
    }

    fn known_group(&self, id: GroupId) -> Result<&Group, Refusal> {
        let known = self.groups.get(&id).map(|state| &state.group);
        known.ok_or_else(|| self.refuse(Refused::NoGroup(id)))
    }

    fn put_group(&mut self, group: Group, now: Duration) -> Result<Effects, Refusal> {
        self.check_references(&group)?;
        Ok(self.set_group(group, now, false))
    }

    /// Whether the switch can do what the buckets say.
    fn check_references(&self, group: &Group) -> Result<(), Refusal> {
        for bucket in &group.buckets {
            self.check_bucket(&bucket.actions)?;
        }
        if group::loops(group, &self.groups) {
            return Err(self.refuse(Refused::GroupLoop(group.id)));
        }
        Ok(())
    }

    /// `same_buckets`: those that it had are the same ones still.
    fn set_group(&mut self, group: Group, now: Duration, same_buckets: bool) -> Effects {
        let id = group.id;
        let mut state = GroupState::new(group, now);
        if let Some(old) = self.groups.get(&id) {
            state.keep_age_of(old);
            if same_buckets {
                state.keep_counts_of(old);
            }
        }
        self.groups.insert(id, state);
        Effects::default()
    }

    /// A bucket may name a group that is not there yet, as in Open vSwitch: a packet that comes to
    /// it goes no further. Meters have no place in a bucket, and are left out.
    fn check_bucket(&self, actions: &[Action]) -> Result<(), Refusal> {
        for action in actions {
            match (action, copied(action)) {
                (_, Some(inner)) => self.check_bucket(inner)?,
                (Action::Group(_) | Action::Meter(_), None) => {}
                (_, None) => self.check_actions(std::slice::from_ref(action))?,
            }
        }
        Ok(())
    }

    fn delete_groups(&mut self, id: GroupId, now: Duration) -> Effects {
        let all = id == GroupId::ALL;
        let gone: Vec<_> = self
            .groups
            .keys()
            .filter(|it| all || **it == id)
            .copied()
            .collect();
        if gone.is_empty() {
            return Effects::default();
        }
        self.groups.retain(|it, _| !gone.contains(it));
        let entries = self
            .entries_that(|instructions| instructions.groups().any(|group| gone.contains(&group)));
        self.remove_all(entries, FlowRemovedReason::GroupDelete, now)
    }

    /// A group with more buckets (OF 1.5.1 §7.3.4.3).
    fn inserted(&self, added: &Group, place: BucketPlace) -> Result<Group, Refusal> {
        let mut group = self.known_group(added.id)?.clone();
        let at = match place {
            BucketPlace::First => 0,
            BucketPlace::Last | BucketPlace::All => group.buckets.len(),
            BucketPlace::Id(bucket) => self.bucket_place(&group, bucket)? + 1,
        };
        number_all(&mut group);
        group.buckets.splice(at..at, added.buckets.iter().cloned());
        Ok(group)
    }

    /// A group with fewer buckets.
    fn removed(&self, id: GroupId, place: BucketPlace) -> Result<Group, Refusal> {
        let mut group = self.known_group(id)?.clone();
        number_all(&mut group);
        match place {
            BucketPlace::All => group.buckets.clear(),
            BucketPlace::First => drop(group.buckets.drain(..group.buckets.len().min(1))),
            BucketPlace::Last => drop(group.buckets.pop()),
            BucketPlace::Id(bucket) => {
                let at = self.bucket_place(&group, bucket)?;
                group.buckets.remove(at);
            }
        }
        Ok(group)
    }

    fn bucket_place(&self, group: &Group, bucket: u32) -> Result<usize, Refusal> {
        let mut numbered = (0..).zip(&group.buckets);
        let found = numbered.position(|(at, it)| number(at, it) == bucket);
        let group = group.id;
        found.ok_or_else(|| self.refuse(Refused::NoBucket { group, bucket }))
    }
}

/// Whether the actions of buckets make sense by themselves.
fn check_actions(group: &Group) -> Result<(), Refused> {
    group.buckets.iter().try_for_each(|bucket| {
        let instructions = Instructions::apply(bucket.actions.iter().cloned());
        instructions.check_alone().map_err(Refused::Action)
    })
}

fn check_group(group: &Group) -> Result<(), Refused> {
    let id = group.id;
    check_actions(group)?;
    if id > GroupId::MAX {
        return Err(Refused::GroupNumber(id));
    }
    check_kind(group)?;
    for bucket in &group.buckets {
        if group.kind != GroupType::Select && bucket.weight > 0 {
            return Err(Refused::WeightOutsideSelect(id));
        }
        check_watched(group, bucket)?;
        if group.kind == GroupType::FastFailover && !watches(bucket) {
            return Err(Refused::WatchesNothing(id));
        }
    }
    check_numbers(group)
}

fn check_kind(group: &Group) -> Result<(), Refused> {
    match group.kind {
        GroupType::Other(_) => Err(Refused::GroupKind(group.id)),
        GroupType::Indirect if group.buckets.len() != 1 => Err(Refused::NotOneBucket(group.id)),
        _ => Ok(()),
    }
}

fn check_numbers(group: &Group) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    for (at, bucket) in (0..).zip(&group.buckets) {
        let bucket = number(at, bucket);
        if !seen.insert(bucket) {
            let group = group.id;
            return Err(Refused::BucketExists { group, bucket });
        }
    }
    Ok(())
}

fn watches(bucket: &Bucket) -> bool {
    bucket.watch_port != PortNo::ANY || bucket.watch_group != GroupId::ANY
}

/// Of the type that the request says, also where that of the group is another.
fn check_watched(group: &Group, bucket: &Bucket) -> Result<(), Refused> {
    match group.kind {
        GroupType::All | GroupType::Indirect if watches(bucket) => {
            Err(Refused::WatchesForNothing(group.id))
        }
        _ => Ok(()),
    }
}

/// Number of a bucket: its place where it has none of its own.
fn number(place: u32, bucket: &Bucket) -> u32 {
    bucket.id.unwrap_or(place)
}

/// Numbers stay when places change.
fn number_all(group: &mut Group) {
    for (at, bucket) in (0..).zip(&mut group.buckets) {
        bucket.id = Some(number(at, bucket));
    }
}
