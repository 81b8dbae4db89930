//! What a switch says, lowered: the inverse of lifting, for whoever stands in for a switch.

use bytes::BytesMut;

use super::stats::MAX_ENTRIES;
use super::{Packets, action, matching, monitor, no, port, wire};
use crate::experimenter::nicira::{self, NxRole, RoleRequest};
use crate::flow::{
    FlowEntry, FlowRemoved, FlowRemovedReason, FromSwitch, PacketIn, PacketInReason, PortStats,
    QueueStats, Role, SwitchDesc, SwitchFeatures, TableStats, Unsupported, direct, fixed_text,
    offending, parts, wire_duration,
};
use crate::wire::{Echo, FixedText, Hello, Message, Wire, Writer};
use crate::{PortNo, TableId, Version, Xid};
use wire::{StatsFlags, StatsReply, StatsReplyBody as Told};

pub(in crate::flow) fn encode(
    message: &FromSwitch,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let body = match message {
        FromSwitch::Hello => {
            let hello = Message::hello(Version::V1_0.wire(), xid, Hello::default());
            return direct::encode(&hello, Version::V1_0, into);
        }
        FromSwitch::Error(error) => wire::Body::Error(offending::lower(error, Version::V1_0)?),
        FromSwitch::EchoRequest(data) => wire::Body::EchoRequest(Echo { data: data.clone() }),
        FromSwitch::EchoReply(data) => wire::Body::EchoReply(Echo { data: data.clone() }),
        FromSwitch::Features(features) => wire::Body::FeaturesReply(lower_features(features)?),
        FromSwitch::PacketIn(packet) => wire::Body::PacketIn(lower_packet_in(packet)?),
        FromSwitch::FlowRemoved(removed) => wire::Body::FlowRemoved(lower_removed(removed)?),
        FromSwitch::PortStatus(status) => wire::Body::PortStatus(port::lower_status(status)?),
        FromSwitch::BarrierReply => wire::Body::BarrierReply,
        FromSwitch::RoleReply { role, .. } => wire::Body::Vendor(lower_role(*role)?),
        FromSwitch::FlowUpdates { updates, more } => {
            return monitor::encode(updates, *more, xid, into);
        }
        FromSwitch::Other(name) => return Err(no(*name)),
        statistics => return encode_stats(statistics, xid, into),
    };
    direct::encode(&Message::v10(xid, body), Version::V1_0, into)
}

fn lower_features(features: &SwitchFeatures) -> Result<wire::FeaturesReply, Unsupported> {
    Ok(wire::FeaturesReply {
        datapath_id: features.dpid,
        n_buffers: features.n_buffers,
        n_tables: features.n_tables,
        capabilities: wire::Capabilities::from_bits_retain(features.capabilities.bits()),
        actions: wire::ActionSet::all(),
        ports: features
            .ports
            .iter()
            .map(port::lower_desc)
            .collect::<Result<_, _>>()?,
    })
}

/// Table and cookie are not told.
fn lower_packet_in(packet: &PacketIn) -> Result<wire::PacketIn, Unsupported> {
    Ok(wire::PacketIn {
        buffer_id: packet.buffer_id,
        total_len: packet.total_len,
        // A packet-out says so where it comes from nowhere.
        in_port: match packet.in_port {
            PortNo::CONTROLLER => wire::PortNo::NONE,
            port => port::lower(port)?,
        },
        reason: match packet.reason {
            PacketInReason::NoMatch => wire::PacketInReason::NoMatch,
            PacketInReason::Action
            | PacketInReason::ActionSet
            | PacketInReason::Group
            | PacketInReason::PacketOut => wire::PacketInReason::Action,
            // No reason of 1.0, but what Open vSwitch says.
            PacketInReason::InvalidTtl => 2.into(),
            PacketInReason::Other(number) => number.into(),
        },
        data: packet.data.clone(),
    })
}

/// The idle timeout of the entry is not in the model and is told as none.
fn lower_removed(removed: &FlowRemoved) -> Result<wire::FlowRemoved, Unsupported> {
    let (duration_sec, duration_nsec) = wire_duration(removed.age);
    Ok(wire::FlowRemoved {
        matching: matching::lower(&removed.matching)?,
        cookie: removed.cookie,
        priority: removed.priority,
        reason: match removed.reason {
            FlowRemovedReason::IdleTimeout => wire::FlowRemovedReason::IdleTimeout,
            FlowRemovedReason::HardTimeout => wire::FlowRemovedReason::HardTimeout,
            FlowRemovedReason::Delete
            | FlowRemovedReason::GroupDelete
            | FlowRemovedReason::MeterDelete
            | FlowRemovedReason::Eviction => wire::FlowRemovedReason::Delete,
            FlowRemovedReason::Other(number) => number.into(),
        },
        duration_sec,
        duration_nsec,
        idle_timeout: 0,
        packet_count: removed.packets,
        byte_count: removed.bytes,
    })
}

/// `NXT_ROLE_REPLY`.
fn lower_role(role: Role) -> Result<wire::Vendor, Unsupported> {
    let role = match role {
        Role::NoChange => return Err(no("role that is none")),
        Role::Equal => NxRole::Other,
        Role::Master => NxRole::Primary,
        Role::Slave => NxRole::Secondary,
    };
    let reply = nicira::Message::RoleReply(RoleRequest { role });
    Ok(wire::Vendor::Nicira(Box::new(reply)))
}

pub(super) fn reply(body: Told, xid: Xid) -> Message {
    let flags = StatsFlags::empty();
    Message::v10(xid, wire::Body::StatsReply(StatsReply { flags, body }))
}

