//! Messages of 1.0.

use bytes::Bytes;
use openflow::wire::{FixedText, Message};
use openflow::{BufferId, Cookie, Dpid, MacAddr, TableId, Xid, v10};
use smallvec::smallvec;

use super::{MAC, PACKET, echo, error};

pub(crate) fn samples() -> Vec<Message> {
    bodies()
        .into_iter()
        .map(|body| Message::v10(Xid(0x10), body))
        .collect()
}

fn matching() -> v10::Match {
    v10::Match {
        wildcards: v10::Wildcards::IN_PORT
            .with_nw_src_bits(8)
            .with_nw_dst_bits(32),
        in_port: v10::PortNo(1),
        dl_src: MAC,
        dl_dst: MacAddr::BROADCAST,
        dl_vlan: 0xffff,
        dl_vlan_pcp: 7,
        dl_type: 0x0800,
        nw_tos: 0xb8,
        nw_proto: 6,
        nw_src: [10, 0, 0, 0].into(),
        nw_dst: [10, 0, 0, 2].into(),
        tp_src: 1024,
        tp_dst: 80,
    }
}

/// Every action of 1.0.
fn actions() -> v10::Actions {
    use v10::Action;
    smallvec![
        Action::Output {
            port: v10::PortNo::CONTROLLER,
            max_len: 128
        },
        Action::SetVlanVid { vlan_vid: 7 },
        Action::SetVlanPcp { vlan_pcp: 3 },
        Action::StripVlan,
        Action::SetDlSrc { dl_addr: MAC },
        Action::SetDlDst { dl_addr: MAC },
        Action::SetNwSrc {
            nw_addr: [10, 0, 0, 1].into()
        },
        Action::SetNwDst {
            nw_addr: [10, 0, 0, 2].into()
        },
        Action::SetNwTos { nw_tos: 0x20 },
        Action::SetTpSrc { tp_port: 80 },
        Action::SetTpDst { tp_port: 8080 },
        Action::Enqueue {
            port: v10::PortNo(2),
            queue_id: 9
        },
        Action::Vendor {
            vendor: 0x2320,
            data: Bytes::from_static(&[0xff, 18, 0, 0, 0, 0, 0, 0])
        },
        Action::Unknown {
            kind: 77,
            data: Bytes::from_static(&[1, 2, 3, 4])
        },
    ]
}

fn port() -> v10::Port {
    v10::Port {
        port_no: v10::PortNo(1),
        hw_addr: MAC,
        name: FixedText::new("s1-eth1"),
        config: v10::PortConfig::NO_FLOOD,
        state: v10::PortState::LINK_DOWN,
        curr: v10::PortFeatures::F10GB_FD | v10::PortFeatures::COPPER,
        advertised: v10::PortFeatures::empty(),
        supported: v10::PortFeatures::from_bits_retain(0x8000_0001),
        peer: v10::PortFeatures::empty(),
    }
}

