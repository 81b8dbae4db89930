//! Sending to a controller.

use bytes::Bytes;
use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

wire_fields! {
    /// To one controller.
    Controller {
        /// Bytes of the packet.
        max_len: u16;
        /// Which controller.
        controller_id: u16;
        /// The reason it gets, `ofp_packet_in_reason`.
        reason: u8;
        /// Zero.
        zero: u8;
    }
}

/// To a controller, with properties.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Controller2 {
    /// In their order.
    pub properties: Vec<ControllerProperty>,
}

/// One property of [`Controller2`] (`enum nx_action_controller2_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ControllerProperty {
    /// How much of the packet.
    MaxLen {
        /// Bytes.
        max_len: u16,
    },
    /// Which controller.
    ControllerId {
        /// Its id.
        controller_id: u16,
    },
    /// Why.
    Reason {
        /// `ofp_packet_in_reason`.
        reason: u8,
    },
    /// What the packet-in gives back.
    Userdata {
        /// Bytes.
        #[serde(serialize_with = "json::hex")]
        userdata: Bytes,
    },
    /// Stop here until the controller says to go on.
    Pause,
    /// Within the rate of a meter.
    MeterId {
        /// Which.
        meter_id: u32,
    },
    /// A number without a name, kept.
    Unknown {
        /// The number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, without padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

impl Wire for Controller2 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.pad(6)?;
        Ok(Self {
            properties: r.list("properties")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.pad(6);
        w.list(&self.properties);
    }
}

impl Wire for ControllerProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (kind, mut body) = r.tlv()?;
        r.pad_to_8(start)?;
        let property = match kind {
            0 => Self::MaxLen {
                max_len: body.field_before_pad("max_len", 2)?,
            },
            1 => Self::ControllerId {
                controller_id: body.field_before_pad("controller_id", 2)?,
            },
            2 => Self::Reason {
                reason: body.field("reason")?,
            },
            3 => Self::Userdata {
                userdata: body.rest(),
            },
            4 => Self::Pause,
            5 => Self::MeterId {
                meter_id: body.field("meter_id")?,
            },
            kind => Self::Unknown {
                kind,
                data: body.rest(),
            },
        };
        body.finish()?;
        Ok(property)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        let (kind, what) = (self.kind(), "controller properties");
        w.tlv(kind, what, |w| match self {
            Self::MaxLen { max_len: number }
            | Self::ControllerId {
                controller_id: number,
            } => {
                w.u16(*number);
                w.pad(2);
            }
            Self::Reason { reason } => w.u8(*reason),
            Self::Userdata { userdata } => w.bytes(userdata),
            Self::Pause => {}
            Self::MeterId { meter_id } => w.u32(*meter_id),
            Self::Unknown { data, .. } => w.bytes(data),
        });
        w.pad_to_8(start);
    }
}

impl ControllerProperty {
    fn kind(&self) -> u16 {
        match self {
            Self::MaxLen { .. } => 0,
            Self::ControllerId { .. } => 1,
            Self::Reason { .. } => 2,
            Self::Userdata { .. } => 3,
            Self::Pause => 4,
            Self::MeterId { .. } => 5,
            Self::Unknown { kind, .. } => *kind,
        }
    }
}
