//! A vendor's own message.

use bytes::Bytes;
use serde::Serialize;

use crate::wire::json;

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
