//! Messages of 1.3 and later that are not multipart.

use openflow::wire::{Error, Experimenter};
use openflow::{BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, PortNo, TableId, Version, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::later_messages as later;
use super::oxm::matching;
use super::properties::{self, bucket};
use super::v13_actions::{actions, instructions};
use super::v13_ports::port;
use super::{Named, aligned, echo, flows, of, payload};

pub(crate) fn error() -> impl Strategy<Value = Error> {
    let plain = fields!(Error {
        kind: prop_oneof![0u16..14, 0u16..0xffff],
        code: of::<u16, _>(|code| code),
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

pub(crate) fn flow_mod(version: Version) -> impl Strategy<Value = v13::FlowMod> {
    let commands = [
        v13::FlowModCommand::Add,
        v13::FlowModCommand::Modify,
        v13::FlowModCommand::ModifyStrict,
        v13::FlowModCommand::Delete,
        v13::FlowModCommand::DeleteStrict,
    ];
    let any_flow_mod = fields!(v13::FlowMod {
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
        importance: any::<u16>().prop_map(move |it| (version >= Version::V1_4).then_some(it)),
        matching: matching(),
        instructions: instructions(version),
    });
    prop_oneof![any_flow_mod, flows::of_13(version)]
}

pub(crate) fn group_mod(version: Version) -> impl Strategy<Value = v13::GroupMod> {
    let later = version >= Version::V1_5;
    let commands = [
        v13::GroupModCommand::Add,
        v13::GroupModCommand::Modify,
        v13::GroupModCommand::Delete,
        v13::GroupModCommand::InsertBucket,
        v13::GroupModCommand::RemoveBucket,
    ];
    let commands = if later { &commands[..] } else { &commands[..3] };
    fields!(v13::GroupMod {
        command: proptest::sample::select(commands.to_vec()),
        kind: of::<u8, _>(v13::GroupType::from),
        group_id: of(GroupId),
        command_bucket_id: any::<u32>().prop_map(move |id| later.then_some(v13::BucketId(id))),
        buckets: vec(bucket(version), 0..4),
        properties: properties::since(Version::V1_5, version, properties::group()),
    })
}

pub(crate) fn meter_mod(_: Version) -> impl Strategy<Value = v13::MeterMod> {
    let commands = [
        v13::MeterModCommand::Add,
        v13::MeterModCommand::Modify,
        v13::MeterModCommand::Delete,
    ];
    fields!(v13::MeterMod {
        command: proptest::sample::select(commands.to_vec()),
        // Rates are in kbit/s or in packets, not in both.
        flags: any::<u16>().prop_map(|bits| v13::MeterFlags::from_bits_retain(bits & !1)),
        meter_id: of(MeterId),
        bands: vec(meter_band(), 0..4),
    })
}

pub(crate) fn meter_band() -> impl Strategy<Value = v13::MeterBand> {
    prop_oneof![
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
            data: aligned(0),
        }),
    ]
}

pub(crate) fn bodies(version: Version) -> Vec<Named<v13::Body>> {
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
        reason: any::<u8>().prop_map(move |number| v13::PacketInReason::of(number % 8, version)),
        table_id: of(TableId),
        cookie: of(Cookie),
        matching: matching(),
        data: payload(),
    });
    let flow_removed = fields!(v13::FlowRemoved {
        cookie: of(Cookie),
        priority: any::<u16>(),
        reason: of::<u8, _>(v13::FlowRemovedReason::from),
        table_id: of(TableId),
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        counters: later::flow_counters(version),
        matching: matching(),
    });
    let port_status = fields!(v13::PortStatus {
        reason: of::<u8, _>(v13::PortReason::from),
        desc: port(version)
    });
    let packet_out = fields!(v13::PacketOut {
        buffer_id: of(BufferId),
        origin: later::packet_origin(version),
        actions: actions(version),
        data: payload(),
    });
    let port_mod = fields!(v13::PortMod {
        port_no: of(PortNo),
        hw_addr: of(MacAddr),
        config: of(v13::PortConfig::from_bits_retain),
        mask: of(v13::PortConfig::from_bits_retain),
        traits: later::port_mod_traits(version),
    });
    let property = prop_oneof![
        fields!(v13::QueueProperty::MinRate { rate: any::<u16>() }),
        fields!(v13::QueueProperty::MaxRate { rate: any::<u16>() }),
        fields!(v13::QueueProperty::Experimenter {
            experimenter: any::<u32>(),
            data: aligned(0)
        }),
        fields!(v13::QueueProperty::Unknown {
            kind: 3u16..0xffff,
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
            short_id: any::<u16>().prop_map(move |id| (version >= Version::V1_5).then_some(id)),
            generation_id: any::<u64>()
        })
    };
    let experimenter = fields!(Experimenter::Other {
        experimenter: 0x10_0000u32..0x4000_0000,
        exp_type: any::<u32>(),
        data: payload()
    });
    vec![
        ("error", error().prop_map(Body::Error).boxed()),
        ("echo_request", echo().prop_map(Body::EchoRequest).boxed()),
        ("echo_reply", echo().prop_map(Body::EchoReply).boxed()),
        (
            "experimenter",
            experimenter.prop_map(Body::Experimenter).boxed(),
        ),
        (
            "features_reply",
            features.prop_map(Body::FeaturesReply).boxed(),
        ),
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
            flow_mod(version)
                .prop_map(|change| Body::FlowMod(Box::new(change)))
                .boxed(),
        ),
        (
            "group_mod",
            group_mod(version).prop_map(Body::GroupMod).boxed(),
        ),
        ("port_mod", port_mod.prop_map(Body::PortMod).boxed()),
        (
            "table_mod",
            fields!(v13::TableMod {
                table_id: of(TableId),
                config: of(v13::TableConfig::from_bits_retain),
                properties: properties::since(Version::V1_4, version, properties::table()),
            })
            .prop_map(Body::TableMod)
            .boxed(),
        ),
        (
            "queue_get_config_request",
            fields!(v13::QueueConfigRequest { port: of(PortNo) })
                .prop_map(Body::QueueGetConfigRequest)
                .boxed(),
        ),
        (
            "queue_get_config_reply",
            fields!(v13::QueueConfigReply {
                port: of(PortNo),
                queues: vec(queue, 0..3)
            })
            .prop_map(Body::QueueGetConfigReply)
            .boxed(),
        ),
        ("role_request", role().prop_map(Body::RoleRequest).boxed()),
        ("role_reply", role().prop_map(Body::RoleReply).boxed()),
        (
            "get_async_reply",
            later::async_config(version)
                .prop_map(Body::GetAsyncReply)
                .boxed(),
        ),
        (
            "set_async",
            later::set_async(version).prop_map(Body::SetAsync).boxed(),
        ),
        (
            "meter_mod",
            meter_mod(version).prop_map(Body::MeterMod).boxed(),
        ),
        ("features_request", Just(Body::FeaturesRequest).boxed()),
        ("get_config_request", Just(Body::GetConfigRequest).boxed()),
        ("barrier_request", Just(Body::BarrierRequest).boxed()),
        ("barrier_reply", Just(Body::BarrierReply).boxed()),
        ("get_async_request", Just(Body::GetAsyncRequest).boxed()),
    ]
}
