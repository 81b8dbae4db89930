//! What a controller may do.

use serde::Serialize;

/// Role asked for, or given (OF 1.3.5 §7.3.9, `ofp_role_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Role {
    /// Which.
    pub role: ControllerRole,
    /// Number of the election, so that an old one cannot win.
    pub generation_id: u64,
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
