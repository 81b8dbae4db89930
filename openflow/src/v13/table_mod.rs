//! Configuration of a table.

use serde::Serialize;

use crate::TableId;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Configuration of a table (OF 1.3.5 §7.3.3, `ofp_table_mod`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TableMod {
    /// Which, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// No bit has a meaning in 1.3.
    pub config: u32,
}

impl Wire for TableMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            config: r.field_after_pad(3, "config")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.config.encode(w);
    }
}
