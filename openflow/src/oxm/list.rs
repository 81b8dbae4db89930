//! Match fields as they are on the wire: kept packed, in their order, known or not.

use smallvec::SmallVec;

use super::{Class, Field};

/// A list of match fields, packed as on the wire (OF 1.3.5 §7.2.3.2).
///
/// Holds well-formed TLVs only, in the order they came or were pushed; unknown ones are kept with
/// their bytes. About nine usual fields fit without heap allocation, and since the bytes are kept
/// as they are, reading costs one walk over the headers and writing one copy.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct OxmList {
    bytes: SmallVec<[u8; 88]>,
}

/// One match field on its own, as a set-field action holds it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OxmField {
    /// Exactly one TLV.
    bytes: SmallVec<[u8; 24]>,
}

/// View of one match field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oxm<'a> {
    /// Who numbers it.
    pub class: Class,
    /// Its number in the class, 0 to 127.
    pub code: u8,
    /// Whether the second half of the bytes is a mask.
    pub has_mask: bool,
    /// Who defined it; class [`Class::EXPERIMENTER`] only.
    pub experimenter: Option<u32>,
    /// Value and, where there is one, mask of the same length; after the experimenter.
    pub body: &'a [u8],
}

impl<'a> Oxm<'a> {
    /// The field's name in the table; `None` for one that is not there.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        todo!()
    }

    /// Bytes of the value.
    #[must_use]
    pub fn value_bytes(&self) -> &'a [u8] {
        todo!()
    }

    /// Bytes of the mask.
    #[must_use]
    pub fn mask_bytes(&self) -> Option<&'a [u8]> {
        todo!()
    }

    /// The value, right-aligned; of a field longer than 16 bytes the last 16.
    #[must_use]
    pub fn value(&self) -> u128 {
        todo!()
    }

    /// The mask, likewise.
    #[must_use]
    pub fn mask(&self) -> Option<u128> {
        todo!()
    }
}

impl OxmList {
    /// No field: takes every packet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = Oxm<'_>> {
        todo!();
        #[expect(unreachable_code)]
        std::iter::empty()
    }

    /// The first of this name.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Oxm<'_>> {
        self.iter().find(|oxm| oxm.field() == Some(field))
    }

    /// Appends a field of the table; bits beyond its width are written as they are if they fit
    /// its bytes.
    pub fn push(&mut self, _field: Field, _value: u128, _mask: Option<u128>) {
        todo!()
    }

    /// Appends any field.
    ///
    /// # Panics
    /// If the body is longer than a TLV can be (255 bytes, experimenter included), or has a mask
    /// and an odd length.
    pub fn push_oxm(&mut self, _oxm: Oxm<'_>) {
        todo!()
    }
}

impl OxmField {
    /// A field of the table.
    #[must_use]
    pub fn new(_field: Field, _value: u128, _mask: Option<u128>) -> Self {
        todo!()
    }

    /// Any field; panics as [`OxmList::push_oxm`].
    #[must_use]
    pub fn from_oxm(_oxm: Oxm<'_>) -> Self {
        todo!()
    }

    /// View of it.
    #[must_use]
    pub fn oxm(&self) -> Oxm<'_> {
        todo!()
    }
}

impl std::fmt::Debug for OxmList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl std::fmt::Debug for OxmField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.oxm().fmt(f)
    }
}

impl serde::Serialize for OxmList {
    fn serialize<S: serde::Serializer>(&self, _s: S) -> Result<S::Ok, S::Error> {
        todo!()
    }
}

impl serde::Serialize for OxmField {
    fn serialize<S: serde::Serializer>(&self, _s: S) -> Result<S::Ok, S::Error> {
        todo!()
    }
}