fn encode_stats(message: &FromSwitch, xid: Xid, into: &mut BytesMut) -> Result<(), Unsupported> {
    let list = Parts { xid };
    match message {
        FromSwitch::Desc(desc) => {
            let desc = Told::Desc(Box::new(lower_desc(desc)?));
            direct::encode(&reply(desc, xid), Version::V1_0, into)
        }
        FromSwitch::AggregateStats {
            packets,
            bytes,
            flows,
        } => {
            let sums = Told::Aggregate(wire::AggregateStats {
                packet_count: *packets,
                byte_count: *bytes,
                flow_count: *flows,
            });
            direct::encode(&reply(sums, xid), Version::V1_0, into)
        }
        FromSwitch::FlowStats { entries, more } => {
            list.of(into, Told::Flow(Vec::new()), *more, entries, write_flow)
        }
        FromSwitch::TableStats { tables, more } => {
            let head = Told::Table(Vec::new());
            list.of(into, head, *more, tables, |w, it| {
                lower_table(it).encode(w);
                Ok(())
            })
        }
        FromSwitch::PortStats { ports, more } => {
            let head = Told::Port(Vec::new());
            list.of(into, head, *more, ports, |w, it| {
                lower_port(it)?.encode(w);
                Ok(())
            })
        }
        FromSwitch::QueueStats { queues, more } => {
            let head = Told::Queue(Vec::new());
            list.of(into, head, *more, queues, |w, it| {
                lower_queue(it)?.encode(w);
                Ok(())
            })
        }
        _ => Err(no("such a reply")),
    }
}

/// Writes replies in parts under one number.
struct Parts {
    xid: Xid,
}

impl Parts {
    fn of<T>(
        &self,
        into: &mut BytesMut,
        head: Told,
        more: bool,
        items: &[T],
        item: impl Fn(&mut Writer<'_>, &T) -> Result<(), Unsupported>,
    ) -> Result<(), Unsupported> {
        parts::write(
            into,
            Version::V1_0,
            &reply(head, self.xid),
            more,
            items,
            item,
        )
    }
}

fn lower_desc(desc: &SwitchDesc) -> Result<wire::DescStats, Unsupported> {
    Ok(wire::DescStats {
        mfr_desc: fixed_text(Version::V1_0, "mfr_desc", &desc.manufacturer)?,
        hw_desc: fixed_text(Version::V1_0, "hw_desc", &desc.hardware)?,
        sw_desc: fixed_text(Version::V1_0, "sw_desc", &desc.software)?,
        serial_num: fixed_text(Version::V1_0, "serial_num", &desc.serial)?,
        dp_desc: fixed_text(Version::V1_0, "dp_desc", &desc.datapath)?,
    })
}

/// `ofp_flow_stats` (OF 1.0 §5.3.5). Flags are not told.
fn write_flow(w: &mut Writer<'_>, entry: &FlowEntry) -> Result<(), Unsupported> {
    if let Some(unknown) = &entry.unknown {
        return Err(no(unknown));
    }
    super::check_instructions(&entry.instructions)?;
    let matching = matching::lower(&entry.matching)?;
    let (seconds, nanoseconds) = wire_duration(entry.age);
    direct::length(w, w.position(), "flow_stats", |w| {
        w.bytes(&[entry.table.0, 0]);
        matching.encode(w);
        w.u32(seconds);
        w.u32(nanoseconds);
        w.u16(entry.priority);
        w.u16(entry.idle_timeout_s);
        w.u16(entry.hard_timeout_s);
        w.pad(6);
        w.u64(entry.cookie.0);
        w.u64(entry.packets);
        w.u64(entry.bytes);
        action::write(w, &entry.instructions.apply, Packets::of(&entry.matching))
    })
}

/// Names and sizes as Open vSwitch has them.
fn lower_table(table: &TableStats) -> wire::TableStats {
    let name = match table.table {
        TableId(0) => "classifier".to_owned(),
        TableId(number) => format!("table{number}"),
    };
    wire::TableStats {
        table_id: table.table,
        name: FixedText::new(&name),
        wildcards: wire::Wildcards::all(),
        max_entries: MAX_ENTRIES,
        active_count: table.active,
        lookup_count: table.lookups,
        matched_count: table.matched,
    }
}

/// All ones stand for what is not kept.
fn counter(value: Option<u64>) -> u64 {
    value.unwrap_or(u64::MAX)
}

fn lower_port(stats: &PortStats) -> Result<wire::PortStats, Unsupported> {
    Ok(wire::PortStats {
        port_no: port::lower(stats.port)?,
        rx_packets: counter(stats.rx_packets),
        tx_packets: counter(stats.tx_packets),
        rx_bytes: counter(stats.rx_bytes),
        tx_bytes: counter(stats.tx_bytes),
        rx_dropped: counter(stats.rx_dropped),
        tx_dropped: counter(stats.tx_dropped),
        rx_errors: counter(stats.rx_errors),
        tx_errors: counter(stats.tx_errors),
        rx_frame_err: u64::MAX,
        rx_over_err: u64::MAX,
        rx_crc_err: u64::MAX,
        collisions: u64::MAX,
    })
}

fn lower_queue(stats: &QueueStats) -> Result<wire::QueueStats, Unsupported> {
    Ok(wire::QueueStats {
        port_no: match stats.port {
            PortNo::ANY => wire::PortNo::ALL,
            port => port::lower(port)?,
        },
        queue_id: stats.queue,
        tx_bytes: counter(stats.tx_bytes),
        tx_packets: counter(stats.tx_packets),
        tx_errors: counter(stats.tx_errors),
    })
}
