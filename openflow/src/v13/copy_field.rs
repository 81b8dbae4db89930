//! Copying bits of a field to another.

use serde::Serialize;

use crate::oxm::FieldId;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Copies bits of a field to another: an action of 1.5 (OF 1.5.1 §7.2.6.8) and, before, of the
/// ONF as an experimenter, with the same arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct CopyField {
    /// How many.
    pub n_bits: u16,
    /// First bit in the first field.
    pub src_offset: u16,
    /// First bit in the second.
    pub dst_offset: u16,
    /// From and to.
    pub oxm_ids: [FieldId; 2],
}

impl Wire for CopyField {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            n_bits: r.field("n_bits")?,
            src_offset: r.field("src_offset")?,
            dst_offset: r.field_before_pad("dst_offset", 2)?,
            oxm_ids: [r.field("src")?, r.field("dst")?],
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.n_bits);
        w.u16(self.src_offset);
        w.u16(self.dst_offset);
        w.pad(2);
        w.list(&self.oxm_ids);
    }
}
