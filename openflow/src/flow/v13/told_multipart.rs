//! Statistics and descriptions, lowered: the inverse of lifting.

use bytes::BytesMut;

use super::told::statistics;
use super::{group, instruction, matching, meter, monitor, onf_monitor, port, table, wire};
use crate::flow::{
    FlowEntry, FromSwitch, PortStats, QueueStats, SwitchDesc, TableFeaturesCommand, TableStats,
    Unsupported, direct, fixed_text, lacking, parts, wire_duration,
};
use crate::oxs::{OxsValue, Statistic};
use crate::wire::{Message, Wire, Writer};
use crate::{Version, Xid};
use wire::{MultipartFlags, MultipartReply, MultipartReplyBody as Told};

pub(super) fn encode(
    message: &FromSwitch,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let later = version >= Version::V1_5;
    let mut list = Parts { version, xid, into };
    match message {
        FromSwitch::Desc(desc) => list.whole(Told::Desc(Box::new(lower_desc(desc, version)?))),
        FromSwitch::AggregateStats {
            packets,
            bytes,
            flows,
        } => {
            let sums = lower_aggregate(*packets, *bytes, *flows, version);
            list.whole(Told::Aggregate(Box::new(sums)))
        }
        FromSwitch::MeterFeatures(features) => list.whole(Told::MeterFeatures(
            meter::lower_features(features, version),
        )),
        FromSwitch::FlowStats { entries, more } => {
            let head = match later {
                true => Told::FlowDesc(Vec::new()),
                false => Told::Flow(Vec::new()),
            };
            list.of(head, *more, entries, write_flow)
        }
        FromSwitch::TableStats { tables, more } => {
            list.wires(Told::Table(Vec::new()), *more, tables, |it| {
                Ok(lower_table(it))
            })
        }
        FromSwitch::TableFeatures { tables, more } => {
            let replace = TableFeaturesCommand::Replace;
            list.wires(Told::TableFeatures(Vec::new()), *more, tables, |it| {
                table::lower(it, replace, version)
            })
        }
        FromSwitch::PortStats { ports, more } => {
            list.wires(Told::Port(Vec::new()), *more, ports, |it| {
                Ok(lower_port(it, version))
            })
        }
        FromSwitch::PortDesc { ports, more } => {
            list.wires(Told::PortDesc(Vec::new()), *more, ports, |it| {
                port::lower(it, version)
            })
        }
        FromSwitch::QueueStats { queues, more } => {
            list.wires(Told::Queue(Vec::new()), *more, queues, |it| {
                Ok(lower_queue(it, version))
            })
        }
        FromSwitch::GroupStats { groups, more } => {
            list.wires(Told::Group(Vec::new()), *more, groups, |it| {
                Ok(group::lower_stats(it))
            })
        }
        FromSwitch::GroupDesc { groups, more } => {
            list.wires(Told::GroupDesc(Vec::new()), *more, groups, |it| {
                group::lower_desc(it, version)
            })
        }
        FromSwitch::MeterStats { meters, more } => {
            list.wires(Told::Meter(Vec::new()), *more, meters, |it| {
                Ok(meter::lower_stats(it, version))
            })
        }
        FromSwitch::MeterConfig { meters, more } => {
            let head = match later {
                true => Told::MeterDesc(Vec::new()),
                false => Told::MeterConfig(Vec::new()),
            };
            list.wires(head, *more, meters, |it| meter::lower_config(it, version))
        }
        FromSwitch::FlowUpdates { updates, more } if version < Version::V1_4 => {
            onf_monitor::encode(updates, *more, version, xid, list.into)
        }
        FromSwitch::FlowUpdates { updates, more } => {
            list.wires(Told::FlowMonitor(Vec::new()), *more, updates, |it| {
                monitor::lower_update(it, version)
            })
        }
        _ => Err(lacking(version, "such a reply")),
    }
}

/// A reply that no other part follows.
pub(super) fn reply(body: Told, version: Version, xid: Xid) -> Message {
    let flags = MultipartFlags::empty();
    let reply = MultipartReply { flags, body };
    Message::v13(version, xid, wire::Body::MultipartReply(reply))
}

/// Writes replies of one version under one number.
struct Parts<'a> {
    version: Version,
    xid: Xid,
    into: &'a mut BytesMut,
}

impl Parts<'_> {
    fn message(&self, body: Told) -> Message {
        reply(body, self.version, self.xid)
    }

    fn whole(&mut self, body: Told) -> Result<(), Unsupported> {
        direct::encode(&self.message(body), self.version, self.into)
    }

    fn of<T>(
        &mut self,
        head: Told,
        more: bool,
        items: &[T],
        item: impl Fn(&mut Writer<'_>, &T) -> Result<(), Unsupported>,
    ) -> Result<(), Unsupported> {
        let head = self.message(head);
        parts::write(self.into, self.version, &head, more, items, item)
    }

    fn wires<T, W: Wire>(
        &mut self,
        head: Told,
        more: bool,
        items: &[T],
        lower: impl Fn(&T) -> Result<W, Unsupported>,
    ) -> Result<(), Unsupported> {
        self.of(head, more, items, |w, it| {
            lower(it)?.encode(w);
            Ok(())
        })
    }
}

