//! What fields are called.

use super::ParseFlowError;
use crate::flow::Match;
use crate::oxm::Field;

/// Abbreviation, Ethernet type and IP protocol. One with a protocol comes before that of its
/// Ethernet type alone: the first that fits is printed.
pub(super) const ABBREVIATIONS: [(&str, u128, Option<u128>); 15] = [
    ("icmp", 0x0800, Some(1)),
    ("igmp", 0x0800, Some(2)),
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

/// Field, its name in a match, its name in a set-field; in the order Open vSwitch prints them in.
/// `vlan_vid` stands for the tag as a whole.
pub(super) const NAMES: [(Field, &str, &str); 41] = [
    (Field::TunnelId, "tun_id", "tun_id"),
    (Field::Metadata, "metadata", "metadata"),
    (Field::InPort, "in_port", "in_port"),
    (Field::InPhyPort, "in_phy_port", "in_phy_port"),
    (Field::VlanVid, "vlan_vid", "vlan_vid"),
    (Field::VlanPcp, "dl_vlan_pcp", "vlan_pcp"),
    (Field::EthSrc, "dl_src", "eth_src"),
    (Field::EthDst, "dl_dst", "eth_dst"),
    (Field::EthType, "dl_type", "eth_type"),
    (Field::Ipv6Src, "ipv6_src", "ipv6_src"),
    (Field::Ipv6Dst, "ipv6_dst", "ipv6_dst"),
    (Field::Ipv6Flabel, "ipv6_label", "ipv6_label"),
    (Field::ArpSpa, "arp_spa", "arp_spa"),
    (Field::ArpTpa, "arp_tpa", "arp_tpa"),
    (Field::Ipv4Src, "nw_src", "ip_src"),
    (Field::Ipv4Dst, "nw_dst", "ip_dst"),
    (Field::IpProto, "nw_proto", "nw_proto"),
    (Field::ArpOp, "arp_op", "arp_op"),
    (Field::ArpSha, "arp_sha", "arp_sha"),
    (Field::ArpTha, "arp_tha", "arp_tha"),
    (Field::IpDscp, "nw_tos", "ip_dscp"),
    (Field::IpEcn, "nw_ecn", "nw_ecn"),
    (Field::MplsLabel, "mpls_label", "mpls_label"),
    (Field::MplsTc, "mpls_tc", "mpls_tc"),
    (Field::MplsBos, "mpls_bos", "mpls_bos"),
    (Field::TcpSrc, "tp_src", "tcp_src"),
    (Field::TcpDst, "tp_dst", "tcp_dst"),
    (Field::UdpSrc, "tp_src", "udp_src"),
    (Field::UdpDst, "tp_dst", "udp_dst"),
    (Field::SctpSrc, "tp_src", "sctp_src"),
    (Field::SctpDst, "tp_dst", "sctp_dst"),
    (Field::Icmpv4Type, "icmp_type", "icmp_type"),
    (Field::Icmpv4Code, "icmp_code", "icmp_code"),
    (Field::Icmpv6Type, "icmp_type", "icmpv6_type"),
    (Field::Icmpv6Code, "icmp_code", "icmpv6_code"),
    (Field::Ipv6NdTarget, "nd_target", "nd_target"),
    (Field::Ipv6NdSll, "nd_sll", "nd_sll"),
    (Field::Ipv6NdTll, "nd_tll", "nd_tll"),
    (Field::Ipv6Exthdr, "ipv6_exthdr", "ipv6_exthdr"),
    (Field::PbbIsid, "pbb_isid", "pbb_isid"),
    (Field::PbbUca, "pbb_uca", "pbb_uca"),
];

/// Old names that mean a field of ARP under `arp`; read, not written.
const OF_ARP: [(Field, &str); 3] = [
    (Field::ArpSpa, "nw_src"),
    (Field::ArpTpa, "nw_dst"),
    (Field::ArpOp, "nw_proto"),
];

/// The name for `set_field`.
pub(super) fn set_name(field: Field) -> &'static str {
    NAMES
        .iter()
        .find(|row| row.0 == field)
        .map_or_else(|| field.info().name, |row| row.2)
}

/// The field of that name; of several, the one whose prerequisites `matching` has.
pub(super) fn resolve(name: &str, matching: &Match) -> Result<Field, ParseFlowError> {
    let by_old_name = || {
        let rows = NAMES.iter().map(|row| (row.0, row.1)).chain(OF_ARP);
        rows.filter(move |row| row.1 == name).map(|row| row.0)
    };
    let meant = |field: &Field| field.info().prerequisite.is_none_or(|it| matching.has(it));
    if let Some(field) = by_old_name().find(meant) {
        return Ok(field);
    }
    if matches!(name, "tp_src" | "tp_dst") {
        return Err(ParseFlowError::new(
            name,
            "needs tcp, udp or sctp, or their IPv6 forms",
        ));
    }
    by_old_name()
        .next()
        .or_else(|| {
            Field::ALL
                .iter()
                .copied()
                .find(|field| field.info().name == name)
        })
        .or_else(|| NAMES.iter().find(|row| row.2 == name).map(|row| row.0))
        .ok_or_else(|| ParseFlowError::new(name, "no field of that name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_name_and_is_found_by_those_of_a_set_field_and_the_specification() {
        for field in Field::ALL {
            assert!(NAMES.iter().any(|row| row.0 == *field), "{field:?}");
            assert_eq!(resolve(set_name(*field), &Match::any()), Ok(*field));
            assert_eq!(resolve(field.info().name, &Match::any()), Ok(*field));
        }
    }
}
