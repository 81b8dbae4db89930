//! Multipart requests and replies of every type, in every version that has it.

use bytes::Bytes;
use openflow::oxm::{Class, Field, FieldId, OxmList};
use openflow::oxs::{OxsList, OxsValue, Statistic};
use openflow::wire::{FixedText, Message};
use openflow::{Cookie, GroupId, MeterId, PortNo, TableId, Version, Xid, v13};
use v13::{MultipartReplyBody as Reply, MultipartRequestBody as Request};

use super::later_messages::{
    buckets_of_15, experimenter_property, table_properties, unknown_property,
};
use super::v13_messages::{buckets, instructions, matching};
use super::v13_ports::{port, stats as port_stats};

pub(crate) fn samples() -> Vec<Message> {
    [Version::V1_3, Version::V1_4, Version::V1_5]
        .into_iter()
        .flat_map(in_version)
        .collect()
}

fn in_version(version: Version) -> Vec<Message> {
    let ask = |body| {
        let flags = v13::MultipartFlags::empty();
        v13::Body::MultipartRequest(v13::MultipartRequest { flags, body })
    };
    let tell = |body| {
        let flags = v13::MultipartFlags::MORE;
        v13::Body::MultipartReply(v13::MultipartReply { flags, body })
    };
    let asked = requests(version).into_iter().map(ask);
    let told = replies(version).into_iter().map(tell);
    asked
        .chain(told)
        .map(|body| Message::v13(version, Xid(18), body))
        .collect()
}

fn of_14(version: Version) -> bool {
    version >= Version::V1_4
}

fn of_15(version: Version) -> bool {
    version >= Version::V1_5
}

fn requests(version: Version) -> Vec<Request> {
    let flow = v13::FlowStatsRequest {
        table_id: TableId::ALL,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        cookie: Cookie(0),
        cookie_mask: 0,
        matching: matching(),
        stats: None,
    };
    let port = v13::PortStatsRequest {
        port_no: PortNo::ANY,
    };
    let group = v13::GroupStatsRequest {
        group_id: GroupId::ALL,
    };
    let queue = v13::QueueStatsRequest {
        port_no: PortNo::ANY,
        queue_id: v13::QueueStatsRequest::ALL,
    };
    let meter = v13::MeterRequest {
        meter_id: MeterId(0xffff_ffff),
    };
    let mut all = vec![
        Request::Desc,
        Request::Aggregate(flow.clone()),
        Request::Table,
        Request::Port(port),
        Request::Queue(queue),
        Request::Group(group),
        Request::GroupDesc(of_15(version).then_some(group)),
        Request::GroupFeatures,
        Request::Meter(meter),
        Request::MeterFeatures,
        Request::TableFeatures(vec![]),
        Request::TableFeatures(vec![table_features(version)]),
        Request::PortDesc(of_15(version).then_some(port)),
        Request::Experimenter(openflow::experimenter::MultipartRequest::Other {
            experimenter: 0xdead_beef,
            exp_type: Some(1),
            data: Bytes::from_static(b"anything"),
        }),
        Request::Other {
            kind: 1234,
            data: Bytes::from_static(&[0xff; 8]),
        },
    ];
    if of_14(version) {
        all.extend([
            Request::TableDesc,
            Request::QueueDesc(queue),
            Request::FlowMonitor(vec![flow_monitor(); 2]),
        ]);
    }
    if of_15(version) {
        let with_stats = v13::FlowStatsRequest {
            stats: Some(flow_stats()),
            ..flow.clone()
        };
        all.extend([
            Request::FlowDesc(flow.clone()),
            Request::Aggregate(with_stats),
            Request::MeterDesc(meter),
            Request::FlowStats(flow),
            Request::ControllerStatus,
            Request::BundleFeatures(v13::BundleFeaturesRequest {
                feature_request_flags: v13::BundleFeatureFlags::TIMESTAMP,
                properties: bundle_properties(),
            }),
        ]);
    } else {
        all.extend([Request::Flow(flow), Request::MeterConfig(meter)]);
    }
    all
}

