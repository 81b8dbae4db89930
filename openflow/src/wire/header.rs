//! The eight bytes every message begins with, and where a message ends.

use super::{DecodeError, DecodeProblem, ErrorCode};
use crate::Xid;

/// Longest frame there can be: the length field has 16 bits.
pub const MAX_FRAME: usize = 0xffff;

/// Header of a message (OF 1.3.5 §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header {
    /// Wire version, also of versions we do not speak.
    pub version: u8,
    /// Message type; its meaning depends on the version.
    pub kind: u8,
    /// Length of the whole message, header included.
    pub length: u16,
    /// Transaction.
    pub xid: Xid,
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 8;

    /// Reads the header at the front of a frame and looks at nothing else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [version, kind, l0, l1, x0, x1, x2, x3] = *bytes.first_chunk()?;
        let (length, xid) = (
            u16::from_be_bytes([l0, l1]),
            u32::from_be_bytes([x0, x1, x2, x3]),
        );
        Some(Self {
            version,
            kind,
            length,
            xid: Xid(xid),
        })
    }

    /// Reads the header of a frame, whose length it has to tell.
    pub fn of_frame(frame: &[u8]) -> Result<Self, DecodeError> {
        let Some(header) = Self::parse(frame) else {
            let problem = DecodeProblem::Truncated {
                need: Self::LEN,
                have: frame.len(),
            };
            let error = DecodeError::new(0, problem, ErrorCode::BAD_REQUEST_BAD_LEN);
            return Err(error.in_field("header"));
        };
        match usize::from(header.length) {
            length if length == frame.len() => Ok(header),
            length => Err(wrong_length(DecodeProblem::Frame {
                length,
                have: frame.len(),
            })),
        }
    }
}

/// Length of the frame that begins at the front of `stream`, at most [`MAX_FRAME`].
///
/// `Ok(None)`: too few bytes to know. A length under eight is an error after which the stream
/// has no more frame boundaries: the connection is to be closed.
pub fn frame_length(stream: &[u8]) -> Result<Option<usize>, DecodeError> {
    let Some([_, _, high, low]) = stream.first_chunk() else {
        return Ok(None);
    };
    match usize::from(u16::from_be_bytes([*high, *low])) {
        length if length < Header::LEN => {
            let expected = "at least 8, the header";
            Err(wrong_length(DecodeProblem::Length { length, expected }))
        }
        length => Ok(Some(length)),
    }
}

fn wrong_length(problem: DecodeProblem) -> DecodeError {
    DecodeError::new(2, problem, ErrorCode::BAD_REQUEST_BAD_LEN)
        .in_field("length")
        .in_field("header")
}
