//! The model of a switch tells its flow monitors what Open vSwitch tells its own. Needs what
//! `ovs_switch.rs` needs.

use std::time::Duration;

use openflow::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowUpdate, FromSwitch, GroupCommand,
    GroupMod, MeterCommand, MeterMod, ToSwitch,
};
use openflow::pipeline::{Effects, Refusal, Switch, SwitchConfig};
use openflow::{Dpid, GroupId, PortNo, TableId, Version, Xid};

use crate::own_switch::{Connection, OpenVSwitch};

const NOW: Duration = Duration::ZERO;

fn flow(text: &str) -> ToSwitch {
    let change = text.parse();
    ToSwitch::FlowMod(change.unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn changes(version: Version) -> Vec<ToSwitch> {
    let mut all: Vec<ToSwitch> = [
        "priority=5,cookie=1,in_port=1,idle_timeout=300,actions=output:2",
        // In its place, with other actions, and with the same.
        "priority=5,cookie=2,in_port=1,hard_timeout=300,actions=output:3",
        "priority=5,cookie=2,in_port=1,hard_timeout=300,actions=output:3",
        "priority=6,tcp,nw_dst=10.0.0.0/8,tp_dst=80,actions=output:2",
        "priority=7,tcp,in_port=1,actions=output:1,output:2",
        "priority=8,dl_vlan=5,actions=drop",
        "modify tcp,actions=output:3",
        "modify_strict priority=5,in_port=1,actions=output:2",
        "modify_strict priority=5,in_port=1,actions=output:2",
        "delete out_port=2",
        "delete_strict priority=9,in_port=1",
        "delete tcp",
        "delete",
    ]
    .map(flow)
    .to_vec();
    if version == Version::V1_0 {
        // A change of nothing adds there.
        all.push(flow("modify udp,actions=output:2"));
        return all;
    }
    let group = |command| {
        let group = "group_id=1,type=all,bucket=actions=output:2";
        let group = group.parse().unwrap();
        ToSwitch::GroupMod(GroupMod { command, group })
    };
    let meter = |command| {
        let meter = "meter=1,kbps,bands=type=drop,rate=1000".parse().unwrap();
        ToSwitch::MeterMod(MeterMod { command, meter })
    };
    all.extend([
        flow("modify udp,actions=output:2"),
        flow("table=1,priority=4,udp,actions=output:2"),
        group(GroupCommand::Add),
        flow("priority=3,udp,actions=group:1"),
        flow("priority=4,udp,actions=output:2,group:1"),
        flow("modify_strict priority=3,udp,actions=output:1"),
        flow("modify_strict priority=3,udp,actions=output:2"),
        group(GroupCommand::Delete),
        meter(MeterCommand::Add),
        flow("priority=3,tcp,actions=meter:1,output:2"),
        meter(MeterCommand::Delete),
        flow("delete table=1"),
    ]);
    all
}

fn monitors(version: Version) -> Vec<FlowMonitor> {
    let mut everything = FlowMonitor::everything(1);
    if version >= Version::V1_4 {
        // Open vSwitch 3.1 takes another flag for it there.
        everything.flags -= FlowMonitorFlags::NO_ABBREV;
    }
    let of_match = |text: &str| FlowMonitor {
        matching: text.parse().unwrap(),
        ..everything.clone()
    };
    vec![
        everything.clone(),
        of_match("tcp"),
        of_match("in_port=1"),
        of_match("vlan_tci=0x1000/0x1000"),
        FlowMonitor {
            out_port: PortNo(2),
            ..everything.clone()
        },
        FlowMonitor {
            // Before 1.4 none can be looked for.
            out_group: match version {
                Version::V1_0 | Version::V1_3 => GroupId::ANY,
                Version::V1_4 | Version::V1_5 => GroupId(1),
            },
            ..everything.clone()
        },
        FlowMonitor {
            table: TableId(1),
            ..everything.clone()
        },
        FlowMonitor {
            flags: FlowMonitorFlags::ADD | FlowMonitorFlags::REMOVED,
            ..everything.clone()
        },
        FlowMonitor {
            flags: FlowMonitorFlags::MODIFY | FlowMonitorFlags::INSTRUCTIONS,
            ..everything
        },
    ]
}

fn carried_out(switch: &mut Switch, change: &ToSwitch) -> Result<Effects, Refusal> {
    match change {
        ToSwitch::FlowMod(change) => switch.flow_mod(change, NOW),
        ToSwitch::GroupMod(change) => switch.group_mod(change, NOW),
        ToSwitch::MeterMod(change) => switch.meter_mod(change, NOW),
        other => panic!("{other:?}"),
    }
}

/// Of several entries that one change is about, either may come first.
fn in_one_order(mut updates: Vec<FlowUpdate>) -> Vec<String> {
    let words = |update: FlowUpdate| match update {
        // They have no event of their own before 1.4.
        FlowUpdate::Initial(flow) => format!("{:?}", FlowUpdate::Added(flow)),
        other => format!("{other:?}"),
    };
    let mut words: Vec<_> = updates.drain(..).map(words).collect();
    words.sort();
    words
}

impl Connection {
    /// All that comes before the answer to a barrier.
    fn told(&mut self) -> Vec<FlowUpdate> {
        self.send(&[ToSwitch::BarrierRequest]);
        let mut all = Vec::new();
        loop {
            match self.next().1 {
                FromSwitch::FlowUpdates { updates, .. } => all.extend(updates),
                FromSwitch::BarrierReply => return all,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// What another controller changes is told in full; all changes of the model are the one's that
/// watches.
fn told_in_full(monitor: &FlowMonitor) -> FlowMonitorRequest {
    FlowMonitorRequest::Add(FlowMonitor {
        flags: monitor.flags | FlowMonitorFlags::NO_ABBREV,
        ..monitor.clone()
    })
}

fn model(version: Version) -> Switch {
    Switch::new(SwitchConfig::new(Dpid(1), version, Vec::new()))
}

#[test]
fn the_model_tells_what_open_vswitch_tells() {
    let switch = OpenVSwitch::start();
    let mut compared = 0;
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        for monitor in monitors(version) {
            let what = format!("{version}, {monitor:?}");
            let (mut watcher, mut other) = (switch.connect(version), switch.connect(version));
            let mut model = model(version);
            let first = model.flow_monitors(&[told_in_full(&monitor)]).unwrap();
            let asked = FlowMonitorRequest::Add(monitor);
            watcher.send(&[ToSwitch::FlowMonitors(vec![asked])]);
            assert_eq!(watcher.told(), first, "{what}");
            for change in changes(version) {
                let refused = other.carry_out(std::slice::from_ref(&change));
                assert!(refused.is_empty(), "{change:?}: {refused:?}");
                let done = carried_out(&mut model, &change).unwrap();
                let ours = in_one_order(done.flow_updates);
                assert_eq!(ours, in_one_order(watcher.told()), "{what}\n{change:?}");
                compared += ours.len();
            }
            other.carry_out(&[flow("delete")]);
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn the_model_tells_at_first_what_open_vswitch_tells() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut other = switch.connect(version);
        let mut model = model(version);
        // Up to where entries go.
        let all = changes(version);
        for change in &all[..9] {
            other.carry_out(std::slice::from_ref(change));
            carried_out(&mut model, change).unwrap();
        }
        for (monitor, id) in monitors(version).into_iter().zip(1..) {
            let asked = [FlowMonitorRequest::Add(FlowMonitor { id, ..monitor })];
            let mut watcher = switch.connect(version);
            watcher.send(&[ToSwitch::FlowMonitors(asked.to_vec())]);
            let ours = in_one_order(model.flow_monitors(&asked).unwrap());
            assert_eq!(ours, in_one_order(watcher.told()), "{version}, {asked:?}");
        }
        if version >= Version::V1_4 {
            a_changed_monitor_is_told_the_same(&mut switch.connect(version), &mut model);
        }
        other.carry_out(&[flow("delete")]);
    }
}

/// Also what is there already.
fn a_changed_monitor_is_told_the_same(watcher: &mut Connection, model: &mut Switch) {
    let version = watcher.version();
    model.forget_monitors();
    let mut monitors = monitors(version).into_iter().take(2);
    let [everything, tcp] = std::array::from_fn(|_| monitors.next().unwrap());
    for request in [
        FlowMonitorRequest::Add(everything),
        FlowMonitorRequest::Modify(tcp),
        FlowMonitorRequest::Cancel(1),
    ] {
        let asked = [request];
        watcher.send(&[ToSwitch::FlowMonitors(asked.to_vec())]);
        let ours = in_one_order(model.flow_monitors(&asked).unwrap());
        assert_eq!(ours, in_one_order(watcher.told()), "{version}, {asked:?}");
    }
}

#[test]
fn the_model_abbreviates_what_open_vswitch_abbreviates() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut monitor = FlowMonitor::everything(1);
        monitor.flags -= FlowMonitorFlags::NO_ABBREV;
        let asked = [FlowMonitorRequest::Add(monitor)];
        let (mut connection, mut model) = (switch.connect(version), model(version));
        connection.send(&[ToSwitch::FlowMonitors(asked.to_vec())]);
        connection.told();
        model.flow_monitors(&asked).unwrap();
        // That of each message which is sent alone.
        model.set_transaction(Xid(1));
        for change in changes(version) {
            connection.send(std::slice::from_ref(&change));
            let theirs = in_one_order(connection.told());
            let ours = carried_out(&mut model, &change).unwrap().flow_updates;
            assert_eq!(in_one_order(ours), theirs, "{version}: {change:?}");
        }
        connection.carry_out(&[flow("delete")]);
    }
}
