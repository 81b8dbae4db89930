//! Groups.

use super::{action, wire};
use crate::Version;
use crate::flow::{
    Bucket, Group, GroupCommand, GroupMod, GroupStats, GroupType, Unsupported, Words, duration,
    kept, lacking,
};

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
            .map(|bucket| lower_bucket(bucket, version))
            .collect::<Result<_, _>>()?,
    };
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
        buckets,
    })
}

fn lower_bucket(bucket: &Bucket, version: Version) -> Result<wire::Bucket, Unsupported> {
    if bucket.id.is_some() {
        return Err(lacking(version, "bucket_id"));
    }
    Ok(wire::Bucket {
        weight: bucket.weight,
        watch_port: bucket.watch_port,
        watch_group: bucket.watch_group,
        actions: action::lower(&bucket.actions, version)?,
    })
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

pub(super) fn lift_mod(change: wire::GroupMod) -> GroupMod {
    GroupMod {
        command: match change.command {
            wire::GroupModCommand::Add => GroupCommand::Add,
            wire::GroupModCommand::Modify => GroupCommand::Modify,
            wire::GroupModCommand::Delete => GroupCommand::Delete,
        },
        group: lift(change.group_id, change.kind, change.buckets),
    }
}

pub(super) fn lift_desc(desc: wire::GroupDesc) -> Group {
    lift(desc.group_id, desc.kind, desc.buckets)
}

/// An action without a name stays in its bucket, where [`crate::flow::Action::Unknown`] shows it.
fn lift(id: crate::GroupId, kind: wire::GroupType, buckets: Vec<wire::Bucket>) -> Group {
    let buckets = buckets.into_iter().map(|bucket| Bucket {
        id: None,
        weight: bucket.weight,
        watch_port: bucket.watch_port,
        watch_group: bucket.watch_group,
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
