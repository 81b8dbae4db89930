//! Match fields in JSON: `{"field":"eth_type","value":"0x0806"}`.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Field, Notation, Oxm, OxmField, OxmList};
use crate::{MacAddr, PortNo};

impl Serialize for OxmList {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}

impl Serialize for OxmField {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.oxm().serialize(s)
    }
}

impl Serialize for Oxm<'_> {
    /// A field of the table by name, with value and mask in its notation; another by its numbers,
    /// with the bytes in hex.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        match self.field() {
            Some(field) => {
                map.serialize_entry("field", field.info().name)?;
                map.serialize_entry("value", &written(field, self.value()))?;
                if let Some(mask) = self.mask() {
                    map.serialize_entry("mask", &written_mask(field, mask))?;
                }
            }
            None => {
                map.serialize_entry("class", &format!("{:#06x}", self.class.0))?;
                map.serialize_entry("field", &self.code)?;
                if let Some(experimenter) = self.experimenter {
                    map.serialize_entry("experimenter", &format!("{experimenter:#010x}"))?;
                }
                map.serialize_entry("value", &hex::encode(self.value_bytes()))?;
                if let Some(mask) = self.mask_bytes() {
                    map.serialize_entry("mask", &hex::encode(mask))?;
                }
            }
        }
        map.end()
    }
}

/// A value as people write it. Numbers of up to 32 bits are numbers in JSON, longer ones hex.
fn written(field: Field, value: u128) -> Value {
    let info = field.info();
    let bytes = value.to_be_bytes();
    let tail = &bytes[16 - info.bytes()..];
    match (info.notation, tail) {
        (Notation::Mac, &[a, b, c, d, e, f]) => json!(MacAddr([a, b, c, d, e, f])),
        (Notation::Ipv4, &[a, b, c, d]) => json!(Ipv4Addr::new(a, b, c, d)),
        (Notation::Ipv6, _) => json!(Ipv6Addr::from(value)),
        (Notation::Port, &[a, b, c, d]) => json!(PortNo(u32::from_be_bytes([a, b, c, d]))),
        (Notation::Decimal, _) => match u64::try_from(value) {
            Ok(number) => json!(number),
            Err(_) => json!(format!("0x{}", hex::encode(tail))),
        },
        _ => json!(format!("0x{}", hex::encode(tail))),
    }
}

/// Addresses have masks of their form, everything else has hex.
fn written_mask(field: Field, mask: u128) -> Value {
    let info = field.info();
    match info.notation {
        Notation::Mac | Notation::Ipv4 | Notation::Ipv6 => written(field, mask),
        Notation::Decimal | Notation::Hex | Notation::Port => {
            json!(format!(
                "0x{}",
                hex::encode(&mask.to_be_bytes()[16 - info.bytes()..])
            ))
        }
    }
}
