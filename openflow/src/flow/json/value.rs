//! A field's value: a number where that says all, else the text `ovs-ofctl` has for it.
//!
//! `vlan_vid` is for people: the id as a number, `"none"` for no tag, `"any"` for any tag; the raw
//! value with its present bit is written in hex, as `"0x1005/0x1fff"`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::PortNo;
use crate::flow::text::{format_value, is_number, parse_value};
use crate::oxm::Field;

const VLAN_PRESENT: u128 = 0x1000;

/// Value and mask of a field, to be written.
pub(super) struct FieldValue {
    pub(super) field: Field,
    pub(super) value: u128,
    pub(super) mask: u128,
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Self { field, value, mask } = *self;
        let exact = mask == field.info().full_mask();
        match field {
            Field::VlanVid => serialize_vlan(value, mask, exact, s),
            Field::InPort | Field::InPhyPort if exact => {
                PortNo(crate::flow::bits::to_u32(value)).serialize(s)
            }
            _ if exact && is_number(field) => {
                s.serialize_u64(u64::try_from(value).expect("numbers have up to 32 bits"))
            }
            _ => s.collect_str(&format_value(field, value, mask)),
        }
    }
}

fn serialize_vlan<S: Serializer>(
    value: u128,
    mask: u128,
    exact: bool,
    s: S,
) -> Result<S::Ok, S::Error> {
    match value {
        0 if exact => s.serialize_str("none"),
        VLAN_PRESENT if mask == VLAN_PRESENT => s.serialize_str("any"),
        vid if exact && vid & VLAN_PRESENT != 0 => {
            s.serialize_u16(crate::flow::bits::to_u16(vid & 0x0fff))
        }
        vid if exact => s.collect_str(&format_args!("{vid:#x}")),
        vid => s.collect_str(&format_args!("{vid:#x}/{mask:#x}")),
    }
}

/// A value as it came, before its field says how to read it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a string")]
pub(super) enum Given {
    Number(u64),
    Text(String),
}

impl Given {
    /// Value and mask; the error says what would have been right.
    pub(super) fn read(&self, field: Field) -> Result<(u128, u128), String> {
        match (field, self) {
            (Field::VlanVid, given) => given.vlan(),
            (_, Self::Text(text)) => parse_value(field, text),
            (_, Self::Number(number)) => parse_value(field, &number.to_string()),
        }
    }

    fn vlan(&self) -> Result<(u128, u128), String> {
        let full = Field::VlanVid.info().full_mask();
        let id = match self {
            Self::Number(id) => *id,
            Self::Text(text) => match text.as_str() {
                "none" => return Ok((0, full)),
                "any" => return Ok((VLAN_PRESENT, VLAN_PRESENT)),
                raw if raw.starts_with("0x") => return parse_value(Field::VlanVid, raw),
                id => id.parse().map_err(|_| vlan_expected())?,
            },
        };
        match u128::from(id) {
            id if id < VLAN_PRESENT => Ok((VLAN_PRESENT | id, full)),
            _ => Err(vlan_expected()),
        }
    }
}

fn vlan_expected() -> String {
    "expected a VLAN id from 0 to 4095, \"none\", \"any\", or the value with its present bit in \
     hex, as \"0x1005\""
        .to_owned()
}

/// A number people know in hex; read in either form.
pub(super) mod hex_number {
    use super::{Deserializer, Given, Serializer};
    use serde::{Deserialize, de};

    pub(in super::super) fn serialize<S: Serializer>(
        number: &(impl std::fmt::LowerHex + Copy),
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{number:#06x}"))
    }

    pub(in super::super) fn deserialize<'de, T: TryFrom<u64>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<T, D::Error> {
        let number = match Given::deserialize(d)? {
            Given::Number(number) => Some(number),
            Given::Text(text) => match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            },
        };
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| de::Error::custom("expected a number, as \"0x0800\""))
    }
}

/// Bytes as hex digits.
pub(super) mod hex_bytes {
    use std::borrow::Cow;

    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<S: Serializer>(
        bytes: &Bytes,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(bytes))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Bytes, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        hex::decode(&*text)
            .map(Bytes::from)
            .map_err(|_| de::Error::custom("expected hex digits"))
    }
}
