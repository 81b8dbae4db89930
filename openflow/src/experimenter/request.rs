//! Whole messages inside an experimenter's message.

use bytes::BytesMut;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::error::Fault;
use super::{NICIRA, ONF};
use crate::Version;
use crate::wire::{DecodeError, Header, Mark, Message, Reader, Wire, Writer};

/// The request that a request-forward tells other controllers of: a change of groups or meters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForwardedRequest {
    /// Of the same version.
    #[serde(serialize_with = "json")]
    pub request: Box<Message>,
}

/// A message in a bundle: one that changes the switch, with the transaction of the message that
/// holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct BundledRequest(#[serde(serialize_with = "json")] pub Box<Message>);

impl Wire for ForwardedRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let request = decode(r, |_, (kind, experimenter), version| match version {
            Version::V1_0 => experimenter == Some((NICIRA, NXT_GROUP_MOD)),
            _ => matches!(kind, GROUP_MOD | METER_MOD),
        });
        Ok(Self {
            request: Box::new(request.map_err(|error| error.in_field("request"))?),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        encode(&self.request, w);
    }
}

impl Wire for BundledRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let xid = r.frame_xid();
        let at = r.mark();
        let message = decode(r, |_, (kind, experimenter), _| match experimenter {
            // A bundle in a bundle would be a way to make a decoder call itself.
            Some((experimenter, _)) => experimenter != ONF,
            None => matches!(kind, PACKET_OUT..=TABLE_MOD | METER_MOD),
        })?;
        if message.xid.0 != xid {
            return Err(refused(at, message.xid.0.into(), Fault::BundledXid, r).in_field("xid"));
        }
        Ok(Self(Box::new(message)))
    }

    fn encode(&self, w: &mut Writer<'_>) {
        encode(&self.0, w);
    }
}

const PACKET_OUT: u8 = 13;
const GROUP_MOD: u8 = 15;
const TABLE_MOD: u8 = 17;
const METER_MOD: u8 = 29;
const EXPERIMENTER: u8 = 4;
const NXT_GROUP_MOD: u32 = 31;

/// Type of a message, and of an experimenter's who defined it and which it is.
type Kind = (u8, Option<(u32, u32)>);

/// The message at the front of `r`, if it is of the version of the one around it and `allowed`.
fn decode(
    r: &mut Reader<'_>,
    allowed: impl FnOnce(&Reader<'_>, Kind, Version) -> bool,
) -> Result<Message, DecodeError> {
    let (at, version) = (r.mark(), r.version());
    let Some([wire_version, kind, high, low]) = r.peek().first_chunk().copied() else {
        return Err(refused(at, r.remaining() as u64, Fault::BundledLength, r));
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < Header::LEN || length > r.remaining() {
        return Err(refused(at, length as u64, Fault::BundledLength, r).in_field("length"));
    }
    if wire_version != version.wire() {
        let answer = crate::wire::ErrorCode::BAD_REQUEST_BAD_VERSION;
        return Err(at
            .bad_value(wire_version.into(), answer)
            .in_field("version"));
    }
    let experimenter = match r.peek()[Header::LEN..length].first_chunk() {
        Some([a, b, c, d, e, f, g, h]) if kind == EXPERIMENTER => Some((
            u32::from_be_bytes([*a, *b, *c, *d]),
            u32::from_be_bytes([*e, *f, *g, *h]),
        )),
        _ => None,
    };
    if !allowed(r, (kind, experimenter), version) {
        return Err(refused(at, kind.into(), Fault::BundledType, r).in_field("type"));
    }
    let start = r.offset();
    let frame = r.child(length)?.rest();
    Message::decode(frame).map_err(|error| error.shifted(start))
}

fn encode(message: &Message, w: &mut Writer<'_>) {
    let mut bytes = BytesMut::new();
    if message.version() != w.version().wire() {
        w.lacks("message of another version in a message");
    }
    match message.encode(&mut bytes) {
        Ok(()) => w.bytes(&bytes),
        Err(error) => w.refuse(error),
    }
}

fn refused(at: Mark, value: u64, fault: Fault, r: &Reader<'_>) -> DecodeError {
    fault.at(at, value, r.version())
}

fn json<S: Serializer>(message: &Message, s: S) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(3))?;
    map.serialize_entry("type", message.type_name())?;
    map.serialize_entry("xid", &message.xid.0)?;
    map.serialize_entry("message", message)?;
    map.end()
}
