//! What encodes decodes to the same message, whatever its fields hold.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::Ipv4Addr;

use bytes::{Bytes, BytesMut};
use openflow::oxm::{Class, Field, Oxm, OxmField, OxmList};
use openflow::wire::{Echo, Error, Experimenter, FixedText, Hello, HelloElement, Message};
use openflow::{
    BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, PortNo, TableId, Version, Xid, v10, v13,
};
use proptest::collection::vec;
use proptest::prelude::*;
use smallvec::{Array, SmallVec};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn hellos_survive(version: u8, xid: u32, hello in hello()) {
        // Before 1.3 what follows the elements is ignored, so there must be none to be sure of it.
        survives(&Message::hello(version, Xid(xid), hello))?;
    }

    #[test]
    fn messages_of_10_survive(xid: u32, body in v10_body()) {
        survives(&Message::v10(Xid(xid), body))?;
    }

    #[test]
    fn messages_of_13_survive(xid: u32, body in v13_body()) {
        survives(&Message::v13(Version::V1_3, Xid(xid), body))?;
    }

    /// Garbage of any length, and garbage behind a header that fits: refused or a message, never
    /// a panic; a message encodes to as many bytes.
    #[test]
    fn garbage_is_refused_or_survives(mut bytes in vec(any::<u8>(), 0..300), fits: bool) {
        if let (true, 8..) = (fits, bytes.len()) {
            let length = u16::try_from(bytes.len()).unwrap();
            bytes[0] = if bytes[0] % 2 == 0 { 0x01 } else { 0x04 };
            bytes[1] %= 30;
            bytes[2..4].copy_from_slice(&length.to_be_bytes());
        }
        let came = Bytes::from(bytes);
        if let Ok(message) = Message::decode(came.clone()) {
            let encoded = encode(&message);
            prop_assert_eq!(encoded.len(), came.len());
            // Padding alone may differ, and is zero.
            prop_assert!(encoded.iter().zip(&came).all(|(out, came)| out == came || *out == 0));
            survives(&message)?;
        }
    }
}

fn encode(message: &Message) -> Bytes {
    let mut into = BytesMut::new();
    message.encode(&mut into).unwrap();
    into.freeze()
}

fn survives(message: &Message) -> Result<(), TestCaseError> {
    let bytes = encode(message);
    prop_assert_eq!(&Message::decode(bytes.clone()), &Ok(message.clone()));
    let line = openflow::decode_line(&hex::encode(&bytes));
    prop_assert!(line.starts_with("{\"ok\":true,"), "{}", line);
    Ok(())
}

/// A struct from a strategy for each field.
macro_rules! fields {
    ($($name:ident)::+ { $($field:ident: $strategy:expr),+ $(,)? }) => {
        fields!(@nest $($strategy),+).prop_map(|fields!(@pattern $($field),+)| $($name)::+ { $($field),+ })
    };
    (@nest $one:expr) => { $one };
    (@nest $one:expr, $($rest:expr),+) => { ($one, fields!(@nest $($rest),+)) };
    (@pattern $one:ident) => { $one };
    (@pattern $one:ident, $($rest:ident),+) => { ($one, fields!(@pattern $($rest),+)) };
}

/// A type made from a number.
fn of<N: Arbitrary, T: std::fmt::Debug>(make: fn(N) -> T) -> impl Strategy<Value = T> {
    any::<N>().prop_map(make)
}

/// Bytes whose length is `offset` more than a multiple of eight, as in a padded element.
fn aligned(offset: usize) -> impl Strategy<Value = Bytes> {
    (0usize..3, any::<u8>()).prop_map(move |(n, byte)| vec![byte; n * 8 + offset].into())
}

fn payload() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..80).prop_map(Bytes::from)
}

fn text<const N: usize>() -> impl Strategy<Value = FixedText<N>> {
    vec(any::<u8>(), N).prop_map(|bytes| FixedText(bytes.try_into().unwrap()))
}

