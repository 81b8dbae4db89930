//! A case through the model of a switch.

use std::time::Duration;

use bytes::BytesMut;
use openflow::flow::{
    BundleDone, BundleStep, FlowEntry, FlowFlags, FlowStatsRequest, FromSwitch, PortDesc, ToSwitch,
};
use openflow::pipeline::{Effects, Refusal, Switch, SwitchConfig};
use openflow::wire::{Answer, ErrorCode, Message};
use openflow::{Dpid, GroupId, MeterId, PortNo, Version, Xid};

use crate::case::{Case, Step, port_mod, sums};
use crate::outcome::{Outcome, Sent, VENDOR};
use crate::traced::Traced;

/// What a switch makes of a case.
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    /// Entries whose end was told by the end of each step.
    pub(crate) removed: Vec<usize>,
    /// Entries that are left whose end is told.
    pub(crate) left: usize,
}

/// What a switch with these ports makes of a case.
pub(crate) fn run(case: &Case, ports: &[PortDesc]) -> Ran {
    let mut config = SwitchConfig::new(Dpid(1), case.version, ports.to_vec());
    config.miss_send_len = u16::MAX;
    let mut switch = Switch::new(config);
    let mut outcome = Outcome::default();
    let mut now = Duration::ZERO;
    let mut removed = Vec::new();
    for (at, step) in case.steps.iter().enumerate() {
        match carry_out(&mut switch, step, ports, &mut now) {
            Ok((done, effects)) => {
                if let Some(done) = done {
                    outcome.answered(at, done);
                }
                told(&mut outcome, at, effects, case.version);
            }
            Err(codes) => codes
                .into_iter()
                .for_each(|code| outcome.refused(at, code, case.version)),
        }
        removed.push(outcome.n_removed());
    }
    for (port, frame) in case.traced() {
        let way = Traced::of(&switch.trace(port, frame.clone(), now));
        outcome.traced(port, &frame, &way);
    }
    read(&switch, case.version, now, &mut outcome);
    let left = switch.flow_stats(&FlowStatsRequest::all(), now).unwrap();
    let told = |entry: &&FlowEntry| entry.flags.contains(FlowFlags::SEND_FLOW_REM);
    Ran {
        outcome,
        removed,
        left: left.iter().filter(told).count(),
    }
}

fn carry_out(
    switch: &mut Switch,
    step: &Step,
    ports: &[PortDesc],
    now: &mut Duration,
) -> Result<(Option<BundleDone>, Effects), Vec<ErrorCode>> {
    match step {
        Step::Packet(port, frame) => {
            return Ok((None, switch.receive(*port, frame.clone(), *now)));
        }
        Step::Wait(milliseconds) => {
            *now += Duration::from_millis(u64::from(*milliseconds));
            return Ok((None, switch.tick(*now)));
        }
        _ => {}
    }
    let message = match step {
        Step::Port(port, config) => {
            let hw_addr = ports.iter().find(|desc| desc.no == *port).unwrap().hw_addr;
            port_mod(*port, hw_addr, *config, switch.version())
        }
        _ => step.message().unwrap(),
    };
    let version = switch.version();
    let done = match lifted(&message, version).map_err(|code| vec![code])? {
        ToSwitch::Bundle(request) => {
            return switch
                .bundle(&request, *now)
                .map_err(|Refusal { code, .. }| {
                    // Of a change that is refused, why, and that the commit failed.
                    let of_a_change = code.kind != MSG_FAILED.kind;
                    let commits = request.step == BundleStep::Commit && of_a_change;
                    let codes = [Some(code), commits.then_some(MSG_FAILED)];
                    let in_version = |code| numbered(Answer::in_version(code, version));
                    codes.into_iter().flatten().map(in_version).collect()
                });
        }
        ToSwitch::FlowMod(change) => switch.flow_mod(&change, *now),
        ToSwitch::GroupMod(change) => switch.group_mod(&change, *now),
        ToSwitch::MeterMod(change) => switch.meter_mod(&change, *now),
        ToSwitch::PortMod(change) => switch.port_mod(&change),
        ToSwitch::PacketOut(packet) => switch.packet_out(&packet, *now),
        other => panic!("no step of a case: {other:?}"),
    };
    done.map(|effects| (None, effects))
        .map_err(|Refusal { code, .. }| vec![code])
}

/// `OFPBFC_MSG_FAILED`.
const MSG_FAILED: ErrorCode = ErrorCode { kind: 17, code: 13 };

/// An experimenter's is one of its type.
fn numbered(answer: Answer) -> ErrorCode {
    match answer {
        Answer::Code(code) => code,
        Answer::Experimenter(error) => ErrorCode {
            kind: 0xffff,
            code: error.code,
        },
    }
}

/// The message as a switch reads it off the wire.
fn lifted(message: &ToSwitch, version: Version) -> Result<ToSwitch, ErrorCode> {
    let mut bytes = BytesMut::new();
    message.encode(version, Xid(1), &mut bytes).unwrap();
    let decoded = Message::decode(bytes.freeze()).map_err(|error| error.answer())?;
    ToSwitch::lift(decoded).map_err(|error| match error.answer(version) {
        Answer::Code(code) => code,
        Answer::Experimenter(_) => ErrorCode {
            kind: VENDOR,
            code: 0,
        },
    })
}

/// The message as a controller reads it off the wire: not every version has words for all of it.
fn received(message: &FromSwitch, version: Version) -> FromSwitch {
    let mut bytes = BytesMut::new();
    message.encode(version, Xid(0), &mut bytes).unwrap();
    FromSwitch::lift(Message::decode(bytes.freeze()).unwrap())
}

fn told(outcome: &mut Outcome, at: usize, effects: Effects, version: Version) {
    let mut sent = Sent::new();
    for frame in &effects.sent {
        sent.entry(frame.port)
            .or_default()
            .push(frame.frame.clone());
    }
    outcome.sent(at, &sent);
    for gone in effects.flow_removed {
        let message = FromSwitch::FlowRemoved(Box::new(gone));
        if let FromSwitch::FlowRemoved(gone) = received(&message, version) {
            outcome.removed(&gone);
        }
    }
    for packet in effects.packet_ins {
        if let FromSwitch::PacketIn(packet) = received(&FromSwitch::PacketIn(packet), version) {
            outcome.packet_in(at, &packet);
        }
    }
}

/// What it tells when it is asked.
fn read(switch: &Switch, version: Version, now: Duration, outcome: &mut Outcome) {
    for entry in switch.flow_stats(&FlowStatsRequest::all(), now).unwrap() {
        outcome.entry(&entry);
    }
    for asked in sums(version) {
        let (packets, bytes, flows) = switch.aggregate_stats(&asked, now).unwrap();
        outcome.sums(packets, bytes, flows);
    }
    for table in switch.table_stats() {
        outcome.table(&table, None);
    }
    if version != Version::V1_0 {
        for group in switch.group_stats(GroupId::ALL, now) {
            outcome.group(&group);
        }
        for meter in switch.meter_stats(MeterId::ALL, now).unwrap() {
            outcome.meter(&meter);
        }
    }
    for port in switch.port_stats(PortNo::ANY, now) {
        outcome.port(&port, None);
    }
}
