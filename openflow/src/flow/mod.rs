//! The version-neutral flow model: what applications and the controller work with.
//!
//! Nothing here names a wire version. Lowering ([`ToSwitch::encode`]) writes a message for the
//! version a switch speaks, or answers [`Unsupported`] and writes nothing: a field is never
//! dropped in silence. Lifting ([`FromSwitch::lift`]) takes what a switch said.
//!
//! # Comparing a rule with an entry
//!
//! What was lowered to a version and is told back in flow statistics is equal to what was meant:
//! `entry.matching == rule.matching` and `entry.instructions == rule.instructions.normalized()`.
//! Matches are canonical by construction; entries come normalized. An entry with
//! [`FlowEntry::unknown`] is nobody's here. 1.0 tells no flags ([`FlowEntry::flags`] is empty).
//!
//! # Where things are
//!
//! | what | where |
//! |---|---|
//! | what 1.0 can say, and how it says tags and ports | `v10/` |
//! | what 1.3, 1.4 and 1.5 can say | `v13/` |
//! | what a switch is told and tells, from its side | `v10/` and `v13/`: `asked.rs`, `told.rs` |
//! | replies in as many messages as it takes | `parts.rs` |
//! | flow monitors: of 1.4, and by extensions before | `monitor.rs`, and in `v10/` and `v13/` |
//! | what tables can do | `table.rs`, and in `v13/` |
//! | messages of the packet-in path, without wire structs | `direct.rs` and its callers |
//! | `ovs-ofctl` text, names of fields | `text/`, `text/names.rs` |
//! | JSON for REST | `json/` |
//! | prerequisites, masks, values | `validate.rs`; of actions `check/` |
//! | refusals in words | `offending.rs` |
//! | generators for property tests | `arbitrary.rs`, feature `arbitrary` |

mod action;
#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
mod bits;
mod bundle;
mod check;
mod copy;
mod direct;
mod entry;
mod group;
mod json;
mod matching;
mod message;
mod meter;
mod monitor;
mod offending;
mod packet_io;
mod parts;
mod port;
mod queue;
mod request;
mod switch;
mod table;
mod text;
mod v10;
mod v13;
mod validate;
mod words;

pub use action::{Action, Actions, CopyField, Instructions};
pub use bundle::{BundleDone, BundleFlags, BundleRequest, BundleStep};
pub use check::ActionError;
pub use entry::{
    FlowCommand, FlowEntry, FlowFlags, FlowMod, FlowRemoved, FlowRemovedReason, FlowStatsRequest,
};
pub use group::{
    Bucket, BucketPlace, Group, GroupCommand, GroupEntry, GroupMod, GroupStats, GroupType,
    Selection,
};
pub use matching::{Match, MatchField, VlanMatch};
pub use message::{FromSwitch, SwitchError, ToSwitch, Unsupported};
pub use meter::{
    Band, BandKind, Meter, MeterCommand, MeterFeatures, MeterFlags, MeterMod, MeterStats,
};
pub use monitor::{FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowUpdate, UpdatedFlow};
pub use packet_io::{PacketIn, PacketInReason, PacketOut};
pub use port::{PortChange, PortConfig, PortDesc, PortMod, PortState, PortStats, PortStatus};
pub use queue::QueueStats;
pub use request::NotLifted;
pub use switch::{Capabilities, Role, SwitchDesc, SwitchFeatures, TableStats};
pub use table::{
    Ability, EntryFeatures, MatchFeature, TableCapabilities, TableFeatures, TableFeaturesCommand,
    TableFeaturesRequest, TablePlace,
};
pub use text::ParseFlowError;

pub use validate::MatchError;

pub use crate::v13::{ActionType, InstructionType};

pub(crate) use text::format_value;
use words::{Words, duration, fixed_text, kept, lacking, wire_duration};

#[cfg(test)]
mod inverse;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod watched;
#[cfg(test)]
mod ways;
