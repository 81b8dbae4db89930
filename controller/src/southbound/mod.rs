//! Connections to switches: listening, negotiation, keep-alive, requests and their answers.

mod config;
mod directory;
mod handle;
mod services;

pub use config::{Services, SouthboundConfig, start};
pub use directory::Switches;
pub use handle::{Applied, Change, Refusal, RequestError, SwitchHandle};
pub use services::{ConnectionHandler, HandlerFeed, HandlerSource, Panicked, SwitchListener};
