//! What is known of a packet at one place in a list of actions.

use super::ActionError;
use crate::flow::validate::is_of_ethernet;
use crate::flow::{Match, MatchError};
use crate::oxm::{Field, HeaderType, Prerequisite};

/// Tags Open vSwitch has room for in a packet.
const MOST_TAGS: u8 = 2;
/// `+inv` in `ct_state`.
const INVALID: u128 = 0x10;

/// Known of a packet: what the entry matched, and what actions made of it since.
#[derive(Debug, Clone)]
pub(super) struct Packet {
    /// Values of fields, as far as they are prerequisites.
    known: Match,
    /// Whether it begins with an Ethernet header.
    ethernet: bool,
    /// Tags it has at least.
    tags: u8,
}

impl Packet {
    pub(super) fn of(matching: &Match) -> Self {
        let tagged = [Field::VlanVid, Field::VlanTci].into_iter().any(|field| {
            let found = matching.get(field);
            found.is_some_and(|tag| tag.value & 0x1000 != 0)
        });
        let packet_type = matching.exact(Field::PacketType);
        let mut packet = Self {
            known: matching.clone(),
            ethernet: packet_type.is_none_or(|kind| kind == 0),
            tags: 0,
        };
        packet.set_tags(tagged.into());
        packet
    }

    /// Whether it surely has a field.
    pub(super) fn check_field(&self, field: Field) -> Result<(), ActionError> {
        let needs = |needs: &str| {
            let needs = needs.to_owned();
            let field = field.info().name;
            Err(ActionError::Inconsistent(MatchError::Prerequisite {
                field,
                needs,
            }))
        };
        if !self.ethernet && is_of_ethernet(field) {
            return needs("packet_type=0");
        }
        if has_ports(field) && self.is_later_fragment() {
            return needs("ip_frag other than a later one");
        }
        let checked = self.known.check_prerequisite(field);
        checked.map_err(ActionError::Inconsistent)
    }

    fn is_later_fragment(&self) -> bool {
        let found = self.known.get(Field::IpFrag);
        found.is_some_and(|fragment| fragment.value & 2 != 0)
    }

    pub(super) fn has(&self, needed: Prerequisite) -> bool {
        self.known.has(needed)
    }

    pub(super) fn is_ethernet(&self) -> bool {
        self.ethernet
    }

    /// Whether the tracker cannot tell of what connection it is.
    pub(super) fn is_of_invalid_connection(&self) -> bool {
        let state = self.known.get(Field::CtState);
        state.is_some_and(|state| state.value & INVALID != 0)
    }

    pub(super) fn push_tag(&mut self) -> Result<(), ActionError> {
        if self.tags == MOST_TAGS {
            return Err(ActionError::Tags);
        }
        self.set_tags(self.tags + 1);
        Ok(())
    }

    /// Whether there was one.
    pub(super) fn pop_tag(&mut self) -> bool {
        let was_there = self.tags > 0;
        self.set_tags(self.tags.saturating_sub(1));
        was_there
    }

    /// The tag is written with its present bit in it. Of what a mask or a part leaves out, Open
    /// vSwitch takes this bit too to be none.
    pub(super) fn write_tag(&mut self, value: u128) {
        let is_there = value & 0x1000 != 0;
        self.set_tags(if is_there { self.tags.max(1) } else { 0 });
    }

    fn set_tags(&mut self, tags: u8) {
        self.tags = tags;
        let present = if tags == 0 { 0 } else { 0x1000 };
        self.known.set(Field::VlanVid, present, present);
    }

    /// What is in the frame has another type, of which nothing more is known.
    pub(super) fn retype(&mut self, ethertype: Option<u16>) {
        for field in [Field::PacketType, Field::IpProto, Field::Icmpv6Type] {
            self.known.set(field, 0, 0);
        }
        match ethertype {
            Some(ethertype) => self.known.set(Field::EthType, ethertype.into(), u128::MAX),
            None => self.known.set(Field::EthType, 0, 0),
        }
    }

    /// Without a label, the frame has this type; what was known of the packet in it still is.
    pub(super) fn unlabel(&mut self, ethertype: u16) {
        self.known.set(Field::PacketType, 0, 0);
        self.known.set(Field::EthType, ethertype.into(), u128::MAX);
    }

    /// Another header in front, by its packet type: Ethernet, or what an Ethernet type says.
    pub(super) fn encap(&mut self, header: HeaderType) {
        self.ethernet = header == HeaderType::ETHERNET;
        if self.ethernet {
            self.known.set(Field::PacketType, 0, 0);
        } else {
            self.retype(Some(header.ns_type));
        }
    }

    /// Without its first header: below Ethernet is what its type says, below others anything.
    pub(super) fn decap(&mut self) {
        if !self.ethernet {
            self.retype(None);
        }
        self.ethernet = false;
    }

    /// A field has this value, under this mask, from here on.
    pub(super) fn learn(&mut self, field: Field, value: u128, mask: u128) {
        self.known.set(field, value, mask);
    }
}

/// Whether a field is of the headers that Open vSwitch looks for in first fragments only.
fn has_ports(field: Field) -> bool {
    matches!(
        field.info().prerequisite,
        Some(Prerequisite::Is(Field::IpProto, 6 | 17 | 132))
    )
}
