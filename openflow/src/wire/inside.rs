//! Messages inside messages: in bundles, and forwarded requests.

use bytes::BytesMut;

use super::{DecodeError, DecodeProblem, ErrorCode, Header, Hello, Message, Reader, Writer};
use crate::Version;

impl Message {
    /// A whole message inside another one, which it may not hold in its turn: a message of a
    /// connection or a container of messages is refused.
    pub(crate) fn decode_inside(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (header, at) = inner_header(r, ErrorCode::BAD_REQUEST_BAD_LEN)?;
        read(r, header, at, ErrorCode::BAD_REQUEST_BAD_TYPE)
    }

    /// The same in a bundle, which has errors of its own for it and wants the transaction id of
    /// what holds it (OF 1.4.1 §7.3.9.6).
    pub(crate) fn decode_in_bundle(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let outer = r.frame_xid();
        let (header, at) = inner_header(r, ErrorCode::BUNDLE_MSG_BAD_LEN)?;
        if header.xid.0 != outer {
            let problem = DecodeProblem::Value {
                value: header.xid.0.into(),
            };
            let error = DecodeError::new(at + 4, problem, ErrorCode::BUNDLE_MSG_BAD_XID);
            return Err(error.in_field("xid").in_field("header"));
        }
        read(r, header, at, ErrorCode::BUNDLE_MSG_UNSUP)
    }

    /// Appends it to a message that holds it.
    pub(crate) fn encode_inside(&self, w: &mut Writer<'_>) {
        if self.version() != w.version().wire() {
            w.lacks("messages of another version inside a message");
            return;
        }
        if not_inside(self.kind(), w.version()).is_some() {
            w.lacks("messages of this type inside a message");
            return;
        }
        let mut bytes = BytesMut::new();
        match self.encode(&mut bytes) {
            Ok(()) => w.bytes(&bytes),
            Err(error) => w.refuse(error),
        }
    }
}

/// The header, and where it is; the message it begins fits.
fn inner_header(r: &Reader<'_>, answer: ErrorCode) -> Result<(Header, usize), DecodeError> {
    let at = r.offset();
    let refused = |problem| {
        let error = DecodeError::new(at, problem, answer);
        Err(error.in_field("length").in_field("header"))
    };
    let have = r.remaining();
    let Some(header) = Header::parse(r.peek()) else {
        return refused(DecodeProblem::Truncated {
            need: Header::LEN,
            have,
        });
    };
    match usize::from(header.length) {
        length if length < Header::LEN => refused(DecodeProblem::Length {
            length,
            expected: "at least 8, the header",
        }),
        need if need > have => refused(DecodeProblem::Truncated { need, have }),
        _ => Ok((header, at)),
    }
}

fn read(
    r: &mut Reader<'_>,
    header: Header,
    at: usize,
    unsupported: ErrorCode,
) -> Result<Message, DecodeError> {
    if header.version != r.version().wire() {
        let problem = DecodeProblem::Value {
            value: header.version.into(),
        };
        let error = DecodeError::new(at, problem, ErrorCode::BAD_REQUEST_BAD_VERSION);
        return Err(error.in_field("version").in_field("header"));
    }
    if let Some(name) = not_inside(header.kind, r.version()) {
        let error = DecodeError::new(at + 1, DecodeProblem::NotInside { name }, unsupported);
        return Err(error.in_field("type").in_field("header"));
    }
    let inner = r.child(header.length.into())?.rest();
    Message::decode(inner).map_err(|error| error.shifted(at))
}

/// The name of a type that cannot be in a message: it would be one about the connection, or hold
/// messages itself, which is where a decoder could be made to call itself without end.
fn not_inside(kind: u8, version: Version) -> Option<&'static str> {
    match kind {
        Hello::KIND => Some("hello"),
        2 => Some("echo_request"),
        3 => Some("echo_reply"),
        32 if version >= Version::V1_4 => Some("requestforward"),
        33 if version >= Version::V1_4 => Some("bundle_control"),
        34 if version >= Version::V1_4 => Some("bundle_add_message"),
        _ => None,
    }
}
