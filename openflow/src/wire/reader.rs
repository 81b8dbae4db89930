//! Reads big-endian fields from a bounded stretch of a frame.

use bytes::Bytes;
use smallvec::{Array, SmallVec};

use super::{DecodeError, DecodeProblem, ErrorCode, Wire};
use crate::Version;

/// A stretch of a frame, consumed from its front.
///
/// A child ([`Reader::child`], [`Reader::tlv`]) is a stretch of its parent: no length inside it
/// can reach beyond. The loops over lists ([`Reader::list`], [`Reader::small_list`]) end when the
/// stretch does, and refuse an element that took no byte.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    /// The whole message, to cut payloads off without copying.
    frame: &'a Bytes,
    rest: &'a [u8],
    /// Offset in the frame of the first byte after `rest`.
    end: usize,
    version: Version,
    /// What answers a wrong length here.
    blame: ErrorCode,
    /// Whether a payload that ends the frame may be left for [`Reader::payload_start`].
    defers_payload: bool,
    payload_start: Option<usize>,
    /// How many more times a part may hold parts of its own kind.
    depth: u8,
}

/// How deep parts of one kind may be nested: actions in actions, messages in messages. Each level
/// is a level of the decoder's own stack, and 64 KiB of headers would make 4,000 of them.
const MAX_DEPTH: u8 = 32;

/// A place in the frame, to blame for a value read there.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    offset: usize,
    blame: ErrorCode,
}

impl<'a> Reader<'a> {
    /// Reads `frame` from its first byte.
    #[must_use]
    pub fn new(frame: &'a Bytes, version: Version) -> Self {
        Self {
            frame,
            rest: frame,
            end: frame.len(),
            version,
            blame: ErrorCode::BAD_REQUEST_BAD_LEN,
            defers_payload: false,
            payload_start: None,
            depth: MAX_DEPTH,
        }
    }

    /// Reads a whole message whose last payload the caller makes from the frame itself: a
    /// reference count less to raise and lower for every packet-in.
    pub(crate) fn deferring_payload(frame: &'a Bytes, version: Version) -> Self {
        Self {
            defers_payload: true,
            ..Self::new(frame, version)
        }
    }

    /// Where the payload begins that the caller has to take, if there is one.
    pub(crate) fn payload_start(&self) -> Option<usize> {
        self.payload_start
    }

