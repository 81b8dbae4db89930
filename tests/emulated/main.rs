//! What must be seen on emulated switches as on real ones: no root, no network namespaces.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../same.rs"]
mod same;

use pointsman_tests::{Emulated, web};

type Scene = pointsman_tests::Scene<Emulated>;
type Farm = pointsman_tests::Farm<Emulated>;
type Client<'a> = web::Client<'a, Emulated>;
