//! Nicira's actions: as Open vSwitch writes them, and those that its version 3.1 does not write.

use bytes::Bytes;
use openflow::nicira::{self, OfsNbits};
use openflow::oxm::{Field, FieldId, HeaderType, NxmHeader, OxmField};
use openflow::oxs::{OxsList, OxsValue, Statistic};
use openflow::wire::{Body, Message};
use openflow::{MeterId, PortNo, Version, v10, v13};
use smallvec::smallvec;

pub(crate) fn samples() -> Vec<Message> {
    let by_open_vswitch = flow_mods().into_iter().map(|(_, frame)| {
        let message = Message::decode(frame);
        message.expect("what Open vSwitch writes")
    });
    by_open_vswitch.chain(by_hand()).collect()
}

/// Flow-mods as `ovs-ofctl add-flow` of Open vSwitch 3.1 sends them, with the actions it was given.
pub(crate) fn flow_mods() -> Vec<(String, Bytes)> {
    let lines = include_str!("../vectors/ovs-actions.jsonl").lines();
    lines
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let hex = row["hex"].as_str().expect("bytes");
            let name = row["name"].as_str().expect("a name");
            (name.to_owned(), Bytes::from(hex::decode(hex).expect("hex")))
        })
        .filter(|(_, frame)| Version::from_wire(frame[0]).is_some_and(has_flow_mods))
        .collect()
}

/// Whether flow-mods of a version are read, which comes before their actions.
fn has_flow_mods(version: Version) -> bool {
    let types = match version {
        Version::V1_0 => v10::Body::TYPES,
        _ => v13::Body::TYPES,
    };
    let mut rows = types.iter().filter(|row| row.name == "flow_mod");
    rows.any(|row| row.is_in(version))
}

fn by_hand() -> Vec<Message> {
    let of_13 = of_13(vec![
        wrapped(rare::<v13::Action>()),
        vec![v13::Action::OnfCopyField(Box::new(copy_field()))],
    ]);
    let of_10 = of_10(wrapped_10(rare::<v10::Action>()));
    let of_15 = has_flow_mods(Version::V1_5).then(of_15);
    [of_13, of_10].into_iter().chain(of_15).collect()
}

/// What Open vSwitch 3.1 does not write, or not to a switch of every version.
fn rare<A>() -> Vec<nicira::Action<A>> {
    use nicira::Action;
    let bits = |ofs, n_bits| OfsNbits::new(ofs, n_bits).unwrap();
    let register = |field| NxmHeader::new(field).unwrap();
    let resubmit = nicira::Resubmit {
        in_port: v10::PortNo::IN_PORT,
        table: 3,
    };
    let sample = nicira::Sample2 {
        probability: 0xffff,
        collector_set_id: 1,
        obs_domain_id: 2,
        obs_point_id: 3,
        sampling_port: v10::PortNo(4),
        direction: nicira::SampleDirection::Ingress,
    };
    vec![
        Action::Resubmit(resubmit.clone()),
        Action::ResubmitTableCt(resubmit),
        Action::SetTunnel(nicira::SetTunnel { tun_id: 5 }),
        Action::SetTunnel64(nicira::SetTunnel64 { tun_id: 1 << 40 }),
        Action::SetQueue(nicira::SetQueue { queue_id: 6 }),
        Action::Group(nicira::Group {
            group_id: openflow::GroupId(7),
        }),
        Action::WriteMetadata(nicira::WriteMetadata {
            metadata: 8,
            mask: 0xff,
        }),
        Action::RegMove(nicira::RegMove {
            n_bits: 32,
            src_ofs: 0,
            dst_ofs: 96,
            src: FieldId::new(Field::Reg16),
            dst: FieldId::new(Field::Xxreg4),
        }),
        Action::RegLoad2(nicira::RegLoad2 {
            field: OxmField::new(Field::Xxreg7, 1, Some(u128::MAX)),
        }),
        Action::StackPush(nicira::Stack {
            offset: 1,
            field: FieldId::new(Field::Reg31),
            n_bits: 4,
        }),
        Action::OutputReg2(nicira::OutputReg2 {
            ofs_nbits: bits(0, 16),
            max_len: 128,
            src: FieldId::new(Field::Reg17),
        }),
        Action::DeleteField(nicira::DeleteField {
            field: FieldId::new(Field::Reg17),
        }),
        Action::CheckPktLarger(nicira::CheckPktLarger {
            pkt_len: 1500,
            offset: 1,
            dst: FieldId::new(Field::Reg18),
        }),
        Action::Sample2(sample.clone()),
        Action::Sample3(sample),
        Action::Sample4(nicira::Sample4 {
            probability: 1,
            collector_set_id: 2,
            obs_domain: nicira::SampleId::Immediate { imm: 3 },
            obs_point: nicira::SampleId::Field {
                src: register(Field::Reg0),
                ofs_nbits: bits(0, 32),
            },
            sampling_port: v10::PortNo(4),
            direction: nicira::SampleDirection::Default,
        }),
        Action::Encap(nicira::Encap {
            hdr_size: 0,
            new_pkt_type: HeaderType::of_ethertype(0x894f),
            properties: vec![nicira::EncapProperty::Unknown {
                class: 5,
                kind: 6,
                data: Bytes::from_static(&[1, 2, 3]),
            }],
        }),
        Action::Controller2(nicira::Controller2 {
            properties: vec![nicira::ControllerProperty::Unknown {
                kind: 9,
                data: Bytes::from_static(&[1, 2, 3]),
            }],
        }),
    ]
}

