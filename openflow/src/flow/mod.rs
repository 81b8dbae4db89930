//! The version-neutral flow model: what applications and the controller work with.
//!
//! Nothing here names a wire version. Lowering ([`ToSwitch::encode`]) writes a message for the
//! version a switch speaks, or answers [`Unsupported`] and writes nothing: a field is never
//! dropped in silence. Lifting ([`FromSwitch::lift`]) takes what a switch said.

mod action;
#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
mod bits;
mod direct;
mod json;
mod matching;
mod message;
mod offending;
mod text;
mod v10;
mod v13;
mod validate;
mod words;

pub use action::{Action, Actions, Instructions};
pub use matching::{Match, MatchField, VlanMatch};
pub use message::{
    Bucket, Capabilities, FlowCommand, FlowEntry, FlowFlags, FlowMod, FlowRemoved,
    FlowRemovedReason, FlowStatsRequest, FromSwitch, Group, GroupCommand, GroupEntry, GroupMod,
    GroupStats, GroupType, PacketIn, PacketInReason, PacketOut, PortChange, PortConfig, PortDesc,
    PortMod, PortState, PortStats, PortStatus, Role, SwitchDesc, SwitchError, SwitchFeatures,
    TableStats, ToSwitch, Unsupported,
};
pub use text::ParseFlowError;
pub use validate::MatchError;

use words::{Words, duration, kept, lacking};

#[cfg(test)]
mod tests;
