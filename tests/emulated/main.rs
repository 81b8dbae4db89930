//! What must be seen on emulated switches as on real ones: no root, no network namespaces.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod background;
mod ground;
#[path = "../same.rs"]
mod same;

use pointsman_tests::web;

type Lab = ground::Emulated;
type Scene = pointsman_tests::Scene<Lab>;
type Farm = pointsman_tests::Farm<Lab>;
type Client<'a> = web::Client<'a, Lab>;
