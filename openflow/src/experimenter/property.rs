//! Properties: type, length and value, filled up to eight bytes.

pub(super) use crate::v13::property::decode;

use super::error::Fault;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Every property left in `r`.
pub(crate) fn decode_rest<T: Wire>(r: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
    decode_each(r, "properties", T::decode)
}

/// Every property left in `r`, each by `read`. A wrong length is answered with that of a property.
pub(super) fn decode_each<T>(
    r: &mut Reader<'_>,
    name: &'static str,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let version = r.version();
    let answer = Fault::PropertyLength.of_version(version);
    let mut list = Vec::new();
    let all = r.blaming(answer, |r| {
        r.each(name, |r| read(r).map(|property| list.push(property)))
    });
    let Err(error) = all else {
        return Ok(list);
    };
    if error.answer() != answer || error.experimenter_answer().is_some() {
        return Err(error);
    }
    Err(match Fault::PropertyLength.of_experimenter(version) {
        Some(precise) => error.answered_by(precise),
        None => error,
    })
}

/// One property with the padding after it, which its length does not count.
pub(super) fn encode(kind: u16, w: &mut Writer<'_>, body: impl FnOnce(&mut Writer<'_>)) {
    crate::v13::property::encode(kind, "property", w, body);
}
