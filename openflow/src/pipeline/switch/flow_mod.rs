//! Changes of the flow tables (OF 1.3.5 §6.4), with the choices Open vSwitch makes.

use std::sync::Arc;
use std::time::Duration;

use super::monitor::Event;
use super::{Effects, Refusal, Refused, Switch};
use crate::flow::{
    Action, FlowCommand, FlowFlags, FlowMod, FlowRemovedReason, Instructions, Match, MatchError,
    MatchField,
};
use crate::nicira;
use crate::oxm::Field;
use crate::pipeline::classifier::Pattern;
use crate::pipeline::execute;
use crate::pipeline::key;
use crate::pipeline::table::{Entry, Rule};
use crate::{BufferId, Cookie, GroupId, PortNo, TableId, Version};

/// Which entries a change or a request is about.
#[derive(Debug, Clone)]
pub(super) struct Criteria<'a> {
    /// [`TableId::ALL`]: any.
    pub(super) table: TableId,
    pub(super) matching: &'a Match,
    /// With this very match and priority; `None`: whose packets the match takes.
    pub(super) strict: Option<u16>,
    pub(super) cookie: Cookie,
    pub(super) cookie_mask: u64,
    pub(super) out_port: PortNo,
    pub(super) out_group: GroupId,
}

impl<'a> Criteria<'a> {
    fn of(change: &'a FlowMod) -> Self {
        let deletes = matches!(
            change.command,
            FlowCommand::Delete | FlowCommand::DeleteStrict
        );
        let strict = matches!(
            change.command,
            FlowCommand::ModifyStrict | FlowCommand::DeleteStrict
        );
        Self {
            table: change.table,
            matching: &change.matching,
            strict: strict.then_some(change.priority),
            cookie: change.cookie,
            cookie_mask: change.cookie_mask,
            out_port: if deletes {
                change.out_port
            } else {
                PortNo::ANY
            },
            out_group: if deletes {
                change.out_group
            } else {
                GroupId::ANY
            },
        }
    }

    fn holds(&self, rule: &Rule) -> bool {
        (rule.cookie.0 ^ self.cookie.0) & self.cookie_mask == 0
            && (self.out_port == PortNo::ANY || outputs_to(&rule.instructions, self.out_port))
            && (self.out_group == GroupId::ANY
                || rule
                    .instructions
                    .groups()
                    .any(|group| group == self.out_group))
    }
}

/// Whether a match makes sense, and packets have what it looks at.
pub(super) fn check_match(matching: &Match) -> Result<(), MatchError> {
    matching.validate()?;
    if let Some(opcode) = matching.get(Field::ArpOp).filter(|it| it.value > 0xff) {
        return Err(MatchError::Value {
            field: Field::ArpOp.info().name,
            value: opcode.value.to_string(),
            expected: "opcode that Open vSwitch has: 0 to 255",
        });
    }
    let unknown = |field: &&MatchField| !key::can_match(field.field);
    match matching.fields().iter().find(unknown) {
        Some(field) => {
            let info = field.field.info();
            let (class, code) = (info.class.0, info.code);
            Err(MatchError::Unknown { class, code })
        }
        None => Ok(()),
    }
}

/// The actions on a copy of the packet.
pub(super) fn copied(action: &Action) -> Option<&[Action]> {
    let Action::Nicira(action) = action else {
        return None;
    };
    match &**action {
        nicira::Action::Clone(inner) => Some(&inner.actions),
        _ => None,
    }
}

/// Whether an entry sends to a port.
pub(super) fn outputs_to(instructions: &Instructions, to: PortNo) -> bool {
    send_to(&instructions.apply, to) || send_to(&instructions.write, to)
}

/// Whether actions send to a port, or copies to it.
fn send_to(actions: &[Action], to: PortNo) -> bool {
    actions.iter().any(|action| match action {
        Action::Output { port, .. } | Action::Enqueue { port, .. } => *port == to,
        _ => copied(action).is_some_and(|inner| send_to(inner, to)),
    })
}

impl Switch {
    /// Carries out a change of the flow tables.
    pub fn flow_mod(&mut self, change: &FlowMod, now: Duration) -> Result<Effects, Refusal> {
        self.check_flow(change)?;
        match change.command {
            FlowCommand::Add => self.add(change, now, true),
            FlowCommand::Modify | FlowCommand::ModifyStrict => self.modify(change, now),
            FlowCommand::Delete | FlowCommand::DeleteStrict => Ok(self.delete(change, now)),
        }
    }

