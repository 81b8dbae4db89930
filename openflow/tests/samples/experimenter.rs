//! Messages and multiparts of Nicira and the ONF, and of an experimenter nobody knows.

use bytes::{BufMut, Bytes, BytesMut};
use openflow::Version;
use openflow::wire::Message;

use Version::{V1_0, V1_3, V1_4, V1_5};

const ALL: &[Version] = &[V1_0, V1_3, V1_4, V1_5];
const NICIRA: u32 = 0x2320;
const ONF: u32 = 0x4f4e_4600;

/// Number and body of Nicira's messages that are the same in every version.
const NXT: &[(u32, &str)] = &[
    // Roles.
    (10, "00000001"),
    (11, "00000002"),
    // Table in the command of flow-mods, format of packet-ins.
    (15, "01 00000000000000"),
    (16, "00000002"),
    // A packet-in with an unknown field and one of six bytes between.
    (
        17,
        "ffffffff 003c 01 07 0000000000000009 0016 000000000000 \
         00010204 00000002 80000004 00000003 7ffe1402 abcd 0000 0000 \
         ffffffffffff 025e00530001 0806",
    ),
    (18, ""),
    (19, "00001005 00001007 00000003 00000007 00000000 00000003"),
    (20, "000000000000 007b"),
    // Cancel, pause, resume.
    (21, "01023040"),
    (22, ""),
    (23, ""),
    // Tunnel options.
    (
        24,
        "0000 000000000000 ffff 00 04 0000 0000 ffff 01 08 0001 0000",
    ),
    (24, "0002 000000000000"),
    (25, ""),
    (
        26,
        "00000100 0040 00000000000000000000 ffff 00 04 0000 0000",
    ),
    // Resume with metadata and a continuation.
    (
        28,
        "00000006 ffff 0000 0006000c 80000004 00000001 00000000 0008000b 00000000 010203 0000000000",
    ),
    (29, "000000000000 000d"),
    // Every property of a packet-in, and one that nobody knows.
    (
        30,
        "00000006 abcd 0000 00010008 00000080 00020008 00000017 00030005 07 000000 \
         00040010 00000000 fedcba9876543210 00050005 01 000000 0006000c 80000004 00000001 00000000 \
         00070009 0102030405 00000000000000 00080008 00000000 00990006 abcd 0000",
    ),
    // Connections by everything there is.
    (
        32,
        "06 00000000000000 00020008 000d 0000 00030008 000000ab 00040008 000000ff \
         00050014 00000000000000000000000000ffab00 00000000 \
         00060014 00000000000000000000000000ffcd00 00000000 \
         00000048 00000000 00000014 00000000000000000000ffff0a0a0001 00000000 \
         00010014 00000000000000000000ffff0a0a0002 00000000 00020008 0050 0000 00030008 1f90 0000",
    ),
    (
        32,
        "01 00000000000000 00010050 00000000 00000014 fd180000000000000000ffffabcd0001 00000000 \
         00010014 fd180000000000000000ffffabcd0002 00000000 00040008 000a 0000 00050005 01 000000 \
         00060005 02 000000",
    ),
    // A number that nobody has.
    (240, "f0f1f2"),
];

/// Of 1.0 only, or with actions of 1.0.
const NXT_10: &[(u32, &str)] = &[
    (12, "00000002"),
    (
        13,
        "00000000000000ff 0103 0014 001e 8000 ffffffff 0010 0001 0014 000000000000 \
         00000002 0001 00000602 0800 00010004 00000007 00000000 0000 0008 0002 0000",
    ),
    (
        14,
        "0000000000000001 ffff 00 02 00000006 016e3600 0005 000a 0000000000000001 \
         000000000000003c 00000206 025e00530001 000000000000",
    ),
    (27, "00000008 00000007 00010008 00000002 00990006 abcd 0000"),
    (
        31,
        "0003 01 00 87654321 0038 0000 fffffffe \
         0028 0008 00000000 0000 0008 0001 0000 0000 0008 0064 0000 0001 0008 00000001 \
         0002 0008 00000002 0010 0000 00000001 0003 0005 01000000 \
         ffff 0010 00001540 00000001 07000000",
    ),
    (
        132,
        "01040020 00000002 00002320 0000001f 0002 00 00 00000001 0000 0000 ffffffff",
    ),
];

