//! Actions and instructions for every version.

use std::net::Ipv4Addr;

use bytes::Bytes;
use smallvec::SmallVec;

use super::bits;
use crate::nicira;
use crate::oxm::Field;
use crate::{GroupId, MacAddr, MeterId, PortNo, TableId};

/// Actions in the order they are carried out; up to four without heap allocation.
pub type Actions = SmallVec<[Action; 4]>;

/// One action (OF 1.3.5 §5.12, §7.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Send out of a port. `max_len`: bytes sent to the controller, 0xffff for the whole packet;
    /// no meaning for other ports.
    Output {
        /// Where to.
        port: PortNo,
        /// Bytes for the controller.
        max_len: u16,
    },
    /// Hand to a group.
    Group(GroupId),
    /// Choose the queue for a later output.
    SetQueue(u32),
    /// Output through a queue in one action; 1.0 only.
    Enqueue {
        /// Where to.
        port: PortNo,
        /// Which queue of that port.
        queue: u32,
    },
    /// Overwrite the bits of a field that `mask` has set; masks other than full need 1.5.
    SetField {
        /// Which field.
        field: Field,
        /// Right-aligned.
        value: u128,
        /// Right-aligned, [`crate::oxm::FieldInfo::full_mask`] for the whole field.
        mask: u128,
    },
    /// Copy bits from one field to another: 1.5; 1.3 and 1.4 by the ONF's extension, 1.0 by
    /// Nicira's.
    CopyField(CopyField),
    /// Pass through a meter in the middle of a list: 1.5. See [`Instructions::meter`].
    Meter(MeterId),
    /// Push a VLAN tag with this ethertype (0x8100 or 0x88a8).
    PushVlan(u16),
    /// Pop the outer VLAN tag.
    PopVlan,
    /// Push an MPLS entry with this ethertype (0x8847 or 0x8848).
    PushMpls(u16),
    /// Pop the outer MPLS entry; the argument is the ethertype below.
    PopMpls(u16),
    /// Set the MPLS TTL.
    SetMplsTtl(u8),
    /// Decrement the MPLS TTL.
    DecMplsTtl,
    /// Set the IP TTL.
    SetNwTtl(u8),
    /// Decrement the IP TTL.
    DecNwTtl,
    /// Copy the TTL from the next-to-outer to the outer header.
    CopyTtlOut,
    /// Copy the TTL from the outer to the next-to-outer header.
    CopyTtlIn,
    /// Push a provider backbone bridge header with this ethertype (0x88e7).
    PushPbb(u16),
    /// Pop it.
    PopPbb,
    /// One of Open vSwitch's, by the experimenter Nicira.
    Nicira(Box<nicira::Action<Self>>),
    /// Kept as it is: experimenter id and the bytes after it.
    Experimenter {
        /// Who defines it.
        experimenter: u32,
        /// The rest, padding included.
        body: Bytes,
    },
    /// What a switch told and the model has no name for: an action number, or a set-field of an
    /// unknown field (number 25). Shown, and refused when lowered.
    Unknown {
        /// `ofp_action_type`.
        kind: u16,
        /// The rest.
        body: Bytes,
    },
}

/// Bits copied from one field to another (OF 1.5.1 §7.2.6.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CopyField {
    /// How many bits.
    pub n_bits: u16,
    /// From where.
    pub src: Field,
    /// First bit there, the lowest is 0.
    pub src_offset: u16,
    /// To where.
    pub dst: Field,
    /// First bit there.
    pub dst_offset: u16,
}

impl Action {
    /// Output to a port.
    #[inline]
    #[must_use]
    pub fn output(port: PortNo) -> Self {
        Self::Output { port, max_len: 0 }
    }

    /// The whole packet to the controller.
    #[must_use]
    pub fn to_controller() -> Self {
        Self::Output {
            port: PortNo::CONTROLLER,
            max_len: 0xffff,
        }
    }

    /// Overwrite a whole field.
    #[must_use]
    pub fn set_field(field: Field, value: u128) -> Self {
        let mask = field.info().full_mask();
        Self::SetField {
            field,
            value: value & mask,
            mask,
        }
    }

    /// Overwrite the Ethernet source.
    #[must_use]
    pub fn set_eth_src(mac: MacAddr) -> Self {
        Self::set_field(Field::EthSrc, bits::mac(mac))
    }

    /// Overwrite the Ethernet destination.
    #[must_use]
    pub fn set_eth_dst(mac: MacAddr) -> Self {
        Self::set_field(Field::EthDst, bits::mac(mac))
    }

