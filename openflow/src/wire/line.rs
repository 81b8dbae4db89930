//! One message in hex to one line of JSON: `pointsman decode`.

use bytes::{Bytes, BytesMut};
use serde::{Serialize, Serializer};

use super::{Body, DecodeError, EncodeError, Error, Message};
use crate::{Version, v10, v13};

/// One message in hex digits (spaces between them do not count) as one JSON object:
///
/// ```
/// let line = openflow::decode_line("0402000800000001");
/// assert_eq!(
///     line,
///     r#"{"ok":true,"version":"1.3","type":"echo_request","xid":1,"length":8,"message":{"data":""},"reencoded":"0402000800000001"}"#,
/// );
/// let line = openflow::decode_line("040e000800000001");
/// assert_eq!(
///     line,
///     r#"{"ok":false,"error":"flow_mod.cookie: need 8 bytes, have 0 at offset 8"}"#,
/// );
/// ```
///
/// `message` has the specification's field names; enumerations and flags have its names without
/// prefix in lower case, error types and codes their full names, numbers it does not name stay
/// numbers; addresses are written as usual, ethertypes, masks, cookies and bytes in hex.
#[must_use]
pub fn decode_line(line: &str) -> String {
    let json = match decode(line) {
        Ok((message, reencoded)) => serde_json::to_string(&Decoded {
            ok: true,
            version: version_text(message.version()),
            r#type: message.type_name(),
            xid: message.xid.0,
            length: reencoded.len(),
            message: &message,
            reencoded: hex::encode(&reencoded),
        }),
        Err(error) => serde_json::to_string(&Refused {
            ok: false,
            error: error.to_string(),
        }),
    };
    json.expect("keys are strings and no part fails to serialize")
}

#[derive(Serialize)]
struct Decoded<'a> {
    ok: bool,
    version: String,
    r#type: &'static str,
    xid: u32,
    length: usize,
    message: &'a Message,
    reencoded: String,
}

#[derive(Serialize)]
struct Refused {
    ok: bool,
    error: String,
}

/// Why a line is not a message.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("hex: {0}")]
    Hex(#[from] hex::FromHexError),
    #[error("{0}")]
    Decode(#[from] DecodeError),
    #[error("{0}")]
    Encode(#[from] EncodeError),
}

fn decode(line: &str) -> Result<(Message, BytesMut), LineError> {
    let digits: Vec<u8> = line
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let message = Message::decode(Bytes::from(hex::decode(digits)?))?;
    let mut reencoded = BytesMut::new();
    message.encode(&mut reencoded)?;
    Ok((message, reencoded))
}

/// The name of a wire version, also of those we do not speak.
fn version_text(wire: u8) -> String {
    match wire {
        0x01..=0x06 => format!("1.{}", wire - 1),
        other => format!("{other:#04x}"),
    }
}

impl Serialize for Message {
    /// The fields after the header.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let version = Version::from_wire(self.version()).unwrap_or(Version::V1_3);
        match &self.body {
            Body::Hello(hello) => hello.serialize(s),
            Body::V10(v10::Body::Error(error)) | Body::V13(v13::Body::Error(error)) => {
                NamedError::new(error, version).serialize(s)
            }
            Body::V10(body) => body.serialize(s),
            Body::V13(body) => body.serialize(s),
        }
    }
}

/// An error with the names its numbers have in a version.
#[derive(Serialize)]
struct NamedError {
    #[serde(rename = "type")]
    kind: NameOrNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<NameOrNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp_type: Option<NameOrNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    experimenter: Option<String>,
    #[serde(flatten)]
    vendor: Option<NamedVendorError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
    data: String,
}

/// What the data of a vendor's error in 1.0 begins with.
#[derive(Serialize)]
struct NamedVendorError {
    vendor: String,
    vendor_type: u16,
    vendor_code: NameOrNumber,
}

#[derive(Serialize)]
#[serde(untagged)]
enum NameOrNumber {
    Name(&'static str),
    Number(u16),
}

impl NameOrNumber {
    fn new(name: Option<&'static str>, number: u16) -> Self {
        name.map_or(Self::Number(number), Self::Name)
    }
}

impl NamedError {
    fn new(error: &Error, version: Version) -> Self {
        let name = error.name(version);
        let name_or = |number| NameOrNumber::new(name.map(|name| name.name), number);
        let vendor = error.vendor_error(version);
        let standard = error.error_code();
        let (code, exp_type) = match (error.experimenter, vendor) {
            (Some(_), _) => (None, Some(name_or(error.code))),
            (None, Some(_)) => {
                let name = standard.name(version).map(|name| name.name);
                (Some(NameOrNumber::new(name, error.code)), None)
            }
            (None, None) => (Some(name_or(error.code)), None),
        };
        Self {
            kind: NameOrNumber::new(standard.type_name(version), error.kind),
            code,
            exp_type,
            experimenter: error.experimenter.map(|id| format!("{id:#010x}")),
            vendor: vendor.map(|vendor| NamedVendorError {
                vendor: format!("{:#010x}", vendor.vendor),
                vendor_type: vendor.code.kind,
                vendor_code: name_or(vendor.code.code),
            }),
            meaning: name.map(|name| name.meaning),
            data: hex::encode(&error.data),
        }
    }
}
