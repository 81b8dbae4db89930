//! The match.
//!
//! A switch ignores a field whose prerequisites are not matched (OF 1.0 §3.4), so lowering refuses
//! it, and lifting leaves it out: the match that comes back is the one that is carried out.

use super::{no, port, wire};
use crate::PortNo;
use crate::flow::{Match, MatchField, Unsupported, bits};
use crate::oxm::Field;
use crate::packet::{ethertype, ip_proto};
use wire::Wildcards;

/// `dl_vlan` of a packet without a tag (OF 1.0 §5.2.3, `OFP_VLAN_NONE`).
const VLAN_NONE: u16 = 0xffff;
/// Bit 12 of `vlan_vid`: a tag is there.
const VLAN_PRESENT: u128 = 0x1000;
/// SCTP ports are not in 1.0, but Open vSwitch matches them.
const SCTP: u8 = 132;

pub(super) fn lower(matching: &Match) -> Result<wire::Match, Unsupported> {
    let mut out = wire::Match::ANY;
    for field in matching.fields() {
        put(&mut out, matching, field)?;
    }
    Ok(out)
}

/// Whether the switch will take the entry for one without wildcards, of the highest priority.
pub(super) fn is_exact(matching: &wire::Match) -> bool {
    matching.wildcards.is_empty()
}

fn put(out: &mut wire::Match, all: &Match, field: &MatchField) -> Result<(), Unsupported> {
    check_prerequisites(all, field)?;
    match field.field {
        Field::Ipv4Src | Field::ArpSpa => {
            out.nw_src = bits::to_ipv4(field.value);
            out.wildcards = out.wildcards.with_nw_src_bits(host_bits(field)?);
        }
        Field::Ipv4Dst | Field::ArpTpa => {
            out.nw_dst = bits::to_ipv4(field.value);
            out.wildcards = out.wildcards.with_nw_dst_bits(host_bits(field)?);
        }
        Field::VlanVid => put_vlan(out, all, field)?,
        _ => put_exact(out, field)?,
    }
    Ok(())
}

fn put_exact(out: &mut wire::Match, field: &MatchField) -> Result<(), Unsupported> {
    let value = field.value;
    let bit = match field.field {
        Field::InPort => {
            out.in_port = port::lower(PortNo(bits::to_u32(value)))?;
            Wildcards::IN_PORT
        }
        Field::EthSrc => {
            out.dl_src = bits::to_mac(value);
            Wildcards::DL_SRC
        }
        Field::EthDst => {
            out.dl_dst = bits::to_mac(value);
            Wildcards::DL_DST
        }
        Field::EthType => {
            out.dl_type = bits::to_u16(value);
            Wildcards::DL_TYPE
        }
        Field::VlanPcp => {
            out.dl_vlan_pcp = bits::to_u8(value);
            Wildcards::DL_VLAN_PCP
        }
        Field::IpDscp => {
            out.nw_tos = bits::to_u8(value) << 2;
            Wildcards::NW_TOS
        }
        Field::IpProto => {
            out.nw_proto = bits::to_u8(value);
            Wildcards::NW_PROTO
        }
        Field::ArpOp => {
            out.nw_proto = u8::try_from(value)
                .map_err(|_| no(format!("arp_op {value}: 8 bits of it are matched")))?;
            Wildcards::NW_PROTO
        }
        Field::TcpSrc | Field::UdpSrc | Field::Icmpv4Type => {
            out.tp_src = bits::to_u16(value);
            Wildcards::TP_SRC
        }
        Field::TcpDst | Field::UdpDst | Field::Icmpv4Code => {
            out.tp_dst = bits::to_u16(value);
            Wildcards::TP_DST
        }
        other => return Err(no(other.info().name)),
    };
    if !field.is_exact() {
        return Err(no(format!("masked {}", field.field.info().name)));
    }
    out.wildcards.remove(bit);
    Ok(())
}

/// Without a tag, with one of this id, or, together with a priority only, with one of any id.
fn put_vlan(out: &mut wire::Match, all: &Match, field: &MatchField) -> Result<(), Unsupported> {
    let any_tag = (VLAN_PRESENT, VLAN_PRESENT);
    out.dl_vlan = match field.value {
        0 if field.is_exact() => VLAN_NONE,
        id if field.is_exact() && id & VLAN_PRESENT != 0 => bits::to_u16(id & 0x0fff),
        // The priority's own bit says that there is a tag.
        _ if (field.value, field.mask) == any_tag && all.get(Field::VlanPcp).is_some() => {
            return Ok(());
        }
        _ if (field.value, field.mask) == any_tag => {
            return Err(no("vlan_vid of any tag without a vlan_pcp"));
        }
        _ => return Err(no("masked vlan_vid")),
    };
    out.wildcards.remove(Wildcards::DL_VLAN);
    Ok(())
}

/// Low bits that do not count.
fn host_bits(field: &MatchField) -> Result<u32, Unsupported> {
    match bits::prefix_len(field.mask, 32) {
        Some(prefix) => Ok(32 - prefix),
        None => Err(no(format!(
            "{} under a mask that is no prefix",
            field.field.info().name
        ))),
    }
}

