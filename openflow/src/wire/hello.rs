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

    /// The wire versions the sender says in a bitmap that it speaks, lowest first; `None` without
    /// a bitmap, or with one of no words, which says nothing.
    pub fn offered(&self) -> Option<impl Iterator<Item = usize>> {
        let bitmaps = self.elements.iter().find_map(|element| match element {
            HelloElement::VersionBitmap { bitmaps } if !bitmaps.is_empty() => Some(bitmaps),
            _ => None,
        })?;
        Some((0..32 * bitmaps.len()).filter(|bit| bitmaps[bit / 32] >> (bit % 32) & 1 == 1))
    }

    /// The version to speak with the sender of this hello, whose header carries `header_version`,
    /// if we offer `ours` by bitmap (OF 1.3.5 §6.3.1): the highest in both bitmaps; without one
    /// from the sender the lower of both header versions, if we speak it.
    #[must_use]
    pub fn common_version(&self, header_version: u8, ours: &[Version]) -> Option<Version> {
        let highest = ours.iter().copied().max()?;
        match self.offered() {
            Some(offered) => offered
                .filter_map(|bit| Version::from_wire(u8::try_from(bit).ok()?))
                .filter(|version| ours.contains(version))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, ErrorCode, Message, frame_length};

    const OURS: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];

    /// A hello of wire version 4 with these bytes after its header.
    fn hello(elements: &[u8]) -> Result<Hello, DecodeError> {
        let length = u8::try_from(8 + elements.len()).expect("short");
        let mut frame = vec![4, 0, 0, length, 0, 0, 0, 1];
        frame.extend(elements);
        Message::decode(frame.into()).map(|message| match message.body {
            Body::Hello(hello) => hello,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_bitmap_may_have_two_words() {
        let two = hello(&[0, 1, 0, 12, 0, 0, 0, 0x22, 0, 0, 0, 3, 0, 0, 0, 0]);
        let two = two.expect("legal");
        assert_eq!(
            two.offered().map(Iterator::collect),
            Some(vec![1, 5, 32, 33])
        );
        assert_eq!(two.common_version(4, &OURS), Some(Version::V1_4));
        let beyond = hello(&[0, 1, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0]);
        assert_eq!(beyond.expect("legal").common_version(4, &OURS), None);
    }

    #[test]
    fn a_bitmap_of_no_words_says_nothing() {
        let none = hello(&[0, 1, 0, 4, 0, 0, 0, 0]).expect("legal");
        assert!(none.offered().is_none());
        assert_eq!(none.common_version(4, &OURS), Some(Version::V1_3));
        assert_eq!(none.common_version(3, &OURS), None);
        assert_eq!(none.common_version(9, &OURS), Some(Version::V1_5));
    }

    #[test]
    fn an_unknown_element_is_passed_over() {
        let elements = [0, 9, 0, 5, 7, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0x12];
        let hello = hello(&elements).expect("legal");
        assert_eq!(hello.elements.len(), 2);
        assert_eq!(hello.common_version(6, &OURS), Some(Version::V1_3));
    }

    #[test]
    fn a_length_of_zero_is_refused() {
        let error = hello(&[0, 1, 0, 0, 0, 0, 0, 0]).expect_err("length 0");
        assert_eq!(error.path(), "hello.elements[0]");
        assert_eq!(error.answer(), ErrorCode::BAD_REQUEST_BAD_LEN);
        let nothing = [4, 0, 0, 0, 0, 0, 0, 1];
        assert!(frame_length(&nothing).is_err());
        assert!(Message::decode(Bytes::copy_from_slice(&nothing)).is_err());
    }
}
