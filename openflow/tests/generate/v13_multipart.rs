//! Multipart requests and replies of 1.3 and later.

use openflow::oxs::{OxsList, OxsValue, Statistic};
use openflow::{Cookie, GroupId, MeterId, PortNo, TableId, Version, Xid, v13};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;
use v13::{MultipartReplyBody as Reply, MultipartRequestBody as Request};

use super::oxm::matching;
use super::properties::{self, bucket, experimenter, unknown};
use super::v13_actions::instructions;
use super::v13_messages::meter_band;
use super::v13_ports;
use super::v13_tables;
use super::{Named, aligned, of, payload, text};

pub(crate) fn bodies(version: Version) -> Vec<Named<v13::Body>> {
    use v13::Body;
    vec![
        (
            "multipart_request",
            multipart_request(version)
                .prop_map(Body::MultipartRequest)
                .boxed(),
        ),
        (
            "multipart_reply",
            multipart_reply(version)
                .prop_map(Body::MultipartReply)
                .boxed(),
        ),
    ]
}

/// The strategies of this version: those of a row whose first version is not later.
pub(crate) fn of_version<T: std::fmt::Debug + 'static>(
    version: Version,
    rows: Vec<(Version, BoxedStrategy<T>)>,
) -> BoxedStrategy<T> {
    let there = rows.into_iter().filter(|(since, _)| *since <= version);
    Union::new(there.map(|(_, strategy)| strategy)).boxed()
}

/// A row for [`of_version`]: from which version on, and what.
macro_rules! row {
    ($since:ident $strategy:expr) => {
        (Version::$since, $strategy.boxed())
    };
}

pub(crate) fn multipart_request(version: Version) -> impl Strategy<Value = v13::MultipartRequest> {
    let body = of_version(version, request_rows(version));
    fields!(v13::MultipartRequest {
        flags: of(v13::MultipartFlags::from_bits_retain),
        body: body
    })
}

fn request_rows(version: Version) -> Vec<(Version, BoxedStrategy<Request>)> {
    let of_15 = version >= Version::V1_5;
    let port = || {
        fields!(v13::PortStatsRequest {
            port_no: of(PortNo)
        })
    };
    let group = || {
        fields!(v13::GroupStatsRequest {
            group_id: of(GroupId)
        })
    };
    let meter = || {
        fields!(v13::MeterRequest {
            meter_id: of(MeterId)
        })
    };
    let queue = || {
        fields!(v13::QueueStatsRequest {
            port_no: of(PortNo),
            queue_id: any::<u32>()
        })
    };
    let bundle_features = fields!(v13::BundleFeaturesRequest {
        feature_request_flags: of(v13::BundleFeatureFlags::from_bits_retain),
        properties: vec(bundle_property(), 0..3),
    });
    let mut rows = vec![
        row!(V1_3 Just(Request::Desc)),
        row!(V1_3 flow_request(version).prop_map(Request::Aggregate)),
        row!(V1_3 Just(Request::Table)),
        row!(V1_3 port().prop_map(Request::Port)),
        row!(V1_3 queue().prop_map(Request::Queue)),
        row!(V1_3 group().prop_map(Request::Group)),
        row!(V1_3 group().prop_map(move |it| Request::GroupDesc(of_15.then_some(it)))),
        row!(V1_3 Just(Request::GroupFeatures)),
        row!(V1_3 meter().prop_map(Request::Meter)),
        row!(V1_3 Just(Request::MeterFeatures)),
        row!(V1_3 vec(v13_tables::features(version), 0..3).prop_map(Request::TableFeatures)),
        row!(V1_3 port().prop_map(move |it| Request::PortDesc(of_15.then_some(it)))),
        row!(V1_3 super::experimenter::v13_request(version).prop_map(Request::Experimenter)),
        row!(V1_3 fields!(Request::Other { kind: 20u16..0xffff, data: payload() })),
        row!(V1_4 Just(Request::TableDesc)),
        row!(V1_4 queue().prop_map(Request::QueueDesc)),
        row!(V1_4 vec(flow_monitor(), 0..3).prop_map(Request::FlowMonitor)),
        row!(V1_5 flow_request(version).prop_map(Request::FlowDesc)),
        row!(V1_5 meter().prop_map(Request::MeterDesc)),
        row!(V1_5 flow_request(version).prop_map(Request::FlowStats)),
        row!(V1_5 Just(Request::ControllerStatus)),
        row!(V1_5 bundle_features.prop_map(Request::BundleFeatures)),
    ];
    if !of_15 {
        rows.push(row!(V1_3 flow_request(version).prop_map(Request::Flow)));
        rows.push(row!(V1_3 meter().prop_map(Request::MeterConfig)));
    }
    rows
}

