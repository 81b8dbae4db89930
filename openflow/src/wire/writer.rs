//! Appends big-endian fields; lengths are written when their part is complete.

use bytes::{BufMut, BytesMut};

use super::{EncodeError, Wire};
use crate::{Version, Xid};

/// Appends one message to a buffer.
#[derive(Debug)]
pub struct Writer<'a> {
    into: &'a mut BytesMut,
    version: Version,
    /// Of the message whose header was written.
    xid: Option<Xid>,
    /// What was wrong first; the message is taken back when it is closed.
    error: Option<EncodeError>,
}

impl<'a> Writer<'a> {
    /// Appends to `into`.
    pub fn new(into: &'a mut BytesMut, version: Version) -> Self {
        Self {
            into,
            version,
            xid: None,
            error: None,
        }
    }

    /// The version of the message.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Transaction of the message whose header was written; `None` before that.
    pub(crate) fn xid(&self) -> Option<Xid> {
        self.xid
    }

    /// Bytes in the buffer so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.into.len()
    }

    /// These bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.into.extend_from_slice(bytes);
    }

    /// A part of `N` bytes with all its fields: room is made once, and where every field goes is
    /// known when this is compiled. For what is written millions of times a second.
    ///
    /// # Panics
    /// When `fill` does not fill it, which the first use shows.
    #[inline]
    pub fn block<const N: usize>(&mut self, fill: impl FnOnce(&mut Block<N>)) {
        let mut block = Block::new();
        fill(&mut block);
        assert!(block.at == N, "a block is filled to its end");
        self.into.extend_from_slice(&block.bytes);
    }

    /// The first `len` bytes of these; faster than a slice of them, whose length is not known when
    /// this is compiled.
    #[inline]
    pub(crate) fn front_of<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        let end = self.into.len() + len.min(N);
        self.into.extend_from_slice(bytes);
        self.into.truncate(end);
    }

    /// Padding: zeros.
    pub fn pad(&mut self, len: usize) {
        self.into.put_bytes(0, len);
    }

    /// Zeros until the part that began at `start` is a multiple of eight bytes long.
    pub fn pad_to_8(&mut self, start: usize) {
        let len = self.position() - start;
        self.front_of(&[0; 8], len.next_multiple_of(8) - len);
    }

    /// A 16-bit length of the part that begins at `start` and ends with what `body` writes. The
    /// length itself is written here.
    #[inline]
    pub fn length(&mut self, start: usize, what: &'static str, body: impl FnOnce(&mut Self)) {
        let at = self.position();
        self.u16(0);
        self.measured(at, start, what, body);
    }

    /// The same, of which the length at `at` has been written as anything.
    #[inline]
    pub fn measured(
        &mut self,
        at: usize,
        start: usize,
        what: &'static str,
        body: impl FnOnce(&mut Self),
    ) {
        body(self);
        let length = self.position() - start;
        match u16::try_from(length) {
            Ok(length) => self.into[at..at + 2].copy_from_slice(&length.to_be_bytes()),
            Err(_) => {
                self.error
                    .get_or_insert(EncodeError::TooLong { what, length });
            }
        }
    }

    /// A whole message: its header, and what `body` writes.
    #[inline]
    pub(crate) fn header(
        &mut self,
        version: u8,
        kind: u8,
        xid: Xid,
        what: &'static str,
        body: impl FnOnce(&mut Self),
    ) {
        self.xid = Some(xid);
        let start = self.position();
        self.block::<8>(|b| {
            b.u8(version);
            b.u8(kind);
            b.u16(0);
            b.u32(xid.0);
        });
        self.measured(start + 2, start, what, body);
    }

    /// One element: 16-bit type, 16-bit length of the whole, and what `body` writes.
    #[inline]
    pub fn tlv(&mut self, kind: u16, what: &'static str, body: impl FnOnce(&mut Self)) {
        let start = self.position();
        self.block::<4>(|b| {
            b.u16(kind);
            b.u16(0);
        });
        self.measured(start + 2, start, what, body);
    }

    /// The same, with zeros after it until the whole is a multiple of eight bytes, which the
    /// length counts.
    #[inline]
    pub fn tlv_of_8(&mut self, kind: u16, what: &'static str, body: impl FnOnce(&mut Self)) {
        let start = self.position();
        self.tlv(kind, what, |w| {
            body(w);
            w.pad_to_8(start);
        });
    }

    /// One element: 16-bit length of the whole, and what `body` writes.
    pub fn sized(&mut self, what: &'static str, body: impl FnOnce(&mut Self)) {
        self.length(self.position(), what, body);
    }

    /// Elements, one after the other.
    pub fn list<'e, T: Wire + 'e>(&mut self, elements: impl IntoIterator<Item = &'e T>) {
        for element in elements {
            element.encode(self);
        }
    }

    /// A part does not fit its length: the message is taken back when it is closed.
    pub fn too_long(&mut self, what: &'static str, length: usize) {
        self.error
            .get_or_insert(EncodeError::TooLong { what, length });
    }

    /// The message has a part that its version does not have: it is taken back when it is closed.
    pub fn lacks(&mut self, what: &'static str) {
        let version = self.version;
        self.error
            .get_or_insert(EncodeError::NotInVersion { what, version });
    }

    /// A message inside this one cannot be written: this one is taken back when it is closed.
    pub(crate) fn refuse(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    /// Whether every length fitted and every part exists in this version.
    pub fn finish(self) -> Result<(), EncodeError> {
        self.error.map_or(Ok(()), Err)
    }
}

