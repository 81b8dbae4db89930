//! What a controller may do.

use serde::Serialize;

use crate::Version;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Role asked for, or given (OF 1.3.5 §7.3.9, OF 1.5.1 §7.3.8, `ofp_role_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Role {
    /// Which.
    pub role: ControllerRole,
    /// Number by which the switch tells others of this controller, 0xffff: none; 1.5, where
    /// `None` is written as that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_id: Option<u16>,
    /// Number of the election, so that an old one cannot win.
    pub generation_id: u64,
}

impl Role {
    /// Not a number of a controller (`OFPCID_UNDEFINED`).
    pub const NO_SHORT_ID: u16 = 0xffff;
}

impl Wire for Role {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let role = r.field("role")?;
        // Padding before 1.5.
        let short_id = r.field("short_id")?;
        Ok(Self {
            role,
            short_id: (r.version() >= Version::V1_5).then_some(short_id),
            generation_id: r.field_after_pad(2, "generation_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.role.encode(w);
        match self.short_id {
            _ if w.version() < Version::V1_5 => {
                if self.short_id.is_some() {
                    w.lacks("short ids of controllers");
                }
                w.pad(2);
            }
            short_id => w.u16(short_id.unwrap_or(Self::NO_SHORT_ID)),
        }
        w.pad(2);
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
