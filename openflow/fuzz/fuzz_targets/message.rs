//! Any bytes are refused or are a message; a message encodes to as many bytes, which differ from
//! those that came in padding only, and decodes to itself.
#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use openflow::wire::Message;

fuzz_target!(|input: &[u8]| {
    let Ok(message) = Message::decode(Bytes::copy_from_slice(input)) else { return };
    let mut encoded = BytesMut::new();
    message.encode(&mut encoded).expect("it came in a frame");
    assert_eq!(encoded.len(), input.len());
    assert!(encoded.iter().zip(input).all(|(out, came)| out == came || *out == 0));
    assert_eq!(Message::decode(encoded.freeze()).as_ref(), Ok(&message));
    assert!(openflow::decode_line(&hex::encode(input)).starts_with(r#"{"ok":true"#));
});
