use crate::flow::{
    Action, FlowEntry, FlowMod, Group, GroupMod, Instructions, Match, Meter, MeterMod,
};

/// Text that is printed as it was read.
const FLOWS: &[&str] = &[
    "priority=100,ip,nw_dst=10.0.0.0/24,actions=output:3",
    "priority=0,actions=CONTROLLER:65535",
    "table=1,cookie=0x5,idle_timeout=5,hard_timeout=6,send_flow_rem,priority=7,\
     in_port=LOCAL,dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,actions=pop_vlan,NORMAL",
    "priority=1,tcp6,tun_id=0x7,metadata=0x5/0xff,ipv6_dst=fe80::/10,nw_tos=32,tp_dst=80,\
     actions=meter:3,dec_ttl,clear_actions,write_actions(output:3,group:1),\
     write_metadata:0x5/0xff,goto_table:4",
    "priority=1,arp,vlan_tci=0x0000/0x1fff,arp_spa=1.2.3.4,arp_op=1,\
     actions=push_vlan:0x8100,set_field:4097->vlan_vid,set_field:1.2.3.4->ip_dst,IN_PORT",
    "priority=1,icmp6,icmp_type=135,nd_target=fe80::1,nd_sll=00:00:00:00:00:01,actions=ALL",
    "priority=9,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,dl_type=0x88cc,actions=drop",
    "delete cookie=0x1/0xff,out_port=3,priority=32768",
    "delete_strict table=0,priority=5,dl_vlan_pcp=3",
    "modify table=3,priority=5,mpls,mpls_label=5,mpls_bos=1,\
     actions=pop_mpls:0x8847,set_mpls_ttl(3),copy_ttl_in,enqueue:3:4,experimenter(0x00002320,0a0b)",
];

#[test]
fn what_is_read_is_printed_as_it_was() {
    for text in FLOWS {
        let flow: FlowMod = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(flow.to_string(), *text);
    }
    let group = "group_id=1,type=ff,bucket=watch_port:1,actions=output:1,\
                 bucket=weight:3,watch_group:7,actions=set_field:1.2.3.4->ip_src,output:2,\
                 bucket=actions=drop";
    assert_eq!(group.parse::<Group>().unwrap().to_string(), group);
}

#[test]
fn old_names_oxm_names_and_any_order_are_one_match() {
    let printed = "tcp,nw_src=10.0.0.0/8,nw_tos=32,tp_dst=80";
    for text in [
        printed,
        "tp_dst=0x50, nw_src=10.0.0.0/255.0.0.0 nw_tos=32 tcp",
        "eth_type=0x800,ip_proto=6,ipv4_src=10.1.2.3/8,ip_dscp=8,tcp_dst=80",
        "dl_type=2048,nw_proto=6,ip_src=10.0.0.0/8,ip_dscp=8,tp_dst=80",
    ] {
        assert_eq!(
            text.parse::<Match>().unwrap().to_string(),
            printed,
            "{text}"
        );
    }
    let arp = "arp,nw_src=1.2.3.4,nw_proto=2".parse::<Match>().unwrap();
    assert_eq!(arp.to_string(), "arp,arp_spa=1.2.3.4,arp_op=2");
    assert_eq!("dl_vlan=65535".parse::<Match>(), "vlan_vid=0".parse());
    assert_eq!("vlan_tci=0".parse::<Match>(), "vlan_tci=0/0x1fff".parse());
    assert_eq!(
        "vlan_vid=0x1005".parse::<Match>().unwrap().to_string(),
        "dl_vlan=5"
    );
    assert_eq!("".parse(), Ok(Match::any()));
}

