//! A network in this process: switches, cables and hosts that talk, on a virtual clock.
//!
//! Nothing here does I/O or reads a clock: time is what the caller lets pass, so that minutes of a
//! network run in milliseconds, and a seed gives the same run every time.

mod node;

pub use node::{Output, SwitchNode};
