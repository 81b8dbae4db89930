//! Flow monitors of the model against those of Open vSwitch: the same random changes of both, by
//! the controller that watches, by another one, by packets and by time, and what is told compared.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use openflow::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowStatsRequest, FlowUpdate, FromSwitch,
    GroupMod, PacketOut, PortConfig, PortDesc, PortState, ToSwitch,
};
use openflow::pipeline::{Refusal, Switch, SwitchConfig};
use openflow::wire::Answer;
use openflow::{Dpid, GroupId, MacAddr, PortNo, TableId, Version, Xid};

use crate::own_ovs::{Connection, OpenVSwitch, connection::DEADLINE};
use crate::random::Random;

/// Of each version.
const ROUNDS: u64 = 10;
const CHANGES: usize = 25;

/// Of the request of a step; updates and barriers have others.
const STEP: Xid = Xid(7);
const BARRIER: Xid = Xid(8);

const MATCHES: [&str; 9] = [
    "",
    "in_port=1",
    "in_port=2",
    "ip",
    "tcp",
    "tcp,tp_dst=80",
    "ip,nw_dst=10.0.0.0/8",
    "ip,nw_dst=10.1.0.0/16",
    "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
];
const ACTIONS: [&str; 6] = [
    "drop",
    "output:1",
    "output:2",
    "output:2,output:1",
    "mod_dl_src:02:00:00:00:00:09,output:1",
    "learn(table=1,priority=1,hard_timeout=1,cookie=3,NXM_NX_REG0[],output:NXM_OF_IN_PORT[])",
];
static FRAME: [u8; 60] = {
    let mut frame = [0; 60];
    frame[0] = 2;
    frame[6] = 2;
    frame[11] = 1;
    frame
};

#[test]
fn flow_monitors_tell_the_same() {
    let switch = OpenVSwitch::start(3, |_| String::new());
    control(&switch, &["time/stop"]);
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        for seed in 0..ROUNDS {
            Round::new(&switch, version, seed).run();
        }
    }
}

fn control(switch: &OpenVSwitch, command: &[&str]) {
    let socket = switch.path("vs.ctl");
    let target = ["-t", socket.to_str().unwrap()];
    switch.run("ovs-appctl", &[&target, command].concat());
}

/// Something that is done to both.
#[derive(Debug)]
enum Step {
    Ask(Box<ToSwitch>),
    Wait(Duration),
}

struct Round<'a> {
    seed: u64,
    random: Random,
    open_vswitch: &'a OpenVSwitch,
    watcher: Connection,
    /// Asks for the changes, unless the watcher does.
    other: Option<Connection>,
    model: Switch,
    now: Duration,
}

impl<'a> Round<'a> {
    fn new(open_vswitch: &'a OpenVSwitch, version: Version, seed: u64) -> Self {
        let mut random = Random(seed);
        let path = open_vswitch.management();
        let connect = || Connection::open(&path, version);
        let ports = (1..=3).map(port).collect();
        Self {
            seed,
            watcher: connect(),
            other: (random.below(2) == 0).then(connect),
            model: Switch::new(SwitchConfig::new(Dpid(1), version, ports)),
            now: Duration::ZERO,
            random,
            open_vswitch,
        }
    }

    fn version(&self) -> Version {
        self.model.version()
    }

    fn run(mut self) {
        self.ask("delete table=255,");
        if self.version() > Version::V1_0 {
            self.same(&ask(ToSwitch::GroupMod(group_mod("delete group_id=all"))));
        }
        for _ in 0..5 {
            let change = self.change();
            self.same(&change);
        }
        for _ in 0..CHANGES {
            let step = match self.random.below(12) {
                0 | 1 => self.monitors(),
                2 => Step::Wait(Duration::from_secs(4)),
                3 if self.version() > Version::V1_0 => self.group(),
                4 => packet_out(),
                _ => self.change(),
            };
            self.same(&step);
        }
    }

    fn ask(&mut self, text: &str) {
        let change = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        self.same(&ask(ToSwitch::FlowMod(change)));
    }

