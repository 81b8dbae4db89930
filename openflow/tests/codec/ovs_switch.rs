//! What Open vSwitch tells of the flows it was given is what it was given: the comparison of rules
//! with entries stands on this.

use std::collections::BTreeMap;

use openflow::flow::{
    Action, FlowEntry, FlowFlags, FlowMod, FlowStatsRequest, FromSwitch, Group, GroupCommand,
    GroupMod, Instructions, Meter, PortConfig, PortMod, SwitchError, ToSwitch, arbitrary,
};
use openflow::oxm::Field;
use openflow::{BufferId, PortNo, Version};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::own_switch::{Connection, OpenVSwitch};

const FLOWS: usize = 400;

/// As an add that lasts, with a priority of its own.
fn lasting(index: usize, flow: FlowMod, version: Version) -> FlowMod {
    let plain = |action: &Action| {
        !matches!(
            action,
            Action::Group(_) | Action::Experimenter { .. } | Action::PushPbb(_)
        )
    };
    let keep = |actions: openflow::flow::Actions| actions.into_iter().filter(plain).collect();
    let flags = match version {
        Version::V1_0 => FlowFlags::SEND_FLOW_REM,
        _ => FlowFlags::all() - FlowFlags::CHECK_OVERLAP - FlowFlags::RESET_COUNTS,
    };
    FlowMod {
        cookie: flow.cookie,
        table: flow.table,
        idle_timeout_s: flow.idle_timeout_s | 0x8000,
        hard_timeout_s: flow.hard_timeout_s | 0x8000,
        flags: flow.flags & flags,
        importance: flow.importance,
        buffer_id: BufferId::NONE,
        instructions: Instructions {
            meter: None,
            apply: keep(flow.instructions.apply),
            write: keep(flow.instructions.write),
            ..flow.instructions
        },
        ..FlowMod::add(
            u16::try_from(index + 1).unwrap(),
            flow.matching,
            Instructions::drop(),
        )
    }
}

/// Open vSwitch 3.1 has sixteen registers.
fn has_its_registers(flow: &FlowMod) -> bool {
    flow.matching.get(Field::Reg31).is_none()
}

fn samples(version: Version) -> Vec<FlowMod> {
    let mut runner = TestRunner::deterministic();
    let strategy = arbitrary::flow_mod(version);
    (0..FLOWS)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        // One without wildcards has its priority given by 1.0.
        .filter(|flow| version != Version::V1_0 || flow.matching.fields().len() < 12)
        .filter(has_its_registers)
        .enumerate()
        .map(|(index, flow)| lasting(index, flow, version))
        .collect()
}

fn assert_told_as_given(told: &FlowEntry, given: &FlowMod, version: Version) {
    assert_eq!(told.unknown, None, "{given}");
    assert_eq!(told.matching, given.matching, "{given}");
    assert_eq!(
        told.instructions,
        given.instructions.clone().normalized(),
        "{given}"
    );
    assert_eq!(
        (told.table, told.cookie),
        (given.table, given.cookie),
        "{given}"
    );
    assert_eq!(told.idle_timeout_s, given.idle_timeout_s, "{given}");
    assert_eq!(told.hard_timeout_s, given.hard_timeout_s, "{given}");
    if version != Version::V1_0 {
        assert_eq!(told.flags, given.flags, "{given}");
    }
    assert_eq!(told.importance, given.importance, "{given}");
}

/// Gives all, and looks at those that the switch took. Returns what it refused.
fn give_and_compare(
    connection: &mut Connection,
    flows: &[FlowMod],
) -> BTreeMap<usize, SwitchError> {
    let messages: Vec<_> = flows.iter().cloned().map(ToSwitch::FlowMod).collect();
    let refused = connection.carry_out(&messages);
    let table = connection.flows();
    for (index, flow) in flows.iter().enumerate() {
        match refused.get(&index) {
            Some(error) => assert!(error.offending.starts_with("flow-mod ("), "{error:?}"),
            None => {
                let told = table
                    .get(&flow.priority)
                    .unwrap_or_else(|| panic!("lost: {flow}"));
                assert_told_as_given(told, flow, connection.version());
            }
        }
    }
    refused
}

