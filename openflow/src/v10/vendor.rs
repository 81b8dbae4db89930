//! A vendor's own message.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::experimenter::{NICIRA, nicira};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// A vendor's own message (OF 1.0 §5.5.4, `ofp_vendor_header`).
#[derive(Debug, Clone, PartialEq)]
pub enum Vendor {
    /// Nicira's.
    Nicira(Box<nicira::Message>),
    /// Of another one than [`NICIRA`], kept.
    Other {
        /// Who defined it.
        vendor: u32,
        /// The rest.
        data: Bytes,
    },
}

impl Vendor {
    /// Who defined it.
    #[must_use]
    pub fn vendor(&self) -> u32 {
        match self {
            Self::Nicira(_) => NICIRA,
            Self::Other { vendor, .. } => *vendor,
        }
    }
}

impl Wire for Vendor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.field("vendor")? {
            NICIRA => {
                let exp_type = r.field("subtype")?;
                Self::Nicira(Box::new(nicira::Message::decode(exp_type, r)?))
            }
            vendor => Self::Other {
                vendor,
                data: r.rest(),
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.vendor());
        match self {
            Self::Nicira(message) => {
                w.u32(message.exp_type());
                message.encode(w);
            }
            Self::Other { data, .. } => w.bytes(data),
        }
    }
}

/// Who, and what they say.
#[derive(Serialize)]
struct Of<T: Serialize> {
    #[serde(serialize_with = "json::hex32")]
    vendor: u32,
    #[serde(flatten)]
    body: T,
}

/// What another vendor says.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(serialize_with = "json::hex")]
    data: &'a Bytes,
}

impl Serialize for Vendor {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let vendor = self.vendor();
        match self {
            Self::Nicira(body) => Of { vendor, body }.serialize(s),
            Self::Other { data, .. } => Of {
                vendor,
                body: Kept { data },
            }
            .serialize(s),
        }
    }
}
