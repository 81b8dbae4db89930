//! Open vSwitch tells of its flow entries whoever asks in the words of the neutral model, in every
//! version. Needs what `ovs_switch.rs` needs.

use openflow::flow::{
    FlowMod, FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowRemovedReason, FlowUpdate,
    FromSwitch, Instructions, ToSwitch, UpdatedFlow,
};
use openflow::{PortNo, TableId, Version, Xid};

use crate::own_switch::{Connection, OpenVSwitch};

/// As updates say it.
fn told_of(flow: &FlowMod) -> Box<UpdatedFlow> {
    Box::new(UpdatedFlow {
        table: flow.table,
        priority: flow.priority,
        cookie: flow.cookie,
        matching: flow.matching.clone(),
        instructions: flow.instructions.clone(),
        idle_timeout_s: flow.idle_timeout_s,
        hard_timeout_s: flow.hard_timeout_s,
        unknown: None,
    })
}

impl Connection {
    fn watch(&mut self, monitor: FlowMonitor) -> Vec<FlowUpdate> {
        let request = FlowMonitorRequest::Add(monitor);
        self.send(&[ToSwitch::FlowMonitors(vec![request])]);
        self.updates()
    }

    fn updates(&mut self) -> Vec<FlowUpdate> {
        match self.next().1 {
            FromSwitch::FlowUpdates {
                updates,
                more: false,
            } => updates,
            other => panic!("{other:?}"),
        }
    }

    fn change(&mut self, text: &str) -> FlowMod {
        let flow: FlowMod = text.parse().unwrap();
        self.send(&[ToSwitch::FlowMod(flow.clone())]);
        flow
    }
}

const ADDED: &str = "priority=7,cookie=5,idle_timeout=100,hard_timeout=200,\
                     tcp,in_port=1,nw_dst=10.0.0.0/8,tp_dst=80,\
                     actions=mod_dl_dst:02:00:00:00:00:07,output:2";
/// In 1.0 a change brings its own cookie.
const CHANGED: &str = "modify_strict priority=7,cookie=5,\
                       tcp,in_port=1,nw_dst=10.0.0.0/8,tp_dst=80,actions=output:3";
const DELETED: &str = "delete tcp";

#[test]
fn every_change_of_a_table_is_told_in_1_0() {
    every_change_is_told(Version::V1_0);
}

#[test]
fn every_change_of_a_table_is_told_in_1_3() {
    every_change_is_told(Version::V1_3);
}

#[test]
fn every_change_of_a_table_is_told_in_1_4() {
    every_change_is_told(Version::V1_4);
}

#[test]
fn every_change_of_a_table_is_told_in_1_5() {
    every_change_is_told(Version::V1_5);
}

/// Open vSwitch 3.1 refuses `NO_ABBREV` in 1.4 and later, where it takes `ONLY_OWN` for it.
fn everything(id: u32, version: Version) -> FlowMonitor {
    let mut monitor = FlowMonitor::everything(id);
    if version >= Version::V1_4 {
        monitor.flags -= FlowMonitorFlags::NO_ABBREV;
    }
    monitor
}

fn every_change_is_told(version: Version) {
    let switch = OpenVSwitch::start();
    let mut watcher = switch.connect(version);
    assert_eq!(watcher.watch(everything(1, version)), []);

    let mut other = switch.connect(version);
    let mut flow = other.change(ADDED);
    assert_eq!(watcher.updates(), [FlowUpdate::Added(told_of(&flow))]);
    what_is_there_is_told_first(&switch, version, &flow);

    flow.instructions = other.change(CHANGED).instructions;
    assert_eq!(watcher.updates(), [FlowUpdate::Modified(told_of(&flow))]);

    other.change(DELETED);
    let removed = FlowUpdate::Removed {
        flow: told_of(&flow),
        reason: FlowRemovedReason::Delete,
    };
    assert_eq!(watcher.updates(), [removed]);

    let cancel = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(1)]);
    watcher.send(&[cancel, ToSwitch::FlowMod(flow), ToSwitch::BarrierRequest]);
    let mut answer = watcher.next();
    if version >= Version::V1_4 {
        // A multipart has its reply.
        let updates = Vec::new();
        let more = false;
        let nothing = FromSwitch::FlowUpdates { updates, more };
        assert_eq!(answer, (Xid(1), nothing));
        answer = watcher.next();
    }
    assert_eq!(answer, (Xid(3), FromSwitch::BarrierReply));
}

fn what_is_there_is_told_first(switch: &OpenVSwitch, version: Version, flow: &FlowMod) {
    let initial = |flow| match version {
        Version::V1_0 | Version::V1_3 => FlowUpdate::Added(flow),
        Version::V1_4 | Version::V1_5 => FlowUpdate::Initial(flow),
    };
    let mut watcher = switch.connect(version);
    let whole = FlowMonitor {
        matching: "tcp,nw_dst=10.0.0.0/8".parse().unwrap(),
        table: TableId(0),
        out_port: PortNo(2),
        ..everything(9, version)
    };
    assert_eq!(watcher.watch(whole), [initial(told_of(flow))]);

    let short = FlowMonitor {
        flags: FlowMonitorFlags::INITIAL | FlowMonitorFlags::ADD,
        ..everything(10, version)
    };
    let mut without_actions = told_of(flow);
    without_actions.instructions = Instructions::drop();
    assert_eq!(watcher.watch(short), [initial(without_actions)]);

    let elsewhere = FlowMonitor {
        matching: "udp".parse().unwrap(),
        ..everything(11, version)
    };
    assert_eq!(watcher.watch(elsewhere), []);
}

#[test]
fn own_changes_are_told_by_their_transaction_or_in_full() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut connection = switch.connect(version);
        let everything = everything(1, version);
        connection.watch(FlowMonitor {
            flags: everything.flags - FlowMonitorFlags::NO_ABBREV,
            ..everything.clone()
        });
        let flow = connection.change(ADDED);
        let own = [FlowUpdate::Abbreviated { xid: Xid(1) }];
        assert_eq!(connection.updates(), own, "{version}");
        connection.change(DELETED);
        assert_eq!(connection.updates(), own, "{version}");

        if everything.flags.contains(FlowMonitorFlags::NO_ABBREV) {
            connection.watch(FlowMonitor {
                id: 2,
                ..everything
            });
            connection.change(ADDED);
            let added = FlowUpdate::Added(told_of(&flow));
            assert_eq!(connection.updates(), [added], "{version}");
            connection.change(DELETED);
            connection.updates();
        }
    }
}

/// Open vSwitch 3.1 answers what it refuses of a monitor in 1.4 and later as if it were of 1.0, with
/// anything for the refused message.
#[test]
fn a_monitor_that_there_is_not_is_refused() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_0, Version::V1_3] {
        let mut connection = switch.connect(version);
        connection.send(&[ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(5)])]);
        let FromSwitch::Error(error) = connection.next().1 else {
            panic!("{version}")
        };
        assert_eq!(error.name, "OFPMOFC_UNKNOWN_MONITOR", "{version}");
    }
}
