//! Headers of match fields without a value: which field is meant.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Class, Field};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Header of a match field without what follows it, as table features and the actions that name
/// fields have it: four bytes, eight with an experimenter (OF 1.3.5 §7.3.5.5.2).
///
/// The length is kept as it came: some write that of the value, some that with a mask, some zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId {
    class: Class,
    code: u8,
    has_mask: bool,
    length: u8,
    experimenter: Option<u32>,
}

impl FieldId {
    /// The header of a field of the table without mask.
    #[must_use]
    pub fn new(field: Field) -> Self {
        Self::with(field, false)
    }

    /// The header of a field of the table with mask.
    #[must_use]
    pub fn masked(field: Field) -> Self {
        Self::with(field, true)
    }

    /// Any header; of `code` the lower seven bits. `None` where class and experimenter do not go
    /// together.
    #[must_use]
    pub fn from_numbers(
        class: Class,
        experimenter: Option<u32>,
        code: u8,
        has_mask: bool,
        length: u8,
    ) -> Option<Self> {
        (experimenter.is_some() == (class == Class::EXPERIMENTER)).then_some(Self {
            class,
            code: code & 0x7f,
            has_mask,
            length,
            experimenter,
        })
    }

    fn with(field: Field, has_mask: bool) -> Self {
        let info = field.info();
        let width = if has_mask { 2 } else { 1 };
        let experimenter = info.experimenter.map_or(0, |_| 4);
        let length = experimenter + info.bytes() * width;
        Self {
            class: info.class,
            code: info.code,
            has_mask,
            length: u8::try_from(length).expect("no value of the table is longer than 124 bytes"),
            experimenter: info.experimenter,
        }
    }

    /// The field's name in the table; `None` for one that is not there.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        Field::from_wire(self.class, self.experimenter, self.code)
    }

    /// Who numbers it.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// Who defined it; class [`Class::EXPERIMENTER`] only.
    #[must_use]
    pub fn experimenter(&self) -> Option<u32> {
        self.experimenter
    }

    /// Its number in the class, 0 to 127.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.code
    }

    /// Whether a mask is meant too.
    #[must_use]
    pub fn has_mask(&self) -> bool {
        self.has_mask
    }

    /// What the length byte says.
    #[must_use]
    pub fn length(&self) -> u8 {
        self.length
    }

    fn from_header(header: u32) -> Self {
        let [high, low, code_mask, length] = header.to_be_bytes();
        Self {
            class: Class(u16::from_be_bytes([high, low])),
            code: code_mask >> 1,
            has_mask: code_mask & 1 == 1,
            length,
            experimenter: None,
        }
    }

    fn header(&self) -> u32 {
        let [high, low] = self.class.0.to_be_bytes();
        let code_mask = self.code << 1 | u8::from(self.has_mask);
        u32::from_be_bytes([high, low, code_mask, self.length])
    }
}

impl Wire for FieldId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut id = Self::from_header(r.u32()?);
        if id.class == Class::EXPERIMENTER {
            id.experimenter = Some(r.field("experimenter")?);
        }
        Ok(id)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.header());
        if let Some(experimenter) = self.experimenter {
            w.u32(experimenter);
        }
    }
}

impl From<Field> for FieldId {
    fn from(field: Field) -> Self {
        Self::new(field)
    }
}

impl Serialize for FieldId {
    /// By name where the table has it, otherwise by numbers; what a name already says is left out.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        let field = self.field();
        field_entries(&mut map, field, self.class, self.experimenter, self.code)?;
        if self.has_mask {
            map.serialize_entry("has_mask", &true)?;
        }
        if field.map(|field| Self::with(field, self.has_mask)) != Some(*self) {
            map.serialize_entry("length", &self.length)?;
        }
        map.end()
    }
}

/// A field's name, or its numbers where it has none. The class is shown beside a name that does
/// not say it: of another encoding of a field.
pub(super) fn field_entries<M: SerializeMap>(
    map: &mut M,
    field: Option<Field>,
    class: Class,
    experimenter: Option<u32>,
    code: u8,
) -> Result<(), M::Error> {
    let plain = field.is_some_and(|field| field.info().canonical.is_none());
    if !plain {
        map.serialize_entry("class", &format!("{:#06x}", class.0))?;
        if let Some(experimenter) = experimenter {
            map.serialize_entry("experimenter", &format!("{experimenter:#010x}"))?;
        }
    }
    match field {
        Some(field) => map.serialize_entry("field", field.info().name),
        None => map.serialize_entry("field", &code),
    }
}

/// A header of four bytes where an action has no room for an experimenter. One that needs eight
/// is kept as the number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NxmHeader(pub u32);

impl NxmHeader {
    /// The header of a field of the table; `None` for one that needs eight bytes.
    #[must_use]
    pub fn new(field: Field) -> Option<Self> {
        let id = FieldId::new(field);
        id.experimenter.is_none().then(|| Self(id.header()))
    }

    /// The field's name in the table; `None` for one that is not there.
    #[must_use]
    pub fn field(self) -> Option<Field> {
        FieldId::from_header(self.0).field()
    }
}

impl Wire for NxmHeader {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.0);
    }
}

impl Serialize for NxmHeader {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        FieldId::from_header(self.0).serialize(s)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_header_is_shown_by_name_and_only_what_the_name_does_not_say_beside_it() {
        let shown = |id: FieldId| serde_json::to_value(id).unwrap();
        assert_eq!(shown(Field::EthDst.into()), json!({"field": "eth_dst"}));
        assert_eq!(
            shown(FieldId::masked(Field::Reg3)),
            json!({"field": "reg3", "has_mask": true})
        );
        assert_eq!(
            shown(Field::NxmOfEthDst.into()),
            json!({"class": "0x0000", "field": "eth_dst"})
        );
        assert_eq!(
            shown(FieldId::from_header(0x8000_0000)),
            json!({"field": "in_port", "length": 0})
        );
        let unknown = FieldId::from_numbers(Class::EXPERIMENTER, Some(7), 3, false, 6).unwrap();
        assert_eq!(
            shown(unknown),
            json!({"class": "0xffff", "experimenter": "0x00000007", "field": 3, "length": 6})
        );
    }
}
