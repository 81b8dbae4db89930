//! The flow model in OpenFlow 1.3, and in what later versions have in common with it.
//!
//! Every function takes the version: fields say in their table since when they are there, and a
//! later version adds its arms where it differs.

mod action;
mod asked;
mod group;
mod instruction;
mod matching;
mod meter;
mod monitor;
mod multipart;
mod onf_monitor;
mod port;
mod table;
mod told;
mod told_multipart;

pub(super) use asked::lift as lift_request;
pub(super) use matching::lift_fields;
pub(super) use told::encode as encode_reply;

use bytes::BytesMut;

use super::{
    Capabilities, FlowCommand, FlowFlags, FlowMod, FlowRemoved, FlowRemovedReason, FromSwitch,
    GroupMod, Match, MeterMod, PacketIn, PacketInReason, PacketOut, Role, SwitchFeatures, ToSwitch,
    Unsupported, Words, bundle, direct, duration, lacking, offending,
};
use crate::v13 as wire;
use crate::wire::{Block, Echo, Message, Writer};
use crate::{GroupId, PortNo, Version, Xid};

pub(super) fn encode(
    message: &ToSwitch,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    use wire::MultipartRequestBody as Ask;

    let body = match message {
        ToSwitch::PacketOut(packet) => return encode_packet_out(packet, version, xid, into),
        ToSwitch::FlowMod(change) => return encode_flow_mod(change, version, xid, into),
        ToSwitch::EchoRequest(data) => wire::Body::EchoRequest(Echo { data: data.clone() }),
        ToSwitch::EchoReply(data) => wire::Body::EchoReply(Echo { data: data.clone() }),
        ToSwitch::FeaturesRequest => wire::Body::FeaturesRequest,
        ToSwitch::SetConfig { miss_send_len } => wire::Body::SetConfig(wire::SwitchConfig {
            flags: wire::ConfigFlags::empty(),
            miss_send_len: *miss_send_len,
        }),
        ToSwitch::GroupMod(change) => wire::Body::GroupMod(group::lower_mod(change, version)?),
        ToSwitch::PortMod(change) => wire::Body::PortMod(port::lower_mod(change, version)?),
        ToSwitch::BarrierRequest => wire::Body::BarrierRequest,
        ToSwitch::RoleRequest {
            role,
            generation_id,
        } => wire::Body::RoleRequest(wire::Role {
            role: lower_role(*role),
            short_id: (version >= Version::V1_5).then_some(wire::Role::NO_SHORT_ID),
            generation_id: *generation_id,
        }),
        ToSwitch::DescRequest => multipart::request(Ask::Desc),
        ToSwitch::PortDescRequest => {
            let all = wire::PortStatsRequest {
                port_no: PortNo::ANY,
            };
            multipart::request(Ask::PortDesc((version >= Version::V1_5).then_some(all)))
        }
        ToSwitch::FlowStatsRequest(request) => {
            let entries = multipart::lower_flow_request(request, version)?;
            multipart::request(if version >= Version::V1_5 {
                Ask::FlowDesc(entries)
            } else {
                Ask::Flow(entries)
            })
        }
        ToSwitch::AggregateStatsRequest(request) => multipart::request(Ask::Aggregate(
            multipart::lower_flow_request(request, version)?,
        )),
        ToSwitch::TableStatsRequest => multipart::request(Ask::Table),
        ToSwitch::TableFeatures(request) => {
            return table::encode_request(request, version, xid, into);
        }
        ToSwitch::PortStatsRequest(port_no) => {
            multipart::request(Ask::Port(wire::PortStatsRequest { port_no: *port_no }))
        }
        ToSwitch::GroupStatsRequest(group_id) => {
            multipart::request(Ask::Group(wire::GroupStatsRequest {
                group_id: *group_id,
            }))
        }
        ToSwitch::GroupDescRequest => {
            let all = wire::GroupStatsRequest {
                group_id: GroupId::ALL,
            };
            multipart::request(Ask::GroupDesc((version >= Version::V1_5).then_some(all)))
        }
        ToSwitch::MeterMod(change) => wire::Body::MeterMod(meter::lower_mod(change, version)?),
        ToSwitch::MeterStatsRequest(id) => {
            multipart::request(Ask::Meter(wire::MeterRequest { meter_id: *id }))
        }
        ToSwitch::MeterConfigRequest(id) if version >= Version::V1_5 => {
            multipart::request(Ask::MeterDesc(wire::MeterRequest { meter_id: *id }))
        }
        ToSwitch::MeterConfigRequest(id) => {
            multipart::request(Ask::MeterConfig(wire::MeterRequest { meter_id: *id }))
        }
        ToSwitch::MeterFeaturesRequest => multipart::request(Ask::MeterFeatures),
        ToSwitch::QueueStatsRequest { port, queue } => {
            multipart::request(Ask::Queue(wire::QueueStatsRequest {
                port_no: *port,
                queue_id: queue.unwrap_or(wire::QueueStatsRequest::ALL),
            }))
        }
        ToSwitch::FlowMonitors(requests) => monitor::lower(requests, version)?,
        ToSwitch::Bundle(_) => return Err(lacking(version, "bundles in a bundle")),
    };
    Message::v13(version, xid, body)
        .encode(into)
        .map_err(|error| direct::too_long(version, &error))
}