    /// What does not depend on what the switch has by then.
    pub(super) fn check_flow(&self, change: &FlowMod) -> Result<(), Refusal> {
        let deletes = matches!(
            change.command,
            FlowCommand::Delete | FlowCommand::DeleteStrict
        );
        if change.buffer_id != BufferId::NONE && !deletes {
            return Err(self.refuse(Refused::NoBuffer(change.buffer_id)));
        }
        self.check_table(change)?;
        check_match(&change.matching).map_err(|error| self.refuse(Refused::Match(error)))?;
        match deletes {
            true => Ok(()),
            false => self.check_sense(change),
        }
    }

    fn check_table(&self, change: &FlowMod) -> Result<(), Refusal> {
        let deletes = matches!(
            change.command,
            FlowCommand::Delete | FlowCommand::DeleteStrict
        );
        if change.table == TableId::ALL && !deletes {
            return Err(self.refuse(Refused::EveryTable));
        }
        if change.table == TableId::ALL || self.has_table(change.table) {
            return Ok(());
        }
        Err(self.refuse(Refused::NoTable(change.table)))
    }

    /// Whether what an entry says makes sense.
    fn check_sense(&self, change: &FlowMod) -> Result<(), Refusal> {
        let instructions = &change.instructions;
        let checked = instructions.check(self.config.version, change.table, &change.matching);
        checked.map_err(|error| self.refuse(Refused::Action(error)))?;
        let mut actions = instructions.apply.iter().chain(&instructions.write);
        let modelled = actions.try_for_each(execute::modelled);
        modelled.map_err(|why| self.refuse(why))
    }

    /// Whether the switch has what an entry names, and the model carries its actions out.
    fn check_there(&self, instructions: &Instructions) -> Result<(), Refusal> {
        if let Some(meter) = instructions.meter
            && !self.meters.contains_key(&meter)
        {
            return Err(self.refuse(Refused::NoMeterToPass(meter)));
        }
        if let Some(next) = instructions.goto
            && !self.has_table(next)
        {
            return Err(self.refuse(Refused::NoNextTable(next)));
        }
        self.check_actions(&instructions.apply)?;
        self.check_actions(&instructions.write)
    }

    /// Whether the switch has what actions name, and the model carries them out.
    pub(super) fn check_actions(&self, actions: &[Action]) -> Result<(), Refusal> {
        for action in actions {
            match action {
                Action::Group(group) if !self.groups.contains_key(group) => {
                    return Err(self.refuse(Refused::NoOutGroup(*group)));
                }
                Action::Meter(meter) if !self.meters.contains_key(meter) => {
                    return Err(self.refuse(Refused::NoMeterToPass(*meter)));
                }
                action => execute::modelled(action).map_err(|why| self.refuse(why))?,
            }
            if let Some(inner) = copied(action) {
                self.check_actions(inner)?;
            }
        }
        Ok(())
    }

    /// `own`: the controller asks for it, and not a packet.
    fn add(&mut self, change: &FlowMod, now: Duration, own: bool) -> Result<Effects, Refusal> {
        if !self.has_table(change.table) {
            return Err(self.refuse(Refused::NoTable(change.table)));
        }
        self.check_there(&change.instructions)?;
        let rule = Rule::of(change);
        let mut effects = Effects::default();
        let table = self.tables.get_mut(change.table);
        let replaced = table.exact(&rule.pattern, rule.priority);
        if replaced.is_none() {
            let overlaps = change.flags.contains(FlowFlags::CHECK_OVERLAP)
                && table.overlapping(&rule.pattern, rule.priority).is_some();
            let full = table.len() >= self.config.max_entries;
            if overlaps {
                return Err(self.refuse(Refused::Overlap(change.table)));
            }
            if full {
                return Err(self.refuse(Refused::TableFull(change.table)));
            }
        }
        let old = replaced.and_then(|id| self.tables.remove(change.table, id));
        let rule = Arc::new(rule);
        let added = Event::Added(old.as_ref().map(|old| &old.rule.instructions));
        self.watched(&mut effects, change.table, &rule, added, own);
        let mut entry = Entry::new(rule, now);
        if let Some(old) = old.filter(|_| !self.resets_counts(change)) {
            (entry.packets, entry.bytes) = (old.packets, old.bytes);
        }
        self.tables.insert(change.table, entry);
        effects.append(self.tick(now));
        Ok(effects)
    }

    /// In 1.0 an add does and nothing else, later what asks for it.
    fn resets_counts(&self, change: &FlowMod) -> bool {
        match self.config.version {
            Version::V1_0 => change.command == FlowCommand::Add,
            _ => change.flags.contains(FlowFlags::RESET_COUNTS),
        }
    }

