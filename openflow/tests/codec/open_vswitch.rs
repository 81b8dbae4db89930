//! Open vSwitch reads in our bytes what we meant. Needs `ovs-ofctl`; without it there is nothing
//! to compare with and the tests say so.

use std::process::Command;

use bytes::{Bytes, BytesMut};
use openflow::oxm::{Field, OxmField, OxmList};
use openflow::wire::Message;
use openflow::{
    BufferId, Cookie, GroupId, MacAddr, MeterId, PortNo, TableId, Version, Xid, v10, v13,
};
use smallvec::smallvec;

/// What `ovs-ofctl ofp-print` makes of the message, without its own log lines; `None` where it is
/// not installed.
fn printed(message: &Message) -> Option<String> {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).unwrap();
    let output = Command::new("ovs-ofctl")
        .arg("ofp-print")
        .arg(hex::encode(&bytes))
        .output();
    let Ok(output) = output else {
        eprintln!("ovs-ofctl is not installed: not compared");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn reads(message: &Message, expected: &str) {
    if let Some(text) = printed(message) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&text), words(expected));
    }
}

fn of13(body: v13::Body) -> Message {
    Message::v13(Version::V1_3, Xid(1), body)
}

/// A match field with its value and mask.
type MatchField = (Field, u128, Option<u128>);

fn fields(list: &[MatchField]) -> v13::Match {
    let mut oxm_fields = OxmList::new();
    for (field, value, mask) in list {
        oxm_fields.push(*field, *value, *mask);
    }
    v13::Match { oxm_fields }
}

fn flow_mod(matching: v13::Match, instructions: v13::Instructions) -> Message {
    of13(v13::Body::FlowMod(Box::new(v13::FlowMod {
        cookie: Cookie(0xabc),
        cookie_mask: 0,
        table_id: TableId(2),
        command: v13::FlowModCommand::Add,
        idle_timeout: 1,
        hard_timeout: 2,
        priority: 3,
        buffer_id: BufferId::NONE,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: v13::FlowModFlags::SEND_FLOW_REM | v13::FlowModFlags::CHECK_OVERLAP,
        importance: None,
        matching,
        instructions,
    })))
}

#[test]
fn every_instruction_and_every_action_it_knows() {
    use v13::Action;
    use v13::Instruction;
    let set = |field, value| Action::SetField {
        field: OxmField::new(field, value, None),
    };
    let actions = smallvec![
        Action::Output {
            port: PortNo::CONTROLLER,
            max_len: 0xffff
        },
        Action::PushVlan { ethertype: 0x8100 },
        set(Field::VlanVid, 0x1005),
        Action::PopVlan,
        Action::SetNwTtl { nw_ttl: 9 },
        Action::DecNwTtl,
        set(Field::EthDst, 0x0200_0000_0001),
        set(Field::Ipv4Dst, 0x0a00_0001),
        set(Field::TcpDst, 80),
        Action::SetQueue { queue_id: 3 },
        Action::Group {
            group_id: GroupId(7)
        },
        Action::PushMpls { ethertype: 0x8847 },
        Action::SetMplsTtl { mpls_ttl: 5 },
        Action::DecMplsTtl,
        set(Field::MplsLabel, 0x12345),
        Action::PopMpls { ethertype: 0x0800 },
    ];
    let instructions = smallvec![
        Instruction::Meter {
            meter_id: MeterId(4)
        },
        Instruction::ApplyActions { actions },
        Instruction::ClearActions,
        Instruction::WriteActions {
            actions: smallvec![set(Field::IpDscp, 10)]
        },
        Instruction::WriteMetadata {
            metadata: 5,
            metadata_mask: 0xff
        },
        Instruction::GotoTable {
            table_id: TableId(9)
        },
    ];
    reads(
        &flow_mod(
            fields(&[(Field::EthType, 0x0800, None), (Field::IpProto, 6, None)]),
            instructions,
        ),
        "OFPT_FLOW_MOD (OF1.3) (xid=0x1): ADD table:2 priority=3,tcp cookie:0xabc idle:1 hard:2 \
         send_flow_rem check_overlap actions=meter:4,CONTROLLER:65535,push_vlan:0x8100,\
         set_field:4101->vlan_vid,pop_vlan,mod_nw_ttl:9,dec_ttl,\
         set_field:02:00:00:00:00:01->eth_dst,set_field:10.0.0.1->ip_dst,set_field:80->tcp_dst,\
         set_queue:3,group:7,push_mpls:0x8847,set_mpls_ttl(5),dec_mpls_ttl,\
         set_field:74565->mpls_label,pop_mpls:0x0800,clear_actions,\
         write_actions(set_field:10->ip_dscp),write_metadata:0x5/0xff,goto_table:9",
    );
}

