//! The rule service on a real Open vSwitch, in every version: what is wanted arrives, is read back
//! as equal, is mended, and keeps its age.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod rules;
mod wants;
