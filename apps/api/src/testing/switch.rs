//! A switch with one flow table.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use openflow::flow::{Action, Actions, Bucket, FlowEntry, FlowFlags, Group, GroupType, Match};
use openflow::oxm::Field;
use openflow::packet::{PacketView, Transport, ip_proto};
use openflow::{Cookie, GroupId, MacAddr, PortNo, Version};

use crate::rule::Rule;

/// Which entry: two of the same priority and match cannot be.
pub(super) type Identity = (u16, Match);

/// An entry of the table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) rule: Rule,
    /// Index of the app that owns it.
    pub(super) app: usize,
    pub(super) used: Instant,
    pub(super) packets: u64,
    pub(super) bytes: u64,
}

#[derive(Debug)]
pub(super) struct TestSwitch {
    pub(super) version: Version,
    /// Whether it talks to the controller; it forwards in any case.
    pub(super) connected: bool,
    pub(super) table: BTreeMap<Identity, Entry>,
    pub(super) groups: BTreeMap<GroupId, Group>,
}

/// Where a frame goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Port(PortNo, Bytes),
    Controller(Bytes),
}

impl TestSwitch {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            connected: false,
            table: BTreeMap::new(),
            groups: BTreeMap::new(),
        }
    }

    /// Puts an entry in, or changes it in place.
    pub(super) fn put(&mut self, rule: Rule, app: usize, now: Instant) {
        check(&rule, self.version);
        self.check_groups(rule.instructions.groups(), &rule);
        let key = identity(&rule);
        let old = self.table.remove(&key);
        let entry = Entry {
            app,
            used: old.as_ref().map_or(now, |old| old.used),
            packets: old.as_ref().map_or(0, |old| old.packets),
            bytes: old.map_or(0, |old| old.bytes),
            rule,
        };
        self.table.insert(key, entry);
    }

    /// Puts a group in, or changes it in place.
    pub(super) fn put_group(&mut self, group: Group) {
        let has_groups = self.version != Version::V1_0;
        assert!(has_groups, "OpenFlow 1.0 has no groups: {group:?}");
        self.check_groups(group.groups(), &group);
        self.groups.insert(group.id, group);
    }

    /// Takes a group out if nothing uses it.
    pub(super) fn delete_group(&mut self, id: GroupId) {
        let mut rules = self.table.values().map(|entry| &entry.rule.instructions);
        let mut others = self.groups.values();
        let used = rules.any(|instructions| instructions.groups().any(|used| used == id))
            || others.any(|other| other.groups().any(|used| used == id));
        if !used {
            self.groups.remove(&id);
        }
    }

    /// Panics where a real switch would refuse what uses these groups.
    fn check_groups(&self, mut used: impl Iterator<Item = GroupId>, by: &dyn std::fmt::Debug) {
        let lacking = used.find(|id| !self.groups.contains_key(id));
        assert_eq!(lacking, None, "there is no such group for {by:?}");
    }

    /// Takes out what has not been used for its idle timeout.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Entry> {
        let is_over = |entry: &Entry| {
            let idle = entry.rule.idle_timeout_s;
            idle != 0 && now >= entry.used + Duration::from_secs(idle.into())
        };
        let over: Vec<Identity> = self
            .table
            .iter()
            .filter(|(_, entry)| is_over(entry))
            .map(|(key, _)| key.clone())
            .collect();
        over.iter()
            .filter_map(|key| self.table.remove(key))
            .collect()
    }

    /// What happens to a frame that comes in. Table-miss: to the controller.
    pub(super) fn receive(
        &mut self,
        in_port: PortNo,
        frame: &Bytes,
        is_dark: &dyn Fn(PortNo) -> bool,
        now: Instant,
    ) -> Vec<Sent> {
        let sent = self.look_up(in_port, frame, is_dark);
        if let Some(key) = self.best(in_port, frame).map(|entry| identity(&entry.rule))
            && let Some(entry) = self.table.get_mut(&key)
        {
            entry.used = now;
            entry.packets += 1;
            entry.bytes += frame.len() as u64;
        }
        sent
    }

    /// The same, and nobody notices.
    pub(super) fn look_up(
        &self,
        in_port: PortNo,
        frame: &Bytes,
        is_dark: &dyn Fn(PortNo) -> bool,
    ) -> Vec<Sent> {
        match self.best(in_port, frame) {
            Some(entry) => self.execute(in_port, frame, &entry.rule.instructions.apply, is_dark),
            None => vec![Sent::Controller(frame.clone())],
        }
    }

    /// Carries out actions in order. `is_dark`: which ports have no signal.
    pub(super) fn execute(
        &self,
        in_port: PortNo,
        frame: &Bytes,
        actions: &Actions,
        is_dark: &dyn Fn(PortNo) -> bool,
    ) -> Vec<Sent> {
        let mut frame = frame.clone();
        let mut sent = Vec::new();
        for action in actions {
            match action {
                Action::Output { port, .. } if *port == in_port => {} // needs IN_PORT to go back
                Action::Output { port, .. } => match *port {
                    PortNo::CONTROLLER => sent.push(Sent::Controller(frame.clone())),
                    PortNo::IN_PORT => sent.push(Sent::Port(in_port, frame.clone())),
                    port => sent.push(Sent::Port(port, frame.clone())),
                },
                Action::SetField { field, value, .. } => frame = with_field(&frame, *field, *value),
                Action::Group(id) => {
                    for bucket in self.chosen(*id, is_dark) {
                        sent.extend(self.execute(in_port, &frame, &bucket.actions, is_dark));
                    }
                }
                other => panic!("the lab's switches have no {other:?}"),
            }
        }
        sent
    }

    /// The buckets a packet goes to: of those to select from, the first that has a share.
    fn chosen(&self, id: GroupId, is_dark: &dyn Fn(PortNo) -> bool) -> Vec<&Bucket> {
        let Some(group) = self.groups.get(&id) else {
            return Vec::new();
        };
        let buckets = group.buckets.iter();
        match group.kind {
            GroupType::All => buckets.collect(),
            GroupType::Select => buckets.filter(|b| b.weight > 0).take(1).collect(),
            GroupType::Indirect => buckets.take(1).collect(),
            GroupType::FastFailover => {
                let is_live = |bucket: &&Bucket| self.is_live(bucket, is_dark);
                buckets.filter(is_live).take(1).collect()
            }
            GroupType::Other(_) => panic!("the lab's switches have no {group:?}"),
        }
    }

    /// Whether what a bucket watches is alive (OF 1.3.5 §6.5).
    fn is_live(&self, bucket: &Bucket, is_dark: &dyn Fn(PortNo) -> bool) -> bool {
        let port = bucket.watch_port;
        let watched = self.groups.get(&bucket.watch_group);
        port != PortNo::ANY && !is_dark(port)
            || watched.is_some_and(|group| group.buckets.iter().any(|b| self.is_live(b, is_dark)))
    }

    fn best(&self, in_port: PortNo, frame: &Bytes) -> Option<&Entry> {
        let view = PacketView::parse(frame)?;
        // The table is sorted by priority.
        let mut entries = self.table.values().rev();
        entries.find(|entry| matches(&entry.rule.matching, in_port, &view))
    }
}

