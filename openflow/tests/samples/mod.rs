//! One message of every type and version, with every action, instruction and kind of list in it.
//! Feeds round-trip, truncation and mutation tests, and the seeds of the fuzz targets.
//!
//! One file per area, each with `samples()`.

#![allow(dead_code, reason = "each test binary uses its part")]

mod experimenter;
pub(crate) mod later_messages;
pub(crate) mod nicira;
mod v10_messages;
mod v13_messages;
mod v13_multipart;
mod v13_ports;

use bytes::Bytes;
use openflow::wire::{Echo, Error, Hello, HelloElement, Message};
use openflow::{MacAddr, Version, Xid};
use smallvec::smallvec;

pub(crate) const MAC: MacAddr = MacAddr([0x02, 0, 0x5e, 0, 0x53, 0x01]);
pub(crate) const PACKET: &[u8] = &[0x5a; 60];

/// Every sample with a name for failures.
pub(crate) fn samples() -> Vec<(String, Message)> {
    let areas = [
        hellos(),
        v10_messages::samples(),
        v13_messages::samples(),
        later_messages::samples(),
        v13_multipart::samples(),
        v13_ports::samples(),
        nicira::samples(),
        experimenter::samples(),
    ];
    let named = |(at, message): (usize, Message)| {
        let (version, kind) = (message.version(), message.type_name());
        (format!("sample {at}, {version:#04x} {kind}"), message)
    };
    areas.into_iter().flatten().enumerate().map(named).collect()
}

pub(crate) fn hellos() -> Vec<Message> {
    let two_words = HelloElement::VersionBitmap {
        bitmaps: smallvec![0x12, 0x1],
    };
    let no_words = HelloElement::VersionBitmap {
        bitmaps: smallvec![],
    };
    let unknown = HelloElement::Unknown {
        kind: 0xfff0,
        data: Bytes::from_static(&[1, 2, 3]),
    };
    let element = |element| Hello {
        elements: smallvec![element],
        ignored: Bytes::new(),
    };
    vec![
        Message::hello(0x01, Xid(1), Hello::default()),
        Message::hello(
            0x04,
            Xid(1),
            Hello::offering(&[Version::V1_0, Version::V1_3]),
        ),
        Message::hello(0x04, Xid(1), element(two_words.clone())),
        Message::hello(0x05, Xid(1), element(no_words)),
        Message::hello(
            0x63,
            Xid(1),
            Hello {
                elements: smallvec![unknown, two_words],
                ignored: Bytes::new(),
            },
        ),
        Message::hello(
            0x01,
            Xid(1),
            Hello {
                elements: smallvec![],
                ignored: Bytes::from_static(b"extra"),
            },
        ),
    ]
}

pub(crate) fn error(kind: u16, code: u16, experimenter: Option<u32>) -> Error {
    Error {
        kind,
        code,
        experimenter,
        data: Bytes::from_static(&[1, 14, 0, 80, 0, 0, 0, 1]),
    }
}

pub(crate) fn echo() -> Echo {
    Echo {
        data: Bytes::from_static(b"are you alive"),
    }
}
