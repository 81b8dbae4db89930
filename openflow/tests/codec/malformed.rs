//! Lengths that lie, values that do not exist: refused with the field, the offset and the
//! OpenFlow error to answer. Each of these has put some implementation into an endless loop or
//! beyond its buffer.

use bytes::Bytes;
use openflow::Version;
use openflow::wire::{DecodeError, ErrorCode, Message, frame_length};

/// A frame from hex digits, its length put into the header.
fn frame(hex_digits: &str) -> Vec<u8> {
    let digits: String = hex_digits.split_whitespace().collect();
    let mut bytes = hex::decode(digits).unwrap();
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes
}

fn refused(bytes: Vec<u8>) -> DecodeError {
    let shown = hex::encode(&bytes);
    match Message::decode(bytes.into()) {
        Ok(message) => panic!("accepted {shown} as {message:?}"),
        Err(error) => error,
    }
}

fn answer(error: &DecodeError, version: Version) -> &'static str {
    error.answer().name(version).unwrap().name
}

const HEADER_13: &str = "0400 0000 00000001";
const MATCH_ANY: &str = "0001 0004 00000000";
/// Everything of a flow-mod before its match.
const FLOW_MOD: &str = "040e 0000 00000001 0000000000000000 0000000000000000 00 00 0000 0000 0001
                        ffffffff ffffffff ffffffff 0000 0000";

