//! The flow model in OpenFlow 1.0.
//!
//! 1.0 has one table, no groups, no meters, ports of 16 bits, and one match structure in which a
//! field without its prerequisites is ignored by the switch. What it cannot say is refused here
//! and never left out.
//!
//! Three things it says in another way than later versions. They are read back as they were meant,
//! so that a rule compares equal with the entry it became:
//!
//! - a VLAN tag is pushed by setting its id; `action.rs` says when one is taken for the other;
//! - ports are set without saying of which protocol; the match says it;
//! - an entry whose match has no wildcard has the highest priority whatever was asked for
//!   (OF 1.0 §3.4), so another priority is refused for it.

mod action;
mod asked;
mod matching;
mod monitor;
mod nxm;
mod port;
mod stats;
mod told;

pub(super) use asked::lift as lift_request;
pub(super) use told::encode as encode_reply;

use bytes::BytesMut;

use super::{
    Capabilities, FlowCommand, FlowFlags, FlowMod, FlowRemoved, FlowRemovedReason, FromSwitch,
    Instructions, PacketIn, PacketInReason, PacketOut, Role, SwitchFeatures, ToSwitch, Unsupported,
    Words, direct, duration, kept, offending,
};
use crate::experimenter::nicira::{self, NxRole, RoleRequest};
use crate::v10 as wire;
use crate::wire::{Echo, Message, Wire};
use crate::{Cookie, GroupId, PortNo, TableId, Version, Xid};

use action::Packets;

fn no(feature: impl Into<String>) -> Unsupported {
    Unsupported {
        feature: feature.into(),
        version: Version::V1_0,
    }
}

pub(super) fn encode(message: &ToSwitch, xid: Xid, into: &mut BytesMut) -> Result<(), Unsupported> {
    use wire::StatsRequestBody as Stats;

    let body = match message {
        ToSwitch::PacketOut(packet) => return encode_packet_out(packet, xid, into),
        ToSwitch::FlowMod(change) => return encode_flow_mod(change, xid, into),
        ToSwitch::EchoRequest(data) => wire::Body::EchoRequest(Echo { data: data.clone() }),
        ToSwitch::EchoReply(data) => wire::Body::EchoReply(Echo { data: data.clone() }),
        ToSwitch::FeaturesRequest => wire::Body::FeaturesRequest,
        ToSwitch::SetConfig { miss_send_len } => wire::Body::SetConfig(wire::SwitchConfig {
            flags: wire::ConfigFlags::empty(),
            miss_send_len: *miss_send_len,
        }),
        ToSwitch::PortMod(change) => wire::Body::PortMod(port::lower_mod(change)?),
        ToSwitch::BarrierRequest => wire::Body::BarrierRequest,
        ToSwitch::RoleRequest { role, .. } => wire::Body::Vendor(lower_role(*role)?),
        ToSwitch::DescRequest => stats::request(Stats::Desc),
        ToSwitch::FlowStatsRequest(request) => {
            stats::request(Stats::Flow(stats::lower_flow_request(request)?))
        }
        ToSwitch::AggregateStatsRequest(request) => {
            stats::request(Stats::Aggregate(stats::lower_flow_request(request)?))
        }
        ToSwitch::TableStatsRequest => stats::request(Stats::Table),
        ToSwitch::PortStatsRequest(port) => {
            stats::request(Stats::Port(stats::lower_port_request(*port)?))
        }
        ToSwitch::TableFeatures(_) => return Err(no("table features")),
        ToSwitch::GroupMod(_) => return Err(no("group_mod")),
        ToSwitch::PortDescRequest => return Err(no("port descriptions but in its features")),
        ToSwitch::GroupStatsRequest(_) => return Err(no("group statistics")),
        ToSwitch::GroupDescRequest => return Err(no("group descriptions")),
        ToSwitch::QueueStatsRequest { port, queue } => {
            stats::request(Stats::Queue(stats::lower_queue_request(*port, *queue)?))
        }
        ToSwitch::MeterMod(_) => return Err(no("meter_mod")),
        ToSwitch::MeterStatsRequest(_) => return Err(no("meter statistics")),
        ToSwitch::MeterConfigRequest(_) => return Err(no("meter configurations")),
        ToSwitch::MeterFeaturesRequest => return Err(no("meter features")),
        ToSwitch::FlowMonitors(requests) => monitor::lower(requests)?,
        ToSwitch::Bundle(_) => return Err(no("bundles")),
    };
    Message::v10(xid, body)
        .encode(into)
        .map_err(|error| direct::too_long(Version::V1_0, &error))
}