/// With actions of 1.3 and later.
const NXT_13: &[(u32, &str)] = &[(
    13,
    "00000000000000ff 0003 0014 001e 8000 ffffffff 0010 0001 0008 000000000000 \
     00010004 00000007 0000 0010 00000002 0000 000000000000",
)];

const ONFT: &[(u32, &str)] = &[
    (1870, "01023040"),
    (1871, ""),
    (1872, ""),
    (
        1911,
        "00000002 01 000000 0000000000000010 ffff000c 00001540 00000001 00000000",
    ),
    (2300, "00000001 0000 0003"),
    (
        2300,
        "00000001 0005 0002 ffff0010 00001540 00000001 07000000 00990006 abcd 0000",
    ),
    (
        2301,
        "00000001 0000 0001 040f0010 00000013 0002 01 00 00000001",
    ),
    (
        2301,
        "00000001 0000 0003 04040011 00000013 00abcdef 00000007 ff 00000000000000 ffff000c 00001540 00000001 00000000",
    ),
    (
        2350,
        "041d0020 00000002 0000 000d 00000005 00010010 00000400 00000080 00000000",
    ),
    (3000, "abcd"),
];

/// Type of the message without the header, number and body of statistics in 1.0.
const NXST: &[(Way, u32, &str)] = &[
    (Way::Request, 0, "ffff 0008 ff 000000 80000004 00000001"),
    (
        Way::Reply,
        0,
        "0040 00 00 00000001 02dc6c00 ffff 0005 0000 0006 0003 0004 0000000000000001 \
         0000000000000001 000000000000003c 00000002 0001 0000 0000 0008 0001 0000",
    ),
    (Way::Request, 1, "ffff 0000 ff 000000"),
    (
        Way::Reply,
        1,
        "0000000000000007 00000000000001a4 00000007 00000000",
    ),
    (
        Way::Request,
        2,
        "00004000 003f fffe 0000 01 0000000000 00002000 0004 ffff 0006 02 0000000000 \
         00000002 0001 0000",
    ),
    (
        Way::Reply,
        2,
        "0028 0000 0000 8000 0005 0010 0006 01 00 123456789abcdef0 00000002 0001 0000 \
         0000 0008 0001 0000 0020 0001 0005 8000 0005 0010 0006 01 00 123456789abcdef0 \
         00000002 0001 0000 0018 0002 0000 8000 0000 0000 0000 01 00 0000000000000000 \
         0008 0003 000186a0",
    ),
    (Way::Request, 7, "fffffffc 00000000"),
    (
        Way::Reply,
        7,
        "0038 0000 87654321 00000004 00000000 0000000000008888 0000000000777777 00000012 1dcd6500 \
         0000000000001111 0000000000222222",
    ),
    (Way::Request, 8, "00000001 00000000"),
    (
        Way::Reply,
        8,
        "0038 01 00 00002000 0018 000000000000 0018 0008 00000000 0000 0008 0001 0000 \
         0000 0008 0064 0000 ffff 000c 00001540 00000001 00000000",
    ),
    (Way::Request, 9, ""),
    (
        Way::Reply,
        9,
        "0000000f 0000000f 00000001 00000002 00000003 00000004 00000001 00000007 0000000f 0000001f",
    ),
];

/// The same in all versions, but for the header.
const IPFIX: &[(Way, u32, &str)] = &[
    (Way::Request, 3, ""),
    (Way::Reply, 3, COUNTERS),
    (Way::Request, 4, ""),
    (Way::Reply, 4, COUNTERS),
];

const COUNTERS: &str = "0000000000000001 0000000000000002 0000000000000003 0000000000000004 \
     0000000000000005 0000000000000006 0000000000000007 0000000000000008 0000000000000009 \
     000000000000000a 0000000b 00000000";

