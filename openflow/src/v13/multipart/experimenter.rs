//! An experimenter's own request or reply.

use bytes::Bytes;
use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// An experimenter's own request or reply (OF 1.3.5 §7.3.5.15,
/// `ofp_experimenter_multipart_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExperimenterMultipart {
    /// Who defined it.
    #[serde(serialize_with = "json::hex32")]
    pub experimenter: u32,
    /// Which of its multiparts.
    pub exp_type: u32,
    /// The rest.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl Wire for ExperimenterMultipart {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            experimenter: r.field("experimenter")?,
            exp_type: r.field("exp_type")?,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.experimenter);
        w.u32(self.exp_type);
        w.bytes(&self.data);
    }
}
