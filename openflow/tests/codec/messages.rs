//! Every message type, whole and damaged: from one list of samples and from the vectors.

use std::collections::BTreeSet;

use crate::samples::samples;
use bytes::{Bytes, BytesMut};
use openflow::wire::{Hello, Message};
use openflow::{Version, v10, v13};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

fn encoded(message: &Message) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).unwrap();
    bytes.to_vec()
}

/// With the frame's length in its header.
fn framed(mut bytes: Vec<u8>) -> Bytes {
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes.into()
}

/// Every row of the tables, in every version it is for.
fn every_type() -> BTreeSet<(u8, u8)> {
    let levels = [
        (v10::Body::TYPES, &[Version::V1_0][..]),
        (
            v13::Body::TYPES,
            &[Version::V1_3, Version::V1_4, Version::V1_5],
        ),
    ];
    let hellos = [Version::V1_0, Version::V1_3].map(|version| (version.wire(), Hello::KIND));
    let rows = levels.into_iter().flat_map(|(types, versions)| {
        versions.iter().flat_map(|version| {
            let rows = types.iter().filter(|row| row.is_in(*version));
            rows.map(|row| (version.wire(), row.number))
        })
    });
    rows.chain(hellos).collect()
}

fn types(messages: impl IntoIterator<Item = Message>) -> BTreeSet<(u8, u8)> {
    messages
        .into_iter()
        .map(|message| (message.version(), encoded(&message)[1]))
        .collect()
}

#[test]
fn every_message_type_has_a_sample() {
    let sampled = types(samples().into_iter().map(|(_, message)| message));
    let missing: Vec<_> = every_type().difference(&sampled).copied().collect();
    assert!(missing.is_empty(), "(version, type): {missing:02x?}");
}

#[test]
fn every_message_type_is_generated() {
    let mut runner = TestRunner::deterministic();
    let mut generated = BTreeSet::new();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let message = crate::generate::message(version);
        let draw = |_| message.new_tree(&mut runner).unwrap().current();
        generated.extend(types((0..1000).map(draw)));
    }
    let missing: Vec<_> = every_type().difference(&generated).copied().collect();
    assert!(missing.is_empty(), "(version, type): {missing:02x?}");
}

/// All numbers of the table, of which 3 and 11 are not actions any more.
#[test]
fn every_action_of_nicira_is_generated() {
    let mut runner = TestRunner::deterministic();
    let inner = crate::generate::nicira::plain::<v13::Action>();
    let action =
        crate::generate::nicira::action(inner.prop_map(|it| v13::Action::Nicira(Box::new(it))));
    let draw = |_| action.new_tree(&mut runner).unwrap().current().subtype();
    let generated: BTreeSet<u16> = (0..3000).map(draw).collect();
    let all: BTreeSet<u16> = (1..=51)
        .filter(|number| ![3, 11].contains(number))
        .collect();
    assert_eq!(generated, all);
}

#[test]
fn a_message_decodes_to_what_was_encoded() {
    for (name, message) in samples() {
        let bytes = encoded(&message);
        let decoded = Message::decode(bytes.clone().into());
        assert_eq!(decoded.as_ref(), Ok(&message), "{name}");
        assert_eq!(encoded(&decoded.unwrap()), bytes, "{name}");
    }
}

#[test]
fn encoding_appends_and_pads_with_zeros() {
    for (name, message) in samples() {
        let mut into = BytesMut::from(&[0xa5; 64][..]);
        // What the spare capacity holds must not shine through padding.
        into.extend_from_slice(&[0xa5; 4096]);
        into.truncate(64);
        message.encode(&mut into).unwrap();
        assert_eq!(into[..64], [0xa5; 64], "{name}");
        assert_eq!(into[64..], encoded(&message)[..], "{name}");
    }
}

