//! Messages inside messages: in bundles, and forwarded requests.
//!
//! What may be inside is the same question when it is read and when it is written, so one function
//! answers both: what is written can be read again.

use bytes::BytesMut;

use super::{DecodeError, DecodeProblem, EncodeError, ErrorCode, Header, Hello, Message};
use super::{Reader, Writer};
use crate::experimenter::{Fault, NICIRA, ONF};
use crate::{Version, Xid};

/// What holds a message, which says what may be inside and how anything else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A bundle of 1.4 and later (OF 1.4.1 §7.3.9.6).
    Bundle,
    /// A forwarded request of 1.4 and later (OF 1.4.1 §7.4.6).
    Forward,
    /// A bundle of the ONF's extension of 1.3: messages that change the switch.
    OnfBundle,
    /// A forwarded request of an experimenter's: a change of groups or meters.
    ExperimenterForward,
}

impl Holder {
    /// The whole message at the front of `r`.
    pub(crate) fn decode(self, r: &mut Reader<'_>) -> Result<Message, DecodeError> {
        let (start, version) = (r.offset(), r.version());
        let length = self
            .length(r.peek(), version, r.frame_xid())
            .map_err(|wrong| wrong.found(start, version))?;
        let inner = r.child(length)?.rest();
        Message::decode(inner).map_err(|error| error.shifted(start))
    }

    /// Appends it to the message that holds it, which is refused if it could not be read again.
    pub(crate) fn encode(self, message: &Message, w: &mut Writer<'_>) {
        let mut bytes = BytesMut::new();
        if let Err(error) = message.encode(&mut bytes) {
            w.refuse(error);
            return;
        }
        let outer = w.xid().unwrap_or(message.xid).0;
        match self.length(&bytes, w.version(), outer) {
            Ok(_) => w.bytes(&bytes),
            Err(Wrong { field, problem, .. }) => {
                w.refuse(EncodeError::Inside { field, problem });
            }
        }
    }

    /// The length of the message at the front of these bytes, if it may be inside one of `version`
    /// with the transaction `outer`.
    fn length(self, bytes: &[u8], version: Version, outer: u32) -> Result<usize, Wrong> {
        let have = bytes.len();
        let wrong_length = |problem| Wrong {
            at: 0,
            field: "length",
            problem,
            answer: self.wrong_length(),
        };
        let Some(header) = Header::parse(bytes) else {
            let need = Header::LEN;
            return Err(wrong_length(DecodeProblem::Truncated { need, have }));
        };
        let length = match usize::from(header.length) {
            length if length < Header::LEN => {
                let expected = "at least 8, the header";
                return Err(wrong_length(DecodeProblem::Length { length, expected }));
            }
            need if need > have => {
                return Err(wrong_length(DecodeProblem::Truncated { need, have }));
            }
            length => length,
        };
        let wrong = |at, field, value, answer| Wrong {
            at,
            field,
            problem: DecodeProblem::Value { value },
            answer,
        };
        if header.version != version.wire() {
            let answer = Answer::Code(ErrorCode::BAD_REQUEST_BAD_VERSION);
            return Err(wrong(0, "version", header.version.into(), answer));
        }
        if self.is_bundle() && header.xid != Xid(outer) {
            let answer = Answer::Fault(Fault::BundledXid);
            return Err(wrong(4, "xid", header.xid.0.into(), answer));
        }
        match self.keeps_out(header.kind, &bytes[Header::LEN..length], version) {
            None => Ok(length),
            Some(problem) => Err(Wrong {
                at: 1,
                field: "type",
                problem,
                answer: self.wrong_type(),
            }),
        }
    }

    fn is_bundle(self) -> bool {
        matches!(self, Self::Bundle | Self::OnfBundle)
    }

    fn wrong_length(self) -> Answer {
        match self {
            Self::Forward => Answer::Code(ErrorCode::BAD_REQUEST_BAD_LEN),
            Self::Bundle | Self::OnfBundle | Self::ExperimenterForward => {
                Answer::Fault(Fault::BundledLength)
            }
        }
    }

    fn wrong_type(self) -> Answer {
        match self {
            Self::Forward => Answer::Code(ErrorCode::BAD_REQUEST_BAD_TYPE),
            Self::Bundle | Self::OnfBundle | Self::ExperimenterForward => {
                Answer::Fault(Fault::BundledType)
            }
        }
    }

