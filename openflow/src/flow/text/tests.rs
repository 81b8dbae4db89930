use crate::flow::{FlowMod, Group, Instructions, Match};

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
            "`nw_dts`: no field of that name",
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
            "tcp,tp_dst=80/0xff,actions=drop",
            "`tcp_dst`: tcp_dst takes no mask: match all of it or leave it out",
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
