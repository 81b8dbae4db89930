//! What a controller asks of a switch, lifted: the inverse of lowering.

use super::stats::{ALL_QUEUES, EMERGENCY_TABLE};
use super::{Packets, action, lift_flow_mod, matching, monitor, wire};
use crate::experimenter::nicira::{self, NxRole};
use crate::flow::{
    FlowMonitorRequest, FlowStatsRequest, NotLifted, PacketOut, PortConfig, PortMod, Role,
    ToSwitch, Words,
};
use crate::{Cookie, GroupId, PortNo};
use wire::StatsRequestBody as Ask;

pub(in crate::flow) fn lift(body: wire::Body) -> Result<ToSwitch, NotLifted> {
    Ok(match body {
        wire::Body::EchoRequest(echo) => ToSwitch::EchoRequest(echo.data),
        wire::Body::EchoReply(echo) => ToSwitch::EchoReply(echo.data),
        wire::Body::FeaturesRequest => ToSwitch::FeaturesRequest,
        wire::Body::SetConfig(config) if config.flags.is_empty() => ToSwitch::SetConfig {
            miss_send_len: config.miss_send_len,
        },
        wire::Body::PacketOut(packet) => ToSwitch::PacketOut(lift_packet_out(packet)?),
        wire::Body::FlowMod(change) => lift_flow(change)?,
        wire::Body::PortMod(change) => ToSwitch::PortMod(lift_port_mod(&change)),
        wire::Body::BarrierRequest => ToSwitch::BarrierRequest,
        wire::Body::StatsRequest(request) => lift_stats(request.body)?,
        wire::Body::Vendor(vendor) => lift_vendor(&vendor)?,
        other => return Err(NotLifted::Other(other.type_name())),
    })
}

fn known(unknown: Words) -> Result<(), NotLifted> {
    match unknown.into_option() {
        Some(words) => Err(NotLifted::Actions(words)),
        None => Ok(()),
    }
}

fn lift_packet_out(packet: wire::PacketOut) -> Result<PacketOut, NotLifted> {
    let mut unknown = Words::default();
    let lifted = PacketOut {
        buffer_id: packet.buffer_id,
        in_port: match packet.in_port {
            wire::PortNo::NONE => PortNo::CONTROLLER,
            port => port.into(),
        },
        actions: action::lift(packet.actions, Packets::sent(&packet.data), &mut unknown),
        data: packet.data,
    };
    known(unknown).map(|()| lifted)
}

/// An entry whose match has no wildcard has the highest priority (OF 1.0 §3.4).
fn lift_flow(change: wire::FlowMod) -> Result<ToSwitch, NotLifted> {
    if change.flags.contains(wire::FlowModFlags::EMERG) {
        return Err(NotLifted::Other("flow_mod"));
    }
    let exact = matching::is_exact(&change.matching);
    let mut unknown = Words::default();
    let mut lifted = lift_flow_mod(change, &mut unknown);
    if exact {
        lifted.priority = u16::MAX;
    }
    known(unknown).map(|()| ToSwitch::FlowMod(lifted))
}

/// What is to be advertised is not in the model.
fn lift_port_mod(change: &wire::PortMod) -> PortMod {
    PortMod {
        port: change.port_no.into(),
        hw_addr: change.hw_addr,
        config: PortConfig::from_bits_truncate(change.config.bits()),
        mask: PortConfig::from_bits_truncate(change.mask.bits()),
    }
}

fn lift_stats(body: Ask) -> Result<ToSwitch, NotLifted> {
    Ok(match body {
        Ask::Desc => ToSwitch::DescRequest,
        Ask::Flow(request) => ToSwitch::FlowStatsRequest(lift_flow_request(&request)?),
        Ask::Aggregate(request) => ToSwitch::AggregateStatsRequest(lift_flow_request(&request)?),
        Ask::Table => ToSwitch::TableStatsRequest,
        Ask::Port(request) => ToSwitch::PortStatsRequest(request.port_no.into()),
        Ask::Queue(request) => ToSwitch::QueueStatsRequest {
            port: match request.port_no {
                wire::PortNo::ALL => PortNo::ANY,
                port => port.into(),
            },
            queue: Some(request.queue_id).filter(|id| *id != ALL_QUEUES),
        },
        Ask::PortDesc => ToSwitch::PortDescRequest,
        Ask::Vendor(asked) => monitor::lift_request(&asked)?,
        Ask::Other { .. } => return Err(NotLifted::Multipart),
    })
}

fn lift_flow_request(request: &wire::FlowStatsRequest) -> Result<FlowStatsRequest, NotLifted> {
    if request.table_id.0 == EMERGENCY_TABLE {
        return Err(NotLifted::Multipart);
    }
    Ok(FlowStatsRequest {
        table: request.table_id,
        matching: matching::lift(&request.matching),
        out_port: request.out_port.into(),
        out_group: GroupId::ANY,
        cookie: Cookie(0),
        cookie_mask: 0,
    })
}

/// Nicira's messages that have a place in the model.
fn lift_vendor(vendor: &wire::Vendor) -> Result<ToSwitch, NotLifted> {
    let lifted = match vendor {
        wire::Vendor::Nicira(message) => match **message {
            nicira::Message::RoleRequest(request) => lift_role(request.role),
            nicira::Message::FlowMonitorCancel(monitor) => {
                let cancel = FlowMonitorRequest::Cancel(monitor.id);
                Some(ToSwitch::FlowMonitors(vec![cancel]))
            }
            _ => None,
        },
        wire::Vendor::Other { .. } => None,
    };
    lifted.ok_or_else(|| NotLifted::Experimenter(vendor.vendor()))
}

fn lift_role(role: NxRole) -> Option<ToSwitch> {
    let role = match role {
        NxRole::Other => Role::Equal,
        NxRole::Primary => Role::Master,
        NxRole::Secondary => Role::Slave,
        NxRole::Unknown(_) => return None,
    };
    Some(ToSwitch::RoleRequest {
        role,
        generation_id: u64::MAX,
    })
}
