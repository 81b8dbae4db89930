//! What must be seen on real switches. Needs root; `make network` runs it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod balancing;
mod connectivity;
mod dashboard;
mod failures;
mod harness;
mod hostile;
mod lab_command;
mod load;
mod mending;
mod support;
mod web;