#[test]
fn old_actions_become_those_of_later_versions() {
    let read = |text: &str| text.parse::<FlowMod>().unwrap().instructions.to_string();
    assert_eq!(
        read("tcp,actions=mod_nw_dst:1.2.3.4,mod_tp_dst:80,mod_dl_src:00:00:00:00:00:01,3"),
        "set_field:1.2.3.4->ip_dst,set_field:80->tcp_dst,set_field:00:00:00:00:00:01->eth_src,\
         output:3"
    );
    assert_eq!(
        read("actions=mod_vlan_vid:5,mod_vlan_pcp:3,strip_vlan,controller(max_len=128)"),
        "push_vlan:0x8100,set_field:4101->vlan_vid,set_field:3->vlan_pcp,pop_vlan,CONTROLLER:128"
    );
    assert_eq!(
        read("dl_vlan=3,actions=mod_vlan_vid:5"),
        "set_field:4101->vlan_vid"
    );
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let cases = [
        (
            "ip,nw_dts=1.2.3.4,actions=drop",
            "`nw_dts`: no field of that name: nw_dst?",
        ),
        (
            "ip,nw_dst=1.2.3,actions=drop",
            "`nw_dst=1.2.3`: expected an IPv4 address, as 10.0.0.1, with /prefix or /mask where \
             not all bits count",
        ),
        (
            "tp_dst=80,actions=drop",
            "`tp_dst`: needs tcp, udp or sctp, or their IPv6 forms",
        ),
        (
            "tcp_dst=80,actions=drop",
            "`tcp_dst`: tcp_dst needs ip_proto=6",
        ),
        ("ip,tcp,actions=drop", "`tcp`: eth_type is given twice"),
        (
            "in_port=1,in_port=2,actions=drop",
            "`in_port=2`: in_port is given twice",
        ),
        (
            "dl_vlan=4096,actions=drop",
            "`dl_vlan=4096`: a VLAN id has 12 bits",
        ),
        (
            "icmp,icmp_type=8/0x0f,actions=drop",
            "`icmpv4_type`: icmpv4_type takes no mask: match all of it or leave it out",
        ),
        (
            "priority=65536,actions=drop",
            "`priority=65536`: `65536` is no priority, 0 to 65535",
        ),
        (
            "priority=-1,actions=drop",
            "`priority=-1`: `-1` is no priority, 0 to 65535",
        ),
        ("ip", "`ip`: expected actions=… at its end"),
        ("actions=outptu:3", "`outptu:3`: no action of that name"),
        (
            "actions=mod_tp_dst:80",
            "`mod_tp_dst:80`: tp_dst: needs tcp, udp or sctp, or their IPv6 forms",
        ),
        (
            "actions=set_field:5",
            "`set_field:5`: expected set_field:value->field",
        ),
        (
            "actions=goto_table:1,goto_table:2",
            "`goto_table:2`: goto_table is given twice",
        ),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<FlowMod>().unwrap_err().to_string(), error);
    }
}

#[test]
fn no_text_panics() {
    for text in FLOWS {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = text[..end].parse::<FlowMod>();
            let _ = text[end..].parse::<FlowMod>();
            let _ = text[end..].parse::<Group>();
        }
    }
    for text in [
        "(",
        ")",
        "actions=",
        "=",
        "set_field:->",
        "a:(b",
        "write_actions((",
        "/",
        "0x",
    ] {
        let _ = (
            text.parse::<Match>(),
            text.parse::<Instructions>(),
            text.parse::<Group>(),
        );
    }
}

#[test]
fn flags_are_written_by_their_names() {
    use super::flags::{CONNECTION, TCP};
    let text = |value, mask| std::fmt::from_fn(move |f| TCP.write_some(f, value, mask)).to_string();
    assert_eq!(text(0x002, 0x012), "+syn-ack");
    assert_eq!(text(0x200, 0x201), "-fin+[200]");
    assert_eq!(TCP.parse("+syn-ack", 0xfff), Some((0x002, 0x012)));
    assert_eq!(TCP.parse("syn|ack", 0xfff), Some((0x012, 0xfff)));
    assert_eq!(TCP.parse("0x12/0x13", 0xfff), Some((0x12, 0x13)));
    assert_eq!(TCP.parse("+syn-syn", 0xfff), None);
    assert_eq!(TCP.parse("+sin", 0xfff), None);
    let whole = |value| std::fmt::from_fn(move |f| CONNECTION.write_whole(f, value)).to_string();
    assert_eq!(whole(0), "0");
    assert_eq!(whole(0x121), "new|trk|0x100");
    assert_eq!(
        CONNECTION.parse("new|trk|0x100", 0xffff),
        Some((0x121, 0xffff))
    );
}

