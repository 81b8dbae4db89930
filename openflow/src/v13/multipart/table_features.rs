//! What tables can do.

use serde::Serialize;

use super::TableFeatureProperty;
use crate::v13::TableConfig;
use crate::wire::{DecodeError, ErrorCode, FixedText, Reader, Wire, Writer, json};
use crate::{TableId, Version};

/// What a table can do, or shall (OF 1.3.5 §7.3.5.5.1, OF 1.5.1 §7.3.5.18.1,
/// `ofp_table_features`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableFeatures {
    /// Which.
    pub table_id: TableId,
    /// Name for people.
    pub name: FixedText<32>,
    /// Bits of the metadata it can match.
    #[serde(serialize_with = "json::hex64")]
    pub metadata_match: u64,
    /// Bits of the metadata it can write.
    #[serde(serialize_with = "json::hex64")]
    pub metadata_write: u64,
    /// How it can be configured.
    #[serde(flatten)]
    pub abilities: TableAbilities,
    /// Entries it can hold.
    pub max_entries: u32,
    /// What its entries can do.
    pub properties: Vec<TableFeatureProperty>,
}

/// How a table can be configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum TableAbilities {
    /// Up to 1.4.
    Config {
        /// What it can be told to do.
        config: TableConfig,
    },
    /// In 1.5.
    Capabilities {
        /// What to do with these features; in requests.
        command: TableFeaturesCommand,
        /// Where in the pipeline it is.
        features: TableFeatureFlags,
        /// What it can be told to do.
        capabilities: TableConfig,
    },
}

closed_enum! {
    /// What to do with the features of a table (OF 1.5.1 §7.3.5.18.1,
    /// `ofp_table_features_command`).
    TableFeaturesCommand: u8, TABLE_FEATURES_BAD_COMMAND {
        /// These tables and no others.
        Replace = 0 "replace";
        /// These tables as said.
        Modify = 1 "modify";
        /// There are these tables.
        Enable = 2 "enable";
        /// There are not.
        Disable = 3 "disable";
    }
}

wire_flags! {
    /// Where in the pipeline a table is (OF 1.5.1 §7.3.5.18.1, `ofp_table_feature_flag`).
    TableFeatureFlags: u32 {
        /// It can be an ingress table.
        INGRESS_TABLE = 1 << 0;
        /// It can be an egress table.
        EGRESS_TABLE = 1 << 1;
        /// It is the first egress table.
        FIRST_EGRESS = 1 << 4;
    }
}

impl Wire for TableFeatures {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let of_15 = r.version() >= Version::V1_5;
        let mut r = r.sized()?;
        let r = &mut r;
        let table_id = r.field("table_id")?;
        let use_and_place = if of_15 {
            Some((r.field("command")?, r.field("features")?))
        } else {
            r.pad(5)?;
            None
        };
        Ok(Self {
            table_id,
            name: r.field("name")?,
            metadata_match: r.field("metadata_match")?,
            metadata_write: r.field("metadata_write")?,
            abilities: match use_and_place {
                None => TableAbilities::Config {
                    config: r.field("config")?,
                },
                Some((command, features)) => TableAbilities::Capabilities {
                    command,
                    features,
                    capabilities: r.field("capabilities")?,
                },
            },
            max_entries: r.field("max_entries")?,
            properties: properties(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let of_15 = matches!(self.abilities, TableAbilities::Capabilities { .. });
        if of_15 != (w.version() >= Version::V1_5) {
            w.lacks("configuration and capabilities of tables other than its own kind");
        }
        w.sized("table_features", |w| {
            self.table_id.encode(w);
            let config = match self.abilities {
                TableAbilities::Config { config } => {
                    w.pad(5);
                    config
                }
                TableAbilities::Capabilities {
                    command,
                    features,
                    capabilities,
                } => {
                    command.encode(w);
                    features.encode(w);
                    capabilities
                }
            };
            self.name.encode(w);
            w.u64(self.metadata_match);
            w.u64(self.metadata_write);
            config.encode(w);
            w.u32(self.max_entries);
            w.list(&self.properties);
        });
    }
}

/// Every property left in `r`. Only 1.3 has errors of their own for those of tables.
fn properties(r: &mut Reader<'_>) -> Result<Vec<TableFeatureProperty>, DecodeError> {
    let answer = if r.version() < Version::V1_4 {
        ErrorCode::TABLE_FEATURES_BAD_LEN
    } else {
        ErrorCode::BAD_PROPERTY_BAD_LEN
    };
    r.blaming(answer, |r| r.list("properties"))
}
