//! The rule service against simulated switches, on a paused clock.

mod converge;
mod converge_groups;
mod fake;
mod groups;
mod service;
