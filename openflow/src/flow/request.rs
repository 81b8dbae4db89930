//! What a controller says, taken off the wire: for whoever stands in for a switch.

use super::{ToSwitch, v10, v13};
use crate::wire::{Body, Message};

/// A message that [`ToSwitch`] cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLifted {
    /// Nothing of it is in the model, or a part of it is not: its type.
    #[error("a {0} that the model does not have")]
    Other(&'static str),
    /// Fields of its match that have no name, in words.
    #[error("{0}")]
    Match(String),
    /// Actions or instructions that have no name, in words.
    #[error("{0}")]
    Actions(String),
}

impl ToSwitch {
    /// What the message asks a switch for; the inverse of [`ToSwitch::encode`].
    ///
    /// Payloads go on sharing the read buffer.
    pub fn lift(message: Message) -> Result<Self, NotLifted> {
        match message.body {
            Body::Hello(_) => Err(NotLifted::Other("hello")),
            Body::V10(body) => v10::lift_request(body),
            Body::V13(body) => v13::lift_request(body),
        }
    }
}