fn small<A: Array>(
    item: impl Strategy<Value = A::Item>,
    most: usize,
) -> impl Strategy<Value = SmallVec<A>>
where
    A::Item: std::fmt::Debug,
{
    vec(item, 0..most).prop_map(SmallVec::from_vec)
}

fn hello() -> impl Strategy<Value = Hello> {
    let bitmap = small(any::<u32>(), 4).prop_map(|bitmaps| HelloElement::VersionBitmap { bitmaps });
    let unknown = (2u16.., payload()).prop_map(|(kind, data)| HelloElement::Unknown { kind, data });
    small(prop_oneof![bitmap, unknown], 4).prop_map(|elements| Hello {
        elements,
        ignored: Bytes::new(),
    })
}

fn oxm_field() -> impl Strategy<Value = OxmField> {
    let known = (
        proptest::sample::select(Field::ALL),
        any::<u128>(),
        any::<Option<u128>>(),
    )
        .prop_map(|(field, value, mask)| OxmField::new(field, value, mask));
    let unknown = (
        0x0001u16..0x8000,
        0u8..128,
        any::<bool>(),
        vec(any::<u8>(), 0..20),
    )
        .prop_map(|(class, code, has_mask, half)| {
            let body = if has_mask { half.repeat(2) } else { half };
            let oxm = Oxm::new(Class(class), code, has_mask, None, &body);
            OxmField::from_oxm(oxm.unwrap())
        });
    let experimenter =
        (0u8..128, any::<u32>(), vec(any::<u8>(), 0..20)).prop_map(|(code, experimenter, body)| {
            let oxm = Oxm::new(Class::EXPERIMENTER, code, false, Some(experimenter), &body);
            OxmField::from_oxm(oxm.unwrap())
        });
    prop_oneof![4 => known, 1 => unknown, 1 => experimenter]
}

fn v13_match() -> impl Strategy<Value = v13::Match> {
    vec(oxm_field(), 0..12).prop_map(|fields| {
        let mut oxm_fields = OxmList::new();
        fields
            .iter()
            .for_each(|field| oxm_fields.push_oxm(field.oxm()));
        v13::Match { oxm_fields }
    })
}

fn v10_match() -> impl Strategy<Value = v10::Match> {
    fields!(v10::Match {
        wildcards: of(v10::Wildcards::from_bits_retain),
        in_port: of(v10::PortNo),
        dl_src: of(MacAddr),
        dl_dst: of(MacAddr),
        dl_vlan: any::<u16>(),
        dl_vlan_pcp: any::<u8>(),
        dl_type: any::<u16>(),
        nw_tos: any::<u8>(),
        nw_proto: any::<u8>(),
        nw_src: any::<Ipv4Addr>(),
        nw_dst: any::<Ipv4Addr>(),
        tp_src: any::<u16>(),
        tp_dst: any::<u16>(),
    })
}

fn v10_action() -> impl Strategy<Value = v10::Action> {
    use v10::Action;
    let port = || of(v10::PortNo);
    prop_oneof![
        fields!(Action::Output {
            port: port(),
            max_len: any::<u16>()
        }),
        fields!(Action::SetVlanVid {
            vlan_vid: any::<u16>()
        }),
        fields!(Action::SetVlanPcp {
            vlan_pcp: any::<u8>()
        }),
        Just(Action::StripVlan),
        fields!(Action::SetDlSrc {
            dl_addr: of(MacAddr)
        }),
        fields!(Action::SetDlDst {
            dl_addr: of(MacAddr)
        }),
        fields!(Action::SetNwSrc {
            nw_addr: any::<Ipv4Addr>()
        }),
        fields!(Action::SetNwDst {
            nw_addr: any::<Ipv4Addr>()
        }),
        fields!(Action::SetNwTos {
            nw_tos: any::<u8>()
        }),
        fields!(Action::SetTpSrc {
            tp_port: any::<u16>()
        }),
        fields!(Action::SetTpDst {
            tp_port: any::<u16>()
        }),
        fields!(Action::Enqueue {
            port: port(),
            queue_id: any::<u32>()
        }),
        fields!(Action::Vendor {
            vendor: any::<u32>(),
            data: aligned(0)
        }),
        fields!(Action::Unknown {
            kind: 12u16..0xffff,
            data: aligned(4)
        }),
    ]
}

