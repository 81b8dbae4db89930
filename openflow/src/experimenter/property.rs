//! Properties: type, length and value, filled up to eight bytes.

use super::error::Fault;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Every property left in `r`.
pub(super) fn decode_rest<T: Wire>(r: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
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
    match (all, Fault::PropertyLength.of_experimenter(version)) {
        (Ok(()), _) => Ok(list),
        (Err(error), Some(precise))
            if error.answer() == answer && error.experimenter_answer().is_none() =>
        {
            Err(error.answered_by(precise))
        }
        (Err(error), _) => Err(error),
    }
}

/// One property with the padding after it: `read` makes it of its type and what follows the
/// header, all of which it has to read.
pub(super) fn decode<T>(
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
pub(super) fn encode(kind: u16, w: &mut Writer<'_>, body: impl FnOnce(&mut Writer<'_>)) {
    let start = w.position();
    w.tlv(kind, "property", body);
    w.pad_to_8(start);
}