/// One message with inner lengths: where each is, how many bytes it has, and the errors a wrong
/// one is answered with: that of the part it belongs to, or of the part it cuts short.
struct Nested {
    what: &'static str,
    version: Version,
    hex: String,
    lengths: &'static [(usize, usize, &'static [&'static str])],
}

fn nested() -> Vec<Nested> {
    let v13 = |what, hex: String, lengths| Nested {
        what,
        version: Version::V1_3,
        hex,
        lengths,
    };
    let v10 = |what, hex: String, lengths| Nested {
        what,
        version: Version::V1_0,
        hex,
        lengths,
    };
    vec![
        v13(
            "hello element",
            format!("{HEADER_13} 0001 0008 00000012"),
            &[(10, 2, &["OFPBRC_BAD_LEN"])],
        ),
        v13(
            "match and fields of a packet-in",
            "040a 0000 00000001 ffffffff 0000 00 00 0000000000000000
             0001 0012 80000004 00000001 80000a02 0800 000000000000 0000"
                .into(),
            &[
                (26, 2, &["OFPBMC_BAD_LEN"]),
                (31, 1, &["OFPBMC_BAD_LEN"]),
                (39, 1, &["OFPBMC_BAD_LEN"]),
            ],
        ),
        v13(
            "masked field",
            format!("{FLOW_MOD} 0001 0018 80000510 0000000000000001 0000000000000001"),
            &[(50, 2, &["OFPBMC_BAD_LEN"]), (55, 1, &["OFPBMC_BAD_LEN"])],
        ),
        v13(
            "instructions and actions of a flow-mod",
            format!(
                "{FLOW_MOD} {MATCH_ANY} 0004 0028 00000000
                 0000 0010 00000001 ffff 000000000000 0019 0010 80000c02 1001 000000000000
                 0001 0008 05000000"
            ),
            &[
                (58, 2, &["OFPBIC_BAD_LEN"]),
                (66, 2, &["OFPBAC_BAD_LEN"]),
                (82, 2, &["OFPBAC_BAD_LEN"]),
                (87, 1, &["OFPBAC_BAD_SET_LEN"]),
                (98, 2, &["OFPBIC_BAD_LEN"]),
            ],
        ),
        v13(
            "actions of a packet-out",
            "040d 0000 00000001 ffffffff fffffffd 0010 000000000000
             0000 0010 00000001 0000 000000000000"
                .into(),
            &[(26, 2, &["OFPBAC_BAD_LEN"])],
        ),
        v13(
            "bucket of a group-mod",
            "040f 0000 00000001 0000 00 00 00000001
             0018 0000 ffffffff ffffffff 00000000 0016 0008 00000001"
                .into(),
            &[(16, 2, &["OFPGMFC_BAD_BUCKET"])],
        ),
        v13(
            "entries of flow statistics",
            format!(
                "0413 0000 00000001 0001 0000 00000000
                 0038 00 00 00000000 00000000 0000 0000 0000 0000 00000000
                 0000000000000000 0000000000000000 0000000000000000 {MATCH_ANY}"
            ),
            &[
                (16, 2, &["OFPBRC_BAD_LEN", "OFPBMC_BAD_LEN"]),
                (66, 2, &["OFPBMC_BAD_LEN"]),
            ],
        ),
        v13(
            "entries of group statistics",
            "0413 0000 00000001 0006 0000 00000000
             0038 0000 00000001 00000001 00000000 0000000000000000 0000000000000000
             00000000 00000000 0000000000000000 0000000000000000"
                .into(),
            &[(16, 2, &["OFPBRC_BAD_LEN"])],
        ),
        v13(
            "entries of group descriptions",
            "0413 0000 00000001 0007 0000 00000000
             0018 00 00 00000001 0010 0000 ffffffff ffffffff 00000000"
                .into(),
            &[
                (16, 2, &["OFPBRC_BAD_LEN", "OFPGMFC_BAD_BUCKET"]),
                (24, 2, &["OFPGMFC_BAD_BUCKET"]),
            ],
        ),
        v13(
            "queues and properties",
            "0417 0000 00000001 00000001 00000000
             00000001 00000001 0020 000000000000 0001 0010 00000000 01f4 000000000000"
                .into(),
            &[(24, 2, &["OFPBRC_BAD_LEN"]), (34, 2, &["OFPBRC_BAD_LEN"])],
        ),
        v13(
            "meter bands",
            "041d 0000 00000001 0000 0001 00000001 0001 0010 000003e8 0000000a 00000000".into(),
            &[(18, 2, &["OFPBRC_BAD_LEN"])],
        ),
        v10(
            "actions of a packet-out",
            "010d 0000 00000001 ffffffff ffff 0008 0000 0008 0001 0000".into(),
            &[(18, 2, &["OFPBAC_BAD_LEN"])],
        ),
        v10(
            "entries of flow statistics",
            format!(
                "0111 0000 00000001 0001 0000 0060 00 00 {} 00000000 00000000
                 0000 0000 0000 000000000000 0000000000000000 0000000000000000 0000000000000000
                 0000 0008 0001 0000",
                "00".repeat(40)
            ),
            &[
                (12, 2, &["OFPBRC_BAD_LEN", "OFPBAC_BAD_LEN"]),
                (102, 2, &["OFPBAC_BAD_LEN"]),
            ],
        ),
        v10(
            "queues and properties",
            "0115 0000 00000001 0001 000000000000
             00000001 0018 0000 0001 0010 00000000 01f4 000000000000"
                .into(),
            &[(20, 2, &["OFPBRC_BAD_LEN"]), (26, 2, &["OFPBRC_BAD_LEN"])],
        ),
    ]
}

#[test]
fn inner_lengths_off_by_one_zero_or_huge_are_refused() {
    for Nested {
        what,
        version,
        hex,
        lengths,
    } in nested()
    {
        let valid = frame(&hex);
        let decoded = Message::decode(valid.clone().into());
        assert!(decoded.is_ok(), "{what}: {decoded:?}");
        for (at, width, codes) in lengths {
            let right = match width {
                1 => valid[*at].into(),
                _ => u16::from_be_bytes([valid[*at], valid[at + 1]]),
            };
            let highest = if *width == 1 { 0xff } else { 0xffff };
            for wrong in [right - 1, right + 1, 0, highest] {
                let mut bytes = valid.clone();
                bytes[*at..at + width].copy_from_slice(&wrong.to_be_bytes()[2 - width..]);
                let error = refused(bytes);
                let answered = answer(&error, version);
                assert!(
                    codes.contains(&answered),
                    "{what}: {wrong} at {at}: {error}: {answered}"
                );
            }
        }
    }
}

/// Where actions end, the packet begins: a shorter length is another message, not a wrong one.
#[test]
fn actions_of_a_packet_out_end_within_it_and_at_an_action() {
    let actions = "0000 0010 00000001 0000 000000000000";
    for (length, expected) in [
        ("0010", None),
        ("0000", None),
        (
            "000f",
            Some("packet_out.actions[0]: need 16 bytes, have 15 at offset 24"),
        ),
        (
            "0011",
            Some("packet_out.actions: need 17 bytes, have 16 at offset 24"),
        ),
    ] {
        let hex = format!("040d 0000 00000001 ffffffff fffffffd {length} 000000000000 {actions}");
        let error = Message::decode(frame(&hex).into())
            .err()
            .map(|error| error.to_string());
        assert_eq!(error.as_deref(), expected);
    }
}

#[test]
fn errors_name_field_and_offset() {
    let cases = [
        // A match that needs more than there is.
        (
            "040a 0000 00000001 ffffffff 0000 00 00 0000000000000000 0001 000c".to_owned(),
            "packet_in.match: need 12 bytes, have 4 at offset 24",
        ),
        (
            format!("{FLOW_MOD} {MATCH_ANY} 0004 0010 00000000 0016 0007 00000000"),
            "flow_mod.instructions[0].actions[0]: length 7 is wrong: a multiple of 8 at offset 64",
        ),
        (
            format!("{FLOW_MOD} 0001 0009 80000a01 08 00000000000000"),
            "flow_mod.match.oxm_fields[0].eth_type: length 1 is wrong: not that of the field, \
             doubled by a mask at offset 52",
        ),
        (
            format!("{FLOW_MOD} 0000 0004 00000000"),
            "flow_mod.match: 0 is not one of the values defined at offset 48",
        ),
        (
            "0463 0000 00000001".into(),
            "header.type: 99 is not one of the values defined at offset 1",
        ),
        (
            "0202 0000 00000001".into(),
            "header.version: wire version 0x02 is not spoken: 0x01 (1.0), 0x04 (1.3), \
             0x05 (1.4) and 0x06 (1.5) are at offset 0",
        ),
        (
            "0418 0000 00000001 0000".into(),
            "role_request.role: need 4 bytes, have 2 at offset 8",
        ),
    ];
    for (hex, text) in cases {
        assert_eq!(refused(frame(&hex)).to_string(), text);
    }
}

#[test]
fn wrong_commands_are_answered_with_their_own_error() {
    let v10_flow_mod = format!(
        "010e 0000 00000001 {} 0000000000000000 0005",
        "00".repeat(40)
    );
    let mut v13_flow_mod = frame(&format!("{FLOW_MOD} {MATCH_ANY}"));
    v13_flow_mod[25] = 5;
    let cases = [
        (frame(&v10_flow_mod), Version::V1_0, "OFPFMFC_BAD_COMMAND"),
        (v13_flow_mod, Version::V1_3, "OFPFMFC_BAD_COMMAND"),
        (
            frame("040f 0000 00000001 0003 0000 00000001"),
            Version::V1_3,
            "OFPGMFC_BAD_COMMAND",
        ),
        (
            frame("041d 0000 00000001 0008 0000 00000001"),
            Version::V1_3,
            "OFPMMFC_BAD_COMMAND",
        ),
        (
            frame("041d 0000 00000001 0000 0003 00000001"),
            Version::V1_3,
            "OFPMMFC_BAD_FLAGS",
        ),
        (
            frame("041d 0000 00000001 0000 0001 00000001 0005 0010 00000000 00000000 00000000"),
            Version::V1_3,
            "OFPMMFC_BAD_BAND",
        ),
        (
            frame("0463 0000 00000001"),
            Version::V1_3,
            "OFPBRC_BAD_TYPE",
        ),
        (
            frame("0263 0000 00000001"),
            Version::V1_3,
            "OFPBRC_BAD_VERSION",
        ),
    ];
    for (bytes, version, name) in cases {
        let error = refused(bytes);
        assert_eq!(answer(&error, version), name, "{error}");
    }
}

/// The nine places where elements of length zero sent Ryu into an endless loop (its issues 188 to
/// 196).
#[test]
fn elements_of_length_zero_end_at_once() {
    let flow_stats = "0413 0000 00000001 0001 0000 00000000 0000";
    let cases = [
        ("hello element", format!("{HEADER_13} 0001 0000 00000010")),
        (
            "unknown hello element",
            format!("{HEADER_13} fff0 0000 00000010"),
        ),
        (
            "instruction",
            format!("{FLOW_MOD} {MATCH_ANY} 0004 0000 00000000"),
        ),
        (
            "unknown instruction",
            format!("{FLOW_MOD} {MATCH_ANY} 0063 0000 00000000"),
        ),
        (
            "action",
            format!("{FLOW_MOD} {MATCH_ANY} 0004 0010 00000000 0000 0000 00000000"),
        ),
        (
            "unknown action",
            format!("{FLOW_MOD} {MATCH_ANY} 0004 0010 00000000 0063 0000 00000000"),
        ),
        (
            "bucket",
            "040f 0000 00000001 0000 00 00 00000001 0000 0000 00000000 00000000 00000000".into(),
        ),
        (
            "group description",
            "0413 0000 00000001 0007 0000 00000000 0000 0000 00000001".into(),
        ),
        (
            "bucket of a group description",
            "0413 0000 00000001 0007 0000 00000000
             0018 00 00 00000001 0000 0000 00000000 00000000 00000000"
                .into(),
        ),
        (
            "flow statistics",
            format!("{flow_stats} {}", "00".repeat(54)),
        ),
        (
            "group statistics",
            format!("0413 0000 00000001 0006 0000 00000000 {}", "00".repeat(40)),
        ),
        (
            "queue",
            "0417 0000 00000001 00000001 00000000 00000001 00000001 0000 000000000000".into(),
        ),
        (
            "queue property",
            "0417 0000 00000001 00000001 00000000
             00000001 00000001 0020 000000000000 0001 0000 00000000 0000 000000000000"
                .into(),
        ),
        (
            "field of a packet-in",
            "040a 0000 00000001 ffffffff 0000 00 00 0000000000000000 0001 0008 80000000 0000"
                .into(),
        ),
        ("match", format!("{FLOW_MOD} 0001 0000 00000000")),
        (
            "meter band",
            "041d 0000 00000001 0000 0001 00000001 0001 0000 00000000 00000000 00000000".into(),
        ),
        (
            "action of 1.0",
            "010d 0000 00000001 ffffffff ffff 0008 0000 0000 0001 0000".into(),
        ),
    ];
    for (what, hex) in cases {
        let error = refused(frame(&hex));
        assert!(
            error.to_string().contains("length 0 is wrong"),
            "{what}: {error}"
        );
    }
}

#[test]
fn table_features_with_an_entry_of_length_zero_are_refused() {
    let bytes = frame(&format!(
        "0413 0000 00000001 000c 0000 00000000 0000 {}",
        "00".repeat(62)
    ));
    let error = refused(bytes);
    assert_eq!(error.path(), "multipart_reply.table_features[0]");
}

/// What is wrong in messages that 1.4 and 1.5 brought, and what answers it.
#[test]
fn messages_of_later_versions_are_refused_with_field_and_error() {
    let bundled = |inner: &str| format!("0522 0000 00000007 00000001 0000 0001 {inner}");
    let group_mod = "060f 0000 00000001 0000 01 00 00000001";
    let cases = [
        // A message in a message, whose own fields are named.
        (
            bundled(
                "050e 0038 00000007 0000000000000000 0000000000000000 00 05 0000 0000 0001 \
                 ffffffff ffffffff ffffffff 0000 0000 0001 0004 00000000",
            ),
            "bundle_add_message.message.flow_mod.command: 5 is not",
            "at offset 41",
            "OFPFMFC_BAD_COMMAND",
        ),
        (
            bundled("0514 0010 00000007"),
            "bundle_add_message.message.header.length: need 16 bytes, have 8",
            "at offset 16",
            "OFPBFC_MSG_BAD_LEN",
        ),
        (
            bundled("0514 0007 00000007"),
            "bundle_add_message.message.header.length: length 7",
            "at offset 16",
            "OFPBFC_MSG_BAD_LEN",
        ),
        (
            bundled("0514 0008 00000008"),
            "bundle_add_message.message.header.xid: 8",
            "at offset 20",
            "OFPBFC_MSG_BAD_XID",
        ),
        (
            bundled("0522 0010 00000007 00000001 00000000"),
            "bundle_add_message.message.header.type: a bundle_add_message cannot",
            "at offset 17",
            "OFPBFC_MSG_UNSUP",
        ),
        (
            bundled("0414 0008 00000007"),
            "bundle_add_message.message.header.version: 4",
            "at offset 16",
            "OFPBRC_BAD_VERSION",
        ),
        (
            bundled("0514 0008 00000007 ffff 0000 00000000"),
            "bundle_add_message.properties[0]: length 0",
            "at offset 24",
            "OFPBPC_BAD_LEN",
        ),
        (
            "0520 0000 00000001 0502 0008 00000000".to_owned(),
            "requestforward.request.header.type",
            "at offset 9",
            "OFPBRC_BAD_TYPE",
        ),
        // Properties and lists.
        (
            "0511 0000 00000001 01 000000 00000000 0002 0000 00000000".to_owned(),
            "table_mod.properties[0]: length 0",
            "at offset 16",
            "OFPBPC_BAD_LEN",
        ),
        (
            "0511 0000 00000001 01 000000 00000000 0002 0007 00000000".to_owned(),
            "table_mod.properties[0].flags: need 4 bytes, have 3",
            "at offset 20",
            "OFPBPC_BAD_LEN",
        ),
        (
            "051e 0000 00000001 00000002 00 000000 0000000000000007 ffff 0008 00000065".to_owned(),
            "role_status.properties[0].exp_type: need 4 bytes, have 0",
            "at offset 32",
            "OFPBPC_BAD_LEN",
        ),
        (
            "051f 0000 00000001 03 00000000000000 0001 01 00 00000000".to_owned(),
            "table_status.table: length 1",
            "at offset 16",
            "OFPBRC_BAD_LEN",
        ),
        (
            "051c 0000 00000001 0000 0008 00000040".to_owned(),
            "set_async.properties[0].mask: 64 is not",
            "at offset 12",
            "OFPACFC_INVALID",
        ),
        (
            "051c 0000 00000001 000c 0008 00000001".to_owned(),
            "set_async.properties[0].type: 12 is not",
            "at offset 8",
            "OFPACFC_UNSUPPORTED",
        ),
        (
            format!("{group_mod} 0010 0000 ffffffff 0010 0000 00000000"),
            "group_mod.buckets: need 16 bytes, have 8",
            "at offset 24",
            "OFPBRC_BAD_LEN",
        ),
        (
            format!("{group_mod} 0010 0000 ffffffff 0010 0010 00000000 0000 0008 00010000"),
            "group_mod.buckets[0].actions: need 16 bytes, have 8",
            "at offset 32",
            "OFPGMFC_BAD_BUCKET",
        ),
        (
            format!("{group_mod} 0010 0000 ffffffff 0010 0000 00000000 0000 0006 00010000"),
            "group_mod.buckets[0].properties[0].weight: need 2 bytes, have 0",
            "at offset 38",
            "OFPBPC_BAD_LEN",
        ),
        (
            format!("{group_mod} 0000 0000 ffffffff 0000 0000 00000000"),
            "group_mod.properties[0]: length 0",
            "at offset 24",
            "OFPBPC_BAD_LEN",
        ),
        (
            format!(
                "060b 0000 00000001 {} {MATCH_ANY} 0000 0003 00000000",
                "00".repeat(16)
            ),
            "flow_removed.stats: length 3",
            "at offset 32",
            "OFPBRC_BAD_LEN",
        ),
        (
            format!(
                "060b 0000 00000001 {} {MATCH_ANY} 0000 000c 80020804 00000001 00000000",
                "00".repeat(16)
            ),
            "flow_removed.stats.oxs_fields[0]: length 4 is wrong",
            "at offset 36",
            "OFPBRC_BAD_LEN",
        ),
        (
            format!("060d 0000 00000001 ffffffff 0000 0000 {MATCH_ANY}"),
            "packet_out.match: must have the ingress port",
            "at offset 16",
            "OFPBRC_BAD_PORT",
        ),
        (
            "0623 0000 00000001 0008 0001 00000002 01 01 000000000000 0000 0003 00000000"
                .to_owned(),
            "controller_status.reason: need 1 bytes, have 0",
            "at offset 16",
            "OFPBRC_BAD_LEN",
        ),
    ];
    for (hex, text, place, code) in cases {
        let bytes = frame(&hex);
        let version = Version::from_wire(bytes[0]).unwrap();
        let error = refused(bytes);
        let shown = error.to_string();
        assert!(
            shown.starts_with(text) && shown.ends_with(place),
            "{hex}: {shown}"
        );
        assert_eq!(answer(&error, version), code, "{shown}");
    }
}

#[test]
fn a_length_under_eight_ends_the_stream() {
    assert_eq!(frame_length(&[4, 0, 0]), Ok(None));
    assert_eq!(frame_length(&[4, 0, 0, 8]), Ok(Some(8)));
    assert_eq!(frame_length(&[4, 0, 0xff, 0xff, 0]), Ok(Some(0xffff)));
    let error = frame_length(&[4, 0, 0, 7, 0, 0, 0, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "header.length: length 7 is wrong: at least 8, the header at offset 2"
    );
}

#[test]
fn a_header_that_lies_about_its_frame_is_refused() {
    let error = refused(hex::decode("0402 0009 00000001".replace(' ', "")).unwrap());
    assert_eq!(
        error.to_string(),
        "header.length: 9 is wrong, the frame has 8 bytes at offset 2"
    );
}

#[test]
fn a_message_that_a_later_version_has_no_more_is_refused() {
    let error = refused(frame("0516 0000 00000001 00000001 00000000"));
    assert_eq!(error.answer(), ErrorCode::BAD_REQUEST_BAD_TYPE);
    assert!(
        error
            .to_string()
            .starts_with("queue_get_config_request: OpenFlow 1.4 has"),
        "{error}"
    );
    let echo = Message::decode(Bytes::from(frame("0602 0000 00000001"))).unwrap();
    assert_eq!((echo.version(), echo.type_name()), (0x06, "echo_request"));
}
