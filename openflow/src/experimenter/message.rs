//! Experimenter messages of 1.3 and later.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::{NICIRA, ONF, nicira, onf};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Experimenter message (OF 1.3.5 §7.5.3).
#[derive(Debug, Clone, PartialEq)]
pub enum Experimenter {
    /// Nicira's.
    Nicira(Box<nicira::Message>),
    /// The ONF's.
    Onf(Box<onf::Message>),
    /// Of another one than [`NICIRA`] and [`ONF`], kept.
    Other {
        /// Who defined it.
        experimenter: u32,
        /// Which of its messages.
        exp_type: u32,
        /// The rest.
        data: Bytes,
    },
}

impl Experimenter {
    /// Who defined it.
    #[must_use]
    pub fn experimenter(&self) -> u32 {
        match self {
            Self::Nicira(_) => NICIRA,
            Self::Onf(_) => ONF,
            Self::Other { experimenter, .. } => *experimenter,
        }
    }

    /// Which of its messages.
    #[must_use]
    pub fn exp_type(&self) -> u32 {
        match self {
            Self::Nicira(message) => message.exp_type(),
            Self::Onf(message) => message.exp_type(),
            Self::Other { exp_type, .. } => *exp_type,
        }
    }
}

impl Wire for Experimenter {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (experimenter, exp_type) = (r.field("experimenter")?, r.field("exp_type")?);
        Ok(match experimenter {
            NICIRA => Self::Nicira(Box::new(nicira::Message::decode(exp_type, r)?)),
            ONF => Self::Onf(Box::new(onf::Message::decode(exp_type, r)?)),
            _ => Self::Other {
                experimenter,
                exp_type,
                data: r.rest(),
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.experimenter());
        w.u32(self.exp_type());
        match self {
            Self::Nicira(message) => message.encode(w),
            Self::Onf(message) => message.encode(w),
            Self::Other { data, .. } => w.bytes(data),
        }
    }
}

/// Who, and what they say.
#[derive(Serialize)]
struct Of<T: Serialize> {
    #[serde(serialize_with = "json::hex32")]
    experimenter: u32,
    #[serde(flatten)]
    body: T,
}

impl Serialize for Experimenter {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let experimenter = self.experimenter();
        match self {
            Self::Nicira(body) => Of { experimenter, body }.serialize(s),
            Self::Onf(body) => Of { experimenter, body }.serialize(s),
            Self::Other { exp_type, data, .. } => {
                let body = super::table::Numbered {
                    exp_type: *exp_type,
                    data,
                };
                Of { experimenter, body }.serialize(s)
            }
        }
    }
}