    /// Overwrite the IPv4 source.
    #[must_use]
    pub fn set_ipv4_src(address: Ipv4Addr) -> Self {
        Self::set_field(Field::Ipv4Src, bits::ipv4(address))
    }

    /// Overwrite the IPv4 destination.
    #[must_use]
    pub fn set_ipv4_dst(address: Ipv4Addr) -> Self {
        Self::set_field(Field::Ipv4Dst, bits::ipv4(address))
    }

    /// Set the id of the outer VLAN tag, 0 to 4095.
    #[must_use]
    pub fn set_vlan(id: u16) -> Self {
        Self::set_field(Field::VlanVid, u128::from(0x1000 | id & 0x0fff))
    }

    /// Without what has no meaning: `max_len` for a port other than the controller, bits outside
    /// the mask.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self {
            Self::Output { port, .. } if port != PortNo::CONTROLLER => Self::output(port),
            Self::SetField { field, value, mask } => {
                let mask = mask & field.info().full_mask();
                Self::SetField {
                    field,
                    value: value & mask,
                    mask,
                }
            }
            other => other,
        }
    }

    /// The specification's name, in lower case.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Output { .. } => "output",
            Self::Group(_) => "group",
            Self::SetQueue(_) => "set_queue",
            Self::Enqueue { .. } => "enqueue",
            Self::SetField { .. } => "set_field",
            Self::CopyField(_) => "copy_field",
            Self::Meter(_) => "meter",
            Self::PushVlan(_) => "push_vlan",
            Self::PopVlan => "pop_vlan",
            Self::PushMpls(_) => "push_mpls",
            Self::PopMpls(_) => "pop_mpls",
            Self::SetMplsTtl(_) => "set_mpls_ttl",
            Self::DecMplsTtl => "dec_mpls_ttl",
            Self::SetNwTtl(_) => "set_nw_ttl",
            Self::DecNwTtl => "dec_nw_ttl",
            Self::CopyTtlOut => "copy_ttl_out",
            Self::CopyTtlIn => "copy_ttl_in",
            Self::PushPbb(_) => "push_pbb",
            Self::PopPbb => "pop_pbb",
            Self::Nicira(action) => action.name(),
            Self::Experimenter { .. } => "experimenter",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// What a flow entry does with its packets (OF 1.3.5 §5.9). 1.0 has `apply` only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Instructions {
    /// Pass through this meter first.
    pub meter: Option<MeterId>,
    /// Carry out at once, in order.
    pub apply: Actions,
    /// Empty the action set.
    pub clear: bool,
    /// Merge into the action set.
    pub write: Actions,
    /// Metadata value and mask to write.
    pub metadata: Option<(u64, u64)>,
    /// Go on at this later table.
    pub goto: Option<TableId>,
}

impl Instructions {
    /// Nothing: the packet is dropped.
    #[inline]
    #[must_use]
    pub fn drop() -> Self {
        Self::default()
    }

    /// Carry out these actions at once.
    #[inline]
    #[must_use]
    pub fn apply(actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            apply: actions.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Without what has no meaning, so that what means the same is equal: compare a rule's
    /// instructions in this form with those of an entry, which always are. An empty list of
    /// actions and none are one already.
    #[must_use]
    pub fn normalized(self) -> Self {
        let each = |actions: Actions| actions.into_iter().map(Action::normalized).collect();
        let metadata = |(value, mask)| (mask != 0).then_some((value & mask, mask));
        Self {
            apply: each(self.apply),
            write: each(self.write),
            metadata: self.metadata.and_then(metadata),
            ..self
        }
        .with_meter_first()
    }

    /// A meter that is the first action is what the instruction of earlier versions is.
    pub(super) fn with_meter_first(mut self) -> Self {
        if let (None, Some(Action::Meter(id))) = (self.meter, self.apply.first()) {
            self.meter = Some(*id);
            self.apply.remove(0);
        }
        self
    }

    /// Groups it hands packets to: these must exist before it does (OF 1.3.5 §6.4).
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        groups(&self.apply).chain(groups(&self.write))
    }
}

/// Groups that actions hand packets to, or copies of them.
pub(super) fn groups(actions: &[Action]) -> Box<dyn Iterator<Item = GroupId> + '_> {
    Box::new(actions.iter().flat_map(|action| {
        let (own, inner): (_, &[Action]) = match action {
            Action::Group(id) => (Some(*id), &[]),
            Action::Nicira(action) => match &**action {
                nicira::Action::Clone(copy) => (None, &copy.actions),
                _ => (None, &[]),
            },
            _ => (None, &[]),
        };
        own.into_iter().chain(groups(inner))
    }))
}
