//! Hosts apps: one task each, fed with events, messages and requests; what they want goes to the
//! rule service; what they do wrong ends with them.

mod events;
mod handle;
mod host;
mod registry;

pub use events::{EVENTS, Events};
pub use handle::{AppHandle, MESSAGES, SendError};
pub use host::{AppError, AppHost, AppInfo, AppState, Surroundings};
pub use registry::{Registry, RegistryError};