    /// A change of a flow table.
    fn change(&mut self) -> Step {
        let version = self.version();
        let tables = if version == Version::V1_0 { 1 } else { 2 };
        let random = &mut self.random;
        let command = *random.of(&[
            "add",
            "add",
            "modify",
            "modify_strict",
            "delete",
            "delete_strict",
        ]);
        let deletes = command.starts_with("delete");
        let mut text = format!("{command} table={}", random.below(tables));
        if command != "delete" && command != "modify" {
            text += &format!(",priority={}", 1 + random.below(2));
        }
        if !deletes {
            text += &format!(",cookie={}", random.below(2));
        }
        if command == "add" {
            text += *random.of(&["", "", ",hard_timeout=1", ",idle_timeout=2"]);
        }
        if deletes && random.below(4) == 0 {
            text += ",out_port=1";
        }
        let matching = *random.of(matches(version));
        if !matching.is_empty() {
            text += &format!(",{matching}");
        }
        if !deletes {
            let groups = self.model.group_desc();
            let actions = match random.below(6) {
                0 if !groups.is_empty() => "group:1",
                _ => *random.of(&ACTIONS),
            };
            text += &format!(",actions={actions}");
        }
        let change = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        ask(ToSwitch::FlowMod(change))
    }

    /// The group comes, or goes with the entries that use it.
    fn group(&mut self) -> Step {
        let change = if self.model.group_desc().is_empty() {
            "add group_id=1,type=indirect,bucket=actions=output:2"
        } else {
            "delete group_id=1"
        };
        ask(ToSwitch::GroupMod(group_mod(change)))
    }

    /// New monitors, or the end of one, of which some are refused.
    fn monitors(&mut self) -> Step {
        let version = self.version();
        let random = &mut self.random;
        let id = |random: &mut Random| u32::try_from(random.below(4)).unwrap();
        if random.below(3) == 0 {
            return ask(ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(
                id(random),
            )]));
        }
        let mut asked = Vec::new();
        for _ in 0..=random.below(2) {
            asked.push(FlowMonitorRequest::Add(FlowMonitor {
                id: id(random),
                flags: FlowMonitorFlags::from_bits_truncate(
                    u16::from(random.byte()) & 0x1f | 1 << (1 + random.below(3)),
                ),
                table: *random.of(&[TableId::ALL, TableId(0), TableId(1)]),
                matching: random.of(matches(version)).parse().unwrap(),
                out_port: *random.of(&[PortNo::ANY, PortNo::ANY, PortNo(1)]),
                out_group: GroupId::ANY,
            }));
        }
        ask(ToSwitch::FlowMonitors(asked))
    }

    /// Does it to both, and compares what is told of it.
    fn same(&mut self, step: &Step) {
        let ours = self.in_the_model(step);
        if matches!(ours, Told::Refused(_)) && self.is_answered_with_rubbish(step) {
            return;
        }
        let theirs = self.in_open_vswitch(step);
        let (version, seed) = (self.version(), self.seed);
        let by = if self.other.is_some() {
            "another"
        } else {
            "the watcher"
        };
        assert_eq!(
            ours, theirs,
            "ours, theirs: OpenFlow {version}, seed {seed}, {step:?} by {by}"
        );
    }

    /// Open vSwitch 3.1 refuses a new monitor, and in 1.4 and later the end of one, with other memory
    /// in the place of the request, header and all.
    fn is_answered_with_rubbish(&self, step: &Step) -> bool {
        let Step::Ask(request) = step else {
            return false;
        };
        match &**request {
            ToSwitch::FlowMonitors(asked) => {
                let cancels = matches!(asked[..], [FlowMonitorRequest::Cancel(_)]);
                !cancels || self.version() >= Version::V1_4
            }
            _ => false,
        }
    }

    fn in_the_model(&mut self, step: &Step) -> Told {
        let version = self.version();
        let done = match step {
            Step::Ask(request) => self.asked_of_the_model(request),
            Step::Wait(time) => {
                self.now += *time;
                Ok(self.model.tick(self.now).flow_updates)
            }
        };
        match done {
            Ok(updates) => told(updates, version),
            Err(refusal) => Told::Refused(Answer::in_version(refusal.code, version)),
        }
    }

    fn asked_of_the_model(&mut self, request: &ToSwitch) -> Result<Vec<FlowUpdate>, Refusal> {
        let model = &mut self.model;
        model.set_transaction(STEP);
        let effects = match request {
            ToSwitch::FlowMod(change) => model.flow_mod(change, self.now)?,
            ToSwitch::GroupMod(change) => model.group_mod(change, self.now)?,
            ToSwitch::PacketOut(packet) => model.packet_out(packet, self.now)?,
            ToSwitch::FlowMonitors(asked) => {
                let mut asked = asked.clone();
                if self.other.is_some() {
                    // What others do is told in full, and the model knows one controller only.
                    asked.iter_mut().for_each(in_full);
                }
                return model.flow_monitors(&asked);
            }
            other => panic!("no step: {other:?}"),
        };
        Ok(effects.flow_updates)
    }

    fn in_open_vswitch(&mut self, step: &Step) -> Told {
        let request = match step {
            Step::Ask(request) => ToSwitch::clone(request),
            Step::Wait(time) => return self.wait(*time),
        };
        match &mut self.other {
            Some(other) if !matches!(request, ToSwitch::FlowMonitors(_)) => {
                other.send(&[(STEP, request)]);
                assert_eq!(until_barrier(other), (None, Vec::new()));
            }
            _ => self.watcher.send(&[(STEP, request)]),
        }
        match until_barrier(&mut self.watcher) {
            (Some(refused), _) => Told::Refused(refused),
            (None, updates) => told(updates, self.version()),
        }
    }

    /// Until Open vSwitch has as many entries as the model, which has seen the time go already.
    fn wait(&mut self, time: Duration) -> Told {
        control(
            self.open_vswitch,
            &["time/warp", &time.as_millis().to_string()],
        );
        let all = FlowStatsRequest::all();
        let expected = self.model.flow_stats(&all, self.now).unwrap().len();
        let begun = Instant::now();
        let mut updates = Vec::new();
        loop {
            self.watcher
                .send(&[(STEP, ToSwitch::AggregateStatsRequest(all.clone()))]);
            self.watcher.send(&[(BARRIER, ToSwitch::BarrierRequest)]);
            let mut entries = None;
            loop {
                match self.watcher.next().1 {
                    FromSwitch::AggregateStats { flows, .. } => entries = Some(flows as usize),
                    FromSwitch::FlowUpdates { updates: some, .. } => updates.extend(some),
                    FromSwitch::BarrierReply => break,
                    _ => {}
                }
            }
            if entries == Some(expected) {
                updates.extend(until_barrier(&mut self.watcher).1);
                return told(updates, self.version());
            }
            assert!(
                begun.elapsed() < DEADLINE,
                "{entries:?} entries, not {expected}"
            );
        }
    }
}

