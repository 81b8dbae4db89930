//! Actions.
//!
//! 1.0 sets the id or priority of a VLAN tag and pushes one where there is none. Later versions
//! push and set. What was meant is told by the match ([`Packets`]): in an entry whose match has a
//! tag, a set id is a set field; in any other entry it stands for `push_vlan` and `set_field`
//! behind it, and a `set_field` alone is refused, as a 1.3 switch refuses it. In a packet-out
//! both are taken, since its sender knows the packet; lifted, the packet itself tells.

use super::{no, port, wire};
use crate::flow::{Action, Actions, CopyField, Match, Unsupported, Words, bits};
use crate::oxm::{Field, FieldId};
use crate::packet::{PacketView, ethertype, ip_proto};
use crate::wire::{Wire, Writer};
use crate::{Version, nicira};

/// Whether a packet carries a VLAN tag when an action comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    /// Nothing says it does.
    Absent,
    Present,
    /// The sender knows the packet, we do not.
    Unknown,
}

/// What is known of the packets that actions are carried out on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packets {
    tag: Tag,
    /// IP protocol in an entry that has one; `None` where the sender knows and we do not.
    protocol: Option<Option<u8>>,
}

impl Packets {
    /// Those a packet-out sends.
    pub(super) const SENDERS_OWN: Self = Self {
        tag: Tag::Unknown,
        protocol: None,
    };

    /// The one a packet-out brings along; nothing is known of one that is in a buffer.
    pub(super) fn sent(frame: &[u8]) -> Self {
        let Some(view) = PacketView::parse(frame) else {
            return Self::SENDERS_OWN;
        };
        let ipv4 = view.ipv4();
        Self {
            tag: match view.vlan() {
                Some(_) => Tag::Present,
                None => Tag::Absent,
            },
            protocol: Some(ipv4.map(|ip| ip.protocol())),
        }
    }

    /// Those an entry takes.
    pub(super) fn of(matching: &Match) -> Self {
        let tagged = matching
            .get(Field::VlanVid)
            .is_some_and(|f| f.value & 0x1000 != 0);
        Self {
            tag: if tagged { Tag::Present } else { Tag::Absent },
            protocol: Some(matching.exact(Field::IpProto).map(bits::to_u8)),
        }
    }

    fn may_carry(self, protocol: u8) -> bool {
        self.protocol.is_none_or(|known| known == Some(protocol))
    }
}

pub(super) fn write(
    w: &mut Writer<'_>,
    actions: &[Action],
    packets: Packets,
) -> Result<(), Unsupported> {
    each(actions, packets, |lowered| lowered.encode(w))
}

pub(super) fn lower(actions: &[Action], packets: Packets) -> Result<wire::Actions, Unsupported> {
    let mut all = wire::Actions::new();
    each(actions, packets, |lowered| all.push(lowered))?;
    Ok(all)
}

fn each(
    actions: &[Action],
    mut packets: Packets,
    mut then: impl FnMut(wire::Action),
) -> Result<(), Unsupported> {
    let mut rest = actions;
    while let Some((action, after)) = rest.split_first() {
        rest = after;
        let lowered = match (action, after.first()) {
            (Action::PushVlan(ethertype::VLAN), Some(next)) if sets_vlan(next) => {
                if packets.tag == Tag::Present {
                    return Err(no("push_vlan on a packet with a tag: it holds one"));
                }
                packets.tag = Tag::Present;
                rest = &after[1..];
                lower_one(next, &mut packets)?
            }
            _ => lower_one(action, &mut packets)?,
        };
        then(lowered);
    }
    Ok(())
}

fn sets_vlan(action: &Action) -> bool {
    matches!(
        action,
        Action::SetField {
            field: Field::VlanVid | Field::VlanPcp,
            ..
        }
    )
}

