//! Headers of instructions and actions without what follows them: which are meant.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Header of an instruction (OF 1.3.5 §7.3.5.5.2, `ofp_instruction_id`).
pub type InstructionId = FeatureId<InstructionType>;

/// Header of an action (OF 1.3.5 §7.3.5.5.2, `ofp_action_id`).
pub type ActionId = FeatureId<ActionType>;

/// Header of an instruction or action without what follows it: type and length, and for an
/// experimenter's own who defined it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FeatureId<K> {
    /// One of the specification's.
    Standard {
        /// Which.
        kind: K,
        /// Nothing, but for padding that some write.
        data: Bytes,
    },
    /// An experimenter's own.
    Experimenter {
        /// Who defined it.
        experimenter: u32,
        /// Which of its own.
        data: Bytes,
    },
}

wire_enum! {
    /// Types of instructions (OF 1.3.5 §7.2.4, OF 1.5.1 §7.2.5, `ofp_instruction_type`).
    InstructionType: u16 {
        /// Go on in a table.
        GotoTable = 1 "goto_table";
        /// Set metadata.
        WriteMetadata = 2 "write_metadata";
        /// Add to the action set.
        WriteActions = 3 "write_actions";
        /// Carry out at once.
        ApplyActions = 4 "apply_actions";
        /// Empty the action set.
        ClearActions = 5 "clear_actions";
        /// Pass through a meter; in 1.5 an action.
        Meter = 6 "meter";
        /// Tell statistics by themselves; 1.5.
        StatTrigger = 7 "stat_trigger";
        /// An experimenter's own.
        Experimenter = 0xffff "experimenter";
    }
}

wire_enum! {
    /// Types of actions (OF 1.3.5 §7.2.5, OF 1.5.1 §7.2.6, `ofp_action_type`).
    ActionType: u16 {
        /// Send out of a port.
        Output = 0 "output";
        /// Copy the TTL outward.
        CopyTtlOut = 11 "copy_ttl_out";
        /// Copy the TTL inward.
        CopyTtlIn = 12 "copy_ttl_in";
        /// Set the MPLS TTL.
        SetMplsTtl = 15 "set_mpls_ttl";
        /// Decrement the MPLS TTL.
        DecMplsTtl = 16 "dec_mpls_ttl";
        /// Push a VLAN tag.
        PushVlan = 17 "push_vlan";
        /// Pop the outer VLAN tag.
        PopVlan = 18 "pop_vlan";
        /// Push an MPLS entry.
        PushMpls = 19 "push_mpls";
        /// Pop the outer MPLS entry.
        PopMpls = 20 "pop_mpls";
        /// Choose the queue.
        SetQueue = 21 "set_queue";
        /// Hand to a group.
        Group = 22 "group";
        /// Set the IP TTL.
        SetNwTtl = 23 "set_nw_ttl";
        /// Decrement the IP TTL.
        DecNwTtl = 24 "dec_nw_ttl";
        /// Overwrite a field.
        SetField = 25 "set_field";
        /// Push a provider backbone bridge header.
        PushPbb = 26 "push_pbb";
        /// Pop it.
        PopPbb = 27 "pop_pbb";
        /// Copy one field to another; 1.5.
        CopyField = 28 "copy_field";
        /// Pass through a meter; 1.5.
        Meter = 29 "meter";
        /// An experimenter's own.
        Experimenter = 0xffff "experimenter";
    }
}

impl<K> FeatureId<K> {
    /// Type of an experimenter's own.
    const EXPERIMENTER: u16 = 0xffff;

    /// One of the specification's.
    #[must_use]
    pub fn standard(kind: K) -> Self {
        let data = Bytes::new();
        Self::Standard { kind, data }
    }
}

impl<K: From<u16> + Into<u16> + Copy> Wire for FeatureId<K> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, mut r) = r.tlv()?;
        Ok(match kind {
            Self::EXPERIMENTER => Self::Experimenter {
                experimenter: r.field("experimenter")?,
                data: r.rest(),
            },
            kind => Self::Standard {
                kind: kind.into(),
                data: r.rest(),
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "table_features.properties.ids";
        match self {
            Self::Standard { kind, data } => w.tlv((*kind).into(), what, |w| w.bytes(data)),
            Self::Experimenter { experimenter, data } => w.tlv(Self::EXPERIMENTER, what, |w| {
                w.u32(*experimenter);
                w.bytes(data);
            }),
        }
    }
}

impl<K: Serialize> Serialize for FeatureId<K> {
    /// The type, and what else there is.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        let data = match self {
            Self::Standard { kind, data } => {
                map.serialize_entry("type", kind)?;
                data
            }
            Self::Experimenter { experimenter, data } => {
                map.serialize_entry("type", "experimenter")?;
                map.serialize_entry("experimenter", &format!("{experimenter:#010x}"))?;
                data
            }
        };
        if !data.is_empty() {
            map.serialize_entry("data", &hex::encode(data))?;
        }
        map.end()
    }
}
