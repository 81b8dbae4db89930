//! Flow entries and groups in the words of REST v1.

use std::net::{Ipv4Addr, Ipv6Addr};

use openflow::flow::{GroupType, Instructions, Match, MatchField};
use openflow::oxm::Field;
use openflow::{Dpid, GroupId, MacAddr, PortNo};
use serde_json::Value;

use super::model::{BucketView, FlowStatus, FlowView, GroupView};
use super::views::time;
use crate::rules::{FlowRecord, GroupRecord, Status};

pub(super) fn flow(dpid: Dpid, switch: &str, record: &FlowRecord) -> FlowView {
    FlowView {
        dpid: dpid.to_string(),
        switch: switch.to_owned(),
        table: record.table.0,
        priority: record.priority,
        matching: record.matching.to_string(),
        match_fields: match_fields(&record.matching),
        actions: record.instructions.to_string(),
        owner: record.owner.as_deref().map(str::to_owned),
        cookie: record.cookie.to_string(),
        status: record.status.into(),
        set: record.set.as_deref().map(str::to_owned),
        reason: record.reason.as_deref().map(str::to_owned),
        wanted_since: record.wanted_since.map(time),
        problem: record.problem.clone(),
        idle_timeout_s: record.idle_timeout_s,
        hard_timeout_s: record.hard_timeout_s,
        age_s: record.counted.map(|counted| counted.age.as_secs_f64()),
        packets: record.counted.map(|counted| counted.packets),
        bytes: record.counted.map(|counted| counted.bytes),
    }
}

pub(super) fn group(dpid: Dpid, switch: &str, record: &GroupRecord) -> GroupView {
    let counted = record.counted.as_ref();
    GroupView {
        dpid: dpid.to_string(),
        switch: switch.to_owned(),
        group: record.group.id.0,
        kind: match record.group.kind {
            GroupType::All => "all".to_owned(),
            GroupType::Select => "select".to_owned(),
            GroupType::Indirect => "indirect".to_owned(),
            GroupType::FastFailover => "fast_failover".to_owned(),
            GroupType::Other(number) => number.to_string(),
        },
        buckets: buckets(record),
        owner: record.owner.as_deref().map(str::to_owned),
        status: record.status.into(),
        problem: record.problem.clone(),
        references: counted.map(|stats| stats.references),
        packets: counted.map(|stats| stats.packets),
        bytes: counted.map(|stats| stats.bytes),
        age_s: counted.map(|stats| stats.age.as_secs_f64()),
    }
}

fn buckets(record: &GroupRecord) -> Vec<BucketView> {
    let counted = |index: usize| record.counted.as_ref()?.buckets.get(index).copied();
    let buckets = record.group.buckets.iter().enumerate();
    buckets
        .map(|(index, bucket)| BucketView {
            weight: bucket.weight,
            watch_port: (bucket.watch_port != PortNo::ANY).then_some(bucket.watch_port.0),
            watch_group: (bucket.watch_group != GroupId::ANY).then_some(bucket.watch_group.0),
            actions: Instructions::apply(bucket.actions.clone()).to_string(),
            packets: counted(index).map(|(packets, _)| packets),
            bytes: counted(index).map(|(_, bytes)| bytes),
        })
        .collect()
}

impl From<Status> for FlowStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Installed => Self::Installed,
            Status::Pending => Self::Pending,
            Status::Rejected => Self::Rejected,
            Status::Reactive => Self::Reactive,
            Status::Unclaimed => Self::Unclaimed,
            Status::Foreign => Self::Foreign,
        }
    }
}

/// OXM names with values as they are usually written; a mask behind a slash.
fn match_fields(matching: &Match) -> Value {
    let fields = matching.fields().iter();
    fields
        .map(|field| (field.field.info().name.to_owned(), field_value(field)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn field_value(found: &MatchField) -> Value {
    let info = found.field.info();
    let exact = found.mask == info.full_mask();
    let written = |bits: u128| written(found.field, info.bits, bits);
    match (written(found.value), written(found.mask)) {
        (Some(value), _) if exact => value.into(),
        (Some(value), Some(mask)) => format!("{value}/{mask}").into(),
        _ if !exact => format!("{:#x}/{:#x}", found.value, found.mask).into(),
        _ => match u64::try_from(found.value) {
            Ok(number) => number.into(),
            Err(_) => format!("{:#x}", found.value).into(),
        },
    }
}

/// Addresses.
fn written(field: Field, bits: u16, value: u128) -> Option<String> {
    let low = value.to_be_bytes();
    match (field, bits) {
        (Field::Ipv4Src | Field::Ipv4Dst | Field::ArpSpa | Field::ArpTpa, _) => {
            Some(Ipv4Addr::from([low[12], low[13], low[14], low[15]]).to_string())
        }
        (Field::Ipv6Src | Field::Ipv6Dst | Field::Ipv6NdTarget, _) => {
            Some(Ipv6Addr::from(value).to_string())
        }
        (_, 48) => Some(MacAddr(low[10..].try_into().ok()?).to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn match_fields_are_oxm_names_with_values_as_people_write_them() {
        let matching = Match::any()
            .in_port(PortNo(3))
            .eth_dst(MacAddr([0, 0, 0, 0, 0, 2]))
            .ipv4_dst(Ipv4Addr::new(10, 0, 0, 0), 8)
            .tcp_dst(80)
            .with_masked(Field::VlanVid, 0x1000, 0x1000);
        assert_eq!(
            match_fields(&matching),
            json!({
                "in_port": 3, "eth_dst": "00:00:00:00:00:02", "eth_type": 2048,
                "vlan_vid": "0x1000/0x1000", "ip_proto": 6,
                "ipv4_dst": "10.0.0.0/255.0.0.0", "tcp_dst": 80,
            })
        );
        let group = Match::any().eth_dst_multicast();
        assert_eq!(
            match_fields(&group)["eth_dst"],
            "01:00:00:00:00:00/01:00:00:00:00:00"
        );
    }
}
