//! Requests of the neutral model, and what is answered.

use std::time::Duration;

use openflow::flow::{
    BundleDone, BundleRequest, BundleStep, Capabilities, FlowMonitorRequest, FromSwitch, Role,
    SwitchFeatures, ToSwitch,
};
use openflow::pipeline::Effects;
use openflow::wire::{Answer, Body, ErrorCode, Header, Message};
use openflow::{PortNo, Version, v10, v13};

use super::{Agent, BUNDLE_FAILED, EPERM, Output, Request, refuse, tell};

/// In 1.0 bit 7 says that ARP addresses are matched.
const ARP_MATCH_IP: u32 = 1 << 7;
/// `OFPBRC_IS_SLAVE`; 1.0 has no number for it, and Open vSwitch says `OFPBRC_EPERM`.
const IS_SLAVE: ErrorCode = ErrorCode { kind: 1, code: 10 };
/// `OFPBFC_MSG_FAILED`.
const MSG_FAILED: ErrorCode = ErrorCode {
    kind: BUNDLE_FAILED,
    code: 13,
};

impl Agent {
    /// Does what a message asks for and answers it, or says with which error it is refused.
    pub(super) fn answer(
        &mut self,
        request: &Request,
        now: Duration,
        out: &mut Output,
    ) -> Result<(), Answer> {
        let header = Header::parse(&request.frame).ok_or(ErrorCode::BAD_REQUEST_BAD_LEN)?;
        let message = match Message::decode(request.frame.clone()) {
            Ok(message) => message,
            Err(error) => return Err(error.precise_answer()),
        };
        if matches!(message.body, Body::Hello(_)) || is_error(&message.body) {
            return Ok(());
        }
        if header.version != request.version.wire() {
            return Err(ErrorCode::BAD_REQUEST_BAD_VERSION.into());
        }
        if let Some(done) = self.beyond_the_model(request, &message, out) {
            return done.map_err(Answer::from);
        }
        match ToSwitch::lift(message) {
            Ok(asked) => self.obey(request, &asked, now, out),
            Err(error) => Err(error.answer(request.version)),
        }
    }

    fn obey(
        &mut self,
        request: &Request,
        asked: &ToSwitch,
        now: Duration,
        out: &mut Output,
    ) -> Result<(), Answer> {
        if changes(asked) && self.audience.is_slave() {
            let refused = match request.version {
                Version::V1_0 => EPERM,
                _ => IS_SLAVE,
            };
            return Err(refused.into());
        }
        self.switch.set_transaction(request.xid);
        let done = match asked {
            ToSwitch::FlowMod(change) => self.switch.flow_mod(change, now),
            ToSwitch::GroupMod(change) => self.switch.group_mod(change, now),
            ToSwitch::MeterMod(change) => self.switch.meter_mod(change, now),
            ToSwitch::PortMod(change) => self.switch.port_mod(change),
            ToSwitch::PacketOut(packet) => self.switch.packet_out(packet, now),
            ToSwitch::Bundle(step) => return self.bundle(request, step, now, out),
            ToSwitch::FlowMonitors(asked) => return self.watch(request, asked, out),
            ToSwitch::EchoReply(_) => return Ok(()),
            asked => {
                let reply = self.reply(asked, now)?;
                tell(&reply, request.version, request.xid, out)?;
                return Ok(());
            }
        };
        let effects: Effects = done.map_err(|refusal| refusal.answer(request.version))?;
        self.carry_out(effects, out);
        Ok(())
    }

    /// A request of a multipart is answered, with what is there already; the extensions' own message
    /// for the end of a monitor is not.
    fn watch(
        &mut self,
        request: &Request,
        asked: &[FlowMonitorRequest],
        out: &mut Output,
    ) -> Result<(), Answer> {
        let done = self.switch.flow_monitors(asked);
        let updates = done.map_err(|refusal| Answer::in_version(refusal.code, request.version))?;
        if request.version < Version::V1_4 && matches!(asked, [FlowMonitorRequest::Cancel(_)]) {
            return Ok(());
        }
        let more = false;
        let told = FromSwitch::FlowUpdates { updates, more };
        Ok(tell(&told, request.version, request.xid, out)?)
    }

    /// A commit that is refused has two answers, as from Open vSwitch: why, and that it failed.
    fn bundle(
        &mut self,
        request: &Request,
        step: &BundleRequest,
        now: Duration,
        out: &mut Output,
    ) -> Result<(), Answer> {
        match self.switch.bundle(step, now) {
            Ok((done, effects)) => {
                self.carry_out(effects, out);
                done.map_or(Ok(()), |done| confirm(request, step, done, out))?;
                Ok(())
            }
            Err(refusal) => {
                let of_a_change = refusal.code.kind != BUNDLE_FAILED;
                let answer = Answer::in_version(refusal.code, request.version);
                if matches!(step.step, BundleStep::Commit) && of_a_change {
                    refuse(request, answer, out);
                    return Err(Answer::in_version(MSG_FAILED, request.version));
                }
                Err(answer)
            }
        }
    }