fn replies(version: Version) -> Vec<Reply> {
    let mut all = vec![
        Reply::Desc(Box::new(v13::DescStats {
            mfr_desc: FixedText::new("Nicira, Inc."),
            hw_desc: FixedText::new("Open vSwitch"),
            sw_desc: FixedText::new("3.1.0"),
            serial_num: FixedText::new("None"),
            dp_desc: FixedText::new("s1"),
        })),
        Reply::Aggregate(Box::new(sums(version))),
        Reply::Table(vec![v13::TableStats {
            table_id: TableId(1),
            active_count: 2,
            lookup_count: 3,
            matched_count: 4,
        }]),
        Reply::Port(vec![port_stats(version); 2]),
        Reply::Queue(vec![queue_stats(version); 2]),
        Reply::Group(vec![group_stats()]),
        Reply::GroupDesc(vec![group_desc(version); 2]),
        Reply::GroupFeatures(v13::GroupFeatures {
            types: v13::GroupTypes::all(),
            capabilities: v13::GroupCapabilities::CHAINING,
            max_groups: [1, 2, 3, 4],
            actions: [v13::ActionTypes::OUTPUT | v13::ActionTypes::GROUP; 4],
        }),
        Reply::Meter(vec![meter_stats(version); 2]),
        Reply::MeterFeatures(v13::MeterFeatures {
            max_meter: 1000,
            band_types: v13::MeterBandTypes::from_bits_retain(0x8000_0006),
            capabilities: v13::MeterCapabilities::KBPS,
            max_bands: 2,
            max_color: 3,
            features: of_15(version).then_some(v13::MeterFeatureFlags::ACTION_SET),
        }),
        Reply::TableFeatures(vec![table_features(version); 2]),
        Reply::PortDesc(vec![port(version); 2]),
        Reply::Experimenter(openflow::experimenter::MultipartReply::Other {
            experimenter: 0xdead_beef,
            exp_type: Some(1),
            data: Bytes::from_static(b"anything"),
        }),
        Reply::Other {
            kind: 1234,
            data: Bytes::from_static(&[1, 2, 3]),
        },
    ];
    if of_14(version) {
        all.extend([
            Reply::TableDesc(vec![table_desc(); 2]),
            Reply::QueueDesc(vec![queue_desc(); 2]),
            Reply::FlowMonitor(flow_updates()),
        ]);
    }
    all.extend(if of_15(version) {
        replies_of_15()
    } else {
        vec![
            Reply::Flow(vec![flow_entry(version); 2]),
            Reply::MeterConfig(vec![meter_config(); 2]),
        ]
    });
    all
}

fn replies_of_15() -> Vec<Reply> {
    vec![
        Reply::FlowDesc(vec![
            v13::FlowDesc {
                table_id: TableId(1),
                priority: 2,
                idle_timeout: 3,
                hard_timeout: 4,
                flags: v13::FlowModFlags::SEND_FLOW_REM,
                importance: 5,
                cookie: Cookie(6),
                matching: matching(),
                stats: flow_stats(),
                instructions: instructions(),
            };
            2
        ]),
        Reply::FlowStats(vec![
            v13::FlowLightweightStats {
                table_id: TableId(1),
                reason: v13::FlowStatsReason::StatTrigger,
                priority: 2,
                matching: matching(),
                stats: flow_stats(),
            };
            2
        ]),
        Reply::MeterDesc(vec![meter_config(); 2]),
        Reply::ControllerStatus(vec![controller_status(); 2]),
        Reply::BundleFeatures(v13::BundleFeatures {
            capabilities: v13::BundleFlags::ATOMIC,
            properties: bundle_properties(),
        }),
    ]
}

pub(crate) fn flow_stats() -> OxsList {
    let mut stats = OxsList::new();
    stats.push(Statistic::Duration, OxsValue::Time(1, 2));
    stats.push(Statistic::PacketCount, OxsValue::Count(3));
    stats.push(Statistic::ByteCount, OxsValue::Count(4));
    stats
}

fn sums(version: Version) -> v13::AggregateStats {
    if of_15(version) {
        let mut stats = flow_stats();
        stats.push(Statistic::FlowCount, OxsValue::Count(5));
        return v13::AggregateStats::Stats { stats };
    }
    v13::AggregateStats::Fixed {
        packet_count: 1,
        byte_count: 2,
        flow_count: 3,
    }
}

fn flow_entry(version: Version) -> v13::FlowStats {
    v13::FlowStats {
        table_id: TableId(0),
        duration_sec: 1,
        duration_nsec: 2,
        priority: 3,
        idle_timeout: 4,
        hard_timeout: 5,
        flags: v13::FlowModFlags::SEND_FLOW_REM,
        importance: of_14(version).then_some(9),
        cookie: Cookie(6),
        packet_count: 7,
        byte_count: 8,
        matching: matching(),
        instructions: instructions(),
    }
}

