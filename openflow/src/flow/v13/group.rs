//! Groups.

use super::{action, wire};
use crate::flow::{
    Bucket, Group, GroupCommand, GroupMod, GroupStats, GroupType, Unsupported, Words, duration,
    kept, lacking,
};
use crate::{GroupId, PortNo, Version};

pub(super) fn lower_mod(
    change: &GroupMod,
    version: Version,
) -> Result<wire::GroupMod, Unsupported> {
    if change.group.selection.is_some() {
        return Err(lacking(version, "selection_method of a group"));
    }
    let buckets = match change.command {
        GroupCommand::InsertBuckets(_) => return Err(lacking(version, "insert_bucket of a group")),
        GroupCommand::RemoveBuckets(_) => return Err(lacking(version, "remove_bucket of a group")),
        GroupCommand::Delete => Vec::new(),
        GroupCommand::Add | GroupCommand::Modify => change
            .group
            .buckets
            .iter()
            .zip(0..)
            .map(|(bucket, number)| lower_bucket(bucket, number, version))
            .collect::<Result<_, _>>()?,
    };
    let later = version >= Version::V1_5;
    Ok(wire::GroupMod {
        command: match change.command {
            GroupCommand::Add => wire::GroupModCommand::Add,
            GroupCommand::Modify => wire::GroupModCommand::Modify,
            _ => wire::GroupModCommand::Delete,
        },
        kind: match change.group.kind {
            GroupType::All => wire::GroupType::All,
            GroupType::Select => wire::GroupType::Select,
            GroupType::Indirect => wire::GroupType::Indirect,
            GroupType::FastFailover => wire::GroupType::FastFailover,
            GroupType::Other(number) => wire::GroupType::from(number),
        },
        group_id: change.group.id,
        command_bucket_id: later.then_some(wire::BucketId::ALL),
        buckets,
        properties: later.then(Vec::new),
    })
}

fn lower_bucket(
    bucket: &Bucket,
    number: u32,
    version: Version,
) -> Result<wire::Bucket, Unsupported> {
    let later = version >= Version::V1_5;
    if bucket.id.is_some() && !later {
        return Err(lacking(version, "bucket_id"));
    }
    let terms = if later {
        wire::BucketTerms::Properties {
            bucket_id: wire::BucketId(bucket.id.unwrap_or(number)),
            properties: bucket_properties(bucket),
        }
    } else {
        wire::BucketTerms::Fixed {
            weight: bucket.weight,
            watch_port: bucket.watch_port,
            watch_group: bucket.watch_group,
        }
    };
    let actions = action::lower(&bucket.actions, version)?;
    Ok(wire::Bucket { terms, actions })
}

/// Those that say more than their absence.
fn bucket_properties(bucket: &Bucket) -> Vec<wire::BucketProperty> {
    let weight = (bucket.weight != 0).then_some(wire::BucketProperty::Weight {
        weight: bucket.weight,
    });
    let port = (bucket.watch_port != PortNo::ANY).then_some(wire::BucketProperty::WatchPort {
        watch: bucket.watch_port,
    });
    let group = (bucket.watch_group != GroupId::ANY).then_some(wire::BucketProperty::WatchGroup {
        watch: bucket.watch_group,
    });
    [weight, port, group].into_iter().flatten().collect()
}

fn lift_kind(kind: wire::GroupType) -> GroupType {
    match kind {
        wire::GroupType::All => GroupType::All,
        wire::GroupType::Select => GroupType::Select,
        wire::GroupType::Indirect => GroupType::Indirect,
        wire::GroupType::FastFailover => GroupType::FastFailover,
        wire::GroupType::Unknown(number) => GroupType::Other(number),
    }
}

/// `None` for a change of single buckets.
pub(super) fn lift_mod(change: wire::GroupMod) -> Option<GroupMod> {
    Some(GroupMod {
        command: match change.command {
            wire::GroupModCommand::Add => GroupCommand::Add,
            wire::GroupModCommand::Modify => GroupCommand::Modify,
            wire::GroupModCommand::Delete => GroupCommand::Delete,
            wire::GroupModCommand::InsertBucket | wire::GroupModCommand::RemoveBucket => {
                return None;
            }
        },
        group: lift(change.group_id, change.kind, change.buckets),
    })
}

pub(super) fn lift_desc(desc: wire::GroupDesc) -> Group {
    lift(desc.group_id, desc.kind, desc.buckets)
}

/// An action without a name stays in its bucket, where [`crate::flow::Action::Unknown`] shows it.
fn lift(id: GroupId, kind: wire::GroupType, buckets: Vec<wire::Bucket>) -> Group {
    let buckets = buckets.into_iter().map(|bucket| Bucket {
        id: bucket.bucket_id().map(|id| id.0),
        weight: bucket.weight().unwrap_or(0),
        watch_port: bucket.watch_port().unwrap_or(PortNo::ANY),
        watch_group: bucket.watch_group().unwrap_or(GroupId::ANY),
        actions: action::lift(bucket.actions, &mut Words::default()),
    });
    Group::new(id, lift_kind(kind), buckets.collect())
}

pub(super) fn lift_stats(stats: &wire::GroupStats) -> GroupStats {
    let counters =
        |bucket: &wire::BucketCounter| (kept(bucket.packet_count), kept(bucket.byte_count));
    GroupStats {
        id: stats.group_id,
        references: stats.ref_count,
        packets: kept(stats.packet_count),
        bytes: kept(stats.byte_count),
        age: duration(stats.duration_sec, stats.duration_nsec),
        buckets: stats.bucket_stats.iter().map(counters).collect(),
    }
}
