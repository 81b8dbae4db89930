//! Connections to switches: listening, negotiation, keep-alive, requests and their answers.
//!
//! ```text
//! listener --accept--> connection (one task each: socket, deadlines, queues)
//!                        |   ^
//!                 frames v   | bytes
//!                      session (no I/O: negotiation, handshake, requests, keep-alive)
//!                        |
//!             packet-ins v                      everything else
//!                      packets (roles, hosts, app handlers)  ==> network, rules
//! ```
//!
//! The rest of the controller holds a [`SwitchHandle`]: requests go through a bounded queue whose
//! users wait, packets through an outbox that drops its oldest.

mod config;
mod connection;
mod directory;
mod handle;
mod listener;
mod outbox;
mod outgoing;
mod packets;
mod services;
mod session;
mod tally;

pub use config::{Services, SouthboundConfig};
pub use directory::Switches;
pub use handle::{Applied, COMMAND_CAPACITY, Change, Refusal, RequestError, SwitchHandle};
pub use listener::start;
pub use outbox::OUTBOX_CAPACITY;
pub use services::{ConnectionHandler, HandlerFeed, HandlerSource, Panicked, SwitchListener};
