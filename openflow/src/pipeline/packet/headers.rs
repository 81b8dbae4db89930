//! What a switch takes a frame to have: its fields, and the tags and MPLS entries that no field
//! shows. Actions change these; bytes follow when the packet is sent.

use crate::oxm::Field;
use crate::packet::ethertype;
use crate::pipeline::key::Key;

/// Tags that there is room for.
pub(super) const TAGS_MAX: usize = 2;
/// MPLS entries a switch looks at (`FLOW_MAX_MPLS_LABELS`).
pub(in crate::pipeline) const MPLS_MAX: usize = 3;
/// The bit of the control information that no field has, drop eligible (IEEE 802.1Q §9.6). Here it
/// says that there is a tag.
pub(super) const PRESENT: u16 = 0x1000;
/// Of an MPLS entry: the last one (RFC 3032 §2.1).
pub(super) const BOTTOM: u32 = 0x100;
/// Of an MPLS entry without an IP packet to copy it from (RFC 3443 is silent; Open vSwitch's).
const DEFAULT_TTL: u32 = 64;

const MPLS: u16 = 0x8847;
const MPLS_MULTICAST: u16 = 0x8848;

/// A VLAN tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tag {
    pub(super) ethertype: u16,
    /// With [`PRESENT`]; without it, it is none.
    pub(super) tci: u16,
}

/// Fields, tags and entries; the outer ones come first, and are shown by fields.
#[derive(Debug, Clone)]
pub(in crate::pipeline) struct Headers {
    pub(super) key: Key,
    pub(super) tags: [Tag; TAGS_MAX],
    pub(super) entries: [u32; MPLS_MAX],
}

pub(in crate::pipeline) const fn is_tag(eth_type: u16) -> bool {
    matches!(eth_type, ethertype::VLAN | ethertype::SERVICE_VLAN)
}

pub(in crate::pipeline) const fn is_mpls(eth_type: u16) -> bool {
    matches!(eth_type, MPLS | MPLS_MULTICAST)
}

impl Headers {
    pub(super) fn of(key: Key) -> Self {
        Self {
            key,
            tags: [Tag::default(); TAGS_MAX],
            entries: [0; MPLS_MAX],
        }
    }

    pub(super) fn eth_type(&self) -> u16 {
        u16::try_from(self.key.get(Field::EthType)).unwrap_or_default()
    }

    /// Whether the ethertype says so; there may be no entry.
    pub(super) fn is_mpls(&self) -> bool {
        is_mpls(self.eth_type())
    }

    fn is_ip(&self) -> bool {
        matches!(self.eth_type(), ethertype::IPV4 | ethertype::IPV6)
    }

    /// Tags up to the first that is none.
    pub(super) fn n_tags(&self) -> usize {
        let present = |tag: &&Tag| tag.tci & PRESENT != 0;
        self.tags.iter().take_while(present).count()
    }

    pub(super) fn is_tagged(&self) -> bool {
        self.n_tags() > 0
    }

    /// MPLS entries up to the bottom of the stack. One of zeros counts as none, as in Open vSwitch.
    pub(super) fn n_entries(&self) -> usize {
        if !self.is_mpls() {
            return 0;
        }
        let is_last = |entry: &u32| entry & BOTTOM != 0;
        match self.entries.iter().position(is_last) {
            Some(last) => last + 1,
            None => self.entries.iter().filter(|entry| **entry != 0).count(),
        }
    }

    /// Puts a tag with id and priority 0 in front of all others. Where there are two already the
    /// inner one is lost, as in Open vSwitch.
    pub(super) fn push_tag(&mut self, ethertype: u16) {
        self.tags.rotate_right(1);
        self.tags[0] = Tag {
            ethertype,
            tci: PRESENT,
        };
        self.show_tag();
    }

    /// Takes the outer tag away; without one nothing happens.
    pub(super) fn pop_tag(&mut self) {
        let tags = self.n_tags();
        if tags > 0 {
            self.tags.copy_within(1..tags, 0);
            self.tags[tags - 1] = Tag::default();
            self.show_tag();
        }
    }

