//! Messages of 1.3, and those of them that later versions have as they are.

use bytes::{Bytes, BytesMut};
use openflow::oxm::{Class, Field, Oxm, OxmField, OxmList};
use openflow::wire::{Echo, Experimenter, Message};
use openflow::{BufferId, Cookie, Dpid, GroupId, MeterId, PortNo, TableId, Version, Xid, v13};
use smallvec::smallvec;

use super::{MAC, PACKET, echo, error};

pub(crate) fn samples() -> Vec<Message> {
    [Version::V1_3, Version::V1_4, Version::V1_5]
        .into_iter()
        .flat_map(in_version)
        .collect()
}

fn in_version(version: Version) -> impl Iterator<Item = Message> {
    bodies()
        .into_iter()
        .map(move |body| with_parts_of(version, body))
        .filter(move |body| {
            let rows = v13::Body::TYPES.iter();
            rows.filter(|row| row.number == body.kind())
                .any(|row| row.is_in(version))
        })
        .map(move |body| Message::v13(version, Xid(0x10 + u32::from(version.wire())), body))
        // Which of their parts the version has, the encoder knows.
        .filter(move |message| {
            version == Version::V1_3 || message.encode(&mut BytesMut::new()).is_ok()
        })
}

/// With the parts that a later version has and 1.3 has not.
fn with_parts_of(version: Version, mut body: v13::Body) -> v13::Body {
    let since = |first| version >= first;
    match &mut body {
        v13::Body::TableMod(change) => change.properties = since(Version::V1_4).then(Vec::new),
        v13::Body::FlowMod(change) => {
            change.importance = since(Version::V1_4).then_some(0x1234);
        }
        v13::Body::RoleRequest(role) | v13::Body::RoleReply(role) => {
            role.short_id = since(Version::V1_5).then_some(7);
        }
        v13::Body::GroupMod(change) => {
            change.command_bucket_id = since(Version::V1_5).then_some(v13::BucketId::ALL);
            change.properties = since(Version::V1_5).then(Vec::new);
        }
        _ => {}
    }
    body
}

/// Known fields plain and masked, an unknown one, one of an experimenter.
pub(crate) fn matching() -> v13::Match {
    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::InPort, 1, None);
    oxm_fields.push(Field::EthDst, 0x0180_c200_0000, Some(0xffff_ffff_fff0));
    oxm_fields.push(Field::EthType, 0x86dd, None);
    oxm_fields.push(Field::VlanVid, 0x1007, None);
    oxm_fields.push(Field::Ipv6Dst, 0xff02 << 112 | 1, Some(u128::MAX << 64));
    oxm_fields.push(Field::Metadata, 0xdead_beef, Some(0xffff_ffff));
    oxm_fields.push(Field::MplsLabel, 0xf_ffff, None);
    oxm_fields.push(Field::PbbIsid, 0xff_ffff, None);
    let unknown = Oxm::new(
        Class(0x0001),
        105,
        true,
        None,
        &[0, 0, 0, 0x20, 0, 0, 0, 0x20],
    );
    oxm_fields.push_oxm(unknown.expect("well-formed"));
    let experimenter = Oxm::new(Class::EXPERIMENTER, 4, false, Some(0x4f4e_4600), &[9, 9]);
    oxm_fields.push_oxm(experimenter.expect("well-formed"));
    v13::Match { oxm_fields }
}

