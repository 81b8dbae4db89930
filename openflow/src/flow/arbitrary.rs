//! Generators of flows that a version can express, for property tests here and elsewhere.
//!
//! What they make is valid and normalized: it can be lowered to the version, and what is lifted
//! back is equal to it.

mod monitor;
mod table;

pub use monitor::{flow_monitors, flow_updates};
pub use table::{table_features, table_features_request};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{
    Action, Actions, Band, BandKind, Bucket, FlowCommand, FlowFlags, FlowMod, Group, GroupType,
    Instructions, Match, Meter, MeterFlags, Selection, bits,
};
use crate::oxm::Field;
use crate::packet::{ethertype, ip_proto};
use crate::{BufferId, Cookie, GroupId, MeterId, PortNo, TableId, Version};

/// Field, value and mask.
type Part = (Field, u128, u128);

/// A valid match.
pub fn matching(version: Version) -> impl Strategy<Value = Match> {
    (frame(version), vlan(version), network(version)).prop_map(|parts| {
        let mut out = Match::any();
        let (frame, vlan, network) = parts;
        for (field, value, mask) in frame.into_iter().chain(vlan).chain(network) {
            out.set(field, value, mask);
        }
        out
    })
}

fn exact(field: Field) -> BoxedStrategy<Part> {
    let full = field.info().full_mask();
    any::<u128>()
        .prop_map(move |value| (field, value & full, full))
        .boxed()
}

/// Under a mask if the version and the field allow one.
fn bits_of(field: Field, version: Version) -> BoxedStrategy<Part> {
    let info = field.info();
    let full = info.full_mask();
    let prefix = (any::<u128>(), 1..=u32::from(info.bits)).prop_map(move |(value, prefix)| {
        let mask = bits::prefix_mask(info.bits.into(), prefix);
        (field, value & mask, mask)
    });
    let free = (any::<u128>(), any::<u128>()).prop_map(move |(value, mask)| {
        let mask = mask & full | 1;
        (field, value & mask, mask)
    });
    let is_address = matches!(
        field,
        Field::Ipv4Src | Field::Ipv4Dst | Field::ArpSpa | Field::ArpTpa
    );
    match version {
        Version::V1_0 if is_address => prop_oneof![exact(field), prefix].boxed(),
        Version::V1_0 => exact(field),
        _ if info.maskable => prop_oneof![2 => exact(field), 1 => prefix, 1 => free].boxed(),
        _ => exact(field),
    }
}

/// Any of these, each or not.
fn some_of(fields: &[Field], version: Version) -> BoxedStrategy<Vec<Part>> {
    let each: Vec<_> = fields
        .iter()
        .map(|field| option::of(bits_of(*field, version)))
        .collect();
    each.prop_map(|parts| parts.into_iter().flatten().collect())
        .boxed()
}

fn is(field: Field, value: impl Into<u128>) -> Part {
    (field, value.into(), field.info().full_mask())
}

fn with(parts: BoxedStrategy<Vec<Part>>, also: Vec<Part>) -> BoxedStrategy<Vec<Part>> {
    parts
        .prop_map(move |parts| also.iter().copied().chain(parts).collect())
        .boxed()
}

/// A port packets come from.
fn ingress(version: Version) -> impl Strategy<Value = PortNo> {
    let last = if version == Version::V1_0 {
        0xfeff
    } else {
        PortNo::MAX.0
    };
    prop_oneof![4 => 1..=48_u32, 1 => 1..=last, 1 => Just(PortNo::LOCAL.0)].prop_map(PortNo)
}

fn frame(version: Version) -> BoxedStrategy<Vec<Part>> {
    let port = option::of(ingress(version).prop_map(|port| is(Field::InPort, port.0)));
    let macs = some_of(&[Field::EthSrc, Field::EthDst], version);
    let more = match version {
        Version::V1_0 => Just(Vec::new()).boxed(),
        _ => (
            some_of(&[Field::Metadata, Field::TunnelId], version),
            beside_the_packet(version),
        )
            .prop_map(|(standard, others)| [standard, others].concat())
            .boxed(),
    };
    (port, macs, more)
        .prop_map(|(port, macs, more)| port.into_iter().chain(macs).chain(more).collect())
        .boxed()
}

