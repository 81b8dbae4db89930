//! Multipart requests and replies of 1.3 and later.

use openflow::{Cookie, GroupId, PortNo, TableId, Version, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::oxm::matching;
use super::properties::bucket;
use super::v13_actions::instructions;
use super::v13_messages::port as port_desc;
use super::{Named, of, payload, text};

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

pub(crate) fn multipart_request(_: Version) -> impl Strategy<Value = v13::MultipartRequest> {
    use v13::MultipartRequestBody as Request;
    let flow = || {
        fields!(v13::FlowStatsRequest {
            table_id: of(TableId),
            out_port: of(PortNo),
            out_group: of(GroupId),
            cookie: of(Cookie),
            cookie_mask: any::<u64>(),
            matching: matching(),
        })
    };
    let body = prop_oneof![
        Just(Request::Desc),
        flow().prop_map(Request::Flow),
        flow().prop_map(Request::Aggregate),
        Just(Request::Table),
        fields!(v13::PortStatsRequest {
            port_no: of(PortNo)
        })
        .prop_map(Request::Port),
        fields!(v13::GroupStatsRequest {
            group_id: of(GroupId)
        })
        .prop_map(Request::Group),
        Just(Request::GroupDesc),
        Just(Request::PortDesc),
        fields!(Request::Other {
            kind: prop_oneof![8u16..13, 14u16..].prop_map(v13::MultipartType::from),
            data: payload(),
        }),
    ];
    fields!(v13::MultipartRequest {
        flags: of(v13::MultipartFlags::from_bits_retain),
        body: body
    })
}

pub(crate) fn multipart_reply(version: Version) -> impl Strategy<Value = v13::MultipartReply> {
    use v13::MultipartReplyBody as Reply;
    let desc = fields!(v13::DescStats {
        mfr_desc: text(),
        hw_desc: text(),
        sw_desc: text(),
        serial_num: text(),
        dp_desc: text(),
    });
    let flow = fields!(v13::FlowStats {
        table_id: of(TableId),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        flags: of(v13::FlowModFlags::from_bits_retain),
        cookie: of(Cookie),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        matching: matching(),
        instructions: instructions(version),
    });
    let table = fields!(v13::TableStats {
        table_id: of(TableId),
        active_count: any::<u32>(),
        lookup_count: any::<u64>(),
        matched_count: any::<u64>(),
    });
    let port = fields!(v13::PortStats {
        port_no: of(PortNo),
        rx_packets: any::<u64>(),
        tx_packets: any::<u64>(),
        rx_bytes: any::<u64>(),
        tx_bytes: any::<u64>(),
        rx_dropped: any::<u64>(),
        tx_dropped: any::<u64>(),
        rx_errors: any::<u64>(),
        tx_errors: any::<u64>(),
        rx_frame_err: any::<u64>(),
        rx_over_err: any::<u64>(),
        rx_crc_err: any::<u64>(),
        collisions: any::<u64>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
    });
    let counter = fields!(v13::BucketCounter {
        packet_count: any::<u64>(),
        byte_count: any::<u64>()
    });
    let group = fields!(v13::GroupStats {
        group_id: of(GroupId),
        ref_count: any::<u32>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        bucket_stats: vec(counter, 0..4),
    });
    let group_desc = fields!(v13::GroupDesc {
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        buckets: vec(bucket(version), 0..3),
    });
    let aggregate = fields!(v13::AggregateStats {
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        flow_count: any::<u32>(),
    });
    let body = prop_oneof![
        desc.prop_map(|desc| Reply::Desc(Box::new(desc))),
        vec(flow, 0..3).prop_map(Reply::Flow),
        aggregate.prop_map(Reply::Aggregate),
        vec(table, 0..3).prop_map(Reply::Table),
        vec(port, 0..3).prop_map(Reply::Port),
        vec(group, 0..3).prop_map(Reply::Group),
        vec(group_desc, 0..3).prop_map(Reply::GroupDesc),
        vec(port_desc(version), 0..3).prop_map(Reply::PortDesc),
        fields!(Reply::Other {
            kind: prop_oneof![8u16..13, 14u16..].prop_map(v13::MultipartType::from),
            data: payload(),
        }),
    ];
    fields!(v13::MultipartReply {
        flags: of(v13::MultipartFlags::from_bits_retain),
        body: body
    })
}