fn copy_field() -> v13::CopyField {
    v13::CopyField {
        n_bits: 8,
        src_offset: 0,
        dst_offset: 24,
        oxm_ids: [FieldId::new(Field::Reg1), FieldId::new(Field::Reg20)],
    }
}

fn wrapped(actions: Vec<nicira::Action<v13::Action>>) -> Vec<v13::Action> {
    let nicira = |action| v13::Action::Nicira(Box::new(action));
    actions.into_iter().map(nicira).collect()
}

fn wrapped_10(actions: Vec<nicira::Action<v10::Action>>) -> Vec<v10::Action> {
    let nicira = |action| v10::Action::Nicira(Box::new(action));
    actions.into_iter().map(nicira).collect()
}

/// A flow-mod of this version, to put other actions into.
fn template(version: Version) -> Message {
    let mut all = flow_mods()
        .into_iter()
        .filter(|(_, frame)| frame[0] == version.wire());
    let (_, frame) = all.next().expect("one of each version");
    Message::decode(frame).expect("what Open vSwitch writes")
}

fn of_10(actions: Vec<v10::Action>) -> Message {
    let mut message = template(Version::V1_0);
    if let Body::V10(v10::Body::FlowMod(flow_mod)) = &mut message.body {
        flow_mod.actions = actions.into();
    }
    message
}

fn of_13(lists: Vec<Vec<v13::Action>>) -> Message {
    let apply = |actions: Vec<v13::Action>| v13::Instruction::ApplyActions {
        actions: actions.into(),
    };
    with(Version::V1_3, lists.into_iter().map(apply).collect())
}

fn of_15() -> Message {
    let mut thresholds = OxsList::new();
    thresholds.push(Statistic::PacketCount, OxsValue::Count(1000));
    let trigger = v13::StatTrigger {
        flags: v13::StatTriggerFlags::PERIODIC,
        thresholds,
    };
    let actions = smallvec![
        v13::Action::Meter {
            meter_id: MeterId(3)
        },
        v13::Action::CopyField(Box::new(copy_field())),
        v13::Action::Output {
            port: PortNo(1),
            max_len: 0
        },
    ];
    let instructions = smallvec![
        v13::Instruction::StatTrigger(Box::new(trigger)),
        v13::Instruction::Meter {
            meter_id: MeterId(4)
        },
        v13::Instruction::WriteActions { actions },
    ];
    with(Version::V1_5, instructions)
}

fn with(version: Version, instructions: v13::Instructions) -> Message {
    let mut message = template(version);
    if let Body::V13(v13::Body::FlowMod(flow_mod)) = &mut message.body {
        flow_mod.instructions = instructions;
    }
    message
}
