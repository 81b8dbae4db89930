//! Open vSwitch is the judge of flow-mods, 2,000 a version: it prints what we mean, its switch
//! takes what our check lets pass, and refuses the rest with the error that our check predicts.

use std::collections::{BTreeMap, BTreeSet};

use openflow::Version;
use openflow::flow::{
    FlowFlags, FlowMod, Group, GroupCommand, GroupMod, Instructions, Meter, MeterCommand, MeterMod,
    ToSwitch,
};
use openflow::wire::Answer;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::ovs_ofctl::{decoded_by_ovs, flow_mods, parts};
use crate::own_switch::{Connection, OpenVSwitch};
use crate::plausible::{self, can_be_said};

const FLOWS: usize = 2_000;
/// The switch answers a batch before it is given the next.
const BATCH: usize = 200;

const VERSIONS: [(Version, &str); 4] = [
    (Version::V1_0, "OpenFlow10"),
    (Version::V1_3, "OpenFlow13"),
    (Version::V1_4, "OpenFlow14"),
    (Version::V1_5, "OpenFlow15"),
];

fn samples(strategy: impl Strategy<Value = FlowMod>) -> Vec<FlowMod> {
    let mut runner = TestRunner::deterministic();
    (0..FLOWS)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// What stands before the actions, but for the match: as words, since their order says nothing.
fn meant_words(flow: &FlowMod) -> BTreeSet<String> {
    let mut words = BTreeSet::from(["ADD".to_owned()]);
    let mut say = |name: &str, value: u64| {
        if value != 0 {
            words.insert(format!("{name}:{value}"));
        }
    };
    say("table", flow.table.0.into());
    say("idle", flow.idle_timeout_s.into());
    say("hard", flow.hard_timeout_s.into());
    say("importance", flow.importance.into());
    // All ones is none to a switch, and it does not print it.
    if !matches!(flow.cookie.0, 0 | u64::MAX) {
        words.insert(format!("cookie:0x{:x}", flow.cookie.0));
    }
    for (flag, name) in [
        (FlowFlags::SEND_FLOW_REM, "send_flow_rem"),
        (FlowFlags::CHECK_OVERLAP, "check_overlap"),
        (FlowFlags::RESET_COUNTS, "reset_counts"),
        (FlowFlags::NO_PKT_COUNTS, "no_packet_counts"),
        (FlowFlags::NO_BYT_COUNTS, "no_byte_counts"),
    ] {
        if flow.flags.contains(flag) {
            words.insert(name.to_owned());
        }
    }
    words
}

/// The same of a line of Open vSwitch, and the priority that the match begins with.
fn printed_words(line: &str) -> (BTreeSet<String>, u16) {
    let (_, rest) = line.split_once("): ").unwrap();
    let (head, _) = rest.split_once(" actions=").unwrap();
    let all = head.split(' ').filter(|word| !word.is_empty());
    let (matches, words): (Vec<_>, Vec<_>) = all.partition(|word| word.starts_with("priority="));
    let priority = matches[0].trim_start_matches("priority=");
    let priority = priority.split(',').next().unwrap().parse().unwrap();
    (words.into_iter().map(str::to_owned).collect(), priority)
}

#[test]
fn open_vswitch_prints_what_we_mean() {
    for (version, name) in VERSIONS {
        let flows = samples(plausible::flow_mod(version));
        let lines = decoded_by_ovs(&flow_mods(&flows), version, name);
        let compared = flows.iter().zip(&lines);
        let wrong = compared.filter_map(|(flow, line)| {
            let difference = difference(flow, line)?;
            Some(format!("{difference}\n{flow}\n{line}"))
        });
        assert_none(version, &wrong.collect::<Vec<_>>());
        eprintln!("{version}: {FLOWS} flow-mods with {:?}", actions(&flows));
    }
}

pub(crate) fn assert_none(version: Version, wrong: &[String]) {
    let few: Vec<_> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{version}: {} wrong\n{}",
        wrong.len(),
        few.join("\n\n")
    );
}

/// How often there is each action.
fn actions(flows: &[FlowMod]) -> BTreeMap<&'static str, usize> {
    let mut numbers = BTreeMap::new();
    for Instructions { apply, write, .. } in flows.iter().map(|flow| &flow.instructions) {
        let all = apply.iter().chain(write);
        all.for_each(|action| *numbers.entry(action.name()).or_default() += 1);
    }
    numbers
}

/// What Open vSwitch printed that was not meant.
fn difference(flow: &FlowMod, line: &str) -> Option<String> {
    if !line.contains(" actions=") {
        return Some("refused".to_owned());
    }
    let (matching, actions) = parts(line);
    let read = match format!("{matching},actions={actions}").parse::<FlowMod>() {
        Ok(read) => read,
        Err(error) => return Some(error.to_string()),
    };
    let (words, priority) = printed_words(line);
    let meant = flow.instructions.clone().normalized();
    let same = [
        (read.matching == flow.matching, "match"),
        (read.instructions == meant, "instructions"),
        (words == meant_words(flow), "words"),
        (priority == flow.priority, "priority"),
    ];
    let different = same.iter().find(|(is_same, _)| !is_same);
    different.map(|(_, what)| format!("{what} differ"))
}

