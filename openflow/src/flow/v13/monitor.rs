//! Flow monitors as 1.4 and later have them (OF 1.4.1 §7.3.5.18).

use super::{instruction, matching, multipart, onf_monitor, wire};
use crate::flow::monitor::no_event;
use crate::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowRemovedReason, FlowUpdate, Match,
    NotLifted, ToSwitch, Unsupported, UpdatedFlow, Words,
};
use crate::{GroupId, PortNo, TableId, Version};
use wire::FlowMonitorCommand as Command;

/// In 1.3 they are the ONF's.
pub(super) fn lower(
    requests: &[FlowMonitorRequest],
    version: Version,
) -> Result<wire::Body, Unsupported> {
    if version < Version::V1_4 {
        return onf_monitor::lower(requests, version);
    }
    let lowered = requests.iter().map(|request| match request {
        FlowMonitorRequest::Add(monitor) => lower_monitor(monitor, Command::Add, version),
        FlowMonitorRequest::Modify(monitor) => lower_monitor(monitor, Command::Modify, version),
        FlowMonitorRequest::Cancel(id) => Ok(cancel(*id)),
    });
    let asked = wire::MultipartRequestBody::FlowMonitor(lowered.collect::<Result<_, _>>()?);
    Ok(multipart::request(asked))
}

fn lower_monitor(
    monitor: &FlowMonitor,
    command: Command,
    version: Version,
) -> Result<wire::FlowMonitorRequest, Unsupported> {
    Ok(wire::FlowMonitorRequest {
        monitor_id: monitor.id,
        out_port: monitor.out_port,
        out_group: monitor.out_group,
        flags: wire::FlowMonitorFlags::from_bits_retain(monitor.flags.bits()),
        table_id: monitor.table,
        command,
        matching: matching::lower(&monitor.matching, version)?,
    })
}

/// Only the number means something.
fn cancel(id: u32) -> wire::FlowMonitorRequest {
    wire::FlowMonitorRequest {
        monitor_id: id,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: wire::FlowMonitorFlags::empty(),
        table_id: TableId::ALL,
        command: Command::Delete,
        matching: wire::Match::default(),
    }
}

pub(super) fn lift_requests(asked: &[wire::FlowMonitorRequest]) -> Result<ToSwitch, NotLifted> {
    let requests = asked.iter().map(|asked| {
        Ok(match asked.command {
            Command::Add => FlowMonitorRequest::Add(lift_monitor(asked)?),
            Command::Modify => FlowMonitorRequest::Modify(lift_monitor(asked)?),
            Command::Delete => FlowMonitorRequest::Cancel(asked.monitor_id),
        })
    });
    Ok(ToSwitch::FlowMonitors(requests.collect::<Result<_, _>>()?))
}

fn lift_monitor(asked: &wire::FlowMonitorRequest) -> Result<FlowMonitor, NotLifted> {
    Ok(FlowMonitor {
        id: asked.monitor_id,
        flags: FlowMonitorFlags::from_bits_retain(asked.flags.bits()),
        table: asked.table_id,
        matching: Match::check(&asked.matching.oxm_fields).map_err(NotLifted::Match)?,
        out_port: asked.out_port,
        out_group: asked.out_group,
    })
}

pub(super) fn lift_update(update: wire::FlowUpdate) -> FlowUpdate {
    use wire::FlowUpdate as Told;
    match update {
        Told::Initial(flow) => FlowUpdate::Initial(lift_flow(*flow)),
        Told::Added(flow) => FlowUpdate::Added(lift_flow(*flow)),
        Told::Modified(flow) => FlowUpdate::Modified(lift_flow(*flow)),
        Told::Removed(flow) => {
            let reason = FlowRemovedReason::from_number(flow.reason.into());
            let flow = lift_flow(*flow);
            FlowUpdate::Removed { flow, reason }
        }
        Told::Abbrev { xid } => FlowUpdate::Abbreviated { xid },
        Told::Paused => FlowUpdate::Paused,
        Told::Resumed => FlowUpdate::Resumed,
        Told::Unknown { event, .. } => FlowUpdate::Other(event),
    }
}

fn lift_flow(flow: wire::FlowUpdateFull) -> Box<UpdatedFlow> {
    let mut unknown = Words::default();
    let matching = matching::lift(&flow.matching, &mut unknown);
    let instructions = instruction::lift(flow.instructions, &mut unknown);
    Box::new(UpdatedFlow {
        table: flow.table_id,
        priority: flow.priority,
        cookie: flow.cookie,
        matching,
        instructions,
        idle_timeout_s: flow.idle_timeout,
        hard_timeout_s: flow.hard_timeout,
        unknown: unknown.into_option(),
    })
}

pub(super) fn lower_update(
    update: &FlowUpdate,
    version: Version,
) -> Result<wire::FlowUpdate, Unsupported> {
    use wire::FlowUpdate as Told;
    let lower = |flow, reason: u8| lower_flow(flow, reason, version);
    Ok(match update {
        FlowUpdate::Initial(flow) => Told::Initial(lower(flow, 0)?),
        FlowUpdate::Added(flow) => Told::Added(lower(flow, 0)?),
        FlowUpdate::Modified(flow) => Told::Modified(lower(flow, 0)?),
        FlowUpdate::Removed { flow, reason } => Told::Removed(lower(flow, reason.number())?),
        FlowUpdate::Abbreviated { xid } => Told::Abbrev { xid: *xid },
        FlowUpdate::Paused => Told::Paused,
        FlowUpdate::Resumed => Told::Resumed,
        FlowUpdate::Other(event) => return Err(no_event(*event, version)),
    })
}

fn lower_flow(
    flow: &UpdatedFlow,
    reason: u8,
    version: Version,
) -> Result<Box<wire::FlowUpdateFull>, Unsupported> {
    flow.check_known(version)?;
    Ok(Box::new(wire::FlowUpdateFull {
        table_id: flow.table,
        reason: reason.into(),
        idle_timeout: flow.idle_timeout_s,
        hard_timeout: flow.hard_timeout_s,
        priority: flow.priority,
        cookie: flow.cookie,
        matching: matching::lower(&flow.matching, version)?,
        instructions: instruction::lower(&flow.instructions, version)?,
    }))
}