/// Every action of 1.3.
pub(crate) fn actions() -> v13::Actions {
    use v13::Action;
    smallvec![
        Action::Output {
            port: PortNo::CONTROLLER,
            max_len: 0xffff
        },
        Action::CopyTtlOut,
        Action::CopyTtlIn,
        Action::SetMplsTtl { mpls_ttl: 64 },
        Action::DecMplsTtl,
        Action::PushVlan { ethertype: 0x8100 },
        Action::PopVlan,
        Action::PushMpls { ethertype: 0x8847 },
        Action::PopMpls { ethertype: 0x0800 },
        Action::SetQueue { queue_id: 3 },
        Action::Group {
            group_id: GroupId(99)
        },
        Action::SetNwTtl { nw_ttl: 10 },
        Action::DecNwTtl,
        Action::SetField {
            field: OxmField::new(Field::VlanVid, 0x1102, None)
        },
        Action::SetField {
            field: OxmField::new(Field::Ipv6Src, 1 << 127, None)
        },
        Action::SetField {
            field: OxmField::new(Field::EthSrc, 0x0200_5e00_5301, None)
        },
        Action::PushPbb { ethertype: 0x88e7 },
        Action::PopPbb,
        Action::Experimenter {
            experimenter: 0x2320,
            data: Bytes::from_static(&[0xff, 43, 0, 0, 0, 0, 0, 0]),
        },
        Action::Unknown {
            kind: 77,
            data: Bytes::from_static(&[1, 2, 3, 4])
        },
    ]
}

pub(crate) fn instructions() -> v13::Instructions {
    use v13::Instruction;
    smallvec![
        Instruction::Meter {
            meter_id: MeterId(1)
        },
        Instruction::ApplyActions { actions: actions() },
        Instruction::ClearActions,
        Instruction::WriteActions {
            actions: smallvec![]
        },
        Instruction::WriteMetadata {
            metadata: 1,
            metadata_mask: u64::MAX
        },
        Instruction::Experimenter {
            experimenter: 7,
            data: Bytes::new()
        },
        Instruction::Unknown {
            kind: 99,
            data: Bytes::from_static(&[0; 4])
        },
        Instruction::GotoTable {
            table_id: TableId(7)
        },
    ]
}

pub(crate) fn buckets() -> Vec<v13::Bucket> {
    vec![
        v13::Bucket {
            terms: v13::BucketTerms::Fixed {
                weight: 1,
                watch_port: PortNo(1),
                watch_group: GroupId::ANY,
            },
            actions: actions(),
        },
        v13::Bucket {
            terms: v13::BucketTerms::Fixed {
                weight: 0,
                watch_port: PortNo::ANY,
                watch_group: GroupId::ANY,
            },
            actions: smallvec![],
        },
    ]
}

