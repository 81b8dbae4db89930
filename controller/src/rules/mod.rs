//! Wanted rules and groups, what switches have, and making the second equal to the first.
//!
//! ```text
//! apps == sets of rules ==> service { WantedState }      one task: what is in effect where
//!                              |  orders, stage by stage
//!                              v
//!                           worker { Table }             one task a switch: wanted - actual
//!                              |  batches behind barriers, reads
//!                              v
//!                           SwitchHandle
//! ```
//!
//! A switch that connects is read and compared, never flushed. From then on its table is read every
//! two seconds (less often where entries are many), always whole: counts of entries, which would be
//! cheaper, do not tell that one was altered. Entries of ours that are deleted are heard of at once.
//!
//! Groups are wanted, compared and mended as entries are. They are added before what uses them, and
//! deleted only when nothing does any more: deleting a group deletes all entries that use it.
//!
//! Pure: [`cookie`], [`wanted`], [`stages`], [`plan`], [`drift`], [`table`]. Tasks: [`service`], [`worker`].

mod content;
mod cookie;
mod core;
mod counters;
mod drift;
mod handle;
mod key;
mod plan;
mod port;
mod record;
mod service;
mod stages;
mod table;
mod view;
mod wanted;
mod words;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use app_api::{Rule, WantedGroup};
use openflow::Dpid;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use crate::notices::Notices;
use crate::runtime::Events;

pub(crate) use cookie::AppTag;
pub use handle::{RulesHandle, start};
pub use record::{Counted, FlowRecord, GroupRecord, Status};

/// Owner of the controller's own rules (table-miss, discovery).
pub const CORE: &str = "core";

/// One named set of one app's wanted rules or groups, as it is to be from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct SetChange {
    /// The app's name for it.
    pub set: String,
    /// What it holds; empty: the set is gone.
    pub wants: Wants,
    /// For people: the event, request or packet that caused it.
    pub reason: String,
}

/// What a set holds. The rules and the groups of one name are two sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Wants {
    /// Flow entries.
    Rules(Vec<Rule>),
    /// Groups.
    Groups(Vec<WantedGroup>),
}

/// What was on one switch when it connected: names the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Find {
    /// Which switch.
    pub dpid: Dpid,
    /// Which connection of it.
    pub epoch: u64,
}

/// What the rule service works with.
#[derive(Debug, Clone)]
pub struct Services {
    /// Hears which switches are ready.
    pub network: NetworkHandle,
    /// Where apps hear what was found, removed or refused.
    pub events: Events,
    /// Where refusals are told.
    pub notices: Notices,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Everything stops on it; rules stay on the switches.
    pub stop: CancellationToken,
    /// Every task is in it.
    pub tasks: TaskTracker,
}