pub(crate) fn multipart_reply(version: Version) -> impl Strategy<Value = v13::MultipartReply> {
    let body = of_version(version, reply_rows(version));
    fields!(v13::MultipartReply {
        flags: of(v13::MultipartFlags::from_bits_retain),
        body: body
    })
}

fn reply_rows(version: Version) -> Vec<(Version, BoxedStrategy<Reply>)> {
    let desc = fields!(v13::DescStats {
        mfr_desc: text(),
        hw_desc: text(),
        sw_desc: text(),
        serial_num: text(),
        dp_desc: text(),
    });
    let table = fields!(v13::TableStats {
        table_id: of(TableId),
        active_count: any::<u32>(),
        lookup_count: any::<u64>(),
        matched_count: any::<u64>(),
    });
    let bundle_features = fields!(v13::BundleFeatures {
        capabilities: of(v13::BundleFlags::from_bits_retain),
        properties: vec(bundle_property(), 0..3),
    });
    let mut rows = vec![
        row!(V1_3 desc.prop_map(|desc| Reply::Desc(Box::new(desc)))),
        row!(V1_3 sums(version).prop_map(|sums| Reply::Aggregate(Box::new(sums)))),
        row!(V1_3 vec(table, 0..3).prop_map(Reply::Table)),
        row!(V1_3 vec(v13_ports::stats(version), 0..3).prop_map(Reply::Port)),
        row!(V1_3 vec(queue_stats(version), 0..3).prop_map(Reply::Queue)),
        row!(V1_3 vec(group_stats(), 0..3).prop_map(Reply::Group)),
        row!(V1_3 vec(group_desc(version), 0..3).prop_map(Reply::GroupDesc)),
        row!(V1_3 group_features().prop_map(Reply::GroupFeatures)),
        row!(V1_3 vec(meter_stats(version), 0..3).prop_map(Reply::Meter)),
        row!(V1_3 meter_features(version).prop_map(Reply::MeterFeatures)),
        row!(V1_3 vec(v13_tables::features(version), 0..3).prop_map(Reply::TableFeatures)),
        row!(V1_3 vec(v13_ports::port(version), 0..3).prop_map(Reply::PortDesc)),
        row!(V1_3 super::experimenter::v13_reply(version).prop_map(Reply::Experimenter)),
        row!(V1_3 fields!(Reply::Other { kind: 20u16..0xffff, data: payload() })),
        row!(V1_4 vec(v13_tables::desc(), 0..3).prop_map(Reply::TableDesc)),
        row!(V1_4 vec(queue_desc(), 0..3).prop_map(Reply::QueueDesc)),
        row!(V1_4 vec(flow_update(version), 0..3).prop_map(Reply::FlowMonitor)),
        row!(V1_5 vec(flow_desc(version), 0..3).prop_map(Reply::FlowDesc)),
        row!(V1_5 vec(meter_config(), 0..3).prop_map(Reply::MeterDesc)),
        row!(V1_5 vec(flow_lightweight(), 0..3).prop_map(Reply::FlowStats)),
        row!(V1_5 vec(controller_status(), 0..3).prop_map(Reply::ControllerStatus)),
        row!(V1_5 bundle_features.prop_map(Reply::BundleFeatures)),
    ];
    if version < Version::V1_5 {
        rows.push(row!(V1_3 vec(flow_stats(version), 0..3).prop_map(Reply::Flow)));
        rows.push(row!(V1_3 vec(meter_config(), 0..3).prop_map(Reply::MeterConfig)));
    }
    rows
}

fn stats() -> impl Strategy<Value = OxsList> {
    let time = (any::<u32>(), any::<u32>()).prop_map(|(sec, nsec)| OxsValue::Time(sec, nsec));
    let all = (time, any::<u64>(), any::<u32>());
    all.prop_map(|(time, packets, flows)| {
        let mut stats = OxsList::new();
        stats.push(Statistic::Duration, time);
        stats.push(Statistic::PacketCount, OxsValue::Count(packets));
        stats.push(Statistic::FlowCount, OxsValue::Count(flows.into()));
        stats
    })
}

