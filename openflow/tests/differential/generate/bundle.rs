//! Bundles: changes that are carried out together, or not at all.

use openflow::flow::{BundleFlags, BundleStep, FlowCommand, GroupCommand};

use super::Steps;
use crate::case::{BUNDLES, Bundled, Step};
use crate::random::Random;

impl Steps<'_> {
    /// A bundle, from its beginning to its end; seldom something is out of order.
    pub(super) fn bundle(&mut self) {
        let id = *self.random.of(&BUNDLES);
        let flags = flags(self.random);
        let control = |step| Step::Bundle(id, flags, Bundled::Control(step));
        if !self.random.one_in(8) {
            self.push(control(BundleStep::Open));
        }
        let (mut has_added, mut has_sent) = (false, false);
        for _ in 0..=self.random.below(4) {
            let flags = match self.random.one_in(30) {
                true => BundleFlags::empty(),
                false => flags,
            };
            let change = self.change().filter(|it| {
                let unfound = has_added && is_loose(it);
                // Open vSwitch counts a packet-out at the group as it was before the bundle.
                let uncounted = has_sent && matches!(it, Step::Group(_));
                !unfound && !uncounted
            });
            if let Some(change) = change {
                has_sent |= matches!(change, Step::PacketOut(_));
                has_added |=
                    matches!(&change, Step::Flow(flow) if flow.command == FlowCommand::Add);
                self.push(Step::Bundle(id, flags, Bundled::Add(Box::new(change))));
            }
        }
        if self.random.one_in(2) {
            self.push(control(BundleStep::Close));
        }
        if !self.random.one_in(6) {
            self.push(control(BundleStep::Commit));
        }
        if self.random.one_in(3) {
            self.push(control(BundleStep::Discard));
        }
    }

    /// Something that can be put into a bundle.
    fn change(&mut self) -> Option<Step> {
        let before = self.steps.len();
        match self.random.below(8) {
            0..=3 => self.entry(),
            4 | 5 => self.change_entries(),
            6 => self.change_group(),
            _ => self.packet_out(),
        }
        let change = self.steps.drain(before..).next()?;
        // What a packet-out teaches stays in Open vSwitch, even if the bundle fails.
        let teaches = match (&change, self.steps.iter().any(teaches)) {
            (Step::PacketOut(_), earlier) => earlier || teaches(&change),
            _ => false,
        };
        (!teaches && !deletes_group(&change)).then_some(change)
    }
}

/// Open vSwitch ends in an assertion when a bundle fails that deletes a group that entries use.
fn deletes_group(step: &Step) -> bool {
    matches!(step, Step::Group(change) if change.command == GroupCommand::Delete)
}

fn teaches(step: &Step) -> bool {
    let said = step.to_string();
    said.contains("learn(") || said.contains("NORMAL")
}

/// Whether it changes all entries that a match covers: in a bundle Open vSwitch does not find those
/// that the bundle has added.
fn is_loose(change: &Step) -> bool {
    match change {
        Step::Flow(flow) => matches!(flow.command, FlowCommand::Modify | FlowCommand::Delete),
        _ => false,
    }
}

fn flags(random: &mut Random) -> BundleFlags {
    *random.of(&[
        BundleFlags::empty(),
        BundleFlags::ATOMIC,
        BundleFlags::ORDERED,
        BundleFlags::all(),
    ])
}
