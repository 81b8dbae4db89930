//! The controller's role changed.

use serde::Serialize;

use super::BundleProperty;
use crate::experimenter::property;
use crate::v13::ControllerRole;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// The controller's role changed (`ofp14_role_status`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RoleStatus {
    /// To which.
    pub role: ControllerRole,
    /// Why.
    pub reason: RoleStatusReason,
    /// Of the election that the new role is from; all ones: of none.
    pub generation_id: u64,
    /// In their order.
    pub properties: Vec<BundleProperty>,
}

wire_enum! {
    /// Why a role changed (OF 1.4.1 §7.4.4).
    RoleStatusReason: u8 {
        /// Another controller asked to be master.
        MasterRequest = 0 "master_request";
        /// The switch was configured so.
        Config = 1 "config";
        /// An experimenter's reason.
        Experimenter = 2 "experimenter";
    }
}

impl Wire for RoleStatus {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            role: r.field("role")?,
            reason: r.field_before_pad("reason", 3)?,
            generation_id: r.field("generation_id")?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.role.encode(w);
        self.reason.encode(w);
        w.pad(3);
        self.generation_id.encode(w);
        w.list(&self.properties);
    }
}