fn flow_request(version: Version) -> impl Strategy<Value = v13::FlowStatsRequest> {
    let appended = proptest::option::of(stats())
        .prop_map(move |stats| stats.filter(|_| version >= Version::V1_5));
    fields!(v13::FlowStatsRequest {
        table_id: of(TableId),
        out_port: of(PortNo),
        out_group: of(GroupId),
        cookie: of(Cookie),
        cookie_mask: any::<u64>(),
        matching: matching(),
        stats: appended,
    })
}

fn flow_monitor() -> impl Strategy<Value = v13::FlowMonitorRequest> {
    use v13::FlowMonitorCommand as Command;
    fields!(v13::FlowMonitorRequest {
        monitor_id: any::<u32>(),
        out_port: of(PortNo),
        out_group: of(GroupId),
        flags: of(v13::FlowMonitorFlags::from_bits_retain),
        table_id: of(TableId),
        command: proptest::sample::select(vec![Command::Add, Command::Modify, Command::Delete]),
        matching: matching(),
    })
}

fn flow_stats(version: Version) -> impl Strategy<Value = v13::FlowStats> {
    fields!(v13::FlowStats {
        table_id: of(TableId),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        flags: of(v13::FlowModFlags::from_bits_retain),
        importance: any::<u16>().prop_map(move |it| (version >= Version::V1_4).then_some(it)),
        cookie: of(Cookie),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        matching: matching(),
        instructions: instructions(version),
    })
}

fn flow_desc(version: Version) -> impl Strategy<Value = v13::FlowDesc> {
    fields!(v13::FlowDesc {
        table_id: of(TableId),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        flags: of(v13::FlowModFlags::from_bits_retain),
        importance: any::<u16>(),
        cookie: of(Cookie),
        matching: matching(),
        stats: stats(),
        instructions: instructions(version),
    })
}

fn flow_lightweight() -> impl Strategy<Value = v13::FlowLightweightStats> {
    fields!(v13::FlowLightweightStats {
        table_id: of(TableId),
        reason: of::<u8, _>(v13::FlowStatsReason::from),
        priority: any::<u16>(),
        matching: matching(),
        stats: stats(),
    })
}

fn flow_update(version: Version) -> impl Strategy<Value = v13::FlowUpdate> {
    use v13::FlowUpdate as Update;
    let full = || {
        fields!(v13::FlowUpdateFull {
            table_id: of(TableId),
            reason: of::<u8, _>(v13::FlowRemovedReason::from),
            idle_timeout: any::<u16>(),
            hard_timeout: any::<u16>(),
            priority: any::<u16>(),
            cookie: of(Cookie),
            matching: matching(),
            instructions: instructions(version),
        })
        .prop_map(Box::new)
    };
    prop_oneof![
        full().prop_map(Update::Initial),
        full().prop_map(Update::Added),
        full().prop_map(Update::Removed),
        full().prop_map(Update::Modified),
        of(Xid).prop_map(|xid| Update::Abbrev { xid }),
        Just(Update::Paused),
        Just(Update::Resumed),
        fields!(Update::Unknown {
            event: 7u16..,
            data: aligned(4)
        }),
    ]
}

fn sums(version: Version) -> BoxedStrategy<v13::AggregateStats> {
    if version >= Version::V1_5 {
        return stats()
            .prop_map(|stats| v13::AggregateStats::Stats { stats })
            .boxed();
    }
    fields!(v13::AggregateStats::Fixed {
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        flow_count: any::<u32>(),
    })
    .boxed()
}

fn queue_stats(version: Version) -> impl Strategy<Value = v13::QueueStats> {
    use v13::QueueStatsProperty as Property;
    let property = prop_oneof![
        experimenter().prop_map(Property::Experimenter),
        unknown().prop_map(Property::Unknown),
    ];
    let properties = vec(property, 0..3);
    fields!(v13::QueueStats {
        port_no: of(PortNo),
        queue_id: any::<u32>(),
        tx_bytes: any::<u64>(),
        tx_packets: any::<u64>(),
        tx_errors: any::<u64>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        properties: properties.prop_map(move |it| (version >= Version::V1_4).then_some(it)),
    })
}

