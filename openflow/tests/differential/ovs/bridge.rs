//! A case through a bridge of Open vSwitch.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use openflow::flow::{
    BundleFlags, BundleRequest, BundleStep, FlowMod, FlowStatsRequest, FromSwitch, Group,
    GroupCommand, GroupMod, GroupType, Meter, MeterCommand, MeterFlags, MeterMod, PortConfig,
    PortDesc, PortStats, TableStats, ToSwitch,
};
use openflow::wire::ErrorCode;
use openflow::{GroupId, MeterId, PortNo, TableId, Version, Xid};

use super::PORTS;
use super::capture::Capture;
use super::control::Control;
use crate::case::{BUNDLES, Case, Step, port_mod, sums};
use crate::outcome::{Outcome, Sent};
use crate::own_ovs::{Connection, OpenVSwitch};
use crate::traced::Traced;

/// The bridge `br0` with its ports, in the hands of one thread.
pub(crate) struct Bridge {
    management: PathBuf,
    control: Control,
    connection: Option<Connection>,
    captures: BTreeMap<PortNo, Capture>,
    /// What the ports had counted before the case.
    before: BTreeMap<PortNo, PortStats>,
    /// What had been looked up in tables before the case.
    tables_before: BTreeMap<TableId, TableStats>,
    /// What came in since.
    received: BTreeMap<PortNo, u64>,
    /// Entries whose end is told when the next case begins.
    left: usize,
    ports: Vec<PortDesc>,
}

/// When the end of an entry was not told by then, it never is.
const LATE: Duration = Duration::from_secs(3);

/// Of the port of the bridge, in the datapath.
const LOCAL: u32 = 100;
/// Of questions, beyond the numbers of steps.
const ASKED: u32 = 0x1000_0000;

impl Bridge {
    pub(super) fn new(switch: &OpenVSwitch, control: Control) -> Self {
        let numbers = (1..=PORTS).map(PortNo).chain([PortNo::LOCAL]);
        let capture = |port| {
            let path = switch.path(&format!("{}.pcap", name_of(port)));
            (port, Capture::open(&path))
        };
        Self {
            captures: numbers.map(capture).collect(),
            management: switch.management(),
            control,
            connection: None,
            before: BTreeMap::new(),
            tables_before: BTreeMap::new(),
            received: BTreeMap::new(),
            left: 0,
            ports: Vec::new(),
        }
    }

    /// Its ports as it describes them.
    pub(crate) fn ports(&mut self, version: Version) -> &[PortDesc] {
        self.speak(version);
        &self.ports
    }

    /// Connects in a version, if it is not the one spoken.
    fn speak(&mut self, version: Version) {
        if self
            .connection
            .as_ref()
            .is_some_and(|it| it.version == version)
        {
            return;
        }
        // Two at a time would both get what packets and entries come to.
        self.connection = None;
        let mut connection = Connection::open(&self.management, version);
        let miss_send_len = u16::MAX;
        let question = match version {
            Version::V1_0 => ToSwitch::FeaturesRequest,
            _ => ToSwitch::PortDescRequest,
        };
        connection.send(&[
            (Xid(ASKED), ToSwitch::SetConfig { miss_send_len }),
            (Xid(ASKED), question),
        ]);
        self.ports = loop {
            match connection.next().1 {
                FromSwitch::Features(features) => break features.ports,
                FromSwitch::PortDesc { ports, .. } => break ports,
                _ => {}
            }
        };
        self.connection = Some(connection);
    }

    fn connection(&mut self) -> &mut Connection {
        self.connection
            .as_mut()
            .expect("a case begins with a connection")
    }

    /// What it makes of a case. So many ends of entries are to be told after each step, and so many
    /// when those that are left are deleted: Open vSwitch tells them a little later, with the time
    /// that it is then.
    pub(crate) fn run(&mut self, case: &Case, removed: &[usize], left: usize) -> Outcome {
        self.speak(case.version);
        self.reset();
        let mut outcome = Outcome::default();
        let mut due = 0;
        for (at, step) in case.steps.iter().enumerate() {
            if matches!(step, Step::Wait(_)) {
                self.await_removed(due, &mut outcome);
            }
            self.carry_out(at, step, &mut outcome);
            due = removed[at];
        }
        self.await_removed(due, &mut outcome);
        for (port, frame) in case.traced() {
            let arguments = [
                "br0",
                &*format!("in_port={}", port.0),
                &*hex::encode(&frame),
            ];
            let said = self.control.call("ofproto/trace", &arguments);
            outcome.traced(port, &frame, &Traced::read(&said, LOCAL));
        }
        // What it says to the controller meanwhile is nothing new.
        self.next_round(usize::MAX, &mut Outcome::default());
        self.read(&mut outcome);
        self.reset_ports();
        self.left = left;
        outcome
    }