fn lower_one(action: &Action, packets: &mut Packets) -> Result<wire::Action, Unsupported> {
    Ok(match action {
        Action::Output { port, max_len } => wire::Action::Output {
            port: port::lower(*port)?,
            max_len: *max_len,
        },
        Action::Enqueue { port, queue } => wire::Action::Enqueue {
            port: port::lower(*port)?,
            queue_id: *queue,
        },
        Action::PopVlan => {
            packets.tag = Tag::Absent;
            wire::Action::StripVlan
        }
        Action::SetField { field, value, mask } if *mask == field.info().full_mask() => {
            lower_set_field(*field, *value, *packets)?
        }
        Action::SetField { field, .. } => {
            return Err(no(format!("masked set_field of {}", field.info().name)));
        }
        Action::PushVlan(ethertype::VLAN) => {
            return Err(no(
                "push_vlan without a set_field of vlan_vid or vlan_pcp behind it",
            ));
        }
        Action::CopyField(copy) => lower_copy(copy)?,
        Action::Nicira(action) => lower_nicira(action, packets)?,
        Action::Experimenter { experimenter, body } => wire::Action::Vendor {
            vendor: *experimenter,
            data: body.clone(),
        },
        other => return Err(no(format!("{} action", other.name()))),
    })
}

/// Nicira's, by the fields Nicira has.
fn lower_copy(copy: &CopyField) -> Result<wire::Action, Unsupported> {
    let ((src, src_ofs), (dst, dst_ofs)) = copy.encoded(Version::V1_0)?;
    let moved = nicira::Action::RegMove(nicira::RegMove {
        n_bits: copy.n_bits,
        src_ofs,
        dst_ofs,
        src: FieldId::new(src),
        dst: FieldId::new(dst),
    });
    Ok(wire::Action::Nicira(Box::new(moved)))
}

fn lower_nicira(
    action: &nicira::Action<Action>,
    packets: &mut Packets,
) -> Result<wire::Action, Unsupported> {
    // What happens to a tag inside is nothing that happens to the packet.
    let mut inside = *packets;
    let inner = |action: Action| lower_one(&action, &mut inside);
    let lowered = action.clone().try_map(inner)?;
    Ok(wire::Action::Nicira(Box::new(lowered)))
}

fn lower_set_field(
    field: Field,
    value: u128,
    packets: Packets,
) -> Result<wire::Action, Unsupported> {
    let name = field.info().name;
    let tagged = |action| match packets.tag {
        Tag::Absent => Err(no(format!(
            "set_field of {name} without a push_vlan or a tag in the match"
        ))),
        Tag::Present | Tag::Unknown => Ok(action),
    };
    let carrying = |protocol, action| {
        if packets.may_carry(protocol) {
            Ok(action)
        } else {
            Err(no(format!(
                "set_field of {name} without ip_proto={protocol} in the match"
            )))
        }
    };
    let tp_port = bits::to_u16(value);
    match field {
        Field::EthSrc => Ok(wire::Action::SetDlSrc {
            dl_addr: bits::to_mac(value),
        }),
        Field::EthDst => Ok(wire::Action::SetDlDst {
            dl_addr: bits::to_mac(value),
        }),
        Field::Ipv4Src => Ok(wire::Action::SetNwSrc {
            nw_addr: bits::to_ipv4(value),
        }),
        Field::Ipv4Dst => Ok(wire::Action::SetNwDst {
            nw_addr: bits::to_ipv4(value),
        }),
        Field::IpDscp => Ok(wire::Action::SetNwTos {
            nw_tos: bits::to_u8(value) << 2,
        }),
        Field::VlanVid if value & 0x1000 == 0 => {
            Err(no("set_field of vlan_vid without its present bit (0x1000)"))
        }
        Field::VlanVid => tagged(wire::Action::SetVlanVid {
            vlan_vid: bits::to_u16(value & 0x0fff),
        }),
        Field::VlanPcp => tagged(wire::Action::SetVlanPcp {
            vlan_pcp: bits::to_u8(value),
        }),
        Field::TcpSrc => carrying(ip_proto::TCP, wire::Action::SetTpSrc { tp_port }),
        Field::TcpDst => carrying(ip_proto::TCP, wire::Action::SetTpDst { tp_port }),
        Field::UdpSrc => carrying(ip_proto::UDP, wire::Action::SetTpSrc { tp_port }),
        Field::UdpDst => carrying(ip_proto::UDP, wire::Action::SetTpDst { tp_port }),
        _ => Err(no(format!("set_field of {name}"))),
    }
}

/// What has no name in the model goes into `unknown` and stays among the actions.
pub(super) fn lift(actions: wire::Actions, mut packets: Packets, unknown: &mut Words) -> Actions {
    let mut out = Actions::new();
    for action in actions {
        lift_one(action, &mut packets, &mut out, unknown);
    }
    out
}

