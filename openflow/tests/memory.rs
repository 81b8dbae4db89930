//! What decoding allocates is bounded by a small multiple of what came.
//!
//! A binary of its own with one test: a counting allocator sees every thread.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod corpus;
mod random;
mod samples;

use std::alloc::System;

use bytes::Bytes;
use corpus::{framed_mutant, frames};
use openflow::wire::Message;
use random::Random;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes allocated, those given back while decoding included, for each byte that came. The most
/// is what lists of the shortest elements cost, which are as large in memory as the longest.
const MULTIPLE: usize = 40;
/// Errors, and what the harness allocates meanwhile.
const BESIDES: usize = 16 << 10;

fn allocated(bytes: &[u8]) -> usize {
    let frame = Bytes::copy_from_slice(bytes);
    let region = Region::new(ALLOCATOR);
    let message = Message::decode(frame);
    let change = region.change();
    drop(message);
    change.bytes_allocated
}

/// A message of 64 KiB: the head of another one, and its end again and again.
fn long(bytes: &[u8], from: usize) -> Vec<u8> {
    let mut long = bytes[..from].to_vec();
    while long.len() + (bytes.len() - from) <= 0xffff {
        long.extend(&bytes[from..]);
    }
    let length = u16::try_from(long.len()).unwrap();
    long[2..4].copy_from_slice(&length.to_be_bytes());
    long
}

/// Messages whose lists take the shortest elements there are; the second number is where the list
/// has a length of its own.
const SHORTEST: [((&str, Option<usize>), &str); 8] = [
    (("0400 0000 00000001", None), "0002 0004 00000000"),
    (
        (
            "040d 0000 00000001 ffffffff fffffffd 0000 000000000000",
            Some(16),
        ),
        "0012 0008 00000000",
    ),
    (
        ("010d 0000 00000001 ffffffff ffff 0000", Some(14)),
        "0003 0008 00000000",
    ),
    (
        (
            "040e 0000 00000001 0000000000000000 0000000000000000 00 00 0000 0000 0001
             ffffffff ffffffff ffffffff 0000 0000 0001 0004 00000000",
            None,
        ),
        "0005 0008 00000000",
    ),
    (
        ("040f 0000 00000001 0000 00 00 00000001", None),
        "0010 0000 ffffffff ffffffff 00000000",
    ),
    (
        ("0413 0000 00000001 0007 0000 00000000", None),
        "0008 00 00 00000001",
    ),
    (
        ("0417 0000 00000001 00000001 00000000", None),
        "00000001 00000001 0010 000000000000",
    ),
    (
        ("041d 0000 00000001 0000 0001 00000001", None),
        "0001 0010 00000001 00000001 00000000",
    ),
];

/// 64 KiB of these elements.
fn full((head, length_at): (&str, Option<usize>), element: &str) -> Vec<u8> {
    let bytes = |digits: &str| hex::decode(digits.split_whitespace().collect::<String>()).unwrap();
    let (mut full, element) = (bytes(head), bytes(element));
    let start = full.len();
    while full.len() + element.len() <= 0xffff {
        full.extend(&element);
    }
    let [list, whole] = [full.len() - start, full.len()].map(|len| u16::try_from(len).unwrap());
    if let Some(at) = length_at {
        full[at..at + 2].copy_from_slice(&list.to_be_bytes());
    }
    full[2..4].copy_from_slice(&whole.to_be_bytes());
    assert!(Message::decode(full.clone().into()).is_ok(), "{head}");
    full
}

#[test]
fn decoding_allocates_no_more_than_a_small_multiple_of_the_message() {
    let frames = frames();
    let mut worst = (0, 0, String::new());
    let mut judge = |bytes: &[u8]| {
        let allocated = allocated(bytes);
        let multiple = allocated / bytes.len().max(1);
        if bytes.len() > 1024 && multiple > worst.0 {
            worst = (
                multiple,
                bytes.len(),
                hex::encode(&bytes[..100.min(bytes.len())]),
            );
        }
        assert!(
            allocated <= MULTIPLE * bytes.len() + BESIDES,
            "{allocated} bytes for {}: {}",
            bytes.len(),
            hex::encode(&bytes[..100.min(bytes.len())])
        );
    };
    for bytes in &frames {
        judge(bytes);
        // Lists begin there, in statistics, groups, queues and packets to send.
        for from in [8, 10, 12, 16, 24] {
            if from < bytes.len() {
                judge(&long(bytes, from));
            }
        }
    }
    let mut random = Random(5);
    for _ in 0..20_000 {
        judge(&framed_mutant(&mut random, &frames));
    }
    for (head, element) in SHORTEST {
        judge(&full(head, element));
    }
    eprintln!(
        "at most {} times the input, for {} bytes: {}",
        worst.0, worst.1, worst.2
    );
}
