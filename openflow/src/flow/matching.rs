//! One match for every version: a set of fields with values and masks.

use std::net::{Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

use super::bits;
use crate::oxm::Field;
use crate::{MacAddr, PortNo};

/// One field of a match: the packet's value under `mask` equals `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchField {
    /// Which field.
    pub field: Field,
    /// Right-aligned; zero where `mask` is zero.
    pub value: u128,
    /// Right-aligned; [`crate::oxm::FieldInfo::full_mask`] for an exact match, never zero.
    pub mask: u128,
}

impl MatchField {
    /// All bits of the field count.
    #[inline]
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.mask == self.field.info().full_mask()
    }
}

/// What a flow entry looks for. An empty match takes every packet.
///
/// Canonical: fields are sorted and unique, bits outside the masks are zero; so two matches that
/// are equal in meaning are equal as values, in hashes and in text. Up to six fields are held
/// without heap allocation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Match {
    fields: SmallVec<[MatchField; 6]>,
}

/// How a match treats the VLAN tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VlanMatch {
    /// No tag.
    Untagged,
    /// Tagged, whatever the id.
    Any,
    /// Tagged with this id, 0 to 4095.
    Id(u16),
}

/// A mask of `ip_frag` in one form: no fragment is none whether or not it is asked of which, and a
/// later fragment is a fragment.
fn whole_fragment(value: u128, mask: u128) -> (u128, u128) {
    match (value, mask) {
        (0, 1) => (0, 3),
        (2, 2) => (3, 3),
        other => other,
    }
}

/// Setters replace an earlier value of the same field. Those that need another field (an IPv4
/// address needs `eth_type=0x0800`) set it too where it is absent.
impl Match {
    /// Takes every packet.
    #[inline]
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// The fields in their canonical order.
    #[inline]
    #[must_use]
    pub fn fields(&self) -> &[MatchField] {
        &self.fields
    }

    /// The field's value and mask, if it is matched.
    #[inline]
    #[must_use]
    pub fn get(&self, field: Field) -> Option<MatchField> {
        let at = self.fields.binary_search_by_key(&field, |f| f.field).ok()?;
        Some(self.fields[at])
    }

    /// Whether the field is matched, or of a long register a part.
    pub(super) fn mentions(&self, field: Field) -> bool {
        let is_there = |field: &Field| self.get(*field).is_some();
        is_there(&field) || field.registers().iter().any(is_there)
    }

    /// The field's value, if it is matched with all its bits.
    #[inline]
    #[must_use]
    pub fn exact(&self, field: Field) -> Option<u128> {
        self.get(field)
            .filter(MatchField::is_exact)
            .map(|found| found.value)
    }