    /// Until it has looked at all flows of the datapath, after which it lets entries end. It does so
    /// at once when entries change.
    fn revalidate(&mut self) {
        let nothing = "in_port=1,dl_type=0x88b5,dl_src=02:00:00:00:88:b5";
        let changes = [
            format!("priority=65535,{nothing},actions=drop"),
            format!("delete_strict priority=65535,{nothing}"),
        ];
        let changes = changes.map(|change| {
            let change: FlowMod = change.parse().expect("it makes sense");
            (Xid(0), ToSwitch::FlowMod(change))
        });
        let connection = self.connection.as_mut();
        let connection = connection.expect("a case begins with a connection");
        self.control
            .call_around("revalidator/wait", || connection.send(&changes));
    }

    /// Until so many ends of entries were told, or long enough to say that they never will be.
    fn await_removed(&mut self, n_removed: usize, outcome: &mut Outcome) {
        let begun = Instant::now();
        while outcome.n_removed() < n_removed && begun.elapsed() < LATE {
            self.next_round(usize::MAX, outcome);
        }
    }

    /// While the version is spoken that has words for all of it.
    fn reset_ports(&mut self) {
        let version = self.connection().version;
        let plain = |port: &PortDesc| port_mod(port.no, port.hw_addr, PortConfig::empty(), version);
        let changes: Vec<_> = self.ports.iter().map(plain).collect();
        self.tell(usize::MAX, &changes, &mut Outcome::default());
        self.next_round(usize::MAX, &mut Outcome::default());
    }

    /// Empty, as it was at first.
    fn reset(&mut self) {
        let mut changes = vec![ToSwitch::FlowMod("delete".parse::<FlowMod>().unwrap())];
        let version = self.connection().version;
        if version != Version::V1_0 {
            changes.extend(BUNDLES.map(|id| {
                ToSwitch::Bundle(BundleRequest {
                    id,
                    flags: BundleFlags::empty(),
                    step: BundleStep::Discard,
                })
            }));
            let group = Group::new(GroupId::ALL, GroupType::All, Vec::new());
            changes.push(ToSwitch::GroupMod(GroupMod {
                command: GroupCommand::Delete,
                group,
            }));
            changes.push(ToSwitch::MeterMod(MeterMod {
                command: MeterCommand::Delete,
                meter: Meter {
                    id: MeterId::ALL,
                    flags: MeterFlags::empty(),
                    bands: Vec::new(),
                },
            }));
        }
        let mut told = Outcome::default();
        self.tell(usize::MAX, &changes, &mut told);
        let left = std::mem::take(&mut self.left);
        self.await_removed(left, &mut told);
        self.control.call("fdb/flush", &["br0"]);
        self.frames();
        self.before = self.port_stats(usize::MAX, PortNo::ANY, &mut told);
        self.received.clear();
    }

    fn carry_out(&mut self, at: usize, step: &Step, outcome: &mut Outcome) {
        match step {
            Step::Packet(port, frame) => {
                let arguments = [&*name_of(*port), &hex::encode(frame)];
                self.control.call("netdev-dummy/receive", &arguments);
                *self.received.entry(*port).or_default() += 1;
                self.await_received(at, *port, outcome);
            }
            Step::Wait(milliseconds) => {
                self.control.call("time/warp", &[&milliseconds.to_string()]);
                self.revalidate();
                // The datapath looks at the clock once in a round.
                self.next_round(at, outcome);
                self.next_round(at, outcome);
            }
            Step::Port(port, config) => {
                let desc = self.ports.iter().find(|desc| desc.no == *port);
                let hw_addr = desc.expect("a case names ports there are").hw_addr;
                let version = self.connection().version;
                self.tell(at, &[port_mod(*port, hw_addr, *config, version)], outcome);
                // It holds from the next round on.
                self.next_round(at, outcome);
            }
            _ => {
                self.tell(at, &[step.message().expect("all others have one")], outcome);
                // What a packet-out comes to is told in the next round.
                self.next_round(at, outcome);
            }
        }
        let sent = self.frames();
        outcome.sent(at, &sent);
    }

    /// Until the port has counted what came in: what followed from it was before that.
    fn await_received(&mut self, at: usize, port: PortNo, outcome: &mut Outcome) {
        let counted = |stats: Option<&PortStats>| stats.and_then(|it| it.rx_packets).unwrap_or(0);
        let expected = counted(self.before.get(&port)) + self.received[&port];
        while counted(self.port_stats(at, port, outcome).get(&port)) < expected {}
    }

