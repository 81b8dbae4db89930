//! Action lists in structures that are the same in all versions.

use serde::{Serialize, Serializer};

use crate::wire::{DecodeError, Reader, Writer};
use crate::{Version, v10, v13};

/// The actions at the end of a structure, in the numbers of the message's version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actions {
    /// Of 1.0.
    V10(v10::Actions),
    /// Of 1.3 and later.
    V13(v13::Actions),
}

impl Actions {
    /// All actions left in `r`.
    pub(super) fn decode_rest(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.version() {
            Version::V1_0 => Self::V10(v10::decode_actions(r)?),
            Version::V1_3 | Version::V1_4 | Version::V1_5 => Self::V13(v13::decode_actions(r)?),
        })
    }

    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::V10(actions) => {
                if w.version() != Version::V1_0 {
                    w.lacks("actions of 1.0");
                }
                w.list(actions);
            }
            Self::V13(actions) => {
                if w.version() == Version::V1_0 {
                    w.lacks("actions of 1.3");
                }
                w.list(actions);
            }
        }
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::V10(actions) => s.collect_seq(actions),
            Self::V13(actions) => s.collect_seq(actions),
        }
    }
}
