//! The controller on a real Open vSwitch, in every version. The rule service: what is wanted
//! arrives, rules and groups, is read back as equal, is mended, and keeps its age. The network:
//! switches are described, cables and hosts are found.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod groups;
mod network;
mod rules;
mod wants;