    /// The version of the message.
    #[inline]
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Bytes left.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is left.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Offset in the frame of the next byte.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    /// This place, to blame later.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            offset: self.offset(),
            blame: self.blame,
        }
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((head, rest)) = self.rest.split_first_chunk() else {
            return Err(self.truncated(N));
        };
        self.rest = rest;
        Ok(*head)
    }

    /// The next `len` bytes, borrowed.
    #[inline]
    pub fn slice(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let Some((head, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.truncated(len));
        };
        self.rest = rest;
        Ok(head)
    }

    /// Skips padding. What it holds is not looked at and not kept.
    #[inline]
    pub fn pad(&mut self, len: usize) -> Result<(), DecodeError> {
        self.slice(len).map(drop)
    }

    /// All bytes left, sharing the frame's memory.
    #[inline]
    pub fn rest(&mut self) -> Bytes {
        let start = self.offset();
        self.rest = &[];
        self.frame.slice(start..self.end)
    }

    /// The packet of a packet-in: all bytes left, or none where the caller takes them.
    pub(crate) fn payload(&mut self) -> Bytes {
        if !self.defers_payload {
            return self.rest();
        }
        self.payload_start = Some(self.offset());
        self.rest = &[];
        Bytes::new()
    }

    /// All bytes left and what follows them in the frame, if these are `N` bytes at least.
    pub(crate) fn peek_beyond<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.frame[self.offset()..].first_chunk()
    }

    /// Transaction of the whole message.
    pub(crate) fn frame_xid(&self) -> u32 {
        match self.frame.get(4..8) {
            Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
            _ => 0,
        }
    }

    /// Type of the whole message.
    pub(crate) fn frame_kind(&self) -> Option<u8> {
        self.frame.get(1).copied()
    }

    /// All bytes left, without reading them.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `len` bytes as a stretch of their own.
    #[inline]
    pub fn child(&mut self, len: usize) -> Result<Self, DecodeError> {
        let rest = self.slice(len)?;
        Ok(Self {
            frame: self.frame,
            rest,
            end: self.offset(),
            version: self.version,
            blame: self.blame,
            defers_payload: false,
            payload_start: None,
            depth: self.depth,
        })
    }

    /// Reads a part that may hold parts of its own kind, which is where a decoder can be made to
    /// call itself: nested more than 32 deep it is refused.
    pub fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let Some(deeper) = self.depth.checked_sub(1) else {
            let problem = DecodeProblem::TooDeep { most: MAX_DEPTH };
            return Err(DecodeError::new(self.offset(), problem, self.blame));
        };
        self.depth = deeper;
        let part = read(self);
        self.depth = deeper + 1;
        part
    }

    /// One element that begins with a 16-bit type and a 16-bit length of the whole, these four
    /// bytes included: the type, and the bytes after the length.
    #[inline]
    pub fn tlv(&mut self) -> Result<(u16, Self), DecodeError> {
        let (kind, len) = self.tlv_header()?;
        Ok((kind, self.child(len)?))
    }

    /// The header of such an element: its type, and how many bytes follow, which are there.
    #[inline]
    pub fn tlv_header(&mut self) -> Result<(u16, usize), DecodeError> {
        let at = self.mark();
        let (kind, length) = (self.u16()?, self.u16()?);
        let Some(body) = usize::from(length).checked_sub(4) else {
            return Err(at.bad_length(length.into(), "at least 4, its own header"));
        };
        self.fits(at, length, body)?;
        Ok((kind, body))
    }

    /// [`Reader::tlv`] whose length is a multiple of eight, as those of actions and instructions
    /// are.
    #[inline]
    pub fn tlv_of_8(&mut self) -> Result<(u16, Self), DecodeError> {
        let at = self.mark();
        let (kind, body) = self.tlv()?;
        match body.remaining() + 4 {
            length if length.is_multiple_of(8) => Ok((kind, body)),
            length => Err(at.bad_length(length, "a multiple of 8")),
        }
    }

    /// One element that begins with a 16-bit length of the whole, these two bytes included: the
    /// bytes after the length.
    #[inline]
    pub fn sized(&mut self) -> Result<Self, DecodeError> {
        self.sized_since(self.offset())
    }

    /// One element that began at `start`, an offset, and has the 16-bit length of the whole here:
    /// the bytes after the length.
    #[inline]
    pub fn sized_since(&mut self, start: usize) -> Result<Self, DecodeError> {
        let at = self.mark();
        let length = self.u16()?;
        let Some(body) = usize::from(length).checked_sub(self.offset() - start) else {
            return Err(at.bad_length(length.into(), "at least itself and what comes before it"));
        };
        self.fits(at, length, body)?;
        self.child(body)
    }

    /// Whether `body` bytes are left, of an element at `at` whose length includes what was read
    /// since.
    #[inline]
    fn fits(&self, at: Mark, length: u16, body: usize) -> Result<(), DecodeError> {
        if body <= self.remaining() {
            return Ok(());
        }
        let need = usize::from(length);
        let problem = DecodeProblem::Truncated {
            need,
            have: need - body + self.remaining(),
        };
        Err(DecodeError::new(at.offset, problem, at.blame))
    }

    /// Skips padding up to the next multiple of eight bytes since `start`, an offset.
    #[inline]
    pub fn pad_to_8(&mut self, start: usize) -> Result<(), DecodeError> {
        let len = self.offset() - start;
        self.pad(len.next_multiple_of(8) - len)
    }

    /// Reads a part in which a wrong length is answered with `code`.
    #[inline]
    pub fn blaming<T>(
        &mut self,
        code: ErrorCode,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let outside = std::mem::replace(&mut self.blame, code);
        let part = read(self);
        self.blame = outside;
        part
    }

    /// A field of a message, named in its errors.
    #[inline]
    pub fn field<T: Wire>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        T::decode(self).map_err(|error| error.in_field(name))
    }

    /// Padding, then a field.
    #[inline]
    pub fn field_after_pad<T: Wire>(
        &mut self,
        pad: usize,
        name: &'static str,
    ) -> Result<T, DecodeError> {
        self.pad(pad).map_err(|error| error.in_field(name))?;
        self.field(name)
    }

    /// A field, then padding.
    #[inline]
    pub fn field_before_pad<T: Wire>(
        &mut self,
        name: &'static str,
        pad: usize,
    ) -> Result<T, DecodeError> {
        let value = self.field(name)?;
        self.pad(pad).map_err(|error| error.in_field(name))?;
        Ok(value)
    }

    /// Elements until nothing is left.
    pub fn list<T: Wire>(&mut self, name: &'static str) -> Result<Vec<T>, DecodeError> {
        let mut list = Vec::new();
        self.each(name, |r| T::decode(r).map(|element| list.push(element)))?;
        Ok(list)
    }

    /// Elements until nothing is left, the first few without heap allocation.
    pub fn small_list<A: Array<Item: Wire>>(
        &mut self,
        name: &'static str,
    ) -> Result<SmallVec<A>, DecodeError> {
        let mut list = SmallVec::new();
        self.each(name, |r| Wire::decode(r).map(|element| list.push(element)))?;
        Ok(list)
    }

    /// Calls `read` until nothing is left; one that reads nothing is an error, not a loop.
    pub(crate) fn each(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut index = 0;
        while !self.is_empty() {
            let before = self.remaining();
            read(self).map_err(|error| error.in_element(index).in_field(name))?;
            if self.remaining() == before {
                let error = self.mark().bad_length(0, "more than 0");
                return Err(error.in_element(index).in_field(name));
            }
            index += 1;
        }
        Ok(())
    }

    /// Refuses what is left.
    #[inline]
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            extra => Err(DecodeError::new(
                self.offset(),
                DecodeProblem::Trailing { extra },
                self.blame,
            )),
        }
    }

    #[cold]
    fn truncated(&self, need: usize) -> DecodeError {
        let problem = DecodeProblem::Truncated {
            need,
            have: self.remaining(),
        };
        DecodeError::new(self.offset(), problem, self.blame)
    }
}

macro_rules! integers {
    ($($int:ident)+) => { $(
        impl Reader<'_> {
            #[doc = concat!("The next `", stringify!($int), "`.")]
            #[inline]
            pub fn $int(&mut self) -> Result<$int, DecodeError> {
                self.array().map($int::from_be_bytes)
            }
        }

        impl Wire for $int {
            #[inline]
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                r.$int()
            }
            fn encode(&self, w: &mut super::Writer<'_>) {
                w.$int(*self);
            }
        }
    )+ };
}
integers!(u8 u16 u32 u64);

impl Mark {
    /// The error that answers a wrong length here.
    pub(crate) fn blame(self) -> ErrorCode {
        self.blame
    }

    /// A length read here is wrong.
    #[must_use]
    pub fn bad_length(self, length: usize, expected: &'static str) -> DecodeError {
        DecodeError::new(
            self.offset,
            DecodeProblem::Length { length, expected },
            self.blame,
        )
    }

    /// A value read here is wrong, which has an error of its own.
    #[must_use]
    pub fn bad_value(self, value: u64, answer: ErrorCode) -> DecodeError {
        DecodeError::new(self.offset, DecodeProblem::Value { value }, answer)
    }
}
