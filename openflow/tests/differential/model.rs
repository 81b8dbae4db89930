//! A case through the model of a switch.

use std::time::Duration;

use bytes::BytesMut;
use openflow::flow::{FromSwitch, PortDesc, ToSwitch};
use openflow::pipeline::{Effects, Refusal, Switch, SwitchConfig};
use openflow::wire::{Answer, ErrorCode, Message};
use openflow::{Dpid, GroupId, MeterId, PortNo, Version, Xid};

use crate::case::{Case, Step, port_mod};
use crate::outcome::{Outcome, Sent, VENDOR};

/// What a switch with these ports makes of a case.
pub(crate) fn run(case: &Case, ports: &[PortDesc]) -> Outcome {
    let mut config = SwitchConfig::new(Dpid(1), case.version, ports.to_vec());
    config.miss_send_len = u16::MAX;
    let mut switch = Switch::new(config);
    let mut outcome = Outcome::default();
    let mut now = Duration::ZERO;
    for (at, step) in case.steps.iter().enumerate() {
        match carry_out(&mut switch, step, ports, &mut now) {
            Ok(effects) => told(&mut outcome, at, effects, case.version),
            Err(code) => outcome.refused(at, code, case.version),
        }
    }
    read(&switch, case.version, now, &mut outcome);
    outcome
}

fn carry_out(
    switch: &mut Switch,
    step: &Step,
    ports: &[PortDesc],
    now: &mut Duration,
) -> Result<Effects, ErrorCode> {
    match step {
        Step::Packet(port, frame) => return Ok(switch.receive(*port, frame.clone(), *now)),
        Step::Wait(milliseconds) => {
            *now += Duration::from_millis(u64::from(*milliseconds));
            return Ok(switch.tick(*now));
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
    let done = match lifted(&message, switch.version())? {
        ToSwitch::FlowMod(change) => switch.flow_mod(&change, *now),
        ToSwitch::GroupMod(change) => switch.group_mod(&change, *now),
        ToSwitch::MeterMod(change) => switch.meter_mod(&change, *now),
        ToSwitch::PortMod(change) => switch.port_mod(&change),
        ToSwitch::PacketOut(packet) => switch.packet_out(&packet, *now),
        other => panic!("no step of a case: {other:?}"),
    };
    done.map_err(|Refusal { code, .. }| code)
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
    for packet in effects.packet_ins {
        if let FromSwitch::PacketIn(packet) = received(&FromSwitch::PacketIn(packet), version) {
            outcome.packet_in(at, &packet);
        }
    }
}

/// What it tells when it is asked.
fn read(switch: &Switch, version: Version, now: Duration, outcome: &mut Outcome) {
    for entry in switch
        .flow_stats(&openflow::flow::FlowStatsRequest::all(), now)
        .unwrap()
    {
        outcome.entry(&entry);
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
