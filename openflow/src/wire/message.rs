//! A whole message.

use bytes::{Bytes, BytesMut};
use serde::Serialize;

use super::{
    DecodeError, DecodeProblem, EncodeError, ErrorCode, Header, Hello, Reader, Wire, Writer, json,
};
use crate::{Version, Xid, v10, v13};

/// One message as it is on the wire.
///
/// ```
/// use bytes::{Bytes, BytesMut};
/// use openflow::wire::{Body, Echo, Message};
/// use openflow::{Version, v13};
///
/// let request = Message::decode(Bytes::from_static(&[4, 2, 0, 10, 0, 0, 0, 7, 0xca, 0xfe]))?;
/// let Body::V13(v13::Body::EchoRequest(Echo { data })) = request.body else { panic!() };
/// let reply = Message::v13(Version::V1_3, request.xid, v13::Body::EchoReply(Echo { data }));
/// let mut bytes = BytesMut::new();
/// reply.encode(&mut bytes)?;
/// assert_eq!(bytes[..], [4, 3, 0, 10, 0, 0, 0, 7, 0xca, 0xfe]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Wire version. Of a hello it can be any byte, of all others it is one we speak.
    version: u8,
    /// Transaction.
    pub xid: Xid,
    /// Everything after the header.
    pub body: Body,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would cost an allocation per flow-mod"
)]
pub enum Body {
    /// Hello, of any version.
    Hello(Hello),
    /// OpenFlow 1.0.
    V10(v10::Body),
    /// OpenFlow 1.3 and what is laid out like it; which version, says [`Message::version`].
    V13(v13::Body),
}

/// A row of a version's table of message types: [`v10::Body::TYPES`], [`v13::Body::TYPES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageType {
    /// In the header.
    pub number: u8,
    /// The specification's, without prefix.
    pub name: &'static str,
    /// The first version that has it.
    pub since: Version,
    /// The last.
    pub until: Version,
}

impl MessageType {
    /// Whether a version has it.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

/// Payload of an echo request or reply (OF 1.3.5 §7.5.2). The reply carries that of the request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Echo {
    /// Anything.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

/// Error (OF 1.3.5 §7.5.4, OF 1.0 §5.4.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Error {
    /// `ofp_error_type`; 0xffff is an experimenter's from 1.2 on.
    #[serde(rename = "type")]
    pub kind: u16,
    /// The type's code; of an experimenter's error its `exp_type`.
    pub code: u16,
    /// Who defined it; from 1.2 on, for type 0xffff only.
    pub experimenter: Option<u32>,
    /// Most often the beginning of the refused message.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl Message {
    /// An error.
    #[must_use]
    pub fn error(version: Version, xid: Xid, error: Error) -> Self {
        match version {
            Version::V1_0 => Self::v10(xid, v10::Body::Error(error)),
            later => Self::v13(later, xid, v13::Body::Error(error)),
        }
    }

    /// A hello with the given version byte.
    #[must_use]
    pub fn hello(version: u8, xid: Xid, hello: Hello) -> Self {
        Self {
            version,
            xid,
            body: Body::Hello(hello),
        }
    }

    /// A message of OpenFlow 1.0.
    #[must_use]
    pub fn v10(xid: Xid, body: v10::Body) -> Self {
        Self {
            version: Version::V1_0.wire(),
            xid,
            body: Body::V10(body),
        }
    }

    /// A message of OpenFlow 1.3 or later.
    #[must_use]
    pub fn v13(version: Version, xid: Xid, body: v13::Body) -> Self {
        Self {
            version: version.wire(),
            xid,
            body: Body::V13(body),
        }
    }

