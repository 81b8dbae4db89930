//! Groups.

use bytes::{BufMut, BytesMut};

use super::{action, wire};
use crate::flow::{
    Bucket, BucketPlace, Group, GroupCommand, GroupMod, GroupStats, GroupType, Selection,
    Unsupported, Words, duration, kept, lacking, wire_duration,
};
use crate::oxm::{self, Oxm, OxmList};
use crate::wire::{FixedText, Reader, Writer};
use crate::{GroupId, PortNo, Version};

/// Netronome, whose property of a group says how one selects: its number, which Open vSwitch
/// writes, and the one that Open vSwitch 2.4 wrote by mistake and later ones still read.
const NETRONOME: u32 = 0x0000_154d;
const NETRONOME_COMPAT: u32 = 0x0000_1540;
const NTRT_SELECTION_METHOD: u32 = 1;
/// Bytes of a method's name, its NUL included.
const METHOD: usize = Selection::METHOD_BYTES + 1;

pub(super) fn lower_mod(
    change: &GroupMod,
    version: Version,
) -> Result<wire::GroupMod, Unsupported> {
    let later = version >= Version::V1_5;
    let (command, place) = lower_command(change.command, version)?;
    let Group {
        id,
        kind,
        ref buckets,
        ref selection,
    } = change.group;
    let wanted = match change.command {
        GroupCommand::Delete | GroupCommand::RemoveBuckets(_) => &[][..],
        GroupCommand::Add | GroupCommand::Modify | GroupCommand::InsertBuckets(_) => buckets,
    };
    let defines = matches!(change.command, GroupCommand::Add | GroupCommand::Modify);
    let property = match selection.as_deref().filter(|_| defines) {
        Some(_) if !later => return Err(lacking(version, "selection_method of a group")),
        Some(selection) => Some(lower_selection(selection, version)?),
        None => None,
    };
    let weighed = kind == GroupType::Select;
    Ok(wire::GroupMod {
        command,
        kind: lower_kind(kind),
        group_id: id,
        command_bucket_id: later.then_some(place),
        buckets: wanted
            .iter()
            .zip(0..)
            .map(|(bucket, number)| lower_bucket(bucket, number, weighed, version))
            .collect::<Result<_, _>>()?,
        properties: later.then(|| property.into_iter().collect()),
    })
}

fn lower_kind(kind: GroupType) -> wire::GroupType {
    match kind {
        GroupType::All => wire::GroupType::All,
        GroupType::Select => wire::GroupType::Select,
        GroupType::Indirect => wire::GroupType::Indirect,
        GroupType::FastFailover => wire::GroupType::FastFailover,
        GroupType::Other(number) => wire::GroupType::from(number),
    }
}

/// The command, and the bucket it is about.
fn lower_command(
    command: GroupCommand,
    version: Version,
) -> Result<(wire::GroupModCommand, wire::BucketId), Unsupported> {
    let id = |place| match place {
        BucketPlace::First => wire::BucketId::FIRST,
        BucketPlace::Last => wire::BucketId::LAST,
        BucketPlace::All => wire::BucketId::ALL,
        BucketPlace::Id(id) => wire::BucketId(id),
    };
    let later = version >= Version::V1_5;
    Ok(match command {
        GroupCommand::Add => (wire::GroupModCommand::Add, wire::BucketId::ALL),
        GroupCommand::Modify => (wire::GroupModCommand::Modify, wire::BucketId::ALL),
        GroupCommand::Delete => (wire::GroupModCommand::Delete, wire::BucketId::ALL),
        GroupCommand::InsertBuckets(place) if later => {
            (wire::GroupModCommand::InsertBucket, id(place))
        }
        GroupCommand::RemoveBuckets(place) if later => {
            (wire::GroupModCommand::RemoveBucket, id(place))
        }
        GroupCommand::InsertBuckets(_) => return Err(lacking(version, "insert_bucket of a group")),
        GroupCommand::RemoveBuckets(_) => return Err(lacking(version, "remove_bucket of a group")),
    })
}

/// `struct ntr_group_prop_selection_method`: padding, the name, the parameter, and each field with
/// the bits of it that count in the place of a value.
fn lower_selection(
    selection: &Selection,
    version: Version,
) -> Result<wire::GroupProperty, Unsupported> {
    let name = selection.method.as_bytes();
    if !(1..METHOD).contains(&name.len()) {
        let feature = format!("selection_method of {} bytes", name.len());
        return Err(lacking(version, feature));
    }
    let mut data = BytesMut::new();
    data.put_bytes(0, 4);
    data.put_slice(name);
    data.put_bytes(0, METHOD - name.len());
    data.put_u64(selection.param);
    let mut w = Writer::new(&mut data, version);
    for (field, mask) in &selection.fields {
        let Some(encoding) = field.encoding(version) else {
            return Err(lacking(
                version,
                format!("selection by {}", field.info().name),
            ));
        };
        oxm::write(&mut w, encoding, *mask, None);
    }
    Ok(wire::GroupProperty::Experimenter(
        wire::ExperimenterProperty {
            experimenter: NETRONOME,
            exp_type: NTRT_SELECTION_METHOD,
            data: data.freeze(),
        },
    ))
}

