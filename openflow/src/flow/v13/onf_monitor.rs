//! Flow monitors of 1.3, by the ONF's extension (`ONFST_FLOW_MONITOR`).

use bytes::BytesMut;

use super::{instruction, matching, multipart, told_multipart, wire};
use crate::experimenter::nicira::FlowMonitorCancel;
use crate::experimenter::{Entries, MultipartReply, MultipartRequest, onf};
use crate::flow::monitor::{Extended, write_extended};
use crate::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowUpdate, FromSwitch, Match, NotLifted,
    ToSwitch, Unsupported, UpdatedFlow, Words, direct, parts,
};
use crate::oxm::OxmList;
use crate::wire::{Experimenter, Message, Wire};
use crate::{GroupId, Version, Xid};
use onf::{Message as OnfMessage, MonitorMatch};
use wire::{MultipartReplyBody as Told, MultipartRequestBody as Ask};

pub(super) fn lower(
    requests: &[FlowMonitorRequest],
    version: Version,
) -> Result<wire::Body, Unsupported> {
    if let [FlowMonitorRequest::Cancel(id)] = requests {
        let cancel = FlowMonitorCancel { id: *id };
        return Ok(message(OnfMessage::FlowMonitorCancel(cancel)));
    }
    let monitors = requests
        .iter()
        .map(|request| lower_monitor(request.to_add(version)?, version));
    let entries = monitors.collect::<Result<_, _>>()?;
    let asked = onf::MultipartRequest::FlowMonitor(Entries { entries });
    let asked = MultipartRequest::Onf(Box::new(asked));
    Ok(multipart::request(Ask::Experimenter(asked)))
}

fn message(message: OnfMessage) -> wire::Body {
    wire::Body::Experimenter(Experimenter::Onf(Box::new(message)))
}

fn lower_monitor(monitor: &FlowMonitor, version: Version) -> Result<onf::FlowMonitor, Unsupported> {
    Ok(onf::FlowMonitor {
        id: monitor.id,
        flags: monitor.flags_of_extension(version)?,
        out_port: monitor.out_port,
        table_id: monitor.table,
        matching: lower_match(&monitor.matching, version)?,
    })
}

/// As Open vSwitch has it.
fn lower_match(matching: &Match, version: Version) -> Result<MonitorMatch, Unsupported> {
    const HEADER: usize = 4;
    let matching = matching::lower(matching, version)?;
    let length = HEADER + matching.oxm_fields.encoded_len();
    Ok(MonitorMatch::OfpMatch {
        // Of one that is longer the length inside is too long to be written, too.
        match_len: u16::try_from(length).unwrap_or(u16::MAX),
        matching,
    })
}

fn fields(matching: &MonitorMatch) -> &OxmList {
    match matching {
        MonitorMatch::OfpMatch { matching, .. } => &matching.oxm_fields,
        MonitorMatch::Fields { oxm_fields } => oxm_fields,
    }
}

pub(super) fn lift_request(asked: &MultipartRequest) -> Result<ToSwitch, NotLifted> {
    let other = NotLifted::Experimenter(asked.experimenter());
    let MultipartRequest::Onf(asked) = asked else {
        return Err(other);
    };
    let onf::MultipartRequest::FlowMonitor(monitors) = &**asked else {
        return Err(other);
    };
    let monitors = monitors.entries.iter();
    let requests = monitors.map(|monitor| lift_monitor(monitor).map(FlowMonitorRequest::Add));
    Ok(ToSwitch::FlowMonitors(requests.collect::<Result<_, _>>()?))
}

fn lift_monitor(monitor: &onf::FlowMonitor) -> Result<FlowMonitor, NotLifted> {
    Ok(FlowMonitor {
        id: monitor.id,
        flags: FlowMonitorFlags::from_bits_retain(monitor.flags.bits()),
        table: monitor.table_id,
        matching: Match::check(fields(&monitor.matching)).map_err(NotLifted::Match)?,
        out_port: monitor.out_port,
        out_group: GroupId::ANY,
    })
}

/// `ONFT_FLOW_MONITOR_CANCEL`; `None` for other messages.
pub(super) fn lift_cancel(message: &Experimenter) -> Option<ToSwitch> {
    let OnfMessage::FlowMonitorCancel(monitor) = of_onf(message)? else {
        return None;
    };
    let cancel = FlowMonitorRequest::Cancel(monitor.id);
    Some(ToSwitch::FlowMonitors(vec![cancel]))
}

