//! Subcommands of `pointsman`.

pub mod lab;
pub mod topology;
