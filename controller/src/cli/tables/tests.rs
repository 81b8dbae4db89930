use serde_json::{Value, json};

use super::*;

fn shown(table: Table) -> String {
    table.render(false)
}

/// Ten minutes after the times in the samples.
fn now() -> SystemTime {
    humantime::parse_rfc3339("2026-11-22T12:10:00Z").unwrap()
}

fn views<T: serde::de::DeserializeOwned>(json: Value) -> Vec<T> {
    serde_json::from_value(json).unwrap()
}

fn end_of(switch: &str, port: u32, name: &str) -> Value {
    json!({"dpid": "0000000000000001", "switch": switch, "port": port, "port_name": name})
}

fn switch(dpid: u64, name: &str, state: &str) -> Value {
    let port = |n: u32, state| {
        json!({
            "port": n, "name": format!("{name}-eth{n}"), "mac": "00:00:00:00:00:01",
            "state": state, "role": "edge", "speed_bps": 0, "counters": null,
        })
    };
    json!({
        "dpid": format!("{dpid:016x}"), "name": name, "state": state,
        "since": "2026-11-22T12:00:00Z", "version": "1.3", "peer": "127.0.0.1:40000",
        "manufacturer": "Nicira, Inc.", "hardware": "Open vSwitch", "software": "3.1.0",
        "serial": "None", "n_tables": 254, "ports": [port(1, "up"), port(2, "down")],
        "place": null,
    })
}

#[test]
fn switches_links_and_hosts() {
    let switches = switches(&views(json!([
        switch(1, "s1", "up"),
        switch(0x1f, "new-york", "down")
    ])));
    let link = |state: &str, name: &str| {
        json!({
            "id": "x", "a": end_of("s1", 2, name), "b": end_of("s2", 1, ""),
            "state": state, "since": "2026-11-22T12:00:00Z", "cost": 1,
        })
    };
    let links = links(&views(json!([
        link("up", "s1-eth2"),
        link("one_way", ""),
        link("down", "uplink")
    ])));
    let host = |name: &str, vlan: Value, addresses: Value| {
        json!({
            "id": "00:00:00:00:00:01", "name": name, "mac": "00:00:00:00:00:01", "vlan": vlan,
            "addresses": addresses, "at": end_of("s1", 1, "s1-eth1"),
            "first_seen": "2026-11-22T12:00:00Z", "last_seen": "2026-11-22T12:09:58Z",
        })
    };
    let hosts = hosts(
        &views(json!([
            host("h1", json!(null), json!(["10.0.0.1", "fe80::1"])),
            host("00:00:00:00:00:02", json!(10), json!([])),
        ])),
        now(),
    );
    let all = [switches, links, hosts].map(shown);
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn flows_and_groups() {
    let flow = |status: &str, problem: Value, owner: Value, age: Value| {
        json!({
            "dpid": "0000000000000001", "switch": "s1", "table": 0, "priority": 100,
            "match": if owner.is_null() { "" } else { "ip,nw_dst=10.0.0.1" }, "match_fields": {},
            "actions": "output:3", "owner": owner, "cookie": "0x0000000000000001",
            "status": status, "set": null, "reason": null, "wanted_since": null,
            "problem": problem, "idle_timeout_s": 0, "hard_timeout_s": 0,
            "age_s": age, "packets": if age.is_null() { json!(null) } else { json!(1200) },
            "bytes": if age.is_null() { json!(null) } else { json!(120_000) },
        })
    };
    let flows = flows(&views(json!([
        flow("installed", json!(null), json!("routing"), json!(7384.5)),
        flow(
            "rejected",
            json!("OFPFMFC_TABLE_FULL"),
            json!("load-balancer"),
            json!(null)
        ),
        flow("foreign", json!(null), json!(null), json!(0.2)),
    ])));
    let groups = groups(&views(json!([{
        "dpid": "0000000000000001", "switch": "s1", "group": 7, "kind": "fast_failover",
        "buckets": [
            {"weight": 0, "watch_port": 1, "watch_group": null, "actions": "output:1",
             "packets": null, "bytes": null},
            {"weight": 0, "watch_port": 2, "watch_group": null, "actions": "output:2",
             "packets": null, "bytes": null},
        ],
        "owner": null, "status": "foreign", "problem": null, "references": 1, "packets": 5,
        "bytes": 500, "age_s": 3.0,
    }])));
    insta::assert_snapshot!([flows, groups].map(shown).join("\n"));
}

#[test]
fn paths_show_every_switch_between_its_ports() {
    let hop = |switch: &str, in_port: Value, out_port: Value| json!({"dpid": "x", "switch": switch, "in_port": in_port, "out_port": out_port});
    let path = |first: Value, last: Value| {
        let hops = [hop("s1", first, json!(3)), hop("s2", json!(2), last)];
        json!({"from": "a", "to": "b", "paths": [{"cost": 1, "hops": hops, "links": ["x"]}]})
    };
    let between = |first, last, ends| {
        let found: PathsView = serde_json::from_value(path(first, last)).unwrap();
        shown(paths(&found, ends))
    };
    let hosts = between(json!(1), json!(4), ("h1", "10.0.0.2"));
    let switches = between(json!(null), json!(null), ("s1", "s2"));
    insta::assert_snapshot!(format!("{hosts}\n{switches}"));
}

#[test]
fn apps_pools_and_notices() {
    let app = |name: &str, state: &str, problem: Value| {
        json!({
            "name": name, "description": "Does things", "state": state,
            "since": "2026-11-22T10:00:00Z", "problem": problem, "rules": 120, "settings": {},
            "status": {},
        })
    };
    let apps = apps(
        &views(json!([
            app("routing", "running", json!(null)),
            app(
                "load-balancer",
                "failed",
                json!("panicked at src/lib.rs:3: no")
            ),
        ])),
        now(),
    );
    let server = |address: &str, state: &str| {
        json!({
            "address": address, "port": 80, "weight": 1, "state": state, "active": 2, "total": 30,
            "bytes": 0,
        })
    };
    let pools = pools(&[json!({
        "name": "web", "vip": "10.0.0.100", "port": 80, "protocol": "tcp",
        "algorithm": "round_robin", "mac": "x",
        "status": [server("10.0.0.1", "healthy"), server("10.0.0.2", "draining")],
    })]);
    let notices = notices(&views(json!([{
        "time": "2026-11-22T12:00:00.000Z", "severity": "warning", "code": "dpid_in_use",
        "message": "two\u{1b}[31m switches",
    }])));
    insta::assert_snapshot!([apps, pools, notices].map(shown).join("\n"));
}

#[test]
fn nothing_to_show_is_said() {
    assert_eq!(shown(switches(&[])), "No switch has connected yet.\n");
    assert_eq!(shown(flows(&[])), "No flow entries.\n");
}

#[test]
fn colours_are_only_for_terminals() {
    let all: Vec<SwitchView> = views(json!([switch(1, "s1", "up")]));
    assert!(!switches(&all).render(false).contains('\u{1b}'));
    assert!(switches(&all).render(true).contains('\u{1b}'));
}
