//! Subcommands of `pointsman`.

pub mod lab;
