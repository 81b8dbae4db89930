//! Instructions of a flow entry.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::{Actions, action};
use crate::oxs::OxsList;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{MeterId, TableId, Version};

/// Instructions in their order; up to two without heap allocation.
pub type Instructions = SmallVec<[Instruction; 2]>;

/// One instruction (OF 1.3.5 §7.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Instruction {
    /// Go on at a later table.
    GotoTable {
        /// Which.
        table_id: TableId,
    },
    /// Write metadata.
    WriteMetadata {
        /// New bits.
        #[serde(serialize_with = "json::hex64")]
        metadata: u64,
        /// Which of them.
        #[serde(serialize_with = "json::hex64")]
        metadata_mask: u64,
    },
    /// Merge into the action set.
    WriteActions {
        /// These.
        #[serde(serialize_with = "json::list")]
        actions: Actions,
    },
    /// Carry out at once.
    ApplyActions {
        /// These.
        #[serde(serialize_with = "json::list")]
        actions: Actions,
    },
    /// Empty the action set.
    ClearActions,
    /// Pass through a meter; deprecated in 1.5, where an action does it.
    Meter {
        /// Which.
        #[serde(serialize_with = "json::meter_id")]
        meter_id: MeterId,
    },
    /// Tell the controller when statistics reach thresholds; 1.5 and later.
    StatTrigger(Box<StatTrigger>),
    /// An experimenter's own, kept.
    Experimenter {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        experimenter: u32,
        /// The rest.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning in this version, kept.
    Unknown {
        /// The number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

wire_flags! {
    /// How often a threshold counts (OF 1.5.1 §7.2.5, `ofp_stat_trigger_flags`).
    StatTriggerFlags: u32 {
        /// At every multiple of it.
        PERIODIC = 1 << 0;
        /// At the first one only.
        ONLY_FIRST = 1 << 1;
    }
}

/// When the controller is told about statistics (OF 1.5.1 §7.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StatTrigger {
    /// How often.
    pub flags: StatTriggerFlags,
    /// Which statistics, and what they reach.
    pub thresholds: OxsList,
}

/// Numbers of instructions (OF 1.3.5 §7.2.4, `ofp_instruction_type`).
pub(super) mod kind {
    pub(super) const GOTO_TABLE: u16 = 1;
    pub(super) const WRITE_METADATA: u16 = 2;
    pub(super) const WRITE_ACTIONS: u16 = 3;
    pub(in crate::v13) const APPLY_ACTIONS: u16 = 4;
    pub(super) const CLEAR_ACTIONS: u16 = 5;
    pub(super) const METER: u16 = 6;
    pub(super) const STAT_TRIGGER: u16 = 7;
    pub(super) const EXPERIMENTER: u16 = 0xffff;
}

/// Every instruction left in `r`.
pub(crate) fn decode_rest(r: &mut Reader<'_>) -> Result<Instructions, DecodeError> {
    r.blaming(ErrorCode::BAD_INSTRUCTION_BAD_LEN, |r| {
        r.small_list("instructions")
    })
}

impl Wire for Instruction {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, mut r) = r.tlv_of_8()?;
        let instruction = match kind {
            kind::GOTO_TABLE => {
                let table_id = r.field("table_id")?;
                r.pad(3)?;
                Self::GotoTable { table_id }
            }
            kind::WRITE_METADATA => {
                r.pad(4)?;
                Self::WriteMetadata {
                    metadata: r.field("metadata")?,
                    metadata_mask: r.field("metadata_mask")?,
                }
            }
            kind::WRITE_ACTIONS => {
                r.pad(4)?;
                Self::WriteActions {
                    actions: action::decode_rest(&mut r)?,
                }
            }
            kind::APPLY_ACTIONS => {
                r.pad(4)?;
                Self::ApplyActions {
                    actions: action::decode_rest(&mut r)?,
                }
            }
            kind::CLEAR_ACTIONS => {
                r.pad(4)?;
                Self::ClearActions
            }
            kind::METER => Self::Meter {
                meter_id: r.field("meter_id")?,
            },
            kind::STAT_TRIGGER if r.version() >= Version::V1_5 => {
                Self::StatTrigger(Box::new(StatTrigger {
                    flags: r.field("flags")?,
                    thresholds: r.field("thresholds")?,
                }))
            }
            kind::EXPERIMENTER => Self::Experimenter {
                experimenter: r.field("experimenter")?,
                data: r.rest(),
            },
            kind => Self::Unknown {
                kind,
                data: r.rest(),
            },
        };
        r.finish()?;
        Ok(instruction)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.tlv_of_8(self.kind(), "instructions", |w| match self {
            Self::GotoTable { table_id } => table_id.encode(w),
            Self::WriteMetadata {
                metadata,
                metadata_mask,
            } => {
                w.pad(4);
                w.u64(*metadata);
                w.u64(*metadata_mask);
            }
            Self::WriteActions { actions } | Self::ApplyActions { actions } => {
                w.u32(0);
                w.list(actions);
            }
            Self::ClearActions => {}
            Self::Meter { meter_id } => meter_id.encode(w),
            Self::StatTrigger(trigger) => {
                if w.version() < Version::V1_5 {
                    w.lacks("stat_trigger instruction");
                }
                trigger.flags.encode(w);
                trigger.thresholds.encode(w);
            }
            Self::Experimenter { experimenter, data } => {
                w.u32(*experimenter);
                w.bytes(data);
            }
            Self::Unknown { data, .. } => w.bytes(data),
        });
    }
}

impl Instruction {
    fn kind(&self) -> u16 {
        match self {
            Self::GotoTable { .. } => kind::GOTO_TABLE,
            Self::WriteMetadata { .. } => kind::WRITE_METADATA,
            Self::WriteActions { .. } => kind::WRITE_ACTIONS,
            Self::ApplyActions { .. } => kind::APPLY_ACTIONS,
            Self::ClearActions => kind::CLEAR_ACTIONS,
            Self::Meter { .. } => kind::METER,
            Self::StatTrigger(_) => kind::STAT_TRIGGER,
            Self::Experimenter { .. } => kind::EXPERIMENTER,
            Self::Unknown { kind, .. } => *kind,
        }
    }
}
