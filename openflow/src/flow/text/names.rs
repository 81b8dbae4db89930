//! What fields are called.
//!
//! Rows go by the name in [`crate::oxm`], so that a field which is new in that table reads and
//! prints by its own name before it has a row here.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::ParseFlowError;
use crate::flow::Match;
use crate::oxm::{Class, Field};

/// Abbreviation, Ethernet type and IP protocol. One with a protocol comes before that of its
/// Ethernet type alone: the first that fits is printed.
pub(super) const ABBREVIATIONS: [(&str, u128, Option<u128>); 14] = [
    ("icmp", 0x0800, Some(1)),
    ("tcp", 0x0800, Some(6)),
    ("udp", 0x0800, Some(17)),
    ("sctp", 0x0800, Some(132)),
    ("ip", 0x0800, None),
    ("icmp6", 0x86dd, Some(58)),
    ("tcp6", 0x86dd, Some(6)),
    ("udp6", 0x86dd, Some(17)),
    ("sctp6", 0x86dd, Some(132)),
    ("ipv6", 0x86dd, None),
    ("arp", 0x0806, None),
    ("rarp", 0x8035, None),
    ("mpls", 0x8847, None),
    ("mplsm", 0x8848, None),
];

/// Abbreviations that are read only. Open vSwitch prints `igmp` and does not read it.
const READ_ONLY_ABBREVIATIONS: [(&str, u128, Option<u128>); 2] =
    [("igmp", 0x0800, Some(2)), ("icmpv6", 0x86dd, Some(58))];

/// Ethernet type and IP protocol of an abbreviation.
pub(super) fn abbreviation(name: &str) -> Option<(u128, Option<u128>)> {
    ABBREVIATIONS
        .iter()
        .chain(&READ_ONLY_ABBREVIATIONS)
        .find(|row| row.0 == name)
        .map(|row| (row.1, row.2))
}

/// Fields in the order Open vSwitch prints them in. The abbreviation and all others, registers
/// above all, come at the empty name.
const ORDER: &[&str] = &[
    "pkt_mark",
    "recirc_id",
    "dp_hash",
    "conj_id",
    "actset_output",
    "ct_state",
    "ct_zone",
    "ct_mark",
    "ct_label",
    "ct_nw_src",
    "ct_nw_dst",
    "ct_ipv6_src",
    "ct_ipv6_dst",
    "ct_nw_proto",
    "ct_tp_src",
    "ct_tp_dst",
    "packet_type",
    OTHERS,
    "tunnel_id",
    "tun_src",
    "tun_dst",
    "tun_ipv6_src",
    "tun_ipv6_dst",
    "tun_gbp_id",
    "tun_gbp_flags",
    "tun_erspan_ver",
    "tun_erspan_idx",
    "tun_erspan_dir",
    "tun_erspan_hwid",
    "tun_gtpu_flags",
    "tun_gtpu_msgtype",
    "tun_flags",
    TUNNEL_METADATA,
    "metadata",
    "in_port",
    "in_phy_port",
    "vlan_tci",
    "vlan_vid",
    "vlan_pcp",
    "eth_src",
    "eth_dst",
    "eth_type",
    "nsh_flags",
    "nsh_ttl",
    "nsh_mdtype",
    "nsh_np",
    "nsh_spi",
    "nsh_si",
    "nsh_c1",
    "nsh_c2",
    "nsh_c3",
    "nsh_c4",
    "ipv6_src",
    "ipv6_dst",
    "ipv6_flabel",
    "arp_spa",
    "arp_tpa",
    "ipv4_src",
    "ipv4_dst",
    "ip_proto",
    "arp_op",
    "arp_sha",
    "arp_tha",
    "ip_dscp",
    "ip_ecn",
    "nw_ttl",
    "mpls_label",
    "mpls_tc",
    "mpls_ttl",
    "mpls_bos",
    "ip_frag",
    "tcp_src",
    "tcp_dst",
    "udp_src",
    "udp_dst",
    "sctp_src",
    "sctp_dst",
    "icmpv4_type",
    "icmpv4_code",
    "icmpv6_type",
    "icmpv6_code",
    "ipv6_nd_target",
    "ipv6_nd_sll",
    "ipv6_nd_tll",
    "tcp_flags",
];
/// Where fields without a place of their own go.
const OTHERS: &str = "";
/// Where all 64 of them go.
const TUNNEL_METADATA: &str = "tun_metadata";

