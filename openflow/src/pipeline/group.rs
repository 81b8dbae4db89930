//! Groups: liveness of buckets, the choice of a select group, and who refers to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::key::Key;
use crate::flow::{Bucket, Group, GroupEntry, GroupStats, GroupType};
use crate::oxm::Field;
use crate::{GroupId, PortNo};

/// A group with its counters.
#[derive(Debug, Clone)]
pub(super) struct GroupState {
    pub(super) group: Group,
    since: Duration,
    packets: u64,
    bytes: u64,
    /// Packets and bytes of each bucket.
    buckets: Vec<(u64, u64)>,
}

impl GroupState {
    pub(super) fn new(group: Group, now: Duration) -> Self {
        Self {
            buckets: vec![(0, 0); group.buckets.len()],
            group: group.normalized(),
            since: now,
            packets: 0,
            bytes: 0,
        }
    }

    /// As it was read off a switch.
    pub(super) fn read(entry: &GroupEntry, now: Duration) -> Self {
        let mut buckets = entry.stats.buckets.clone();
        buckets.resize(entry.group.buckets.len(), (0, 0));
        Self {
            buckets,
            group: entry.group.clone(),
            since: now.saturating_sub(entry.stats.age),
            packets: entry.stats.packets,
            bytes: entry.stats.bytes,
        }
    }

    /// Buckets that stay when others come or go have counted what they had.
    pub(super) fn keep_counts_of(&mut self, old: &Self) {
        let number = |(at, bucket): (u32, &Bucket)| bucket.id.unwrap_or(at);
        let counted = (0..).zip(&old.group.buckets).map(number).zip(&old.buckets);
        let counted: BTreeMap<_, _> = counted.collect();
        let numbers = (0..).zip(&self.group.buckets).map(number);
        for (number, count) in numbers.zip(&mut self.buckets) {
            if let Some(before) = counted.get(&number) {
                *count = **before;
            }
        }
    }

    /// A changed group is as old as it was; what it counted begins anew, as in Open vSwitch.
    pub(super) fn keep_age_of(&mut self, old: &Self) {
        self.since = old.since;
    }

    pub(super) fn count(&mut self, bytes: u64) {
        self.packets += 1;
        self.bytes += bytes;
    }

    pub(super) fn count_bucket(&mut self, at: usize, added: u64) {
        if let Some((packets, bytes)) = self.buckets.get_mut(at) {
            *packets += 1;
            *bytes += added;
        }
    }

    pub(super) fn told(&self, references: u32, now: Duration) -> GroupStats {
        GroupStats {
            id: self.group.id,
            references,
            packets: self.packets,
            bytes: self.bytes,
            age: now.saturating_sub(self.since),
            buckets: self.buckets.clone(),
        }
    }
}

/// All groups of a switch.
pub(super) type Groups = BTreeMap<GroupId, GroupState>;

/// How deep groups may watch groups, as in Open vSwitch.
const MAX_WATCH_DEPTH: u32 = 128;

/// Whether a bucket may be chosen: what it watches is up, or it watches nothing.
pub(super) fn is_alive(bucket: &Bucket, groups: &Groups, up: &impl Fn(PortNo) -> bool) -> bool {
    is_alive_within(bucket, groups, up, MAX_WATCH_DEPTH)
}

fn is_alive_within(
    bucket: &Bucket,
    groups: &Groups,
    up: &impl Fn(PortNo) -> bool,
    depth: u32,
) -> bool {
    let (port, group) = (bucket.watch_port, bucket.watch_group);
    let group_lives = || {
        let Some((depth, watched)) = depth.checked_sub(1).zip(groups.get(&group)) else {
            return false;
        };
        // A bucket without weight carries nothing, where packets are spread.
        let spreads = watched.group.kind == GroupType::Select;
        let mut buckets = watched.group.buckets.iter();
        buckets.any(|bucket| {
            (!spreads || bucket.weight > 0) && is_alive_within(bucket, groups, up, depth)
        })
    };
    match (port == PortNo::ANY, group == GroupId::ANY) {
        (true, true) => true,
        (false, true) => up(port),
        (true, false) => group_lives(),
        (false, false) => up(port) || group_lives(),
    }
}

/// Which bucket of a select or fast failover group a packet takes; `None`: none is alive.
///
/// A select group takes the bucket with the highest product of weight and a hash of the packet's
/// flow with the bucket's place: a bucket that goes moves only its own flows to others, and both
/// directions of a connection take the same one. Open vSwitch hashes differently (`dp_hash`), and
/// the specification leaves it open.
pub(super) fn choose(
    group: &Group,
    key: &Key,
    groups: &Groups,
    up: &impl Fn(PortNo) -> bool,
) -> Option<usize> {
    let alive = |bucket: &Bucket| is_alive(bucket, groups, up);
    if group.kind == GroupType::FastFailover {
        return group.buckets.iter().position(alive);
    }
    let flow = match &group.selection {
        Some(selection) if !selection.fields.is_empty() => {
            let values = selection
                .fields
                .iter()
                .map(|&(field, mask)| key.get(field) & mask);
            mix(values, selection.param)
        }
        _ => flow_hash(key),
    };
    let score = |at: usize, weight: u16| {
        let place = u128::try_from(at).unwrap_or(u128::MAX);
        (mix([place], flow) & 0xffff) * u64::from(weight)
    };
    let candidates = group.buckets.iter().enumerate();
    candidates
        .filter(|(_, bucket)| bucket.weight > 0 && alive(bucket))
        .max_by_key(|&(at, bucket)| (score(at, bucket.weight), std::cmp::Reverse(at)))
        .map(|(at, _)| at)
}

/// Hash of what makes packets one connection, the same for both directions: Ethernet addresses,
/// VLAN, type, IP addresses, protocol and ports.
pub(super) fn flow_hash(key: &Key) -> u64 {
    let pair = |a: Field, b: Field| key.get(a) ^ key.get(b);
    let eth_type = key.get(Field::EthType);
    let mut values = vec![
        pair(Field::EthSrc, Field::EthDst),
        key.get(Field::VlanVid),
        eth_type,
    ];
    match eth_type {
        0x0800 => values.push(pair(Field::Ipv4Src, Field::Ipv4Dst)),
        0x86dd => values.push(pair(Field::Ipv6Src, Field::Ipv6Dst)),
        _ => return mix(values, 0),
    }
    let protocol = key.get(Field::IpProto);
    values.push(protocol);
    match protocol {
        6 => values.push(pair(Field::TcpSrc, Field::TcpDst)),
        17 => values.push(pair(Field::UdpSrc, Field::UdpDst)),
        132 => values.push(pair(Field::SctpSrc, Field::SctpDst)),
        _ => {}
    }
    mix(values, 0)
}

/// SplitMix64 over the halves of the values: the same on every machine and in every version.
pub(super) fn mix(values: impl IntoIterator<Item = u128>, seed: u64) -> u64 {
    values.into_iter().fold(scramble(seed), |state, value| {
        let [high, low] = [(value >> 64) as u64, value as u64];
        scramble(scramble(state ^ low) ^ high)
    })
}

fn scramble(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Whether handing packets to `group` as it would be leads back to it.
pub(super) fn loops(group: &Group, groups: &Groups) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<GroupId> = group.groups().collect();
    while let Some(id) = open.pop() {
        if id == group.id {
            return true;
        }
        if let (true, Some(next)) = (seen.insert(id), groups.get(&id)) {
            open.extend(next.group.groups());
        }
    }
    false
}
