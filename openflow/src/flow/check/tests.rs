//! What is refused, and with what.

use crate::Version;
use crate::flow::FlowMod;
use crate::wire::Answer;

fn checked(version: Version, text: &str) -> Result<(), (String, &'static str)> {
    let flow: FlowMod = text
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let checked = flow.instructions.check(version, flow.table, &flow.matching);
    checked.map_err(|error| {
        let answer = error.answer().name(Version::V1_3);
        (
            error.to_string(),
            answer.map_or("no name", |name| name.name),
        )
    })
}

#[test]
fn actions_that_make_sense_pass() {
    for text in [
        "tcp,actions=set_field:80->tcp_dst,dec_ttl,output:1",
        "actions=push_vlan:0x8100,set_field:0x1005->vlan_vid,set_field:3->vlan_pcp,output:1",
        "dl_vlan=5,actions=push_vlan:0x8100,pop_vlan,pop_vlan",
        "ip,actions=push_mpls:0x8847,set_field:5->mpls_label,CONTROLLER:65535",
        "ip,actions=push_mpls:0x8847,pop_mpls:0x86dd,dec_ttl",
        "actions=write_actions(push_mpls:0x8847,set_field:5->mpls_label,group:1),goto_table:3",
        "ip,actions=move:ip_src[]->metadata[0..31]",
        "tcp,actions=ct(commit,alg=ftp,nat(src=10.0.0.1),exec(set_field:5->ct_mark))",
        "ip,actions=encap(nsh(md_type=1)),set_field:3->nsh_spi,encap(ethernet)",
        "actions=learn(table=1,eth_type=0x800,load:0x5->NXM_OF_IP_SRC[])",
        "arp,actions=clone(push_mpls:0x8847),set_field:2->arp_op",
    ] {
        assert_eq!(checked(Version::V1_3, text), Ok(()), "{text}");
    }
}

#[test]
fn what_makes_no_sense_has_the_error_to_answer() {
    for (text, words, name) in [
        (
            "ip,actions=set_field:80->tcp_dst",
            "set_field of tcp_dst needs ip_proto=6",
            "OFPBAC_MATCH_INCONSISTENT",
        ),
        (
            "in_port=1,actions=set_field:3->in_phy_port",
            "set_field of in_phy_port: no action sets it",
            "OFPBAC_BAD_SET_TYPE",
        ),
        (
            "ip,actions=set_field:6->ip_proto",
            "set_field of ip_proto: no action sets it",
            "OFPBAC_BAD_SET_ARGUMENT",
        ),
        (
            "ip,actions=set_field:6->ct_mark",
            "set_field of ct_mark: no action sets it",
            "OFPBAC_BAD_SET_TYPE",
        ),
        (
            "dl_vlan=3,actions=set_field:5->vlan_vid",
            "set_field of vlan_vid: the present bit (0x1000) of a tag that is there is set",
            "OFPBAC_BAD_SET_ARGUMENT",
        ),
        (
            "actions=conjunction(1,1/2),note:01,output:1",
            "nx_conjunction beside output: only notes stand beside it",
            "OFPBAC_UNSUPPORTED_ORDER",
        ),
        (
            "actions=conjunction(1,1/2),goto_table:1",
            "nx_conjunction beside goto_table: only notes stand beside it",
            "OFPBAC_UNSUPPORTED_ORDER",
        ),
        (
            "actions=push_vlan:0x1234",
            "push_vlan of 0x1234: a tag has 0x8100 or 0x88a8",
            "OFPBAC_BAD_ARGUMENT",
        ),
        (
            "actions=group:4294967295",
            "group 4294967295: groups have the numbers 0 to 4294967040",
            "OFPBAC_BAD_OUT_GROUP",
        ),
        (
            "actions=meter:0",
            "meter 0: meters have the numbers 1 to 4294901760",
            "OFPMMFC_INVALID_METER",
        ),
        (
            "actions=output:0",
            "output to 0: no port packets can be sent to",
            "OFPBAC_BAD_OUT_PORT",
        ),
        (
            "table=3,actions=goto_table:3",
            "goto_table 3 from table 3: there is no way back",
            "OFPBIC_BAD_TABLE_ID",
        ),
        (
            "actions=write_actions(exit)",
            "write_actions of nx_exit: no action set holds it",
            "OFPBAC_BAD_TYPE",
        ),
        (
            "dl_vlan=3,actions=move:vlan_vid[0..12]->reg0[0..12]",
            "copy_field of 13 bits from vlan_vid: it has fewer",
            "OFPBAC_BAD_SET_LEN",
        ),
    ] {
        let refused = checked(Version::V1_3, text).unwrap_err();
        assert_eq!(refused, (words.to_owned(), name), "{text}");
    }
}

