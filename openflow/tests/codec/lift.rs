//! Whatever decodes can be lifted: messages of other implementations.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use bytes::Bytes;
use openflow::flow::{
    BundleDone, BundleFlags, BundleStep, FlowMonitor, FlowMonitorFlags, FlowMonitorRequest,
    FlowRemovedReason, FlowUpdate, FromSwitch, Instructions, Match, Meter, MeterCommand,
    MeterFeatures, MeterFlags, MeterStats, NotLifted, QueueStats, ToSwitch, UpdatedFlow,
};
use openflow::wire::Message;
use openflow::{Cookie, GroupId, MeterId, PortNo, TableId, Xid};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    r#type: String,
    pub(crate) hex: String,
}

pub(crate) fn vectors() -> Vec<Vector> {
    let mut all = Vec::new();
    for file in ["os-ken", "ovs-print"] {
        let path = format!("{}/tests/vectors/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        all.extend(
            text.lines()
                .map(|line| serde_json::from_str::<Vector>(line).unwrap()),
        );
    }
    all
}

fn lift(bytes: impl Into<Bytes>) -> Option<FromSwitch> {
    Message::decode(bytes.into()).ok().map(FromSwitch::lift)
}

/// Messages a controller has to understand, as their types are named.
const UNDERSTOOD: &[&str] = &[
    "hello",
    "error",
    "echo_request",
    "echo_reply",
    "features_reply",
    "packet_in",
    "flow_removed",
    "port_status",
    "barrier_reply",
    "role_reply",
];

