//! Appends big-endian fields; lengths are written when their part is complete.

use bytes::{BufMut, BytesMut};

use super::{EncodeError, Wire};
use crate::Version;

/// Appends one message to a buffer.
#[derive(Debug)]
pub struct Writer<'a> {
    into: &'a mut BytesMut,
    version: Version,
    /// What was wrong first; the message is taken back when it is closed.
    error: Option<EncodeError>,
}

impl<'a> Writer<'a> {
    /// Appends to `into`.
    pub fn new(into: &'a mut BytesMut, version: Version) -> Self {
        Self {
            into,
            version,
            error: None,
        }
    }

    /// The version of the message.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
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

    /// Padding: zeros.
    pub fn pad(&mut self, len: usize) {
        self.into.put_bytes(0, len);
    }

    /// Zeros until the part that began at `start` is a multiple of eight bytes long.
    pub fn pad_to_8(&mut self, start: usize) {
        let len = self.position() - start;
        self.pad(len.next_multiple_of(8) - len);
    }

    /// A 16-bit length of the part that begins at `start` and ends with what `body` writes. The
    /// length itself is written here.
    pub fn length(&mut self, start: usize, what: &'static str, body: impl FnOnce(&mut Self)) {
        let at = self.position();
        self.u16(0);
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

    /// One element: 16-bit type, 16-bit length of the whole, and what `body` writes.
    pub fn tlv(&mut self, kind: u16, what: &'static str, body: impl FnOnce(&mut Self)) {
        let start = self.position();
        self.u16(kind);
        self.length(start, what, body);
    }

    /// The same, with zeros after it until the whole is a multiple of eight bytes, which the
    /// length counts.
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

macro_rules! integers {
    ($($int:ident $put:ident)+) => { $(
        impl Writer<'_> {
            #[doc = concat!("A `", stringify!($int), "`.")]
            pub fn $int(&mut self, value: $int) {
                self.into.$put(value);
            }
        }
    )+ };
}
integers!(u8 put_u8 u16 put_u16 u32 put_u32 u64 put_u64);
