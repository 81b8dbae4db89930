//! What tables can do (OF 1.3.5 §7.3.5.5, OF 1.5.1 §7.3.5.18). Not in 1.0.

use bitflags::bitflags;
use bytes::Bytes;

use super::{ActionType, InstructionType};
use crate::TableId;
use crate::oxm::{Field, HeaderType};

/// Asks what tables can do, or changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFeaturesRequest {
    /// What is to be done with the tables. Before 1.5 they replace those that are there.
    pub command: TableFeaturesCommand,
    /// As they shall be; none: as they are, is asked.
    pub tables: Vec<TableFeatures>,
    /// Another part of the request follows under the same xid.
    pub more: bool,
}

impl TableFeaturesRequest {
    /// Changes nothing.
    #[must_use]
    pub fn ask() -> Self {
        Self {
            command: TableFeaturesCommand::Replace,
            tables: Vec::new(),
            more: false,
        }
    }
}

/// What to do with the features of tables (OF 1.5.1 §7.3.5.18.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableFeaturesCommand {
    /// These tables and no others.
    Replace,
    /// These tables as said, others as they are; 1.5.
    Modify,
    /// There are these tables; 1.5.
    Enable,
    /// There are not; 1.5.
    Disable,
}

/// What a table can do, or shall.
///
/// Of a list `None` is that nothing was said of it, which is another thing than an empty one.
/// Fields are told by whatever encoding and stand here once, as the field that they encode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFeatures {
    /// Which.
    pub table: TableId,
    /// For people; up to 32 bytes.
    pub name: String,
    /// Bits of the metadata it can match.
    pub metadata_match: u64,
    /// Bits of the metadata it can write.
    pub metadata_write: u64,
    /// Entries it can hold.
    pub max_entries: u32,
    /// What it can be told to do by itself; 1.4 and later.
    pub capabilities: TableCapabilities,
    /// Where in the pipeline it can be; 1.5.
    pub place: TablePlace,
    /// Fields that can be matched.
    pub matching: Option<Vec<MatchFeature>>,
    /// Fields that need not be matched.
    pub wildcards: Option<Vec<Field>>,
    /// What its entries can do.
    pub entries: EntryFeatures,
    /// What the table-miss entry can do. A list that is not there is that of
    /// [other entries](Self::entries).
    pub table_miss: EntryFeatures,
    /// Tables whose entries appear here too; 1.4 and later.
    pub synced_from: Option<Vec<TableId>>,
    /// Types of packets it takes; 1.5.
    pub packet_types: Option<Vec<HeaderType>>,
    /// What the model has no name for (experimenters' properties, unknown fields), in words:
    /// shown, and refused when lowered.
    pub unknown: Option<String>,
}

/// A field that can be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MatchFeature {
    /// Which.
    pub field: Field,
    /// Under any mask, too.
    pub maskable: bool,
}

bitflags! {
    /// What a table can be told to do by itself (OF 1.4.1 §7.3.2, `ofp_table_config`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct TableCapabilities: u32 {
        /// Drop entries when it is full.
        const EVICTION = 1 << 2;
        /// Tell how full it is.
        const VACANCY_EVENTS = 1 << 3;
    }
}

bitflags! {
    /// Where in the pipeline a table can be (OF 1.5.1 §7.3.5.18.1, `ofp_table_feature_flag`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct TablePlace: u32 {
        /// Among the ingress tables.
        const INGRESS = 1 << 0;
        /// Among the egress tables.
        const EGRESS = 1 << 1;
        /// It is the first egress table.
        const FIRST_EGRESS = 1 << 4;
    }
}

/// What entries can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFeatures {
    /// Instructions.
    pub instructions: Option<Vec<Ability<InstructionType>>>,
    /// Tables that can be gone to.
    pub next_tables: Option<Vec<TableId>>,
    /// Actions for the action set.
    pub write_actions: Option<Vec<Ability<ActionType>>>,
    /// Actions to carry out at once.
    pub apply_actions: Option<Vec<Ability<ActionType>>>,
    /// Fields the action set can set.
    pub write_set_fields: Option<Vec<Field>>,
    /// Fields that can be set at once.
    pub apply_set_fields: Option<Vec<Field>>,
    /// Fields the action set can copy to; 1.5.
    pub write_copy_fields: Option<Vec<Field>>,
    /// Fields that can be copied to at once; 1.5.
    pub apply_copy_fields: Option<Vec<Field>>,
}

/// An instruction or an action by its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ability<K> {
    /// One of the specification's.
    Standard(K),
    /// An experimenter's own.
    Experimenter {
        /// Who defines it.
        experimenter: u32,
        /// Which of its own.
        body: Bytes,
    },
}
