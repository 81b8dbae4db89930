//! The event stream: a snapshot, then what changed.
//!
//! ```text
//! network snapshots --diff--+
//! app states ---------------+--> publisher --> log (compacted) <-- each client reads on from
//! notices ------------------+                                      where it is, at its own pace
//! ```
//! The publisher compares the newest snapshot with the one before, so a burst of changes becomes
//! one event an object, and a change that was undone none. The log keeps the newest event of every
//! object; a client is a position in it and costs nothing while it is slow.

mod diff;
mod log;
mod publisher;
mod stream;

pub(super) use log::EventLog;
pub(super) use publisher::{Sources, publish};
pub(super) use stream::{StreamQuery, respond};
