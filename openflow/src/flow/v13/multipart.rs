//! Statistics and descriptions.

use super::{group, instruction, matching, meter, monitor, onf_monitor, port, table, wire};
use crate::Version;
use crate::flow::{
    FlowEntry, FlowFlags, FlowStatsRequest, FromSwitch, PortStats, QueueStats, SwitchDesc,
    TableStats, Unsupported, Words, duration, kept,
};
use crate::oxs::Statistic;
use wire::{
    MultipartFlags, MultipartReply, MultipartReplyBody, MultipartRequest, MultipartRequestBody,
};

pub(super) fn request(body: MultipartRequestBody) -> wire::Body {
    wire::Body::MultipartRequest(MultipartRequest {
        flags: MultipartFlags::empty(),
        body,
    })
}

pub(super) fn lower_flow_request(
    request: &FlowStatsRequest,
    version: Version,
) -> Result<wire::FlowStatsRequest, Unsupported> {
    Ok(wire::FlowStatsRequest {
        table_id: request.table,
        out_port: request.out_port,
        out_group: request.out_group,
        cookie: request.cookie,
        cookie_mask: request.cookie_mask,
        matching: matching::lower(&request.matching, version)?,
        stats: None,
    })
}

pub(super) fn lift(reply: MultipartReply) -> FromSwitch {
    let more = reply.flags.contains(MultipartFlags::MORE);
    match reply.body {
        MultipartReplyBody::Desc(desc) => FromSwitch::Desc(lift_desc(&desc)),
        MultipartReplyBody::Flow(entries) => FromSwitch::FlowStats {
            entries: entries.into_iter().map(lift_flow).collect(),
            more,
        },
        MultipartReplyBody::FlowDesc(entries) => FromSwitch::FlowStats {
            entries: entries.into_iter().map(lift_flow_desc).collect(),
            more,
        },
        MultipartReplyBody::Aggregate(sums) => FromSwitch::AggregateStats {
            packets: sums.packet_count().map_or(0, kept),
            bytes: sums.byte_count().map_or(0, kept),
            flows: sums.flow_count().unwrap_or(0),
        },
        MultipartReplyBody::Table(tables) => FromSwitch::TableStats {
            tables: tables.iter().map(lift_table).collect(),
            more,
        },
        MultipartReplyBody::TableFeatures(tables) => FromSwitch::TableFeatures {
            tables: tables.into_iter().map(table::lift).collect(),
            more,
        },
        MultipartReplyBody::Port(ports) => FromSwitch::PortStats {
            ports: ports.iter().map(lift_port).collect(),
            more,
        },
        MultipartReplyBody::Group(groups) => FromSwitch::GroupStats {
            groups: groups.iter().map(group::lift_stats).collect(),
            more,
        },
        MultipartReplyBody::GroupDesc(groups) => FromSwitch::GroupDesc {
            groups: groups.into_iter().map(group::lift_desc).collect(),
            more,
        },
        MultipartReplyBody::PortDesc(ports) => FromSwitch::PortDesc {
            ports: ports.iter().map(port::lift).collect(),
            more,
        },
        MultipartReplyBody::Meter(meters) => FromSwitch::MeterStats {
            meters: meters.iter().map(meter::lift_stats).collect(),
            more,
        },
        MultipartReplyBody::MeterConfig(meters) | MultipartReplyBody::MeterDesc(meters) => {
            let lift = |it: &wire::MeterConfig| meter::lift(it.meter_id, it.flags, &it.bands);
            FromSwitch::MeterConfig {
                meters: meters.iter().map(lift).collect(),
                more,
            }
        }
        MultipartReplyBody::MeterFeatures(features) => {
            FromSwitch::MeterFeatures(meter::lift_features(&features))
        }
        MultipartReplyBody::Queue(queues) => FromSwitch::QueueStats {
            queues: queues.iter().map(lift_queue).collect(),
            more,
        },
        MultipartReplyBody::FlowMonitor(updates) => FromSwitch::FlowUpdates {
            updates: updates.into_iter().map(monitor::lift_update).collect(),
            more,
        },
        MultipartReplyBody::Experimenter(reply) => {
            onf_monitor::lift(reply, more).unwrap_or(FromSwitch::Other("multipart_reply"))
        }
        _ => FromSwitch::Other("multipart_reply"),
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
    let matching = matching::lift(&entry.matching, &mut unknown);
    let instructions = instruction::lift(entry.instructions, &mut unknown);
    FlowEntry {
        table: entry.table_id,
        priority: entry.priority,
        cookie: entry.cookie,
        matching,
        instructions,
        idle_timeout_s: entry.idle_timeout,
        hard_timeout_s: entry.hard_timeout,
        flags: FlowFlags::from_bits_retain(entry.flags.bits()),
        importance: entry.importance.unwrap_or(0),
        age: duration(entry.duration_sec, entry.duration_nsec),
        packets: kept(entry.packet_count),
        bytes: kept(entry.byte_count),
        unknown: unknown.into_option(),
    }
}

/// Of 1.5: a statistic that is not there is not kept.
fn lift_flow_desc(entry: wire::FlowDesc) -> FlowEntry {
    let mut unknown = Words::default();
    let matching = matching::lift(&entry.matching, &mut unknown);
    let instructions = instruction::lift(entry.instructions, &mut unknown);
    let (seconds, nanoseconds) = entry.stats.time(Statistic::Duration).unwrap_or_default();
    FlowEntry {
        table: entry.table_id,
        priority: entry.priority,
        cookie: entry.cookie,
        matching,
        instructions,
        idle_timeout_s: entry.idle_timeout,
        hard_timeout_s: entry.hard_timeout,
        flags: FlowFlags::from_bits_retain(entry.flags.bits()),
        importance: entry.importance,
        age: duration(seconds, nanoseconds),
        packets: entry.stats.count(Statistic::PacketCount).map_or(0, kept),
        bytes: entry.stats.count(Statistic::ByteCount).map_or(0, kept),
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

fn lift_queue(stats: &wire::QueueStats) -> QueueStats {
    let counter = |value: u64| (value != u64::MAX).then_some(value);
    QueueStats {
        port: stats.port_no,
        queue: stats.queue_id,
        tx_bytes: counter(stats.tx_bytes),
        tx_packets: counter(stats.tx_packets),
        tx_errors: counter(stats.tx_errors),
        age: (stats.duration_sec != u32::MAX)
            .then(|| duration(stats.duration_sec, stats.duration_nsec)),
    }
}

fn lift_port(stats: &wire::PortStats) -> PortStats {
    let counter = |value: u64| (value != u64::MAX).then_some(value);
    PortStats {
        port: stats.port_no,
        rx_packets: counter(stats.rx_packets),
        tx_packets: counter(stats.tx_packets),
        rx_bytes: counter(stats.rx_bytes),
        tx_bytes: counter(stats.tx_bytes),
        rx_dropped: counter(stats.rx_dropped),
        tx_dropped: counter(stats.tx_dropped),
        rx_errors: counter(stats.rx_errors),
        tx_errors: counter(stats.tx_errors),
        age: (stats.duration_sec != u32::MAX)
            .then(|| duration(stats.duration_sec, stats.duration_nsec)),
    }
}
