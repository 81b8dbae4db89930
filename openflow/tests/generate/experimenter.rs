//! Messages and multiparts of Nicira and the ONF.

use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use openflow::experimenter::{
    Actions, Entries, ForwardedRequest, MultipartReply, MultipartRequest, nicira, onf,
};
use openflow::oxm::OxmList;
use openflow::wire::{Experimenter, Message};
use openflow::{BufferId, Cookie, GroupId, PortNo, TableId, Version, Xid, v10, v13};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::oxm::matching as oxm_match;
use super::properties::{experimenter, unknown};
use super::{Named, of, payload, v10_messages, v13_actions, v13_messages};

/// Messages and statistics of 1.0.
pub(crate) fn v10_bodies() -> Vec<Named<v10::Body>> {
    let version = Version::V1_0;
    let request = (any::<u16>(), multipart_request(version))
        .prop_map(|(flags, body)| v10::StatsRequest {
            flags,
            body: v10::StatsRequestBody::Vendor(body),
        })
        .prop_map(v10::Body::StatsRequest);
    let reply = (any::<u16>(), multipart_reply(version))
        .prop_map(|(flags, body)| v10::StatsReply {
            flags: v10::StatsFlags::from_bits_retain(flags),
            body: v10::StatsReplyBody::Vendor(body),
        })
        .prop_map(v10::Body::StatsReply);
    let vendor = nicira_message(version)
        .prop_map(|message| v10::Body::Vendor(v10::Vendor::Nicira(Box::new(message))));
    vec![
        ("experimenter", vendor.boxed()),
        ("multipart_request", request.boxed()),
        ("multipart_reply", reply.boxed()),
    ]
}

/// Messages of 1.3 and later. What is bundled or forwarded is in [`nested`].
pub(crate) fn v13_bodies(version: Version) -> Vec<Named<v13::Body>> {
    let nicira = nicira_message(version).prop_map(|m| Experimenter::Nicira(Box::new(m)));
    let onf = onf_message(version).prop_map(|m| Experimenter::Onf(Box::new(m)));
    let either = prop_oneof![nicira, onf].prop_map(v13::Body::Experimenter);
    vec![("experimenter", either.boxed())]
}

/// A message in a message: their transactions are the same, which bodies alone cannot say.
pub(crate) fn nested() -> impl Strategy<Value = Message> {
    let version = Version::V1_3;
    let bundled = prop_oneof![
        v13_messages::flow_mod(version).prop_map(|change| v13::Body::FlowMod(Box::new(change))),
        v13_messages::group_mod(version).prop_map(v13::Body::GroupMod),
    ];
    let add = (
        any::<u32>(),
        any::<u32>(),
        any::<u16>(),
        bundled,
        bundle_properties(),
    )
        .prop_map(move |(xid, bundle_id, flags, body, properties)| {
            let message = Box::new(Message::v13(version, Xid(xid), body));
            let add = onf::BundleAddMessage {
                bundle_id,
                flags: v13::BundleFlags::from_bits_retain(flags),
                message,
                properties,
            };
            of_onf(xid, onf::Message::BundleAddMessage(add))
        });
    let forwarded = prop_oneof![
        v13_messages::group_mod(version).prop_map(v13::Body::GroupMod),
        v13_messages::meter_mod(version).prop_map(v13::Body::MeterMod),
    ];
    let forward = (any::<[u32; 2]>(), forwarded).prop_map(move |([xid, inner], body)| {
        let request = Box::new(Message::v13(version, Xid(inner), body));
        of_onf(
            xid,
            onf::Message::RequestForward(ForwardedRequest { request }),
        )
    });
    prop_oneof![add, forward]
}

fn of_onf(xid: u32, message: onf::Message) -> Message {
    let body = v13::Body::Experimenter(Experimenter::Onf(Box::new(message)));
    Message::v13(Version::V1_3, Xid(xid), body)
}

fn nxm() -> impl Strategy<Value = nicira::Match> {
    oxm_match().prop_map(|m| nicira::Match {
        nxm_fields: m.oxm_fields,
    })
}

fn actions(version: Version) -> BoxedStrategy<Actions> {
    match version {
        Version::V1_0 => v10_messages::actions().prop_map(Actions::V10).boxed(),
        _ => v13_actions::actions(version).prop_map(Actions::V13).boxed(),
    }
}

