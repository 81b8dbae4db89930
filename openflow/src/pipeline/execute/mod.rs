//! Running a packet through a switch.
//!
//! One executor serves packets and traces: it reads the switch, and keeps what is to be sent,
//! counted and learnt in a list. [`Switch::receive`] carries that list out, [`Switch::trace`] lets
//! it go and keeps the record of the steps instead. Every choice the specification leaves open is
//! the one Open vSwitch makes (`ofproto-dpif-xlate.c`), except where it says otherwise.

mod action;
mod action_set;
mod bucket;
mod credit;
mod near_miss;
mod nicira;
mod normal;
mod output;
mod pass;
mod record;
mod subfield;
mod trace;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;

use super::meter::MeterState;
use super::packet::Packet;
use super::switch::{Effects, Sent, Switch};
use super::table::Rule;
use crate::flow::{Action, Actions, Instructions, PacketIn, PacketInReason, PacketOut, PortConfig};
use crate::oxm::Field;
use crate::{MeterId, PortNo, TableId, Version};

pub(super) use action::modelled;
use credit::Credit;
pub(super) use normal::Stations;
use pass::{LeftBehind, Pass};
use record::Record;
pub(super) use record::is_there;
pub use trace::{
    Change, Chosen, Dropped, HeaderField, NearMiss, Output, Step, ToController, Trace, TracedEntry,
    What,
};

/// How deep lookups and groups may be within each other, and how many there may be for one packet.
const MAX_DEPTH: u32 = 64;
const MAX_LOOKUPS: u32 = 64 * 64;
/// Lookups within each other that lead forward count for no depth, but take room on the stack.
const MAX_NESTED: u32 = 320;
/// `actset_output` while the action set has no output: `OFPP_UNSET`.
const UNSET: u32 = 0xffff_fff7;

/// A packet on its way.
struct Run<'a> {
    switch: &'a Switch,
    now: Duration,
    packet: Packet,
    pass: Pass,
    table: TableId,
    /// The entry whose instructions are carried out.
    rule: Option<&'a Rule>,
    /// How often the packet had come in when it was found.
    rule_round: u32,
    action_set: Actions,
    stack: SmallVec<[u128; 2]>,
    queue: Option<u32>,
    place: Place,
    /// They are those of a bucket.
    in_bucket: bool,
    is_packet_out: bool,
    nested: u32,
    lookups: u32,
    sent: Vec<Sent>,
    packet_ins: Vec<PacketIn>,
    credits: SmallVec<[Credit; 8]>,
    /// Those of parts that came in again by themselves: they are nothing if the rest is void.
    inner: Vec<Range<usize>>,
    /// Nothing further is done in this list, nor in those around it.
    exit: bool,
    /// A meter has dropped it: what follows is counted, but leads nowhere.
    metered: bool,
    /// A bucket or a copy has come in again by itself: the packet as it was before, which is what
    /// goes on after it.
    left_behind: LeftBehind,
    /// Lists and groups around what is done that have more to do.
    following: u32,
    /// Meters that it passed through.
    meters: BTreeMap<MeterId, MeterState>,
    /// All that was done for it is void: it goes nowhere.
    void: bool,
    /// That is so because of too many MPLS entries: a bucket's own affair.
    overfull: bool,
    /// The last reason it had to go no further.
    dropped: Option<Dropped>,
    record: Option<Box<Record>>,
}

/// Where an action stands, which the controller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Apply,
    ActionSet,
}

/// What follows an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Next,
    /// The rest of the list and of the entry's instructions is left out.
    Leave,
}

/// What happens to a packet that no entry takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// What the version says.
    Normal,
    /// It is left alone: lookups that are actions.
    Nothing,
}

impl Switch {
    /// A frame comes in by a port. Entries whose time is over are gone before it is looked at.
    pub fn receive(&mut self, in_port: PortNo, frame: Bytes, now: Duration) -> Effects {
        let mut effects = self.tick(now);
        let mut run = Run::new(self, Packet::parse(frame, in_port), now);
        run.receive(in_port);
        let done = run.finish();
        effects.append(self.settle(done, now));
        effects
    }

