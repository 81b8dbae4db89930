//! What a controller asks of a switch, lifted: the inverse of lowering.

use super::{action, group, lift_flow_mod, meter, monitor, onf_monitor, port, table};
use crate::flow::{FlowStatsRequest, Match, NotLifted, PacketOut, Role, ToSwitch, Words, bundle};
use crate::v13 as wire;
use crate::{GroupId, PortNo};
use wire::MultipartRequestBody as Ask;

pub(in crate::flow) fn lift(body: wire::Body) -> Result<ToSwitch, NotLifted> {
    Ok(match body {
        wire::Body::EchoRequest(echo) => ToSwitch::EchoRequest(echo.data),
        wire::Body::EchoReply(echo) => ToSwitch::EchoReply(echo.data),
        wire::Body::FeaturesRequest => ToSwitch::FeaturesRequest,
        wire::Body::SetConfig(config) if config.flags.is_empty() => ToSwitch::SetConfig {
            miss_send_len: config.miss_send_len,
        },
        wire::Body::PacketOut(packet) => ToSwitch::PacketOut(lift_packet_out(packet)?),
        wire::Body::FlowMod(change) => lift_flow(*change)?,
        wire::Body::GroupMod(change) => ToSwitch::GroupMod(group::lift_mod(change)),
        wire::Body::PortMod(change) => ToSwitch::PortMod(port::lift_mod(&change)),
        wire::Body::MeterMod(change) => ToSwitch::MeterMod(meter::lift_mod(&change)),
        wire::Body::BarrierRequest => ToSwitch::BarrierRequest,
        wire::Body::RoleRequest(request) => lift_role(request)?,
        wire::Body::MultipartRequest(request) => lift_multipart(request)?,
        wire::Body::BundleControl(control) => {
            bundle::lift_control(control.bundle_id, control.flags.bits(), control.kind.into())?
        }
        wire::Body::BundleAddMessage(add) => {
            bundle::lift_add(add.bundle_id, add.flags.bits(), *add.message)?
        }
        wire::Body::Experimenter(message) => match onf_monitor::lift_cancel(&message) {
            Some(cancel) => cancel,
            None => bundle::lift_experimenter_request(message)?,
        },
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
        in_port: packet.in_port().unwrap_or(PortNo::ANY),
        actions: action::lift(packet.actions, &mut unknown),
        data: packet.data,
    };
    known(unknown).map(|()| lifted)
}

fn lift_flow(change: wire::FlowMod) -> Result<ToSwitch, NotLifted> {
    Match::check(&change.matching.oxm_fields).map_err(NotLifted::Match)?;
    let mut unknown = Words::default();
    let lifted = lift_flow_mod(change, &mut unknown);
    known(unknown).map(|()| ToSwitch::FlowMod(lifted))
}

fn lift_role(request: wire::Role) -> Result<ToSwitch, NotLifted> {
    let role = match request.role {
        wire::ControllerRole::NoChange => Role::NoChange,
        wire::ControllerRole::Equal => Role::Equal,
        wire::ControllerRole::Master => Role::Master,
        wire::ControllerRole::Slave => Role::Slave,
        wire::ControllerRole::Unknown(_) => return Err(NotLifted::Other("role_request")),
    };
    Ok(ToSwitch::RoleRequest {
        role,
        generation_id: request.generation_id,
    })
}

/// A request for one group's or one port's description, of 1.5, is not in the model.
fn lift_multipart(request: wire::MultipartRequest) -> Result<ToSwitch, NotLifted> {
    let more = request.flags.contains(wire::MultipartFlags::MORE);
    let every_port = |request: &Option<wire::PortStatsRequest>| {
        request.is_none_or(|it| it.port_no == PortNo::ANY)
    };
    let every_group = |request: &Option<wire::GroupStatsRequest>| {
        request.is_none_or(|it| it.group_id == GroupId::ALL)
    };
    Ok(match request.body {
        Ask::Desc => ToSwitch::DescRequest,
        Ask::PortDesc(request) if every_port(&request) => ToSwitch::PortDescRequest,
        Ask::Flow(request) | Ask::FlowDesc(request) => {
            ToSwitch::FlowStatsRequest(lift_flow_request(&request)?)
        }
        Ask::Aggregate(request) => ToSwitch::AggregateStatsRequest(lift_flow_request(&request)?),
        Ask::Table => ToSwitch::TableStatsRequest,
        Ask::TableFeatures(tables) => table::lift_request(tables, more)?,
        Ask::Port(request) => ToSwitch::PortStatsRequest(request.port_no),
        Ask::Group(request) => ToSwitch::GroupStatsRequest(request.group_id),
        Ask::GroupDesc(request) if every_group(&request) => ToSwitch::GroupDescRequest,
        Ask::Meter(request) => ToSwitch::MeterStatsRequest(request.meter_id),
        Ask::MeterConfig(request) | Ask::MeterDesc(request) => {
            ToSwitch::MeterConfigRequest(request.meter_id)
        }
        Ask::MeterFeatures => ToSwitch::MeterFeaturesRequest,
        Ask::Queue(request) => ToSwitch::QueueStatsRequest {
            port: request.port_no,
            queue: Some(request.queue_id).filter(|id| *id != wire::QueueStatsRequest::ALL),
        },
        Ask::FlowMonitor(asked) => monitor::lift_requests(&asked)?,
        Ask::Experimenter(asked) => onf_monitor::lift_request(&asked)?,
        _ => return Err(NotLifted::Multipart),
    })
}

fn lift_flow_request(request: &wire::FlowStatsRequest) -> Result<FlowStatsRequest, NotLifted> {
    let matching = Match::check(&request.matching.oxm_fields).map_err(NotLifted::Match)?;
    Ok(FlowStatsRequest {
        table: request.table_id,
        matching,
        out_port: request.out_port,
        out_group: request.out_group,
        cookie: request.cookie,
        cookie_mask: request.cookie_mask,
    })
}