#[test]
fn a_conjunction_beside_others_has_the_error_of_open_vswitch_in_every_version() {
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let flow: FlowMod = "actions=output:1,conjunction(1,1/2)".parse().unwrap();
        let checked = flow.instructions.check(version, flow.table, &flow.matching);
        let answer = checked.unwrap_err().precise_answer(version);
        assert_eq!(
            Some(answer),
            Answer::named("NXBAC_BAD_CONJUNCTION", version)
        );
        assert!(matches!(answer, Answer::Experimenter(_)), "{version}");
    }
}

#[test]
fn a_header_has_to_be_there_when_an_action_comes_to_it() {
    for (text, words) in [
        (
            "arp,actions=dec_ttl",
            "dec_nw_ttl needs eth_type=0x0800 or eth_type=0x86dd",
        ),
        (
            "ip,actions=push_mpls:0x8847,set_nw_ttl:5",
            "set_nw_ttl needs eth_type=0x0800 or eth_type=0x86dd",
        ),
        (
            "ip,actions=dec_mpls_ttl",
            "dec_mpls_ttl needs eth_type=0x8847 or eth_type=0x8848",
        ),
        (
            "mpls,actions=pop_mpls:0x0800,pop_mpls:0x0800",
            "pop_mpls needs eth_type=0x8847 or eth_type=0x8848",
        ),
        (
            "dl_vlan=5,actions=pop_vlan,pop_vlan",
            "pop_vlan needs vlan_vid of a tag",
        ),
        (
            "actions=pop_vlan,set_field:3->vlan_pcp",
            "set_field of vlan_pcp needs vlan_vid of a tag",
        ),
        (
            "vlan_tci=0,actions=set_field:0x1005->vlan_vid",
            "set_field of vlan_vid needs vlan_vid of a tag",
        ),
        (
            "tcp,actions=push_mpls:0x8847,pop_mpls:0x0800,set_field:80->tcp_dst",
            "set_field of tcp_dst needs ip_proto=6",
        ),
        (
            "ip,actions=encap(nsh(md_type=1)),set_field:02:00:00:00:00:01->eth_src",
            "set_field of eth_src needs packet_type=0",
        ),
        (
            "udp,nw_frag=later,actions=set_field:5->udp_dst",
            "set_field of udp_dst needs ip_frag other than a later one",
        ),
        (
            "arp,actions=ct(commit)",
            "nx_ct needs eth_type=0x0800 or eth_type=0x86dd",
        ),
        (
            "arp,actions=write_actions(set_field:80->tcp_dst)",
            "set_field of tcp_dst needs ip_proto=6",
        ),
    ] {
        let (said, name) = checked(Version::V1_3, text).unwrap_err();
        assert_eq!(
            (&*said, name),
            (words, "OFPBAC_MATCH_INCONSISTENT"),
            "{text}"
        );
    }
}

#[test]
fn a_packet_has_room_for_two_tags() {
    let pushes = "dl_vlan=5,actions=push_vlan:0x8100,push_vlan:0x8100,pop_vlan";
    let (said, name) = checked(Version::V1_3, pushes).unwrap_err();
    assert_eq!(name, "OFPBAC_BAD_TAG");
    assert!(
        said.starts_with("push_vlan: the packet has two tags"),
        "{said}"
    );
}

#[test]
fn actions_on_headers_that_are_not_there_do_nothing_in_1_0_and_in_action_sets() {
    for text in ["actions=pop_vlan", "arp,actions=set_field:10.0.0.1->ip_dst"] {
        assert_eq!(checked(Version::V1_0, text), Ok(()), "{text}");
        assert!(checked(Version::V1_3, text).is_err(), "{text}");
    }
    for text in [
        "actions=write_actions(pop_vlan,dec_ttl)",
        "actions=write_actions(pop_mpls:0x0800)",
    ] {
        assert_eq!(checked(Version::V1_3, text), Ok(()), "{text}");
    }
}

/// Values are looked at before fields, fields before headers.
#[test]
fn of_several_errors_the_one_of_open_vswitch_is_answered() {
    for (text, name) in [
        (
            "arp,actions=dec_ttl,push_vlan:0x1234",
            "OFPBAC_BAD_ARGUMENT",
        ),
        (
            "actions=pop_vlan,push_vlan:0x8100,push_vlan:0x8100,push_vlan:0x8100",
            "OFPBAC_BAD_TAG",
        ),
        (
            "table=3,actions=pop_vlan,goto_table:1",
            "OFPBIC_BAD_TABLE_ID",
        ),
        (
            "actions=set_field:1->tcp_dst,set_field:0x0800->eth_type",
            "OFPBAC_BAD_SET_ARGUMENT",
        ),
    ] {
        assert_eq!(checked(Version::V1_3, text).unwrap_err().1, name, "{text}");
    }
}