/// `ofp_packet_out` (OF 1.0 §5.3.6).
fn encode_packet_out(packet: &PacketOut, xid: Xid, into: &mut BytesMut) -> Result<(), Unsupported> {
    let in_port = match packet.in_port {
        PortNo::CONTROLLER => wire::PortNo::NONE,
        port => port::lower(port)?,
    };
    direct::message(into, Version::V1_0, xid, direct::PACKET_OUT, |w| {
        w.u32(packet.buffer_id.0);
        w.u16(in_port.0);
        let actions_start = w.position() + 2;
        direct::length(w, actions_start, "packet_out.actions", |w| {
            action::write(w, &packet.actions, Packets::SENDERS_OWN)
        })?;
        w.bytes(&packet.data);
        Ok(())
    })
}

/// `ofp_flow_mod` (OF 1.0 §5.3.3).
fn encode_flow_mod(change: &FlowMod, xid: Xid, into: &mut BytesMut) -> Result<(), Unsupported> {
    check_table(change)?;
    refuse_cookie_and_group(change.cookie_mask, change.out_group)?;
    let matching = matching::lower(&change.matching)?;
    if matching::is_exact(&matching) && change.priority != u16::MAX {
        return Err(no("priority but 65535 for a match of all twelve fields"));
    }
    if change.importance != 0 {
        return Err(no("importance"));
    }
    let (out_port, flags) = (port::lower(change.out_port)?, lower_flags(change)?);
    check_instructions(&change.instructions)?;
    direct::message(into, Version::V1_0, xid, direct::FLOW_MOD, |w| {
        matching.encode(w);
        w.u64(change.cookie.0);
        w.u16(lower_command(change.command).into());
        w.u16(change.idle_timeout_s);
        w.u16(change.hard_timeout_s);
        w.u16(change.priority);
        w.u32(change.buffer_id.0);
        w.u16(out_port.0);
        w.u16(flags.bits());
        action::write(w, &change.instructions.apply, Packets::of(&change.matching))
    })
}

/// A delete of all tables is one of the only table.
fn check_table(change: &FlowMod) -> Result<(), Unsupported> {
    let deletes = matches!(
        change.command,
        FlowCommand::Delete | FlowCommand::DeleteStrict
    );
    match change.table {
        TableId(0) => Ok(()),
        TableId::ALL if deletes => Ok(()),
        table => Err(no(format!("table {table}: it has table 0 only"))),
    }
}