#[test]
fn every_prefix_is_refused() {
    for (name, message) in samples() {
        let bytes = encoded(&message);
        for len in 0..bytes.len() {
            let refused = Message::decode(Bytes::copy_from_slice(&bytes[..len]));
            assert!(refused.is_err(), "{name}, {len} bytes");
        }
    }
}

/// A prefix whose header tells its own length is refused, or it is a message in its own right
/// that encodes to exactly these bytes.
#[test]
fn every_prefix_that_claims_to_be_whole_is_refused_or_exact() {
    for (name, message) in samples() {
        let bytes = encoded(&message);
        for len in 8..bytes.len() {
            let prefix = framed(bytes[..len].to_vec());
            match Message::decode(prefix.clone()) {
                Ok(message) => assert_eq!(encoded(&message), prefix, "{name}, {len} bytes"),
                Err(error) => {
                    assert!(
                        error.path().starts_with(message.type_name()),
                        "{name}: {error}"
                    );
                    assert!(error.offset() <= len, "{name}: {error}");
                }
            }
        }
    }
}

/// Every byte one up, one down, at zero and at its highest: refused, or a message that survives
/// another round trip.
#[test]
fn every_changed_byte_is_refused_or_survives_a_round_trip() {
    for (name, message) in samples() {
        let bytes = encoded(&message);
        for at in (0..2).chain(4..bytes.len()) {
            for byte in [
                bytes[at].wrapping_add(1),
                bytes[at].wrapping_sub(1),
                0,
                0xff,
            ] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                let Ok(message) = Message::decode(changed.into()) else {
                    continue;
                };
                let again = Message::decode(encoded(&message).into());
                assert_eq!(again, Ok(message), "{name}, byte {at} = {byte:#04x}");
            }
        }
    }
}

/// Trailing bytes after a message of fixed size are refused.
#[test]
fn rejects_bytes_after_the_end_of_a_fixed_message() {
    for (name, message) in samples() {
        if !matches!(
            message.type_name(),
            "features_request" | "barrier_reply" | "role_request"
        ) {
            continue;
        }
        let mut bytes = encoded(&message);
        bytes.push(0);
        let error = Message::decode(framed(bytes)).unwrap_err();
        assert!(
            error.to_string().contains(": 1 bytes too many at offset "),
            "{name}: {error}"
        );
    }
}

/// As Open vSwitch names them.
#[test]
fn errors_of_experimenters_are_shown_with_their_names() {
    for (hex, expected) in [
        (
            "0101001c55555555b0c2000000002320000101040102000811111111",
            r#"{"type":"NXET_VENDOR","code":"NXVC_VENDOR_ERROR","vendor":"0x00002320","vendor_type":1,"vendor_code":"OFPBMC_BAD_PREREQ","meaning":"a field needs another one that is not matched","data":"00002320000101040102000811111111"}"#,
        ),
        (
            "0401001000000001ffff0a284f4e4600",
            r#"{"type":"OFPET_EXPERIMENTER","exp_type":"OFPBIC_DUP_INST","experimenter":"0x4f4e4600","meaning":"an instruction is given twice","data":""}"#,
        ),
        (
            "0601001000000001ffff000c00002320",
            r#"{"type":"OFPET_EXPERIMENTER","exp_type":"NXFMFC_HARDWARE","experimenter":"0x00002320","meaning":"the hardware cannot do it","data":""}"#,
        ),
        (
            "0601001b00000000ffffea60000f423f6a696b6b656e2064617461",
            r#"{"type":"OFPET_EXPERIMENTER","exp_type":60000,"experimenter":"0x000f423f","data":"6a696b6b656e2064617461"}"#,
        ),
        (
            "0501000c0000000100110010",
            r#"{"type":"OFPET_BUNDLE_FAILED","code":16,"data":""}"#,
        ),
    ] {
        let line = openflow::decode_line(hex);
        assert!(line.contains(&format!(r#""message":{expected}"#)), "{line}");
    }
}