/// See [`Writer::block`]. Always inlined: where a field goes is then known when this is compiled, and
/// the checks that it has room are gone, a third of what a flow-mod takes.
#[derive(Debug)]
pub struct Block<const N: usize> {
    bytes: [u8; N],
    at: usize,
}

impl<const N: usize> Block<N> {
    /// Nothing yet, of at most `N` bytes.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; N],
            at: 0,
        }
    }

    /// All of it, zeros where nothing has been filled.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &[u8; N] {
        &self.bytes
    }

    /// The first `len` of these bytes, all of which have room: a copy of known size. What is
    /// filled next is written over the others, padding must not be.
    #[inline(always)]
    pub(crate) fn front_of<const M: usize>(&mut self, bytes: &[u8; M], len: usize) {
        self.bytes[self.at..self.at + M].copy_from_slice(bytes);
        self.at += len;
    }

    /// Zeros, whatever was there, up to the next multiple of eight bytes; seven more have room.
    #[inline(always)]
    pub(crate) fn zeros_to_8(&mut self) {
        let len = self.at.next_multiple_of(8) - self.at;
        self.front_of(&[0; 8], len);
    }

    /// A 16-bit length at `at`, which has been filled with anything.
    #[inline(always)]
    pub(crate) fn length_at(&mut self, at: usize, length: u16) {
        self.bytes[at..at + 2].copy_from_slice(&length.to_be_bytes());
    }

    /// Bytes filled.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.at
    }

    /// Zeros.
    #[inline(always)]
    pub fn pad(&mut self, len: usize) {
        self.at += len;
    }

    /// Appends what has been filled: a copy of known size, cut to that.
    #[inline(always)]
    pub(crate) fn append_to(&self, into: &mut BytesMut) {
        let end = into.len() + self.at;
        into.extend_from_slice(&self.bytes);
        into.truncate(end);
    }

    /// These bytes.
    #[inline(always)]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }
}

macro_rules! integers {
    ($($int:ident $put:ident)+) => { $(
        impl Writer<'_> {
            #[doc = concat!("A `", stringify!($int), "`.")]
            pub fn $int(&mut self, value: $int) {
                self.into.$put(value);
            }
        }

        impl<const N: usize> Block<N> {
            #[doc = concat!("A `", stringify!($int), "`.")]
            #[inline(always)]
            pub fn $int(&mut self, value: $int) {
                self.put(&value.to_be_bytes());
            }
        }
    )+ };
}
integers!(u8 put_u8 u16 put_u16 u32 put_u32 u64 put_u64);
