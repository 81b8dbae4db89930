//! Properties, and parts of messages that are properties in later versions.

use bytes::Bytes;
use openflow::{GroupId, PortNo, Version, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::v13_actions::actions;
use super::{of, payload};

pub(crate) fn experimenter() -> impl Strategy<Value = v13::ExperimenterProperty> {
    fields!(v13::ExperimenterProperty {
        experimenter: any::<u32>(),
        exp_type: any::<u32>(),
        data: payload(),
    })
}

/// Of a type that no kind of property has.
pub(crate) fn unknown() -> impl Strategy<Value = v13::UnknownProperty> {
    fields!(v13::UnknownProperty {
        kind: 0x100u16..0xfff0,
        data: vec(any::<u8>(), 0..20).prop_map(Bytes::from),
    })
}

/// A few, in versions that have them.
pub(crate) fn since<T: std::fmt::Debug + Clone + 'static>(
    since: Version,
    version: Version,
    property: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<Vec<T>>> {
    if version >= since {
        vec(property, 0..4).prop_map(Some).boxed()
    } else {
        Just(None).boxed()
    }
}

pub(crate) fn table() -> impl Strategy<Value = v13::TableProperty> {
    use v13::TableProperty;
    prop_oneof![
        fields!(TableProperty::Eviction {
            flags: of(v13::EvictionFlags::from_bits_retain)
        }),
        fields!(TableProperty::Vacancy {
            vacancy_down: any::<u8>(),
            vacancy_up: any::<u8>(),
            vacancy: any::<u8>(),
        }),
        experimenter().prop_map(TableProperty::Experimenter),
        unknown().prop_map(TableProperty::Unknown),
    ]
}

pub(crate) fn group() -> impl Strategy<Value = v13::GroupProperty> {
    prop_oneof![
        experimenter().prop_map(v13::GroupProperty::Experimenter),
        unknown().prop_map(v13::GroupProperty::Unknown),
    ]
}

fn bucket_property() -> impl Strategy<Value = v13::BucketProperty> {
    use v13::BucketProperty;
    prop_oneof![
        fields!(BucketProperty::Weight {
            weight: any::<u16>()
        }),
        fields!(BucketProperty::WatchPort { watch: of(PortNo) }),
        fields!(BucketProperty::WatchGroup { watch: of(GroupId) }),
        experimenter().prop_map(BucketProperty::Experimenter),
        unknown().prop_map(BucketProperty::Unknown),
    ]
}

fn bucket_terms(version: Version) -> BoxedStrategy<v13::BucketTerms> {
    if version >= Version::V1_5 {
        return fields!(v13::BucketTerms::Properties {
            bucket_id: of(v13::BucketId),
            properties: vec(bucket_property(), 0..4),
        })
        .boxed();
    }
    fields!(v13::BucketTerms::Fixed {
        weight: any::<u16>(),
        watch_port: of(PortNo),
        watch_group: of(GroupId),
    })
    .boxed()
}

pub(crate) fn bucket(version: Version) -> impl Strategy<Value = v13::Bucket> {
    fields!(v13::Bucket {
        terms: bucket_terms(version),
        actions: actions(version),
    })
}
