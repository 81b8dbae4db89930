//! Flow monitors: a controller is told of entries that come, change and go (OF 1.4.1 §6.4.3), as
//! Open vSwitch tells it.

use std::collections::BTreeMap;

use super::flow_mod::{check_match, outputs_to};
use super::{Effects, Refusal, Refused, Switch};
use crate::flow::{
    FlowMonitor, FlowMonitorFlags, FlowMonitorRequest, FlowRemovedReason, FlowUpdate, Instructions,
    UpdatedFlow,
};
use crate::pipeline::classifier::Pattern;
use crate::pipeline::table::Rule;
use crate::{Cookie, GroupId, PortNo, TableId, Version, Xid};

/// Monitors at once.
const MAX_MONITORS: usize = 1024;

/// By the controller's numbers.
pub(super) type Monitors = BTreeMap<u32, Monitor>;

#[derive(Debug, Clone)]
pub(super) struct Monitor {
    asked: FlowMonitor,
    pattern: Pattern,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event<'a> {
    /// What the one did in whose place it is, if there was one.
    Added(Option<&'a Instructions>),
    /// What it did before, if that is different.
    Modified(Option<&'a Instructions>),
    Removed(FlowRemovedReason),
}

impl Monitor {
    /// Whether it watches an entry, for what that does or did.
    fn watches(&self, table: TableId, rule: &Rule, before: Option<&Instructions>) -> bool {
        let asked = &self.asked;
        let outputs = |port| {
            outputs_to(&rule.instructions, port)
                || before.is_some_and(|before| outputs_to(before, port))
        };
        let uses = |id| rule.instructions.groups().any(|group| group == id);
        (asked.table == TableId::ALL || asked.table == table)
            && (asked.out_port == PortNo::ANY || outputs(asked.out_port))
            && (asked.out_group == GroupId::ANY || uses(asked.out_group))
            && self.pattern.covers(&rule.pattern)
    }
}

impl Switch {
    /// Watches what is asked for, or no longer. What is there already comes back, for monitors with
    /// [`FlowMonitorFlags::INITIAL`]; what becomes of it later is among the [`Effects`]. One entry
    /// is told once, however many monitors watch it, and with all that one of them asks for.
    ///
    /// Of several requests all are carried out or none.
    pub fn flow_monitors(
        &mut self,
        requests: &[FlowMonitorRequest],
    ) -> Result<Vec<FlowUpdate>, Refusal> {
        let mut monitors = self.monitors.clone();
        let mut new = Vec::new();
        for request in requests {
            match request {
                FlowMonitorRequest::Cancel(id) => {
                    if monitors.remove(id).is_none() {
                        return Err(self.refuse(Refused::NoMonitor(*id)));
                    }
                }
                FlowMonitorRequest::Add(asked) | FlowMonitorRequest::Modify(asked) => {
                    let is_new = matches!(request, FlowMonitorRequest::Add(_));
                    match (is_new, monitors.contains_key(&asked.id)) {
                        (true, true) => {
                            return Err(self.refuse(Refused::MonitorExists(asked.id)));
                        }
                        (false, false) => return Err(self.refuse(Refused::NoMonitor(asked.id))),
                        _ => {}
                    }
                    let monitor = self.monitor(asked)?;
                    new.push(monitor.clone());
                    monitors.insert(asked.id, monitor);
                }
            }
        }
        if monitors.len() > MAX_MONITORS {
            return Err(self.refuse(Refused::MonitorsFull));
        }
        self.monitors = monitors;
        Ok(self.initial(&new))
    }

    /// Watches nothing any more: monitors end with the connection that asked for them.
    pub fn forget_monitors(&mut self) {
        self.monitors.clear();
    }

    /// Which of the controller's requests is carried out from here on, for monitors that tell its
    /// own changes by their transaction.
    pub fn set_transaction(&mut self, xid: Xid) {
        self.transaction = xid;
    }

    fn monitor(&self, asked: &FlowMonitor) -> Result<Monitor, Refusal> {
        let when = FlowMonitorFlags::ADD | FlowMonitorFlags::REMOVED | FlowMonitorFlags::MODIFY;
        if self.config.version < Version::V1_4 && !asked.flags.intersects(when) {
            return Err(self.refuse(Refused::MonitorFlags(asked.id)));
        }
        if asked.table != TableId::ALL && !self.has_table(asked.table) {
            return Err(self.refuse(Refused::NoTable(asked.table)));
        }
        check_match(&asked.matching).map_err(|error| self.refuse(Refused::Match(error)))?;
        Ok(Monitor {
            pattern: Pattern::of(&asked.matching),
            asked: asked.clone(),
        })
    }

    /// Entries that are there and that new monitors want to be told of.
    fn initial(&self, new: &[Monitor]) -> Vec<FlowUpdate> {
        let mut found = BTreeMap::new();
        for monitor in new {
            if !monitor.asked.flags.contains(FlowMonitorFlags::INITIAL) {
                continue;
            }
            for (id, table) in self.tables.iter() {
                for entry in table.within(&monitor.pattern) {
                    let rule = table.entry(entry).map(|entry| &*entry.rule);
                    let Some(rule) = rule.filter(|rule| monitor.watches(id, rule, None)) else {
                        continue;
                    };
                    let (_, flags) = found
                        .entry((id, entry))
                        .or_insert((rule, FlowMonitorFlags::empty()));
                    *flags |= monitor.asked.flags;
                }
            }
        }
        let told = |((table, _), (rule, flags))| FlowUpdate::Initial(told(table, rule, flags));
        found.into_iter().map(told).collect()
    }

    /// Tells of an entry that was changed, which is none if it does what it did and has the same
    /// cookie.
    pub(super) fn watched_change(
        &self,
        effects: &mut Effects,
        table: TableId,
        rule: &Rule,
        (before, cookie): (&Instructions, Cookie),
        own: bool,
    ) {
        let before = (*before != rule.instructions).then_some(before);
        if before.is_some() || cookie != rule.cookie {
            self.watched(effects, table, rule, Event::Modified(before), own);
        }
    }

    /// Tells of an entry, if a monitor watches it. `own`: the controller asked for the change.
    pub(super) fn watched(
        &self,
        effects: &mut Effects,
        table: TableId,
        rule: &Rule,
        event: Event<'_>,
        own: bool,
    ) {
        let (when, before) = match event {
            Event::Added(before) => (FlowMonitorFlags::ADD, before),
            Event::Modified(before) => (FlowMonitorFlags::MODIFY, before),
            Event::Removed(_) => (FlowMonitorFlags::REMOVED, None),
        };
        let mut flags = FlowMonitorFlags::empty();
        for monitor in self.monitors.values() {
            let asked = monitor.asked.flags;
            let wants =
                asked.contains(when) && (own || !asked.contains(FlowMonitorFlags::ONLY_OWN));
            if wants && monitor.watches(table, rule, before) {
                flags |= asked;
            }
        }
        if flags.is_empty() {
            return;
        }
        if own && !flags.contains(FlowMonitorFlags::NO_ABBREV) {
            let xid = self.transaction;
            return effects.tell_update(FlowUpdate::Abbreviated { xid });
        }
        let flow = told(table, rule, flags);
        effects.tell_update(match event {
            Event::Added(_) => FlowUpdate::Added(flow),
            Event::Modified(_) => FlowUpdate::Modified(flow),
            Event::Removed(reason) => FlowUpdate::Removed { flow, reason },
        });
    }
}

fn told(table: TableId, rule: &Rule, flags: FlowMonitorFlags) -> Box<UpdatedFlow> {
    let in_full = flags.contains(FlowMonitorFlags::INSTRUCTIONS);
    Box::new(UpdatedFlow {
        table,
        priority: rule.priority,
        cookie: rule.cookie,
        matching: rule.matching.clone(),
        instructions: if in_full {
            rule.instructions.clone()
        } else {
            Instructions::drop()
        },
        idle_timeout_s: rule.idle_timeout_s,
        hard_timeout_s: rule.hard_timeout_s,
        unknown: rule.unknown.clone().filter(|_| in_full),
    })
}
