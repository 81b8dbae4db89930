//! What encodes decodes to the same message, whatever its fields hold.

use bytes::{Bytes, BytesMut};
use openflow::wire::Message;
use openflow::{Version, Xid};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn hellos_survive(version: u8, xid: u32, hello in crate::generate::hello()) {
        survives(&Message::hello(version, Xid(xid), hello))?;
    }

    #[test]
    fn messages_of_10_survive(message in crate::generate::message(Version::V1_0)) {
        survives(&message)?;
    }

    #[test]
    fn messages_of_13_survive(message in crate::generate::message(Version::V1_3)) {
        survives(&message)?;
    }

    #[test]
    fn messages_of_14_survive(message in crate::generate::message(Version::V1_4)) {
        survives(&message)?;
    }

    #[test]
    fn messages_of_15_survive(message in crate::generate::message(Version::V1_5)) {
        survives(&message)?;
    }

    #[test]
    fn messages_in_messages_survive(message in crate::generate::experimenter::nested()) {
        survives(&message)?;
    }

    /// Garbage of any length, and garbage behind a header that fits: refused or a message, never
    /// a panic; a message encodes to as many bytes.
    #[test]
    fn garbage_is_refused_or_survives(mut bytes in vec(any::<u8>(), 0..300), fits: bool) {
        if let (true, 8..) = (fits, bytes.len()) {
            let length = u16::try_from(bytes.len()).unwrap();
            bytes[0] = [0x01, 0x04, 0x05, 0x06][usize::from(bytes[0] % 4)];
            bytes[1] %= 36;
            bytes[2..4].copy_from_slice(&length.to_be_bytes());
        }
        let came = Bytes::from(bytes);
        if let Ok(message) = Message::decode(came.clone()) {
            let encoded = encode(&message);
            prop_assert_eq!(encoded.len(), came.len());
            // Padding alone may differ, and is zero.
            prop_assert!(encoded.iter().zip(&came).all(|(out, came)| out == came || *out == 0));
            survives(&message)?;
        }
    }
}

fn encode(message: &Message) -> Bytes {
    let mut into = BytesMut::new();
    message.encode(&mut into).unwrap();
    into.freeze()
}

fn survives(message: &Message) -> Result<(), TestCaseError> {
    let bytes = encode(message);
    prop_assert_eq!(&Message::decode(bytes.clone()), &Ok(message.clone()));
    let line = openflow::decode_line(&hex::encode(&bytes));
    prop_assert!(line.starts_with("{\"ok\":true,"), "{}", line);
    Ok(())
}