#[test]
fn a_line_of_a_dumped_table_is_read() {
    let line = "cookie=0x5, duration=5.500s, table=1, n_packets=3, n_bytes=180, idle_timeout=5, \
                send_flow_rem importance=7,priority=9,ip,nw_dst=10.0.0.0/24 actions=output:3";
    let entry: FlowEntry = line.parse().unwrap();
    assert_eq!((entry.packets, entry.bytes, entry.importance), (3, 180, 7));
    assert_eq!(entry.age.as_millis(), 5_500);
    assert_eq!(entry.to_string().parse(), Ok(entry));
    let aged = " cookie=0x0, duration=1s, table=0, n_packets=0, n_bytes=0, idle_age=5, priority=1 actions=drop";
    assert_eq!(aged.parse::<FlowEntry>().unwrap().priority, 1);
}

#[test]
fn a_group_says_how_it_selects() {
    let text = "group_id=1,type=select,selection_method=hash,selection_method_param=3,\
                fields(ip_dst=255.255.0.0,tcp_dst),bucket=bucket_id:5,weight:5,watch_port:2,\
                actions=output:1,bucket=weight:1,actions=output:2";
    let group: Group = text.parse().unwrap();
    assert_eq!(group.to_string(), text);
    assert_eq!(group.buckets[0].id, Some(5));
    // A number that is the place says nothing.
    let usual: Group = "group_id=1,type=all,bucket=bucket_id:0,output:1"
        .parse()
        .unwrap();
    assert_eq!(
        usual.to_string(),
        "group_id=1,type=all,bucket=actions=output:1"
    );
    for text in [
        "add group_id=1,type=all,bucket=actions=output:1",
        "modify group_id=1,type=select,selection_method=dp_hash,fields=ip_dst,\
         bucket=weight:1,actions=output:1",
        "delete group_id=all",
        "insert_bucket group_id=1,command_bucket_id=last,bucket=bucket_id:0,actions=output:1",
        "remove_bucket group_id=1,command_bucket_id=5",
    ] {
        assert_eq!(text.parse::<GroupMod>().unwrap().to_string(), text);
    }
    let error = |text: &str| text.parse::<GroupMod>().unwrap_err().to_string();
    assert!(error("add group_id=1").ends_with("expected type=…"));
    assert!(error("insert_bucket group_id=1").contains("command_bucket_id"));
}

#[test]
fn a_meter_reads_as_it_prints() {
    for text in [
        "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=50,\
         type=dscp_remark,rate=2000,prec_level=1",
        "meter=all",
        "meter=7,pktps,bands=type=drop,rate=5",
    ] {
        assert_eq!(text.parse::<Meter>().unwrap().to_string(), text);
    }
    let dumped = "meter=1 kbps burst bands=\ntype=drop rate=65536 burst_size=1280\n\
                  type=dscp_remark rate=1048576 burst_size=61440 prec_level=0\n";
    assert_eq!(
        dumped.parse::<Meter>().unwrap().to_string(),
        "meter=1,kbps,burst,bands=type=drop,rate=65536,burst_size=1280,\
         type=dscp_remark,rate=1048576,burst_size=61440,prec_level=0"
    );
    for text in ["add meter=1,kbps,bands=type=drop,rate=1", "delete meter=3"] {
        assert_eq!(text.parse::<MeterMod>().unwrap().to_string(), text);
    }
    for (text, problem) in [
        ("meter=1,kbps,pktps", "kbps and pktps exclude each other"),
        (
            "meter=1,bands=type=drop,burst_size=3",
            "burst_size needs the flag burst",
        ),
        (
            "meter=1,rate=3",
            "expected meter=…, kbps, pktps, burst, stats or bands=type=…",
        ),
        ("kbps", "expected meter=…"),
    ] {
        assert_eq!(
            text.parse::<Meter>().unwrap_err().problem,
            problem,
            "{text}"
        );
    }
}

