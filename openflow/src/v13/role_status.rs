//! The role of a controller changed.

use serde::Serialize;

use super::{ControllerRole, ExperimenterProperty, UnknownProperty, property};
use crate::experimenter::property::decode_rest;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// The role of a controller changed, which it did not ask for; 1.4 and later, and in 1.3 a message
/// of the ONF's (OF 1.4.1 §7.4.4, `ofp_role_status`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RoleStatus {
    /// What it is now.
    pub role: ControllerRole,
    /// Why.
    pub reason: RoleReason,
    /// Number of the election.
    pub generation_id: u64,
    /// In their order.
    pub properties: Vec<RoleProperty>,
}

wire_enum! {
    /// Why a role changed (OF 1.4.1 §7.4.4, `ofp_controller_role_reason`).
    RoleReason: u8 {
        /// Another controller became master.
        MasterRequest = 0 "master_request";
        /// The switch is configured so.
        Config = 1 "config";
        /// What an experimenter keeps changed.
        Experimenter = 2 "experimenter";
    }
}

/// Property of a role; 1.4 and later (OF 1.4.1 §7.4.4, `ofp_role_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RoleProperty {
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for RoleStatus {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            role: r.field("role")?,
            reason: r.field("reason")?,
            generation_id: r.field_after_pad(3, "generation_id")?,
            properties: decode_rest(r)?,
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

impl Wire for RoleProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "role_status.properties";
        match self {
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