pub(super) fn identity(rule: &Rule) -> Identity {
    (rule.priority.number(), rule.matching.clone())
}

pub(super) fn as_flow_entry(entry: &Entry) -> FlowEntry {
    FlowEntry {
        table: entry.rule.table,
        priority: entry.rule.priority.number(),
        cookie: Cookie(entry.app as u64),
        matching: entry.rule.matching.clone(),
        instructions: entry.rule.instructions.clone(),
        idle_timeout_s: entry.rule.idle_timeout_s,
        hard_timeout_s: entry.rule.hard_timeout_s,
        flags: FlowFlags::SEND_FLOW_REM,
        importance: 0,
        age: Duration::ZERO,
        packets: entry.packets,
        bytes: entry.bytes,
        unknown: None,
    }
}

/// Panics where a real switch of that version would refuse the rule.
fn check(rule: &Rule, version: Version) {
    assert_eq!(rule.table.0, 0, "the lab's switches have one table");
    if version != Version::V1_0 {
        return;
    }
    for part in rule.matching.fields() {
        let full = part.mask == part.field.info().full_mask();
        let fits = match part.field {
            Field::Ipv4Src | Field::Ipv4Dst => true,
            Field::InPort
            | Field::EthSrc
            | Field::EthDst
            | Field::EthType
            | Field::VlanVid
            | Field::VlanPcp
            | Field::IpProto
            | Field::TcpSrc
            | Field::TcpDst
            | Field::UdpSrc
            | Field::UdpDst => full,
            _ => false,
        };
        assert!(fits, "OpenFlow 1.0 cannot match {part:?} in {rule:?}");
    }
}