#[test]
fn bits_are_moved_and_meters_passed() {
    let text =
        "actions=meter:3,move:NXM_OF_ETH_SRC[0..15]->OXM_OF_METADATA[8..23],meter:4,output:1";
    let flow: FlowMod = text.parse().unwrap();
    assert_eq!(flow.to_string(), format!("priority=32768,{text}"));
    let same = "actions=meter:3,move:eth_src[0..15]->metadata[8..23],meter:4,output:1";
    assert_eq!(same.parse(), Ok(flow));
    let error = |text: &str| text.parse::<FlowMod>().unwrap_err().problem;
    assert_eq!(
        error("actions=move:eth_src[]->metadata[]"),
        "48 bits do not fit 64 bits"
    );
    assert_eq!(
        error("actions=move:eth_src[40..48]->metadata[0..8]"),
        "`eth_src[40..48]`: eth_src has the bits 0 to 47"
    );
}

#[test]
fn fields_of_open_vswitch_are_written_as_it_writes_them() {
    for text in [
        "pkt_mark=0x1/0xff,dp_hash=0x5,conj_id=3,ct_state=+new-est+trk,ct_zone=5,ct_mark=0x6/0xff,\
         ct_label=0x7/0xff,tcp,reg0=0x8,reg1=0x9/0xff,reg5=0/0xf,tun_id=0x1,tun_src=1.2.3.4,\
         tun_gbp_id=3,tun_gbp_flags=0x8,metadata=0x3,in_port=4,nw_ttl=4,nw_frag=not_later,\
         tcp_flags=+syn-ack",
        "ct_state=+est+trk,ct_nw_src=1.2.3.4,ct_nw_proto=6,ct_tp_src=5,ip",
        "packet_type=(1,0x894f),nsh_ttl=3,nsh_spi=0x4,nsh_si=3",
        "packet_type=(1,0x800),nw_src=1.2.3.4",
        "ip,nw_frag=later",
        "ip,nw_frag=no",
        "tun_metadata0=0x1234,tun_metadata63=0",
        "actset_output=LOCAL",
        "tun_ipv6_dst=fe80::/10",
        "vlan_tci=0x2000/0x2000",
        "reg31=0x5",
        "dl_type=0x894f,nsh_c1=0x5",
    ] {
        let matching: Match = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(matching.to_string(), text);
    }
    for (text, same) in [
        ("ip,ip_frag=no", "ip,nw_frag=0x0/0x1"),
        ("tcp,tcp_flags=0x12", "tcp,tcp_flags=syn|ack"),
        ("tun_id=5", "tunnel_id=5"),
        ("dl_type=0x894f,nsh_spi=5", "eth_type=0x894f,nsp=5"),
        ("dl_vlan=5", "vlan_tci=0x1005/0x1fff"),
        ("tun_gtpu_flags=3", "gtpu_flags=3"),
        ("xreg3=0x700000005", "reg6=7,reg7=5"),
        ("xreg0=0x700000005/0xffffffff00000000", "reg0=7"),
        ("xxreg3=0x123", "reg12=0,reg13=0,reg14=0,reg15=0x123"),
    ] {
        assert_eq!(
            text.parse::<Match>().unwrap(),
            same.parse().unwrap(),
            "{text}"
        );
    }
}