    /// What is told of the switch.
    fn reply(&mut self, asked: &ToSwitch, now: Duration) -> Result<FromSwitch, ErrorCode> {
        let more = false;
        let switch = &self.switch;
        Ok(match asked {
            ToSwitch::EchoRequest(data) => FromSwitch::EchoReply(data.clone()),
            ToSwitch::FeaturesRequest => FromSwitch::Features(self.features()),
            ToSwitch::BarrierRequest => FromSwitch::BarrierReply,
            ToSwitch::RoleRequest {
                role,
                generation_id,
            } => self.role(*role, *generation_id)?,
            ToSwitch::DescRequest => FromSwitch::Desc(self.desc.clone()),
            ToSwitch::PortDescRequest => FromSwitch::PortDesc {
                ports: switch.port_desc(),
                more,
            },
            ToSwitch::FlowStatsRequest(which) => FromSwitch::FlowStats {
                entries: switch.flow_stats(which, now).map_err(|it| it.code)?,
                more,
            },
            ToSwitch::AggregateStatsRequest(which) => {
                let sums = switch.aggregate_stats(which, now).map_err(|it| it.code)?;
                let (packets, bytes, flows) = sums;
                FromSwitch::AggregateStats {
                    packets,
                    bytes,
                    flows,
                }
            }
            ToSwitch::TableStatsRequest => FromSwitch::TableStats {
                tables: switch.table_stats(),
                more,
            },
            ToSwitch::PortStatsRequest(port) => FromSwitch::PortStats {
                ports: switch.port_stats(*port, now),
                more,
            },
            ToSwitch::GroupStatsRequest(group) => FromSwitch::GroupStats {
                groups: switch.group_stats(*group, now),
                more,
            },
            ToSwitch::GroupDescRequest => FromSwitch::GroupDesc {
                groups: switch.group_desc(),
                more,
            },
            ToSwitch::MeterStatsRequest(meter) => FromSwitch::MeterStats {
                meters: switch.meter_stats(*meter, now).map_err(|it| it.code)?,
                more,
            },
            ToSwitch::MeterConfigRequest(meter) => FromSwitch::MeterConfig {
                meters: switch.meter_config(*meter).map_err(|it| it.code)?,
                more,
            },
            ToSwitch::MeterFeaturesRequest => FromSwitch::MeterFeatures(switch.meter_features()),
            ToSwitch::QueueStatsRequest { port, queue } => {
                self.has_queue(*port, *queue)?;
                let queues = Vec::new();
                FromSwitch::QueueStats { queues, more }
            }
            _ => return Err(ErrorCode::BAD_REQUEST_BAD_TYPE),
        })
    }

    fn features(&self) -> SwitchFeatures {
        let mut features = self.switch.features();
        if self.switch.version() == Version::V1_0 {
            features.capabilities |= Capabilities::from_bits_retain(ARP_MATCH_IP);
        }
        features
    }

    /// In 1.0, by Nicira's extension, elections have no number.
    fn role(&mut self, role: Role, generation: u64) -> Result<FromSwitch, ErrorCode> {
        let counted = self.switch.version() != Version::V1_0;
        let taken = self
            .audience
            .take_role(role, counted.then_some(generation))?;
        let (role, generation_id) = taken;
        Ok(FromSwitch::RoleReply {
            role,
            generation_id,
        })
    }

    /// No port has queues: `OFPQOFC_BAD_PORT` where there is no such port, and `OFPQOFC_BAD_QUEUE`
    /// where a certain one is asked for.
    pub(super) fn has_queue(&self, port: PortNo, queue: Option<u32>) -> Result<(), ErrorCode> {
        let kind = match self.switch.version() {
            Version::V1_0 => 5,
            _ => 9,
        };
        if port != PortNo::ANY && self.switch.port(port).is_none() {
            return Err(ErrorCode { kind, code: 0 });
        }
        match queue {
            Some(_) => Err(ErrorCode { kind, code: 1 }),
            None => Ok(()),
        }
    }
}

fn is_error(body: &Body) -> bool {
    matches!(
        body,
        Body::V10(v10::Body::Error(_)) | Body::V13(v13::Body::Error(_))
    )
}

/// What a slave may not do (OF 1.3.5 §6.3.4).
fn changes(asked: &ToSwitch) -> bool {
    matches!(
        asked,
        ToSwitch::FlowMod(_)
            | ToSwitch::GroupMod(_)
            | ToSwitch::MeterMod(_)
            | ToSwitch::PortMod(_)
            | ToSwitch::PacketOut(_)
            | ToSwitch::Bundle(_)
    )
}

fn confirm(
    request: &Request,
    step: &BundleRequest,
    done: BundleDone,
    out: &mut Output,
) -> Result<(), ErrorCode> {
    let mut bytes = bytes::BytesMut::new();
    let (version, xid) = (request.version, request.xid);
    done.encode(step.id, step.flags, version, xid, &mut bytes)
        .map_err(|_| ErrorCode::BAD_REQUEST_BAD_TYPE)?;
    out.to_controller.push(bytes.freeze());
    Ok(())
}