/// Rules as applications make them; all of these have to be taken.
const USUAL: &[&str] = &[
    "actions=CONTROLLER:65535",
    "dl_type=0x88cc,actions=CONTROLLER:65535",
    "arp,in_port=1,actions=CONTROLLER:65535,output:2",
    "in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,actions=output:2",
    "dl_dst=ff:ff:ff:ff:ff:ff,actions=output:1,output:2,output:3",
    "ip,nw_src=10.0.0.0/8,nw_dst=10.0.0.1,actions=mod_dl_src:02:00:00:00:00:01,\
     mod_dl_dst:02:00:00:00:00:02,output:3",
    "tcp,nw_dst=10.0.0.100,tp_dst=80,actions=mod_nw_dst:10.0.0.3,mod_dl_dst:02:00:00:00:00:03,\
     output:3",
    "tcp,nw_src=10.0.0.3,tp_src=80,actions=mod_nw_src:10.0.0.100,mod_tp_src:8080,IN_PORT",
    "udp,tp_src=53,nw_tos=32,actions=mod_nw_tos:40,output:1",
    "icmp,icmp_type=8,icmp_code=0,actions=NORMAL",
    "dl_vlan=5,dl_vlan_pcp=3,actions=strip_vlan,output:1",
    "dl_vlan=6,actions=mod_vlan_vid:7,output:1",
    "vlan_tci=0,in_port=2,actions=mod_vlan_vid:9,mod_vlan_pcp:1,output:1",
    "in_port=3,actions=mod_vlan_vid:9,output:1",
    "in_port=LOCAL,actions=FLOOD",
    "dl_type=0x86dd,actions=drop",
    "arp,arp_tpa=10.0.0.0/24,arp_op=1,actions=CONTROLLER:65535",
];

/// More of them, for 1.3.
const USUAL_1_3: &[&str] = &[
    "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=output:1",
    "tcp6,ipv6_dst=2001:db8::/32,tp_dst=443,actions=dec_ttl,output:2",
    "icmp6,icmp_type=135,nd_target=fe80::1,actions=CONTROLLER:65535",
    "table=1,vlan_tci=0x1000/0x1000,metadata=0x5/0xff,actions=pop_vlan,goto_table:2",
    "ip,nw_src=10.0.0.1/255.0.0.255,actions=write_metadata:0x5/0xff,goto_table:1",
    "in_port=2,actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:1",
    "dl_vlan=3,actions=set_field:4101->vlan_vid,output:1",
    "in_port=1,actions=clear_actions,write_actions(set_queue:3,output:2)",
    "in_port=2,actions=output:3,goto_table:7",
    "mpls,mpls_label=16,mpls_bos=1,actions=pop_mpls:0x0800,output:1",
    "in_port=1,actions=group:1",
];

fn usual(texts: &[&str]) -> Vec<FlowMod> {
    let flow = |(index, text): (usize, &&str)| {
        let flow: FlowMod = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        FlowMod {
            priority: u16::try_from(index + 1).unwrap(),
            ..flow
        }
    };
    texts.iter().enumerate().map(flow).collect()
}

#[test]
fn the_table_tells_what_was_given_in_1_0() {
    let switch = OpenVSwitch::start();
    let mut connection = switch.connect(Version::V1_0);
    let refused = give_and_compare(&mut connection, &usual(USUAL));
    assert!(refused.is_empty(), "{refused:?}");

    connection.carry_out(&[ToSwitch::FlowMod("delete".parse().unwrap())]);
    assert!(connection.flows().is_empty());
    let flows = samples(Version::V1_0);
    let refused = give_and_compare(&mut connection, &flows);
    assert!(refused.len() < flows.len() / 2, "{} refused", refused.len());
}

#[test]
fn the_table_tells_what_was_given_in_1_3() {
    tells_what_was_given(Version::V1_3);
}

#[test]
fn the_table_tells_what_was_given_in_1_4() {
    tells_what_was_given(Version::V1_4);
}

#[test]
fn the_table_tells_what_was_given_in_1_5() {
    tells_what_was_given(Version::V1_5);
}

