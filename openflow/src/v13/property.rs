//! Properties: what 1.4 and 1.5 append to a structure, type, length and value at a time.

use bytes::Bytes;
use serde::Serialize;

use crate::Version;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};

/// Property of an experimenter, type 0xffff of every kind of property
/// (OF 1.4.1 §7.2.1.2, `ofp_port_desc_prop_experimenter` and its likes).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExperimenterProperty {
    /// Who defined it.
    #[serde(serialize_with = "json::hex32")]
    pub experimenter: u32,
    /// Which of its properties.
    pub exp_type: u32,
    /// The rest, without the padding after it.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl ExperimenterProperty {
    /// Type of an experimenter's property.
    pub const KIND: u16 = 0xffff;
}

impl Wire for ExperimenterProperty {
    /// What follows the header.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            experimenter: r.field("experimenter")?,
            exp_type: r.field("exp_type")?,
            data: r.rest(),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.experimenter);
        w.u32(self.exp_type);
        w.bytes(&self.data);
    }
}

/// A property whose type has no meaning where it is, kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct UnknownProperty {
    /// Its type.
    #[serde(rename = "number")]
    pub kind: u16,
    /// The rest, without the padding after it.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl UnknownProperty {
    /// What follows the header of a property of type `kind`.
    pub(crate) fn decode(kind: u16, r: &mut Reader<'_>) -> Self {
        let data = r.rest();
        Self { kind, data }
    }

    pub(crate) fn encode(&self, w: &mut Writer<'_>, what: &'static str) {
        encode(self.kind, what, w, |w| w.bytes(&self.data));
    }
}

/// Every property left in `r`.
pub(super) fn decode_rest<T: Wire>(r: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
    r.blaming(ErrorCode::BAD_PROPERTY_BAD_LEN, |r| r.list("properties"))
}

/// One property with the padding after it: `read` makes it of its type and what follows the
/// header, all of which it has to read.
pub(crate) fn decode<T>(
    r: &mut Reader<'_>,
    read: impl FnOnce(u16, &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let start = r.offset();
    let (kind, mut body) = r.tlv()?;
    let property = read(kind, &mut body)?;
    body.finish()?;
    r.pad_to_8(start)?;
    Ok(property)
}

/// One property with the padding after it, which its length does not count.
pub(crate) fn encode(
    kind: u16,
    what: &'static str,
    w: &mut Writer<'_>,
    body: impl FnOnce(&mut Writer<'_>),
) {
    let start = w.position();
    w.tlv(kind, what, body);
    w.pad_to_8(start);
}

/// Every property left in `r`, of a structure that has some since a version.
pub(super) fn decode_since<T: Wire>(
    since: Version,
    r: &mut Reader<'_>,
) -> Result<Option<Vec<T>>, DecodeError> {
    (r.version() >= since).then(|| decode_rest(r)).transpose()
}

/// Properties of a structure that has some since a version; `what` names them where it has not.
pub(super) fn encode_since<T: Wire>(
    since: Version,
    properties: Option<&[T]>,
    what: &'static str,
    w: &mut Writer<'_>,
) {
    if properties.is_some() && w.version() < since {
        w.lacks(what);
    }
    w.list(properties.into_iter().flatten());
}
