//! The match.

use std::fmt;
use std::sync::LazyLock;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::{FieldValue, Given};
use crate::flow::Match;
use crate::oxm::Field;

static NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| Field::ALL.iter().map(|field| field.info().name).collect());

/// The field of a name of the specification.
pub(super) fn field_named<E: Error>(name: &str) -> Result<Field, E> {
    field_of_name(name).ok_or_else(|| E::unknown_field(name, &NAMES))
}

pub(super) fn field_of_name(name: &str) -> Option<Field> {
    let named = Field::ALL.iter().find(|field| field.info().name == name);
    named.copied()
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.fields().len()))?;
        for found in self.fields() {
            let value = FieldValue {
                field: found.field,
                value: found.value,
                mask: found.mask,
            };
            map.serialize_entry(found.field.info().name, &value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Match {
    /// What comes out is valid.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Match;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of match fields, as {\"eth_type\":\"0x0800\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Match, A::Error> {
        let mut matching = Match::any();
        while let Some(name) = map.next_key::<String>()? {
            let field = field_named::<A::Error>(&name)?;
            let given: Given = map
                .next_value()
                .map_err(|error| Error::custom(format!("{name}: {error}")))?;
            let (value, mask) = given
                .read(field)
                .map_err(|error| Error::custom(format!("{name}: {error}")))?;
            if matching.mentions(field) {
                return Err(Error::duplicate_field(field.info().name));
            }
            matching.set(field, value, mask);
        }
        matching.validate().map_err(Error::custom)?;
        Ok(matching)
    }
}

/// A field by its name in the specification, for `#[serde(with)]`.
pub(super) mod field_name {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::field_named;
    use crate::oxm::Field;

    pub(in super::super) fn serialize<S: Serializer>(
        field: &Field,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.serialize_str(field.info().name)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Field, D::Error> {
        field_named(&Cow::<'de, str>::deserialize(d)?)
    }
}