    /// What would happen to such a frame; changes nothing. Entries are those after the last
    /// [`Switch::tick`].
    #[must_use]
    pub fn trace(&self, in_port: PortNo, frame: Bytes, now: Duration) -> Trace {
        let packet = Packet::parse(frame.clone(), in_port);
        let header = record::header(packet.key());
        let mut run = Run::new(self, packet, now);
        run.record = Some(Box::default());
        run.receive(in_port);
        run.traced(in_port, frame, header)
    }

    /// What the switch would send if such a frame came in; changes nothing. As
    /// [`Switch::trace`] without the steps, for those who ask often.
    #[must_use]
    pub fn foresee(&self, in_port: PortNo, frame: Bytes, now: Duration) -> Effects {
        let mut run = Run::new(self, Packet::parse(frame, in_port), now);
        run.receive(in_port);
        let done = run.finish();
        Effects {
            sent: done.sent,
            packet_ins: done.packet_ins,
            ..Effects::default()
        }
    }

    /// What would become of a packet-out; changes nothing.
    #[must_use]
    pub fn trace_packet_out(&self, packet: &PacketOut, now: Duration) -> Trace {
        let frame = packet.data.clone();
        let parsed = Packet::parse(frame.clone(), packet.in_port);
        let header = record::header(parsed.key());
        let mut run = Run::new(self, parsed, now);
        run.record = Some(Box::default());
        run.packet_out(&packet.actions);
        run.traced(packet.in_port, frame, header)
    }

    /// A packet-out that was found to make sense. One that comes to nothing, as what is done for it
    /// is more than the switch does, is refused, as Open vSwitch does: that leaves nothing behind.
    pub(super) fn send(
        &mut self,
        packet: &PacketOut,
        now: Duration,
    ) -> Result<Effects, &'static str> {
        let mut effects = self.tick(now);
        let parsed = Packet::parse(packet.data.clone(), packet.in_port);
        let mut run = Run::new(self, parsed, now);
        run.packet_out(&packet.actions);
        if run.void && run.pass.round == 0 {
            return Err("the actions lead too deep, or to too many MPLS entries");
        }
        let done = run.finish();
        effects.append(self.settle(done, now));
        Ok(effects)
    }
}

impl<'a> Run<'a> {
    fn new(switch: &'a Switch, mut packet: Packet, now: Duration) -> Self {
        let bytes = length(&packet);
        packet
            .key_mut()
            .set(Field::ActsetOutput, UNSET.into(), u128::MAX);
        Self {
            switch,
            now,
            pass: Pass::first(bytes),
            packet,
            table: TableId(0),
            rule: None,
            rule_round: 0,
            action_set: Actions::new(),
            stack: SmallVec::new(),
            queue: None,
            place: Place::Apply,
            in_bucket: false,
            is_packet_out: false,
            nested: 0,
            lookups: 0,
            sent: Vec::new(),
            packet_ins: Vec::new(),
            credits: SmallVec::new(),
            inner: Vec::new(),
            exit: false,
            metered: false,
            left_behind: None,
            following: 0,
            meters: BTreeMap::new(),
            void: false,
            overfull: false,
            dropped: None,
            record: None,
        }
    }

    fn receive(&mut self, in_port: PortNo) {
        let Some(port) = self.switch.ports.get(&in_port) else {
            return self.drop(Dropped::NoSuchInPort);
        };
        let bytes = self.pass.bytes;
        self.credits.push(Credit::Received {
            port: in_port,
            bytes,
        });
        if !port.receives() {
            // Its entry counts it all the same, as in Open vSwitch.
            if port.desc.is_up() {
                let table = TableId(0);
                let found = self.find(table, in_port);
                self.credits.push(match found {
                    Some((id, _)) => Credit::Entry { table, id, bytes },
                    None => Credit::Missed { table },
                });
            }
            return self.drop(Dropped::PortDoesNotReceive { port: in_port });
        }
        self.go_through(TableId(0), in_port, Miss::Normal);
        self.carry_out_action_set();
    }

    fn packet_out(&mut self, actions: &'a [Action]) {
        self.is_packet_out = true;
        let port = self.switch.ports.get(&self.in_port());
        if port.is_some_and(|port| !port.receives()) {
            let port = self.in_port();
            return self.drop(Dropped::PortDoesNotReceive { port });
        }
        self.actions(actions);
        self.carry_out_action_set();
    }

