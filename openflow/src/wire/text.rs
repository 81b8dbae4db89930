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