/// `ofp_packet_out` (OF 1.3.5 §7.3.7).
fn encode_packet_out(
    packet: &PacketOut,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    direct::message(into, version, xid, direct::PACKET_OUT, |w| {
        if version >= Version::V1_5 {
            w.u32(packet.buffer_id.0);
            write_by_match(w, packet)?;
        } else {
            w.block::<16>(|b| {
                b.u32(packet.buffer_id.0);
                b.u32(packet.in_port.0);
                b.pad(2 + 6);
            });
            let (start, mut outcome) = (w.position(), Ok(()));
            w.measured(start - 8, start, "packet_out.actions", |w| {
                outcome = action::write(w, &packet.actions);
            });
            outcome?;
        }
        w.bytes(&packet.data);
        Ok(())
    })
}

/// Since 1.5 a match says where the packet came in (OF 1.5.1 §7.3.6). The length of the actions
/// comes before it.
fn write_by_match(w: &mut Writer<'_>, packet: &PacketOut) -> Result<(), Unsupported> {
    let in_port = Match::any().in_port(packet.in_port);
    let match_bytes = 16;
    let actions_start = w.position() + 2 + 2 + match_bytes;
    direct::length(w, actions_start, "packet_out.actions", |w| {
        w.pad(2);
        matching::write(w, &in_port)?;
        action::write(w, &packet.actions)
    })
}

/// `ofp_flow_mod` (OF 1.3.5 §7.3.4.1).
fn encode_flow_mod(
    change: &FlowMod,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    if version < Version::V1_4 && change.importance != 0 {
        return Err(lacking(version, "importance"));
    }
    if flow_mod_at_once(change, version, xid, into) {
        return Ok(());
    }
    flow_mod_by_parts(change, version, xid, into)
}

/// Appends any flow-mod whose fixed part the version has.
pub(super) fn flow_mod_by_parts(
    change: &FlowMod,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    direct::message(into, version, xid, direct::FLOW_MOD, |w| {
        w.block::<40>(|b| fixed_part(change, b));
        matching::write(w, &change.matching)?;
        instruction::write(w, &change.instructions)
    })
}

