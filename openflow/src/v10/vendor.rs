//! A vendor's own message.

use bytes::Bytes;
use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// A vendor's own message, kept (OF 1.0 §5.5.4, `ofp_vendor_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Vendor {
    /// Who defined it; Nicira is 0x00002320.
    #[serde(serialize_with = "json::hex32")]
    pub vendor: u32,
    /// The rest.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl Wire for Vendor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            vendor: r.field("vendor")?,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.vendor.encode(w);
        w.bytes(&self.data);
    }
}
