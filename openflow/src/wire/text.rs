//! Text in a field of fixed size.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::{DecodeError, Reader, Wire, Writer};

/// Text padded with NUL to `N` bytes. All of them are kept, whatever comes after the first NUL.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FixedText<const N: usize>(pub [u8; N]);

impl<const N: usize> FixedText<N> {
    /// The text, cut off at `N - 1` bytes: the specification wants a NUL at the end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut bytes = [0; N];
        let fits = text.floor_char_boundary(N.saturating_sub(1));
        bytes[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        Self(bytes)
    }

    /// The text whole, also where it leaves no room for a NUL, as switches send it; `None` where it
    /// has more bytes, or a NUL in it.
    #[must_use]
    pub fn whole(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        (!text.contains('\0')).then_some(Self(bytes))
    }

    /// Up to the first NUL; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        String::from_utf8_lossy(&self.0[..end])
    }
}

impl<const N: usize> Wire for FixedText<N> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.0);
    }
}

impl<const N: usize> fmt::Debug for FixedText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

impl<const N: usize> Serialize for FixedText<N> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_whole_or_none() {
        for text in ["", "s1-eth1", "sixteen bytes 16"] {
            let whole = FixedText::<16>::whole(text).expect("it fits");
            assert_eq!(whole.text(), text);
        }
        assert_eq!(FixedText::<16>::whole("seventeen bytes17"), None);
        assert_eq!(FixedText::<16>::whole("s1\0eth1"), None);
        assert_eq!(
            FixedText::<16>::new("sixteen bytes 16").text(),
            "sixteen bytes 1"
        );
    }
}
