//! Damaged messages: every fuzz target on mutants of its corpus, and every number in every vector
//! at the values that hurt.

use std::time::{Duration, Instant};

use crate::corpus::{LINES, framed_mutant, frames, mutant};
use crate::random::Random;

const MUTANTS: usize = 20_000;
/// Far more than any input takes, also on a machine with much else to do.
const DEADLINE: Duration = Duration::from_secs(20);

/// Runs a target on each input and names the one it panics on.
fn run(target: fn(&[u8]), inputs: impl IntoIterator<Item = Vec<u8>>) {
    for input in inputs {
        let begin = Instant::now();
        if let Err(panic) = std::panic::catch_unwind(|| target(&input)) {
            eprintln!("input: {}", hex::encode(&input));
            std::panic::resume_unwind(panic);
        }
        assert!(begin.elapsed() < DEADLINE, "{}", hex::encode(&input));
    }
}

#[test]
fn each_target_holds_on_mutants_of_the_corpus() {
    let frames = frames();
    let lines: Vec<_> = LINES.iter().map(|line| line.as_bytes().to_vec()).collect();
    for (name, target) in crate::targets::TARGETS {
        let inputs = if name == "text" { &lines } else { &frames };
        let mut random = Random(1);
        run(target, inputs.iter().cloned());
        run(target, (0..2_000).map(|_| mutant(&mut random, inputs)));
    }
}

#[test]
fn twenty_thousand_mutants_are_refused_or_survive_a_round_trip() {
    let frames = frames();
    let mut random = Random(0x0f);
    let mutants = (0..MUTANTS).map(|_| framed_mutant(&mut random, &frames));
    run(crate::targets::round_trip, mutants);
}

/// Any of them may be a length, so all of them are tried as one.
#[test]
fn every_number_off_by_one_zero_or_huge_is_refused_or_exact() {
    for bytes in frames() {
        for at in places(bytes.len())
            .map(|at| at & !1)
            .filter(|at| at + 2 <= bytes.len())
        {
            let number = u16::from_be_bytes([bytes[at], bytes[at + 1]]);
            for wrong in [number.wrapping_add(1), number.wrapping_sub(1), 0, 0xffff] {
                let mut changed = bytes.clone();
                changed[at..at + 2].copy_from_slice(&wrong.to_be_bytes());
                crate::targets::exact(&changed);
            }
        }
    }
}

/// As it is, and with its own length in its header.
#[test]
fn every_prefix_is_refused_or_exact() {
    for bytes in frames() {
        for len in 0..bytes.len() {
            let decoded = crate::targets::exact(&bytes[..len]);
            // Of a malformed one, the header may say that it ends here.
            let ends_here = len >= 4 && bytes[2..4] == u16::try_from(len).unwrap().to_be_bytes();
            let refused = decoded.is_none() || ends_here;
            assert!(refused, "{}", hex::encode(&bytes[..len]));
        }
        for len in places(bytes.len()) {
            let mut whole = bytes[..len].to_vec();
            whole[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
            crate::targets::exact(&whole);
        }
    }
}

/// Where a message can be changed: everywhere behind its version and type, in a long one at some
/// thousand places.
fn places(len: usize) -> impl Iterator<Item = usize> {
    (4..len).step_by(len / 1000 + 1)
}
