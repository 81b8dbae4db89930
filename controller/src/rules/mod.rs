//! Wanted rules, what switches have, and making the second equal to the first.

use openflow::Dpid;
use openflow::flow::FlowRemoved;

use app_api::Rule;

use crate::southbound::SwitchHandle;

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

/// The way to the rule service.
#[derive(Debug, Clone)]
pub struct RulesHandle {
    _private: (),
}

impl RulesHandle {
    /// One change of one app's wanted rules, carried out stage by stage.
    pub async fn change(&self, _app: &str, _sets: Vec<SetChange>) {
        todo!()
    }

    /// The app has claimed what it wants of what was found: the rest of its entries may go.
    pub async fn release_unclaimed(&self, _app: &str) {
        todo!()
    }

    /// The app has stopped: everything it wanted goes, on every switch.
    pub async fn withdraw(&self, _app: &str) {
        todo!()
    }

    /// A switch has shaken hands. The service installs the controller's own rules (table-miss,
    /// discovery), reads the switch's tables, tells apps what was found of theirs, and only then
    /// says [`crate::network`] that the switch is ready.
    pub async fn switch_connected(&self, _switch: SwitchHandle) {
        todo!()
    }

    /// The connection of that epoch is gone.
    pub async fn switch_gone(&self, _dpid: Dpid, _epoch: u64) {
        todo!()
    }

    /// A switch says that an entry is gone.
    pub async fn flow_removed(&self, _dpid: Dpid, _removed: FlowRemoved) {
        todo!()
    }
}
