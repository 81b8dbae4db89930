//! Configuration of a table.

use serde::Serialize;

use super::{ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{TableId, Version};

/// Configuration of a table (OF 1.3.5 §7.3.3, OF 1.4.1 §7.3.4.1, `ofp_table_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableMod {
    /// Which, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// What it does.
    pub config: TableConfig,
    /// How it does; 1.4 and later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<TableProperty>>,
}

wire_flags! {
    /// Configuration of a table; no bit has a meaning in 1.3 (OF 1.4.1 §7.3.2,
    /// `ofp_table_config`).
    TableConfig: u32 {
        /// A full table drops entries by itself.
        EVICTION = 1 << 2;
        /// Tells how full it is.
        VACANCY_EVENTS = 1 << 3;
    }
}

wire_flags! {
    /// By what a table chooses the entries it drops (OF 1.4.1 §7.3.4.1,
    /// `ofp_table_mod_prop_eviction_flag`).
    EvictionFlags: u32 {
        /// By something else.
        OTHER = 1 << 0;
        /// By their importance.
        IMPORTANCE = 1 << 1;
        /// By the time they have left.
        LIFETIME = 1 << 2;
    }
}

/// Property of a table (OF 1.4.1 §7.3.4.1, `ofp_table_mod_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TableProperty {
    /// How entries are chosen that a full table drops.
    Eviction {
        /// By what.
        flags: EvictionFlags,
    },
    /// When it tells how full it is; percentages of room left.
    Vacancy {
        /// Less than this is told.
        vacancy_down: u8,
        /// More than this is told.
        vacancy_up: u8,
        /// What there is now; in descriptions only.
        vacancy: u8,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for TableMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            config: r.field_after_pad(3, "config")?,
            properties: property::decode_since(Version::V1_4, r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.config.encode(w);
        let properties = self.properties.as_deref();
        property::encode_since(Version::V1_4, properties, "properties of tables", w);
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const EVICTION: u16 = 2;
    pub(super) const VACANCY: u16 = 3;
}

impl Wire for TableProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::EVICTION => Self::Eviction {
                    flags: r.field("flags")?,
                },
                kind::VACANCY => Self::Vacancy {
                    vacancy_down: r.field("vacancy_down")?,
                    vacancy_up: r.field("vacancy_up")?,
                    vacancy: r.field_before_pad("vacancy", 1)?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "table.properties";
        match self {
            Self::Eviction { flags } => {
                property::encode(kind::EVICTION, what, w, |w| flags.encode(w));
            }
            Self::Vacancy {
                vacancy_down,
                vacancy_up,
                vacancy,
            } => property::encode(kind::VACANCY, what, w, |w| {
                w.bytes(&[*vacancy_down, *vacancy_up, *vacancy, 0]);
            }),
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
