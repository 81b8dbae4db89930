//! Statistics.

use super::{Packets, action, matching, monitor, no, port, refuse_cookie_and_group, wire};
use crate::PortNo;
use crate::flow::{
    FlowEntry, FlowFlags, FlowStatsRequest, FromSwitch, PortStats, QueueStats, SwitchDesc,
    TableStats, Unsupported, Words, duration, kept,
};
use wire::{StatsFlags, StatsReply, StatsReplyBody, StatsRequest, StatsRequestBody};

/// The table of emergency entries (OF 1.0 §5.3.5).
pub(super) const EMERGENCY_TABLE: u8 = 0xfe;
/// Entries of a table at most, as Open vSwitch tells it.
pub(super) const MAX_ENTRIES: u32 = 1_000_000;

pub(super) fn request(body: StatsRequestBody) -> wire::Body {
    wire::Body::StatsRequest(StatsRequest { flags: 0, body })
}

pub(super) fn lower_flow_request(
    request: &FlowStatsRequest,
) -> Result<wire::FlowStatsRequest, Unsupported> {
    refuse_cookie_and_group(request.cookie_mask, request.out_group)?;
    if request.table.0 == EMERGENCY_TABLE {
        return Err(no("table 254: it stands for the emergency entries"));
    }
    Ok(wire::FlowStatsRequest {
        matching: matching::lower(&request.matching)?,
        table_id: request.table,
        out_port: port::lower(request.out_port)?,
    })
}

pub(super) fn lower_port_request(port: PortNo) -> Result<wire::PortStatsRequest, Unsupported> {
    Ok(wire::PortStatsRequest {
        port_no: port::lower(port)?,
    })
}

/// All of them (OF 1.0 §5.3.5, `OFPQ_ALL`).
pub(super) const ALL_QUEUES: u32 = 0xffff_ffff;

pub(super) fn lower_queue_request(
    port: PortNo,
    queue: Option<u32>,
) -> Result<wire::QueueStatsRequest, Unsupported> {
    Ok(wire::QueueStatsRequest {
        port_no: match port {
            PortNo::ANY => wire::PortNo::ALL,
            port => port::lower(port)?,
        },
        queue_id: queue.unwrap_or(ALL_QUEUES),
    })
}

fn lift_queue(queue: &wire::QueueStats) -> QueueStats {
    let counter = |value: u64| (value != u64::MAX).then_some(value);
    QueueStats {
        port: queue.port_no.into(),
        queue: queue.queue_id,
        tx_bytes: counter(queue.tx_bytes),
        tx_packets: counter(queue.tx_packets),
        tx_errors: counter(queue.tx_errors),
        age: None,
    }
}

pub(super) fn lift(reply: StatsReply) -> FromSwitch {
    let more = reply.flags.contains(StatsFlags::REPLY_MORE);
    match reply.body {
        StatsReplyBody::Desc(desc) => FromSwitch::Desc(lift_desc(&desc)),
        StatsReplyBody::Flow(entries) => FromSwitch::FlowStats {
            entries: entries.into_iter().map(lift_flow).collect(),
            more,
        },
        StatsReplyBody::Aggregate(sums) => FromSwitch::AggregateStats {
            packets: kept(sums.packet_count),
            bytes: kept(sums.byte_count),
            flows: sums.flow_count,
        },
        StatsReplyBody::Table(tables) => FromSwitch::TableStats {
            tables: tables.iter().map(lift_table).collect(),
            more,
        },
        StatsReplyBody::Port(ports) => FromSwitch::PortStats {
            ports: ports.iter().map(lift_port).collect(),
            more,
        },
        StatsReplyBody::Queue(queues) => FromSwitch::QueueStats {
            queues: queues.iter().map(lift_queue).collect(),
            more,
        },
        StatsReplyBody::PortDesc(ports) => FromSwitch::PortDesc {
            ports: ports.iter().map(port::lift).collect(),
            more,
        },
        StatsReplyBody::Vendor(reply) => {
            monitor::lift(reply, more).unwrap_or(FromSwitch::Other("multipart_reply"))
        }
        StatsReplyBody::Other { .. } => FromSwitch::Other("multipart_reply"),
    }
}

fn lift_desc(desc: &wire::DescStats) -> SwitchDesc {
    SwitchDesc {
        manufacturer: desc.mfr_desc.text().into_owned(),
        hardware: desc.hw_desc.text().into_owned(),
        software: desc.sw_desc.text().into_owned(),
        serial: desc.serial_num.text().into_owned(),
        datapath: desc.dp_desc.text().into_owned(),
    }
}

fn lift_flow(entry: wire::FlowStats) -> FlowEntry {
    let mut unknown = Words::default();
    let matching = matching::lift(&entry.matching);
    let actions = action::lift(entry.actions, Packets::of(&matching), &mut unknown);
    FlowEntry {
        table: entry.table_id,
        priority: entry.priority,
        cookie: entry.cookie,
        matching,
        instructions: crate::flow::Instructions {
            apply: actions,
            ..Default::default()
        },
        idle_timeout_s: entry.idle_timeout,
        hard_timeout_s: entry.hard_timeout,
        flags: FlowFlags::empty(),
        importance: 0,
        age: duration(entry.duration_sec, entry.duration_nsec),
        packets: kept(entry.packet_count),
        bytes: kept(entry.byte_count),
        unknown: unknown.into_option(),
    }
}

fn lift_table(table: &wire::TableStats) -> TableStats {
    TableStats {
        table: table.table_id,
        active: table.active_count,
        lookups: table.lookup_count,
        matched: table.matched_count,
    }
}

fn lift_port(stats: &wire::PortStats) -> PortStats {
    let counter = |value: u64| (value != u64::MAX).then_some(value);
    PortStats {
        port: stats.port_no.into(),
        rx_packets: counter(stats.rx_packets),
        tx_packets: counter(stats.tx_packets),
        rx_bytes: counter(stats.rx_bytes),
        tx_bytes: counter(stats.tx_bytes),
        rx_dropped: counter(stats.rx_dropped),
        tx_dropped: counter(stats.tx_dropped),
        rx_errors: counter(stats.rx_errors),
        tx_errors: counter(stats.tx_errors),
        age: None,
    }
}
