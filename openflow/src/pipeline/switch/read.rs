//! A switch made of what was read off a real one.

use std::sync::Arc;
use std::time::Duration;

use super::{Switch, SwitchConfig};
use crate::flow::{FlowEntry, GroupEntry, Meter};
use crate::pipeline::group::GroupState;
use crate::pipeline::meter::MeterState;
use crate::pipeline::table::{Entry, Rule};

/// What was read off a switch, apart from what its features say. Nothing in it is checked: a
/// switch may have what the model would refuse, and a trace then says so where a packet meets it.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Flow entries of all tables; of two with the same match and priority the later.
    pub entries: Vec<FlowEntry>,
    /// Groups with their counters.
    pub groups: Vec<GroupEntry>,
    /// Meters. Their buckets are taken to be full: how full they are no switch tells.
    pub meters: Vec<Meter>,
}

impl Switch {
    /// As the real one was when it was read, at `now`: for a trace of the live network.
    #[must_use]
    pub fn from_read(config: SwitchConfig, read: &Read, now: Duration) -> Self {
        let mut switch = Self::new(config);
        for told in &read.entries {
            let rule = Rule::read(told);
            let old = switch
                .tables
                .get_mut(told.table)
                .exact(&rule.pattern, rule.priority);
            if let Some(old) = old {
                switch.tables.remove(told.table, old);
            }
            let created = now.saturating_sub(told.age);
            let mut entry = Entry::new(Arc::new(rule), created);
            entry.used = now;
            (entry.packets, entry.bytes) = (told.packets, told.bytes);
            switch.tables.insert(told.table, entry);
        }
        let groups = read.groups.iter();
        switch.groups = groups
            .map(|entry| (entry.group.id, GroupState::read(entry, now)))
            .collect();
        let meters = read.meters.iter();
        switch.meters = meters
            .map(|meter| (meter.id, MeterState::new(meter.clone(), now)))
            .collect();
        switch
    }
}