/// Up to three of the fields that are no part of the packet and that Open vSwitch has.
fn beside_the_packet(version: Version) -> BoxedStrategy<Vec<Part>> {
    let fields = vec![
        Field::PktMark,
        Field::DpHash,
        Field::ConjId,
        Field::CtZone,
        Field::CtMark,
        Field::CtLabel,
        Field::Reg0,
        Field::Reg5,
        Field::Reg15,
        Field::TunIpv4Src,
        Field::TunIpv4Dst,
        Field::TunIpv6Dst,
        Field::TunGbpId,
        Field::Reg31,
        Field::Xxreg2,
        Field::Xreg3,
    ];
    let some = proptest::sample::subsequence(fields, 0..=3);
    let parts = some.prop_flat_map(move |fields| {
        let each: Vec<_> = fields.into_iter().map(|it| bits_of(it, version)).collect();
        each
    });
    let state = (0..0x100_u128, 1..0x100_u128)
        .prop_map(|(value, mask)| (Field::CtState, value & mask, mask));
    let port = ingress(version).prop_map(|port| is(Field::ActsetOutput, port.0));
    let option = any::<u64>().prop_map(|value| is(Field::TunMetadata0, value));
    let rare = prop_oneof![state.boxed(), port.boxed(), option.boxed()];
    prop_oneof![
        3 => Just(Vec::new()),
        2 => (parts, option::of(rare)).prop_map(|(mut parts, rare)| {
            parts.extend(rare);
            parts
        }),
    ]
    .boxed()
}

/// What Open vSwitch alone matches of an IP header.
fn beside_the_protocol(version: Version) -> BoxedStrategy<Vec<Part>> {
    let ttl = any::<u8>().prop_map(|ttl| is(Field::NwTtl, ttl));
    // Not a later one: that has no ports, and Open vSwitch refuses to match them in it.
    let fragments = proptest::sample::select(&[(0, 3), (1, 3), (1, 1), (0, 2)]);
    let fragment = fragments.prop_map(|(value, mask)| (Field::IpFrag, value, mask));
    match version {
        Version::V1_0 => Just(Vec::new()).boxed(),
        _ => (option::weighted(0.2, ttl), option::weighted(0.2, fragment))
            .prop_map(|(ttl, fragment)| ttl.into_iter().chain(fragment).collect())
            .boxed(),
    }
}

fn nsh(version: Version) -> BoxedStrategy<Vec<Part>> {
    let flags = exact(Field::NshFlags).prop_map(|flags| vec![flags]);
    let fields = [Field::NshTtl, Field::NshSpi, Field::NshSi];
    with(
        prop_oneof![1 => flags, 2 => some_of(&fields, version)].boxed(),
        vec![is(Field::EthType, 0x894f_u16)],
    )
}

fn vlan(version: Version) -> BoxedStrategy<Vec<Part>> {
    let id = (0..0x1000_u128).prop_map(|id| is(Field::VlanVid, 0x1000 | id));
    let priority = (0..8_u128).prop_map(|priority| is(Field::VlanPcp, priority));
    let any_tag = (Field::VlanVid, 0x1000, 0x1000);
    let tagged = (id, option::of(priority.clone()))
        .prop_map(|(id, priority)| std::iter::once(id).chain(priority).collect::<Vec<_>>());
    let prioritized = priority.prop_map(move |priority| vec![any_tag, priority]);
    let both = prop_oneof![
        4 => Just(Vec::new()),
        1 => Just(vec![is(Field::VlanVid, 0_u8)]),
        2 => tagged,
        1 => prioritized,
    ];
    let masked = (0..0x1000_u128, 0..0x1000_u128)
        .prop_map(|(id, mask)| vec![(Field::VlanVid, 0x1000 | id & mask, 0x1000 | mask)]);
    match version {
        Version::V1_0 => both.boxed(),
        _ => prop_oneof![4 => both, 1 => masked, 1 => Just(vec![any_tag])].boxed(),
    }
}