fn queue_stats(version: Version) -> v13::QueueStats {
    v13::QueueStats {
        port_no: PortNo(1),
        queue_id: 2,
        tx_bytes: 3,
        tx_packets: 4,
        tx_errors: 5,
        duration_sec: 6,
        duration_nsec: 7,
        properties: of_14(version).then(|| {
            vec![
                v13::QueueStatsProperty::Experimenter(experimenter_property()),
                v13::QueueStatsProperty::Unknown(unknown_property()),
            ]
        }),
    }
}

fn group_stats() -> v13::GroupStats {
    let bucket = v13::BucketCounter {
        packet_count: 7,
        byte_count: 8,
    };
    v13::GroupStats {
        group_id: GroupId(1),
        ref_count: 2,
        packet_count: 3,
        byte_count: 4,
        duration_sec: 5,
        duration_nsec: 6,
        bucket_stats: vec![bucket; 2],
    }
}

fn group_desc(version: Version) -> v13::GroupDesc {
    v13::GroupDesc {
        kind: v13::GroupType::Select,
        group_id: GroupId(1),
        buckets: if of_15(version) {
            buckets_of_15()
        } else {
            buckets()
        },
        properties: of_15(version)
            .then(|| vec![v13::GroupProperty::Experimenter(experimenter_property())]),
    }
}

fn meter_stats(version: Version) -> v13::MeterStats {
    let band = v13::MeterBandStats {
        packet_band_count: 7,
        byte_band_count: 8,
    };
    v13::MeterStats {
        meter_id: MeterId(1),
        users: if of_15(version) {
            v13::MeterUsers::References { ref_count: 2 }
        } else {
            v13::MeterUsers::Flows { flow_count: 2 }
        },
        packet_in_count: 3,
        byte_in_count: 4,
        duration_sec: 5,
        duration_nsec: 6,
        band_stats: vec![band; 2],
    }
}

fn meter_config() -> v13::MeterConfig {
    v13::MeterConfig {
        flags: v13::MeterFlags::KBPS | v13::MeterFlags::STATS,
        meter_id: MeterId(5),
        bands: vec![
            v13::MeterBand::Drop {
                rate: 1000,
                burst_size: 10,
            };
            2
        ],
    }
}

fn table_desc() -> v13::TableDesc {
    v13::TableDesc {
        table_id: TableId(3),
        config: v13::TableConfig::EVICTION,
        properties: table_properties(),
    }
}

fn queue_desc() -> v13::QueueDesc {
    v13::QueueDesc {
        port_no: PortNo(1),
        queue_id: 2,
        properties: vec![
            v13::QueueDescProperty::MinRate { rate: 500 },
            v13::QueueDescProperty::Unknown(unknown_property()),
            v13::QueueDescProperty::MaxRate { rate: 900 },
            v13::QueueDescProperty::Experimenter(experimenter_property()),
        ],
    }
}

fn flow_monitor() -> v13::FlowMonitorRequest {
    v13::FlowMonitorRequest {
        monitor_id: 1,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: v13::FlowMonitorFlags::INITIAL | v13::FlowMonitorFlags::INSTRUCTIONS,
        table_id: TableId::ALL,
        command: v13::FlowMonitorCommand::Modify,
        matching: matching(),
    }
}

fn flow_updates() -> Vec<v13::FlowUpdate> {
    use v13::FlowUpdate;
    let entry = Box::new(v13::FlowUpdateFull {
        table_id: TableId(1),
        reason: v13::FlowRemovedReason::Delete,
        idle_timeout: 2,
        hard_timeout: 3,
        priority: 4,
        cookie: Cookie(5),
        matching: matching(),
        instructions: instructions(),
    });
    vec![
        FlowUpdate::Initial(entry.clone()),
        FlowUpdate::Abbrev { xid: Xid(9) },
        FlowUpdate::Added(entry.clone()),
        FlowUpdate::Unknown {
            event: 99,
            data: Bytes::from_static(&[1, 2, 3, 4]),
        },
        FlowUpdate::Removed(entry.clone()),
        FlowUpdate::Paused,
        FlowUpdate::Modified(entry),
        FlowUpdate::Resumed,
    ]
}

fn table_features(version: Version) -> v13::TableFeatures {
    let config = v13::TableConfig::EVICTION;
    v13::TableFeatures {
        table_id: TableId(1),
        name: FixedText::new("table1"),
        metadata_match: u64::MAX,
        metadata_write: 0xff,
        abilities: if of_15(version) {
            v13::TableAbilities::Capabilities {
                command: v13::TableFeaturesCommand::Modify,
                features: v13::TableFeatureFlags::EGRESS_TABLE,
                capabilities: config,
            }
        } else {
            v13::TableAbilities::Config { config }
        },
        max_entries: 1_000_000,
        properties: table_feature_properties(version),
    }
}

