//! Flow entries and groups in the words of REST v1.

use openflow::flow::{GroupType, Instructions};
use openflow::{Dpid, GroupId, PortNo};

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
        match_fields: serde_json::to_value(&record.matching)
            .expect("a match has keys that are text and no failing types"),
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
        set: record.set.as_deref().map(str::to_owned),
        reason: record.reason.as_deref().map(str::to_owned),
        wanted_since: record.wanted_since.map(time),
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