fn nicira_message(version: Version) -> BoxedStrategy<nicira::Message> {
    use nicira::Message as M;
    let mut all = vec![
        packet_in(version).prop_map(M::PacketIn).boxed(),
        packet_in2(version).prop_map(M::PacketIn2).boxed(),
        packet_in2(version).prop_map(M::Resume).boxed(),
        role().prop_map(M::RoleRequest).boxed(),
        role().prop_map(M::RoleReply).boxed(),
        flow_mod(version).prop_map(M::FlowMod).boxed(),
        flow_removed().prop_map(M::FlowRemoved).boxed(),
        settings().boxed(),
        tlv_table().boxed(),
        ct_flush().prop_map(M::CtFlush).boxed(),
        (0x1000u32.., payload())
            .prop_map(|(exp_type, data)| M::Unknown { exp_type, data })
            .boxed(),
    ];
    if version <= Version::V1_3 {
        let properties = vec(async_property(), 0..4);
        let config = properties.prop_map(|properties| nicira::AsyncConfig2 { properties });
        all.push(config.prop_map(M::SetAsyncConfig2).boxed());
    }
    if version == Version::V1_0 {
        all.push(group_mod(version).prop_map(M::GroupMod).boxed());
        let format = any::<u32>().prop_map(nicira::FlowFormat::from);
        let format = format.prop_map(|format| nicira::SetFlowFormat { format });
        all.push(format.prop_map(M::SetFlowFormat).boxed());
        let forward = (any::<u32>(), group_mod(version)).prop_map(|(xid, change)| {
            let change = v10::Vendor::Nicira(Box::new(M::GroupMod(change)));
            let request = Box::new(Message::v10(Xid(xid), v10::Body::Vendor(change)));
            M::RequestForward(ForwardedRequest { request })
        });
        all.push(forward.boxed());
    }
    Union::new(all).boxed()
}

fn packet_in(version: Version) -> impl Strategy<Value = nicira::PacketIn> {
    fields!(nicira::PacketIn {
        buffer_id: of(BufferId),
        total_len: any::<u16>(),
        reason: any::<u8>().prop_map(move |number| v13::PacketInReason::of(number, version)),
        table_id: of(TableId),
        cookie: of(Cookie),
        matching: nxm(),
        data: payload(),
    })
}

fn packet() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 14..80).prop_map(Bytes::from)
}

fn packet_in2(version: Version) -> impl Strategy<Value = nicira::PacketIn2> {
    use nicira::PacketInProperty as P;
    let property = prop_oneof![
        fields!(P::Packet { packet: packet() }),
        fields!(P::FullLen {
            full_len: any::<u32>()
        }),
        fields!(P::BufferId {
            buffer_id: of(BufferId)
        }),
        fields!(P::TableId {
            table_id: of(TableId)
        }),
        fields!(P::Cookie { cookie: of(Cookie) }),
        fields!(P::Reason {
            reason: any::<u8>().prop_map(move |number| v13::PacketInReason::of(number, version))
        }),
        oxm_match().prop_map(|m| P::Metadata {
            oxm_fields: m.oxm_fields
        }),
        fields!(P::Userdata {
            userdata: payload()
        }),
        fields!(P::Continuation {
            continuation: continuation()
        }),
        unknown().prop_map(P::Unknown),
    ];
    (vec(property, 0..6), packet()).prop_map(|(mut properties, packet)| {
        properties.push(P::Packet { packet });
        nicira::PacketIn2 { properties }
    })
}

/// What is left to do, as Open vSwitch writes it for itself: properties again.
fn continuation() -> impl Strategy<Value = Bytes> {
    let mirrors = any::<[u8; 4]>().prop_map(|mirrors| [&[0, 2, 0, 8][..], &mirrors].concat());
    let tracked = Just(vec![0, 3, 0, 4, 0, 0, 0, 0]);
    let table = any::<u8>().prop_map(|table| vec![0, 4, 0, 5, table, 0, 0, 0]);
    vec(prop_oneof![mirrors, tracked, table], 0..4).prop_map(|list| list.concat().into())
}

fn role() -> impl Strategy<Value = nicira::RoleRequest> {
    (0u32..3).prop_map(|role| nicira::RoleRequest { role: role.into() })
}