fn v10_actions() -> impl Strategy<Value = v10::Actions> {
    small(v10_action(), 7)
}

fn v13_action() -> impl Strategy<Value = v13::Action> {
    use v13::Action;
    prop_oneof![
        fields!(Action::Output {
            port: of(PortNo),
            max_len: any::<u16>()
        }),
        proptest::sample::select(
            &[
                Action::CopyTtlOut,
                Action::CopyTtlIn,
                Action::DecMplsTtl,
                Action::PopVlan,
                Action::DecNwTtl,
                Action::PopPbb,
            ][..]
        ),
        fields!(Action::SetMplsTtl {
            mpls_ttl: any::<u8>()
        }),
        fields!(Action::PushVlan {
            ethertype: any::<u16>()
        }),
        fields!(Action::PushMpls {
            ethertype: any::<u16>()
        }),
        fields!(Action::PopMpls {
            ethertype: any::<u16>()
        }),
        fields!(Action::SetQueue {
            queue_id: any::<u32>()
        }),
        fields!(Action::Group {
            group_id: of(GroupId)
        }),
        fields!(Action::SetNwTtl {
            nw_ttl: any::<u8>()
        }),
        fields!(Action::SetField { field: oxm_field() }),
        fields!(Action::PushPbb {
            ethertype: any::<u16>()
        }),
        fields!(Action::Experimenter {
            experimenter: any::<u32>(),
            data: aligned(0)
        }),
        fields!(Action::Unknown {
            kind: 28u16..0xffff,
            data: aligned(4)
        }),
    ]
}

fn v13_actions() -> impl Strategy<Value = v13::Actions> {
    small(v13_action(), 7)
}

fn v13_instructions() -> impl Strategy<Value = v13::Instructions> {
    use v13::Instruction;
    let instruction = prop_oneof![
        fields!(Instruction::GotoTable {
            table_id: of(TableId)
        }),
        fields!(Instruction::WriteMetadata {
            metadata: any::<u64>(),
            metadata_mask: any::<u64>()
        }),
        fields!(Instruction::WriteActions {
            actions: v13_actions()
        }),
        fields!(Instruction::ApplyActions {
            actions: v13_actions()
        }),
        Just(Instruction::ClearActions),
        fields!(Instruction::Meter {
            meter_id: of(MeterId)
        }),
        fields!(Instruction::Experimenter {
            experimenter: any::<u32>(),
            data: aligned(0)
        }),
        fields!(Instruction::Unknown {
            kind: 7u16..0xffff,
            data: aligned(4)
        }),
    ];
    small(instruction, 4)
}

fn v10_port() -> impl Strategy<Value = v10::Port> {
    fields!(v10::Port {
        port_no: of(v10::PortNo),
        hw_addr: of(MacAddr),
        name: text(),
        config: of(v10::PortConfig::from_bits_retain),
        state: of(v10::PortState::from_bits_retain),
        curr: of(v10::PortFeatures::from_bits_retain),
        advertised: of(v10::PortFeatures::from_bits_retain),
        supported: of(v10::PortFeatures::from_bits_retain),
        peer: of(v10::PortFeatures::from_bits_retain),
    })
}

fn v13_port() -> impl Strategy<Value = v13::Port> {
    fields!(v13::Port {
        port_no: of(PortNo),
        hw_addr: of(MacAddr),
        name: text(),
        config: of(v13::PortConfig::from_bits_retain),
        state: of(v13::PortState::from_bits_retain),
        curr: of(v13::PortFeatures::from_bits_retain),
        advertised: of(v13::PortFeatures::from_bits_retain),
        supported: of(v13::PortFeatures::from_bits_retain),
        peer: of(v13::PortFeatures::from_bits_retain),
        curr_speed: any::<u32>(),
        max_speed: any::<u32>(),
    })
}

