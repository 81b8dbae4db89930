//! An emulated network in real time: the simulator against the clock, the switches connected to a
//! controller.
//!
//! ```text
//!             commands                      +--------------------------+
//!   Handle ------------------------------->|  driver: Network<Agent>  |   one task
//!          <-------------------------------|  runs what is due         |
//!             answers                       +--------------------------+
//!                                            ^ bytes         | messages
//!                                            |               v
//!                                           line per switch: a task that connects, reads, writes
//!                                            ^               |
//!                                            +--controller---+
//! ```
//!
//! A line connects over TCP to the controller's address, again and again with growing pauses, or
//! takes a stream that the caller gives, as one end of an in-memory duplex. Time is tokio's: where
//! that is paused, a test of minutes runs in milliseconds.
//!
//! Every queue is bounded. A controller that does not read leaves the messages in the network,
//! which drops packet-ins first; a network that is busy leaves the controller's bytes in the
//! socket.

mod driver;
mod handle;
mod line;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use tokio::sync::{mpsc, watch};

use super::{Agent, Network};

pub use handle::{CommandError, Handle, Stopped};

/// Commands that wait for the driver; who gives one more waits.
const COMMANDS: usize = 64;

/// Runs a network on the runtime this is called on, until all handles are dropped or it is
/// stopped. With an address, every switch connects to the controller there.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn start(network: Network<Agent>, controller: Option<SocketAddr>) -> Handle {
    let (commands, received) = mpsc::channel(COMMANDS);
    let (running, ended) = watch::channel(());
    tokio::spawn(async move {
        driver::run(network, controller, received).await;
        drop(running);
    });
    Handle::new(commands, ended)
}