fn flow_mod(version: Version) -> impl Strategy<Value = nicira::FlowMod> {
    fields!(nicira::FlowMod {
        cookie: of(Cookie),
        table_id: of(TableId),
        command: (0u8..5).prop_map(nicira::FlowModCommand::from),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        priority: any::<u16>(),
        buffer_id: of(BufferId),
        out_port: of(v10::PortNo),
        flags: of(v10::FlowModFlags::from_bits_retain),
        matching: nxm(),
        actions: actions(version),
    })
}

fn flow_removed() -> impl Strategy<Value = nicira::FlowRemoved> {
    fields!(nicira::FlowRemoved {
        cookie: of(Cookie),
        priority: any::<u16>(),
        reason: of::<u8, _>(v13::FlowRemovedReason::from),
        table_id: any::<u8>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        idle_timeout: any::<u16>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        matching: nxm(),
    })
}

fn settings() -> impl Strategy<Value = nicira::Message> {
    use nicira::Message as M;
    prop_oneof![
        any::<u8>().prop_map(|set| M::FlowModTableId(nicira::FlowModTableId { set })),
        any::<u32>().prop_map(|format| M::SetPacketInFormat(nicira::SetPacketInFormat {
            format: format.into()
        })),
        Just(M::FlowAge),
        fields!(nicira::AsyncConfig {
            packet_in_mask: any::<[u32; 2]>(),
            port_status_mask: any::<[u32; 2]>(),
            flow_removed_mask: any::<[u32; 2]>(),
        })
        .prop_map(M::SetAsyncConfig),
        any::<u16>().prop_map(|controller_id| M::SetControllerId(nicira::SetControllerId {
            controller_id
        })),
        any::<u32>().prop_map(|id| M::FlowMonitorCancel(nicira::FlowMonitorCancel { id })),
        Just(M::FlowMonitorPaused),
        Just(M::FlowMonitorResumed),
        any::<u16>().prop_map(|zone_id| M::CtFlushZone(nicira::CtFlushZone { zone_id })),
    ]
}

fn tlv_table() -> impl Strategy<Value = nicira::Message> {
    use nicira::Message as M;
    let mappings = || {
        vec(
            fields!(nicira::TlvMap {
                option_class: any::<u16>(),
                option_type: any::<u8>(),
                option_len: (1u8..32).prop_map(|words| words * 4),
                index: any::<u16>(),
            }),
            0..4,
        )
    };
    prop_oneof![
        fields!(nicira::TlvTableMod {
            command: of::<u16, _>(nicira::TlvTableCommand::from),
            mappings: mappings()
        })
        .prop_map(M::TlvTableMod),
        Just(M::TlvTableRequest),
        fields!(nicira::TlvTableReply {
            max_option_space: any::<u32>(),
            max_fields: any::<u16>(),
            mappings: mappings(),
        })
        .prop_map(M::TlvTableReply),
    ]
}

fn ct_flush() -> impl Strategy<Value = nicira::CtFlush> {
    use nicira::{CtProperty as P, CtTupleProperty as T};
    let address = prop_oneof![
        any::<Ipv4Addr>().prop_map(|address| address.to_ipv6_mapped()),
        Just(Ipv6Addr::UNSPECIFIED),
    ]
    .boxed();
    let element = prop_oneof![
        fields!(T::Src {
            address: address.clone()
        }),
        fields!(T::Dst { address: address }),
        fields!(T::SrcPort { port: any::<u16>() }),
        fields!(T::DstPort { port: any::<u16>() }),
        fields!(T::IcmpId {
            icmp_id: any::<u16>()
        }),
        fields!(T::IcmpType {
            icmp_type: any::<u8>()
        }),
        fields!(T::IcmpCode {
            icmp_code: any::<u8>()
        }),
    ];
    let tuple = vec(element, 0..5).boxed();
    let property = prop_oneof![
        fields!(P::OrigTuple {
            tuple: tuple.clone()
        }),
        fields!(P::ReplyTuple { tuple: tuple }),
        fields!(P::ZoneId {
            zone_id: any::<u16>()
        }),
        fields!(P::Mark { mark: any::<u32>() }),
        fields!(P::MarkMask { mask: any::<u32>() }),
        fields!(P::Labels {
            labels: any::<u128>()
        }),
        fields!(P::LabelsMask {
            mask: any::<u128>()
        }),
    ];
    fields!(nicira::CtFlush {
        ip_proto: any::<u8>(),
        properties: vec(property, 0..4)
    })
}