fn matches(wanted: &Match, in_port: PortNo, view: &PacketView<'_>) -> bool {
    wanted.fields().iter().all(|part| {
        value_of(part.field, in_port, view).is_some_and(|value| value & part.mask == part.value)
    })
}

fn value_of(field: Field, in_port: PortNo, view: &PacketView<'_>) -> Option<u128> {
    let ports = || view.transport().and_then(|transport| transport.ports());
    let protocol = || match (view.ipv4(), view.ipv6()) {
        (Some(ip), _) => Some(ip.protocol()),
        (_, Some(ip)) => Some(ip.protocol()),
        _ => None,
    };
    let of = |wanted: u8, value: Option<u16>| value.filter(|_| protocol() == Some(wanted));
    match field {
        Field::InPort => Some(in_port.0.into()),
        Field::EthSrc => Some(mac_bits(view.eth_src())),
        Field::EthDst => Some(mac_bits(view.eth_dst())),
        Field::EthType => Some(view.eth_type().into()),
        Field::VlanVid => Some(view.vlan().map_or(0, |tag| 0x1000 | u128::from(tag.id))),
        Field::IpProto => protocol().map(u128::from),
        Field::Ipv4Src => view.ipv4().map(|ip| u32::from(ip.src()).into()),
        Field::Ipv4Dst => view.ipv4().map(|ip| u32::from(ip.dst()).into()),
        Field::TcpSrc => of(ip_proto::TCP, ports().map(|p| p.0)).map(u128::from),
        Field::TcpDst => of(ip_proto::TCP, ports().map(|p| p.1)).map(u128::from),
        Field::UdpSrc => of(ip_proto::UDP, ports().map(|p| p.0)).map(u128::from),
        Field::UdpDst => of(ip_proto::UDP, ports().map(|p| p.1)).map(u128::from),
        Field::Icmpv6Type => match view.ipv6()?.transport() {
            Some(Transport::Icmp { kind, .. }) => Some(kind.into()),
            _ => None,
        },
        other => panic!("the lab's switches cannot match {other:?}"),
    }
}

fn with_field(frame: &Bytes, field: Field, value: u128) -> Bytes {
    let mut bytes = BytesMut::from(&frame[..]);
    let tagged = bytes[12..14] == [0x81, 0x00];
    let ip = if tagged { 18 } else { 14 };
    let transport = ip + usize::from(bytes[ip] & 0x0f) * 4;
    let (at, len) = match field {
        Field::EthDst => (0, 6),
        Field::EthSrc => (6, 6),
        Field::Ipv4Src => (ip + 12, 4),
        Field::Ipv4Dst => (ip + 16, 4),
        Field::TcpSrc | Field::UdpSrc => (transport, 2),
        Field::TcpDst | Field::UdpDst => (transport + 2, 2),
        other => panic!("the lab's switches cannot set {other:?}"),
    };
    bytes[at..at + len].copy_from_slice(&value.to_be_bytes()[16 - len..]);
    bytes.freeze()
}

fn mac_bits(mac: MacAddr) -> u128 {
    mac.0
        .iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}