fn refuse_cookie_and_group(cookie_mask: u64, out_group: GroupId) -> Result<(), Unsupported> {
    if cookie_mask != 0 {
        return Err(no("cookie_mask"));
    }
    if out_group != GroupId::ANY {
        return Err(no("out_group"));
    }
    Ok(())
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

/// In 1.0 an add always resets the counters of what it replaces (OF 1.0 §4.6), so the flag is no
/// more than said there; a modify never does.
fn lower_flags(change: &FlowMod) -> Result<wire::FlowModFlags, Unsupported> {
    let mut flags = wire::FlowModFlags::empty();
    for (name, flag) in change.flags.iter_names() {
        match flag {
            FlowFlags::SEND_FLOW_REM => flags |= wire::FlowModFlags::SEND_FLOW_REM,
            FlowFlags::CHECK_OVERLAP => flags |= wire::FlowModFlags::CHECK_OVERLAP,
            FlowFlags::RESET_COUNTS if change.command == FlowCommand::Add => {}
            _ => return Err(no(format!("flag {name} here"))),
        }
    }
    Ok(flags)
}

fn check_instructions(instructions: &Instructions) -> Result<(), Unsupported> {
    let Instructions {
        meter,
        apply: _,
        clear,
        write,
        metadata,
        goto,
    } = instructions;
    let refused = [
        (meter.is_some(), "meter instruction"),
        (*clear, "clear_actions instruction"),
        (!write.is_empty(), "write_actions instruction"),
        (metadata.is_some(), "write_metadata instruction"),
        (goto.is_some(), "goto_table instruction"),
    ];
    match refused.iter().find(|(present, _)| *present) {
        Some((_, feature)) => Err(no(*feature)),
        None => Ok(()),
    }
}

/// `NXT_ROLE_REQUEST`. It has no generation id, so a switch cannot tell the
/// master of an old election from the new one, and no way to ask only.
fn lower_role(role: Role) -> Result<wire::Vendor, Unsupported> {
    let role = match role {
        Role::NoChange => return Err(no("role request that changes nothing")),
        Role::Equal => NxRole::Other,
        Role::Master => NxRole::Primary,
        Role::Slave => NxRole::Secondary,
    };
    let request = nicira::Message::RoleRequest(RoleRequest { role });
    Ok(wire::Vendor::Nicira(Box::new(request)))
}

pub(super) fn lift(body: wire::Body) -> FromSwitch {
    match body {
        wire::Body::PacketIn(packet) => FromSwitch::PacketIn(lift_packet_in(packet)),
        wire::Body::EchoRequest(echo) => FromSwitch::EchoRequest(echo.data),
        wire::Body::EchoReply(echo) => FromSwitch::EchoReply(echo.data),
        wire::Body::Error(error) => FromSwitch::Error(offending::lift(error, Version::V1_0)),
        wire::Body::FeaturesReply(features) => FromSwitch::Features(lift_features(&features)),
        wire::Body::FlowRemoved(removed) => {
            FromSwitch::FlowRemoved(Box::new(lift_flow_removed(&removed)))
        }
        wire::Body::PortStatus(status) => FromSwitch::PortStatus(port::lift_status(&status)),
        wire::Body::StatsReply(reply) => stats::lift(reply),
        wire::Body::BarrierReply => FromSwitch::BarrierReply,
        wire::Body::Vendor(vendor) => lift_vendor(&vendor),
        other => FromSwitch::Other(other.type_name()),
    }
}

fn lift_packet_in(packet: wire::PacketIn) -> PacketIn {
    PacketIn {
        buffer_id: packet.buffer_id,
        total_len: packet.total_len,
        reason: match packet.reason {
            wire::PacketInReason::NoMatch => PacketInReason::NoMatch,
            wire::PacketInReason::Action => PacketInReason::Action,
            wire::PacketInReason::Unknown(number) => PacketInReason::Other(number),
        },
        table: TableId(0),
        cookie: Cookie(u64::MAX),
        in_port: packet.in_port.into(),
        data: packet.data,
    }
}

fn lift_features(features: &wire::FeaturesReply) -> SwitchFeatures {
    SwitchFeatures {
        dpid: features.datapath_id,
        n_buffers: features.n_buffers,
        n_tables: features.n_tables,
        auxiliary_id: 0,
        capabilities: Capabilities::from_bits_retain(features.capabilities.bits()),
        ports: features.ports.iter().map(port::lift).collect(),
    }
}

fn lift_flow_removed(removed: &wire::FlowRemoved) -> FlowRemoved {
    FlowRemoved {
        table: TableId(0),
        priority: removed.priority,
        cookie: removed.cookie,
        reason: match removed.reason {
            wire::FlowRemovedReason::IdleTimeout => FlowRemovedReason::IdleTimeout,
            wire::FlowRemovedReason::HardTimeout => FlowRemovedReason::HardTimeout,
            wire::FlowRemovedReason::Delete => FlowRemovedReason::Delete,
            wire::FlowRemovedReason::Unknown(number) => FlowRemovedReason::Other(number),
        },
        matching: matching::lift(&removed.matching),
        age: duration(removed.duration_sec, removed.duration_nsec),
        packets: kept(removed.packet_count),
        bytes: kept(removed.byte_count),
    }
}

fn lift_vendor(vendor: &wire::Vendor) -> FromSwitch {
    let lifted = match vendor {
        wire::Vendor::Nicira(message) => match &**message {
            nicira::Message::RoleReply(reply) => lift_role(reply.role),
            other => monitor::lift_message(other),
        },
        wire::Vendor::Other { .. } => None,
    };
    lifted.unwrap_or(FromSwitch::Other("experimenter"))
}

fn lift_role(role: NxRole) -> Option<FromSwitch> {
    let role = match role {
        NxRole::Other => Role::Equal,
        NxRole::Primary => Role::Master,
        NxRole::Secondary => Role::Slave,
        NxRole::Unknown(_) => return None,
    };
    Some(FromSwitch::RoleReply {
        role,
        generation_id: u64::MAX,
    })
}

/// A flow-mod quoted in an error, or one of ours in a test.
pub(super) fn lift_flow_mod(change: wire::FlowMod, unknown: &mut Words) -> FlowMod {
    let matching = matching::lift(&change.matching);
    let apply = action::lift(change.actions, Packets::of(&matching), unknown);
    FlowMod {
        command: match change.command {
            wire::FlowModCommand::Add => FlowCommand::Add,
            wire::FlowModCommand::Modify => FlowCommand::Modify,
            wire::FlowModCommand::ModifyStrict => FlowCommand::ModifyStrict,
            wire::FlowModCommand::Delete => FlowCommand::Delete,
            wire::FlowModCommand::DeleteStrict => FlowCommand::DeleteStrict,
        },
        table: TableId(0),
        priority: change.priority,
        cookie: change.cookie,
        cookie_mask: 0,
        matching,
        instructions: Instructions {
            apply,
            ..Instructions::default()
        },
        idle_timeout_s: change.idle_timeout,
        hard_timeout_s: change.hard_timeout,
        flags: FlowFlags::from_bits_truncate((change.flags - wire::FlowModFlags::EMERG).bits()),
        importance: 0,
        out_port: change.out_port.into(),
        out_group: GroupId::ANY,
        buffer_id: change.buffer_id,
    }
}

/// The match of a flow-mod that was quoted in part.
pub(super) fn lift_match(matching: &wire::Match) -> super::Match {
    matching::lift(matching)
}