    /// A lookup that is an action: what comes after it is the entry's again.
    fn look_up(&mut self, table: TableId, in_port: PortNo, miss: Miss) {
        let outer = (self.table, self.rule, self.rule_round);
        let in_bucket = std::mem::take(&mut self.in_bucket);
        self.go_through(table, in_port, miss);
        self.in_bucket = in_bucket;
        (self.table, self.rule, self.rule_round) = outer;
    }

    /// Goes through a table and those its entries lead to by goto. The action set belongs to the
    /// first entry, as in Open vSwitch: the others are within it.
    fn go_through(&mut self, table: TableId, mut in_port: PortNo, miss: Miss) {
        let (first_table, mut first_rule) = (table, None);
        let mut next = Some(table);
        while let Some(table) = next.take() {
            self.recirculate();
            if self.exit {
                break;
            }
            self.table = table;
            let found = self.find(table, in_port);
            if let Some((id, rule)) = found {
                let bytes = self.pass.bytes;
                self.credits.push(Credit::Entry { table, id, bytes });
                self.rule = Some(rule);
                self.rule_round = self.pass.round;
                first_rule.get_or_insert((rule, self.rule_round));
                self.lookups += 1;
                next = self.instructions(&rule.instructions);
            } else {
                self.credits.push(Credit::Missed { table });
                self.missed(table, in_port, miss);
            }
            self.leave();
            // An action's port holds for its table.
            in_port = self.in_port();
            if next.is_some() && !self.may_go_on() {
                break;
            }
        }
        self.table = first_table;
        self.rule = first_rule.map(|(rule, _)| rule);
        self.rule_round = first_rule.map_or(0, |(_, round)| round);
    }

    /// The entry that takes the packet as if it came in by this port.
    fn find(&mut self, table: TableId, in_port: PortNo) -> Option<(u32, &'a Rule)> {
        let switch = self.switch;
        let came_by = self.packet.key().get(Field::InPort);
        self.packet
            .key_mut()
            .set(Field::InPort, in_port.0.into(), u128::MAX);
        let fragment = self.packet.key().get(Field::IpFrag) & 1 != 0;
        let found = switch.tables.get(table).and_then(|entries| {
            let entry = if fragment {
                // No fragment has ports, not even the first (`OFPC_FRAG_NORMAL`).
                let mut key = self.packet.key().clone();
                key.set(Field::TcpSrc, 0, u128::MAX);
                key.set(Field::TcpDst, 0, u128::MAX);
                entries.lookup(&key)
            } else {
                entries.lookup(self.packet.key())
            };
            entry.map(|(id, entry)| (id, &*entry.rule))
        });
        if let Some(record) = &mut self.record {
            let entry = found.map(|(_, rule)| rule);
            let near_miss = near_miss::find(switch.tables.get(table), self.packet.key(), entry);
            let entry = entry.map(TracedEntry::of);
            record.enter(
                What::Table {
                    table,
                    entry,
                    near_miss,
                },
                self.packet.key(),
            );
        }
        self.packet.key_mut().set(Field::InPort, came_by, u128::MAX);
        found
    }

    /// No entry takes the packet: in 1.0 the controller gets it, later it is dropped, for there
    /// would be an entry if it were to be kept (OF 1.3.5 §5.4).
    fn missed(&mut self, table: TableId, in_port: PortNo, miss: Miss) {
        self.drop(Dropped::NoMatch { table });
        let asks = self.switch.config.version == Version::V1_0 && miss == Miss::Normal;
        let port = self.switch.ports.get(&in_port);
        let silent = port.is_some_and(|port| port.desc.config.contains(PortConfig::NO_PACKET_IN));
        if asks && !silent {
            self.rule = None;
            let length = self.switch.config.miss_send_len;
            self.tell_controller(length, PacketInReason::NoMatch);
        }
    }

