//! The rule service against simulated switches, on a paused clock.

mod converge;
mod fake;
mod service;
