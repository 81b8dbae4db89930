//! Queues and what they guarantee, as they are told from 1.4 on.

use serde::Serialize;

use crate::PortNo;
use crate::v13::{ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// A queue; 1.4 and later (OF 1.4.1 §7.3.5.17, `ofp_queue_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct QueueDesc {
    /// Of which port.
    pub port_no: PortNo,
    /// Which.
    pub queue_id: u32,
    /// What it guarantees.
    pub properties: Vec<QueueDescProperty>,
}

/// Property of a queue; 1.4 and later (OF 1.4.1 §7.3.5.17, `ofp_queue_desc_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QueueDescProperty {
    /// Rate it is sure of.
    MinRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
    },
    /// Rate it cannot exceed.
    MaxRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for QueueDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (port_no, queue_id) = (r.field("port_no")?, r.field("queue_id")?);
        let mut r = r.sized_since(start).map_err(|e| e.in_field("len"))?;
        r.pad(6)?;
        Ok(Self {
            port_no,
            queue_id,
            properties: property::decode_rest(&mut r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        self.port_no.encode(w);
        w.u32(self.queue_id);
        w.length(start, "queue_desc", |w| {
            w.pad(6);
            w.list(&self.properties);
        });
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const MIN_RATE: u16 = 1;
    pub(super) const MAX_RATE: u16 = 2;
}

impl Wire for QueueDescProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::MIN_RATE => Self::MinRate {
                    rate: r.field_before_pad("rate", 2)?,
                },
                kind::MAX_RATE => Self::MaxRate {
                    rate: r.field_before_pad("rate", 2)?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "queue_desc.properties";
        let rate = |w: &mut Writer<'_>, rate: u16| {
            w.u16(rate);
            w.pad(2);
        };
        match *self {
            Self::MinRate { rate: value } => {
                property::encode(kind::MIN_RATE, what, w, |w| rate(w, value));
            }
            Self::MaxRate { rate: value } => {
                property::encode(kind::MAX_RATE, what, w, |w| rate(w, value));
            }
            Self::Experimenter(ref body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(ref property) => property.encode(w, what),
        }
    }
}