fn lower_desc(desc: &SwitchDesc, version: Version) -> Result<wire::DescStats, Unsupported> {
    Ok(wire::DescStats {
        mfr_desc: fixed_text(version, "mfr_desc", &desc.manufacturer)?,
        hw_desc: fixed_text(version, "hw_desc", &desc.hardware)?,
        sw_desc: fixed_text(version, "sw_desc", &desc.software)?,
        serial_num: fixed_text(version, "serial_num", &desc.serial)?,
        dp_desc: fixed_text(version, "dp_desc", &desc.datapath)?,
    })
}

fn lower_aggregate(packets: u64, bytes: u64, flows: u32, version: Version) -> wire::AggregateStats {
    if version < Version::V1_5 {
        return wire::AggregateStats::Fixed {
            packet_count: packets,
            byte_count: bytes,
            flow_count: flows,
        };
    }
    let mut stats = crate::oxs::OxsList::new();
    stats.push(Statistic::FlowCount, OxsValue::Count(flows.into()));
    stats.push(Statistic::PacketCount, OxsValue::Count(packets));
    stats.push(Statistic::ByteCount, OxsValue::Count(bytes));
    wire::AggregateStats::Stats { stats }
}

/// `ofp_flow_stats` (OF 1.3.5 §7.3.5.2), `ofp_flow_desc` (OF 1.5.1 §7.3.5.2).
fn write_flow(w: &mut Writer<'_>, entry: &FlowEntry) -> Result<(), Unsupported> {
    if let Some(unknown) = &entry.unknown {
        return Err(lacking(w.version(), unknown));
    }
    if entry.importance != 0 && w.version() < Version::V1_4 {
        return Err(lacking(w.version(), "importance"));
    }
    let age = wire_duration(entry.age);
    direct::length(w, w.position(), "flow_stats", |w| {
        if w.version() >= Version::V1_5 {
            w.pad(2);
            w.bytes(&[entry.table.0, 0]);
        } else {
            w.bytes(&[entry.table.0, 0]);
            w.u32(age.0);
            w.u32(age.1);
        }
        w.u16(entry.priority);
        w.u16(entry.idle_timeout_s);
        w.u16(entry.hard_timeout_s);
        w.u16(entry.flags.bits());
        // Padding in 1.3.
        w.u16(entry.importance);
        if w.version() >= Version::V1_5 {
            w.u64(entry.cookie.0);
            matching::write(w, &entry.matching)?;
            statistics(age, entry.packets, entry.bytes).encode(w);
        } else {
            w.pad(2);
            w.u64(entry.cookie.0);
            w.u64(entry.packets);
            w.u64(entry.bytes);
            matching::write(w, &entry.matching)?;
        }
        instruction::write(w, &entry.instructions)
    })
}

fn lower_table(table: &TableStats) -> wire::TableStats {
    wire::TableStats {
        table_id: table.table,
        active_count: table.active,
        lookup_count: table.lookups,
        matched_count: table.matched,
    }
}

/// All ones stand for what is not kept.
fn counter(value: Option<u64>) -> u64 {
    value.unwrap_or(u64::MAX)
}

fn lower_port(stats: &PortStats, version: Version) -> wire::PortStats {
    const NOT_KEPT: wire::EthernetCounters = wire::EthernetCounters {
        rx_frame_err: u64::MAX,
        rx_over_err: u64::MAX,
        rx_crc_err: u64::MAX,
        collisions: u64::MAX,
    };
    let (duration_sec, duration_nsec) = stats.age.map_or((u32::MAX, u32::MAX), wire_duration);
    wire::PortStats {
        port_no: stats.port,
        rx_packets: counter(stats.rx_packets),
        tx_packets: counter(stats.tx_packets),
        rx_bytes: counter(stats.rx_bytes),
        tx_bytes: counter(stats.tx_bytes),
        rx_dropped: counter(stats.rx_dropped),
        tx_dropped: counter(stats.tx_dropped),
        rx_errors: counter(stats.rx_errors),
        tx_errors: counter(stats.tx_errors),
        counters: if version >= Version::V1_4 {
            wire::PortCounters::Properties {
                properties: vec![wire::PortStatsProperty::Ethernet(NOT_KEPT)],
            }
        } else {
            wire::PortCounters::Fixed(NOT_KEPT)
        },
        duration_sec,
        duration_nsec,
    }
}

fn lower_queue(stats: &QueueStats, version: Version) -> wire::QueueStats {
    let (duration_sec, duration_nsec) = stats.age.map_or((u32::MAX, u32::MAX), wire_duration);
    wire::QueueStats {
        port_no: stats.port,
        queue_id: stats.queue,
        tx_bytes: counter(stats.tx_bytes),
        tx_packets: counter(stats.tx_packets),
        tx_errors: counter(stats.tx_errors),
        duration_sec,
        duration_nsec,
        properties: (version >= Version::V1_4).then(Vec::new),
    }
}
