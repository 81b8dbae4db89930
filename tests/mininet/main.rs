//! What must be seen on real switches. Needs root; `make network` runs it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod balancing;
mod dashboard;
mod failures;
mod harness;
mod hostile;
mod lab_command;
mod load;
mod mending;
#[path = "../same.rs"]
mod same;
mod support;
mod trace;

use pointsman_tests::{Lab, web};

type Scene = pointsman_tests::Scene<Lab>;
type Farm = pointsman_tests::Farm<Lab>;
type Client<'a> = web::Client<'a, Lab>;