    /// What an entry says. Returns the table to go on at.
    fn instructions(&mut self, instructions: &'a Instructions) -> Option<TableId> {
        if let Some(meter) = instructions.meter {
            self.meter(meter);
        }
        let follows = instructions.clear
            || instructions.metadata.is_some()
            || instructions.goto.is_some()
            || !instructions.write.is_empty();
        self.following += u32::from(follows);
        let then = self.actions(&instructions.apply);
        self.following -= u32::from(follows);
        if then == Then::Leave || self.is_over() {
            return None;
        }
        if instructions.clear {
            self.recirculate();
            self.note(|| What::ClearActions);
            self.action_set.clear();
            self.told_action_set();
        }
        if !instructions.write.is_empty() {
            self.recirculate();
            self.note(|| What::WriteActions {
                actions: instructions.write.iter().map(ToString::to_string).collect(),
            });
            self.action_set.extend(instructions.write.iter().cloned());
            self.told_action_set();
        }
        if let Some((value, mask)) = instructions.metadata {
            self.recirculate();
            self.enter(|| What::Note {
                text: format!("write_metadata:{value:#x}/{mask:#x}"),
            });
            self.packet
                .key_mut()
                .set(Field::Metadata, value.into(), mask.into());
            self.leave();
        }
        if instructions.goto.is_none() {
            self.ended();
        }
        instructions.goto
    }

    /// An entry was the last: why nothing is sent, if it should turn out that nothing is.
    fn ended(&mut self) {
        let table = self.table;
        if let (None, Some(rule)) = (&self.dropped, self.rule) {
            self.dropped = Some(if rule.is_table_miss() {
                Dropped::TableMiss { table }
            } else {
                Dropped::NoOutput { table }
            });
        }
    }

    /// One level deeper, if the switch goes so deep: `deepens` says whether it counts as such.
    fn within(&mut self, deepens: bool, inner: impl FnOnce(&mut Self)) {
        if self.may_go_on() {
            self.nest(deepens, inner);
        }
    }

    fn nest(&mut self, deepens: bool, inner: impl FnOnce(&mut Self)) {
        self.nested += 1;
        self.pass.depth += u32::from(deepens);
        inner(self);
        // It may have begun anew meanwhile.
        self.pass.depth = self.pass.depth.saturating_sub(deepens.into());
        self.nested -= 1;
    }

    /// Whether the switch looks any further; if not, the packet goes nowhere.
    fn may_go_on(&mut self) -> bool {
        if self.pass.depth >= MAX_DEPTH || self.nested >= MAX_NESTED {
            self.void(Dropped::TooDeep);
        } else if self.lookups >= MAX_LOOKUPS {
            self.void(Dropped::TooManyLookups);
        }
        !self.void
    }

    /// Whether nothing further is done in this list.
    fn is_over(&self) -> bool {
        self.exit || self.void
    }

    /// The packet goes no further here.
    fn drop(&mut self, why: Dropped) {
        self.note(|| What::Stop { why: why.clone() });
        self.dropped = Some(why);
    }

    /// The packet goes nowhere, whatever was done before.
    fn void(&mut self, why: Dropped) {
        if !self.void {
            self.drop(why);
            self.void = true;
        }
    }
}

fn length(packet: &Packet) -> u64 {
    u64::try_from(packet.written_len()).unwrap_or(u64::MAX)
}

/// What a run has come to.
struct Done {
    sent: Vec<Sent>,
    packet_ins: Vec<PacketIn>,
    credits: SmallVec<[Credit; 8]>,
}

impl Run<'_> {
    fn finish(mut self) -> Done {
        self.take_back();
        Done {
            sent: self.sent,
            packet_ins: self.packet_ins,
            credits: self.credits,
        }
    }

    fn traced(mut self, in_port: PortNo, frame: Bytes, header: Vec<HeaderField>) -> Trace {
        let steps = self
            .record
            .take()
            .map_or_else(Vec::new, |record| record.steps());
        let dropped = self.dropped.take();
        let done = self.finish();
        let outputs = done.sent.into_iter().map(|sent| Output {
            port: sent.port,
            queue: sent.queue,
            frame: sent.frame,
        });
        let outputs: Vec<_> = outputs.collect();
        let packet_ins = done.packet_ins.into_iter().map(|told| ToController {
            reason: record::reason(told.reason),
            table: told.table,
            cookie: told.cookie,
            frame: told.data,
        });
        Trace {
            in_port,
            frame,
            header,
            steps,
            dropped: dropped.filter(|_| outputs.is_empty()),
            outputs,
            packet_ins: packet_ins.collect(),
        }
    }
}
