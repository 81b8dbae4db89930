//! The role of a controller.

use serde::Serialize;

use crate::experimenter::error::Fault;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// The role a controller asks for, or has (`nx_role_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct RoleRequest {
    /// Which.
    pub role: NxRole,
}

wire_enum! {
    /// Role of a controller (`nx_role`). Others are refused.
    NxRole: u32 {
        /// May do everything.
        Other = 0 "other";
        /// May do everything, as the only one.
        Primary = 1 "primary";
        /// May read.
        Secondary = 2 "secondary";
    }
}

impl Wire for RoleRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = r.mark();
        match r.field("role")? {
            NxRole::Unknown(number) => Err(Fault::Role
                .at(at, number.into(), r.version())
                .in_field("role")),
            role => Ok(Self { role }),
        }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.role.encode(w);
    }
}
