//! What a controller may do.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Role asked for, or given (OF 1.3.5 §7.3.9, `ofp_role_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Role {
    /// Which.
    pub role: ControllerRole,
    /// Number of the election, so that an old one cannot win.
    pub generation_id: u64,
}

impl Wire for Role {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            role: r.field("role")?,
            generation_id: r.field_after_pad(4, "generation_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.role.encode(w);
        w.pad(4);
        self.generation_id.encode(w);
    }
}

wire_enum! {
    /// Role of a controller (OF 1.3.5 §7.3.9).
    ControllerRole: u32 {
        /// As it is.
        NoChange = 0 "nochange";
        /// Full access beside others.
        Equal = 1 "equal";
        /// Full access, the only one.
        Master = 2 "master";
        /// Read only.
        Slave = 3 "slave";
    }
}