fn network(version: Version) -> BoxedStrategy<Vec<Part>> {
    let other = prop_oneof![Just(ethertype::LLDP), Just(ethertype::NONE), Just(0x8035)];
    let other = other.prop_map(|eth_type| vec![is(Field::EthType, eth_type)]);
    let both = prop_oneof![
        2 => Just(Vec::new()),
        1 => other,
        3 => ipv4(version),
        2 => arp(version),
    ];
    match version {
        Version::V1_0 => both.boxed(),
        _ => prop_oneof![
            8 => both,
            4 => ipv6(version),
            2 => mpls(version),
            1 => nsh(version),
        ]
        .boxed(),
    }
}

fn ipv4(version: Version) -> BoxedStrategy<Vec<Part>> {
    let mut head = vec![Field::Ipv4Src, Field::Ipv4Dst, Field::IpDscp];
    if version != Version::V1_0 {
        head.push(Field::IpEcn);
    }
    let head = with(
        some_of(&head, version),
        vec![is(Field::EthType, ethertype::IPV4)],
    );
    let icmp = (ip_proto::ICMP, [Field::Icmpv4Type, Field::Icmpv4Code]);
    (head, transport(version, icmp), beside_the_protocol(version))
        .prop_map(|(head, tail, beside)| [head, tail, beside].concat())
        .boxed()
}

fn ipv6(version: Version) -> BoxedStrategy<Vec<Part>> {
    let head = [
        Field::Ipv6Src,
        Field::Ipv6Dst,
        Field::Ipv6Flabel,
        Field::IpDscp,
        Field::IpEcn,
    ];
    let head = with(
        some_of(&head, version),
        vec![is(Field::EthType, ethertype::IPV6)],
    );
    let icmp = (ip_proto::ICMPV6, [Field::Icmpv6Type, Field::Icmpv6Code]);
    let solicitation = with(
        some_of(&[Field::Ipv6NdTarget, Field::Ipv6NdSll], version),
        vec![
            is(Field::IpProto, ip_proto::ICMPV6),
            is(Field::Icmpv6Type, 135_u8),
        ],
    );
    let tail = prop_oneof![3 => transport(version, icmp), 1 => solicitation];
    (head, tail, beside_the_protocol(version))
        .prop_map(|(head, tail, beside)| [head, tail, beside].concat())
        .boxed()
}

fn transport(version: Version, icmp: (u8, [Field; 2])) -> BoxedStrategy<Vec<Part>> {
    const SCTP: u8 = 132;
    let over = |(protocol, fields): (u8, [Field; 2])| {
        with(
            some_of(&fields, version),
            vec![is(Field::IpProto, protocol)],
        )
    };
    let other = (140..=252_u8).prop_map(|protocol| vec![is(Field::IpProto, protocol)]);
    let tcp = over((ip_proto::TCP, [Field::TcpSrc, Field::TcpDst]));
    let flags = match version {
        Version::V1_0 => Just(Vec::new()).boxed(),
        _ => some_of(&[Field::TcpFlags], version),
    };
    let both = prop_oneof![
        2 => Just(Vec::new()),
        2 => (tcp, flags).prop_map(|(tcp, flags)| [tcp, flags].concat()),
        2 => over((ip_proto::UDP, [Field::UdpSrc, Field::UdpDst])),
        1 => over(icmp),
        1 => other,
    ];
    match version {
        Version::V1_0 => both.boxed(),
        _ => prop_oneof![6 => both, 1 => over((SCTP, [Field::SctpSrc, Field::SctpDst]))].boxed(),
    }
}

fn arp(version: Version) -> BoxedStrategy<Vec<Part>> {
    let op = option::of((1..=2_u128).prop_map(|op| is(Field::ArpOp, op)));
    let mut fields = vec![Field::ArpSpa, Field::ArpTpa];
    if version != Version::V1_0 {
        fields.extend([Field::ArpSha, Field::ArpTha]);
    }
    let head = with(
        some_of(&fields, version),
        vec![is(Field::EthType, ethertype::ARP)],
    );
    (head, op)
        .prop_map(|(head, op)| head.into_iter().chain(op).collect())
        .boxed()
}

fn mpls(version: Version) -> BoxedStrategy<Vec<Part>> {
    let fields = [
        Field::MplsLabel,
        Field::MplsTc,
        Field::MplsTtl,
        Field::MplsBos,
    ];
    with(
        some_of(&fields, version),
        vec![is(Field::EthType, 0x8847_u16)],
    )
}