const ONFST: &[(Way, u32, &str)] = &[
    (
        Way::Request,
        1870,
        "00001000 003f 0004 fffffffe 01 000000 00010004 00000000 \
         00002000 0004 ffff 00000002 01 000000 0001000c 80000004 00000001 00000000 \
         00003000 0002 0008 ffffffff ff 000000 80000004 00000001",
    ),
    (
        Way::Reply,
        1870,
        "0040 0000 0000 8000 0000 0000 000c 00 00 123456789abcdef0 0001000c 80000004 00000001 \
         00000000 00040018 00000000 00000010 00000001 0000 000000000000 \
         0020 0001 0005 8000 0000 0000 0008 00 00 123456789abcdef0 80000004 00000001 \
         0020 0002 0000 8000 0000 0000 0004 00 00 123456789abcdef0 00010004 00000000 \
         0008 0003 000186a0",
    ),
];

#[derive(Clone, Copy)]
enum Way {
    Request,
    Reply,
}

pub(crate) fn samples() -> Vec<Message> {
    let mut all = Vec::new();
    for version in ALL {
        all.extend(NXT.iter().map(|row| message(*version, NICIRA, row)));
        all.push(message(*version, 0x00ab_cdef, &(7, "0102")));
    }
    for version in [V1_0, V1_3, V1_4, V1_5] {
        all.extend(IPFIX.iter().map(|row| multipart(version, NICIRA, row)));
        all.push(multipart(version, 0x00ab_cdef, &(Way::Reply, 7, "0102")));
        all.push(multipart(version, NICIRA, &(Way::Request, 240, "0102")));
    }
    all.extend(NXT_10.iter().map(|row| message(V1_0, NICIRA, row)));
    all.extend(NXST.iter().map(|row| multipart(V1_0, NICIRA, row)));
    all.extend(NXT_13.iter().map(|row| message(V1_3, NICIRA, row)));
    all.extend(ONFT.iter().map(|row| message(V1_3, ONF, row)));
    all.extend(ONFST.iter().map(|row| multipart(V1_3, ONF, row)));
    all
}

/// An experimenter's message of number and body.
fn message(version: Version, experimenter: u32, (exp_type, body): &(u32, &str)) -> Message {
    let mut frame = BytesMut::new();
    frame.put_u32(experimenter);
    frame.put_u32(*exp_type);
    frame.extend_from_slice(&bytes(body));
    decode(version, 4, &frame)
}

/// An experimenter's multipart of number and body.
fn multipart(
    version: Version,
    experimenter: u32,
    (way, exp_type, body): &(Way, u32, &str),
) -> Message {
    let kind = match (way, version) {
        (Way::Request, V1_0) => 16,
        (Way::Reply, V1_0) => 17,
        (Way::Request, _) => 18,
        (Way::Reply, _) => 19,
    };
    let mut frame = BytesMut::new();
    frame.put_u32(0xffff_0000);
    if version != V1_0 {
        frame.put_u32(0);
    }
    frame.put_u32(experimenter);
    frame.put_u32(*exp_type);
    if version == V1_0 {
        frame.put_u32(0);
    }
    frame.extend_from_slice(&bytes(body));
    decode(version, kind, &frame)
}

/// Bodies are written in words; what is around them has the transaction 0x13.
fn decode(version: Version, kind: u8, body: &[u8]) -> Message {
    let mut frame = BytesMut::new();
    frame.put_u8(version.wire());
    frame.put_u8(kind);
    frame.put_u16(u16::try_from(8 + body.len()).unwrap());
    frame.put_u32(0x13);
    frame.extend_from_slice(body);
    let text = hex::encode(&frame);
    match Message::decode(frame.freeze()) {
        Ok(message) => message,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn bytes(words: &str) -> Bytes {
    let digits: String = words.split_whitespace().collect();
    hex::decode(digits).unwrap().into()
}
