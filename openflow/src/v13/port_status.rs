//! A port came, went or changed.

use serde::Serialize;

use super::Port;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// A port came, went or changed (OF 1.3.5 §7.4.3, `ofp_port_status`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PortStatus {
    /// What happened.
    pub reason: PortReason,
    /// The port now.
    pub desc: Port,
}

impl Wire for PortStatus {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            reason: r.field("reason")?,
            desc: r.field_after_pad(7, "desc")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.reason.encode(w);
        w.pad(7);
        self.desc.encode(w);
    }
}

wire_enum! {
    /// What happened to a port (OF 1.3.5 §7.4.3).
    PortReason: u8 {
        /// It is new.
        Add = 0 "add";
        /// It is gone.
        Delete = 1 "delete";
        /// It is different.
        Modify = 2 "modify";
    }
}
