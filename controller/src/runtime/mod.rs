//! Hosts apps: one task each, fed with events, messages and questions; what they want goes to the
//! rule service; what they do wrong ends with them.
//!
//! ```text
//! network == Update ==> host (pump) == Event ==> inbox ==> task { App } == sets ==> rules
//! rules == found, removed, refused ==> inbox        |  makes packet handlers
//! northbound == AppHandle ==> messages ==>          v
//!                              connections <== feed (handlers, told of a start or stop)
//! ```

mod events;
mod failure;
mod feed;
mod handle;
mod host;
mod registry;
mod task;

#[cfg(test)]
mod tests;

pub use events::{EVENTS, Events};
pub use handle::{AppHandle, MESSAGES, SendError};
pub use host::{AppError, AppHost, AppInfo, AppState, Surroundings};
pub use registry::{Registry, RegistryError};
