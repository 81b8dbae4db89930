//! A network in this process: switches, cables and hosts that talk, on a virtual clock.
//!
//! Nothing here does I/O or reads a clock: time is what the caller lets pass, so that minutes of a
//! network run in milliseconds, and a seed gives the same run every time. A [`Network`] is a
//! discrete-event simulator: frames on cables, timers of hosts and of switches lie in one queue by
//! their time, and [`Network::run_until`] takes them out one by one.
//!
//! ```text
//!            controller                      caller
//!     to_controller ^ | controller_sent        | ping, set_link, send …   ^ results, arrivals
//!                   | v                        v                          |
//!     +----------[ SwitchNode ]-- Cable --[ SwitchNode ]-- Cable --[ Host ]----------+
//!     |                       queue of events: (time, sequence)             Network  |
//!     +------------------------------------------------------------------------------+
//! ```

mod agent;
mod cable;
mod host;
#[cfg(feature = "emulate-live")]
pub mod live;
mod network;
mod node;

pub use agent::Agent;
pub use cable::{CableCounts, CableSettings};
pub use host::{Arrival, Failure, Outcome, Throughput, Ticket};
pub use network::{Network, NetworkError, Options, SwitchPlan, Target};
pub use node::{Output, SwitchNode};
