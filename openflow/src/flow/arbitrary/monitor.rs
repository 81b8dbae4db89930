//! What is watched, and what is told of it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{flow_mod, ingress, matching};
use crate::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowRemovedReason, FlowUpdate, Match,
    UpdatedFlow,
};
use crate::{GroupId, PortNo, TableId, Version, Xid};

/// What a controller asks to watch, in one message.
pub fn flow_monitors(version: Version) -> BoxedStrategy<Vec<FlowMonitorRequest>> {
    let cancel = any::<u32>().prop_map(FlowMonitorRequest::Cancel);
    let add = monitor(version).prop_map(FlowMonitorRequest::Add);
    if version < Version::V1_4 {
        let alone = cancel.prop_map(|cancel| vec![cancel]);
        return prop_oneof![3 => vec(add, 0..3), 1 => alone].boxed();
    }
    let modify = monitor(version).prop_map(FlowMonitorRequest::Modify);
    vec(prop_oneof![add, modify, cancel], 0..3).boxed()
}

/// 1.0 has flow entries whose match makes no sense in its own flow monitor.
fn sensible(version: Version) -> impl Strategy<Value = Match> {
    matching(version).prop_filter("a field without its prerequisite", |it| {
        it.validate().is_ok()
    })
}

fn monitor(version: Version) -> impl Strategy<Value = FlowMonitor> {
    let later = version >= Version::V1_4;
    let flags = match later {
        true => (0..=FlowMonitorFlags::all().bits()).boxed(),
        // Of the extensions; the bits 1 to 3 are those of which one has to be there.
        false => (0..64_u16)
            .prop_map(|bits| if bits & 0b1110 == 0 { bits | 2 } else { bits })
            .boxed(),
    };
    (
        any::<(u32, u8)>(),
        flags,
        sensible(version),
        proptest::option::of(ingress(version)),
        any::<u32>(),
    )
        .prop_map(
            move |((id, table), flags, matching, port, group)| FlowMonitor {
                id,
                flags: FlowMonitorFlags::from_bits_retain(flags),
                table: TableId(table),
                matching,
                out_port: port.unwrap_or(PortNo::ANY),
                out_group: if later { GroupId(group) } else { GroupId::ANY },
            },
        )
}

/// What a switch tells of what is watched.
pub fn flow_updates(version: Version) -> impl Strategy<Value = Vec<FlowUpdate>> {
    let later = version >= Version::V1_4;
    let event = (updated_flow(version), 0..7_u8, any::<u8>(), any::<u32>());
    let update = event.prop_map(move |(flow, event, reason, xid)| {
        let flow = Box::new(flow);
        match event {
            0 if later => FlowUpdate::Initial(flow),
            0 | 1 => FlowUpdate::Added(flow),
            2 => FlowUpdate::Removed {
                flow,
                reason: FlowRemovedReason::from_number(reason),
            },
            3 => FlowUpdate::Modified(flow),
            4 => FlowUpdate::Abbreviated { xid: Xid(xid) },
            5 => FlowUpdate::Paused,
            _ => FlowUpdate::Resumed,
        }
    });
    vec(update, 0..6)
}

fn updated_flow(version: Version) -> impl Strategy<Value = UpdatedFlow> {
    flow_mod(version).prop_map(|change| UpdatedFlow {
        table: change.table,
        priority: change.priority,
        cookie: change.cookie,
        matching: change.matching,
        instructions: change.instructions,
        idle_timeout_s: change.idle_timeout_s,
        hard_timeout_s: change.hard_timeout_s,
        unknown: None,
    })
}
