//! Hello: the first message, which has to be understood whatever the version.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::{DecodeError, Header, Reader, Wire, Writer, json};
use crate::Version;

/// Hello (OF 1.3.5 §7.5.1). Read the same way for every version byte.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Hello {
    /// In the order they came.
    #[serde(serialize_with = "json::list")]
    pub elements: SmallVec<[HelloElement; 1]>,
    /// What follows the elements in a hello of a version before 1.3, which has none and whose
    /// content is to be ignored.
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Bytes::is_empty")]
    pub ignored: Bytes,
}

/// Element of a hello (OF 1.3.5 §7.5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HelloElement {
    /// Which versions the sender speaks: bit `n` of the words, counted from the lowest bit of the
    /// first word, for wire version `n` (`OFPHET_VERSIONBITMAP`).
    #[serde(rename = "versionbitmap")]
    VersionBitmap {
        /// As many as came.
        #[serde(serialize_with = "json::list")]
        bitmaps: SmallVec<[u32; 1]>,
    },
    /// Another element, kept.
    Unknown {
        /// Its number.
        #[serde(rename = "number")]
        kind: u16,
        /// After its header, without padding.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

impl Hello {
    /// Message type, the same in every version.
    pub const KIND: u8 = 0;

    /// A hello that offers these versions by bitmap. Its header has to carry the highest.
    #[must_use]
    pub fn offering(versions: &[Version]) -> Self {
        let bitmap = versions
            .iter()
            .fold(0, |bits, version| bits | 1 << version.wire());
        let bitmaps = SmallVec::from_slice(&[bitmap]);
        Self {
            elements: SmallVec::from_iter([HelloElement::VersionBitmap { bitmaps }]),
            ignored: Bytes::new(),
        }
    }

    /// Whether the sender says in a bitmap that it speaks a wire version; `None` without bitmap,
    /// and with one of no words, which says nothing.
    #[must_use]
    pub fn bitmap_has(&self, wire_version: u8) -> Option<bool> {
        self.elements.iter().find_map(|element| match element {
            HelloElement::VersionBitmap { bitmaps } if bitmaps.is_empty() => None,
            HelloElement::VersionBitmap { bitmaps } => {
                let word = bitmaps
                    .get(usize::from(wire_version / 32))
                    .copied()
                    .unwrap_or(0);
                Some(word >> (wire_version % 32) & 1 == 1)
            }
            HelloElement::Unknown { .. } => None,
        })
    }

    /// The version to speak with the sender of this hello, whose header carries `header_version`,
    /// if we offer `ours` by bitmap (OF 1.3.5 §6.3.1): the highest in both bitmaps; without one
    /// from the sender the lower of both header versions, if we speak it.
    #[must_use]
    pub fn common_version(&self, header_version: u8, ours: &[Version]) -> Option<Version> {
        let highest = ours.iter().copied().max()?;
        match self.bitmap_has(header_version) {
            Some(_) => ours
                .iter()
                .copied()
                .filter(|v| self.bitmap_has(v.wire()) == Some(true))
                .max(),
            None => Version::from_wire(header_version.min(highest.wire()))
                .filter(|version| ours.contains(version)),
        }
    }

    /// Reads the body of a frame whose header is known to be right.
    pub(crate) fn decode(frame: &Bytes, version: u8) -> Result<Self, DecodeError> {
        let in_hello = |error: DecodeError| error.in_field("hello");
        let mut r = Reader::new(frame, Version::V1_3);
        r.pad(Header::LEN).map_err(in_hello)?;
        if version >= Version::V1_3.wire() {
            let elements = r.small_list("elements").map_err(in_hello)?;
            return Ok(Self {
                elements,
                ignored: Bytes::new(),
            });
        }
        let mut elements = SmallVec::new();
        while let Some((element, rest)) = next_element(&r) {
            elements.push(element);
            r = rest;
        }
        Ok(Self {
            elements,
            ignored: r.rest(),
        })
    }

    pub(crate) fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.elements);
        w.bytes(&self.ignored);
    }
}

/// The next element and what follows it, if there is one.
fn next_element<'a>(r: &Reader<'a>) -> Option<(HelloElement, Reader<'a>)> {
    let mut ahead = r.clone();
    HelloElement::decode(&mut ahead)
        .ok()
        .map(|element| (element, ahead))
}

impl HelloElement {
    const VERSION_BITMAP: u16 = 1;
}

impl Wire for HelloElement {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (kind, mut body) = r.tlv()?;
        r.pad_to_8(start)?;
        Ok(match kind {
            Self::VERSION_BITMAP => Self::VersionBitmap {
                bitmaps: body.small_list("bitmaps")?,
            },
            kind => Self::Unknown {
                kind,
                data: body.rest(),
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        match self {
            Self::VersionBitmap { bitmaps } => {
                w.tlv(Self::VERSION_BITMAP, "hello.elements", |w| w.list(bitmaps));
            }
            Self::Unknown { kind, data } => w.tlv(*kind, "hello.elements", |w| w.bytes(data)),
        }
        w.pad_to_8(start);
    }
}