fn v10_error() -> impl Strategy<Value = Error> {
    fields!(Error {
        kind: any::<u16>(),
        code: any::<u16>(),
        experimenter: Just(None),
        data: payload()
    })
}

fn v13_error() -> impl Strategy<Value = Error> {
    let plain = fields!(Error {
        kind: 0u16..0xffff,
        code: any::<u16>(),
        experimenter: Just(None),
        data: payload(),
    });
    let experimenter = fields!(Error {
        kind: Just(0xffff),
        code: any::<u16>(),
        experimenter: any::<u32>().prop_map(Some),
        data: payload(),
    });
    prop_oneof![plain, experimenter]
}

fn echo() -> impl Strategy<Value = Echo> {
    fields!(Echo { data: payload() })
}

fn v10_stats_request() -> impl Strategy<Value = v10::StatsRequest> {
    use v10::StatsRequestBody as Request;
    let flow = || {
        fields!(v10::FlowStatsRequest {
            matching: v10_match(),
            table_id: of(TableId),
            out_port: of(v10::PortNo),
        })
    };
    let body = prop_oneof![
        Just(Request::Desc),
        flow().prop_map(Request::Flow),
        flow().prop_map(Request::Aggregate),
        Just(Request::Table),
        fields!(v10::PortStatsRequest {
            port_no: of(v10::PortNo)
        })
        .prop_map(Request::Port),
        fields!(v10::QueueStatsRequest {
            port_no: of(v10::PortNo),
            queue_id: any::<u32>()
        })
        .prop_map(Request::Queue),
        fields!(Request::Other {
            kind: (6u16..).prop_map(v10::StatsType::from),
            data: payload()
        }),
    ];
    fields!(v10::StatsRequest {
        flags: any::<u16>(),
        body: body
    })
}

