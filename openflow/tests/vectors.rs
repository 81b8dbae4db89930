//! Messages of other implementations: each decodes with the right type and encodes to the same
//! bytes, padding excepted; malformed ones are refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use bytes::{Bytes, BytesMut};
use openflow::wire::Message;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    r#type: String,
    subtype: Option<String>,
    hex: String,
    valid: bool,
}

impl Vector {
    fn bytes(&self) -> Bytes {
        hex::decode(&self.hex).expect("vectors are hex").into()
    }
}

fn vectors() -> Vec<Vector> {
    ["os-ken", "ovs-print"]
        .into_iter()
        .flat_map(|file| {
            let path = format!("{}/tests/vectors/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(path).unwrap();
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<Vector>>()
        })
        .collect()
}

#[test]
fn valid_vectors_decode_and_encode_to_the_same_bytes() {
    let mut failures = Vec::new();
    for vector in vectors().iter().filter(|vector| vector.valid) {
        let message = match Message::decode(vector.bytes()) {
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

/// Those that are wrong only inside an experimenter's message are kept unread.
#[test]
fn malformed_vectors_are_refused() {
    for vector in vectors()
        .iter()
        .filter(|v| !v.valid && v.r#type != "experimenter")
    {
        let error = Message::decode(vector.bytes()).expect_err(&vector.name);
        let named = error.path().starts_with("header") || error.path().starts_with(&vector.r#type);
        assert!(named, "{}: {error}", vector.name);
    }
}
