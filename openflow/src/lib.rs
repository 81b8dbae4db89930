//! OpenFlow: bytes to messages and back, and one version-neutral flow model.
//!
//! This crate does no I/O and reads no clock. It has two levels, as Open vSwitch has them:
//!
//! - **wire** messages mirror a specification one to one and lose nothing: [`v10`] is OpenFlow
//!   1.0, [`v13`] the OXM era (1.3; later versions differ in tables, not in copies);
//! - the **flow** model ([`flow`]) is what everything above works with: one match, one action
//!   list, one rule, one set of messages. [`flow::ToSwitch`] is lowered to the version a switch
//!   speaks, or refused with [`flow::Unsupported`]; what a switch says is lifted into
//!   [`flow::FromSwitch`].
//!
//! [`packet`] reads and builds the packets themselves on the packet-in path.

#![warn(missing_docs)]

// First, because its macros write the tables of the versions.
#[macro_use]
pub mod wire;

pub mod flow;
pub mod nicira;
pub mod oxm;
pub mod oxs;
pub mod packet;
mod types;
pub mod v10;
pub mod v13;

pub use types::{
    BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, ParseIdError, PortNo, TableId, Version, Xid,
};
pub use wire::decode_line;
