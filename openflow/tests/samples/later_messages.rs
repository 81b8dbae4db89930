//! Messages as 1.4 and 1.5 have them, multipart excepted.

use bytes::Bytes;
use openflow::wire::Message;
use openflow::{GroupId, MeterId, PortNo, TableId, Version, Xid, v13};

pub(crate) fn samples() -> Vec<Message> {
    let of_14 = bodies_of_14().into_iter().map(|body| (Version::V1_4, body));
    let of_15 = bodies_of_15().into_iter().map(|body| (Version::V1_5, body));
    of_14
        .chain(of_15)
        .map(|(version, body)| Message::v13(version, Xid(0x14), body))
        .collect()
}

/// An experimenter's property whose length takes padding.
pub(crate) fn experimenter_property() -> v13::ExperimenterProperty {
    v13::ExperimenterProperty {
        experimenter: 0x4f4e_4600,
        exp_type: 7,
        data: Bytes::from_static(&[1, 2, 3]),
    }
}

/// A property nobody knows, as long as its length.
pub(crate) fn unknown_property() -> v13::UnknownProperty {
    v13::UnknownProperty {
        kind: 0x7777,
        data: Bytes::from_static(&[9, 8, 7, 6, 5]),
    }
}

/// Every property of a table.
pub(crate) fn table_properties() -> Vec<v13::TableProperty> {
    use v13::TableProperty;
    vec![
        TableProperty::Eviction {
            flags: v13::EvictionFlags::IMPORTANCE | v13::EvictionFlags::LIFETIME,
        },
        TableProperty::Unknown(unknown_property()),
        TableProperty::Vacancy {
            vacancy_down: 10,
            vacancy_up: 90,
            vacancy: 50,
        },
        TableProperty::Experimenter(experimenter_property()),
    ]
}

fn meter_mod() -> v13::Body {
    v13::Body::MeterMod(v13::MeterMod {
        command: v13::MeterModCommand::Modify,
        flags: v13::MeterFlags::KBPS | v13::MeterFlags::STATS,
        meter_id: MeterId(0xffff_fffd),
        bands: vec![v13::MeterBand::Drop {
            rate: 1000,
            burst_size: 10,
        }],
    })
}

fn table_mod() -> v13::Body {
    v13::Body::TableMod(v13::TableMod {
        table_id: TableId::ALL,
        config: v13::TableConfig::EVICTION | v13::TableConfig::VACANCY_EVENTS,
        properties: Some(table_properties()),
    })
}

fn bodies_of_14() -> Vec<v13::Body> {
    vec![
        table_mod(),
        meter_mod(),
        v13::Body::GroupMod(v13::GroupMod {
            command: v13::GroupModCommand::Add,
            kind: v13::GroupType::All,
            group_id: GroupId(1),
            command_bucket_id: None,
            buckets: super::v13_messages::buckets(),
            properties: None,
        }),
    ]
}

fn bodies_of_15() -> Vec<v13::Body> {
    vec![
        table_mod(),
        meter_mod(),
        v13::Body::GroupMod(group_mod_15()),
    ]
}

/// Every property of a bucket, in buckets with and without actions.
pub(crate) fn buckets_of_15() -> Vec<v13::Bucket> {
    use v13::{BucketProperty, BucketTerms};
    let properties = vec![
        BucketProperty::Weight { weight: 100 },
        BucketProperty::WatchPort { watch: PortNo(1) },
        BucketProperty::Unknown(unknown_property()),
        BucketProperty::WatchGroup {
            watch: GroupId::ANY,
        },
        BucketProperty::Experimenter(experimenter_property()),
    ];
    vec![
        v13::Bucket {
            terms: BucketTerms::Properties {
                bucket_id: v13::BucketId(0x1234_5678),
                properties,
            },
            actions: super::v13_messages::actions(),
        },
        v13::Bucket {
            terms: BucketTerms::Properties {
                bucket_id: v13::BucketId(1),
                properties: vec![],
            },
            actions: smallvec::smallvec![],
        },
    ]
}

fn group_mod_15() -> v13::GroupMod {
    v13::GroupMod {
        command: v13::GroupModCommand::InsertBucket,
        kind: v13::GroupType::Select,
        group_id: GroupId(1),
        command_bucket_id: Some(v13::BucketId::FIRST),
        buckets: buckets_of_15(),
        properties: Some(vec![
            v13::GroupProperty::Unknown(unknown_property()),
            v13::GroupProperty::Experimenter(experimenter_property()),
        ]),
    }
}