    /// Why a message of a type and with this body cannot be inside: none is that is about the
    /// connection, or that holds messages itself, which is where a decoder could be made to call
    /// itself without end.
    fn keeps_out(self, kind: u8, body: &[u8], version: Version) -> Option<DecodeProblem> {
        let experimenter = experimenter_of(kind, body);
        let may_be_inside = match self {
            Self::Bundle | Self::Forward => {
                let name = connection_or_container(kind, version)?;
                return Some(DecodeProblem::NotInside { name });
            }
            Self::OnfBundle => match experimenter {
                Some((experimenter, _)) => experimenter != ONF,
                None => matches!(kind, PACKET_OUT..=TABLE_MOD | METER_MOD),
            },
            Self::ExperimenterForward => match version {
                Version::V1_0 => experimenter == Some((NICIRA, NXT_GROUP_MOD)),
                Version::V1_3 | Version::V1_4 | Version::V1_5 => {
                    matches!(kind, GROUP_MOD | METER_MOD)
                }
            },
        };
        let value = kind.into();
        (!may_be_inside).then_some(DecodeProblem::Value { value })
    }
}

// Types of 1.3 and later.
const EXPERIMENTER: u8 = 4;
const PACKET_OUT: u8 = 13;
const GROUP_MOD: u8 = 15;
const TABLE_MOD: u8 = 17;
const METER_MOD: u8 = 29;
/// Nicira's change of groups for 1.0.
const NXT_GROUP_MOD: u32 = 31;

/// Who defined an experimenter's message, and which it is; its type is the same in every version.
fn experimenter_of(kind: u8, body: &[u8]) -> Option<(u32, u32)> {
    match body.first_chunk() {
        Some(&[a, b, c, d, e, f, g, h]) if kind == EXPERIMENTER => Some((
            u32::from_be_bytes([a, b, c, d]),
            u32::from_be_bytes([e, f, g, h]),
        )),
        _ => None,
    }
}

/// The name of a type of 1.3 and later that no message holds.
fn connection_or_container(kind: u8, version: Version) -> Option<&'static str> {
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

/// Why a message cannot be inside another one.
struct Wrong {
    /// Bytes from its start.
    at: usize,
    /// Of its header.
    field: &'static str,
    problem: DecodeProblem,
    answer: Answer,
}

enum Answer {
    Code(ErrorCode),
    Fault(Fault),
}

impl Wrong {
    /// It was read, and begins at `start`.
    fn found(self, start: usize, version: Version) -> DecodeError {
        let offset = start + self.at;
        let error = match self.answer {
            Answer::Code(code) => DecodeError::new(offset, self.problem, code),
            Answer::Fault(fault) => fault.error(offset, self.problem, version),
        };
        error.in_field(self.field).in_field("header")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v13;
    use crate::wire::Echo;

    fn message(version: Version, xid: u32, body: v13::Body) -> Message {
        Message::v13(version, Xid(xid), body)
    }

    fn bundled(inner: Message) -> Message {
        let add = v13::BundleAddMessage {
            bundle_id: 1,
            flags: v13::BundleFlags::empty(),
            message: Box::new(inner),
            properties: Vec::new(),
        };
        message(Version::V1_4, 7, v13::Body::BundleAddMessage(add))
    }

    fn refused(message: &Message) -> Option<&'static str> {
        let mut bytes = BytesMut::from(&b"before"[..]);
        let outcome = message.encode(&mut bytes);
        match outcome {
            Ok(()) => {
                let again = Message::decode(bytes.split_off(6).freeze());
                assert_eq!(again.as_ref(), Ok(message));
                None
            }
            Err(EncodeError::Inside { field, .. }) => {
                assert_eq!(&bytes[..], b"before");
                Some(field)
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn what_a_bundle_could_not_be_read_with_is_not_written() {
        let barrier = || v13::Body::BarrierRequest;
        let echo = v13::Body::EchoRequest(Echo::default());
        let inside = |version, xid, body| refused(&bundled(message(version, xid, body)));
        assert_eq!(inside(Version::V1_4, 7, barrier()), None);
        assert_eq!(inside(Version::V1_4, 8, barrier()), Some("xid"));
        assert_eq!(inside(Version::V1_5, 7, barrier()), Some("version"));
        assert_eq!(inside(Version::V1_4, 7, echo), Some("type"));
        assert_eq!(
            refused(&bundled(bundled(message(Version::V1_4, 7, barrier())))),
            Some("type")
        );
    }

    #[test]
    fn a_forwarded_request_has_its_own_transaction() {
        let forward = |inner| {
            let request = Box::new(inner);
            let body = v13::Body::Requestforward(v13::Requestforward { request });
            message(Version::V1_5, 7, body)
        };
        let barrier = |version| message(version, 8, v13::Body::BarrierRequest);
        assert_eq!(refused(&forward(barrier(Version::V1_5))), None);
        assert_eq!(refused(&forward(barrier(Version::V1_4))), Some("version"));
    }
}