    /// Sets bits of the outer tag. The bit that says that it is there makes one, or takes all away,
    /// as in Open vSwitch; the id and the priority of a tag are nowhere in an untagged frame.
    pub(super) fn set_tag(&mut self, field: Field, value: u128, mask: u128) {
        let present = u128::from(PRESENT);
        let mask = match (field, self.is_tagged()) {
            (Field::VlanVid, false) if value & mask & present == 0 => return,
            (Field::VlanPcp, false) => return,
            (Field::VlanVid, true) => mask & !present,
            _ => mask,
        };
        self.key.set(field, value, mask);
        let tci = u16::try_from(self.key.get(Field::VlanTci)).unwrap_or_default();
        let outer = &mut self.tags[0];
        outer.tci = tci;
        if outer.ethertype == 0 && tci != 0 {
            outer.ethertype = ethertype::VLAN;
        }
    }

    fn show_tag(&mut self) {
        let tci = self.tags[0].tci.into();
        self.key.set(Field::VlanTci, tci, u128::MAX);
    }

    /// Puts an MPLS entry in front. It takes label, class and time to live from the entry below; the
    /// first one has the explicit null label, and class and time to live of the IP packet.
    pub(super) fn push_entry(&mut self, ethertype: u16) {
        let entries = self.n_entries();
        if entries == MPLS_MAX {
            return;
        }
        if entries == 0 {
            self.entries[0] = self.first_entry();
            // Of what is below nothing is looked at any more.
            self.key.forget_network();
        } else {
            self.entries.copy_within(..entries, 1);
            self.entries[0] &= !BOTTOM;
        }
        self.key.set(Field::EthType, ethertype.into(), u128::MAX);
        self.show_entry();
    }

    fn first_entry(&self) -> u32 {
        let field = |field| u32::try_from(self.key.get(field)).unwrap_or(0);
        let label = match self.eth_type() {
            ethertype::IPV6 => 2,
            _ => 0,
        };
        let (class, ttl) = match self.is_ip() {
            true => (field(Field::IpDscp) & 7, field(Field::NwTtl)),
            false => (0, 0),
        };
        let ttl = if ttl == 0 { DEFAULT_TTL } else { ttl };
        label << 12 | class << 9 | BOTTOM | ttl
    }

    /// Whether there may be more entries than are looked at: what comes up is not known.
    pub(super) fn is_deeper_than_seen(&self) -> bool {
        self.n_entries() == MPLS_MAX && self.entries[MPLS_MAX - 1] & BOTTOM == 0
    }

    /// Takes the outer entry away; the ethertype is of what is below. Nothing happens without an
    /// entry, or where there may be more than are looked at.
    pub(super) fn pop_entry(&mut self, ethertype: u16) {
        let entries = self.n_entries();
        if entries == 0 || self.is_deeper_than_seen() {
            return;
        }
        self.entries.copy_within(1..entries, 0);
        self.entries[entries - 1] = 0;
        self.key.set(Field::EthType, ethertype.into(), u128::MAX);
        self.show_entry();
    }

    /// Sets bits of the outer entry. Where there is none they make one, as in Open vSwitch.
    pub(super) fn set_entry(&mut self, field: Field, value: u128, mask: u128) {
        if self.is_mpls() {
            self.key.set(field, value, mask);
            let get = |field| u32::try_from(self.key.get(field)).unwrap_or(0);
            self.entries[0] = get(Field::MplsLabel) << 12
                | get(Field::MplsTc) << 9
                | get(Field::MplsBos) << 8
                | get(Field::MplsTtl);
        }
    }

    pub(super) fn show_entry(&mut self) {
        let entry = u128::from(self.entries[0]);
        self.key.set(Field::MplsLabel, entry >> 12, u128::MAX);
        self.key.set(Field::MplsTc, entry >> 9, u128::MAX);
        self.key.set(Field::MplsBos, entry >> 8, u128::MAX);
        self.key.set(Field::MplsTtl, entry, u128::MAX);
    }
}
