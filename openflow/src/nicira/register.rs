//! Reading and writing bits of fields.

use super::OfsNbits;
use crate::oxm::{FieldId, NxmHeader, OxmField};
use crate::wire::json;

wire_fields! {
    /// Copies bits of a field to another.
    RegMove {
        /// How many.
        n_bits: u16;
        /// First bit in `src`.
        src_ofs: u16;
        /// First bit in `dst`.
        dst_ofs: u16;
        /// From.
        src: FieldId;
        /// To.
        dst: FieldId;
    }

    /// Writes bits of a field.
    RegLoad {
        /// Which bits.
        ofs_nbits: OfsNbits;
        /// Of which field.
        dst: NxmHeader;
        /// Right-aligned.
        #[serde(serialize_with = "json::hex64")]
        value: u64;
    }

    /// Writes a field, under a mask if it has one.
    RegLoad2 {
        /// Which, and with what.
        field: OxmField;
    }

    /// Bits of a field that are pushed or popped.
    Stack {
        /// First bit.
        offset: u16;
        /// Of which field.
        field: FieldId;
        /// How many.
        n_bits: u16;
    }

    /// Writes metadata.
    WriteMetadata {
        /// New bits.
        #[serde(serialize_with = "json::hex64")]
        [6] metadata: u64;
        /// Which of them.
        #[serde(serialize_with = "json::hex64")]
        mask: u64;
    }
}
