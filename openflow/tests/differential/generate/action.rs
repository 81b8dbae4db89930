//! Actions, on packets of which something is known.

use openflow::flow::{Action, Instructions, Match};
use openflow::oxm::Field;
use openflow::{GroupId, MeterId, PortNo, TableId, Version};

use super::matching::one_of;
use super::{nicira, pool};
use crate::random::Random;

/// What actions can be about.
pub(crate) struct About<'a> {
    pub(crate) version: Version,
    /// What is known of the packet.
    pub(crate) matching: &'a Match,
    /// Those that a list can lead to.
    pub(crate) groups: &'a [GroupId],
    /// Those that an action set can lead to.
    pub(crate) all_groups: &'a [GroupId],
    pub(crate) meters: &'a [MeterId],
    /// Whether tags are pushed; otherwise packets go to the controller. After both Open vSwitch
    /// writes what is behind two tags to the wrong place.
    pub(crate) pushes_tags: bool,
    /// Whether tags stay: a packet of two tags that went to the controller with one of them is like
    /// one of two that went there.
    pub(crate) keeps_tags: bool,
    /// Whether some packet has MPLS entries without a last one. None is pushed there: taken away
    /// again, Open vSwitch ends in an assertion.
    pub(crate) has_open_stack: bool,
    /// Whether packets come in again in the middle of a list, be it for the hash of a select group or
    /// for what an MPLS entry hid; otherwise there are action sets. Open vSwitch ends in an
    /// assertion where a packet comes in again with a long action set.
    pub(crate) comes_again: bool,
    /// Whether entries have timeouts.
    pub(crate) times_out: bool,
    /// Of eight actions, how many are Open vSwitch's own.
    pub(crate) nicira: usize,
}

/// Fields that can be set.
const SET: &[(Field, usize)] = &[
    (Field::EthDst, 6),
    (Field::EthSrc, 6),
    (Field::VlanVid, 6),
    (Field::VlanPcp, 6),
    (Field::IpDscp, 6),
    (Field::IpEcn, 4),
    (Field::NwTtl, 3),
    (Field::Ipv4Src, 6),
    (Field::Ipv4Dst, 6),
    (Field::TcpSrc, 6),
    (Field::TcpDst, 6),
    (Field::UdpSrc, 6),
    (Field::UdpDst, 6),
    (Field::SctpSrc, 6),
    (Field::SctpDst, 6),
    (Field::Icmpv4Type, 5),
    (Field::Icmpv4Code, 5),
    (Field::ArpOp, 5),
    (Field::ArpSpa, 5),
    (Field::ArpTpa, 5),
    (Field::ArpSha, 5),
    (Field::ArpTha, 5),
    (Field::Ipv6Src, 6),
    (Field::Ipv6Dst, 6),
    (Field::Ipv6Flabel, 5),
    (Field::Icmpv6Type, 5),
    (Field::Icmpv6Code, 5),
    (Field::Ipv6NdTarget, 6),
    (Field::Ipv6NdSll, 6),
    (Field::Ipv6NdTll, 6),
    (Field::NdReserved, 3),
    (Field::NdOptionsType, 3),
    (Field::MplsLabel, 5),
    (Field::MplsTc, 5),
    (Field::MplsTtl, 4),
    (Field::MplsBos, 1),
    (Field::Metadata, 2),
    (Field::TunnelId, 3),
    (Field::Reg0, 2),
    (Field::Reg1, 2),
    (Field::Xreg1, 1),
    (Field::Xxreg1, 1),
    (Field::PktMark, 1),
    (Field::InPort, 1),
    (Field::EthType, 1),
    (Field::IpProto, 1),
    (Field::TcpFlags, 1),
    (Field::IpFrag, 1),
];

#[derive(Clone, Copy)]
enum Kind {
    Output,
    Elsewhere,
    Set,
    PushVlan,
    PopVlan,
    PushMpls,
    PopMpls,
    Ttl,
    Group,
    Meter,
    Queue,
}

const KINDS: &[(Kind, usize)] = &[
    (Kind::Output, 30),
    (Kind::Elsewhere, 8),
    (Kind::Set, 30),
    (Kind::PushVlan, 5),
    (Kind::PopVlan, 5),
    (Kind::PushMpls, 4),
    (Kind::PopMpls, 4),
    (Kind::Ttl, 8),
    (Kind::Group, 6),
    (Kind::Meter, 2),
    (Kind::Queue, 2),
];