#[test]
fn match_fields_of_each_family() {
    let cases: [(&[MatchField], &str); 4] = [
        (
            &[
                (Field::InPort, 1, None),
                (Field::Metadata, 2, Some(0xff)),
                (Field::EthDst, 0xffff_ffff_ffff, None),
                (Field::EthType, 0x0800, None),
                (Field::VlanVid, 0x1000, Some(0x1000)),
                (Field::IpDscp, 10, None),
                (Field::IpEcn, 1, None),
                (Field::IpProto, 6, None),
                (Field::Ipv4Src, 0x0a00_0000, Some(0xffff_ff00)),
                (Field::TcpSrc, 1, None),
                (Field::TunnelId, 77, None),
            ],
            "tcp,tun_id=0x4d,metadata=0x2/0xff,in_port=1,vlan_tci=0x1000/0x1000,\
             dl_dst=ff:ff:ff:ff:ff:ff,nw_src=10.0.0.0/24,nw_tos=40,nw_ecn=1,tp_src=1",
        ),
        (
            &[
                (Field::EthType, 0x86dd, None),
                (Field::IpProto, 58, None),
                (Field::Ipv6Src, 0xfe80 << 112, Some(u128::MAX << 64)),
                (Field::Ipv6Flabel, 0x12345, None),
                (Field::Icmpv6Type, 135, None),
                (Field::Ipv6NdTarget, 1, None),
                (Field::Ipv6NdSll, 2, None),
            ],
            "icmp6,ipv6_src=fe80::/64,ipv6_label=0x12345,icmp_type=135,nd_target=::1,\
             nd_sll=00:00:00:00:00:02",
        ),
        (
            &[
                (Field::EthType, 0x8847, None),
                (Field::MplsLabel, 9, None),
                (Field::MplsTc, 1, None),
                (Field::MplsBos, 1, None),
            ],
            "mpls,mpls_label=9,mpls_tc=1,mpls_bos=1",
        ),
        (
            &[
                (Field::EthType, 0x0806, None),
                (Field::ArpOp, 2, None),
                (Field::ArpSpa, 9, None),
                (Field::ArpTha, 1, None),
            ],
            "arp,arp_spa=0.0.0.9,arp_op=2,arp_tha=00:00:00:00:00:01",
        ),
    ];
    for (list, expected) in cases {
        reads(
            &flow_mod(fields(list), smallvec![]),
            &format!(
                "OFPT_FLOW_MOD (OF1.3) (xid=0x1): ADD table:2 priority=3,{expected} cookie:0xabc \
                 idle:1 hard:2 send_flow_rem check_overlap actions=drop"
            ),
        );
    }
}

