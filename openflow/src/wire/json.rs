//! How parts of messages are written in JSON where a derived form would not do.

use bytes::Bytes;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use smallvec::{Array, SmallVec};

use super::Message;
use crate::{BufferId, GroupId, MeterId, TableId};

/// Names in lower case, then the bits without a name as one number.
pub(crate) fn flags<S: Serializer>(
    names: impl Iterator<Item = &'static str>,
    rest: u64,
    s: S,
) -> Result<S::Ok, S::Error> {
    let mut seq = s.serialize_seq(None)?;
    for name in names {
        seq.serialize_element(&name.to_ascii_lowercase())?;
    }
    if rest != 0 {
        seq.serialize_element(&rest)?;
    }
    seq.end()
}

/// Flags, type and body of a request or reply that has a type of its own.
pub(crate) fn typed<S: Serializer>(
    flags: &impl Serialize,
    kind: &impl Serialize,
    body: &impl Serialize,
    s: S,
) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(3))?;
    map.serialize_entry("flags", flags)?;
    map.serialize_entry("type", kind)?;
    map.serialize_entry("body", body)?;
    map.end()
}

/// A list that is not a `Vec`.
pub(crate) fn list<A: Array<Item: Serialize>, S: Serializer>(
    list: &SmallVec<A>,
    s: S,
) -> Result<S::Ok, S::Error> {
    s.collect_seq(list)
}

/// A message inside another one, of the same version: its type, transaction and what follows its
/// header.
pub(crate) fn message<S: Serializer>(message: &Message, s: S) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(3))?;
    map.serialize_entry("type", message.type_name())?;
    map.serialize_entry("xid", &message.xid.0)?;
    map.serialize_entry("message", message)?;
    map.end()
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex<S: Serializer>(bytes: &Bytes, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&hex::encode(bytes))
}

/// Bytes that are text; what is not UTF-8 is replaced.
pub(crate) fn text<S: Serializer>(bytes: &Bytes, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&String::from_utf8_lossy(bytes))
}

/// A number people know in hex: ethertypes, experimenters, masks.
pub(crate) fn hex16<S: Serializer>(number: &u16, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{number:#06x}"))
}

/// See [`hex16`].
pub(crate) fn hex32<S: Serializer>(number: &u32, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{number:#010x}"))
}

/// See [`hex16`].
pub(crate) fn hex64<S: Serializer>(number: &u64, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{number:#018x}"))
}

/// A number, or the name of the reserved one.
fn named<S: Serializer>(number: u32, names: &[(u32, &str)], s: S) -> Result<S::Ok, S::Error> {
    match names.iter().find(|(reserved, _)| *reserved == number) {
        Some((_, name)) => s.serialize_str(name),
        None => s.serialize_u32(number),
    }
}

/// `NO_BUFFER` or a number.
pub(crate) fn buffer_id<S: Serializer>(id: &BufferId, s: S) -> Result<S::Ok, S::Error> {
    named(id.0, &[(BufferId::NONE.0, "NO_BUFFER")], s)
}

/// `NO_BUFFER`, which asks for the whole packet, or bytes of it (OF 1.3.5 §7.2.5,
/// `ofp_controller_max_len`).
pub(crate) fn max_len<S: Serializer>(length: &u16, s: S) -> Result<S::Ok, S::Error> {
    named((*length).into(), &[(0xffff, "NO_BUFFER")], s)
}

/// `ALL` or a number.
pub(crate) fn table_id<S: Serializer>(id: &TableId, s: S) -> Result<S::Ok, S::Error> {
    named(id.0.into(), &[(TableId::ALL.0.into(), "ALL")], s)
}

/// `ALL` or a number.
pub(crate) fn queue_id<S: Serializer>(id: &u32, s: S) -> Result<S::Ok, S::Error> {
    named(*id, &[(0xffff_ffff, "ALL")], s)
}

/// `ALL`, `ANY` or a number.
pub(crate) fn group_id<S: Serializer>(id: &GroupId, s: S) -> Result<S::Ok, S::Error> {
    named(id.0, &[(GroupId::ALL.0, "ALL"), (GroupId::ANY.0, "ANY")], s)
}

/// `SLOWPATH`, `CONTROLLER`, `ALL` or a number (OF 1.3.5 §7.3.4.4).
pub(crate) fn meter_id<S: Serializer>(id: &MeterId, s: S) -> Result<S::Ok, S::Error> {
    let names = [
        (0xffff_fffd, "SLOWPATH"),
        (0xffff_fffe, "CONTROLLER"),
        (0xffff_ffff, "ALL"),
    ];
    named(id.0, &names, s)
}
