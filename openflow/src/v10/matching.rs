//! The match of 1.0: one structure, fields switched off by wildcard bits.

use std::net::Ipv4Addr;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::PortNo;
use crate::MacAddr;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// What a flow entry looks for (OF 1.0 §5.2.3, `ofp_match`). A field whose wildcard is set is
/// kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Match {
    /// Which fields do not count.
    #[serde(serialize_with = "wildcards")]
    pub wildcards: Wildcards,
    /// Ingress port.
    pub in_port: PortNo,
    /// Ethernet source.
    pub dl_src: MacAddr,
    /// Ethernet destination.
    pub dl_dst: MacAddr,
    /// VLAN id; 0xffff: no tag.
    pub dl_vlan: u16,
    /// VLAN priority.
    pub dl_vlan_pcp: u8,
    /// Ethernet type; 0x05ff: a frame with a length instead.
    #[serde(serialize_with = "json::hex16")]
    pub dl_type: u16,
    /// DSCP in the upper six bits.
    pub nw_tos: u8,
    /// IP protocol, or the lower byte of the ARP opcode.
    pub nw_proto: u8,
    /// IPv4 source, or ARP sender.
    pub nw_src: Ipv4Addr,
    /// IPv4 destination, or ARP target.
    pub nw_dst: Ipv4Addr,
    /// Source port, or ICMP type.
    pub tp_src: u16,
    /// Destination port, or ICMP code.
    pub tp_dst: u16,
}

impl Match {
    /// Takes every packet.
    pub const ANY: Self = Self {
        wildcards: Wildcards::ALL,
        in_port: PortNo(0),
        dl_src: MacAddr::ZERO,
        dl_dst: MacAddr::ZERO,
        dl_vlan: 0,
        dl_vlan_pcp: 0,
        dl_type: 0,
        nw_tos: 0,
        nw_proto: 0,
        nw_src: Ipv4Addr::UNSPECIFIED,
        nw_dst: Ipv4Addr::UNSPECIFIED,
        tp_src: 0,
        tp_dst: 0,
    };
}

impl Wire for Match {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            wildcards: r.field("wildcards")?,
            in_port: r.field("in_port")?,
            dl_src: r.field("dl_src")?,
            dl_dst: r.field("dl_dst")?,
            dl_vlan: r.field("dl_vlan")?,
            dl_vlan_pcp: r.field("dl_vlan_pcp")?,
            dl_type: r.field_after_pad(1, "dl_type")?,
            nw_tos: r.field("nw_tos")?,
            nw_proto: r.field("nw_proto")?,
            nw_src: r.field_after_pad(2, "nw_src")?,
            nw_dst: r.field("nw_dst")?,
            tp_src: r.field("tp_src")?,
            tp_dst: r.field("tp_dst")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.wildcards.encode(w);
        self.in_port.encode(w);
        self.dl_src.encode(w);
        self.dl_dst.encode(w);
        self.dl_vlan.encode(w);
        self.dl_vlan_pcp.encode(w);
        w.pad(1);
        self.dl_type.encode(w);
        self.nw_tos.encode(w);
        self.nw_proto.encode(w);
        w.pad(2);
        self.nw_src.encode(w);
        self.nw_dst.encode(w);
        self.tp_src.encode(w);
        self.tp_dst.encode(w);
    }
}

wire_flags! {
    /// Which fields of a [`Match`] do not count (OF 1.0 §5.2.3, `ofp_flow_wildcards`). Six bits
    /// from 8 and six from 14 are numbers: how many low bits of the addresses do not count.
    Wildcards: u32 {
        /// Ingress port.
        IN_PORT = 1 << 0;
        /// VLAN id.
        DL_VLAN = 1 << 1;
        /// Ethernet source.
        DL_SRC = 1 << 2;
        /// Ethernet destination.
        DL_DST = 1 << 3;
        /// Ethernet type.
        DL_TYPE = 1 << 4;
        /// IP protocol.
        NW_PROTO = 1 << 5;
        /// Source port.
        TP_SRC = 1 << 6;
        /// Destination port.
        TP_DST = 1 << 7;
        /// VLAN priority.
        DL_VLAN_PCP = 1 << 20;
        /// DSCP.
        NW_TOS = 1 << 21;
    }
}

/// The flags by name, and the two numbers among them as `nw_src:8` for eight low bits.
fn wildcards<S: Serializer>(bits: &Wildcards, s: S) -> Result<S::Ok, S::Error> {
    let numbers = [
        ("nw_src", bits.nw_src_bits()),
        ("nw_dst", bits.nw_dst_bits()),
    ];
    let rest = bits.bits()
        & !Wildcards::all()
            .with_nw_src_bits(63)
            .with_nw_dst_bits(63)
            .bits();
    let mut seq = s.serialize_seq(None)?;
    for (name, _) in bits.iter_names() {
        seq.serialize_element(&name.to_ascii_lowercase())?;
    }
    for (name, count) in numbers.iter().filter(|(_, count)| *count != 0) {
        seq.serialize_element(&format!("{name}:{count}"))?;
    }
    if rest != 0 {
        seq.serialize_element(&rest)?;
    }
    seq.end()
}

impl Wildcards {
    /// Every field, as switches write it.
    pub const ALL: Self = Self::from_bits_retain(0x003f_ffff);

    /// How many low bits of `nw_src` do not count; 32 and more: none does.
    #[must_use]
    pub fn nw_src_bits(self) -> u32 {
        self.bits() >> 8 & 0x3f
    }

    /// How many low bits of `nw_dst` do not count; 32 and more: none does.
    #[must_use]
    pub fn nw_dst_bits(self) -> u32 {
        self.bits() >> 14 & 0x3f
    }

    /// With that many low bits of `nw_src` not counting, at most 63.
    #[must_use]
    pub fn with_nw_src_bits(self, bits: u32) -> Self {
        Self::from_bits_retain(self.bits() & !(0x3f << 8) | bits.min(0x3f) << 8)
    }

    /// With that many low bits of `nw_dst` not counting, at most 63.
    #[must_use]
    pub fn with_nw_dst_bits(self, bits: u32) -> Self {
        Self::from_bits_retain(self.bits() & !(0x3f << 14) | bits.min(0x3f) << 14)
    }
}
