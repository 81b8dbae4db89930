//! The network as it is known: one task writes it, everybody reads snapshots.

mod config;
mod handle;

pub use config::{NetworkConfig, start};
pub(crate) use handle::Input;
pub use handle::{Delta, NetworkHandle, RestoredHost, SnapshotReader, UPDATES_KEPT, Update};
