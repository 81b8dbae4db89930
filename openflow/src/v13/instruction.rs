//! Instructions of a flow entry.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::Actions;
use crate::wire::json;
use crate::{MeterId, TableId};

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
    /// Pass through a meter.
    Meter {
        /// Which.
        #[serde(serialize_with = "json::meter_id")]
        meter_id: MeterId,
    },
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