#[test]
fn bits_of_a_field_have_the_names_open_vswitch_prints() {
    use crate::oxm::Field;
    for (field, name) in [
        (Field::Reg0, "NXM_NX_REG0[]"),
        (Field::NxmOfInPort, "NXM_OF_IN_PORT[]"),
        (Field::InPort, "OXM_OF_IN_PORT[]"),
        (Field::EthSrc, "NXM_OF_ETH_SRC[]"),
        (Field::VlanTci, "NXM_OF_VLAN_TCI[]"),
        (Field::VlanVid, "OXM_OF_VLAN_VID[]"),
        (Field::Xreg3, "OXM_OF_PKT_REG3[]"),
        (Field::Xxreg0, "NXM_NX_XXREG0[]"),
        (Field::Xxreg4, "NXOXM_ET_XXREG4[]"),
        (Field::TunIpv4Src, "NXM_NX_TUN_IPV4_SRC[]"),
        (Field::TcpFlags, "NXM_NX_TCP_FLAGS[]"),
        (Field::NshC1, "NXOXM_NSH_C1[]"),
        (Field::CtMark, "NXM_NX_CT_MARK[]"),
        (Field::ErspanIdx, "NXOXM_ET_ERSPAN_IDX[]"),
    ] {
        let bits = field.info().bits_in_packet();
        assert_eq!(super::subfield::format(field, 0, bits).to_string(), name);
        assert_eq!(super::subfield::parse(name, name), Ok((field, 0, bits)));
    }
    for field in Field::ALL
        .iter()
        .filter(|field| field.info().canonical.is_none())
    {
        let text = super::subfield::format(*field, 0, 1).to_string();
        assert_eq!(
            super::subfield::parse(&text, &text),
            Ok((*field, 0, 1)),
            "{text}"
        );
    }
}

#[test]
fn bits_of_another_encoding_are_bits_of_the_field() {
    let copied = |text: &str| text.parse::<Instructions>();
    assert_eq!(
        copied("move:NXM_OF_IP_TOS[2..7]->NXM_NX_REG0[0..5]"),
        copied("move:ip_dscp[]->reg0[0..5]")
    );
    let error = copied("move:NXM_OF_IP_TOS[]->NXM_NX_REG0[0..7]").unwrap_err();
    assert!(error.to_string().ends_with("they are ip_ecn"), "{error}");
}

/// Actions that Open vSwitch prints as it reads them.
const OF_OPEN_VSWITCH: &[&str] = &[
    "resubmit:1",
    "resubmit(,2)",
    "resubmit(3,4)",
    "resubmit(,5,ct)",
    "set_tunnel:0x5",
    "set_tunnel64:0x123456789",
    "pop_queue",
    "load:0x5->NXM_NX_REG0[0..15]",
    "load:0x1->OXM_OF_METADATA[]",
    "push:NXM_NX_REG0[]",
    "pop:NXM_NX_REG1[0..3]",
    "note:01.02.03.00.00.00",
    "note:00.00.00.00.00.00",
    "multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[0..7])",
    "multipath(symmetric_l3l4+udp,50,hrw,65536,2,NXM_NX_REG1[0..3])",
    "bundle(eth_src,0,active_backup,ofport,members:1,2,LOCAL)",
    "bundle(symmetric_l4,0,hrw,ofport,members:)",
    "bundle_load(eth_src,0,hrw,ofport,NXM_NX_REG0[0..15],members:4,8)",
    "output:NXM_NX_REG0[]",
    "output:NXM_NX_REG1[5..10]",
    "output(port=1,max_len=100)",
    "learn(table=2,idle_timeout=4,hard_timeout=5,fin_idle_timeout=2,fin_hard_timeout=3,priority=3,\
     send_flow_rem,delete_learned,cookie=0x6,limit=3,result_dst=NXM_NX_REG0[1],eth_type=0x800,\
     NXM_OF_ETH_SRC[]=NXM_OF_ETH_DST[],NXM_OF_IN_PORT[],NXM_NX_REG3[0..3]=NXM_NX_REG4[0..3],\
     load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],load:0x5->NXM_NX_REG2[],output:NXM_OF_IN_PORT[])",
    "learn(table=1,NXM_OF_VLAN_TCI[0..11],output:NXM_OF_IN_PORT[])",
    "exit",
    "dec_ttl(1,2)",
    "fin_timeout(idle_timeout=1,hard_timeout=2)",
    "controller(reason=no_match,max_len=123,id=77)",
    "controller(id=5)",
    "controller(pause)",
    "controller(userdata=01.02.03,pause,meter_id=5)",
    "sample(probability=12345,collector_set_id=1,obs_domain_id=2,obs_point_id=3)",
    "sample(probability=1,collector_set_id=1,obs_domain_id=2,obs_point_id=3,sampling_port=5,egress)",
    "conjunction(1,2/3)",
    "ct",
    "ct(commit,force,exec(set_field:0x5->ct_mark))",
    "ct(commit,table=3,zone=5,nat(src=1.2.3.4-1.2.3.9:5-10,random),\
     exec(load:0x1->NXM_NX_CT_MARK[],set_field:0x5->ct_label),alg=ftp)",
    "ct(commit,zone=NXM_NX_REG0[0..15],nat(dst=1.2.3.4:80,persistent,hash))",
    "ct(nat)",
    "ct_clear",
    "clone(output:1,clone(output:2),set_field:0x5->reg0)",
    "clone(drop)",
    "encap(ethernet)",
    "encap(nsh(md_type=1))",
    "encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))",
    "encap(mpls)",
    "decap()",
    "decap(packet_type(ns=1,type=0x800))",
    "dec_nsh_ttl",
    "check_pkt_larger(1500)->NXM_NX_REG0[0]",
    "delete_field:tun_metadata0",
];