fn tells_what_was_given(version: Version) {
    let switch = OpenVSwitch::start();
    let mut connection = switch.connect(version);
    let group: Group = "group_id=1,type=ff,bucket=watch_port:1,actions=output:1,\
         bucket=watch_port:2,actions=set_field:02:00:00:00:00:01->eth_dst,output:2"
        .parse()
        .unwrap();
    let add = GroupMod {
        command: GroupCommand::Add,
        group: group.clone(),
    };
    assert!(
        connection
            .carry_out(&[ToSwitch::GroupMod(add.clone())])
            .is_empty()
    );
    let refused = connection.carry_out(&[ToSwitch::GroupMod(add)]);
    assert_eq!(refused[&0].name, "OFPGMFC_GROUP_EXISTS");
    connection.send(&[ToSwitch::GroupDescRequest]);
    let told = connection.next().1;
    assert_eq!(
        told,
        FromSwitch::GroupDesc {
            groups: vec![group],
            more: false
        }
    );

    let refused = give_and_compare(&mut connection, &usual(&[USUAL, USUAL_1_3].concat()));
    assert!(refused.is_empty(), "{refused:?}");

    connection.carry_out(&[ToSwitch::FlowMod("delete".parse().unwrap())]);
    assert!(connection.flows().is_empty());
    let flows = samples(version);
    let refused = give_and_compare(&mut connection, &flows);
    assert!(
        refused.len() < flows.len() * 9 / 10,
        "{} refused",
        refused.len()
    );
}

#[test]
fn every_question_is_answered() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut connection = switch.connect(version);
        let mut ask = |question: ToSwitch| {
            connection.send(&[question]);
            connection.next().1
        };
        let FromSwitch::Features(features) = ask(ToSwitch::FeaturesRequest) else {
            panic!()
        };
        let mut ports = features.ports;
        if version != Version::V1_0 {
            let FromSwitch::PortDesc {
                ports: told,
                more: false,
            } = ask(ToSwitch::PortDescRequest)
            else {
                panic!()
            };
            ports = told;
        }
        let numbers: Vec<_> = ports.iter().map(|port| (port.no, &*port.name)).collect();
        assert!(numbers.contains(&(PortNo(2), "p2")), "{numbers:?}");
        assert!(numbers.contains(&(PortNo::LOCAL, "br0")), "{numbers:?}");
        let FromSwitch::Desc(desc) = ask(ToSwitch::DescRequest) else {
            panic!()
        };
        assert_eq!(desc.manufacturer, "Nicira, Inc.");
        let FromSwitch::PortStats { ports: stats, .. } =
            ask(ToSwitch::PortStatsRequest(PortNo::ANY))
        else {
            panic!()
        };
        assert_eq!(stats.len(), ports.len());
        let FromSwitch::TableStats { tables, .. } = ask(ToSwitch::TableStatsRequest) else {
            panic!()
        };
        assert!(!tables.is_empty());
        let all = FlowStatsRequest::all();
        let sums = ask(ToSwitch::AggregateStatsRequest(all));
        assert_eq!(
            sums,
            FromSwitch::AggregateStats {
                packets: 0,
                bytes: 0,
                flows: 0
            }
        );
        let role = ToSwitch::RoleRequest {
            role: openflow::flow::Role::Master,
            generation_id: 1,
        };
        let FromSwitch::RoleReply { role, .. } = ask(role) else {
            panic!()
        };
        assert_eq!(role, openflow::flow::Role::Master);

        let port = ports.iter().find(|port| port.no == PortNo(2)).unwrap();
        let down = ToSwitch::PortMod(PortMod {
            port: port.no,
            hw_addr: port.hw_addr,
            config: PortConfig::PORT_DOWN,
            mask: PortConfig::PORT_DOWN,
        });
        let up = PortMod {
            port: port.no,
            hw_addr: port.hw_addr,
            config: PortConfig::empty(),
            mask: PortConfig::PORT_DOWN,
        };
        let refused = connection.carry_out(&[down, ToSwitch::PortMod(up)]);
        assert!(refused.is_empty(), "{refused:?}");
    }
}

const METERS: &[&str] = &[
    "meter=1,kbps,burst,bands=type=drop,rate=65536,burst_size=1280",
    "meter=2,pktps,stats,bands=type=drop,rate=100",
    "meter=7,kbps,burst,stats,bands=type=drop,rate=10,burst_size=5,type=drop,rate=20,burst_size=7",
];