#[test]
fn groups_and_meters() {
    let output = v13::Action::Output {
        port: PortNo(3),
        max_len: 0,
    };
    let bucket = v13::Bucket {
        terms: v13::BucketTerms::Fixed {
            weight: 0,
            watch_port: PortNo(3),
            watch_group: GroupId::ANY,
        },
        actions: smallvec![output.clone()],
    };
    reads(
        &of13(v13::Body::GroupMod(v13::GroupMod {
            command: v13::GroupModCommand::Add,
            kind: v13::GroupType::FastFailover,
            group_id: GroupId(1),
            command_bucket_id: None,
            buckets: vec![bucket],
            properties: None,
        })),
        "OFPT_GROUP_MOD (OF1.3) (xid=0x1): ADD \
         group_id=1,type=ff,bucket=watch_port:3,actions=output:3",
    );
    let weighted = v13::Bucket {
        terms: v13::BucketTerms::Fixed {
            weight: 5,
            watch_port: PortNo::ANY,
            watch_group: GroupId::ANY,
        },
        actions: smallvec![output],
    };
    reads(
        &of13(v13::Body::MultipartReply(v13::MultipartReply {
            flags: v13::MultipartFlags::MORE,
            body: v13::MultipartReplyBody::GroupDesc(vec![v13::GroupDesc {
                kind: v13::GroupType::Select,
                group_id: GroupId(1),
                properties: None,
                buckets: vec![weighted; 2],
            }]),
        })),
        "OFPST_GROUP_DESC reply (OF1.3) (xid=0x1): flags=[more] group_id=1,type=select,\
         bucket=weight:5,actions=output:3,bucket=weight:5,actions=output:3",
    );
    reads(
        &of13(v13::Body::MeterMod(v13::MeterMod {
            command: v13::MeterModCommand::Add,
            flags: v13::MeterFlags::KBPS,
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
            ],
        })),
        "OFPT_METER_MOD (OF1.3) (xid=0x1): ADD meter=5 kbps bands= type=drop rate=1000 \
         type=dscp_remark rate=500 prec_level=1",
    );
}

#[test]
fn packets_and_entries() {
    let data = Bytes::from_static(&[7; 60]);
    let packet = "vlan_tci=0x0000,dl_src=07:07:07:07:07:07,dl_dst=07:07:07:07:07:07,dl_type=0x0707";
    let matching = fields(&[(Field::InPort, 1, None)]);
    reads(
        &of13(v13::Body::PacketIn(v13::PacketIn {
            buffer_id: BufferId(1),
            total_len: 60,
            reason: v13::PacketInReason::Action,
            table_id: TableId(3),
            cookie: Cookie(7),
            matching: matching.clone(),
            data: data.clone(),
        })),
        &format!(
            "OFPT_PACKET_IN (OF1.3) (xid=0x1): table_id=3 cookie=0x7 total_len=60 in_port=1 \
             (via action) data_len=60 buffer=0x00000001 {packet}"
        ),
    );
    reads(
        &of13(v13::Body::PacketOut(v13::PacketOut {
            buffer_id: BufferId::NONE,
            origin: v13::PacketOrigin::Port {
                in_port: PortNo::CONTROLLER,
            },
            actions: smallvec![v13::Action::Output {
                port: PortNo::FLOOD,
                max_len: 0
            }],
            data,
        })),
        &format!(
            "OFPT_PACKET_OUT (OF1.3) (xid=0x1): in_port=CONTROLLER actions=FLOOD data_len=60 \
             {packet}"
        ),
    );
    reads(
        &of13(v13::Body::FlowRemoved(v13::FlowRemoved {
            cookie: Cookie(1),
            priority: 2,
            reason: v13::FlowRemovedReason::GroupDelete,
            table_id: TableId(3),
            idle_timeout: 6,
            hard_timeout: 7,
            counters: v13::FlowCounters::Fixed {
                duration_sec: 4,
                duration_nsec: 5,
                packet_count: 8,
                byte_count: 9,
            },
            matching: matching.clone(),
        })),
        "OFPT_FLOW_REMOVED (OF1.3) (xid=0x1): priority=2,in_port=1 reason=group_delete table_id=3 \
         cookie:0x1 duration4.000000005s idle6 hard7 pkts8 bytes9",
    );
    let entry = v13::FlowStats {
        table_id: TableId(1),
        duration_sec: 1,
        duration_nsec: 2,
        priority: 3,
        idle_timeout: 4,
        hard_timeout: 5,
        flags: v13::FlowModFlags::SEND_FLOW_REM,
        importance: None,
        cookie: Cookie(6),
        packet_count: 7,
        byte_count: 8,
        matching,
        instructions: smallvec![v13::Instruction::GotoTable {
            table_id: TableId(2)
        }],
    };
    let shown = "cookie=0x6, duration=1.000000002s, table=1, n_packets=7, n_bytes=8, \
                 idle_timeout=4, hard_timeout=5, send_flow_rem priority=3,in_port=1 \
                 actions=goto_table:2";
    reads(
        &of13(v13::Body::MultipartReply(v13::MultipartReply {
            flags: v13::MultipartFlags::empty(),
            body: v13::MultipartReplyBody::Flow(vec![entry; 2]),
        })),
        &format!("OFPST_FLOW reply (OF1.3) (xid=0x1): {shown} {shown}"),
    );
}

