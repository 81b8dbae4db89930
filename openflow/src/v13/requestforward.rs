//! Another controller changed something.

use serde::Serialize;

use crate::wire::{DecodeError, Holder, Message, Reader, Wire, Writer, json};

/// Another controller changed a group or a meter; 1.4 and later (OF 1.4.1 §7.4.6,
/// `ofp_requestforward_header`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Requestforward {
    /// By this message.
    #[serde(serialize_with = "json::message")]
    pub request: Box<Message>,
}

impl Wire for Requestforward {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let request = Holder::Forward
            .decode(r)
            .map_err(|e| e.in_field("request"))?;
        Ok(Self {
            request: Box::new(request),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        Holder::Forward.encode(&self.request, w);
    }
}