fn bodies() -> Vec<v13::Body> {
    use v13::Body;
    let config = v13::SwitchConfig {
        flags: v13::ConfigFlags::empty(),
        miss_send_len: 0xffff,
    };
    let async_config = v13::AsyncConfig::Masks {
        packet_in_mask: [7, 0],
        port_status_mask: [7, 7],
        flow_removed_mask: [15, 0],
    };
    let role = |role| v13::Role {
        role,
        short_id: None,
        generation_id: 0x1234_5678_9abc_def0,
    };
    vec![
        Body::Error(error(4, 9, None)),
        Body::Error(error(0xffff, 2600, Some(0x4f4e_4600))),
        Body::Error(error(0xffff, 12, Some(0x0000_2320))),
        Body::EchoRequest(echo()),
        Body::EchoReply(Echo::default()),
        Body::Experimenter(Experimenter::Other {
            experimenter: 0x00ab_cdef,
            exp_type: 1911,
            data: Bytes::from_static(&[0, 0, 0, 2]),
        }),
        Body::FeaturesRequest,
        Body::FeaturesReply(v13::FeaturesReply {
            datapath_id: Dpid(0xfedc_ba98_7654_3210),
            n_buffers: 0,
            n_tables: 254,
            auxiliary_id: 1,
            capabilities: v13::Capabilities::FLOW_STATS | v13::Capabilities::PORT_BLOCKED,
            reserved: 0x1234,
        }),
        Body::GetConfigRequest,
        Body::GetConfigReply(config),
        Body::SetConfig(config),
        Body::PacketIn(v13::PacketIn {
            buffer_id: BufferId::NONE,
            total_len: 60,
            reason: v13::PacketInReason::InvalidTtl,
            table_id: TableId(1),
            cookie: Cookie(u64::MAX),
            matching: matching(),
            data: Bytes::from_static(PACKET),
        }),
        Body::FlowRemoved(v13::FlowRemoved {
            cookie: Cookie(1),
            priority: 2,
            reason: v13::FlowRemovedReason::from(9),
            table_id: TableId(3),
            idle_timeout: 6,
            hard_timeout: 7,
            counters: v13::FlowCounters::Fixed {
                duration_sec: 4,
                duration_nsec: 5,
                packet_count: 8,
                byte_count: 9,
            },
            matching: matching(),
        }),
        Body::PacketOut(v13::PacketOut {
            buffer_id: BufferId::NONE,
            origin: v13::PacketOrigin::Port {
                in_port: PortNo::CONTROLLER,
            },
            actions: actions(),
            data: Bytes::from_static(PACKET),
        }),
        Body::FlowMod(Box::new(v13::FlowMod {
            cookie: Cookie(1),
            cookie_mask: 2,
            table_id: TableId(3),
            command: v13::FlowModCommand::ModifyStrict,
            idle_timeout: 4,
            hard_timeout: 5,
            priority: 6,
            buffer_id: BufferId::NONE,
            out_port: PortNo::ANY,
            out_group: GroupId::ANY,
            flags: v13::FlowModFlags::RESET_COUNTS,
            importance: None,
            matching: matching(),
            instructions: instructions(),
        })),
        Body::GroupMod(v13::GroupMod {
            command: v13::GroupModCommand::Modify,
            kind: v13::GroupType::FastFailover,
            group_id: GroupId(1),
            command_bucket_id: None,
            buckets: buckets(),
            properties: None,
        }),
        Body::PortMod(v13::PortMod {
            port_no: PortNo(1),
            hw_addr: MAC,
            config: v13::PortConfig::PORT_DOWN,
            mask: v13::PortConfig::PORT_DOWN,
            traits: v13::PortModTraits::Fixed {
                advertise: v13::PortFeatures::empty(),
            },
        }),
        Body::TableMod(v13::TableMod {
            table_id: TableId::ALL,
            config: v13::TableConfig::from_bits_retain(3),
            properties: None,
        }),
        Body::BarrierRequest,
        Body::BarrierReply,
        Body::QueueGetConfigRequest(v13::QueueConfigRequest { port: PortNo::ANY }),
        Body::QueueGetConfigReply(v13::QueueConfigReply {
            port: PortNo(1),
            queues: vec![v13::PacketQueue {
                queue_id: 1,
                port: PortNo(1),
                properties: vec![
                    v13::QueueProperty::MinRate { rate: 500 },
                    v13::QueueProperty::MaxRate { rate: 900 },
                    v13::QueueProperty::Experimenter {
                        experimenter: 0x00d0_d0d0,
                        data: Bytes::from_static(&[1, 2, 3, 4, 5, 6, 7, 8]),
                    },
                    v13::QueueProperty::Unknown {
                        kind: 9,
                        data: Bytes::from_static(&[0; 12]),
                    },
                ],
            }],
        }),
        Body::RoleRequest(role(v13::ControllerRole::Master)),
        Body::RoleReply(role(v13::ControllerRole::Slave)),
        Body::GetAsyncRequest,
        Body::GetAsyncReply(async_config.clone()),
        Body::SetAsync(async_config),
        Body::MeterMod(v13::MeterMod {
            command: v13::MeterModCommand::Add,
            flags: v13::MeterFlags::KBPS | v13::MeterFlags::BURST,
            meter_id: MeterId(5),
            bands: vec![
                v13::MeterBand::Drop {
                    rate: 1000,
                    burst_size: 10,
                },
                v13::MeterBand::DscpRemark {
                    rate: 500,
                    burst_size: 5,
                    prec_level: 1,
                },
                v13::MeterBand::Experimenter {
                    rate: 1,
                    burst_size: 2,
                    experimenter: 3,
                    data: Bytes::from_static(&[4, 5, 6, 7]),
                },
            ],
        }),
    ]
}