fn async_property() -> impl Strategy<Value = nicira::AsyncProperty> {
    use nicira::AsyncProperty as P;
    prop_oneof![
        fields!(P::Reasons {
            kind: (0u16..12).prop_map(nicira::AsyncType::from),
            mask: any::<u32>()
        }),
        unknown().prop_map(P::Unknown),
    ]
}

fn bucket(version: Version) -> impl Strategy<Value = nicira::Bucket> {
    use v13::BucketProperty as P;
    let property = prop_oneof![
        any::<u16>().prop_map(|weight| P::Weight { weight }),
        any::<u32>().prop_map(|port| P::WatchPort {
            watch: PortNo(port)
        }),
        any::<u32>().prop_map(|group| P::WatchGroup {
            watch: GroupId(group)
        }),
        experimenter().prop_map(P::Experimenter),
        unknown().prop_map(P::Unknown),
    ];
    fields!(nicira::Bucket {
        bucket_id: of(v13::BucketId),
        actions: actions(version),
        properties: vec(property, 0..3),
    })
}

fn group_properties() -> impl Strategy<Value = Vec<v13::GroupProperty>> {
    use v13::GroupProperty as P;
    let property = prop_oneof![
        experimenter().prop_map(P::Experimenter),
        unknown().prop_map(P::Unknown),
    ];
    vec(property, 0..3)
}

fn group_mod(version: Version) -> impl Strategy<Value = nicira::GroupMod> {
    use v13::GroupModCommand as C;
    let commands = vec![
        C::Add,
        C::Modify,
        C::Delete,
        C::InsertBucket,
        C::RemoveBucket,
    ];
    fields!(nicira::GroupMod {
        command: proptest::sample::select(commands),
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        command_bucket_id: of(v13::BucketId),
        buckets: vec(bucket(version), 0..3),
        properties: group_properties(),
    })
}

fn flow_stats_request() -> impl Strategy<Value = nicira::FlowStatsRequest> {
    fields!(nicira::FlowStatsRequest {
        out_port: of(v10::PortNo),
        table_id: of(TableId),
        matching: nxm(),
    })
}

fn monitor_flags() -> impl Strategy<Value = nicira::FlowMonitorFlags> {
    (0u16..64)
        .prop_map(nicira::FlowMonitorFlags::from_bits_retain)
        .prop_map(|flags| flags | nicira::FlowMonitorFlags::ADD)
}

fn multipart_request(version: Version) -> BoxedStrategy<MultipartRequest> {
    use nicira::MultipartRequest as M;
    let group = || of(GroupId);
    let monitor = fields!(nicira::FlowMonitor {
        id: any::<u32>(),
        flags: monitor_flags(),
        out_port: of(v10::PortNo),
        table_id: of(TableId),
        matching: nxm(),
    });
    let mut all = vec![
        Just(M::IpfixBridge).boxed(),
        Just(M::IpfixFlow).boxed(),
        (0x1000u32.., payload())
            .prop_map(|(exp_type, data)| M::Unknown { exp_type, data })
            .boxed(),
    ];
    if version == Version::V1_0 {
        all.extend([
            flow_stats_request().prop_map(M::Flow).boxed(),
            flow_stats_request().prop_map(M::Aggregate).boxed(),
            entries(monitor).prop_map(M::FlowMonitor).boxed(),
            group()
                .prop_map(|group_id| M::Group(nicira::GroupStatsRequest { group_id }))
                .boxed(),
            group()
                .prop_map(|group_id| M::GroupDesc(nicira::GroupDescRequest { group_id }))
                .boxed(),
            Just(M::GroupFeatures).boxed(),
        ]);
    }
    let nicira = Union::new(all).prop_map(|body| MultipartRequest::Nicira(Box::new(body)));
    let other = other_multipart(version).prop_map(|(experimenter, exp_type, data)| {
        MultipartRequest::Other {
            experimenter,
            exp_type,
            data,
        }
    });
    prop_oneof![4 => nicira, 1 => other].boxed()
}

