//! Flow monitors, which are Nicira's (`NXST_FLOW_MONITOR`).

use bytes::BytesMut;

use super::{Packets, action, check_instructions, nxm, port, stats, told, wire};
use crate::experimenter::nicira::{
    self, FlowMonitorCancel, Message as NxMessage, MultipartReply as NxReply,
    MultipartRequest as NxRequest,
};
use crate::experimenter::{Actions, Entries, MultipartReply, MultipartRequest};
use crate::flow::monitor::{Extended, write_extended};
use crate::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowUpdate, FromSwitch, Instructions, Match,
    NotLifted, ToSwitch, Unsupported, UpdatedFlow, Words, direct, parts, v13,
};
use crate::wire::{Message, Wire};
use crate::{GroupId, Version, Xid};

pub(super) fn lower(requests: &[FlowMonitorRequest]) -> Result<wire::Body, Unsupported> {
    if let [FlowMonitorRequest::Cancel(id)] = requests {
        let cancel = FlowMonitorCancel { id: *id };
        return Ok(message(NxMessage::FlowMonitorCancel(cancel)));
    }
    let monitors = requests
        .iter()
        .map(|request| lower_monitor(request.to_add(Version::V1_0)?));
    let entries = monitors.collect::<Result<_, _>>()?;
    let asked = NxRequest::FlowMonitor(Entries { entries });
    let asked = MultipartRequest::Nicira(Box::new(asked));
    Ok(stats::request(wire::StatsRequestBody::Vendor(asked)))
}

fn message(message: NxMessage) -> wire::Body {
    wire::Body::Vendor(wire::Vendor::Nicira(Box::new(message)))
}

fn lower_monitor(monitor: &FlowMonitor) -> Result<nicira::FlowMonitor, Unsupported> {
    Ok(nicira::FlowMonitor {
        id: monitor.id,
        flags: monitor.flags_of_extension(Version::V1_0)?,
        out_port: port::lower(monitor.out_port)?,
        table_id: monitor.table,
        matching: nxm::lower(&monitor.matching)?,
    })
}

pub(super) fn lift_request(asked: &MultipartRequest) -> Result<ToSwitch, NotLifted> {
    let other = NotLifted::Experimenter(asked.experimenter());
    let MultipartRequest::Nicira(asked) = asked else {
        return Err(other);
    };
    let NxRequest::FlowMonitor(monitors) = &**asked else {
        return Err(other);
    };
    let monitors = monitors.entries.iter();
    let requests = monitors.map(|monitor| lift_monitor(monitor).map(FlowMonitorRequest::Add));
    Ok(ToSwitch::FlowMonitors(requests.collect::<Result<_, _>>()?))
}

fn lift_monitor(monitor: &nicira::FlowMonitor) -> Result<FlowMonitor, NotLifted> {
    let fields = &monitor.matching.nxm_fields;
    Ok(FlowMonitor {
        id: monitor.id,
        flags: FlowMonitorFlags::from_bits_retain(monitor.flags.bits()),
        table: monitor.table_id,
        matching: Match::check(fields).map_err(NotLifted::Match)?,
        out_port: monitor.out_port.into(),
        out_group: GroupId::ANY,
    })
}

/// What a reply of Nicira's tells of flow entries; `None` where it tells of something else.
pub(super) fn lift(reply: MultipartReply, more: bool) -> Option<FromSwitch> {
    let MultipartReply::Nicira(reply) = reply else {
        return None;
    };
    let NxReply::FlowMonitor(updates) = *reply else {
        return None;
    };
    let updates = updates.entries.into_iter().map(lift_update).collect();
    Some(FromSwitch::FlowUpdates { updates, more })
}

fn lift_update(update: nicira::FlowUpdate) -> FlowUpdate {
    use nicira::FlowUpdate as Told;
    match update {
        Told::Added(flow) => FlowUpdate::Added(lift_flow(*flow, Words::default())),
        Told::Modified(flow) => FlowUpdate::Modified(lift_flow(*flow, Words::default())),
        Told::Deleted(flow) => {
            FlowUpdate::removed(flow.reason, |unknown| lift_flow(*flow, unknown))
        }
        Told::Abbrev { xid } => FlowUpdate::Abbreviated { xid },
    }
}

fn lift_flow(flow: nicira::UpdatedFlow, mut unknown: Words) -> Box<UpdatedFlow> {
    let matching = v13::lift_fields(&flow.matching.nxm_fields, &mut unknown);
    let packets = Packets::of(&matching);
    let apply = match flow.actions {
        Actions::V10(actions) => action::lift(actions, packets, &mut unknown),
        // Only in messages of later versions.
        Actions::V13(_) => Default::default(),
    };
    Box::new(UpdatedFlow {
        table: flow.table_id,
        priority: flow.priority,
        cookie: flow.cookie,
        matching,
        instructions: Instructions::apply(apply),
        idle_timeout_s: flow.idle_timeout,
        hard_timeout_s: flow.hard_timeout,
        unknown: unknown.into_option(),
    })
}

/// `NXT_FLOW_MONITOR_PAUSED` and its like.
pub(super) fn lift_message(message: &NxMessage) -> Option<FromSwitch> {
    let update = match message {
        NxMessage::FlowMonitorPaused => FlowUpdate::Paused,
        NxMessage::FlowMonitorResumed => FlowUpdate::Resumed,
        _ => return None,
    };
    let updates = vec![update];
    let more = false;
    Some(FromSwitch::FlowUpdates { updates, more })
}

pub(super) fn encode(
    updates: &[FlowUpdate],
    more: bool,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let none = NxReply::FlowMonitor(Entries {
        entries: Vec::new(),
    });
    let none = MultipartReply::Nicira(Box::new(none));
    let head = told::reply(wire::StatsReplyBody::Vendor(none), xid);
    write_extended(
        updates,
        more,
        into,
        |into, updates, more| {
            parts::write(into, Version::V1_0, &head, more, updates, |w, update| {
                lower_update(update)?.encode(w);
                Ok(())
            })
        },
        |into, pause| {
            let pause = match pause {
                FlowUpdate::Paused => NxMessage::FlowMonitorPaused,
                _ => NxMessage::FlowMonitorResumed,
            };
            direct::encode(&Message::v10(xid, message(pause)), Version::V1_0, into)
        },
    )
}

fn lower_update(update: &FlowUpdate) -> Result<nicira::FlowUpdate, Unsupported> {
    use nicira::FlowUpdate as Told;
    Ok(match update.in_extension(Version::V1_0)? {
        Extended::Added(flow) => Told::Added(lower_flow(flow, 0)?),
        Extended::Modified(flow) => Told::Modified(lower_flow(flow, 0)?),
        Extended::Deleted(flow, reason) => Told::Deleted(lower_flow(flow, reason.number())?),
        Extended::Abbrev(xid) => Told::Abbrev { xid },
    })
}

fn lower_flow(flow: &UpdatedFlow, reason: u8) -> Result<Box<nicira::UpdatedFlow>, Unsupported> {
    flow.check_known(Version::V1_0)?;
    check_instructions(&flow.instructions)?;
    let actions = action::lower(&flow.instructions.apply, Packets::of(&flow.matching))?;
    Ok(Box::new(nicira::UpdatedFlow {
        reason: reason.into(),
        priority: flow.priority,
        idle_timeout: flow.idle_timeout_s,
        hard_timeout: flow.hard_timeout_s,
        table_id: flow.table,
        cookie: flow.cookie,
        matching: nxm::lower(&flow.matching)?,
        actions: Actions::V10(actions),
    }))
}