/// Fields that have another name in a match or in a set-field: that of the specification, that in
/// a match, that in a set-field.
const NAMES: &[(&str, &str, &str)] = &[
    ("tunnel_id", "tun_id", "tun_id"),
    ("eth_src", "dl_src", "eth_src"),
    ("eth_dst", "dl_dst", "eth_dst"),
    ("eth_type", "dl_type", "eth_type"),
    ("vlan_pcp", "dl_vlan_pcp", "vlan_pcp"),
    ("ipv6_flabel", "ipv6_label", "ipv6_label"),
    ("ipv4_src", "nw_src", "ip_src"),
    ("ipv4_dst", "nw_dst", "ip_dst"),
    ("ip_proto", "nw_proto", "nw_proto"),
    ("ip_dscp", "nw_tos", "ip_dscp"),
    ("ip_ecn", "nw_ecn", "nw_ecn"),
    ("ip_frag", "nw_frag", "ip_frag"),
    ("tcp_src", "tp_src", "tcp_src"),
    ("tcp_dst", "tp_dst", "tcp_dst"),
    ("udp_src", "tp_src", "udp_src"),
    ("udp_dst", "tp_dst", "udp_dst"),
    ("sctp_src", "tp_src", "sctp_src"),
    ("sctp_dst", "tp_dst", "sctp_dst"),
    ("icmpv4_type", "icmp_type", "icmp_type"),
    ("icmpv4_code", "icmp_code", "icmp_code"),
    ("icmpv6_type", "icmp_type", "icmpv6_type"),
    ("icmpv6_code", "icmp_code", "icmpv6_code"),
    ("ipv6_nd_target", "nd_target", "nd_target"),
    ("ipv6_nd_sll", "nd_sll", "nd_sll"),
    ("ipv6_nd_tll", "nd_tll", "nd_tll"),
];

/// Names that are read and never written. Those that mean a field of ARP under `arp` are old ones.
const ALIASES: &[(&str, &str)] = &[
    ("arp_spa", "nw_src"),
    ("arp_tpa", "nw_dst"),
    ("arp_op", "nw_proto"),
    ("tunnel_id", "tunnel_id"),
    ("nw_ttl", "ip_ttl"),
    ("tun_gtpu_flags", "gtpu_flags"),
    ("tun_gtpu_msgtype", "gtpu_msgtype"),
    ("nsh_spi", "nsp"),
    ("nsh_si", "nsi"),
    ("nsh_c1", "nshc1"),
    ("nsh_c2", "nshc2"),
    ("nsh_c3", "nshc3"),
    ("nsh_c4", "nshc4"),
];

/// Names in capitals, which actions use for bits of a field, where they are not made of the class
/// and the name: that of the specification, and those that are read. The first is written.
const LONG_NAMES: &[(&str, &[&str])] = &[
    ("in_port", &["OXM_OF_IN_PORT"]),
    ("eth_dst", &["NXM_OF_ETH_DST", "OXM_OF_ETH_DST"]),
    ("eth_src", &["NXM_OF_ETH_SRC", "OXM_OF_ETH_SRC"]),
    ("eth_type", &["NXM_OF_ETH_TYPE", "OXM_OF_ETH_TYPE"]),
    ("ip_proto", &["NXM_OF_IP_PROTO", "OXM_OF_IP_PROTO"]),
    ("ip_ecn", &["NXM_NX_IP_ECN", "OXM_OF_IP_ECN"]),
    ("ipv4_src", &["NXM_OF_IP_SRC", "OXM_OF_IPV4_SRC"]),
    ("ipv4_dst", &["NXM_OF_IP_DST", "OXM_OF_IPV4_DST"]),
    ("tcp_src", &["NXM_OF_TCP_SRC", "OXM_OF_TCP_SRC"]),
    ("tcp_dst", &["NXM_OF_TCP_DST", "OXM_OF_TCP_DST"]),
    ("udp_src", &["NXM_OF_UDP_SRC", "OXM_OF_UDP_SRC"]),
    ("udp_dst", &["NXM_OF_UDP_DST", "OXM_OF_UDP_DST"]),
    ("icmpv4_type", &["NXM_OF_ICMP_TYPE", "OXM_OF_ICMPV4_TYPE"]),
    ("icmpv4_code", &["NXM_OF_ICMP_CODE", "OXM_OF_ICMPV4_CODE"]),
    ("icmpv6_type", &["NXM_NX_ICMPV6_TYPE", "OXM_OF_ICMPV6_TYPE"]),
    ("icmpv6_code", &["NXM_NX_ICMPV6_CODE", "OXM_OF_ICMPV6_CODE"]),
    ("arp_op", &["NXM_OF_ARP_OP", "OXM_OF_ARP_OP"]),
    ("arp_spa", &["NXM_OF_ARP_SPA", "OXM_OF_ARP_SPA"]),
    ("arp_tpa", &["NXM_OF_ARP_TPA", "OXM_OF_ARP_TPA"]),
    ("arp_sha", &["NXM_NX_ARP_SHA", "OXM_OF_ARP_SHA"]),
    ("arp_tha", &["NXM_NX_ARP_THA", "OXM_OF_ARP_THA"]),
    ("ipv6_src", &["NXM_NX_IPV6_SRC", "OXM_OF_IPV6_SRC"]),
    ("ipv6_dst", &["NXM_NX_IPV6_DST", "OXM_OF_IPV6_DST"]),
    ("ipv6_flabel", &["NXM_NX_IPV6_LABEL", "OXM_OF_IPV6_FLABEL"]),
    (
        "ipv6_nd_target",
        &["NXM_NX_ND_TARGET", "OXM_OF_IPV6_ND_TARGET"],
    ),
    ("ipv6_nd_sll", &["NXM_NX_ND_SLL", "OXM_OF_IPV6_ND_SLL"]),
    ("ipv6_nd_tll", &["NXM_NX_ND_TLL", "OXM_OF_IPV6_ND_TLL"]),
    ("tunnel_id", &["NXM_NX_TUN_ID", "OXM_OF_TUNNEL_ID"]),
    (
        "tcp_flags",
        &[
            "NXM_NX_TCP_FLAGS",
            "ONFOXM_ET_TCP_FLAGS",
            "OXM_OF_TCP_FLAGS",
        ],
    ),
    (
        "actset_output",
        &["ONFOXM_ET_ACTSET_OUTPUT", "OXM_OF_ACTSET_OUTPUT"],
    ),
    ("nw_ttl", &["NXM_NX_IP_TTL"]),
    ("tun_src", &["NXM_NX_TUN_IPV4_SRC"]),
    ("tun_dst", &["NXM_NX_TUN_IPV4_DST"]),
    ("tun_erspan_idx", &["NXOXM_ET_ERSPAN_IDX"]),
    ("tun_erspan_ver", &["NXOXM_ET_ERSPAN_VER"]),
    ("tun_erspan_dir", &["NXOXM_ET_ERSPAN_DIR"]),
    ("tun_erspan_hwid", &["NXOXM_ET_ERSPAN_HWID"]),
    ("tun_gtpu_flags", &["NXOXM_ET_GTPU_FLAGS"]),
    ("tun_gtpu_msgtype", &["NXOXM_ET_GTPU_MSGTYPE"]),
];