/// Appends a usual flow-mod in one piece, as [`wire::FlowMod`] does: fields of the specification
/// that the version has, and one output. All others, and what is refused, are left to the long
/// way.
pub(super) fn flow_mod_at_once(
    change: &FlowMod,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> bool {
    let Some((port, max_len)) = instruction::one_output(&change.instructions) else {
        return false;
    };
    let mut draft = wire::FlowModDraft::new(version.wire(), xid);
    fixed_part(change, &mut draft.block);
    draft.begin_match();
    for field in change.matching.fields() {
        let Some(short) = field.field.short(version) else {
            return false;
        };
        let mask = (!field.is_exact()).then_some(field.mask);
        if draft.room() < short.len(mask) || (mask.is_some() && !short.maskable) {
            return false;
        }
        short.write(&mut draft.block, field.value, mask);
    }
    draft.finish(port, max_len, into);
    true
}

/// Everything between the header and the match: 40 bytes.
#[inline(always)]
fn fixed_part<const N: usize>(change: &FlowMod, b: &mut Block<N>) {
    b.u64(change.cookie.0);
    b.u64(change.cookie_mask);
    b.u8(change.table.0);
    b.u8(lower_command(change.command).into());
    b.u16(change.idle_timeout_s);
    b.u16(change.hard_timeout_s);
    b.u16(change.priority);
    b.u32(change.buffer_id.0);
    b.u32(change.out_port.0);
    b.u32(change.out_group.0);
    b.u16(change.flags.bits());
    // Padding in 1.3.
    b.u16(change.importance);
}

fn lower_command(command: FlowCommand) -> wire::FlowModCommand {
    match command {
        FlowCommand::Add => wire::FlowModCommand::Add,
        FlowCommand::Modify => wire::FlowModCommand::Modify,
        FlowCommand::ModifyStrict => wire::FlowModCommand::ModifyStrict,
        FlowCommand::Delete => wire::FlowModCommand::Delete,
        FlowCommand::DeleteStrict => wire::FlowModCommand::DeleteStrict,
    }
}

fn lower_role(role: Role) -> wire::ControllerRole {
    match role {
        Role::NoChange => wire::ControllerRole::NoChange,
        Role::Equal => wire::ControllerRole::Equal,
        Role::Master => wire::ControllerRole::Master,
        Role::Slave => wire::ControllerRole::Slave,
    }
}

pub(super) fn lift(body: wire::Body, version: Version) -> FromSwitch {
    match body {
        wire::Body::PacketIn(packet) => FromSwitch::PacketIn(lift_packet_in(packet)),
        wire::Body::EchoRequest(echo) => FromSwitch::EchoRequest(echo.data),
        wire::Body::EchoReply(echo) => FromSwitch::EchoReply(echo.data),
        wire::Body::Error(error) => FromSwitch::Error(offending::lift(error, version)),
        wire::Body::FeaturesReply(features) => FromSwitch::Features(lift_features(features)),
        wire::Body::FlowRemoved(removed) => lift_flow_removed(&removed),
        wire::Body::PortStatus(status) => FromSwitch::PortStatus(port::lift_status(&status)),
        wire::Body::MultipartReply(reply) => multipart::lift(reply),
        wire::Body::BarrierReply => FromSwitch::BarrierReply,
        wire::Body::RoleReply(role) => lift_role(role),
        wire::Body::BundleControl(control) => bundle::lift(control.bundle_id, control.kind.into())
            .unwrap_or(FromSwitch::Other("bundle_control")),
        wire::Body::Experimenter(message) => bundle::lift_experimenter(&message)
            .or_else(|| onf_monitor::lift_message(&message))
            .unwrap_or(FromSwitch::Other("experimenter")),
        other => FromSwitch::Other(other.type_name()),
    }
}

#[inline]
pub(super) fn lift_packet_in(packet: wire::PacketIn) -> PacketIn {
    let in_port = packet.matching.oxm_fields.in_port();
    PacketIn {
        buffer_id: packet.buffer_id,
        total_len: packet.total_len,
        reason: match packet.reason {
            wire::PacketInReason::NoMatch | wire::PacketInReason::TableMiss => {
                PacketInReason::NoMatch
            }
            wire::PacketInReason::Action | wire::PacketInReason::ApplyAction => {
                PacketInReason::Action
            }
            wire::PacketInReason::InvalidTtl => PacketInReason::InvalidTtl,
            wire::PacketInReason::ActionSet => PacketInReason::ActionSet,
            wire::PacketInReason::Group => PacketInReason::Group,
            wire::PacketInReason::PacketOut => PacketInReason::PacketOut,
            wire::PacketInReason::Unknown(number) => PacketInReason::Other(number),
        },
        table: packet.table_id,
        cookie: packet.cookie,
        in_port: in_port.map_or(PortNo::ANY, PortNo),
        data: packet.data,
    }
}

fn lift_features(features: wire::FeaturesReply) -> SwitchFeatures {
    SwitchFeatures {
        dpid: features.datapath_id,
        n_buffers: features.n_buffers,
        n_tables: features.n_tables,
        auxiliary_id: features.auxiliary_id,
        capabilities: Capabilities::from_bits_retain(features.capabilities.bits()),
        ports: Vec::new(),
    }
}

/// An entry with a match field we have no name for was never ours, and half its match would be
/// taken for another entry's.
fn lift_flow_removed(removed: &wire::FlowRemoved) -> FromSwitch {
    let mut unknown = Words::default();
    let matching = matching::lift(&removed.matching, &mut unknown);
    if unknown.into_option().is_some() {
        return FromSwitch::Other("flow_removed");
    }
    let (sec, nsec) = removed.counters.duration().unwrap_or_default();
    FromSwitch::FlowRemoved(Box::new(FlowRemoved {
        table: removed.table_id,
        priority: removed.priority,
        cookie: removed.cookie,
        reason: FlowRemovedReason::from_number(removed.reason.into()),
        matching,
        age: duration(sec, nsec),
        packets: removed.counters.packet_count().unwrap_or(0),
        bytes: removed.counters.byte_count().unwrap_or(0),
    }))
}

fn lift_role(reply: wire::Role) -> FromSwitch {
    let role = match reply.role {
        wire::ControllerRole::NoChange => Role::NoChange,
        wire::ControllerRole::Equal => Role::Equal,
        wire::ControllerRole::Master => Role::Master,
        wire::ControllerRole::Slave => Role::Slave,
        wire::ControllerRole::Unknown(_) => return FromSwitch::Other("role_reply"),
    };
    FromSwitch::RoleReply {
        role,
        generation_id: reply.generation_id,
    }
}

/// A flow-mod quoted in an error, or one of ours in a test.
pub(super) fn lift_flow_mod(change: wire::FlowMod, unknown: &mut Words) -> FlowMod {
    FlowMod {
        command: match change.command {
            wire::FlowModCommand::Add => FlowCommand::Add,
            wire::FlowModCommand::Modify => FlowCommand::Modify,
            wire::FlowModCommand::ModifyStrict => FlowCommand::ModifyStrict,
            wire::FlowModCommand::Delete => FlowCommand::Delete,
            wire::FlowModCommand::DeleteStrict => FlowCommand::DeleteStrict,
        },
        table: change.table_id,
        priority: change.priority,
        cookie: change.cookie,
        cookie_mask: change.cookie_mask,
        matching: matching::lift(&change.matching, unknown),
        instructions: instruction::lift(change.instructions, unknown),
        idle_timeout_s: change.idle_timeout,
        hard_timeout_s: change.hard_timeout,
        flags: FlowFlags::from_bits_retain(change.flags.bits()),
        importance: change.importance.unwrap_or(0),
        out_port: change.out_port,
        out_group: change.out_group,
        buffer_id: change.buffer_id,
    }
}

/// As [`lift_flow_mod`].
pub(super) fn lift_group_mod(change: wire::GroupMod) -> GroupMod {
    group::lift_mod(change)
}

/// The match of a flow-mod that was quoted in part.
pub(super) fn lift_match(matching: &wire::Match, unknown: &mut Words) -> Match {
    matching::lift(matching, unknown)
}

/// As [`lift_flow_mod`].
pub(super) fn lift_meter_mod(change: &wire::MeterMod) -> MeterMod {
    meter::lift_mod(change)
}