/// Where actions send packets.
fn output(version: Version) -> impl Strategy<Value = Action> + use<> {
    let reserved = prop_oneof![
        Just(PortNo::IN_PORT),
        Just(PortNo::NORMAL),
        Just(PortNo::FLOOD),
        Just(PortNo::ALL),
        Just(PortNo::LOCAL),
    ];
    prop_oneof![
        4 => ingress(version).prop_map(Action::output),
        1 => reserved.prop_map(Action::output),
        1 => any::<u16>()
            .prop_map(|max_len| Action::Output { port: PortNo::CONTROLLER, max_len }),
    ]
}

fn experimenter() -> impl Strategy<Value = Action> {
    (1..=u32::MAX, vec(any::<u8>(), 1..=2)).prop_map(|(experimenter, seed)| {
        let body = Bytes::from(seed.repeat(8));
        Action::Experimenter { experimenter, body }
    })
}

/// Up to six actions an entry with this match can have.
pub fn actions(version: Version, matching: &Match) -> BoxedStrategy<Actions> {
    match version {
        Version::V1_0 => actions_v10(matching),
        _ => vec(action_v13(version), 0..6)
            .prop_map(Actions::from_vec)
            .boxed(),
    }
}

/// Fields whose bits can be set under a mask, from 1.5 on.
const MASKED_SETTABLE: [Field; 6] = [
    Field::EthSrc,
    Field::EthDst,
    Field::Ipv4Src,
    Field::UdpDst,
    Field::TcpSrc,
    Field::TunnelId,
];

fn set_masked() -> BoxedStrategy<Action> {
    proptest::sample::select(&MASKED_SETTABLE)
        .prop_flat_map(|field| (Just(field), any::<u128>(), any::<u128>()))
        .prop_map(|(field, value, mask)| {
            // Not all bits: that is no mask, and none: that sets nothing.
            let mask = mask & (field.info().full_mask() >> 1) | 1;
            Action::SetField {
                field,
                value: value & mask,
                mask,
            }
        })
        .boxed()
}

/// What a version has beyond 1.3.
fn later_action(version: Version) -> BoxedStrategy<Action> {
    let meter = (1..1000_u32).prop_map(|id| Action::Meter(MeterId(id)));
    match version {
        Version::V1_5 => prop_oneof![3 => set_masked(), 1 => meter].boxed(),
        _ => output(version).boxed(),
    }
}

fn action_v13(version: Version) -> BoxedStrategy<Action> {
    let settable = vec![
        Field::EthSrc,
        Field::EthDst,
        Field::VlanPcp,
        Field::Ipv4Src,
        Field::Ipv4Dst,
        Field::Ipv6Src,
        Field::Ipv6Dst,
        Field::TcpSrc,
        Field::UdpDst,
        Field::ArpTha,
        Field::IpDscp,
        Field::TunnelId,
        Field::MplsLabel,
    ];
    let set = proptest::sample::select(settable)
        .prop_flat_map(exact)
        .prop_map(|(field, value, _)| Action::set_field(field, value));
    let simple = proptest::sample::select(&[
        Action::PopVlan,
        Action::PushVlan(ethertype::VLAN),
        Action::PushVlan(ethertype::SERVICE_VLAN),
        Action::PushMpls(0x8847),
        Action::PopMpls(ethertype::IPV4),
        Action::DecMplsTtl,
        Action::DecNwTtl,
        Action::CopyTtlIn,
        Action::CopyTtlOut,
        Action::PushPbb(0x88e7),
        Action::PopPbb,
    ]);
    prop_oneof![
        4 => output(version),
        4 => set,
        2 => later_action(version),
        3 => simple,
        1 => (0..GroupId::MAX.0).prop_map(|id| Action::Group(GroupId(id))),
        1 => any::<u32>().prop_map(Action::SetQueue),
        1 => any::<u8>().prop_map(Action::SetMplsTtl),
        1 => any::<u8>().prop_map(Action::SetNwTtl),
        1 => (0..0x1000_u16).prop_map(Action::set_vlan),
        1 => experimenter(),
    ]
    .boxed()
}