#[test]
fn a_flow_mod_of_10_with_every_action() {
    use v10::Action;
    let mac = |last| MacAddr([2, 0, 0, 0, 0, last]);
    let matching = v10::Match {
        wildcards: v10::Wildcards::empty().with_nw_src_bits(8),
        in_port: v10::PortNo(1),
        dl_src: mac(1),
        dl_dst: MacAddr::BROADCAST,
        dl_vlan: 5,
        dl_vlan_pcp: 1,
        dl_type: 0x0800,
        nw_tos: 0x20,
        nw_proto: 17,
        nw_src: [10, 0, 0, 0].into(),
        nw_dst: [10, 0, 0, 2].into(),
        tp_src: 1,
        tp_dst: 2,
    };
    let actions = smallvec![
        Action::SetVlanVid { vlan_vid: 7 },
        Action::SetVlanPcp { vlan_pcp: 3 },
        Action::StripVlan,
        Action::SetDlSrc { dl_addr: mac(9) },
        Action::SetDlDst { dl_addr: mac(8) },
        Action::SetNwSrc {
            nw_addr: [1, 2, 3, 4].into()
        },
        Action::SetNwDst {
            nw_addr: [5, 6, 7, 8].into()
        },
        Action::SetNwTos { nw_tos: 0x20 },
        Action::SetTpSrc { tp_port: 80 },
        Action::SetTpDst { tp_port: 81 },
        Action::Enqueue {
            port: v10::PortNo(2),
            queue_id: 9
        },
        Action::Output {
            port: v10::PortNo::CONTROLLER,
            max_len: 128
        },
    ];
    let flow_mod = v10::FlowMod {
        matching,
        cookie: Cookie(1),
        command: v10::FlowModCommand::Modify,
        idle_timeout: 5,
        hard_timeout: 50,
        priority: 77,
        buffer_id: BufferId::NONE,
        out_port: v10::PortNo::NONE,
        flags: v10::FlowModFlags::CHECK_OVERLAP,
        actions,
    };
    reads(
        &Message::v10(Xid(1), v10::Body::FlowMod(flow_mod)),
        "OFPT_FLOW_MOD (xid=0x1): MOD priority=77,udp,in_port=1,dl_vlan=5,dl_vlan_pcp=1,\
         dl_src=02:00:00:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff,nw_src=10.0.0.0/24,nw_dst=10.0.0.2,\
         nw_tos=32,tp_src=1,tp_dst=2 cookie:0x1 idle:5 hard:50 check_overlap \
         actions=mod_vlan_vid:7,mod_vlan_pcp:3,strip_vlan,mod_dl_src:02:00:00:00:00:09,\
         mod_dl_dst:02:00:00:00:00:08,mod_nw_src:1.2.3.4,mod_nw_dst:5.6.7.8,mod_nw_tos:32,\
         mod_tp_src:80,mod_tp_dst:81,enqueue:2:9,CONTROLLER:128",
    );
}
