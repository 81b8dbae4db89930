//! Messages of 1.0.

use std::net::Ipv4Addr;

use openflow::wire::Error;
use openflow::{BufferId, Cookie, Dpid, MacAddr, TableId, v10};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Named, aligned, echo, flows, nicira, of, payload, small, text};

pub(crate) fn matching() -> impl Strategy<Value = v10::Match> {
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

/// Those of the version, and Nicira's with others inside them.
pub(crate) fn action() -> impl Strategy<Value = v10::Action> {
    let wrap = |action| v10::Action::Nicira(Box::new(action));
    let leaf = prop_oneof![1 => plain(), 1 => nicira::plain().prop_map(wrap)];
    let once = nicira::action(leaf).prop_map(wrap);
    let twice = nicira::action(prop_oneof![2 => plain(), 1 => once]).prop_map(wrap);
    prop_oneof![6 => plain(), 1 => twice]
}

fn plain() -> impl Strategy<Value = v10::Action> {
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

pub(crate) fn actions() -> impl Strategy<Value = v10::Actions> {
    small(action(), 7)
}

pub(crate) fn port() -> impl Strategy<Value = v10::Port> {
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

pub(crate) fn error() -> impl Strategy<Value = Error> {
    fields!(Error {
        kind: of::<u16, _>(|kind| kind),
        code: of::<u16, _>(|code| code),
        experimenter: Just(None),
        data: payload()
    })
}

pub(crate) fn stats_request() -> impl Strategy<Value = v10::StatsRequest> {
    use v10::StatsRequestBody as Request;
    let flow = || {
        fields!(v10::FlowStatsRequest {
            matching: matching(),
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
        Just(Request::PortDesc),
        fields!(Request::Other {
            kind: (14u16..0xffff).prop_map(v10::StatsType::from),
            data: payload()
        }),
    ];
    fields!(v10::StatsRequest {
        flags: any::<u16>(),
        body: body
    })
}

pub(crate) fn stats_reply() -> impl Strategy<Value = v10::StatsReply> {
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
        matching: matching(),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        priority: any::<u16>(),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        cookie: of(Cookie),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
        actions: actions(),
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
        vec(self::port(), 0..3).prop_map(Reply::PortDesc),
        fields!(Reply::Other {
            kind: (14u16..0xffff).prop_map(v10::StatsType::from),
            data: payload()
        }),
    ];
    fields!(v10::StatsReply {
        flags: of(v10::StatsFlags::from_bits_retain),
        body: body
    })
}

pub(crate) fn bodies() -> Vec<Named<v10::Body>> {
    use v10::Body;
    let features = fields!(v10::FeaturesReply {
        datapath_id: of(Dpid),
        n_buffers: any::<u32>(),
        n_tables: any::<u8>(),
        capabilities: of(v10::Capabilities::from_bits_retain),
        actions: of(v10::ActionSet::from_bits_retain),
        ports: vec(port(), 0..4),
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
        matching: matching(),
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
        desc: port()
    });
    let packet_out = fields!(v10::PacketOut {
        buffer_id: of(BufferId),
        in_port: of(v10::PortNo),
        actions: actions(),
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
        matching: matching(),
        cookie: of(Cookie),
        command: proptest::sample::select(commands.to_vec()),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        priority: any::<u16>(),
        buffer_id: of(BufferId),
        out_port: of(v10::PortNo),
        flags: of(v10::FlowModFlags::from_bits_retain),
        actions: actions(),
    });
    let port_mod = fields!(v10::PortMod {
        port_no: of(v10::PortNo),
        hw_addr: of(MacAddr),
        config: of(v10::PortConfig::from_bits_retain),
        mask: of(v10::PortConfig::from_bits_retain),
        advertise: of(v10::PortFeatures::from_bits_retain),
    });
    let property = prop_oneof![
        Just(v10::QueueProperty::None),
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
    vec![
        ("error", error().prop_map(Body::Error).boxed()),
        ("echo_request", echo().prop_map(Body::EchoRequest).boxed()),
        ("echo_reply", echo().prop_map(Body::EchoReply).boxed()),
        (
            "experimenter",
            fields!(v10::Vendor::Other {
                vendor: 0x10_0000u32..,
                data: payload()
            })
            .prop_map(Body::Vendor)
            .boxed(),
        ),
        ("features_request", Just(Body::FeaturesRequest).boxed()),
        (
            "features_reply",
            features.prop_map(Body::FeaturesReply).boxed(),
        ),
        ("get_config_request", Just(Body::GetConfigRequest).boxed()),
        (
            "get_config_reply",
            config().prop_map(Body::GetConfigReply).boxed(),
        ),
        ("set_config", config().prop_map(Body::SetConfig).boxed()),
        ("packet_in", packet_in.prop_map(Body::PacketIn).boxed()),
        (
            "flow_removed",
            flow_removed.prop_map(Body::FlowRemoved).boxed(),
        ),
        (
            "port_status",
            port_status.prop_map(Body::PortStatus).boxed(),
        ),
        ("packet_out", packet_out.prop_map(Body::PacketOut).boxed()),
        (
            "flow_mod",
            prop_oneof![flow_mod, flows::of_10()]
                .prop_map(Body::FlowMod)
                .boxed(),
        ),
        ("port_mod", port_mod.prop_map(Body::PortMod).boxed()),
        (
            "multipart_request",
            stats_request().prop_map(Body::StatsRequest).boxed(),
        ),
        (
            "multipart_reply",
            stats_reply().prop_map(Body::StatsReply).boxed(),
        ),
        ("barrier_request", Just(Body::BarrierRequest).boxed()),
        ("barrier_reply", Just(Body::BarrierReply).boxed()),
        (
            "queue_get_config_request",
            fields!(v10::QueueConfigRequest {
                port: of(v10::PortNo)
            })
            .prop_map(Body::QueueGetConfigRequest)
            .boxed(),
        ),
        (
            "queue_get_config_reply",
            fields!(v10::QueueConfigReply {
                port: of(v10::PortNo),
                queues: vec(queue, 0..3)
            })
            .prop_map(Body::QueueGetConfigReply)
            .boxed(),
        ),
    ]
}
