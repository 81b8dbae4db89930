//! Connections to switches: listening, negotiation, keep-alive, requests and their answers.

mod handle;

pub use handle::{Applied, Change, Refusal, RequestError, SwitchHandle};