fn table_feature_properties(version: Version) -> Vec<v13::TableFeatureProperty> {
    use v13::TableFeatureProperty as Feature;
    let instruction_ids = vec![
        v13::InstructionId::standard(v13::InstructionType::GotoTable),
        v13::InstructionId::Experimenter {
            experimenter: 0x2320,
            data: Bytes::from_static(&[1, 2, 3, 4]),
        },
    ];
    let action_ids = vec![
        v13::ActionId::standard(v13::ActionType::Output),
        v13::ActionId::standard(v13::ActionType::from(99)),
        v13::ActionId::Standard {
            kind: v13::ActionType::PopVlan,
            data: Bytes::from_static(&[0; 4]),
        },
    ];
    let by_experimenter = FieldId::from_numbers(Class::EXPERIMENTER, Some(7), 1, false, 6);
    let oxm_ids = vec![
        FieldId::masked(Field::EthDst),
        by_experimenter.expect("class and experimenter go together"),
        FieldId::new(Field::InPort),
    ];
    let (next_table_ids, table_ids) = (vec![TableId(2), TableId(3), TableId(4)], vec![TableId(5)]);
    let mut all = vec![
        Feature::Instructions {
            instruction_ids: instruction_ids.clone(),
        },
        Feature::InstructionsMiss { instruction_ids },
        Feature::NextTables {
            next_table_ids: next_table_ids.clone(),
        },
        Feature::NextTablesMiss { next_table_ids },
        Feature::WriteActions {
            action_ids: action_ids.clone(),
        },
        Feature::WriteActionsMiss {
            action_ids: action_ids.clone(),
        },
        Feature::ApplyActions {
            action_ids: action_ids.clone(),
        },
        Feature::ApplyActionsMiss { action_ids },
        Feature::Match {
            oxm_ids: oxm_ids.clone(),
        },
        Feature::Wildcards {
            oxm_ids: oxm_ids.clone(),
        },
        Feature::WriteSetfield {
            oxm_ids: oxm_ids.clone(),
        },
        Feature::WriteSetfieldMiss { oxm_ids: vec![] },
        Feature::ApplySetfield {
            oxm_ids: oxm_ids.clone(),
        },
        Feature::ApplySetfieldMiss {
            oxm_ids: oxm_ids.clone(),
        },
        Feature::Unknown(unknown_property()),
        Feature::Experimenter(experimenter_property()),
        Feature::ExperimenterMiss(experimenter_property()),
    ];
    if of_14(version) {
        all.push(Feature::TableSyncFrom { table_ids });
    }
    if of_15(version) {
        let mut oxm_values = OxmList::new();
        oxm_values.push(Field::EthType, 0x0800, None);
        all.extend([
            Feature::WriteCopyfield {
                oxm_ids: oxm_ids.clone(),
            },
            Feature::WriteCopyfieldMiss {
                oxm_ids: oxm_ids.clone(),
            },
            Feature::ApplyCopyfield {
                oxm_ids: oxm_ids.clone(),
            },
            Feature::ApplyCopyfieldMiss { oxm_ids },
            Feature::PacketTypes { oxm_values },
        ]);
    }
    all
}

pub(crate) fn controller_status() -> v13::ControllerStatus {
    use v13::ControllerStatusProperty as Property;
    v13::ControllerStatus {
        short_id: 1,
        role: v13::ControllerRole::Master,
        reason: v13::ControllerStatusReason::Role,
        channel_status: v13::ControlChannelStatus::Down,
        properties: vec![
            Property::Uri {
                uri: Bytes::from_static(b"tls:192.0.2.1:6653"),
            },
            Property::Experimenter(experimenter_property()),
            Property::Unknown(unknown_property()),
        ],
    }
}

fn bundle_properties() -> Vec<v13::BundleFeaturesProperty> {
    use v13::BundleFeaturesProperty as Property;
    let time = |seconds| v13::BundleTime {
        seconds,
        nanoseconds: 5,
    };
    vec![
        Property::TimeCapability {
            sched_accuracy: time(1),
            sched_max_future: time(2),
            sched_max_past: time(3),
            timestamp: time(1 << 33),
        },
        Property::Experimenter(experimenter_property()),
        Property::Unknown(unknown_property()),
    ]
}
