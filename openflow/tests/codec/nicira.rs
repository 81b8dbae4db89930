//! Nicira's actions: every one that Open vSwitch writes is read as what it is, and written as it came.

use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use openflow::wire::{ErrorCode, Message};
use serde_json::Value;

#[test]
fn actions_of_open_vswitch_are_typed_and_come_back() {
    for (name, frame) in crate::samples::nicira::flow_mods() {
        let message = Message::decode(frame.clone()).unwrap();
        let mut again = BytesMut::new();
        message.encode(&mut again).unwrap();
        assert_eq!(hex::encode(&again), hex::encode(&frame), "{name}");
        let json = json(&frame);
        for word in ["\"experimenter\"", "\"vendor\"", "\"unknown\""] {
            assert!(!json.contains(word), "{name}: {json}");
        }
    }
}

fn json(frame: &[u8]) -> String {
    let line = openflow::decode_line(&hex::encode(frame));
    let mut line: Value = serde_json::from_str(&line).unwrap();
    line["message"].take().to_string()
}

/// A flow-mod of 1.3 that has these actions, as they are or in the wrong.
fn flow_mod(actions: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_slice(&[4, 14, 0, 0, 0, 0, 0, 1]);
    frame.put_bytes(0, 40);
    frame.put_slice(&[0, 1, 0, 4, 0, 0, 0, 0, 0, 4]);
    frame.put_u16(u16::try_from(8 + actions.len()).unwrap());
    frame.put_u32(0);
    frame.put_slice(actions);
    let length = u16::try_from(frame.len()).unwrap();
    frame[2..4].copy_from_slice(&length.to_be_bytes());
    frame.freeze()
}

#[test]
fn clones_in_clones_are_refused_at_once() {
    for kind in [42_u8, 35] {
        let header = if kind == 42 { 16 } else { 24 };
        let depth = 65_000 / header;
        let mut actions = Vec::new();
        for level in 0..depth {
            let length = u16::try_from((depth - level) * header).unwrap();
            actions.extend_from_slice(&[0xff, 0xff]);
            actions.extend_from_slice(&length.to_be_bytes());
            actions.extend_from_slice(&[0, 0, 0x23, 0x20, 0, kind]);
            actions.resize((level + 1) * header, 0);
        }
        let begun = Instant::now();
        let error = Message::decode(flow_mod(&actions)).unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(100));
        assert_eq!(error.answer(), ErrorCode::BAD_ACTION_BAD_LEN);
        assert!(error.to_string().contains("nested more than"), "{error}");
    }
}

#[test]
fn a_wrong_length_or_argument_is_answered_with_its_error() {
    let refused = |hex: &str| {
        let error = Message::decode(flow_mod(&hex::decode(hex).unwrap()));
        let error = error.unwrap_err();
        (error.answer(), error.path())
    };
    let in_actions = |path: &str| format!("flow_mod.instructions[0].actions[0]{path}");
    // resubmit of 24 bytes
    let (answer, path) = refused("ffff00180000232000010005000000000000000000000000");
    assert_eq!(answer, ErrorCode::BAD_ACTION_BAD_LEN, "{path}");
    // reg_load without its value
    let (answer, path) = refused("ffff0010000023200007000700010604");
    assert_eq!(answer, ErrorCode::BAD_ACTION_BAD_LEN, "{path}");
    // bundle with more members than bytes
    let bundle = "ffff002800002320000c000100000000000000020009\
                  000000000000000000000004000800030000";
    let (answer, path) = refused(bundle);
    assert_eq!(answer, ErrorCode::BAD_ACTION_BAD_LEN);
    assert_eq!(path, in_actions(".nx_bundle.slaves"));
    // nat with a part of the range nobody knows
    let (answer, path) = refused("ffff0010000023200024000000000040");
    assert_eq!(answer, ErrorCode::BAD_ACTION_BAD_ARGUMENT);
    assert_eq!(path, in_actions(".nx_nat.range_present"));
}

#[test]
fn an_action_nobody_knows_stays_as_it_came() {
    let unknown = flow_mod(&hex::decode("ffff00100000232000ff010203040506").unwrap());
    let message = Message::decode(unknown.clone()).unwrap();
    let mut again = BytesMut::new();
    message.encode(&mut again).unwrap();
    assert_eq!(again, unknown);
    assert!(json(&unknown).contains("\"00ff010203040506\""));
}
