//! The switch model against Open vSwitch: the same tables, groups, meters and packets to both, and
//! what comes of them compared - refusals, rewritten bytes by every port, packet-ins, counters.
//!
//! Cases are random, but the same in every run: `DIFFERENTIAL_CASES` of them, from
//! `DIFFERENTIAL_SEED` on. One that differs is made smaller until nothing can be left out, and the
//! first `DIFFERENTIAL_TOLD` are printed, to be added to `kept/cases.txt`. Its cases are run always,
//! or those of another `DIFFERENTIAL_FILE`. Needs the package openvswitch-switch.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../own_ovs/mod.rs"]
mod own_ovs;
#[path = "../random/mod.rs"]
mod random;

mod case;
mod generate;
mod model;
mod monitors;
mod outcome;
mod ovs;
mod shrink;
mod traced;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use case::Case;
use ovs::{Bridge, OpenVSwitch};

const KEPT: &str = include_str!("kept/cases.txt");
/// Cases at a time, each in an Open vSwitch of its own.
const WORKERS: u64 = 2;
/// Of random cases, where the environment does not say.
const CASES: u64 = 3000;
/// Differing cases that are told; further ones are counted.
const TOLD: u64 = 5;

#[test]
fn kept_cases_are_the_same() {
    let switch = OpenVSwitch::start();
    let mut bridge = switch.bridge();
    let text = match std::env::var("DIFFERENTIAL_FILE") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => KEPT.to_owned(),
    };
    for case in Case::read_all(&text).unwrap() {
        let differences = differences(&mut bridge, &case);
        assert!(differences.is_empty(), "{case}\n{}", differences.join("\n"));
    }
}

#[test]
fn random_cases_are_the_same() {
    let cases = from_environment("DIFFERENTIAL_CASES").unwrap_or(CASES);
    let first = from_environment("DIFFERENTIAL_SEED").unwrap_or(1);
    let next = AtomicU64::new(first);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| work(&next, first + cases, &failed));
        }
    });
    let failed = failed.into_inner().unwrap();
    let said: Vec<_> = failed.iter().filter_map(|(_, said)| said.clone()).collect();
    let seeds: Vec<_> = failed.iter().map(|(seed, _)| seed).collect();
    assert!(
        failed.is_empty(),
        "{} of {cases} cases differ, of the seeds {seeds:?}\n\n{}",
        failed.len(),
        said.join("\n\n")
    );
}

/// Cases one after the other, as long as there are any.
fn work(next: &AtomicU64, end: u64, failed: &Mutex<Vec<(u64, Option<String>)>>) {
    let switch = OpenVSwitch::start();
    let mut bridge = switch.bridge();
    let most = from_environment("DIFFERENTIAL_TOLD").unwrap_or(TOLD);
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let case = &generate::case(seed);
        let first = differences(&mut bridge, case);
        if first.is_empty() {
            continue;
        }
        let told = failed.lock().unwrap().len();
        let tell = told < usize::try_from(most).unwrap();
        let said = tell.then(|| {
            let small =
                shrink::shrunk(case, &mut |case| !differences(&mut bridge, case).is_empty());
            let why = match differences(&mut bridge, &small) {
                none if none.is_empty() => format!("At first alone:\n{}", first.join("\n")),
                some => some.join("\n"),
            };
            format!("# seed {seed}\n{small}{why}")
        });
        failed.lock().unwrap().push((seed, said));
    }
}

/// Tells which case it was when something went wrong that is no difference.
struct Current<'a>(&'a Case);

impl Drop for Current<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in {}", self.0);
        }
    }
}

/// What is not the same in the model and in Open vSwitch.
fn differences(bridge: &mut Bridge, case: &Case) -> Vec<String> {
    let _current = Current(case);
    let ports = bridge.ports(case.version).to_vec();
    let ours = model::run(case, &ports);
    let theirs = bridge.run(case, &ours.removed, ours.left);
    ours.outcome.differences(&theirs)
}

fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name}={value} is no number")),
    )
}
