//! A whole message inside an experimenter's message.

use serde::Serialize;

use crate::wire::{DecodeError, Holder, Message, Reader, Wire, Writer, json};

/// The request that a request-forward tells other controllers of: a change of groups or meters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForwardedRequest {
    /// Of the same version.
    #[serde(serialize_with = "json::message")]
    pub request: Box<Message>,
}

impl Wire for ForwardedRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let request = Holder::ExperimenterForward.decode(r);
        Ok(Self {
            request: Box::new(request.map_err(|error| error.in_field("request"))?),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        Holder::ExperimenterForward.encode(&self.request, w);
    }
}
