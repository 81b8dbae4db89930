//! The messages of the packet-in path, straight into the buffer.
//!
//! A flow-mod as a wire struct is half a kilobyte that is built, moved three times and thrown
//! away; written here field by field it costs a third. All other messages go through their wire
//! structs. That both ways write the same bytes is a property test.

use bytes::BytesMut;

use super::{Unsupported, lacking};
use crate::wire::{EncodeError, Message, Writer};
use crate::{Version, Xid};

/// Type of a packet-out in every version.
pub(super) const PACKET_OUT: u8 = 13;
/// Type of a flow-mod in every version.
pub(super) const FLOW_MOD: u8 = 14;

/// Appends a message of this type with what `body` writes, or leaves the buffer as it was.
pub(super) fn message(
    into: &mut BytesMut,
    version: Version,
    xid: Xid,
    kind: u8,
    body: impl FnOnce(&mut Writer<'_>) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    let start = into.len();
    let mut w = Writer::new(into, version);
    let mut outcome = Ok(());
    w.header(version.wire(), kind, xid, "message", |w| outcome = body(w));
    let outcome = outcome.and_then(|()| w.finish().map_err(|error| too_long(version, &error)));
    if outcome.is_err() {
        into.truncate(start);
    }
    outcome
}

/// [`Writer::length`] around what may be refused.
pub(super) fn length(
    w: &mut Writer<'_>,
    start: usize,
    what: &'static str,
    body: impl FnOnce(&mut Writer<'_>) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    let mut outcome = Ok(());
    w.length(start, what, |w| outcome = body(w));
    outcome
}

/// Appends a message, or leaves the buffer as it was.
pub(super) fn encode(
    message: &Message,
    version: Version,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let encoded = message.encode(into);
    encoded.map_err(|error| too_long(version, &error))
}

pub(super) fn too_long(version: Version, error: &EncodeError) -> Unsupported {
    match error {
        EncodeError::TooLong { what, length } => {
            lacking(version, format!("{what} of {length} bytes"))
        }
        EncodeError::Inside { .. } => lacking(version, error.to_string()),
        EncodeError::NotInVersion { what, .. } => lacking(version, (*what).to_owned()),
    }
}