    /// Whether every packet this match takes is one that `other` takes too, as far as that can be
    /// seen field by field (which is how a switch decides it for a non-strict delete).
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        other.fields.iter().all(|wide| {
            self.get(wide.field).is_some_and(|narrow| {
                narrow.mask & wide.mask == wide.mask && narrow.value & wide.mask == wide.value
            })
        })
    }

    /// Sets one field under a mask; an all-zero mask removes it. Bits beyond the field's width
    /// are cut off. The absence of a VLAN tag has one form, however many bits were asked for.
    ///
    /// Another encoding of a field ([`crate::oxm::FieldInfo::canonical`]) sets the field itself, and
    /// a long register those it is a view of ([`Field::registers`]): a switch may tell back the one
    /// for the other.
    #[inline]
    pub fn set(&mut self, field: Field, value: u128, mask: u128) {
        if field.info().canonical.is_some() {
            let (field, value, mask) = field.to_canonical(value, Some(mask));
            return self.set(field, value, mask.unwrap_or(u128::MAX));
        }
        if field == Field::VlanTci && self.set_tag(value, mask) {
            return;
        }
        if !field.registers().is_empty() {
            return self.set_registers(field, value, mask);
        }
        let mut mask = mask & field.info().full_mask();
        let mut value = value;
        if field == Field::IpFrag {
            (value, mask) = whole_fragment(value & mask, mask);
        }
        if field == Field::VlanVid && mask & 0x1000 != 0 && value & mask == 0 {
            mask = field.info().full_mask();
        }
        let new = MatchField {
            field,
            value: value & mask,
            mask,
        };
        // Mostly a match is built in the order of the table.
        if mask != 0 && self.fields.last().is_none_or(|last| last.field < field) {
            self.fields.push(new);
            return;
        }
        match self.fields.binary_search_by_key(&field, |f| f.field) {
            Ok(at) if mask == 0 => {
                self.fields.remove(at);
            }
            Ok(at) => self.fields[at] = new,
            Err(_) if mask == 0 => {}
            Err(at) => self.fields.insert(at, new),
        }
    }

    /// A long register, in those of 32 bits.
    fn set_registers(&mut self, view: Field, value: u128, mask: u128) {
        for (place, register) in view.registers().iter().rev().enumerate() {
            self.set(*register, value >> (32 * place), mask >> (32 * place));
        }
    }

    /// The tag as Open vSwitch's `vlan_tci` has it, in the fields the specification has for it;
    /// `false` where these cannot say it: a part of the priority.
    fn set_tag(&mut self, value: u128, mask: u128) -> bool {
        const PRESENT: u128 = 0x1000;
        const PRIORITY: u128 = 0xe000;
        let (value, mask) = (value & mask & 0xffff, mask & 0xffff);
        if mask & PRESENT != 0 && value == 0 {
            // No tag: neither id nor priority are there to be matched.
            self.set(Field::VlanVid, 0, 0x1fff);
            return true;
        }
        if mask & PRIORITY != 0 && mask & PRIORITY != PRIORITY {
            return false;
        }
        self.set(Field::VlanVid, value & 0x1fff, mask & 0x1fff);
        self.set(Field::VlanPcp, value >> 13, mask >> 13);
        true
    }

    /// This field exactly.
    #[inline]
    #[must_use]
    pub fn with(mut self, field: Field, value: u128) -> Self {
        self.set(field, value, u128::MAX);
        self
    }

    /// This field under a mask.
    #[must_use]
    pub fn with_masked(mut self, field: Field, value: u128, mask: u128) -> Self {
        self.set(field, value, mask);
        self
    }

    fn needing(mut self, field: Field, value: u128) -> Self {
        if self.get(field).is_none() {
            self.set(field, value, u128::MAX);
        }
        self
    }

    /// Ingress port.
    #[inline]
    #[must_use]
    pub fn in_port(self, port: PortNo) -> Self {
        self.with(Field::InPort, port.0.into())
    }

    /// Ethernet source.
    #[inline]
    #[must_use]
    pub fn eth_src(self, mac: MacAddr) -> Self {
        self.with(Field::EthSrc, bits::mac(mac))
    }

    /// Ethernet destination.
    #[inline]
    #[must_use]
    pub fn eth_dst(self, mac: MacAddr) -> Self {
        self.with(Field::EthDst, bits::mac(mac))
    }

    /// Every group address: multicast and broadcast. 1.0 cannot express it.
    #[must_use]
    pub fn eth_dst_multicast(self) -> Self {
        self.with_masked(Field::EthDst, 1 << 40, 1 << 40)
    }

    /// Ethernet type of the payload.
    #[inline]
    #[must_use]
    pub fn eth_type(self, ethertype: u16) -> Self {
        self.with(Field::EthType, ethertype.into())
    }

    /// The VLAN tag.
    #[must_use]
    pub fn vlan(self, vlan: VlanMatch) -> Self {
        match vlan {
            VlanMatch::Untagged => self.with(Field::VlanVid, 0),
            VlanMatch::Any => self.with_masked(Field::VlanVid, 0x1000, 0x1000),
            VlanMatch::Id(id) => self.with(Field::VlanVid, u128::from(0x1000 | (id & 0xfff))),
        }
    }

    /// IPv4 source, first `prefix` bits (0 to 32).
    #[must_use]
    pub fn ipv4_src(self, address: Ipv4Addr, prefix: u8) -> Self {
        self.needing(Field::EthType, 0x0800).with_masked(
            Field::Ipv4Src,
            u32::from(address).into(),
            bits::prefix_mask(32, prefix.into()),
        )
    }

    /// IPv4 destination, first `prefix` bits (0 to 32).
    #[must_use]
    pub fn ipv4_dst(self, address: Ipv4Addr, prefix: u8) -> Self {
        self.needing(Field::EthType, 0x0800).with_masked(
            Field::Ipv4Dst,
            u32::from(address).into(),
            bits::prefix_mask(32, prefix.into()),
        )
    }

    /// IPv6 source, first `prefix` bits (0 to 128).
    #[must_use]
    pub fn ipv6_src(self, address: Ipv6Addr, prefix: u8) -> Self {
        self.needing(Field::EthType, 0x86dd).with_masked(
            Field::Ipv6Src,
            address.into(),
            bits::prefix_mask(128, prefix.into()),
        )
    }

    /// IPv6 destination, first `prefix` bits (0 to 128).
    #[must_use]
    pub fn ipv6_dst(self, address: Ipv6Addr, prefix: u8) -> Self {
        self.needing(Field::EthType, 0x86dd).with_masked(
            Field::Ipv6Dst,
            address.into(),
            bits::prefix_mask(128, prefix.into()),
        )
    }

    /// IPv4 protocol or IPv6 next header; `eth_type` is IPv4 unless set before.
    #[must_use]
    pub fn ip_proto(self, protocol: u8) -> Self {
        self.needing(Field::EthType, 0x0800)
            .with(Field::IpProto, protocol.into())
    }

    /// TCP source port.
    #[must_use]
    pub fn tcp_src(self, port: u16) -> Self {
        self.ip_proto(6).with(Field::TcpSrc, port.into())
    }

    /// TCP destination port.
    #[must_use]
    pub fn tcp_dst(self, port: u16) -> Self {
        self.ip_proto(6).with(Field::TcpDst, port.into())
    }

    /// UDP source port.
    #[must_use]
    pub fn udp_src(self, port: u16) -> Self {
        self.ip_proto(17).with(Field::UdpSrc, port.into())
    }

    /// UDP destination port.
    #[must_use]
    pub fn udp_dst(self, port: u16) -> Self {
        self.ip_proto(17).with(Field::UdpDst, port.into())
    }

    /// ARP opcode: 1 request, 2 reply.
    #[must_use]
    pub fn arp_op(self, op: u16) -> Self {
        self.needing(Field::EthType, 0x0806)
            .with(Field::ArpOp, op.into())
    }

    /// ARP target IPv4 address.
    #[must_use]
    pub fn arp_tpa(self, address: Ipv4Addr) -> Self {
        self.needing(Field::EthType, 0x0806)
            .with(Field::ArpTpa, u32::from(address).into())
    }
}
