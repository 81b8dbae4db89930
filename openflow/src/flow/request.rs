//! What a controller says, taken off the wire: for whoever stands in for a switch.

use super::{MatchError, ToSwitch, v10, v13};
use crate::Version;
use crate::experimenter::{NICIRA, ONF};
use crate::wire::{Answer, Body, ErrorCode, Message};

/// A message that [`ToSwitch`] cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLifted {
    /// Nothing of it is in the model, or a part of it is not: its type.
    #[error("a {0} that the model does not have")]
    Other(&'static str),
    /// The same of statistics and descriptions.
    #[error("a multipart_request that the model does not have")]
    Multipart,
    /// The same of an experimenter's message: whose it is.
    #[error("a message of experimenter {0:#010x} that the model does not have")]
    Experimenter(u32),
    /// A match that makes no sense, or has fields without a name.
    #[error("{0}")]
    Match(MatchError),
    /// Actions or instructions that have no name, in words.
    #[error("{0}")]
    Actions(String),
}

impl NotLifted {
    /// What answers it in a version, from a switch that can do no more than the model says.
    #[must_use]
    pub fn answer(&self, version: Version) -> Answer {
        let code = match self {
            Self::Match(error) => error.answer(),
            Self::Actions(_) => ErrorCode::BAD_ACTION_BAD_TYPE,
            Self::Other(_) => ErrorCode::BAD_REQUEST_BAD_TYPE,
            Self::Multipart => ErrorCode::BAD_REQUEST_BAD_MULTIPART,
            Self::Experimenter(NICIRA | ONF) => ErrorCode::BAD_REQUEST_BAD_EXP_TYPE,
            Self::Experimenter(_) => ErrorCode::BAD_REQUEST_BAD_EXPERIMENTER,
        };
        Answer::in_version(code, version)
    }
}

impl ToSwitch {
    /// What the message asks a switch for; the inverse of [`ToSwitch::encode`].
    ///
    /// A match is read as strictly as a switch reads it ([`Match::check`](super::Match::check)):
    /// with the prerequisites of its fields before them, each field once, no bits but those of
    /// its mask. What a switch says is lifted without that.
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
