//! Bytes to messages and back, one message at a time.
//!
//! A frame goes in, a [`Message`] comes out, or a [`DecodeError`] that names the field and the
//! offset and carries the OpenFlow error to answer. A message goes in, bytes are appended to one
//! buffer. Nothing is dropped on the way: what decodes encodes to the same bytes, padding
//! excepted, which is written as zero.
//!
//! ```text
//! stream ==frame_length==> frame: Bytes ==Message::decode==> Message { version, xid, body }
//!                                                                     |
//! buffer: BytesMut <===================Message::encode================+
//! ```
//!
//! # Why not a parser library
//!
//! OpenFlow is lengths inside lengths, and what has gone wrong in other implementations is a
//! length believed: an inner one that reaches past its parent, or one of zero in a loop. So the
//! one thing a reader must do is to hand out children that cannot leave their parent and loops
//! that cannot stand still. [`Reader`] does that in some three hundred lines, keeps the offset for
//! errors at no cost, knows which OpenFlow error its part of the message answers with, and cuts
//! payloads off the frame without copying. Combinators would have needed a wrapper for each of
//! these four.
//!
//! # Adding to it
//!
//! - **A message**: a file in [`crate::v10`] or [`crate::v13`] with struct, decode and encode in
//!   this order ([`Wire`]), and a row in the table of `mod.rs` beside it: number, name, first and
//!   last version with this layout. A sample in `tests/samples`, a strategy in
//!   `tests/generate`; a test fails while one of them is missing.
//! - **A field a later version has in it**: a field of the struct, read where
//!   [`Reader::version`] has it and written where [`Writer::version`] has; then the last version
//!   of its row is raised.
//! - **A match field**: a row in the table of [`crate::oxm`]. Until it has one it is kept as it
//!   came, and shown by its numbers.
//! - **An error code**: a row in one of the tables of `error_names/`.
//! - **An experimenter**: its messages, actions, instructions, match fields, meter bands and queue
//!   properties keep their bytes. A module of its own reads those with a [`Reader`] and writes
//!   them with a [`Writer`], in types that implement [`Wire`].

#[macro_use]
mod macros;

mod answer;
mod error;
mod error_names;
mod header;
mod hello;
mod inside;
pub(crate) mod json;
mod line;
mod message;
mod reader;
mod text;
mod types;
mod writer;

use bytes::Bytes;

pub use crate::experimenter::Experimenter;
pub use answer::Answer;
pub use error::{DecodeError, DecodeProblem, EncodeError, ErrorCode};
pub use error_names::{ErrorName, VendorError};
pub use header::{Header, MAX_FRAME, frame_length};
pub use hello::{Hello, HelloElement};
pub(crate) use inside::Holder;
pub use line::decode_line;
pub use message::{Body, Echo, Error, Message, MessageType};
pub use reader::{Mark, Reader};
pub use text::FixedText;
pub use writer::{Block, Writer};

/// A part of a message with one encoding per version.
///
/// `decode(encode(x)) == x`, and `encode(decode(bytes)) == bytes` but for padding.
///
/// Bytes kept for an experimenter or an unknown number are part of an element whose length is a
/// multiple of eight where the specification says so: others are filled up with zeros.
pub trait Wire: Sized {
    /// Reads one from the front of `reader`.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Appends it. A length that does not fit its field, and a part that the version does not have
    /// ([`Writer::lacks`]), are remembered by the writer and refused when the message is closed.
    fn encode(&self, writer: &mut Writer<'_>);

    /// Where to put the payload that ends the frame, for a message that leaves it to the caller
    /// ([`Reader::payload`]). Most do not.
    #[doc(hidden)]
    fn payload_mut(&mut self) -> Option<&mut Bytes> {
        None
    }
}

impl<T: Wire> Wire for Box<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode(reader).map(Self::new)
    }

    fn encode(&self, writer: &mut Writer<'_>) {
        T::encode(self, writer);
    }
}
