//! Messages as 1.4 and 1.5 have them, multipart excepted.

use bytes::Bytes;
use openflow::oxm::{Class, Field, OxmList};
use openflow::oxs::{Oxs, OxsList, OxsValue, Statistic};
use openflow::wire::Message;
use openflow::{BufferId, Cookie, GroupId, MeterId, PortNo, TableId, Version, Xid, v13};

/// What is in a bundle has the transaction of what brings it.
const XID: Xid = Xid(0x14);

pub(crate) fn samples() -> Vec<Message> {
    let of_14 = bodies_of_14().into_iter().map(|body| (Version::V1_4, body));
    let of_15 = bodies_of_15().into_iter().map(|body| (Version::V1_5, body));
    of_14
        .chain(of_15)
        .map(|(version, body)| Message::v13(version, XID, body))
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

/// Those that both versions have.
fn bodies_of_both(version: Version) -> Vec<v13::Body> {
    use v13::Body;
    let inner = |body| Box::new(Message::v13(version, XID, body));
    vec![
        table_mod(),
        meter_mod(),
        Body::PortMod(port_mod()),
        Body::RoleStatus(v13::RoleStatus {
            role: v13::ControllerRole::Slave,
            reason: v13::RoleReason::MasterRequest,
            generation_id: 7,
            properties: vec![
                v13::RoleProperty::Experimenter(experimenter_property()),
                v13::RoleProperty::Unknown(unknown_property()),
            ],
        }),
        Body::TableStatus(v13::TableStatus {
            reason: v13::TableReason::VacancyDown,
            table: v13::TableDesc {
                table_id: TableId(1),
                config: v13::TableConfig::EVICTION,
                properties: table_properties(),
            },
        }),
        Body::Requestforward(v13::Requestforward {
            request: inner(meter_mod()),
        }),
        Body::BundleControl(v13::BundleControl {
            bundle_id: 1,
            kind: v13::BundleControlType::OpenRequest,
            flags: v13::BundleFlags::ATOMIC,
            properties: bundle_properties(version),
        }),
        Body::BundleAddMessage(v13::BundleAddMessage {
            bundle_id: 1,
            flags: v13::BundleFlags::ATOMIC | v13::BundleFlags::ORDERED,
            message: inner(table_mod()),
            properties: vec![],
        }),
        // Whose length takes padding before the properties.
        Body::BundleAddMessage(v13::BundleAddMessage {
            bundle_id: 2,
            flags: v13::BundleFlags::empty(),
            message: inner(Body::SetConfig(v13::SwitchConfig {
                flags: v13::ConfigFlags::empty(),
                miss_send_len: 128,
            })),
            properties: bundle_properties(version),
        }),
        Body::SetAsync(v13::AsyncConfig::Properties {
            properties: async_properties(version),
        }),
        Body::GetAsyncReply(v13::AsyncConfig::Properties {
            properties: {
                let mut properties = async_properties(version);
                properties.push(v13::AsyncProperty {
                    kind: v13::AsyncPropertyType::Unknown(0x7777),
                    body: v13::AsyncPropertyBody::Unknown {
                        data: Bytes::from_static(&[1, 2, 3]),
                    },
                });
                properties
            },
        }),
    ]
}

/// Every property of a bundle that the version has.
fn bundle_properties(version: Version) -> Vec<v13::BundleProperty> {
    use v13::BundleProperty;
    let scheduled_time = v13::BundleTime {
        seconds: 1_700_000_000,
        nanoseconds: 5,
    };
    let time = (version >= Version::V1_5).then_some(BundleProperty::Time { scheduled_time });
    let others = [
        BundleProperty::Unknown(unknown_property()),
        BundleProperty::Experimenter(experimenter_property()),
    ];
    time.into_iter().chain(others).collect()
}

/// Every property of the configuration that the version has.
fn async_properties(version: Version) -> Vec<v13::AsyncProperty> {
    let types = if version >= Version::V1_5 { 16 } else { 12 };
    let masks = (0..types).map(|number| v13::AsyncProperty {
        kind: number.into(),
        body: v13::AsyncPropertyBody::Reasons {
            mask: if matches!(number, 8 | 9) { 0x18 } else { 0x3 },
        },
    });
    let experimenters = [0xfffe, 0xffff].map(|number: u16| v13::AsyncProperty {
        kind: number.into(),
        body: v13::AsyncPropertyBody::Experimenter(experimenter_property()),
    });
    masks.chain(experimenters).collect()
}

fn port_mod() -> v13::PortMod {
    use v13::PortModProperty;
    v13::PortMod {
        port_no: PortNo(1),
        hw_addr: super::MAC,
        config: v13::PortConfig::PORT_DOWN,
        mask: v13::PortConfig::PORT_DOWN,
        traits: v13::PortModTraits::Properties {
            properties: vec![
                PortModProperty::Ethernet {
                    advertise: v13::PortFeatures::F10GB_FD,
                },
                PortModProperty::Unknown(unknown_property()),
                PortModProperty::Optical {
                    configure: v13::OpticalFeatures::TX_TUNE,
                    freq_lmda: 1500,
                    fl_offset: 2000,
                    grid_span: 3000,
                    tx_pwr: 300,
                },
                PortModProperty::Experimenter(experimenter_property()),
            ],
        },
    }
}

fn bodies_of_14() -> Vec<v13::Body> {
    let group_mod = v13::Body::GroupMod(v13::GroupMod {
        command: v13::GroupModCommand::Add,
        kind: v13::GroupType::All,
        group_id: GroupId(1),
        command_bucket_id: None,
        buckets: super::v13_messages::buckets(),
        properties: None,
    });
    let mut bodies = bodies_of_both(Version::V1_4);
    bodies.push(group_mod);
    bodies
}

fn bodies_of_15() -> Vec<v13::Body> {
    let mut bodies = bodies_of_both(Version::V1_5);
    bodies.extend([
        v13::Body::GroupMod(group_mod_15()),
        v13::Body::FlowRemoved(flow_removed_15()),
        v13::Body::PacketOut(packet_out_15()),
        v13::Body::ControllerStatus(super::v13_multipart::controller_status()),
    ]);
    bodies
}

/// Every statistic, an unknown one and one of an experimenter.
pub(crate) fn stats() -> OxsList {
    let mut stats = OxsList::new();
    stats.push(Statistic::Duration, OxsValue::Time(3, 5));
    stats.push(Statistic::IdleTime, OxsValue::Time(1, 0));
    stats.push(Statistic::FlowCount, OxsValue::Count(1));
    stats.push(Statistic::PacketCount, OxsValue::Count(2));
    stats.push(Statistic::ByteCount, OxsValue::Count(128));
    for (class, code) in [(OxsList::OPENFLOW_BASIC, 99), (Class::EXPERIMENTER, 1)] {
        let oxs = Oxs::new(class, code, &[0, 0, 0x23, 0x20, 1]);
        stats.push_oxs(oxs.expect("well-formed"));
    }
    stats
}

fn flow_removed_15() -> v13::FlowRemoved {
    v13::FlowRemoved {
        cookie: Cookie(7),
        priority: 100,
        reason: v13::FlowRemovedReason::MeterDelete,
        table_id: TableId(1),
        idle_timeout: 10,
        hard_timeout: 20,
        counters: v13::FlowCounters::Stats { stats: stats() },
        matching: super::v13_messages::matching(),
    }
}

fn packet_out_15() -> v13::PacketOut {
    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::InPort, 1, None);
    oxm_fields.push(Field::Metadata, 3, None);
    v13::PacketOut {
        buffer_id: BufferId::NONE,
        origin: v13::PacketOrigin::Pipeline {
            matching: v13::Match { oxm_fields },
        },
        actions: super::v13_messages::actions(),
        data: Bytes::from_static(super::PACKET),
    }
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
