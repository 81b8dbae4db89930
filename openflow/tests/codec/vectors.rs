//! Messages of other implementations: each decodes with the right type and encodes to the same
//! bytes, padding excepted; malformed ones are refused, with the error that Open vSwitch names.

use crate::corpus::{findings, vectors};
use bytes::BytesMut;
use openflow::Version;
use openflow::wire::Message;

#[test]
fn valid_vectors_decode_and_encode_to_the_same_bytes() {
    let mut failures = Vec::new();
    for vector in vectors().iter().filter(|vector| vector.valid) {
        let message = match Message::decode(vector.bytes().into()) {
            Ok(message) => message,
            Err(error) => {
                failures.push(format!("{} {:?}: {error}", vector.name, vector.subtype));
                continue;
            }
        };
        let mut again = BytesMut::new();
        message.encode(&mut again).unwrap();
        if message.type_name() != vector.r#type {
            failures.push(format!(
                "{}: taken for {}",
                vector.name,
                message.type_name()
            ));
        }
        if hex::encode(&again) != vector.hex {
            failures.push(format!(
                "{}:\n  {}\n  {}",
                vector.name,
                vector.hex,
                hex::encode(&again)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn malformed_vectors_are_refused() {
    for vector in vectors().iter().filter(|vector| !vector.valid) {
        let error = Message::decode(vector.bytes().into()).expect_err(&vector.name);
        let named = error.path().starts_with("header") || error.path().starts_with(&vector.r#type);
        assert!(named, "{}: {error}", vector.name);
        let Some(expected) = vector.openflow_error.as_deref() else {
            continue;
        };
        let version = Version::from_wire(vector.bytes()[0]).unwrap();
        let answer = match error.experimenter_answer() {
            Some(experimenter) => experimenter.name,
            None => error.answer().name(version).unwrap().name,
        };
        assert_eq!(answer, expected, "{}: {error}", vector.name);
    }
}

#[test]
fn experimenters_of_vectors_are_read() {
    for vector in vectors().iter().filter(|vector| vector.valid) {
        let subtype = vector.subtype.as_deref().unwrap_or_default();
        if !subtype.contains("0x00002320") && !subtype.contains("0x4f4e4600") {
            continue;
        }
        let line = openflow::decode_line(&vector.hex);
        let named = ["nxt_", "nxst_", "onft_", "onfst_"];
        let named = named.map(|prefix| format!("\"exp_type\":\"{prefix}"));
        let read = named.iter().any(|start| line.contains(start));
        assert!(read, "{}: {line}", vector.name);
    }
}

/// Each made the codec do wrong once.
#[test]
fn what_fuzzing_found_is_refused_or_exact() {
    for vector in findings() {
        let Ok(message) = Message::decode(vector.bytes().into()) else {
            assert!(!vector.valid, "{}", vector.name);
            continue;
        };
        assert!(vector.valid, "{}", vector.name);
        let mut again = BytesMut::new();
        message.encode(&mut again).unwrap();
        assert_eq!(hex::encode(&again), vector.hex, "{}", vector.name);
    }
}