fn multipart_reply(version: Version) -> BoxedStrategy<MultipartReply> {
    use nicira::MultipartReply as M;
    let mut all = vec![
        ipfix().prop_map(M::IpfixBridge).boxed(),
        entries(ipfix()).prop_map(M::IpfixFlow).boxed(),
        (0x1000u32.., payload())
            .prop_map(|(exp_type, data)| M::Unknown { exp_type, data })
            .boxed(),
    ];
    if version == Version::V1_0 {
        all.extend(stats_of_10());
    }
    let nicira = Union::new(all).prop_map(|body| MultipartReply::Nicira(Box::new(body)));
    let other =
        other_multipart(version).prop_map(|(experimenter, exp_type, data)| MultipartReply::Other {
            experimenter,
            exp_type,
            data,
        });
    prop_oneof![4 => nicira, 1 => other].boxed()
}

fn stats_of_10() -> Vec<BoxedStrategy<nicira::MultipartReply>> {
    use nicira::MultipartReply as M;
    let version = Version::V1_0;
    let sums = fields!(v10::AggregateStats {
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        flow_count: any::<u32>(),
    });
    let desc = fields!(nicira::GroupDesc {
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        buckets: vec(bucket(version), 0..3),
        properties: group_properties(),
    });
    let features = fields!(nicira::GroupFeatures {
        types: any::<u32>(),
        capabilities: any::<u32>(),
        max_groups: any::<[u32; 4]>(),
        actions: any::<[u32; 4]>(),
    });
    vec![
        entries(flow_stats(version)).prop_map(M::Flow).boxed(),
        sums.prop_map(M::Aggregate).boxed(),
        entries(flow_update(version))
            .prop_map(M::FlowMonitor)
            .boxed(),
        entries(desc).prop_map(M::GroupDesc).boxed(),
        features.prop_map(M::GroupFeatures).boxed(),
    ]
}

fn other_multipart(version: Version) -> impl Strategy<Value = (u32, Option<u32>, Bytes)> {
    let typed = version != Version::V1_0;
    (0x10_0000u32..0x4000_0000, any::<u32>(), payload())
        .prop_map(move |(who, which, data)| (who, typed.then_some(which), data))
}

fn entries<T: std::fmt::Debug>(
    entry: impl Strategy<Value = T>,
) -> impl Strategy<Value = Entries<T>> {
    vec(entry, 0..4).prop_map(|entries| Entries { entries })
}

fn ipfix() -> impl Strategy<Value = nicira::IpfixStats> {
    (any::<[u64; 10]>(), any::<u32>()).prop_map(|(counters, collector_set_id)| {
        let [a, b, c, d, e, f, g, h, i, j] = counters;
        nicira::IpfixStats {
            total_flows: a,
            current_flows: b,
            pkts: c,
            ipv4_pkts: d,
            ipv6_pkts: e,
            error_pkts: f,
            ipv4_error_pkts: g,
            ipv6_error_pkts: h,
            tx_pkts: i,
            tx_errors: j,
            collector_set_id,
        }
    })
}

fn flow_stats(version: Version) -> impl Strategy<Value = nicira::FlowStats> {
    fields!(nicira::FlowStats {
        table_id: of(TableId),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        idle_age: any::<u16>(),
        hard_age: any::<u16>(),
        cookie: of(Cookie),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        matching: nxm(),
        actions: actions(version),
    })
}

fn flow_update(version: Version) -> impl Strategy<Value = nicira::FlowUpdate> {
    use nicira::FlowUpdate as U;
    let flow = fields!(nicira::UpdatedFlow {
        reason: any::<u16>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        table_id: of(TableId),
        cookie: of(Cookie),
        matching: nxm(),
        actions: actions(version),
    });
    let full = (0u8..3, flow).prop_map(|(event, flow)| match event {
        0 => U::Added(Box::new(flow)),
        1 => U::Deleted(Box::new(flow)),
        _ => U::Modified(Box::new(flow)),
    });
    let abbrev = any::<u32>().prop_map(|xid| U::Abbrev { xid: Xid(xid) });
    prop_oneof![3 => full, 1 => abbrev]
}