fn actions_v10(matching: &Match) -> BoxedStrategy<Actions> {
    let in_entry = matching
        .get(Field::VlanVid)
        .is_some_and(|vlan| vlan.value & 0x1000 != 0);
    let mut settable = vec![
        Field::EthSrc,
        Field::EthDst,
        Field::Ipv4Src,
        Field::Ipv4Dst,
        Field::IpDscp,
    ];
    match matching.exact(Field::IpProto).map(bits::to_u8) {
        Some(ip_proto::TCP) => settable.extend([Field::TcpSrc, Field::TcpDst]),
        Some(ip_proto::UDP) => settable.extend([Field::UdpSrc, Field::UdpDst]),
        _ => {}
    }
    let set = proptest::sample::select(settable)
        .prop_flat_map(exact)
        .prop_map(|(field, value, _)| Action::set_field(field, value));
    let one = prop_oneof![
        4 => output(Version::V1_0),
        4 => set,
        1 => (ingress(Version::V1_0), any::<u32>())
            .prop_map(|(port, queue)| Action::Enqueue { port, queue }),
        1 => Just(Action::PopVlan),
        1 => (0..0x1000_u16).prop_map(Action::set_vlan),
        1 => (0..8_u128).prop_map(|priority| Action::set_field(Field::VlanPcp, priority)),
        1 => experimenter(),
    ];
    vec(one, 0..5)
        .prop_map(move |actions| {
            let mut out = Actions::new();
            let mut tagged = in_entry;
            for action in actions {
                match action {
                    Action::SetField {
                        field: Field::VlanVid | Field::VlanPcp,
                        ..
                    } if !tagged => {
                        out.push(Action::PushVlan(ethertype::VLAN));
                        tagged = true;
                    }
                    Action::PopVlan => tagged = false,
                    _ => {}
                }
                out.push(action);
            }
            out
        })
        .boxed()
}

/// What an entry with this match can do.
pub fn instructions(version: Version, matching: &Match) -> BoxedStrategy<Instructions> {
    let apply = actions(version, matching);
    if version == Version::V1_0 {
        return apply.prop_map(Instructions::apply).boxed();
    }
    let metadata = (any::<u64>(), 1..=u64::MAX).prop_map(|(value, mask)| (value & mask, mask));
    (
        option::weighted(0.2, (1..1000_u32).prop_map(MeterId)),
        apply.prop_map(without_a_meter_in_front),
        any::<bool>(),
        actions(version, matching).prop_map(without_meters),
        option::weighted(0.2, metadata),
        option::of((1..=254_u8).prop_map(TableId)),
    )
        .prop_map(
            |(meter, apply, clear, write, metadata, goto)| Instructions {
                meter,
                apply,
                clear,
                write,
                metadata,
                goto,
            },
        )
        .boxed()
}

/// A meter in front is the instruction.
fn without_a_meter_in_front(mut actions: Actions) -> Actions {
    while let Some(Action::Meter(_)) = actions.first() {
        actions.remove(0);
    }
    actions
}

/// No action set has one.
fn without_meters(mut actions: Actions) -> Actions {
    actions.retain(|action| !matches!(action, Action::Meter(_)));
    actions
}

/// A change the version can express.
pub fn flow_mod(version: Version) -> impl Strategy<Value = FlowMod> {
    matching(version)
        .prop_flat_map(move |matching| {
            let instructions = instructions(version, &matching);
            (Just(matching), instructions, surroundings(version))
        })
        .prop_map(move |(matching, instructions, surroundings)| {
            let mut change = FlowMod {
                matching,
                instructions,
                ..surroundings
            };
            // There is no way back to an earlier table.
            let table = change.table;
            change.instructions.goto = change.instructions.goto.filter(|goto| *goto > table);
            // Of all twelve fields of 1.0 there is one priority only.
            if version == Version::V1_0 && change.matching.fields().len() == 12 {
                change.priority = u16::MAX;
            }
            change
        })
}

