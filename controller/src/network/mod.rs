//! The network as it is known: one task writes it, everybody reads snapshots.
//!
//! [`NetworkHandle`] is the way in and out. Inside, [`writer`] feeds what happens to three pure
//! parts, which write into one [`draft`]: [`switches`] (switches, ports, counters), [`discovery`]
//! (links, what is behind a port) and [`hosts`]. On the connections, [`ears`] decides what of the
//! packets is worth telling.

mod agent;
mod config;
mod counters;
mod dhcp;
mod discovery;
mod draft;
mod ears;
mod handle;
mod hosts;
mod lldp;
mod observer;
mod seal;
mod sighting;
mod switches;
mod timers;
mod writer;

pub use config::{INPUT_CAPACITY, NetworkConfig, start};
pub(crate) use ears::Ears;
pub(crate) use handle::Input;
pub use handle::{Delta, NetworkHandle, RestoredHost, SnapshotReader, UPDATES_KEPT, Update};
pub use observer::SIGHTING_CAPACITY;
pub use sighting::CONTROLLER_MAC;
