//! What must hold for any input: the fuzz targets, which `cargo test` runs too, on mutants of the
//! corpus. A target panics where something does not hold.

#![allow(dead_code, reason = "each binary uses its part")]

pub(crate) mod pipeline;

use std::fmt::{Debug, Display};
use std::str::FromStr;

use bytes::{Bytes, BytesMut};
use openflow::flow::{Action, FlowMod, Group, Instructions, Match, Meter, MeterMod};
use openflow::wire::{Message, frame_length};

/// Takes any bytes.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name.
pub(crate) const TARGETS: [(&str, Target); 9] = [
    ("decode", decode),
    ("decode_v10", decode_v10),
    ("decode_v13", decode_v13),
    ("decode_v14", decode_v14),
    ("decode_v15", decode_v15),
    ("round_trip", round_trip),
    ("framing", framing),
    ("text", text),
    ("pipeline", pipeline::run),
];

/// One frame, of any version: refused or a message. A refusal names a field and stays in the frame.
pub(crate) fn decode(input: &[u8]) {
    match Message::decode(Bytes::copy_from_slice(input)) {
        Ok(message) => {
            assert!(!message.type_name().is_empty());
        }
        Err(error) => {
            assert!(!error.path().is_empty(), "{error}");
            assert!(error.offset() <= input.len().max(8), "{error}");
        }
    }
}

pub(crate) fn decode_v10(input: &[u8]) {
    of_version(0x01, input);
}

pub(crate) fn decode_v13(input: &[u8]) {
    of_version(0x04, input);
}

pub(crate) fn decode_v14(input: &[u8]) {
    of_version(0x05, input);
}

pub(crate) fn decode_v15(input: &[u8]) {
    of_version(0x06, input);
}

/// The input as a frame of this version, so that no input is lost to its header.
fn of_version(version: u8, input: &[u8]) {
    let mut frame = input[..input.len().min(0xffff)].to_vec();
    if frame.len() < 8 {
        return;
    }
    frame[0] = version;
    let length = u16::try_from(frame.len()).expect("cut to fit");
    frame[2..4].copy_from_slice(&length.to_be_bytes());
    round_trip(&frame);
}

/// A message encodes to as many bytes, which differ from those that came in padding only, and
/// decodes to itself. `pointsman decode` says so too.
pub(crate) fn round_trip(input: &[u8]) {
    let Some((message, encoded)) = exact(input) else {
        return;
    };
    let again = Message::decode(encoded.freeze());
    assert_eq!(again.as_ref(), Ok(&message), "{}", hex::encode(input));
    let line = openflow::decode_line(&hex::encode(input));
    assert!(line.starts_with(r#"{"ok":true"#), "{line}");
}

/// The message, if it is one, and its encoding.
pub(crate) fn exact(input: &[u8]) -> Option<(Message, BytesMut)> {
    let message = Message::decode(Bytes::copy_from_slice(input)).ok()?;
    let mut encoded = BytesMut::new();
    if let Err(error) = message.encode(&mut encoded) {
        panic!("decoded, but {error}: {}", hex::encode(input));
    }
    let only_padding = encoded.len() == input.len()
        && encoded
            .iter()
            .zip(input)
            .all(|(out, came)| out == came || *out == 0);
    assert!(
        only_padding,
        "\n  {}\n  {}",
        hex::encode(input),
        hex::encode(&encoded)
    );
    Some((message, encoded))
}

/// However a stream is cut into reads, the same frames come out of it, and its end at the same
/// place.
pub(crate) fn framing(input: &[u8]) {
    let Some((cuts, stream)) = input.split_first_chunk::<8>() else {
        return;
    };
    let whole = frames(stream, &[usize::MAX]);
    let cuts = cuts.map(|cut| usize::from(cut) + 1);
    assert_eq!(frames(stream, &cuts), whole);
    whole.0.iter().for_each(|frame| decode(frame));
}

/// The frames of a stream that arrives in reads of these sizes, and whether it can go on.
fn frames(stream: &[u8], cuts: &[usize]) -> (Vec<Bytes>, bool) {
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    let (mut rest, mut cuts) = (stream, cuts.iter().cycle());
    while !rest.is_empty() {
        let size = (*cuts.next().expect("they repeat")).min(rest.len());
        buffer.extend_from_slice(&rest[..size]);
        rest = &rest[size..];
        loop {
            match frame_length(&buffer) {
                Ok(Some(length)) if length <= buffer.len() => {
                    frames.push(buffer.split_to(length).freeze());
                }
                Ok(_) => break,
                Err(_) => return (frames, false),
            }
        }
    }
    (frames, true)
}

/// Text that can be read is printed as text that is read as the same.
pub(crate) fn text(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else {
        return;
    };
    reads_what_it_prints::<FlowMod>(input);
    reads_what_it_prints::<Match>(input);
    reads_what_it_prints::<Action>(input);
    reads_what_it_prints::<Instructions>(input);
    reads_what_it_prints::<Group>(input);
    reads_what_it_prints::<Meter>(input);
    reads_what_it_prints::<MeterMod>(input);
}

fn reads_what_it_prints<T: FromStr + Display + PartialEq + Debug>(input: &str) {
    let Ok(value) = input.parse::<T>() else {
        return;
    };
    let printed = value.to_string();
    match printed.parse::<T>() {
        Ok(again) => assert_eq!(again, value, "{input:?} is printed as {printed:?}"),
        Err(_) => panic!("{input:?} is printed as {printed:?}, which is refused"),
    }
}