fn bundle_properties() -> impl Strategy<Value = Vec<v13::BundleProperty>> {
    use v13::BundleProperty as P;
    let property = prop_oneof![
        experimenter().prop_map(P::Experimenter),
        unknown().prop_map(P::Unknown),
    ];
    vec(property, 0..3)
}

fn role_properties() -> impl Strategy<Value = Vec<v13::RoleProperty>> {
    use v13::RoleProperty as P;
    let property = prop_oneof![
        experimenter().prop_map(P::Experimenter),
        unknown().prop_map(P::Unknown),
    ];
    vec(property, 0..3)
}

fn onf_message(version: Version) -> BoxedStrategy<onf::Message> {
    use onf::Message as M;
    let unknown =
        (0x1000u32.., payload()).prop_map(|(exp_type, data)| M::Unknown { exp_type, data });
    if version != Version::V1_3 {
        return unknown.boxed();
    }
    prop_oneof![
        unknown,
        any::<u32>().prop_map(|id| M::FlowMonitorCancel(nicira::FlowMonitorCancel { id })),
        Just(M::FlowMonitorPaused),
        Just(M::FlowMonitorResumed),
        fields!(onf::RoleStatus {
            role: of::<u32, _>(v13::ControllerRole::from),
            reason: of::<u8, _>(v13::RoleReason::from),
            generation_id: any::<u64>(),
            properties: role_properties(),
        })
        .prop_map(M::RoleStatus),
        fields!(onf::BundleControl {
            bundle_id: any::<u32>(),
            kind: of::<u16, _>(v13::BundleControlType::from),
            flags: of(v13::BundleFlags::from_bits_retain),
            properties: bundle_properties(),
        })
        .prop_map(M::BundleControl),
    ]
    .boxed()
}

/// Multiparts of 1.3 and later.
pub(crate) fn v13_request(version: Version) -> BoxedStrategy<MultipartRequest> {
    let monitor = fields!(onf::FlowMonitor {
        id: any::<u32>(),
        flags: monitor_flags(),
        out_port: of(PortNo),
        table_id: of(TableId),
        matching: monitor_match(),
    });
    let onf = entries(monitor)
        .prop_map(onf::MultipartRequest::FlowMonitor)
        .prop_map(|body| MultipartRequest::Onf(Box::new(body)));
    match version {
        Version::V1_3 => prop_oneof![onf, multipart_request(version)].boxed(),
        _ => multipart_request(version),
    }
}

/// Multiparts of 1.3 and later.
pub(crate) fn v13_reply(version: Version) -> BoxedStrategy<MultipartReply> {
    use onf::FlowUpdate as U;
    let flow = fields!(onf::UpdatedFlow {
        reason: any::<u16>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        table_id: of(TableId),
        cookie: of(Cookie),
        matching: monitor_match(),
        instructions: v13_actions::instructions(version),
    });
    let full = (0u8..3, flow).prop_map(|(event, flow)| match event {
        0 => U::Added(Box::new(flow)),
        1 => U::Deleted(Box::new(flow)),
        _ => U::Modified(Box::new(flow)),
    });
    let abbrev = any::<u32>().prop_map(|xid| U::Abbrev { xid: Xid(xid) });
    let onf = entries(prop_oneof![3 => full, 1 => abbrev])
        .prop_map(onf::MultipartReply::FlowMonitor)
        .prop_map(|body| MultipartReply::Onf(Box::new(body)));
    match version {
        Version::V1_3 => prop_oneof![onf, multipart_reply(version)].boxed(),
        _ => multipart_reply(version),
    }
}

fn monitor_match() -> impl Strategy<Value = onf::MonitorMatch> {
    // No longer than the shortest match: of so many bytes Open vSwitch asks that they are there.
    let with_header =
        (0u16..=8, oxm_match()).prop_map(|(match_len, matching)| onf::MonitorMatch::OfpMatch {
            match_len,
            matching,
        });
    let bare = oxm_match().prop_map(|m| {
        let mut oxm_fields = OxmList::new();
        let own = m.oxm_fields.iter().filter(|oxm| oxm.class.0 != 1);
        own.for_each(|oxm| oxm_fields.push_oxm(oxm));
        onf::MonitorMatch::Fields { oxm_fields }
    });
    prop_oneof![with_header, bare]
}