const GROUPS: &[&str] = &[
    "group_id=1,type=all",
    "group_id=2,type=all,bucket=actions=output:1,bucket=actions=push_vlan:0x8100,\
     set_field:4101->vlan_vid,output:2",
    "group_id=3,type=indirect,bucket=actions=dec_ttl,output:3",
    "group_id=4,type=ff,bucket=watch_port:1,actions=output:1,bucket=watch_port:2,\
     actions=set_field:02:00:00:00:00:01->eth_dst,output:2",
    "group_id=5,type=select,bucket=weight:10,actions=output:1,bucket=weight:20,actions=group:2",
];

#[test]
fn open_vswitch_takes_our_text_and_we_take_its() {
    let switch = OpenVSwitch::start();
    for (version, texts) in [
        ("OpenFlow10", USUAL.to_vec()),
        ("OpenFlow13", [USUAL, USUAL_1_3].concat()),
        ("OpenFlow15", [USUAL, USUAL_1_3].concat()),
    ] {
        switch.ofctl(version, "del-flows", &[]);
        let flows = usual(&texts);
        if version != "OpenFlow10" {
            meters_and_groups_both_ways(&switch, version);
        }
        for (flow, text) in flows.iter().zip(&texts) {
            let printed = flow.to_string();
            // Tags are pushed and set as in 1.3: `ovs-ofctl` refuses these words for 1.0.
            let given = if version == "OpenFlow10" && printed.contains("vlan_vid") {
                format!("priority={},{text}", flow.priority)
            } else {
                printed
            };
            switch.ofctl(version, "add-flow", &[&given]);
        }
        let text = switch.ofctl(version, "dump-flows", &[]);
        let lines = text.lines().filter(|line| line.contains("actions="));
        let told: BTreeMap<u16, FlowEntry> = lines
            .map(|line| {
                let entry: FlowEntry = line
                    .trim()
                    .parse()
                    .unwrap_or_else(|error| panic!("{line}: {error}"));
                (entry.priority, entry)
            })
            .collect();
        assert_eq!(told.len(), flows.len(), "{text}");
        for flow in &flows {
            let told = &told[&flow.priority];
            assert_eq!(told.matching, flow.matching, "{version}: {flow}");
            let given = flow.instructions.clone().normalized();
            assert_eq!(told.instructions, given, "{version}: {flow}");
        }
    }
}

fn meters_and_groups_both_ways(switch: &OpenVSwitch, version: &str) {
    switch.ofctl(version, "del-meters", &[]);
    switch.ofctl(version, "del-groups", &[]);
    let meters: Vec<Meter> = METERS.iter().map(|text| text.parse().unwrap()).collect();
    for meter in &meters {
        switch.ofctl(version, "add-meter", &[&meter.to_string()]);
    }
    let text = switch.ofctl(version, "dump-meters", &[]);
    // Each begins with its number, and goes on in further lines.
    let mut told: Vec<Meter> = text
        .split("meter=")
        .skip(1)
        .map(|rest| format!("meter={rest}").parse().unwrap())
        .collect();
    told.sort_by_key(|meter| meter.id.0);
    assert_eq!(told, meters, "{version}: {text}");

    let groups: Vec<Group> = GROUPS.iter().map(|text| text.parse().unwrap()).collect();
    for group in &groups {
        switch.ofctl(version, "add-group", &[&group.to_string()]);
    }
    let text = switch.ofctl(version, "dump-groups", &[]);
    let lines = text.lines().map(str::trim);
    let mut told: Vec<Group> = lines
        .filter(|line| line.starts_with("group_id="))
        .map(|line| {
            line.parse()
                .unwrap_or_else(|error| panic!("{line}: {error}"))
        })
        .collect();
    told.sort_by_key(|group| group.id.0);
    // In 1.5 buckets are told with the numbers the switch gave them.
    told.iter_mut()
        .flat_map(|group| &mut group.buckets)
        .for_each(|bucket| bucket.id = None);
    assert_eq!(told, groups, "{version}: {text}");
}