/// `None` for a property that is another one, or has a field without a name.
fn lift_selection(property: &wire::GroupProperty) -> Option<Selection> {
    let wire::GroupProperty::Experimenter(property) = property else {
        return None;
    };
    let theirs = matches!(property.experimenter, NETRONOME | NETRONOME_COMPAT);
    if !theirs || property.exp_type != NTRT_SELECTION_METHOD {
        return None;
    }
    let mut r = Reader::new(&property.data, Version::V1_5);
    r.pad(4).ok()?;
    let name = r.array::<METHOD>().ok()?;
    let param = r.u64().ok()?;
    let rest = r.remaining();
    let list = OxmList::decode_masks(&mut r, rest).ok()?;
    let field = |it: Oxm<'_>| {
        let (field, mask, _) = it.field()?.to_canonical(it.value(), None);
        Some((field, mask & field.info().full_mask()))
    };
    Some(Selection {
        method: FixedText(name).text().into_owned(),
        param,
        fields: list.iter().map(field).collect::<Option<_>>()?,
    })
}

fn lower_bucket(
    bucket: &Bucket,
    number: u32,
    weighed: bool,
    version: Version,
) -> Result<wire::Bucket, Unsupported> {
    let later = version >= Version::V1_5;
    if bucket.id.is_some() && !later {
        return Err(lacking(version, "bucket_id"));
    }
    let terms = if later {
        wire::BucketTerms::Properties {
            bucket_id: wire::BucketId(bucket.id.unwrap_or(number)),
            properties: bucket_properties(bucket, weighed),
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

/// Those that say more than their absence; Open vSwitch takes the absence of a weight for one.
fn bucket_properties(bucket: &Bucket, weighed: bool) -> Vec<wire::BucketProperty> {
    let weight = (weighed || bucket.weight != 0).then_some(wire::BucketProperty::Weight {
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

pub(super) fn lift_mod(change: wire::GroupMod) -> GroupMod {
    let place = match change.command_bucket_id {
        Some(wire::BucketId::FIRST) => BucketPlace::First,
        Some(wire::BucketId::LAST) => BucketPlace::Last,
        None | Some(wire::BucketId::ALL) => BucketPlace::All,
        Some(wire::BucketId(id)) => BucketPlace::Id(id),
    };
    let (command, usual) = match change.command {
        wire::GroupModCommand::Add => (GroupCommand::Add, true),
        wire::GroupModCommand::Modify => (GroupCommand::Modify, true),
        wire::GroupModCommand::Delete => (GroupCommand::Delete, true),
        wire::GroupModCommand::InsertBucket => (GroupCommand::InsertBuckets(place), false),
        wire::GroupModCommand::RemoveBucket => (GroupCommand::RemoveBuckets(place), false),
    };
    let properties = change.properties.unwrap_or_default();
    let mut group = lift(change.group_id, change.kind, change.buckets, usual);
    group.selection = properties.iter().find_map(lift_selection).map(Box::new);
    GroupMod { command, group }
}

pub(super) fn lift_desc(desc: wire::GroupDesc) -> Group {
    let mut group = lift(desc.group_id, desc.kind, desc.buckets, true);
    let properties = desc.properties.unwrap_or_default();
    group.selection = properties.iter().find_map(lift_selection).map(Box::new);
    group
}

pub(super) fn lower_desc(group: &Group, version: Version) -> Result<wire::GroupDesc, Unsupported> {
    let later = version >= Version::V1_5;
    let property = match group.selection.as_deref() {
        Some(_) if !later => return Err(lacking(version, "selection_method of a group")),
        Some(selection) => Some(lower_selection(selection, version)?),
        None => None,
    };
    let weighed = group.kind == GroupType::Select;
    let buckets = group.buckets.iter().zip(0..);
    Ok(wire::GroupDesc {
        kind: lower_kind(group.kind),
        group_id: group.id,
        buckets: buckets
            .map(|(bucket, number)| lower_bucket(bucket, number, weighed, version))
            .collect::<Result<_, _>>()?,
        properties: later.then(|| property.into_iter().collect()),
    })
}

pub(super) fn lower_stats(stats: &GroupStats) -> wire::GroupStats {
    let (duration_sec, duration_nsec) = wire_duration(stats.age);
    let counters = |&(packet_count, byte_count): &(u64, u64)| wire::BucketCounter {
        packet_count,
        byte_count,
    };
    wire::GroupStats {
        group_id: stats.id,
        ref_count: stats.references,
        packet_count: stats.packets,
        byte_count: stats.bytes,
        duration_sec,
        duration_nsec,
        bucket_stats: stats.buckets.iter().map(counters).collect(),
    }
}

/// An action without a name stays in its bucket, where [`crate::flow::Action::Unknown`] shows it.
/// A number that is the bucket's place says nothing (`usual`), but where single ones are told.
fn lift(id: GroupId, kind: wire::GroupType, buckets: Vec<wire::Bucket>, usual: bool) -> Group {
    let buckets = (0..).zip(buckets).map(|(place, bucket)| Bucket {
        id: bucket
            .bucket_id()
            .map(|id| id.0)
            .filter(|id| !usual || *id != place),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_method_is_read_under_both_numbers_of_netronome() {
        let selection = Selection {
            method: "dp_hash".to_owned(),
            param: 7,
            fields: Vec::new(),
        };
        let lowered = lower_selection(&selection, Version::V1_5).expect("1.5 has it");
        let wire::GroupProperty::Experimenter(mut property) = lowered else {
            panic!("{lowered:?}");
        };
        assert_eq!(property.experimenter, 0x154d, "what Open vSwitch writes");
        for experimenter in [0x154d, 0x1540] {
            property.experimenter = experimenter;
            let property = wire::GroupProperty::Experimenter(property.clone());
            assert_eq!(lift_selection(&property), Some(selection.clone()));
        }
        property.experimenter = 0x2320;
        let foreign = wire::GroupProperty::Experimenter(property);
        assert_eq!(lift_selection(&foreign), None);
    }
}
