//! What a switch says, lowered: the inverse of lifting, for whoever stands in for a switch.

use bytes::BytesMut;

use super::{matching, port, told_multipart};
use crate::flow::{
    FlowRemoved, FromSwitch, PacketIn, PacketInReason, Role, SwitchFeatures, Unsupported, direct,
    lacking, offending, wire_duration,
};
use crate::oxm::Field;
use crate::oxs::{OxsList, OxsValue, Statistic};
use crate::v13 as wire;
use crate::wire::{Echo, Hello, Message};
use crate::{PortNo, Version, Xid};

pub(in crate::flow) fn encode(
    message: &FromSwitch,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let body = match message {
        FromSwitch::Hello => {
            let hello = Message::hello(version.wire(), xid, Hello::offering(&[version]));
            return direct::encode(&hello, version, into);
        }
        FromSwitch::Bundle { id, done } => {
            return done.encode(*id, Default::default(), version, xid, into);
        }
        FromSwitch::Other(name) => return Err(lacking(version, *name)),
        FromSwitch::Error(error) => wire::Body::Error(offending::lower(error, version)?),
        FromSwitch::EchoRequest(data) => wire::Body::EchoRequest(Echo { data: data.clone() }),
        FromSwitch::EchoReply(data) => wire::Body::EchoReply(Echo { data: data.clone() }),
        FromSwitch::Features(features) => wire::Body::FeaturesReply(lower_features(features)),
        FromSwitch::PacketIn(packet) => wire::Body::PacketIn(lower_packet_in(packet, version)),
        FromSwitch::FlowRemoved(removed) => {
            wire::Body::FlowRemoved(lower_flow_removed(removed, version)?)
        }
        FromSwitch::PortStatus(status) => {
            wire::Body::PortStatus(port::lower_status(status, version)?)
        }
        FromSwitch::BarrierReply => wire::Body::BarrierReply,
        FromSwitch::RoleReply {
            role,
            generation_id,
        } => wire::Body::RoleReply(lower_role(*role, *generation_id, version)),
        statistics => return told_multipart::encode(statistics, version, xid, into),
    };
    direct::encode(&Message::v13(version, xid, body), version, into)
}

fn lower_features(features: &SwitchFeatures) -> wire::FeaturesReply {
    wire::FeaturesReply {
        datapath_id: features.dpid,
        n_buffers: features.n_buffers,
        n_tables: features.n_tables,
        auxiliary_id: features.auxiliary_id,
        capabilities: wire::Capabilities::from_bits_retain(features.capabilities.bits()),
        reserved: 0,
    }
}

/// Reasons of 1.4 are told in 1.3 as what they are there, the output of an action.
fn lower_packet_in(packet: &PacketIn, version: Version) -> wire::PacketIn {
    let later = version >= Version::V1_4;
    let reason = match packet.reason {
        PacketInReason::NoMatch => 0,
        PacketInReason::InvalidTtl => 2,
        PacketInReason::ActionSet if later => 3,
        PacketInReason::Group if later => 4,
        PacketInReason::PacketOut if later => 5,
        PacketInReason::Action
        | PacketInReason::ActionSet
        | PacketInReason::Group
        | PacketInReason::PacketOut => 1,
        PacketInReason::Other(number) => number,
    };
    let mut matching = wire::Match::default();
    if packet.in_port != PortNo::ANY {
        let in_port = packet.in_port.0.into();
        matching.oxm_fields.push(Field::InPort, in_port, None);
    }
    wire::PacketIn {
        buffer_id: packet.buffer_id,
        total_len: packet.total_len,
        reason: wire::PacketInReason::of(reason, version),
        table_id: packet.table,
        cookie: packet.cookie,
        matching,
        data: packet.data.clone(),
    }
}

/// The timeouts of the entry are not in the model and are told as none.
fn lower_flow_removed(
    removed: &FlowRemoved,
    version: Version,
) -> Result<wire::FlowRemoved, Unsupported> {
    let (duration_sec, duration_nsec) = wire_duration(removed.age);
    let counters = if version >= Version::V1_5 {
        let stats = statistics(
            (duration_sec, duration_nsec),
            removed.packets,
            removed.bytes,
        );
        wire::FlowCounters::Stats { stats }
    } else {
        wire::FlowCounters::Fixed {
            duration_sec,
            duration_nsec,
            packet_count: removed.packets,
            byte_count: removed.bytes,
        }
    };
    Ok(wire::FlowRemoved {
        cookie: removed.cookie,
        priority: removed.priority,
        reason: removed.reason.number().into(),
        table_id: removed.table,
        idle_timeout: 0,
        hard_timeout: 0,
        counters,
        matching: matching::lower(&removed.matching, version)?,
    })
}

/// In the order of their numbers.
pub(super) fn statistics((sec, nsec): (u32, u32), packets: u64, bytes: u64) -> OxsList {
    let mut stats = OxsList::new();
    stats.push(Statistic::Duration, OxsValue::Time(sec, nsec));
    stats.push(Statistic::PacketCount, OxsValue::Count(packets));
    stats.push(Statistic::ByteCount, OxsValue::Count(bytes));
    stats
}

fn lower_role(role: Role, generation_id: u64, version: Version) -> wire::Role {
    wire::Role {
        role: super::lower_role(role),
        short_id: (version >= Version::V1_5).then_some(wire::Role::NO_SHORT_ID),
        generation_id,
    }
}
