//! Statistics in JSON: `{"oxs_fields":[{"field":"packet_count","value":2}]}`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Oxs, OxsList, OxsValue};

impl Serialize for OxsList {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(1))?;
        map.serialize_entry("oxs_fields", &self.iter().collect::<Vec<_>>())?;
        map.end()
    }
}

impl Serialize for Oxs<'_> {
    /// One of the specification's by name, another by its numbers with the bytes in hex.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        match self.statistic().zip(self.value()) {
            Some((statistic, value)) => {
                map.serialize_entry("field", statistic.name())?;
                map.serialize_entry("value", &value)?;
            }
            None => {
                map.serialize_entry("class", &format!("{:#06x}", self.class.0))?;
                map.serialize_entry("field", &self.code)?;
                map.serialize_entry("value", &hex::encode(self.body))?;
            }
        }
        map.end()
    }
}

impl Serialize for OxsValue {
    /// A count is a number, a time `{"sec":1,"nsec":500}`.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Count(count) => s.serialize_u64(count),
            Self::Time(sec, nsec) => {
                let mut map = s.serialize_map(Some(2))?;
                map.serialize_entry("sec", &sec)?;
                map.serialize_entry("nsec", &nsec)?;
                map.end()
            }
        }
    }
}
