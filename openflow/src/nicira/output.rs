//! Output to ports that fields say, and of parts of packets.

use super::OfsNbits;
use crate::oxm::{FieldId, NxmHeader};
use crate::v10::PortNo;

wire_fields! {
    /// To the port that bits of a field say.
    OutputReg {
        /// Which bits.
        ofs_nbits: OfsNbits;
        /// Of which field.
        src: NxmHeader;
        /// Bytes for the controller.
        max_len: u16;
    }

    /// [`OutputReg`] with room for any field.
    OutputReg2 {
        /// Which bits.
        ofs_nbits: OfsNbits;
        /// Bytes for the controller.
        max_len: u16;
        /// Of which field.
        src: FieldId;
    }

    /// The front of the packet.
    OutputTrunc {
        /// Where to.
        port: PortNo;
        /// Bytes of it, at least 14.
        max_len: u32;
    }
}
