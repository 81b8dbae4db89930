//! What groups the switch can do.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// What groups the switch can do (OF 1.3.5 §7.3.5.11, `ofp_group_features`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupFeatures {
    /// Of which types.
    pub types: GroupTypes,
    /// How they choose and refer to each other.
    pub capabilities: GroupCapabilities,
    /// How many, by type: all, select, indirect, fast failover.
    pub max_groups: [u32; 4],
    /// With which actions, by type likewise.
    pub actions: [ActionTypes; 4],
}

wire_flags! {
    /// Types of groups by their number (OF 1.3.5 §7.3.5.11, `ofp_group_type`).
    GroupTypes: u32 {
        /// All buckets.
        ALL = 1 << 0;
        /// One, by weight.
        SELECT = 1 << 1;
        /// The only one.
        INDIRECT = 1 << 2;
        /// The first that is alive.
        FF = 1 << 3;
    }
}

wire_flags! {
    /// How groups choose and refer to each other (OF 1.3.5 §7.3.5.11,
    /// `ofp_group_capabilities`).
    GroupCapabilities: u32 {
        /// Select groups have weights.
        SELECT_WEIGHT = 1 << 0;
        /// Select groups leave out what is dead.
        SELECT_LIVENESS = 1 << 1;
        /// Groups refer to groups.
        CHAINING = 1 << 2;
        /// Loops of them are refused.
        CHAINING_CHECKS = 1 << 3;
    }
}

wire_flags! {
    /// Actions by the number of their type (OF 1.3.5 §7.2.5, `ofp_action_type`).
    ActionTypes: u32 {
        /// Send out of a port.
        OUTPUT = 1 << 0;
        /// Copy the TTL outward.
        COPY_TTL_OUT = 1 << 11;
        /// Copy the TTL inward.
        COPY_TTL_IN = 1 << 12;
        /// Set the MPLS TTL.
        SET_MPLS_TTL = 1 << 15;
        /// Decrement the MPLS TTL.
        DEC_MPLS_TTL = 1 << 16;
        /// Push a VLAN tag.
        PUSH_VLAN = 1 << 17;
        /// Pop the outer VLAN tag.
        POP_VLAN = 1 << 18;
        /// Push an MPLS entry.
        PUSH_MPLS = 1 << 19;
        /// Pop the outer MPLS entry.
        POP_MPLS = 1 << 20;
        /// Choose the queue.
        SET_QUEUE = 1 << 21;
        /// Hand to a group.
        GROUP = 1 << 22;
        /// Set the IP TTL.
        SET_NW_TTL = 1 << 23;
        /// Decrement the IP TTL.
        DEC_NW_TTL = 1 << 24;
        /// Overwrite a field.
        SET_FIELD = 1 << 25;
        /// Push a provider backbone bridge header.
        PUSH_PBB = 1 << 26;
        /// Pop it.
        POP_PBB = 1 << 27;
        /// Copy one field to another; 1.5.
        COPY_FIELD = 1 << 28;
        /// Pass through a meter; 1.5.
        METER = 1 << 29;
    }
}

impl Wire for GroupFeatures {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            types: r.field("types")?,
            capabilities: r.field("capabilities")?,
            max_groups: four(r, "max_groups")?,
            actions: four(r, "actions")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.types.encode(w);
        self.capabilities.encode(w);
        w.list(&self.max_groups);
        w.list(&self.actions);
    }
}

/// One for each type.
fn four<T: Wire>(r: &mut Reader<'_>, name: &'static str) -> Result<[T; 4], DecodeError> {
    Ok([
        r.field(name)?,
        r.field(name)?,
        r.field(name)?,
        r.field(name)?,
    ])
}
