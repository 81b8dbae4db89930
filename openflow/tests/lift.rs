//! Whatever decodes can be lifted: messages of other implementations, whole and damaged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;

use bytes::Bytes;
use openflow::flow::FromSwitch;
use openflow::wire::Message;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    r#type: String,
    hex: String,
}

fn vectors() -> Vec<Vector> {
    let mut all = Vec::new();
    for file in ["os-ken", "ovs-print"] {
        let path = format!("{}/tests/vectors/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        all.extend(
            text.lines()
                .map(|line| serde_json::from_str::<Vector>(line).unwrap()),
        );
    }
    all
}

fn lift(bytes: impl Into<Bytes>) -> Option<FromSwitch> {
    Message::decode(bytes.into()).ok().map(FromSwitch::lift)
}

/// Messages a controller has to understand, as their types are named.
const UNDERSTOOD: &[&str] = &[
    "hello",
    "error",
    "echo_request",
    "echo_reply",
    "features_reply",
    "packet_in",
    "flow_removed",
    "port_status",
    "barrier_reply",
    "role_reply",
];

#[test]
fn what_a_switch_says_is_understood() {
    let mut seen = BTreeMap::new();
    for vector in vectors() {
        let Some(lifted) = lift(hex::decode(&vector.hex).unwrap()) else {
            continue;
        };
        let understood = !matches!(lifted, FromSwitch::Other(_));
        // A match we only know in part would be another entry's: such an end is nobody's here.
        let may_be_foreign = vector.r#type == "flow_removed";
        let wanted = UNDERSTOOD.contains(&vector.r#type.as_str());
        assert!(
            !wanted || understood || may_be_foreign,
            "{}: {lifted:?}",
            vector.name
        );
        *seen.entry(vector.r#type).or_insert(0) += usize::from(understood);
    }
    for name in UNDERSTOOD {
        assert!(
            seen.get(*name).is_some_and(|count| *count > 0),
            "no vector of {name}"
        );
    }
}

#[test]
fn damaged_messages_lift_or_are_refused() {
    for vector in vectors() {
        let bytes = hex::decode(&vector.hex).unwrap();
        // Everywhere, in a long one at some 250 places.
        for at in (8..bytes.len()).step_by(bytes.len() / 250 + 1) {
            for damage in [0x00, 0x01, 0x7f, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= damage;
                let _ = lift(damaged);
            }
        }
    }
}

#[test]
fn an_error_quotes_what_was_refused() {
    let errors = vectors()
        .into_iter()
        .filter(|vector| vector.r#type == "error");
    let lifted = errors.filter_map(|vector| lift(hex::decode(vector.hex).unwrap()));
    let mut quoted = 0;
    for message in lifted {
        let FromSwitch::Error(error) = message else {
            panic!("{message:?}")
        };
        assert!(
            !error.name.is_empty() && !error.meaning.is_empty(),
            "{error:?}"
        );
        quoted += usize::from(!error.offending.is_empty());
    }
    assert!(quoted > 0);
}
