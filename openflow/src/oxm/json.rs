//! Match fields in JSON: `{"field":"eth_type","value":"0x0806"}`.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::id::field_entries;
use super::{Field, HeaderType, Ipv6ExthdrFlags, Notation, Oxm, OxmField, OxmList};
use crate::{MacAddr, PortNo, v10};

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
        let field = self.field();
        field_entries(&mut map, field, self.class, self.experimenter, self.code)?;
        match field {
            Some(field) => {
                map.serialize_entry("value", &written(field, self.value_bytes()))?;
                if let Some(mask) = self.mask_bytes() {
                    map.serialize_entry("mask", &written_mask(field, mask))?;
                }
            }
            None => {
                map.serialize_entry("value", &hex::encode(self.value_bytes()))?;
                if let Some(mask) = self.mask_bytes() {
                    map.serialize_entry("mask", &hex::encode(mask))?;
                }
            }
        }
        map.end()
    }
}

/// A value as people write it: by name where it has one. Numbers of up to 64 bits are numbers in
/// JSON, longer ones hex.
fn written(field: Field, bytes: &[u8]) -> Value {
    match (field, bytes) {
        (Field::Ipv6Exthdr, &[a, b]) => {
            return json!(Ipv6ExthdrFlags::from_bits_retain(u16::from_be_bytes([
                a, b
            ])));
        }
        (Field::PacketType, &[a, b, c, d]) => {
            return json!(HeaderType::from(u32::from_be_bytes([a, b, c, d])));
        }
        _ => {}
    }
    match (field.info().notation, bytes) {
        (Notation::Mac, &[a, b, c, d, e, f]) => json!(MacAddr([a, b, c, d, e, f])),
        (Notation::Ipv4, &[a, b, c, d]) => json!(Ipv4Addr::new(a, b, c, d)),
        (Notation::Ipv6, _) => match <[u8; 16]>::try_from(bytes) {
            Ok(address) => json!(Ipv6Addr::from(address)),
            Err(_) => hex(bytes),
        },
        (Notation::Port, &[a, b, c, d]) => json!(PortNo(u32::from_be_bytes([a, b, c, d]))),
        (Notation::Port, &[a, b]) => json!(v10::PortNo(u16::from_be_bytes([a, b]))),
        (Notation::Decimal, bytes) if bytes.len() <= 8 => {
            json!(
                bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte))
            )
        }
        _ => hex(bytes),
    }
}

/// Addresses and flags have masks of their form, everything else has hex.
fn written_mask(field: Field, mask: &[u8]) -> Value {
    match field.info().notation {
        _ if field == Field::Ipv6Exthdr => written(field, mask),
        Notation::Mac | Notation::Ipv4 | Notation::Ipv6 => written(field, mask),
        Notation::Decimal | Notation::Hex | Notation::Port => hex(mask),
    }
}

fn hex(bytes: &[u8]) -> Value {
    json!(format!("0x{}", hex::encode(bytes)))
}
