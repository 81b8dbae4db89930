//! Wanted rules, what switches have, and making the second equal to the first.

mod record;

use std::sync::Arc;

use app_api::Rule;
use openflow::Dpid;
use openflow::flow::FlowRemoved;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use crate::notices::Notices;
use crate::runtime::Events;
use crate::southbound::{SwitchHandle, SwitchListener};

pub use record::{Counted, FlowRecord, GroupRecord, Status};

/// Owner of the controller's own rules (table-miss, discovery).
pub const CORE: &str = "core";

/// One named set of one app's wanted rules, as it is to be from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct SetChange {
    /// The app's name for it.
    pub set: String,
    /// What it holds; empty: the set is gone.
    pub rules: Vec<Rule>,
    /// For people: the event, request or packet that caused it.
    pub reason: String,
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

/// Starts the service. `apps`: every app there is, in the order of precedence
/// ([`crate::runtime::Registry::in_order`]).
#[must_use]
pub fn start(_apps: &[Arc<str>], _services: Services) -> RulesHandle {
    todo!()
}

/// The way to the rule service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RulesHandle {
    _private: (),
}

impl RulesHandle {
    /// One change of one app's wanted rules, carried out stage by stage.
    pub async fn change(&self, _app: &str, _sets: Vec<SetChange>) {
        todo!()
    }

    /// The app runs: what is found of it on switches is told to it instead of being removed.
    pub async fn begin(&self, _app: &str) {
        todo!()
    }

    /// The app has claimed what it wants of what was found there: the rest may go.
    pub async fn release_unclaimed(&self, _app: &str, _finds: Vec<Find>) {
        todo!()
    }

    /// The app has stopped: everything it wanted goes, on every switch.
    pub async fn withdraw(&self, _app: &str) {
        todo!()
    }

    /// Every entry wanted on or read from a switch, in the order of a lookup: by table, then by
    /// falling priority. The table is read anew where what is known is older than a second; of a
    /// switch that does not answer in time it is what was read last, of one that is not
    /// connected what is wanted.
    pub async fn flows(&self, _dpid: Dpid) -> Vec<FlowRecord> {
        todo!()
    }

    /// The groups of a switch with their counters, by number; none if it is not connected, does
    /// not answer or speaks 1.0.
    pub async fn groups(&self, _dpid: Dpid) -> Vec<GroupRecord> {
        todo!()
    }

    /// How many rules an app wants, on all switches.
    #[must_use]
    pub fn wanted(&self, _app: &str) -> u64 {
        todo!()
    }
}

/// The service reads the tables of a switch that has shaken hands, installs what is missing of the
/// controller's own rules (table-miss, discovery), tells apps what was found of theirs, and only
/// then says to [`crate::network`] that the switch is ready.
impl SwitchListener for RulesHandle {
    fn switch_connected(&self, _switch: SwitchHandle) {
        todo!()
    }

    fn switch_gone(&self, _dpid: Dpid, _epoch: u64) {
        todo!()
    }

    fn flow_removed(&self, _dpid: Dpid, _epoch: u64, _removed: Box<FlowRemoved>) {
        todo!()
    }
}