/// A change without match and instructions.
fn surroundings(version: Version) -> impl Strategy<Value = FlowMod> {
    let command = proptest::sample::select(&[
        FlowCommand::Add,
        FlowCommand::Modify,
        FlowCommand::ModifyStrict,
        FlowCommand::Delete,
        FlowCommand::DeleteStrict,
    ]);
    let later = version != Version::V1_0;
    let flags = if later { FlowFlags::all().bits() } else { 0b11 };
    let fixed = (
        command,
        any::<u16>(),
        any::<u64>(),
        any::<u16>(),
        any::<u16>(),
    );
    let rest = (
        (any::<u16>(), any::<u16>()),
        0..254_u8,
        any::<u64>(),
        option::of(ingress(version)),
        any::<u32>(),
    );
    (fixed, rest).prop_map(move |(fixed, rest)| {
        let (command, priority, cookie, idle_timeout_s, hard_timeout_s) = fixed;
        let ((some_flags, importance), table, cookie_mask, out_port, buffer) = rest;
        FlowMod {
            command,
            cookie: Cookie(cookie),
            table: if later { TableId(table) } else { TableId(0) },
            cookie_mask: if later { cookie_mask } else { 0 },
            idle_timeout_s,
            hard_timeout_s,
            flags: FlowFlags::from_bits_truncate(some_flags & flags),
            importance: if version >= Version::V1_4 {
                importance
            } else {
                0
            },
            out_port: out_port.unwrap_or(PortNo::ANY),
            buffer_id: BufferId(buffer),
            ..FlowMod::add(priority, Match::any(), Instructions::drop())
        }
    })
}

/// A group of 1.3 and later.
pub fn group(version: Version) -> impl Strategy<Value = Group> {
    let kind = proptest::sample::select(&[
        GroupType::All,
        GroupType::Select,
        GroupType::Indirect,
        GroupType::FastFailover,
    ]);
    let bucket = (
        any::<u16>(),
        option::of(ingress(version)),
        option::of(0..GroupId::MAX.0),
        actions(version, &Match::any()),
    )
        .prop_map(|(weight, port, group, actions)| Bucket {
            id: None,
            weight,
            watch_port: port.unwrap_or(PortNo::ANY),
            watch_group: group.map_or(GroupId::ANY, GroupId),
            actions,
        });
    let selection = match version {
        Version::V1_5 => option::of(selection()).boxed(),
        _ => Just(None).boxed(),
    };
    (
        0..GroupId::MAX.0,
        kind,
        vec(bucket, 0..4),
        selection,
        0..1000_u32,
    )
        .prop_map(move |(id, kind, buckets, selection, first)| {
            let mut group = Group::new(GroupId(id), kind, buckets);
            if version == Version::V1_5 {
                let numbers = (first..).zip(&mut group.buckets);
                numbers.for_each(|(number, bucket)| bucket.id = Some(number));
            }
            if kind == GroupType::Select {
                group.selection = selection.map(Box::new);
            }
            group.normalized()
        })
}

fn selection() -> impl Strategy<Value = Selection> {
    let method = proptest::sample::select(&["hash", "dp_hash"]);
    let fields = [Field::EthSrc, Field::Ipv4Src, Field::Ipv6Dst, Field::TcpDst];
    let field = |field: Field| {
        let full = field.info().full_mask();
        option::of(any::<u128>().prop_map(move |mask| (field, mask & full | 1)))
    };
    let fields = fields.map(field);
    (method, any::<u64>(), fields).prop_map(|(method, param, fields)| Selection {
        method: method.to_owned(),
        param,
        // Open vSwitch takes them with this method only.
        fields: match method {
            "hash" => fields.into_iter().flatten().collect(),
            _ => Vec::new(),
        },
    })
}

/// A meter of 1.3 and later.
pub fn meter() -> impl Strategy<Value = Meter> {
    let kind = prop_oneof![
        Just(BandKind::Drop),
        any::<u8>().prop_map(BandKind::DscpRemark),
    ];
    let band = (kind, any::<u32>(), any::<u32>()).prop_map(|(kind, rate, burst_size)| Band {
        kind,
        rate,
        burst_size,
    });
    let unit = proptest::sample::select(&[MeterFlags::KBPS, MeterFlags::PKTPS]);
    let more = (any::<bool>(), any::<bool>());
    (1..0xffff_0000_u32, unit, more, vec(band, 0..4)).prop_map(|(id, unit, more, mut bands)| {
        let (burst, stats) = more;
        let mut flags = unit;
        flags.set(MeterFlags::STATS, stats);
        flags.set(MeterFlags::BURST, burst);
        if !burst {
            bands.iter_mut().for_each(|band| band.burst_size = 0);
        }
        Meter {
            id: MeterId(id),
            flags,
            bands,
        }
    })
}