    fn modify(&mut self, change: &FlowMod, now: Duration) -> Result<Effects, Refusal> {
        let found = self.entries(&Criteria::of(change));
        if found.is_empty() && self.config.version == Version::V1_0 {
            return self.add(change, now, true);
        }
        if !found.is_empty() {
            self.check_there(&change.instructions)?;
        }
        let resets = self.resets_counts(change);
        let instructions = change.instructions.clone().normalized();
        let mut effects = Effects::default();
        for (table, id) in found {
            let Some(mut entry) = self.tables.remove(table, id) else {
                continue;
            };
            let rule = Arc::make_mut(&mut entry.rule);
            let before = std::mem::replace(&mut rule.instructions, instructions.clone());
            let cookie = rule.cookie;
            if self.config.version == Version::V1_0 {
                rule.cookie = change.cookie;
            }
            self.watched_change(&mut effects, table, rule, (&before, cookie), true);
            // Its timeouts stay what they are, but the hard one starts anew, as in Open vSwitch.
            entry.modified = now;
            if resets {
                (entry.packets, entry.bytes) = (0, 0);
            }
            self.tables.insert(table, entry);
        }
        effects.append(self.tick(now));
        Ok(effects)
    }

    fn delete(&mut self, change: &FlowMod, now: Duration) -> Effects {
        let found = self.entries(&Criteria::of(change));
        self.remove_all(found, FlowRemovedReason::Delete, now)
    }

    /// Takes entries out and says so.
    pub(super) fn remove_all(
        &mut self,
        entries: Vec<(TableId, u32)>,
        reason: FlowRemovedReason,
        now: Duration,
    ) -> Effects {
        let mut effects = Effects::default();
        for (table, id) in entries {
            if let Some(entry) = self.tables.remove(table, id) {
                self.told_removed(&mut effects, table, &entry, reason, now);
            }
        }
        effects
    }

    /// Entries whose instructions do something.
    pub(super) fn entries_that(
        &self,
        holds: impl Fn(&Instructions) -> bool,
    ) -> Vec<(TableId, u32)> {
        let tables = self.tables.iter();
        tables
            .flat_map(|(table, entries)| {
                let entries = entries.iter();
                let found = entries.filter(|(_, entry)| holds(&entry.rule.instructions));
                found.map(|(id, _)| (table, id)).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The entries that criteria hold for, in the order of tables and ids.
    pub(super) fn entries(&self, criteria: &Criteria<'_>) -> Vec<(TableId, u32)> {
        let pattern = Pattern::of(criteria.matching);
        let mut all = Vec::new();
        for (id, table) in self.tables.iter() {
            if criteria.table != TableId::ALL && criteria.table != id {
                continue;
            }
            let found = match criteria.strict {
                Some(priority) => table.exact(&pattern, priority).into_iter().collect(),
                None => table.within(&pattern),
            };
            let holds = |entry: &u32| {
                let entry = table.entry(*entry);
                entry.is_some_and(|entry| criteria.holds(&entry.rule))
            };
            all.extend(found.into_iter().filter(holds).map(|entry| (id, entry)));
        }
        all
    }
}

impl Switch {
    /// An entry that a packet made: new, or in the place of that with the same match and priority,
    /// which keeps its timeouts and begins the hard one anew. Its match is made of what the packet
    /// has, and may look at some bits of a field that has no mask.
    pub(in crate::pipeline) fn learn(&mut self, entry: &FlowMod, now: Duration) -> Effects {
        let fields = entry.matching.fields();
        if !self.has_table(entry.table) || !fields.iter().all(|it| key::can_match(it.field)) {
            return Effects::default();
        }
        let rule = Rule::of(entry);
        let old = self
            .tables
            .get_mut(entry.table)
            .exact(&rule.pattern, rule.priority);
        let Some(mut old) = old.and_then(|id| self.tables.remove(entry.table, id)) else {
            return self.add(entry, now, false).unwrap_or_default();
        };
        let changed = Arc::make_mut(&mut old.rule);
        let before = std::mem::replace(&mut changed.instructions, rule.instructions);
        let cookie = std::mem::replace(&mut changed.cookie, rule.cookie);
        let mut effects = Effects::default();
        self.watched_change(&mut effects, entry.table, changed, (&before, cookie), false);
        old.modified = now;
        old.used = now;
        self.tables.insert(entry.table, old);
        effects
    }
}