fn v10_stats_reply() -> impl Strategy<Value = v10::StatsReply> {
    use v10::StatsReplyBody as Reply;
    let desc = fields!(v10::DescStats {
        mfr_desc: text(),
        hw_desc: text(),
        sw_desc: text(),
        serial_num: text(),
        dp_desc: text(),
    });
    let flow = fields!(v10::FlowStats {
        table_id: of(TableId),
        matching: v10_match(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        cookie: of(Cookie),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        actions: v10_actions(),
    });
    let table = fields!(v10::TableStats {
        table_id: of(TableId),
        name: text(),
        wildcards: of(v10::Wildcards::from_bits_retain),
        max_entries: any::<u32>(),
        active_count: any::<u32>(),
        lookup_count: any::<u64>(),
        matched_count: any::<u64>(),
    });
    let port = fields!(v10::PortStats {
        port_no: of(v10::PortNo),
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
    });
    let queue = fields!(v10::QueueStats {
        port_no: of(v10::PortNo),
        queue_id: any::<u32>(),
        tx_bytes: any::<u64>(),
        tx_packets: any::<u64>(),
        tx_errors: any::<u64>(),
    });
    let aggregate = fields!(v10::AggregateStats {
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
        vec(queue, 0..3).prop_map(Reply::Queue),
        fields!(Reply::Other {
            kind: (6u16..).prop_map(v10::StatsType::from),
            data: payload()
        }),
    ];
    fields!(v10::StatsReply {
        flags: of(v10::StatsFlags::from_bits_retain),
        body: body
    })
}

fn v10_body() -> impl Strategy<Value = v10::Body> {
    use v10::Body;
    let features = fields!(v10::FeaturesReply {
        datapath_id: of(Dpid),
        n_buffers: any::<u32>(),
        n_tables: any::<u8>(),
        capabilities: of(v10::Capabilities::from_bits_retain),
        actions: of(v10::ActionSet::from_bits_retain),
        ports: vec(v10_port(), 0..4),
    });
    let config = || {
        fields!(v10::SwitchConfig {
            flags: of(v10::ConfigFlags::from_bits_retain),
            miss_send_len: any::<u16>(),
        })
    };
    let packet_in = fields!(v10::PacketIn {
        buffer_id: of(BufferId),
        total_len: any::<u16>(),
        in_port: of(v10::PortNo),
        reason: of::<u8, _>(v10::PacketInReason::from),
        data: payload(),
    });
    let flow_removed = fields!(v10::FlowRemoved {
        matching: v10_match(),
        cookie: of(Cookie),
        priority: any::<u16>(),
        reason: of::<u8, _>(v10::FlowRemovedReason::from),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        idle_timeout: any::<u16>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
    });
    let port_status = fields!(v10::PortStatus {
        reason: of::<u8, _>(v10::PortReason::from),
        desc: v10_port()
    });
    let packet_out = fields!(v10::PacketOut {
        buffer_id: of(BufferId),
        in_port: of(v10::PortNo),
        actions: v10_actions(),
        data: payload(),
    });
    let commands = [
        v10::FlowModCommand::Add,
        v10::FlowModCommand::Modify,
        v10::FlowModCommand::ModifyStrict,
        v10::FlowModCommand::Delete,
        v10::FlowModCommand::DeleteStrict,
    ];
    let flow_mod = fields!(v10::FlowMod {
        matching: v10_match(),
        cookie: of(Cookie),
        command: proptest::sample::select(commands.to_vec()),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        priority: any::<u16>(),
        buffer_id: of(BufferId),
        out_port: of(v10::PortNo),
        flags: of(v10::FlowModFlags::from_bits_retain),
        actions: v10_actions(),
    });
    let port_mod = fields!(v10::PortMod {
        port_no: of(v10::PortNo),
        hw_addr: of(MacAddr),
        config: of(v10::PortConfig::from_bits_retain),
        mask: of(v10::PortConfig::from_bits_retain),
        advertise: of(v10::PortFeatures::from_bits_retain),
    });
    let property = prop_oneof![
        fields!(v10::QueueProperty::MinRate { rate: any::<u16>() }),
        fields!(v10::QueueProperty::Unknown {
            kind: 2u16..,
            data: aligned(4)
        }),
    ];
    let queue = fields!(v10::PacketQueue {
        queue_id: any::<u32>(),
        properties: vec(property, 0..3)
    });
    prop_oneof![
        v10_error().prop_map(Body::Error),
        echo().prop_map(Body::EchoRequest),
        echo().prop_map(Body::EchoReply),
        fields!(v10::Vendor {
            vendor: any::<u32>(),
            data: payload()
        })
        .prop_map(Body::Vendor),
        Just(Body::FeaturesRequest),
        features.prop_map(Body::FeaturesReply),
        Just(Body::GetConfigRequest),
        config().prop_map(Body::GetConfigReply),
        config().prop_map(Body::SetConfig),
        packet_in.prop_map(Body::PacketIn),
        flow_removed.prop_map(Body::FlowRemoved),
        port_status.prop_map(Body::PortStatus),
        packet_out.prop_map(Body::PacketOut),
        flow_mod.prop_map(Body::FlowMod),
        port_mod.prop_map(Body::PortMod),
        v10_stats_request().prop_map(Body::StatsRequest),
        v10_stats_reply().prop_map(Body::StatsReply),
        Just(Body::BarrierRequest),
        Just(Body::BarrierReply),
        fields!(v10::QueueConfigRequest {
            port: of(v10::PortNo)
        })
        .prop_map(Body::QueueGetConfigRequest),
        fields!(v10::QueueConfigReply {
            port: of(v10::PortNo),
            queues: vec(queue, 0..3)
        })
        .prop_map(Body::QueueGetConfigReply),
    ]
}

fn bucket() -> impl Strategy<Value = v13::Bucket> {
    fields!(v13::Bucket {
        weight: any::<u16>(),
        watch_port: of(PortNo),
        watch_group: of(GroupId),
        actions: v13_actions(),
    })
}

fn v13_multipart_request() -> impl Strategy<Value = v13::MultipartRequest> {
    use v13::MultipartRequestBody as Request;
    let flow = || {
        fields!(v13::FlowStatsRequest {
            table_id: of(TableId),
            out_port: of(PortNo),
            out_group: of(GroupId),
            cookie: of(Cookie),
            cookie_mask: any::<u64>(),
            matching: v13_match(),
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

fn v13_multipart_reply() -> impl Strategy<Value = v13::MultipartReply> {
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
        matching: v13_match(),
        instructions: v13_instructions(),
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
        buckets: vec(bucket(), 0..3),
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
        vec(v13_port(), 0..3).prop_map(Reply::PortDesc),
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

fn v13_flow_mod() -> impl Strategy<Value = v13::FlowMod> {
    let commands = [
        v13::FlowModCommand::Add,
        v13::FlowModCommand::Modify,
        v13::FlowModCommand::ModifyStrict,
        v13::FlowModCommand::Delete,
        v13::FlowModCommand::DeleteStrict,
    ];
    fields!(v13::FlowMod {
        cookie: of(Cookie),
        cookie_mask: any::<u64>(),
        table_id: of(TableId),
        command: proptest::sample::select(commands.to_vec()),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        priority: any::<u16>(),
        buffer_id: of(BufferId),
        out_port: of(PortNo),
        out_group: of(GroupId),
        flags: of(v13::FlowModFlags::from_bits_retain),
        matching: v13_match(),
        instructions: v13_instructions(),
    })
}

fn v13_group_mod() -> impl Strategy<Value = v13::GroupMod> {
    let commands = [
        v13::GroupModCommand::Add,
        v13::GroupModCommand::Modify,
        v13::GroupModCommand::Delete,
    ];
    fields!(v13::GroupMod {
        command: proptest::sample::select(commands.to_vec()),
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        buckets: vec(bucket(), 0..4),
    })
}

fn v13_meter_mod() -> impl Strategy<Value = v13::MeterMod> {
    let commands = [
        v13::MeterModCommand::Add,
        v13::MeterModCommand::Modify,
        v13::MeterModCommand::Delete,
    ];
    let band = prop_oneof![
        fields!(v13::MeterBand::Drop {
            rate: any::<u32>(),
            burst_size: any::<u32>()
        }),
        fields!(v13::MeterBand::DscpRemark {
            rate: any::<u32>(),
            burst_size: any::<u32>(),
            prec_level: any::<u8>()
        }),
        fields!(v13::MeterBand::Experimenter {
            rate: any::<u32>(),
            burst_size: any::<u32>(),
            experimenter: any::<u32>(),
            data: payload(),
        }),
    ];
    fields!(v13::MeterMod {
        command: proptest::sample::select(commands.to_vec()),
        // Rates are in kbit/s or in packets, not in both.
        flags: any::<u16>().prop_map(|bits| v13::MeterFlags::from_bits_retain(bits & !1)),
        meter_id: of(MeterId),
        bands: vec(band, 0..4),
    })
}

fn v13_body() -> impl Strategy<Value = v13::Body> {
    use v13::Body;
    let features = fields!(v13::FeaturesReply {
        datapath_id: of(Dpid),
        n_buffers: any::<u32>(),
        n_tables: any::<u8>(),
        auxiliary_id: any::<u8>(),
        capabilities: of(v13::Capabilities::from_bits_retain),
        reserved: any::<u32>(),
    });
    let config = || {
        fields!(v13::SwitchConfig {
            flags: of(v13::ConfigFlags::from_bits_retain),
            miss_send_len: any::<u16>(),
        })
    };
    let packet_in = fields!(v13::PacketIn {
        buffer_id: of(BufferId),
        total_len: any::<u16>(),
        reason: of::<u8, _>(v13::PacketInReason::from),
        table_id: of(TableId),
        cookie: of(Cookie),
        matching: v13_match(),
        data: payload(),
    });
    let flow_removed = fields!(v13::FlowRemoved {
        cookie: of(Cookie),
        priority: any::<u16>(),
        reason: of::<u8, _>(v13::FlowRemovedReason::from),
        table_id: of(TableId),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        matching: v13_match(),
    });
    let port_status = fields!(v13::PortStatus {
        reason: of::<u8, _>(v13::PortReason::from),
        desc: v13_port()
    });
    let packet_out = fields!(v13::PacketOut {
        buffer_id: of(BufferId),
        in_port: of(PortNo),
        actions: v13_actions(),
        data: payload(),
    });
    let port_mod = fields!(v13::PortMod {
        port_no: of(PortNo),
        hw_addr: of(MacAddr),
        config: of(v13::PortConfig::from_bits_retain),
        mask: of(v13::PortConfig::from_bits_retain),
        advertise: of(v13::PortFeatures::from_bits_retain),
    });
    let property = prop_oneof![
        fields!(v13::QueueProperty::MinRate { rate: any::<u16>() }),
        fields!(v13::QueueProperty::MaxRate { rate: any::<u16>() }),
        fields!(v13::QueueProperty::Unknown {
            kind: 3u16..,
            data: aligned(4)
        }),
    ];
    let queue = fields!(v13::PacketQueue {
        queue_id: any::<u32>(),
        port: of(PortNo),
        properties: vec(property, 0..3),
    });
    let role = || {
        fields!(v13::Role {
            role: of::<u32, _>(v13::ControllerRole::from),
            generation_id: any::<u64>()
        })
    };
    let async_config = || {
        fields!(v13::AsyncConfig {
            packet_in_mask: any::<[u32; 2]>(),
            port_status_mask: any::<[u32; 2]>(),
            flow_removed_mask: any::<[u32; 2]>(),
        })
    };
    let experimenter = fields!(Experimenter {
        experimenter: any::<u32>(),
        exp_type: any::<u32>(),
        data: payload()
    });
    prop_oneof![
        v13_error().prop_map(Body::Error),
        echo().prop_map(Body::EchoRequest),
        echo().prop_map(Body::EchoReply),
        experimenter.prop_map(Body::Experimenter),
        features.prop_map(Body::FeaturesReply),
        config().prop_map(Body::GetConfigReply),
        config().prop_map(Body::SetConfig),
        packet_in.prop_map(Body::PacketIn),
        flow_removed.prop_map(Body::FlowRemoved),
        port_status.prop_map(Body::PortStatus),
        packet_out.prop_map(Body::PacketOut),
        v13_flow_mod().prop_map(Body::FlowMod),
        v13_group_mod().prop_map(Body::GroupMod),
        port_mod.prop_map(Body::PortMod),
        fields!(v13::TableMod {
            table_id: of(TableId),
            config: any::<u32>()
        })
        .prop_map(Body::TableMod),
        v13_multipart_request().prop_map(Body::MultipartRequest),
        v13_multipart_reply().prop_map(Body::MultipartReply),
        fields!(v13::QueueConfigRequest { port: of(PortNo) }).prop_map(Body::QueueGetConfigRequest),
        fields!(v13::QueueConfigReply {
            port: of(PortNo),
            queues: vec(queue, 0..3)
        })
        .prop_map(Body::QueueGetConfigReply),
        role().prop_map(Body::RoleRequest),
        role().prop_map(Body::RoleReply),
        async_config().prop_map(Body::GetAsyncReply),
        async_config().prop_map(Body::SetAsync),
        v13_meter_mod().prop_map(Body::MeterMod),
        proptest::sample::select(vec![
            Body::FeaturesRequest,
            Body::GetConfigRequest,
            Body::BarrierRequest,
            Body::BarrierReply,
            Body::GetAsyncRequest,
        ]),
    ]
}
