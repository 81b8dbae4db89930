use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

use crate::Version;
use crate::flow::{Action, Group, Instructions, Match, arbitrary};

fn read<T: DeserializeOwned>(json: Value) -> Result<T, String> {
    from_value(json).map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn a_flow_comes_back_the_same(flow in arbitrary::flow_mod(Version::V1_3)) {
        prop_assert_eq!(read(to_value(&flow.matching).unwrap()), Ok(flow.matching));
        prop_assert_eq!(read(to_value(&flow.instructions).unwrap()), Ok(flow.instructions));
    }

    #[test]
    fn a_group_comes_back_the_same(group in arbitrary::group(Version::V1_3)) {
        prop_assert_eq!(read(to_value(&group).unwrap()), Ok(group));
    }
}

#[test]
fn a_match_is_an_object_of_oxm_names() {
    let matching: Match = "tcp,in_port=LOCAL,dl_vlan=5,nw_dst=10.0.0.0/24,tp_dst=80,metadata=5/0xf"
        .parse()
        .unwrap();
    let json = json!({
        "in_port": "LOCAL",
        "metadata": "0x5/0xf",
        "eth_type": "0x0800",
        "vlan_vid": 5,
        "ip_proto": 6,
        "ipv4_dst": "10.0.0.0/24",
        "tcp_dst": 80,
    });
    assert_eq!(to_value(&matching).unwrap(), json);
    assert_eq!(read(json), Ok(matching));
    assert_eq!(to_value(Match::any()).unwrap(), json!({}));
}

#[test]
fn a_number_may_be_a_string_and_a_vlan_a_word() {
    let same = [
        (json!({"eth_type": 2048}), "ip"),
        (json!({"eth_type": "2048", "ip_proto": "0x11"}), "udp"),
        (json!({"in_port": "3"}), "in_port=3"),
        (json!({"vlan_vid": "none"}), "vlan_tci=0"),
        (json!({"vlan_vid": "any"}), "vlan_tci=0x1000/0x1000"),
        (json!({"vlan_vid": "7"}), "dl_vlan=7"),
        (json!({"vlan_vid": "0x1007"}), "dl_vlan=7"),
        (
            json!({"vlan_vid": "0x1001/0x1001"}),
            "vlan_tci=0x1001/0x1001",
        ),
    ];
    for (json, text) in same {
        assert_eq!(read::<Match>(json), Ok(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn a_wrong_match_is_refused_by_field() {
    let cases = [
        (
            json!({"ipv4_dts": "10.0.0.1"}),
            "unknown field `ipv4_dts`, expected one of `in_port`",
        ),
        (
            json!({"ipv4_dst": "10.0.0"}),
            "ipv4_dst: expected an IPv4 address",
        ),
        (json!({"eth_src": 5}), "eth_src: expected a MAC address"),
        (
            json!({"tcp_dst": true}),
            "tcp_dst: expected a number or a string",
        ),
        (
            json!({"tcp_dst": 70_000}),
            "tcp_dst: expected a number from 0 to 0xffff",
        ),
        (
            json!({"vlan_vid": 4096}),
            "vlan_vid: expected a VLAN id from 0 to 4095",
        ),
        (
            json!({"ipv4_dst": "10.0.0.1"}),
            "ipv4_dst needs eth_type=0x0800",
        ),
        (
            json!([]),
            "invalid type: sequence, expected an object of match fields",
        ),
    ];
    for (json, error) in cases {
        let told = read::<Match>(json).unwrap_err();
        assert!(told.starts_with(error), "{told}");
    }
    let twice = serde_json::from_str::<Match>(r#"{"tcp_dst":1,"tcp_dst":2}"#).unwrap_err();
    assert!(
        twice.to_string().starts_with("duplicate field `tcp_dst`"),
        "{twice}"
    );
}

#[test]
fn actions_have_a_type_and_the_names_of_the_specification() {
    let actions = [
        (json!({"type": "output", "port": 3}), "output:3"),
        (
            json!({"type": "output", "port": "CONTROLLER", "max_len": 128}),
            "CONTROLLER:128",
        ),
        (
            json!({"type": "set_field", "field": "ipv4_dst", "value": "10.0.0.1"}),
            "set_field:10.0.0.1->ip_dst",
        ),
        (
            json!({"type": "set_field", "field": "vlan_vid", "value": 5}),
            "set_field:4101->vlan_vid",
        ),
        (
            json!({"type": "push_vlan", "ethertype": "0x8100"}),
            "push_vlan:0x8100",
        ),
        (json!({"type": "pop_vlan"}), "pop_vlan"),
        (json!({"type": "group", "group_id": 7}), "group:7"),
        (json!({"type": "dec_nw_ttl"}), "dec_ttl"),
    ];
    for (json, text) in actions {
        let action: Action = text.parse().unwrap();
        assert_eq!(to_value(&action).unwrap(), json);
        assert_eq!(read(json), Ok(action));
    }
    let whole = json!({"type": "output", "port": "CONTROLLER"});
    assert_eq!(read(whole), Ok(Action::to_controller()));
}

#[test]
fn wrong_actions_and_instructions_are_refused_by_field() {
    let cases = [
        (json!({"type": "output"}), "missing field `port`"),
        (
            json!({"type": "output", "port": 3, "prt": 4}),
            "unknown field `prt`",
        ),
        (
            json!({"type": "pop_vlan", "vlan": 4}),
            "unknown field `vlan`",
        ),
        (json!({"type": "outptu"}), "unknown variant `outptu`"),
        (json!({"port": 3}), "missing field `type`"),
        (
            json!({"type": "set_field", "field": "ipv4_dst", "value": "x"}),
            "set_field of ipv4_dst: expected an IPv4 address",
        ),
        (
            json!({"type": "set_field", "field": "x", "value": 1}),
            "unknown field `x`",
        ),
        (
            json!({"type": "push_vlan", "ethertype": "0x81000"}),
            "expected a number",
        ),
    ];
    for (json, error) in cases {
        let told = read::<Action>(json.clone()).unwrap_err();
        assert!(told.starts_with(error), "{told}");
        assert!(read::<Instructions>(json!({"apply": [json]})).is_err());
    }
    let told = read::<Instructions>(json!({"aply": []})).unwrap_err();
    assert!(
        told.starts_with("unknown field `aply`, expected one of `meter`, `apply`"),
        "{told}"
    );
    let told = read::<Group>(json!({"id": 1, "type": "fast"})).unwrap_err();
    assert!(
        told.contains("no group type: all, select, indirect or ff"),
        "{told}"
    );
    assert_eq!(read(json!({})), Ok(Instructions::drop()));
}
