//! Groups, and changes of them.

use openflow::flow::{Bucket, BucketPlace, Group, GroupCommand, GroupMod, GroupType};
use openflow::{GroupId, PortNo, Version};

use super::action::{self, About};
use crate::random::Random;

/// Where there are action sets, no list leads to these groups but what is written to a set.
pub(crate) fn is_for_sets_alone(id: GroupId) -> bool {
    id.0 > 2
}

/// Adds this group.
pub(crate) fn added(random: &mut Random, about: &About<'_>, id: u32) -> GroupMod {
    let mut kind = *random.of(&[
        GroupType::All,
        GroupType::All,
        GroupType::Indirect,
        GroupType::FastFailover,
        GroupType::Select,
    ]);
    if kind == GroupType::Select && !about.comes_again && !is_for_sets_alone(GroupId(id)) {
        kind = GroupType::All;
    }
    let n_buckets = match kind {
        GroupType::Indirect if !random.one_in(30) => 1,
        _ => random.below(4),
    };
    let mut buckets: Vec<_> = (0..n_buckets)
        .map(|_| bucket(random, about, kind))
        .collect();
    if kind == GroupType::Select {
        // Which of several a packet takes is left to the switch: there is one to take.
        let taken = random.below(n_buckets.max(1));
        for (at, bucket) in buckets.iter_mut().enumerate() {
            bucket.weight = u16::from(at == taken) * (1 + u16::from(random.byte()));
        }
    }
    GroupMod {
        command: GroupCommand::Add,
        group: Group::new(GroupId(id), kind, buckets),
    }
}

fn bucket(random: &mut Random, about: &About<'_>, kind: GroupType) -> Bucket {
    let mut bucket = Bucket::new(action::list(random, about, 3));
    let watches = match kind {
        GroupType::FastFailover => !random.one_in(30),
        GroupType::Select => random.one_in(4),
        _ => random.one_in(12),
    };
    match watches {
        true if random.one_in(4) && !about.groups.is_empty() => {
            bucket.watch_group = *random.of(about.groups);
        }
        true => bucket.watch_port = PortNo(1 + u32::from(random.byte() % 5)),
        false => {}
    }
    if random.one_in(60) {
        bucket.weight = 1;
    }
    bucket
}

/// Changes one of the groups there are, or one there is not.
pub(crate) fn changed(random: &mut Random, about: &About<'_>) -> GroupMod {
    let id = 1 + u32::from(random.byte() % 5);
    let lower: Vec<_> = about
        .groups
        .iter()
        .copied()
        .filter(|group| group.0 < id)
        .collect();
    let about = About {
        groups: &lower,
        ..*about
    };
    let mut change = added(random, &about, id);
    let place = match random.below(5) {
        0 => BucketPlace::First,
        1 => BucketPlace::Last,
        2 => BucketPlace::All,
        _ => BucketPlace::Id(u32::from(random.byte() % 4)),
    };
    change.command = match random.below(6) {
        0 => GroupCommand::Add,
        1 | 2 => GroupCommand::Modify,
        3 if about.version == Version::V1_5 => GroupCommand::InsertBuckets(place),
        4 if about.version == Version::V1_5 => GroupCommand::RemoveBuckets(place),
        _ => GroupCommand::Delete,
    };
    match change.command {
        GroupCommand::Delete | GroupCommand::RemoveBuckets(_) => change.group.buckets.clear(),
        // Of a select group one bucket has a weight, and stays the only one.
        GroupCommand::InsertBuckets(_) => {
            if change.group.buckets.is_empty() {
                // Asked to put in none behind the last, Open vSwitch never answers again.
                change.group.buckets.push(Bucket::new([]));
            }
            for (at, bucket) in change.group.buckets.iter_mut().enumerate() {
                bucket.weight = 0;
                bucket.id = Some(10 + u32::try_from(at).unwrap());
            }
        }
        _ => {}
    }
    change
}
