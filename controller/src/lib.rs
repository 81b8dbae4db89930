//! The controller: southbound, network state, rules, app runtime, northbound.
//!
//! ```text
//! switch == southbound::connection ==> app packet handlers (run to completion on this task)
//!                 |  everything else                                   |
//!                 v                                                    v tell
//!   rules <== apps (runtime) <== events + Arc<Snapshot> == network (one writer) ==> northbound
//!     |  wanted minus actual
//!     v
//!   southbound::SwitchHandle == bytes ==> switch
//! ```

pub mod cli;
pub mod clock;
pub mod config;
pub mod metrics;
pub mod network;
pub mod northbound;
pub mod notices;
pub mod rules;
pub mod run;
pub mod runtime;
pub mod southbound;
pub mod store;
mod words;