fn bodies() -> Vec<v10::Body> {
    use v10::Body;
    let stats = |body| Body::StatsRequest(v10::StatsRequest { flags: 0, body });
    let reply = |body| {
        Body::StatsReply(v10::StatsReply {
            flags: v10::StatsFlags::REPLY_MORE,
            body,
        })
    };
    let flow_request = v10::FlowStatsRequest {
        matching: matching(),
        table_id: TableId::ALL,
        out_port: v10::PortNo::NONE,
    };
    let config = v10::SwitchConfig {
        flags: v10::ConfigFlags::FRAG_DROP,
        miss_send_len: 128,
    };
    let port_stats = v10::PortStats {
        port_no: v10::PortNo::LOCAL,
        rx_packets: 1,
        tx_packets: 2,
        rx_bytes: 3,
        tx_bytes: 4,
        rx_dropped: 5,
        tx_dropped: 6,
        rx_errors: 7,
        tx_errors: 8,
        rx_frame_err: 9,
        rx_over_err: u64::MAX,
        rx_crc_err: 11,
        collisions: 12,
    };
    vec![
        Body::Error(error(3, 4, None)),
        Body::Error(error(0xffff, 4, None)),
        Body::Error(error(0xb0c2, 0, None)),
        Body::EchoRequest(echo()),
        Body::EchoReply(echo()),
        Body::Vendor(v10::Vendor::Other {
            vendor: 0x2321,
            data: Bytes::from_static(&[0, 0, 0, 10]),
        }),
        Body::FeaturesRequest,
        Body::FeaturesReply(v10::FeaturesReply {
            datapath_id: Dpid(1),
            n_buffers: 256,
            n_tables: 254,
            capabilities: v10::Capabilities::FLOW_STATS | v10::Capabilities::ARP_MATCH_IP,
            actions: v10::ActionSet::OUTPUT,
            ports: vec![port(), port()],
        }),
        Body::GetConfigRequest,
        Body::GetConfigReply(config),
        Body::SetConfig(config),
        Body::PacketIn(v10::PacketIn {
            buffer_id: BufferId::NONE,
            total_len: 60,
            in_port: v10::PortNo(3),
            reason: v10::PacketInReason::NoMatch,
            data: Bytes::from_static(PACKET),
        }),
        Body::FlowRemoved(v10::FlowRemoved {
            matching: matching(),
            cookie: Cookie(0xabcd),
            priority: 100,
            reason: v10::FlowRemovedReason::IdleTimeout,
            duration_sec: 10,
            duration_nsec: 500,
            idle_timeout: 10,
            packet_count: 1,
            byte_count: 60,
        }),
        Body::PortStatus(v10::PortStatus {
            reason: v10::PortReason::Modify,
            desc: port(),
        }),
        Body::PacketOut(v10::PacketOut {
            buffer_id: BufferId::NONE,
            in_port: v10::PortNo::NONE,
            actions: actions(),
            data: Bytes::from_static(PACKET),
        }),
        Body::FlowMod(v10::FlowMod {
            matching: matching(),
            cookie: Cookie(1),
            command: v10::FlowModCommand::DeleteStrict,
            idle_timeout: 5,
            hard_timeout: 50,
            priority: 0x8000,
            buffer_id: BufferId::NONE,
            out_port: v10::PortNo::NONE,
            flags: v10::FlowModFlags::SEND_FLOW_REM,
            actions: actions(),
        }),
        Body::PortMod(v10::PortMod {
            port_no: v10::PortNo(1),
            hw_addr: MAC,
            config: v10::PortConfig::PORT_DOWN,
            mask: v10::PortConfig::PORT_DOWN,
            advertise: v10::PortFeatures::empty(),
        }),
        stats(v10::StatsRequestBody::Desc),
        stats(v10::StatsRequestBody::Flow(flow_request.clone())),
        stats(v10::StatsRequestBody::Aggregate(flow_request)),
        stats(v10::StatsRequestBody::Table),
        stats(v10::StatsRequestBody::Port(v10::PortStatsRequest {
            port_no: v10::PortNo::NONE,
        })),
        stats(v10::StatsRequestBody::Queue(v10::QueueStatsRequest {
            port_no: v10::PortNo::ALL,
            queue_id: u32::MAX,
        })),
        stats(v10::StatsRequestBody::PortDesc),
        stats(v10::StatsRequestBody::Other {
            kind: v10::StatsType::from(14),
            data: Bytes::new(),
        }),
        reply(v10::StatsReplyBody::Desc(Box::new(v10::DescStats {
            mfr_desc: FixedText::new("Nicira, Inc."),
            hw_desc: FixedText::new("Open vSwitch"),
            sw_desc: FixedText::new("3.1.0"),
            serial_num: FixedText::new("None"),
            dp_desc: FixedText::new("s1"),
        }))),
        reply(v10::StatsReplyBody::Flow(vec![
            v10::FlowStats {
                table_id: TableId(0),
                matching: matching(),
                duration_sec: 1,
                duration_nsec: 2,
                priority: 3,
                idle_timeout: 4,
                hard_timeout: 5,
                cookie: Cookie(6),
                packet_count: 7,
                byte_count: 8,
                actions: actions(),
            };
            2
        ])),
        reply(v10::StatsReplyBody::Aggregate(v10::AggregateStats {
            packet_count: 1,
            byte_count: 2,
            flow_count: 3,
        })),
        reply(v10::StatsReplyBody::Table(vec![v10::TableStats {
            table_id: TableId(0),
            name: FixedText::new("classifier"),
            wildcards: v10::Wildcards::ALL,
            max_entries: 1_000_000,
            active_count: 2,
            lookup_count: 3,
            matched_count: 4,
        }])),
        reply(v10::StatsReplyBody::Port(vec![port_stats, port_stats])),
        reply(v10::StatsReplyBody::Queue(vec![v10::QueueStats {
            port_no: v10::PortNo(1),
            queue_id: 2,
            tx_bytes: 3,
            tx_packets: 4,
            tx_errors: 5,
        }])),
        reply(v10::StatsReplyBody::PortDesc(vec![port(), port()])),
        reply(v10::StatsReplyBody::Other {
            kind: v10::StatsType::from(14),
            data: Bytes::from_static(&[0; 48]),
        }),
        Body::BarrierRequest,
        Body::BarrierReply,
        Body::QueueGetConfigRequest(v10::QueueConfigRequest {
            port: v10::PortNo(1),
        }),
        Body::QueueGetConfigReply(v10::QueueConfigReply {
            port: v10::PortNo(1),
            queues: vec![v10::PacketQueue {
                queue_id: 1,
                properties: vec![
                    v10::QueueProperty::None,
                    v10::QueueProperty::MinRate { rate: 500 },
                    v10::QueueProperty::Unknown {
                        kind: 9,
                        data: Bytes::from_static(&[0; 12]),
                    },
                ],
            }],
        }),
    ]
}