fn queue_desc() -> impl Strategy<Value = v13::QueueDesc> {
    use v13::QueueDescProperty as Property;
    let property = prop_oneof![
        fields!(Property::MinRate { rate: any::<u16>() }),
        fields!(Property::MaxRate { rate: any::<u16>() }),
        experimenter().prop_map(Property::Experimenter),
        unknown().prop_map(Property::Unknown),
    ];
    fields!(v13::QueueDesc {
        port_no: of(PortNo),
        queue_id: any::<u32>(),
        properties: vec(property, 0..4),
    })
}

fn group_stats() -> impl Strategy<Value = v13::GroupStats> {
    let counter = fields!(v13::BucketCounter {
        packet_count: any::<u64>(),
        byte_count: any::<u64>()
    });
    fields!(v13::GroupStats {
        group_id: of(GroupId),
        ref_count: any::<u32>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        bucket_stats: vec(counter, 0..4),
    })
}

fn group_desc(version: Version) -> impl Strategy<Value = v13::GroupDesc> {
    let properties = vec(properties::group(), 0..3);
    fields!(v13::GroupDesc {
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        buckets: vec(bucket(version), 0..3),
        properties: properties.prop_map(move |it| (version >= Version::V1_5).then_some(it)),
    })
}

fn group_features() -> impl Strategy<Value = v13::GroupFeatures> {
    let actions = proptest::array::uniform4(any::<u32>());
    fields!(v13::GroupFeatures {
        types: of(v13::GroupTypes::from_bits_retain),
        capabilities: of(v13::GroupCapabilities::from_bits_retain),
        max_groups: proptest::array::uniform4(any::<u32>()),
        actions: actions.prop_map(|bits| bits.map(v13::ActionTypes::from_bits_retain)),
    })
}

fn meter_stats(version: Version) -> impl Strategy<Value = v13::MeterStats> {
    let band = fields!(v13::MeterBandStats {
        packet_band_count: any::<u64>(),
        byte_band_count: any::<u64>()
    });
    let users = any::<u32>().prop_map(move |count| match version {
        Version::V1_5 => v13::MeterUsers::References { ref_count: count },
        _ => v13::MeterUsers::Flows { flow_count: count },
    });
    fields!(v13::MeterStats {
        meter_id: of(MeterId),
        users: users,
        packet_in_count: any::<u64>(),
        byte_in_count: any::<u64>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        band_stats: vec(band, 0..3),
    })
}

fn meter_config() -> impl Strategy<Value = v13::MeterConfig> {
    fields!(v13::MeterConfig {
        flags: of(v13::MeterFlags::from_bits_retain),
        meter_id: of(MeterId),
        bands: vec(meter_band(), 0..3),
    })
}

fn meter_features(version: Version) -> impl Strategy<Value = v13::MeterFeatures> {
    let features = of(v13::MeterFeatureFlags::from_bits_retain);
    fields!(v13::MeterFeatures {
        max_meter: any::<u32>(),
        band_types: of(v13::MeterBandTypes::from_bits_retain),
        capabilities: of(v13::MeterCapabilities::from_bits_retain),
        max_bands: any::<u8>(),
        max_color: any::<u8>(),
        features: proptest::option::of(features)
            .prop_map(move |it| it.filter(|_| version >= Version::V1_5)),
    })
}

pub(crate) fn controller_status() -> impl Strategy<Value = v13::ControllerStatus> {
    use v13::ControllerStatusProperty as Property;
    let property = prop_oneof![
        payload().prop_map(|uri| Property::Uri { uri }),
        experimenter().prop_map(Property::Experimenter),
        unknown().prop_map(Property::Unknown),
    ];
    fields!(v13::ControllerStatus {
        short_id: any::<u16>(),
        role: of::<u32, _>(v13::ControllerRole::from),
        reason: of::<u8, _>(v13::ControllerStatusReason::from),
        channel_status: of::<u8, _>(v13::ControlChannelStatus::from),
        properties: vec(property, 0..3),
    })
}

fn bundle_property() -> impl Strategy<Value = v13::BundleFeaturesProperty> {
    use v13::BundleFeaturesProperty as Property;
    let time = || {
        fields!(v13::BundleTime {
            seconds: any::<u64>(),
            nanoseconds: any::<u32>()
        })
    };
    prop_oneof![
        fields!(Property::TimeCapability {
            sched_accuracy: time(),
            sched_max_future: time(),
            sched_max_past: time(),
            timestamp: time(),
        }),
        experimenter().prop_map(Property::Experimenter),
        unknown().prop_map(Property::Unknown),
    ]
}
