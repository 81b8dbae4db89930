//! One exact model of a switch: a packet in, packets out, as Open vSwitch does it.
//!
//! No I/O and no clock: time is what the caller passes.

mod key;
mod packet;

pub use key::{Key, Mask};
pub use packet::{InvalidTtl, Packet};
