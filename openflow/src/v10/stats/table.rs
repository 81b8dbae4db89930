//! Tables.

use serde::Serialize;

use crate::TableId;
use crate::v10::Wildcards;
use crate::wire::{DecodeError, FixedText, Reader, Wire, Writer};

/// A table (`ofp_table_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableStats {
    /// Which.
    pub table_id: TableId,
    /// Name for people.
    pub name: FixedText<32>,
    /// Which wildcards it supports.
    pub wildcards: Wildcards,
    /// Entries it can hold.
    pub max_entries: u32,
    /// Entries it holds.
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
            name: r.field_after_pad(3, "name")?,
            wildcards: r.field("wildcards")?,
            max_entries: r.field("max_entries")?,
            active_count: r.field("active_count")?,
            lookup_count: r.field("lookup_count")?,
            matched_count: r.field("matched_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        w.pad(3);
        self.name.encode(w);
        self.wildcards.encode(w);
        self.max_entries.encode(w);
        self.active_count.encode(w);
        self.lookup_count.encode(w);
        self.matched_count.encode(w);
    }
}