    /// Changes, and until they are done.
    fn tell(&mut self, at: usize, changes: &[ToSwitch], outcome: &mut Outcome) {
        let changes = changes.iter().cloned().map(|change| (Xid(0), change));
        let barrier = (Xid(ASKED), ToSwitch::BarrierRequest);
        let messages: Vec<_> = changes.chain([barrier]).collect();
        let connection = self.connection();
        connection.send(&messages);
        while let Some(other) = self.observed(at, outcome) {
            if other == FromSwitch::BarrierReply {
                return;
            }
        }
    }

    /// Until the daemon's main loop has gone round: it looks at this socket last, and at OpenFlow
    /// connections after all that its bridges do.
    fn next_round(&mut self, at: usize, outcome: &mut Outcome) {
        self.control.call("version", &[]);
        self.tell(at, &[], outcome);
    }

    /// The next message; what a case is about goes into the outcome.
    fn observed(&mut self, at: usize, outcome: &mut Outcome) -> Option<FromSwitch> {
        let connection = self.connection();
        let version = connection.version;
        let message = connection.next().1;
        match &message {
            FromSwitch::Error(error) => {
                let (kind, code) = (error.kind, error.code);
                outcome.refused(at, ErrorCode { kind, code }, version);
            }
            FromSwitch::PacketIn(packet) => outcome.packet_in(at, packet),
            FromSwitch::FlowRemoved(gone) => outcome.removed(gone),
            FromSwitch::Bundle { done, .. } => outcome.answered(at, done),
            _ => {}
        }
        Some(message)
    }

    fn port_stats(
        &mut self,
        at: usize,
        port: PortNo,
        outcome: &mut Outcome,
    ) -> BTreeMap<PortNo, PortStats> {
        let question = (Xid(ASKED), ToSwitch::PortStatsRequest(port));
        self.connection().send(&[question]);
        while let Some(message) = self.observed(at, outcome) {
            if let FromSwitch::PortStats { ports, .. } = message {
                return ports.into_iter().map(|port| (port.port, port)).collect();
            }
        }
        BTreeMap::new()
    }

    /// What left since the last look.
    fn frames(&mut self) -> Sent {
        let captures = self.captures.iter_mut();
        let frames = captures.map(|(port, capture)| (*port, capture.frames()));
        frames.filter(|(_, frames)| !frames.is_empty()).collect()
    }

    /// What it tells when it is asked.
    fn read(&mut self, outcome: &mut Outcome) {
        let mut questions = vec![ToSwitch::FlowStatsRequest(FlowStatsRequest::all())];
        let version = self.connection().version;
        questions.extend(
            sums(version)
                .into_iter()
                .map(ToSwitch::AggregateStatsRequest),
        );
        questions.push(ToSwitch::TableStatsRequest);
        if version != Version::V1_0 {
            questions.push(ToSwitch::GroupStatsRequest(GroupId::ALL));
            questions.push(ToSwitch::MeterStatsRequest(MeterId::ALL));
        }
        questions.push(ToSwitch::PortStatsRequest(PortNo::ANY));
        let mut open = questions.len();
        let questions: Vec<_> = questions.into_iter().map(|it| (Xid(ASKED), it)).collect();
        self.connection().send(&questions);
        while open > 0 {
            let Some(message) = self.observed(usize::MAX, outcome) else {
                return;
            };
            let more = match message {
                FromSwitch::FlowStats { entries, more } => {
                    entries.iter().for_each(|entry| outcome.entry(entry));
                    more
                }
                FromSwitch::AggregateStats {
                    packets,
                    bytes,
                    flows,
                } => {
                    outcome.sums(packets, bytes, flows);
                    false
                }
                FromSwitch::TableStats { tables, more } => {
                    for table in tables {
                        outcome.table(&table, self.tables_before.get(&table.table));
                        self.tables_before.insert(table.table, table);
                    }
                    more
                }
                FromSwitch::GroupStats { groups, more } => {
                    groups.iter().for_each(|group| outcome.group(group));
                    more
                }
                FromSwitch::MeterStats { meters, more } => {
                    meters.iter().for_each(|meter| outcome.meter(meter));
                    more
                }
                FromSwitch::PortStats { ports, more } => {
                    for port in &ports {
                        outcome.port(port, self.before.get(&port.port));
                    }
                    more
                }
                _ => continue,
            };
            open -= usize::from(!more);
        }
    }
}

fn name_of(port: PortNo) -> String {
    match port {
        PortNo::LOCAL => "br0".to_owned(),
        port => format!("p{port}"),
    }
}