#[test]
fn actions_of_open_vswitch_read_as_they_print() {
    for text in OF_OPEN_VSWITCH {
        let action: Action = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(matches!(action, Action::Nicira(_)), "{text}: {action:?}");
        assert_eq!(action.to_string(), *text);
        let json = serde_json::to_string(&action).unwrap();
        assert_eq!(
            serde_json::from_str::<Action>(&json).unwrap(),
            action,
            "{json}"
        );
    }
    for (text, same) in [
        ("note:", "note:00.00.00.00.00.00"),
        ("load:5->reg0", "load:0x5->NXM_NX_REG0[]"),
        ("output:reg0[0..3]", "output:NXM_NX_REG0[0..3]"),
        ("controller(max_len=5)", "CONTROLLER:5"),
        ("set_mpls_label(5)", "set_field:5->mpls_label"),
        (
            "bundle(eth_src,0,hrw,ofport,slaves:1)",
            "bundle(eth_src,0,hrw,ofport,members:1)",
        ),
        ("resubmit(,255)", "resubmit(,)"),
    ] {
        let action: Action = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(action.to_string(), same);
    }
}

#[test]
fn what_is_wrong_with_an_action_of_open_vswitch_is_named() {
    for (text, problem) in [
        (
            "resubmit(1,2,3)",
            "expected resubmit(port,table) or resubmit(port,table,ct)",
        ),
        ("load:0x100->NXM_NX_REG0[0..7]", "0x100 does not fit 8 bits"),
        (
            "load:5->NXM_NX_REG0[0..32]",
            "`NXM_NX_REG0[0..32]`: NXM_NX_REG0 has the bits 0 to 31",
        ),
        (
            "multipath(eth_src,50)",
            "expected 6 parts in brackets, have 2",
        ),
        (
            "multipath(x,50,hrw,1,2,reg0[])",
            "`x` is no one of eth_src, symmetric_l4, symmetric_l3l4, \
          symmetric_l3l4+udp, nw_src, nw_dst, symmetric_l3",
        ),
        ("bundle(eth_src,0,hrw,ofport)", "expected members:…"),
        (
            "conjunction(1,3/2)",
            "expected conjunction(id,k/n) with k from 1 to n and n from 2 to 64",
        ),
        ("ct(force)", "force needs commit"),
        (
            "ct(zone=5,zone=6)",
            "`zone`: no attribute of that name, or one given twice",
        ),
        (
            "sample(collector_set_id=1)",
            "expected probability=…, 1 to 65535",
        ),
        ("check_pkt_larger(5)->reg0", "the answer is one bit"),
        (
            "encap(ipv9)",
            "`ipv9`: expected ethernet, nsh, mpls or mpls_mc",
        ),
        ("note:0", "`0`: expected bytes, as 01.02.03"),
    ] {
        assert_eq!(
            text.parse::<Action>().unwrap_err().problem,
            problem,
            "{text}"
        );
    }
    let deep = "clone(".repeat(10_000);
    assert_eq!(
        deep.parse::<Action>().unwrap_err().problem,
        "nested more than 32 deep"
    );
}