/// Fields that no row above tells apart.
const OF_FIELDS: &[(Field, &str)] = &[
    (Field::NxmOfInPort, "NXM_OF_IN_PORT"),
    (Field::NxmOfIpTos, "NXM_OF_IP_TOS"),
    (Field::VlanTci, "NXM_OF_VLAN_TCI"),
    (Field::NdReserved, "ERICOXM_OF_ICMPV6_ND_RESERVED"),
    (Field::NdOptionsType, "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE"),
];

/// The name in capitals: `NXM_NX_REG0`.
pub(super) fn long_name(field: Field) -> Cow<'static, str> {
    let info = field.info();
    if let Some((_, name)) = OF_FIELDS.iter().find(|row| row.0 == field) {
        return Cow::Borrowed(name);
    }
    if let Some((_, names)) = LONG_NAMES.iter().find(|row| row.0 == info.name) {
        return Cow::Borrowed(names[0]);
    }
    let name = info.name.to_ascii_uppercase();
    Cow::Owned(match name.strip_prefix("XREG") {
        Some(number) => format!("OXM_OF_PKT_REG{number}"),
        None if info.class == Class::OPENFLOW_BASIC => format!("OXM_OF_{name}"),
        None if info.class == Class::EXPERIMENTER && !name.starts_with("NSH_") => {
            format!("NXOXM_ET_{name}")
        }
        None if name.starts_with("NSH_") => format!("NXOXM_{name}"),
        None => format!("NXM_NX_{name}"),
    })
}

/// The field of a name in capitals, or of one that [`resolve`] knows.
pub(super) fn resolve_long(name: &str, matching: &Match) -> Result<Field, ParseFlowError> {
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return resolve(name, matching);
    }
    if let Some((field, _)) = OF_FIELDS.iter().find(|row| row.1 == name) {
        return Ok(*field);
    }
    let spec = LONG_NAMES.iter().find(|row| row.1.contains(&name));
    let spec = spec.map(|row| row.0);
    Field::ALL
        .iter()
        .copied()
        .find(|field| match spec {
            Some(spec) => field.info().name == spec,
            None => long_name(*field) == name,
        })
        .ok_or_else(|| ParseFlowError::new(name, "no field of that name"))
}

/// What a field is called, and where it is printed.
#[derive(Debug, Clone, Copy)]
struct Named {
    field: Field,
    /// Place among the fields of a match.
    place: usize,
    in_match: &'static str,
    in_set_field: &'static str,
}

