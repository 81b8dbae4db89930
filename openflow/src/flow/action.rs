//! Actions and instructions for every version.

use bytes::Bytes;
use smallvec::SmallVec;

use crate::oxm::Field;
use crate::{GroupId, MeterId, PortNo, TableId};

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
    /// Kept as it is: experimenter id and the bytes after it.
    Experimenter {
        /// Who defines it.
        experimenter: u32,
        /// The rest, padding included.
        body: Bytes,
    },
}

impl Action {
    /// Output to a port.
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
    #[must_use]
    pub fn drop() -> Self {
        Self::default()
    }

    /// Carry out these actions at once.
    #[must_use]
    pub fn apply(actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            apply: actions.into_iter().collect(),
            ..Self::default()
        }
    }
}
