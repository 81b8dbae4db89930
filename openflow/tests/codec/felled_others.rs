//! What sent other controllers into endless loops, beyond their buffers or out of their stack,
//! each by its report.

use bytes::BytesMut;
use openflow::oxm::Field;
use openflow::wire::{Body, Message, frame_length};
use openflow::{Version, v13};

/// A frame from hex digits, its length put into the header.
fn frame(hex_digits: &str) -> Vec<u8> {
    let digits: String = hex_digits.split_whitespace().collect();
    let mut bytes = hex::decode(digits).unwrap();
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// The error names this field.
#[track_caller]
fn refused(hex_digits: &str, expected: &str) {
    let error = Message::decode(frame(hex_digits).into()).unwrap_err();
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[track_caller]
fn exact(bytes: &[u8]) -> Message {
    let message = Message::decode(bytes.to_vec().into()).unwrap();
    let mut again = BytesMut::new();
    message.encode(&mut again).unwrap();
    assert_eq!(hex::encode(&again), hex::encode(bytes));
    message
}

const FLOW_MOD: &str = "040e 0000 00000001 0000000000000000 0000000000000000 00 00 0000 0000 0001
                        ffffffff ffffffff ffffffff 0000 0000 0001 0004 00000000";

#[test]
fn ryu_188_an_instruction_of_length_zero_in_a_flow_mod() {
    refused(
        &format!("{FLOW_MOD} 0004 0000 00000000 0000 0010 fffffffd ffff 000000000000"),
        "flow_mod.instructions[0]: length 0 is wrong",
    );
}

#[test]
fn ryu_189_an_action_of_length_zero_in_an_instruction() {
    refused(
        &format!("{FLOW_MOD} 0004 0018 00000000 0000 0000 fffffffd ffff 000000000000"),
        "flow_mod.instructions[0].actions[0]: length 0 is wrong",
    );
}

#[test]
fn ryu_190_a_property_of_length_zero_of_a_queue() {
    refused(
        "0417 0000 00000001 00000001 00000000 00000072 00000001 0020 000000000000
         0001 0000 00000000 000a 000000000000",
        "queue_get_config_reply.queues[0].properties[0]: length 0 is wrong",
    );
}

#[test]
fn ryu_191_an_entry_of_length_zero_in_a_multipart_reply() {
    let flow_stats = "00".repeat(48);
    refused(
        &format!("0413 0000 00000001 0001 0000 00000000 {flow_stats} 0001 0004 00000000"),
        "multipart_reply",
    );
}

#[test]
fn ryu_192_an_instruction_of_length_zero_in_flow_statistics() {
    let rest = "00".repeat(46);
    refused(
        &format!(
            "0413 0000 00000001 0001 0000 00000000 0040 {rest} 0001 0004 00000000 0004 0000 00000000"
        ),
        "multipart_reply",
    );
}

#[test]
fn ryu_193_a_bucket_of_length_zero_in_a_group_description() {
    refused(
        "0413 0000 00000001 0007 0000 00000000 0028 00 00 00000000
         0000 0001 ffffffff ffffffff 00000000 0000 0010 00000001 ffe5 000000000000",
        "multipart_reply",
    );
}

#[test]
fn ryu_194_an_action_of_length_zero_in_a_bucket() {
    refused(
        "0413 0000 00000001 0007 0000 00000000 0028 00 00 00000000
         0020 0001 ffffffff ffffffff 00000000 0019 0000 80000806 000000000000 0000",
        "multipart_reply",
    );
}

#[test]
fn ryu_195_an_element_of_length_zero_in_a_hello() {
    refused(
        "0400 0000 00000001 0001 0000 00000012",
        "hello.elements[0]: length 0 is wrong",
    );
}

#[test]
fn ryu_196_a_property_of_length_zero_of_table_features() {
    let features = format!("0048 01 0000000000 {} 00000000", "61".repeat(32));
    let bytes = frame(&format!(
        "0413 0000 00000001 000c 0001 00000000 {features} {} 0000 0000 00000000",
        "00".repeat(20)
    ));
    match Message::decode(bytes.clone().into()) {
        Err(error) => assert!(error.path().starts_with("multipart_reply"), "{error}"),
        Ok(_) => drop(exact(&bytes)),
    }
}

#[test]
fn a_hello_with_any_bitmap_and_unknown_elements_is_a_hello() {
    for hex_digits in [
        "0400 0000 00000001 0001 000c 00000012 00000001 00000000",
        "0400 0000 00000001 0001 0004 00000000",
        "0600 0000 00000001 fff0 0006 0102 0000 0001 0008 00000012",
        "0400 0000 00000001",
    ] {
        exact(&frame(hex_digits));
    }
}

#[test]
fn a_hello_of_length_zero_has_no_next_message() {
    let bytes = [4, 0, 0, 0, 0, 0, 0, 1];
    assert!(frame_length(&bytes).is_err());
    assert!(Message::decode(bytes.to_vec().into()).is_err());
}

#[test]
fn entries_of_length_zero_of_every_statistic_end() {
    for version in ["04", "05", "06"] {
        for kind in 0..=20_u16 {
            for zeros in [4, 8, 16, 40, 64, 200] {
                let bytes = frame(&format!(
                    "{version}13 0000 00000001 {kind:04x} 0000 00000000 {}",
                    "00".repeat(zeros)
                ));
                if Message::decode(bytes.clone().into()).is_ok() {
                    exact(&bytes);
                }
            }
        }
    }
}

#[test]
fn a_packet_in_from_port_zero_is_a_packet_in() {
    let bytes = frame(
        "040a 0000 00000001 ffffffff 0000 00 00 0000000000000000
         0001 000c 80000004 00000000 00000000 0000",
    );
    let Body::V13(v13::Body::PacketIn(packet_in)) = exact(&bytes).body else {
        panic!("it is one");
    };
    let in_port = packet_in.matching.oxm_fields.get(Field::InPort).unwrap();
    assert_eq!(in_port.value(), 0);
    exact(&frame("010a 0000 00000001 ffffffff 0000 0000 00 00"));
}

#[test]
fn a_packet_in_with_a_field_of_length_zero_is_refused() {
    refused(
        "040a 0000 00000001 ffffffff 0000 00 00 0000000000000000 0001 0008 80000000 0000",
        "packet_in.match.oxm_fields[0]",
    );
}

/// Each is an action of Nicira's whose body is the next.
#[test]
fn thousands_of_clones_inside_each_other_end() {
    const CLONES: usize = 4_000;
    let mut actions = Vec::new();
    for level in 0..CLONES {
        let length = u16::try_from((CLONES - level) * 16).unwrap();
        actions.extend([0xff, 0xff]);
        actions.extend(length.to_be_bytes());
        actions.extend([0, 0, 0x23, 0x20, 0, 42, 0, 0, 0, 0, 0, 0]);
    }
    let length = u16::try_from(actions.len()).unwrap();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut bytes = match version {
            Version::V1_0 => frame("010d 0000 00000001 ffffffff ffff 0000"),
            Version::V1_5 => frame("060d 0000 00000001 ffffffff 0000 0000 0001 0004 00000000"),
            _ => frame("040d 0000 00000001 ffffffff fffffffd 0000 000000000000"),
        };
        let at = match version {
            Version::V1_0 => 14,
            Version::V1_5 => 12,
            _ => 16,
        };
        bytes[0] = version.wire();
        bytes[at..at + 2].copy_from_slice(&length.to_be_bytes());
        bytes.extend(&actions);
        let total = u16::try_from(bytes.len()).unwrap();
        bytes[2..4].copy_from_slice(&total.to_be_bytes());
        if Message::decode(bytes.clone().into()).is_ok() {
            exact(&bytes);
        }
        let line = openflow::decode_line(&hex::encode(&bytes));
        assert!(line.starts_with("{\"ok\":"), "{line}");
    }
}
