//! How another controller is connected.

use bytes::Bytes;
use serde::Serialize;

use super::{ControllerRole, ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// How a controller is connected, as told to all of them; 1.5 (OF 1.5.1 §7.3.5.19,
/// `ofp_controller_status`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ControllerStatus {
    /// Its number.
    pub short_id: u16,
    /// What it is to the switch.
    pub role: ControllerRole,
    /// Why this is told.
    pub reason: ControllerStatusReason,
    /// Whether it is connected.
    pub channel_status: ControlChannelStatus,
    /// Where it is.
    pub properties: Vec<ControllerStatusProperty>,
}

wire_enum! {
    /// Why the status of a controller is told (OF 1.5.1 §7.3.5.19,
    /// `ofp_controller_status_reason`).
    ControllerStatusReason: u8 {
        /// It was asked for.
        Request = 0 "request";
        /// It came or went.
        ChannelStatus = 1 "channel_status";
        /// Its role changed.
        Role = 2 "role";
        /// It is new.
        ControllerAdded = 3 "controller_added";
        /// It is configured no more.
        ControllerRemoved = 4 "controller_removed";
        /// Its number changed.
        ShortId = 5 "short_id";
        /// What an experimenter tells changed.
        Experimenter = 6 "experimenter";
    }
}

wire_enum! {
    /// Whether a controller is connected (OF 1.5.1 §7.3.5.19, `ofp_control_channel_status`).
    ControlChannelStatus: u8 {
        /// It is.
        Up = 0 "up";
        /// It is not.
        Down = 1 "down";
    }
}

/// Property of a controller; 1.5 (OF 1.5.1 §7.3.5.19, `ofp_controller_status_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ControllerStatusProperty {
    /// Where it is.
    Uri {
        /// `tls:192.0.2.1:6653`; bytes, since nothing says that they are text.
        #[serde(serialize_with = "json::text")]
        uri: Bytes,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for ControllerStatus {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        Ok(Self {
            short_id: r.field("short_id")?,
            role: r.field("role")?,
            reason: r.field("reason")?,
            channel_status: r.field_before_pad("channel_status", 6)?,
            properties: property::decode_rest(&mut r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("controller_status", |w| {
            w.u16(self.short_id);
            self.role.encode(w);
            self.reason.encode(w);
            self.channel_status.encode(w);
            w.pad(6);
            w.list(&self.properties);
        });
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const URI: u16 = 0;
}

impl Wire for ControllerStatusProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::URI => Self::Uri { uri: r.rest() },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "controller_status.properties";
        match self {
            Self::Uri { uri } => property::encode(kind::URI, what, w, |w| w.bytes(uri)),
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
