//! A table changed.

use serde::Serialize;

use super::TableDesc;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// A table changed; 1.4 and later (OF 1.4.1 §7.4.5, `ofp_table_status`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableStatus {
    /// What happened.
    pub reason: TableReason,
    /// The table now.
    pub table: TableDesc,
}

wire_enum! {
    /// What happened to a table (OF 1.4.1 §7.4.5, `ofp_table_reason`).
    TableReason: u8 {
        /// Less room is left than its lower threshold.
        VacancyDown = 3 "vacancy_down";
        /// More room is left than its upper threshold.
        VacancyUp = 4 "vacancy_up";
    }
}

impl Wire for TableStatus {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            reason: r.field("reason")?,
            table: r.field_after_pad(7, "table")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.reason.encode(w);
        w.pad(7);
        self.table.encode(w);
    }
}