#[test]
fn what_a_switch_says_is_understood() {
    let mut seen = BTreeMap::new();
    for vector in vectors() {
        let Some(lifted) = lift(hex::decode(&vector.hex).unwrap()) else {
            continue;
        };
        let understood = !matches!(lifted, FromSwitch::Other(_));
        // A match we only know in part would be another entry's: such an end is nobody's here.
        let may_be_foreign = vector.r#type == "flow_removed";
        let wanted = UNDERSTOOD.contains(&vector.r#type.as_str());
        assert!(
            !wanted || understood || may_be_foreign,
            "{}: {lifted:?}",
            vector.name
        );
        *seen.entry(vector.r#type).or_insert(0) += usize::from(understood);
    }
    for name in UNDERSTOOD {
        assert!(
            seen.get(*name).is_some_and(|count| *count > 0),
            "no vector of {name}"
        );
    }
}

#[test]
fn an_error_quotes_what_was_refused() {
    let errors = vectors()
        .into_iter()
        .filter(|vector| vector.r#type == "error");
    let lifted = errors.filter_map(|vector| lift(hex::decode(vector.hex).unwrap()));
    let mut quoted = 0;
    for message in lifted {
        let FromSwitch::Error(error) = message else {
            panic!("{message:?}")
        };
        assert!(
            !error.name.is_empty() && !error.meaning.is_empty(),
            "{error:?}"
        );
        quoted += usize::from(!error.offending.is_empty());
    }
    assert!(quoted > 0);
}

/// What the vectors of this name lift to, one of each version that has them.
fn named(name: &str) -> Vec<FromSwitch> {
    let vectors = vectors()
        .into_iter()
        .filter(|vector| vector.name.contains(name));
    let lifted: Vec<_> = vectors
        .map(|vector| lift(hex::decode(&vector.hex).unwrap()).unwrap())
        .collect();
    assert!(!lifted.is_empty(), "no vector is called {name}");
    lifted
}

/// What the one of this name asks of a switch.
fn asked(name: &str) -> Result<ToSwitch, NotLifted> {
    let vector = vectors()
        .into_iter()
        .find(|vector| vector.name.contains(name))
        .unwrap_or_else(|| panic!("no vector is called {name}"));
    ToSwitch::lift(Message::decode(hex::decode(&vector.hex).unwrap().into()).unwrap())
}

fn meters(texts: &[&str]) -> FromSwitch {
    let meters: Vec<Meter> = texts.iter().map(|text| text.parse().unwrap()).collect();
    FromSwitch::MeterConfig {
        meters,
        more: false,
    }
}

#[test]
fn meters_are_what_open_vswitch_takes_them_for() {
    let told = meters(&[
        "meter=1,kbps,burst,bands=type=drop,rate=65536,burst_size=1280,\
         type=dscp_remark,rate=1048576,burst_size=61440",
        "meter=2,kbps,stats,bands=type=drop,rate=131072",
    ]);
    assert_eq!(named("OFPST_METER_CONFIG reply"), [told]);
    let told = meters(&["meter=100,pktps,burst,stats,bands=type=drop,rate=1000,burst_size=10"]);
    assert_eq!(
        named("ofp_meter_config_reply"),
        [told.clone(), told.clone()]
    );
    assert_eq!(named("meter_desc_reply"), [told]);
}

#[test]
fn counters_of_meters_are_what_open_vswitch_takes_them_for() {
    let stats = |id, flows, (packets_in, bytes_in), age, bands: &[(u64, u64)]| MeterStats {
        id: MeterId(id),
        flows,
        packets_in,
        bytes_in,
        age,
        bands: bands.to_vec(),
    };
    let told = |meters| FromSwitch::MeterStats {
        meters,
        more: false,
    };
    let two = told(vec![
        stats(
            1,
            5,
            (4096, 143_360),
            Duration::new(394, 174_990_148),
            &[(126, 13_363), (231, 37_934)],
        ),
        stats(
            2,
            2,
            (512, 12_288),
            Duration::new(391, 170_094_148),
            &[(42, 1075)],
        ),
    ]);
    assert_eq!(named("OFPST_METER reply"), [two]);
    // One of 1.3, of 1.4 and of 1.5.
    let one = told(vec![stats(
        100,
        0,
        (0, 0),
        Duration::from_micros(480),
        &[(0, 0)],
    )]);
    assert_eq!(named("meter_stats_reply"), [one.clone(), one.clone(), one]);
}

#[test]
fn what_meters_a_switch_has_is_understood() {
    let all = MeterFlags::all();
    let features = |max_meters, band_types, max_bands, max_color| {
        FromSwitch::MeterFeatures(MeterFeatures {
            max_meters,
            band_types,
            capabilities: all,
            max_bands,
            max_color,
        })
    };
    let of_open_vswitch = features(65_536, 0b110, 16, 2);
    assert_eq!(named("OFPST_METER_FEATURES reply"), [of_open_vswitch]);
    let other = features(16_777_216, 0x8000_0006, 255, 0);
    assert_eq!(named("ofp_meter_features_reply"), [other.clone(), other]);
}

#[test]
fn a_change_of_a_meter_is_read_as_it_is_written() {
    for name in ["OFP13-meter_mod", "5-43-ofp_meter_mod", "OFP15-meter_mod"] {
        let ToSwitch::MeterMod(change) = asked(name).unwrap() else {
            panic!("{name}")
        };
        assert_eq!(change.command, MeterCommand::Add, "{name}");
        let text = change.meter.to_string();
        let written = "meter=100,pktps,burst,stats,bands=type=drop,rate=1000,burst_size=10";
        assert!(text.starts_with(written), "{name}: {text}");
    }
}

#[test]
fn queues_are_what_open_vswitch_takes_them_for() {
    let queue = |port, queue, tx_bytes, tx_packets, age| QueueStats {
        port: PortNo(port),
        queue,
        tx_bytes: Some(tx_bytes),
        tx_packets: Some(tx_packets),
        tx_errors: Some(0),
        age,
    };
    let six = |age: Option<Duration>| FromSwitch::QueueStats {
        queues: vec![
            queue(3, 1, 302, 1, age),
            queue(3, 2, 0, 0, age),
            queue(2, 1, 2100, 20, age),
            queue(2, 2, 0, 0, age),
            queue(1, 1, 0, 0, age),
            queue(1, 2, 0, 0, None),
        ],
        more: false,
    };
    let age = Some(Duration::from_millis(100_500));
    // One of 1.0, of 1.3 and of 1.4.
    assert_eq!(named("OFPST_QUEUE reply"), [six(None), six(age), six(age)]);
    let new = Some(Duration::ZERO);
    let three = FromSwitch::QueueStats {
        queues: [(7, 1), (6, 1), (7, 2)]
            .map(|(port, number)| queue(port, number, 0, 0, new))
            .to_vec(),
        more: false,
    };
    let same = [three.clone(), three.clone(), three];
    assert_eq!(named("queue_stats_reply"), same);
}

#[test]
fn steps_of_a_bundle_are_done() {
    for (name, done) in [
        ("OPEN_REPLY", BundleDone::Opened),
        ("CLOSE_REPLY", BundleDone::Closed),
        ("COMMIT_REPLY", BundleDone::Committed),
        ("DISCARD_REPLY", BundleDone::Discarded),
    ] {
        assert_eq!(named(name), [FromSwitch::Bundle { id: 1, done }], "{name}");
    }
}

#[test]
fn steps_of_a_bundle_are_asked_for() {
    let (atomic, ordered) = (BundleFlags::ATOMIC, BundleFlags::ORDERED);
    for (name, flags, step) in [
        ("- atomic OPEN_REQUEST", atomic, BundleStep::Open),
        ("- ordered OPEN_REQUEST", ordered, BundleStep::Open),
        (
            "atomic ordered OPEN_REQUEST",
            atomic | ordered,
            BundleStep::Open,
        ),
        ("CLOSE_REQUEST", atomic, BundleStep::Close),
        ("COMMIT_REQUEST", atomic, BundleStep::Commit),
        ("DISCARD_REQUEST", atomic, BundleStep::Discard),
    ] {
        let ToSwitch::Bundle(request) = asked(name).unwrap() else {
            panic!("{name}")
        };
        assert_eq!((request.id, request.flags), (1, flags), "{name}");
        assert_eq!(request.step, step, "{name}");
    }
    for (name, is_kind) in [
        (
            "ADD_MESSAGE - FLOW_MOD",
            (|it| matches!(it, ToSwitch::FlowMod(_))) as fn(&ToSwitch) -> bool,
        ),
        ("ADD_MESSAGE - PORT_MOD", |it| {
            matches!(it, ToSwitch::PortMod(_))
        }),
        ("ADD_MESSAGE - GROUP_MOD", |it| {
            matches!(it, ToSwitch::GroupMod(_))
        }),
        ("ADD_MESSAGE - PACKET_OUT", |it| {
            matches!(it, ToSwitch::PacketOut(_))
        }),
    ] {
        let ToSwitch::Bundle(request) = asked(name).unwrap() else {
            panic!("{name}")
        };
        let BundleStep::Add(added) = request.step else {
            panic!("{name}: {request:?}")
        };
        assert!(is_kind(&added), "{name}: {added:?}");
    }
}

/// What the vectors of this name ask of a switch.
fn all_asked(name: &str) -> Vec<ToSwitch> {
    let vectors = vectors()
        .into_iter()
        .filter(|vector| vector.name.contains(name));
    let bytes = vectors.map(|vector| hex::decode(&vector.hex).unwrap().into());
    bytes
        .map(|bytes| ToSwitch::lift(Message::decode(bytes).unwrap()).unwrap())
        .collect()
}

fn told_updates(updates: Vec<FlowUpdate>) -> FromSwitch {
    let more = false;
    FromSwitch::FlowUpdates { updates, more }
}

#[test]
fn flow_monitors_are_what_open_vswitch_takes_them_for() {
    use FlowMonitorRequest::{Add, Cancel, Modify};
    let all = FlowMonitorFlags::all() - FlowMonitorFlags::ONLY_OWN;
    let own = FlowMonitorFlags::all() - FlowMonitorFlags::NO_ABBREV;
    let monitor = |id, flags, table, out_port, out_group| FlowMonitor {
        id,
        flags,
        table: TableId(table),
        matching: Match::any(),
        out_port,
        out_group,
    };
    let any = GroupId::ANY;
    let removed = FlowMonitor {
        matching: Match::any().in_port(PortNo(1)),
        ..monitor(0x2000, FlowMonitorFlags::REMOVED, 2, PortNo::ANY, any)
    };
    let of_1_0 = vec![
        Add(monitor(0x4000, all, 1, PortNo::LOCAL, any)),
        Add(removed),
    ];
    let removed = monitor(0x2000, FlowMonitorFlags::REMOVED, 1, PortNo(2), any);
    let of_1_3 = vec![
        Add(monitor(0x1000, all, 1, PortNo::LOCAL, any)),
        Add(removed),
    ];
    let of_1_4 = vec![
        Add(monitor(0x1000, own, 0, PortNo::LOCAL, any)),
        Modify(monitor(0x2000, own, 1, PortNo(1), GroupId(0x40))),
        Cancel(0x4000),
    ];
    let expected = [of_1_0, of_1_3, of_1_4].map(ToSwitch::FlowMonitors);
    assert_eq!(all_asked("FLOW_MONITOR request"), expected);

    let cancel = ToSwitch::FlowMonitors(vec![Cancel(0x0102_3040)]);
    let same = [cancel.clone(), cancel.clone(), cancel];
    assert_eq!(all_asked("FLOW_MONITOR_CANCEL"), same);
}

#[test]
fn what_flow_monitors_tell_is_what_open_vswitch_takes_it_for() {
    let flow = |table, idle_timeout_s, hard_timeout_s| UpdatedFlow {
        table: TableId(table),
        priority: 0x8000,
        cookie: Cookie(0x1234_5678_9abc_def0),
        matching: Match::any().in_port(PortNo(1)),
        instructions: Instructions::drop(),
        idle_timeout_s,
        hard_timeout_s,
        unknown: None,
    };
    let told = |flow| {
        let removed = FlowUpdate::Removed {
            flow: Box::new(flow),
            reason: FlowRemovedReason::Eviction,
        };
        let xid = Xid(100_000);
        told_updates(vec![removed, FlowUpdate::Abbreviated { xid }])
    };
    let replies = [flow(1, 5, 16), flow(0, 0, 0), flow(0, 0, 0)].map(told);
    assert_eq!(named("FLOW_MONITOR reply"), replies);
    for (name, update) in [
        ("FLOW_MONITOR_PAUSED", FlowUpdate::Paused),
        ("FLOW_MONITOR_RESUMED", FlowUpdate::Resumed),
    ] {
        let one = told_updates(vec![update]);
        assert_eq!(named(name), [one.clone(), one.clone(), one], "{name}");
    }
}

#[test]
fn what_tables_can_do_is_what_open_vswitch_takes_it_for() {
    let [FromSwitch::TableFeatures { tables, more: true }] = &named("OFPST_TABLE_FEATURES")[..]
    else {
        panic!("no table features");
    };
    let table = &tables[0];
    assert_eq!(
        (table.name.as_str(), table.max_entries),
        ("table0", 1_000_000)
    );
    assert!(table.table_miss == table.entries);
    assert_eq!(table.unknown, None);

    let tables = asked("of13/4-55-ofp_table_features_request").unwrap();
    let ToSwitch::TableFeatures(request) = &tables else {
        panic!("{tables:?}");
    };
    let names = request.tables.iter().map(|table| table.name.as_str());
    assert!(names.eq((0..10).map(|it| format!("Flow Table 0x{it:02x}"))));
    let told = named("ofp_table_features_reply");
    let [FromSwitch::TableFeatures { tables: of_1_3, .. }, of_1_4] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(of_1_3.len(), 10);
    assert!(of_1_4 == &told[0]);
}