/// What came of a step.
#[derive(Debug, PartialEq)]
enum Told {
    /// In words: the order in which several entries are told is nobody's promise.
    Updates(BTreeSet<String>),
    Refused(Answer),
}

fn told(updates: Vec<FlowUpdate>, version: Version) -> Told {
    let in_words = |update| match update {
        FlowUpdate::Initial(flow) if version < Version::V1_4 => {
            format!("{:?}", FlowUpdate::Added(flow))
        }
        update => format!("{update:?}"),
    };
    Told::Updates(updates.into_iter().map(in_words).collect())
}

/// What comes before everything asked so far is done: an error, and updates.
fn until_barrier(connection: &mut Connection) -> (Option<Answer>, Vec<FlowUpdate>) {
    connection.send(&[(BARRIER, ToSwitch::BarrierRequest)]);
    let (mut refused, mut told) = (None, Vec::new());
    loop {
        match connection.next().1 {
            FromSwitch::BarrierReply => return (refused, told),
            FromSwitch::FlowUpdates { updates, .. } => told.extend(updates),
            FromSwitch::Error(error) => {
                let answer = Answer::named(&error.name, connection.version);
                refused = Some(answer.unwrap_or_else(|| panic!("{error:?}")));
            }
            _ => {}
        }
    }
}

fn in_full(request: &mut FlowMonitorRequest) {
    if let FlowMonitorRequest::Add(monitor) = request {
        monitor.flags |= FlowMonitorFlags::NO_ABBREV;
    }
}

/// Flow-mods of 1.0 have no masks of Ethernet addresses.
fn matches(version: Version) -> &'static [&'static str] {
    match version {
        Version::V1_0 => &MATCHES[..MATCHES.len() - 1],
        _ => &MATCHES,
    }
}

fn ask(request: ToSwitch) -> Step {
    Step::Ask(Box::new(request))
}

fn group_mod(text: &str) -> GroupMod {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Through the tables, where an entry may learn from it.
fn packet_out() -> Step {
    let to_table = PacketOut::to_ports(Bytes::from_static(&FRAME), [PortNo::TABLE]);
    ask(ToSwitch::PacketOut(PacketOut {
        in_port: PortNo(1),
        ..to_table
    }))
}

fn port(no: u8) -> PortDesc {
    PortDesc {
        no: PortNo(no.into()),
        hw_addr: MacAddr([2, 0, 0, 0, 1, no]),
        name: format!("p{no}"),
        config: PortConfig::empty(),
        state: PortState::LIVE,
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    }
}
