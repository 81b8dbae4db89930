//! Asking for the length of a packet, and taking a field away.

use serde::Serialize;

use crate::oxm::FieldId;
use crate::wire::{DecodeError, Reader, Wire, Writer};

wire_fields! {
    /// Whether the packet is longer than this, written to one bit of a field.
    CheckPktLarger {
        /// Bytes.
        pkt_len: u16;
        /// Which bit.
        offset: u16;
        /// Of which field.
        dst: FieldId;
    }
}

/// A field that is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DeleteField {
    /// Which.
    pub field: FieldId,
}

impl DeleteField {
    /// Room for the header: the action is 24 bytes long with either form of it.
    const ROOM: usize = 14;
}

impl Wire for DeleteField {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut room = r.child(Self::ROOM)?;
        let field = room.field("field")?;
        Ok(Self { field })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        self.field.encode(w);
        w.pad(Self::ROOM.saturating_sub(w.position() - start));
    }
}