/// Up to so many.
pub(crate) fn list(random: &mut Random, about: &About<'_>, most: usize) -> Vec<Action> {
    let mut packet = about.matching.clone();
    let mut actions = Vec::new();
    for _ in 0..=random.below(most) {
        let about = About {
            matching: &packet,
            ..*about
        };
        let Some(action) = action(random, &about) else {
            continue;
        };
        match action {
            Action::PushVlan(_) => packet.set(Field::VlanVid, 0x1000, 0x1000),
            Action::PopVlan => packet.set(Field::VlanVid, 0, 0),
            Action::PushMpls(ethertype) | Action::PopMpls(ethertype) => {
                packet.set(Field::EthType, ethertype.into(), 0xffff);
            }
            _ => {}
        }
        actions.push(action);
    }
    actions
}

fn action(random: &mut Random, about: &About<'_>) -> Option<Action> {
    if random.below(8) < about.nicira {
        return nicira::action(random, about);
    }
    Some(match one_of(random, KINDS) {
        Kind::Output => Action::output(PortNo(1 + u32::from(random.byte() % 4))),
        Kind::Elsewhere => match elsewhere(random) {
            Action::Output { port, .. } if port == PortNo::CONTROLLER && about.pushes_tags => {
                return None;
            }
            other => other,
        },
        Kind::Set => return set_field(random, about),
        Kind::PushVlan if !about.pushes_tags => return None,
        Kind::PushVlan => Action::PushVlan(*random.of(&[0x8100, 0x88a8])),
        Kind::PopVlan if about.keeps_tags => return None,
        Kind::PopVlan => return sensible(random, about, Action::PopVlan),
        Kind::PushMpls if about.has_open_stack => return None,
        Kind::PushMpls => Action::PushMpls(*random.of(&[0x8847, 0x8848])),
        Kind::PopMpls => {
            let known = about.matching.exact(Field::EthType);
            if !matches!(known, Some(0x8847 | 0x8848)) && !random.one_in(10) {
                return None;
            }
            if !about.comes_again {
                return Some(Action::PopMpls(*random.of(&[0x8847, 0x8848])));
            }
            Action::PopMpls(*random.of(&[0x0800, 0x0800, 0x86dd, 0x8847, 0x8848, 0x0806, 0x6558]))
        }
        Kind::Ttl => {
            let action = ttl(random);
            return sensible(random, about, action);
        }
        Kind::Group if !about.groups.is_empty() => Action::Group(*random.of(about.groups)),
        Kind::Meter if !about.meters.is_empty() && about.version == Version::V1_5 => {
            Action::Meter(*random.of(about.meters))
        }
        Kind::Queue => match about.version {
            Version::V1_0 => Action::Enqueue {
                port: PortNo(1 + u32::from(random.byte() % 4)),
                queue: 1,
            },
            _ => Action::SetQueue(random.byte().into()),
        },
        Kind::Group | Kind::Meter => return None,
    })
}

fn elsewhere(random: &mut Random) -> Action {
    let port = match random.below(16) {
        0..=4 => PortNo::IN_PORT,
        5..=8 => {
            return Action::Output {
                port: PortNo::CONTROLLER,
                max_len: *random.of(&[0, 20, 128, 0xffff]),
            };
        }
        9 | 10 => PortNo::ALL,
        11 | 12 => PortNo::FLOOD,
        13 => PortNo::NORMAL,
        14 => PortNo::LOCAL,
        _ => PortNo(9),
    };
    Action::output(port)
}

fn ttl(random: &mut Random) -> Action {
    // Open vSwitch has no copying of it.
    match random.below(6) {
        0 | 1 => Action::DecNwTtl,
        2 => Action::SetNwTtl(pool::ttl(random)),
        3 | 4 => Action::DecMplsTtl,
        _ => Action::SetMplsTtl(pool::ttl(random)),
    }
}

/// Mostly of a field that packets of the match have.
fn set_field(random: &mut Random, about: &About<'_>) -> Option<Action> {
    let field = one_of(random, SET);
    let full = field.info().full_mask();
    let mask = match about.version == Version::V1_5 && field.info().maskable && random.one_in(3) {
        true => pool::mask(random, field),
        false => full,
    };
    let value = pool::value(random, field) & mask;
    sensible(random, about, Action::SetField { field, value, mask })
}

/// Seldom one that a switch refuses.
fn sensible(random: &mut Random, about: &About<'_>, action: Action) -> Option<Action> {
    let checked =
        Instructions::apply([action.clone()]).check(about.version, TableId(0), about.matching);
    (checked.is_ok() || random.one_in(40)).then_some(action)
}
