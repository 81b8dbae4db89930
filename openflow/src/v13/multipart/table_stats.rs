//! Counters of tables.

use serde::Serialize;

use crate::TableId;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Counters of a table (OF 1.3.5 §7.3.5.4, `ofp_table_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TableStats {
    /// Which.
    pub table_id: TableId,
    /// Entries.
    pub active_count: u32,
    /// Packets looked up.
    pub lookup_count: u64,
    /// Packets that hit an entry.
    pub matched_count: u64,
}

impl Wire for TableStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            active_count: r.field_after_pad(3, "active_count")?,
            lookup_count: r.field("lookup_count")?,
            matched_count: r.field("matched_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.active_count.encode(w);
        self.lookup_count.encode(w);
        self.matched_count.encode(w);
    }
}
