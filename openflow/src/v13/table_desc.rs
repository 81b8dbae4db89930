//! How a table is configured.

use serde::Serialize;

use super::{TableConfig, TableProperty, property};
use crate::TableId;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// How a table is configured; 1.4 and later (OF 1.4.1 §7.3.5.16, `ofp_table_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableDesc {
    /// Which.
    pub table_id: TableId,
    /// What it does.
    pub config: TableConfig,
    /// How it does.
    pub properties: Vec<TableProperty>,
}

impl Wire for TableDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        Ok(Self {
            table_id: r.field("table_id")?,
            config: r.field_after_pad(1, "config")?,
            properties: property::decode_rest(&mut r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("table_desc", |w| {
            self.table_id.encode(w);
            w.pad(1);
            self.config.encode(w);
            w.list(&self.properties);
        });
    }
}