    /// The version byte of the header.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The specification's name of the message type without prefix: `flow_mod`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match &self.body {
            Body::Hello(_) => "hello",
            Body::V10(body) => body.type_name(),
            Body::V13(body) => body.type_name(),
        }
    }

    /// Reads exactly one frame. Payloads share its memory.
    pub fn decode(mut frame: Bytes) -> Result<Self, DecodeError> {
        let header = Header::of_frame(&frame)?;
        if header.kind == v13::PacketIn::KIND
            && let Some(spoken) = Version::from_wire(header.version)
            && spoken != Version::V1_0
        {
            match v13::PacketIn::at_once(frame, spoken) {
                Ok(packet_in) => {
                    return Ok(Self::of(header, Body::V13(v13::Body::PacketIn(packet_in))));
                }
                Err(unusual) => frame = unusual,
            }
        }
        Self::decode_any(header, frame)
    }

    /// Reads any frame. Apart from the usual packet-in, which would pay for the space that all
    /// other messages need while they are read.
    #[inline(never)]
    fn decode_any(header: Header, frame: Bytes) -> Result<Self, DecodeError> {
        let Header {
            version, kind, xid, ..
        } = header;
        if kind == Hello::KIND {
            return Ok(Self::hello(version, xid, Hello::decode(&frame, version)?));
        }
        let Some(spoken) = Version::from_wire(version) else {
            let problem = DecodeProblem::Version { version };
            let error = DecodeError::new(0, problem, ErrorCode::BAD_REQUEST_BAD_VERSION);
            return Err(error.in_field("version").in_field("header"));
        };
        Self::decode_by_parts(header, spoken, frame)
    }

    /// Reads a frame that is no hello field by field.
    pub(crate) fn decode_by_parts(
        header: Header,
        spoken: Version,
        frame: Bytes,
    ) -> Result<Self, DecodeError> {
        match spoken {
            Version::V1_0 => v10::Body::decode(header, spoken, frame),
            Version::V1_3 | Version::V1_4 | Version::V1_5 => {
                v13::Body::decode(header, spoken, frame)
            }
        }
    }

    #[inline]
    pub(crate) fn of(header: Header, body: Body) -> Self {
        Self {
            version: header.version,
            xid: header.xid,
            body,
        }
    }

    /// Appends the message. On an error `into` is as it was.
    pub fn encode(&self, into: &mut BytesMut) -> Result<(), EncodeError> {
        if let Body::V13(v13::Body::FlowMod(change)) = &self.body
            && change.at_once(self.version, self.xid, into)
        {
            return Ok(());
        }
        self.encode_by_parts(into)
    }

    /// Appends the message part by part.
    pub(crate) fn encode_by_parts(&self, into: &mut BytesMut) -> Result<(), EncodeError> {
        let layout = match self.body {
            Body::V10(_) => Version::V1_0,
            Body::Hello(_) | Body::V13(_) => {
                Version::from_wire(self.version).unwrap_or(Version::V1_3)
            }
        };
        let start = into.len();
        let mut w = Writer::new(into, layout);
        w.header(
            self.version,
            self.kind(),
            self.xid,
            self.type_name(),
            |w| match &self.body {
                Body::Hello(hello) => hello.encode(w),
                Body::V10(body) => body.encode(w),
                Body::V13(body) => body.encode(w),
            },
        );
        let fits = w.finish();
        if fits.is_err() {
            into.truncate(start);
        }
        fits
    }

    pub(super) fn kind(&self) -> u8 {
        match &self.body {
            Body::Hello(_) => Hello::KIND,
            Body::V10(body) => body.kind(),
            Body::V13(body) => body.kind(),
        }
    }
}

impl Wire for Echo {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { data: r.rest() })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.data);
    }
}

impl Error {
    /// Type of an experimenter's error, from 1.2 on.
    pub const EXPERIMENTER: u16 = 0xffff;
}

impl Wire for Error {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, code) = (r.field("type")?, r.field("code")?);
        let experimenter = match (kind, r.version()) {
            (Self::EXPERIMENTER, Version::V1_3 | Version::V1_4 | Version::V1_5) => {
                Some(r.field("experimenter")?)
            }
            _ => None,
        };
        Ok(Self {
            kind,
            code,
            experimenter,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.kind);
        w.u16(self.code);
        if let Some(experimenter) = self.experimenter {
            w.u32(experimenter);
        }
        w.bytes(&self.data);
    }
}