/// In the order of [`Field::ALL`], which is that of the numbers of [`Field`].
static TABLE: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let named = |field: &Field| {
        let name = field.info().name;
        let row = NAMES.iter().find(|row| row.0 == name);
        Named {
            field: *field,
            place: place(name),
            in_match: row.map_or(name, |row| row.1),
            in_set_field: row.map_or(name, |row| row.2),
        }
    };
    Field::ALL.iter().map(named).collect()
});

fn place(name: &str) -> usize {
    let at = |name: &str| ORDER.iter().position(|one| *one == name);
    let group = || {
        let metadata = name.starts_with(TUNNEL_METADATA);
        at(if metadata { TUNNEL_METADATA } else { OTHERS })
    };
    at(name).or_else(group).unwrap_or(ORDER.len())
}

fn named(field: Field) -> &'static Named {
    let by_number = TABLE.get(field as usize).filter(|row| row.field == field);
    by_number
        .or_else(|| TABLE.iter().find(|row| row.field == field))
        .unwrap_or(&TABLE[0])
}

/// Place among the fields of a printed match.
pub(super) fn print_place(field: Field) -> usize {
    named(field).place
}

/// Place of the abbreviation among them.
pub(super) fn abbreviation_place() -> usize {
    place(OTHERS)
}

/// The name in a match, which can mean several fields.
pub(super) fn match_name(field: Field) -> &'static str {
    named(field).in_match
}

/// The name for `set_field`.
pub(super) fn set_name(field: Field) -> &'static str {
    named(field).in_set_field
}

/// The field of that name; of several, the one whose prerequisites `matching` has.
pub(super) fn resolve(name: &str, matching: &Match) -> Result<Field, ParseFlowError> {
    let by_old_name = || {
        let old = |row: &Named| {
            let spec = row.field.info().name;
            row.in_match == name || ALIASES.iter().any(|it| it.0 == spec && it.1 == name)
        };
        let fields = || {
            TABLE
                .iter()
                .filter(|row| row.field.info().canonical.is_none())
        };
        fields().filter(move |row| old(row)).map(|row| row.field)
    };
    let meant = |field: &Field| field.info().prerequisite.is_none_or(|it| matching.has(it));
    if let Some(field) = by_old_name().find(meant) {
        return Ok(field);
    }
    if matches!(name, "tp_src" | "tp_dst") {
        let problem = "needs tcp, udp or sctp, or their IPv6 forms";
        return Err(ParseFlowError::new(name, problem));
    }
    let by = |wanted: fn(&Named) -> &'static str| {
        TABLE
            .iter()
            .find(|row| wanted(row) == name)
            .map(|row| row.field)
    };
    by_old_name()
        .next()
        .or_else(|| by(|row| row.field.info().name))
        .or_else(|| by(|row| row.in_set_field))
        .ok_or_else(|| ParseFlowError::new(name, unknown(name)))
}

/// Says what is near, where something is.
fn unknown(name: &str) -> String {
    let near = TABLE
        .iter()
        .flat_map(|row| [row.in_match, row.in_set_field, row.field.info().name])
        .find(|known| is_near(known, name));
    match near {
        Some(known) => format!("no field of that name: {known}?"),
        None => "no field of that name".to_owned(),
    }
}

/// One letter more, less or other, or two exchanged.
fn is_near(known: &str, given: &str) -> bool {
    let (known, given) = (known.as_bytes(), given.as_bytes());
    let head = known.iter().zip(given).take_while(|(a, b)| a == b).count();
    let (a, b) = (&known[head..], &given[head..]);
    match (a, b) {
        ([x, y, a @ ..], [v, w, b @ ..]) if x == w && y == v => a == b,
        ([_, a @ ..], [_, b @ ..]) if a == b => known.len() > 3,
        ([_, a @ ..], b) if a == b => known.len() > 3,
        (a, [_, b @ ..]) if a == b => known.len() > 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_those_of_a_set_field_and_the_specification() {
        for (number, field) in Field::ALL.iter().enumerate() {
            assert_eq!(TABLE[number].field, *field);
            assert_eq!(*field as usize, number);
            if field.info().canonical.is_some() {
                continue;
            }
            assert_eq!(resolve(set_name(*field), &Match::any()), Ok(*field));
            assert_eq!(resolve(field.info().name, &Match::any()), Ok(*field));
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_seen() {
        assert!(is_near("nw_dst", "nw_dts") && is_near("nw_dst", "nwdst"));
        assert!(is_near("nw_dst", "nw_dstt") && is_near("nw_dst", "nw_det"));
        assert!(!is_near("nw_dst", "nw_src"));
    }
}
