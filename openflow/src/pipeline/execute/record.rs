//! The record of a run, step by step.

use super::trace::{Change, HeaderField, Step, What, words};
use super::{Dropped, Run};
use crate::flow::PacketInReason;
use crate::oxm::{Field, Prerequisite};
use crate::pipeline::key::Key;
use crate::pipeline::packet::LATER;

/// Steps taken so far.
#[derive(Debug, Default)]
pub(super) struct Record {
    done: Vec<Step>,
    /// Steps within each other, each with the packet as it was before.
    open: Vec<(Step, Box<Key>)>,
}

impl Record {
    pub(super) fn enter(&mut self, what: What, key: &Key) {
        let step = Step {
            what,
            changed: Vec::new(),
            steps: Vec::new(),
        };
        self.open.push((step, Box::new(key.clone())));
    }

    pub(super) fn leave(&mut self, key: &Key) {
        let Some((mut step, before)) = self.open.pop() else {
            return;
        };
        if step.steps.is_empty() {
            step.changed = changes(&before, key);
        }
        match self.open.last_mut() {
            Some((outer, _)) => outer.steps.push(step),
            None => self.done.push(step),
        }
    }

    /// All of them; those still open end here.
    pub(super) fn steps(mut self) -> Vec<Step> {
        while let Some((step, _)) = self.open.pop() {
            match self.open.last_mut() {
                Some((outer, _)) => outer.steps.push(step),
                None => self.done.push(step),
            }
        }
        self.done
    }
}

impl Run<'_> {
    /// A step begins, if there is a record.
    #[inline]
    pub(super) fn enter(&mut self, what: impl FnOnce() -> What) {
        if let Some(record) = &mut self.record {
            record.enter(what(), self.packet.key());
        }
    }

    /// The step that was begun last ends.
    #[inline]
    pub(super) fn leave(&mut self) {
        if let Some(record) = &mut self.record {
            record.leave(self.packet.key());
        }
    }

    /// A step that has no parts and changes nothing.
    #[inline]
    pub(super) fn note(&mut self, what: impl FnOnce() -> What) {
        self.enter(what);
        self.leave();
    }

    /// A step that is a remark.
    pub(super) fn remark(&mut self, text: &str) {
        self.note(|| What::Note {
            text: text.to_owned(),
        });
    }

    /// An action that the model does not carry out: what would come of it cannot be said.
    pub(super) fn unmodelled(&mut self, action: &str) {
        let action = action.to_owned();
        self.void(Dropped::Unmodelled { action });
    }
}

/// Every field that is there: by its prerequisites, or because it is not zero.
pub(super) fn header(key: &Key) -> Vec<HeaderField> {
    let there = fields().filter(|field| {
        is_there(key, *field) && (field.info().prerequisite.is_some() || key.get(*field) != 0)
    });
    there
        .map(|field| HeaderField::of(field, key.get(field)))
        .collect()
}

/// Fields of which one is not the view of another.
fn fields() -> impl Iterator<Item = Field> {
    Field::ALL.iter().copied().filter(|field| {
        let info = field.info();
        let view = info.name.starts_with("xreg")
            || info.name.starts_with("xxreg")
            || info.name == "vlan_tci"
            || info.name == "actset_output";
        info.canonical.is_none() && !view && !info.is_variable()
    })
}

fn changes(before: &Key, after: &Key) -> Vec<Change> {
    if before.words() == after.words() {
        return Vec::new();
    }
    let said = |key: &Key, field| match is_there(key, field) {
        true => words(field, key.get(field)),
        false => String::new(),
    };
    let compared = fields().map(|field| Change {
        field: field.info().name,
        before: said(before, field),
        after: said(after, field),
    });
    compared
        .filter(|change| change.before != change.after)
        .collect()
}

/// Whether a packet has the headers of a field.
pub(in crate::pipeline) fn is_there(key: &Key, field: Field) -> bool {
    field
        .info()
        .prerequisite
        .is_none_or(|needed| has(key, needed))
}

fn has(key: &Key, needed: Prerequisite) -> bool {
    match needed {
        // A later fragment has no ports.
        Prerequisite::Is(Field::IpProto, 6 | 17 | 132) if key.get(Field::IpFrag) & LATER != 0 => {
            false
        }
        // Only then it is neighbour discovery.
        Prerequisite::Is(Field::Icmpv6Type, _) if key.get(Field::Icmpv6Code) != 0 => false,
        Prerequisite::Is(field, value) => key.get(field) == value && is_there(key, field),
        Prerequisite::AllOf(all) => all.iter().all(|one| has(key, *one)),
        Prerequisite::AnyOf(some) => some.iter().any(|one| has(key, *one)),
        Prerequisite::VlanPresent => key.get(Field::VlanVid) & 0x1000 != 0,
        Prerequisite::AnyBit(field, bits) => key.get(field) & bits != 0,
        Prerequisite::Present(field) => key.get(field) != 0,
    }
}

pub(super) fn reason(reason: PacketInReason) -> &'static str {
    match reason {
        PacketInReason::NoMatch => "no_match",
        PacketInReason::Action => "action",
        PacketInReason::InvalidTtl => "invalid_ttl",
        PacketInReason::ActionSet => "action_set",
        PacketInReason::Group => "group",
        PacketInReason::PacketOut => "packet_out",
        PacketInReason::Other(_) => "other",
    }
}