fn lift_one(action: wire::Action, packets: &mut Packets, out: &mut Actions, unknown: &mut Words) {
    let set = Action::set_field;
    let lifted = match action {
        wire::Action::Output { port, max_len } => Action::Output {
            port: port.into(),
            max_len,
        }
        .normalized(),
        wire::Action::SetVlanVid { vlan_vid } => {
            push_where_absent(packets, out);
            set(Field::VlanVid, u128::from(0x1000 | vlan_vid & 0x0fff))
        }
        wire::Action::SetVlanPcp { vlan_pcp } => {
            push_where_absent(packets, out);
            set(Field::VlanPcp, vlan_pcp.into())
        }
        wire::Action::StripVlan => {
            packets.tag = Tag::Absent;
            Action::PopVlan
        }
        wire::Action::SetDlSrc { dl_addr } => set(Field::EthSrc, bits::mac(dl_addr)),
        wire::Action::SetDlDst { dl_addr } => set(Field::EthDst, bits::mac(dl_addr)),
        wire::Action::SetNwSrc { nw_addr } => set(Field::Ipv4Src, bits::ipv4(nw_addr)),
        wire::Action::SetNwDst { nw_addr } => set(Field::Ipv4Dst, bits::ipv4(nw_addr)),
        wire::Action::SetNwTos { nw_tos } => set(Field::IpDscp, u128::from(nw_tos >> 2)),
        wire::Action::SetTpSrc { tp_port } => {
            lift_port(*packets, (Field::TcpSrc, Field::UdpSrc), tp_port, unknown)
        }
        wire::Action::SetTpDst { tp_port } => {
            lift_port(*packets, (Field::TcpDst, Field::UdpDst), tp_port, unknown)
        }
        wire::Action::Enqueue { port, queue_id } => Action::Enqueue {
            port: port.into(),
            queue: queue_id,
        },
        wire::Action::Nicira(action) => lift_nicira(*action, *packets, unknown),
        wire::Action::Vendor { vendor, data } => Action::Experimenter {
            experimenter: vendor,
            body: data,
        },
        wire::Action::Unknown { kind, data } => {
            unknown.note(format_args!("action {kind}"));
            Action::Unknown { kind, body: data }
        }
    };
    out.push(lifted);
}

/// A move is the specification's copy_field, which is what it is in the model.
fn lift_nicira(
    action: nicira::Action<wire::Action>,
    packets: Packets,
    unknown: &mut Words,
) -> Action {
    if let nicira::Action::RegMove(copy) = &action
        && let (Some(src), Some(dst)) = (copy.src.field(), copy.dst.field())
        && let Some(lifted) =
            CopyField::of_encoded(copy.n_bits, (src, copy.src_ofs), (dst, copy.dst_ofs))
    {
        return Action::CopyField(lifted);
    }
    let mut inside = packets;
    let inner = |action| {
        let mut out = Actions::new();
        lift_one(action, &mut inside, &mut out, unknown);
        // Of a tag that is set: the push before it is said by the set inside of another action.
        out.pop().ok_or(())
    };
    match action.try_map(inner) {
        Ok(lifted) => Action::Nicira(Box::new(lifted)),
        Err(()) => {
            unknown.note("an action inside of another");
            Action::Unknown {
                kind: VENDOR,
                body: bytes::Bytes::new(),
            }
        }
    }
}

/// `OFPAT_VENDOR`.
const VENDOR: u16 = 0xffff;

fn push_where_absent(packets: &mut Packets, out: &mut Actions) {
    if packets.tag != Tag::Present {
        out.push(Action::PushVlan(ethertype::VLAN));
        packets.tag = Tag::Present;
    }
}

/// The match or the packet says whose port it is; where neither does, the action cannot be one of
/// ours.
fn lift_port(
    packets: Packets,
    (tcp, udp): (Field, Field),
    port: u16,
    unknown: &mut Words,
) -> Action {
    if packets.protocol == Some(Some(ip_proto::UDP)) {
        return Action::set_field(udp, port.into());
    }
    if packets.protocol != Some(Some(ip_proto::TCP)) {
        unknown.note(format_args!("a port set to {port} of neither TCP nor UDP"));
    }
    Action::set_field(tcp, port.into())
}
