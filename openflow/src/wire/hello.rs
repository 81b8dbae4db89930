//! Hello: the first message, which has to be understood whatever the version.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::json;

/// Hello (OF 1.3.5 §7.5.1). Read the same way for every version byte; before 1.3 there are no
/// elements, and what follows the header is to be ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Hello {
    /// In the order they came.
    #[serde(serialize_with = "json::list")]
    pub elements: SmallVec<[HelloElement; 1]>,
}

/// Element of a hello (OF 1.3.5 §7.5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HelloElement {
    /// Which versions the sender speaks: bit `n` of the words, counted from the lowest bit of the
    /// first word, for wire version `n` (`OFPHET_VERSIONBITMAP`).
    VersionBitmap {
        /// As many as came.
        #[serde(serialize_with = "json::list")]
        bitmaps: SmallVec<[u32; 1]>,
    },
    /// Another element, kept.
    Unknown {
        /// Its number.
        #[serde(rename = "type")]
        kind: u16,
        /// After its header, without padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}