/// `ONFT_FLOW_MONITOR_PAUSED` and its like; `None` for other messages.
pub(super) fn lift_message(message: &Experimenter) -> Option<FromSwitch> {
    let update = match of_onf(message)? {
        OnfMessage::FlowMonitorPaused => FlowUpdate::Paused,
        OnfMessage::FlowMonitorResumed => FlowUpdate::Resumed,
        _ => return None,
    };
    let updates = vec![update];
    let more = false;
    Some(FromSwitch::FlowUpdates { updates, more })
}

fn of_onf(message: &Experimenter) -> Option<&OnfMessage> {
    match message {
        Experimenter::Onf(message) => Some(message),
        _ => None,
    }
}

/// What a reply of the ONF's tells of flow entries; `None` where it tells of something else.
pub(super) fn lift(reply: MultipartReply, more: bool) -> Option<FromSwitch> {
    let MultipartReply::Onf(reply) = reply else {
        return None;
    };
    let onf::MultipartReply::FlowMonitor(updates) = *reply else {
        return None;
    };
    let updates = updates.entries.into_iter().map(lift_update).collect();
    Some(FromSwitch::FlowUpdates { updates, more })
}

fn lift_update(update: onf::FlowUpdate) -> FlowUpdate {
    use onf::FlowUpdate as Told;
    match update {
        Told::Added(flow) => FlowUpdate::Added(lift_flow(*flow, Words::default())),
        Told::Modified(flow) => FlowUpdate::Modified(lift_flow(*flow, Words::default())),
        Told::Deleted(flow) => {
            FlowUpdate::removed(flow.reason, |unknown| lift_flow(*flow, unknown))
        }
        Told::Abbrev { xid } => FlowUpdate::Abbreviated { xid },
    }
}

fn lift_flow(flow: onf::UpdatedFlow, mut unknown: Words) -> Box<UpdatedFlow> {
    let matching = matching::lift_fields(fields(&flow.matching), &mut unknown);
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

pub(super) fn encode(
    updates: &[FlowUpdate],
    more: bool,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let none = onf::MultipartReply::FlowMonitor(Entries {
        entries: Vec::new(),
    });
    let none = Told::Experimenter(MultipartReply::Onf(Box::new(none)));
    let head = told_multipart::reply(none, version, xid);
    write_extended(
        updates,
        more,
        into,
        |into, updates, more| {
            parts::write(into, version, &head, more, updates, |w, update| {
                lower_update(update, version)?.encode(w);
                Ok(())
            })
        },
        |into, pause| {
            let pause = match pause {
                FlowUpdate::Paused => OnfMessage::FlowMonitorPaused,
                _ => OnfMessage::FlowMonitorResumed,
            };
            direct::encode(&Message::v13(version, xid, message(pause)), version, into)
        },
    )
}

fn lower_update(update: &FlowUpdate, version: Version) -> Result<onf::FlowUpdate, Unsupported> {
    use onf::FlowUpdate as Told;
    let lower = |flow, reason: u8| lower_flow(flow, reason, version);
    Ok(match update.in_extension(version)? {
        Extended::Added(flow) => Told::Added(lower(flow, 0)?),
        Extended::Modified(flow) => Told::Modified(lower(flow, 0)?),
        Extended::Deleted(flow, reason) => Told::Deleted(lower(flow, reason.number())?),
        Extended::Abbrev(xid) => Told::Abbrev { xid },
    })
}

fn lower_flow(
    flow: &UpdatedFlow,
    reason: u8,
    version: Version,
) -> Result<Box<onf::UpdatedFlow>, Unsupported> {
    flow.check_known(version)?;
    Ok(Box::new(onf::UpdatedFlow {
        reason: reason.into(),
        priority: flow.priority,
        idle_timeout: flow.idle_timeout_s,
        hard_timeout: flow.hard_timeout_s,
        table_id: flow.table,
        cookie: flow.cookie,
        matching: lower_match(&flow.matching, version)?,
        instructions: instruction::lower(&flow.instructions, version)?,
    }))
}