fn check_prerequisites(all: &Match, field: &MatchField) -> Result<(), Unsupported> {
    let (eth_type, protocol) = match field.field {
        Field::IpDscp | Field::IpProto | Field::Ipv4Src | Field::Ipv4Dst => (ethertype::IPV4, None),
        Field::TcpSrc | Field::TcpDst => (ethertype::IPV4, Some(ip_proto::TCP)),
        Field::UdpSrc | Field::UdpDst => (ethertype::IPV4, Some(ip_proto::UDP)),
        Field::Icmpv4Type | Field::Icmpv4Code => (ethertype::IPV4, Some(ip_proto::ICMP)),
        Field::ArpOp | Field::ArpSpa | Field::ArpTpa => (ethertype::ARP, None),
        _ => return Ok(()),
    };
    let name = field.field.info().name;
    if all.exact(Field::EthType) != Some(eth_type.into()) {
        return Err(no(format!("{name} without eth_type={eth_type:#06x}")));
    }
    match protocol {
        Some(protocol) if all.exact(Field::IpProto) != Some(protocol.into()) => {
            Err(no(format!("{name} without ip_proto={protocol}")))
        }
        _ => Ok(()),
    }
}

pub(super) fn lift(from: &wire::Match) -> Match {
    let has = |bit| !from.wildcards.contains(bit);
    let mut to = Match::any();
    let mut exact = |field, value: u128| to.set(field, value, u128::MAX);
    if has(Wildcards::IN_PORT) {
        exact(Field::InPort, PortNo::from(from.in_port).0.into());
    }
    if has(Wildcards::DL_SRC) {
        exact(Field::EthSrc, bits::mac(from.dl_src));
    }
    if has(Wildcards::DL_DST) {
        exact(Field::EthDst, bits::mac(from.dl_dst));
    }
    if has(Wildcards::DL_TYPE) {
        exact(Field::EthType, from.dl_type.into());
    }
    lift_vlan(from, &mut to);
    match to.exact(Field::EthType).map(bits::to_u16) {
        Some(ethertype::IPV4) => lift_ipv4(from, &mut to),
        Some(ethertype::ARP) => lift_arp(from, &mut to),
        _ => {}
    }
    to
}

fn lift_vlan(from: &wire::Match, to: &mut Match) {
    let has_id = !from.wildcards.contains(Wildcards::DL_VLAN);
    let has_priority = !from.wildcards.contains(Wildcards::DL_VLAN_PCP);
    if has_id && from.dl_vlan == VLAN_NONE {
        // A packet without a tag has no priority: Open vSwitch leaves its bit as it likes.
        to.set(Field::VlanVid, 0, u128::MAX);
        return;
    }
    if has_id {
        let id = u128::from(from.dl_vlan & 0x0fff);
        to.set(Field::VlanVid, VLAN_PRESENT | id, u128::MAX);
    } else if has_priority {
        to.set(Field::VlanVid, VLAN_PRESENT, VLAN_PRESENT);
    }
    if has_priority {
        to.set(Field::VlanPcp, from.dl_vlan_pcp.into(), u128::MAX);
    }
}

fn lift_ipv4(from: &wire::Match, to: &mut Match) {
    lift_addresses(from, to, Field::Ipv4Src, Field::Ipv4Dst);
    if !from.wildcards.contains(Wildcards::NW_TOS) {
        to.set(Field::IpDscp, u128::from(from.nw_tos >> 2), u128::MAX);
    }
    if from.wildcards.contains(Wildcards::NW_PROTO) {
        return;
    }
    to.set(Field::IpProto, from.nw_proto.into(), u128::MAX);
    let (src, dst) = match from.nw_proto {
        ip_proto::TCP => (Field::TcpSrc, Field::TcpDst),
        ip_proto::UDP => (Field::UdpSrc, Field::UdpDst),
        ip_proto::ICMP => (Field::Icmpv4Type, Field::Icmpv4Code),
        SCTP => (Field::SctpSrc, Field::SctpDst),
        _ => return,
    };
    if !from.wildcards.contains(Wildcards::TP_SRC) {
        to.set(src, from.tp_src.into(), u128::MAX);
    }
    if !from.wildcards.contains(Wildcards::TP_DST) {
        to.set(dst, from.tp_dst.into(), u128::MAX);
    }
}

fn lift_arp(from: &wire::Match, to: &mut Match) {
    lift_addresses(from, to, Field::ArpSpa, Field::ArpTpa);
    if !from.wildcards.contains(Wildcards::NW_PROTO) {
        to.set(Field::ArpOp, from.nw_proto.into(), u128::MAX);
    }
}

fn lift_addresses(from: &wire::Match, to: &mut Match, src: Field, dst: Field) {
    let mask = |host_bits: u32| bits::prefix_mask(32, 32_u32.saturating_sub(host_bits));
    to.set(
        src,
        bits::ipv4(from.nw_src),
        mask(from.wildcards.nw_src_bits()),
    );
    to.set(
        dst,
        bits::ipv4(from.nw_dst),
        mask(from.wildcards.nw_dst_bits()),
    );
}