/// A switch with the group and the meter that the flows name.
fn connected(switch: &OpenVSwitch, version: Version) -> Connection {
    let mut connection = switch.connect(version);
    if version > Version::V1_0 {
        let group = "group_id=1,type=all,bucket=actions=output:1";
        let meter = "meter=1,pktps,bands=type=drop,rate=100";
        let group = ToSwitch::GroupMod(GroupMod {
            command: GroupCommand::Add,
            group: group.parse::<Group>().unwrap(),
        });
        let meter = ToSwitch::MeterMod(MeterMod {
            command: MeterCommand::Add,
            meter: meter.parse::<Meter>().unwrap(),
        });
        // The first version that comes makes them.
        connection.carry_out(&[group, meter]);
    }
    connection
}

/// The name of the error for each flow, and nothing for those that are taken.
fn refused_by_switch(connection: &mut Connection, flows: &[FlowMod]) -> Vec<Option<String>> {
    let mut all = Vec::new();
    for batch in flows.chunks(BATCH) {
        let batch: Vec<_> = batch.iter().map(without_overlap_check).collect();
        let mut refused = connection.carry_out(&batch);
        all.extend((0..batch.len()).map(|at| refused.remove(&at).map(|error| error.name)));
        connection.carry_out(&[ToSwitch::FlowMod("delete".parse().unwrap())]);
    }
    all
}

/// Others of these are there already.
fn without_overlap_check(flow: &FlowMod) -> ToSwitch {
    ToSwitch::FlowMod(FlowMod {
        flags: flow.flags - FlowFlags::CHECK_OVERLAP,
        ..flow.clone()
    })
}

#[test]
fn a_switch_takes_what_our_check_lets_pass() {
    let switch = OpenVSwitch::start();
    for (version, _) in VERSIONS {
        let flows = samples(plausible::flow_mod(version));
        let mut connection = connected(&switch, version);
        let refused = refused_by_switch(&mut connection, &flows);
        let wrong = flows.iter().zip(refused).filter_map(|(flow, error)| {
            let error = error?;
            Some(format!("{error}\n{flow}"))
        });
        assert_none(version, &wrong.collect::<Vec<_>>());
    }
}

#[test]
fn a_switch_refuses_what_our_check_refuses_with_the_same_error() {
    let switch = OpenVSwitch::start();
    for (version, _) in VERSIONS {
        let flows = samples(plausible::flow_mod_with_any_actions(version));
        let mut connection = connected(&switch, version);
        let refused = refused_by_switch(&mut connection, &flows);
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (flow, theirs) in flows.iter().zip(refused) {
            let ours = predicted(version, flow);
            *numbers.entry(ours.clone().unwrap_or_default()).or_default() += 1;
            if ours != theirs {
                wrong.push(format!("we {ours:?}, they {theirs:?}\n{flow}"));
            }
        }
        eprintln!("{version}: {numbers:?}");
        assert_none(version, &wrong);
    }
}

/// Flows that each say one thing about the check, most of them wrong.
const CHECKED: &str = include_str!("checked_flows.txt");

#[test]
fn a_switch_judges_each_flow_of_a_list_as_our_check_does() {
    let switch = OpenVSwitch::start();
    for (version, _) in VERSIONS {
        let texts = CHECKED
            .lines()
            // Open vSwitch has no packets without an Ethernet header in 1.0.
            .filter(|text| version > Version::V1_0 || !HEADERS.iter().any(|it| text.contains(it)));
        let flow = |text: &str| {
            let flow: FlowMod = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            flow
        };
        let flows: Vec<_> = texts
            .map(flow)
            .filter(|it| can_be_said(version, it))
            .collect();
        let mut connection = connected(&switch, version);
        let refused = refused_by_switch(&mut connection, &flows);
        let wrong = flows.iter().zip(refused).filter_map(|(flow, theirs)| {
            let ours = predicted(version, flow);
            (ours != theirs).then(|| format!("we {ours:?}, they {theirs:?}\n{flow}"))
        });
        assert_none(version, &wrong.collect::<Vec<_>>());
        assert!(flows.len() > 50, "{version}: {}", flows.len());
        eprintln!("{version}: {} flows of the list", flows.len());
    }
}

const HEADERS: [&str; 3] = ["encap", "decap", "dec_nsh_ttl"];

/// What our check says it will answer.
fn predicted(version: Version, flow: &FlowMod) -> Option<String> {
    let checked = flow.instructions.check(version, flow.table, &flow.matching);
    // What 1.0 has no number for, Open vSwitch says as later versions do.
    let version = version.max(Version::V1_3);
    let name = match checked.err()?.precise_answer(version) {
        Answer::Code(code) => code.name(version).unwrap().name,
        Answer::Experimenter(error) => error.name,
    };
    Some(match name {
        // It says that the argument is wrong where it knows the field and does not let it be set.
        "OFPBAC_BAD_SET_TYPE" => "OFPBAC_BAD_SET_ARGUMENT".to_owned(),
        other => other.to_owned(),
    })
}
