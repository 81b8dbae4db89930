//! What the controller asks switches for, and what they say of their tables and ports.

use std::sync::Arc;

use openflow::flow::{
    FlowRemoved, FlowRemovedReason, FromSwitch, Group, GroupCommand, GroupMod, GroupType,
    PacketOut, PortStatus, ToSwitch,
};
use openflow::pipeline::Effects;
use openflow::{Dpid, GroupId};

use super::super::switch::{NotTaken, core_entries, delete, owner, put};
use super::Lab;
use super::rules::{Step, as_wanted};
use crate::event::Event;
use crate::group::GroupRejection;
use crate::rule::{Rule, RuleRejection};
use crate::snapshot::Location;

impl Lab {
    /// Carries out the next single step of the rule changes asked for, in the order of their
    /// stages. False: there is none.
    ///
    /// # Panics
    /// When a switch refuses it; see [`Lab::tell_refusals`].
    pub fn step(&mut self) -> bool {
        let Some(step) = self.rules.next(&self.switches) else {
            return false;
        };
        if let Step::Put { .. } | Step::Delete { .. } = step {
            self.rules.flow_mods += 1;
        }
        if self.switches.get(&step.dpid()).is_some_and(|s| s.connected) {
            self.carry_out_step(step);
        }
        true
    }

    /// From now on a rule or group that a switch refuses is told to its app, as the controller
    /// does. Until then it ends the test: nobody may have thought of it.
    pub fn tell_refusals(&mut self) {
        self.refusals_are_told = true;
    }

    /// Somebody who is not the controller changes a switch, connected or not: its entries, groups,
    /// meters or ports, as its version can say it. What the switch tells of that the controller
    /// hears, and mends in [`Lab::run`].
    ///
    /// # Panics
    /// When the switch refuses it.
    pub fn meddle(&mut self, dpid: Dpid, request: &ToSwitch) {
        let effects = self.ask(dpid, request).unwrap_or_else(|error| {
            panic!("{dpid} refuses {request:?}: {error}");
        });
        self.effects(dpid, effects, 0);
    }

    /// What a switch that connects lacks, the controller's own entries first.
    pub(super) fn bring_up_to_date(&mut self, dpid: Dpid) {
        for entry in core_entries() {
            let taken = self.ask(dpid, &entry);
            taken.expect("every switch takes the controller's own entries");
        }
        for step in self.rules.missing(dpid, &self.switches) {
            if let Step::Put { .. } = step {
                self.rules.flow_mods += 1;
            }
            self.carry_out_step(step);
        }
    }

    fn carry_out_step(&mut self, step: Step) {
        match step {
            Step::Put { dpid, rule, app } => self.put_rule(dpid, rule, app),
            Step::PutGroup { dpid, group } => self.put_group(dpid, group),
            Step::Packet { dpid, packet } => self.packet_out(dpid, packet),
            Step::DeleteGroup { dpid, id } => self.delete_group(dpid, id),
            Step::Delete { dpid, identity } => {
                // That it is gone the controller knows.
                let deleted = self.ask(dpid, &delete(identity));
                deleted.expect("what is there can be deleted");
            }
        }
    }

    fn put_rule(&mut self, dpid: Dpid, rule: Rule, app: usize) {
        let there = self.switches[&dpid].entry(&rule);
        match self.ask(dpid, &put(rule.clone(), app, there.as_ref())) {
            Ok(effects) => self.effects(dpid, effects, 0),
            Err(error) => {
                let message = format!("{dpid} refuses {rule:?}: {error}");
                let rejection = RuleRejection {
                    app: self.refused(app, &message),
                    rule,
                    message,
                };
                let event = Event::RuleRejected(Arc::new(rejection));
                self.events.push_back((Some(app), event));
            }
        }
    }

    fn put_group(&mut self, dpid: Dpid, group: Group) {
        let command = match self.switches[&dpid].group(group.id) {
            Some(_) => GroupCommand::Modify,
            None => GroupCommand::Add,
        };
        let (app, wanted) = as_wanted(dpid, &group);
        match self.ask(dpid, &ToSwitch::GroupMod(GroupMod { command, group })) {
            Ok(effects) => self.effects(dpid, effects, 0),
            Err(error) => {
                let message = format!("{dpid} refuses {wanted:?}: {error}");
                let rejection = GroupRejection {
                    app: self.refused(app, &message),
                    group: wanted,
                    message,
                };
                let event = Event::GroupRejected(Arc::new(rejection));
                self.events.push_back((Some(app), event));
            }
        }
    }

    /// Takes a group out if nothing uses it: with it would go what does.
    fn delete_group(&mut self, dpid: Dpid, id: GroupId) {
        if !self.switches[&dpid].uses(id) {
            let group = Group::new(id, GroupType::All, Vec::new());
            let command = GroupCommand::Delete;
            let deleted = self.ask(dpid, &ToSwitch::GroupMod(GroupMod { command, group }));
            deleted.expect("what is there can be deleted");
        }
    }

    /// The app's name, if it is to hear that.
    fn refused(&self, app: usize, message: &str) -> String {
        assert!(self.refusals_are_told, "{message}");
        self.apps[app].name().to_owned()
    }

    pub(super) fn ask(&mut self, dpid: Dpid, request: &ToSwitch) -> Result<Effects, NotTaken> {
        let now = self.since_start();
        let switch = self.switches.get_mut(&dpid).expect("there is this switch");
        switch.ask(request, now)
    }

    /// Packets of apps. Lost where the switch is not connected.
    pub(super) fn packet_out(&mut self, dpid: Dpid, packet: PacketOut) {
        self.packet_out_behind(dpid, packet, 0);
    }

    /// Frames that leave a switch go their way, and the controller hears what it says, if they are
    /// connected.
    pub(super) fn effects(&mut self, dpid: Dpid, effects: Effects, hops: u16) {
        for sent in effects.sent {
            self.send_on(Location::new(dpid, sent.port), sent.frame, hops);
        }
        if !self.switches[&dpid].connected {
            return;
        }
        for packet in effects.packet_ins {
            let heard = self.switches[&dpid].heard(&FromSwitch::PacketIn(packet));
            if let FromSwitch::PacketIn(packet) = heard {
                self.packet_ins += 1;
                self.since.punted.push(Location::new(dpid, packet.in_port));
                self.packet_in(dpid, &packet, hops);
            }
        }
        for removed in effects.flow_removed {
            let heard = self.switches[&dpid].heard(&FromSwitch::FlowRemoved(Box::new(removed)));
            if let FromSwitch::FlowRemoved(removed) = heard {
                self.flow_removed(dpid, *removed);
            }
        }
        for status in effects.port_status {
            self.port_status(dpid, status);
        }
    }

    /// Entries whose time is over go.
    pub(super) fn expire(&mut self) {
        let now = self.since_start();
        let dpids: Vec<Dpid> = self.switches.keys().copied().collect();
        for dpid in dpids {
            if let Some(switch) = self.switches.get_mut(&dpid) {
                let effects = switch.model.tick(now);
                self.effects(dpid, effects, 0);
            }
        }
    }

    /// What timed out is not wanted any more; what somebody else deleted comes back.
    fn flow_removed(&mut self, dpid: Dpid, removed: FlowRemoved) {
        let timed_out = matches!(
            removed.reason,
            FlowRemovedReason::IdleTimeout | FlowRemovedReason::HardTimeout
        );
        if timed_out {
            let identity = (removed.table, removed.priority, removed.matching.clone());
            self.rules.wanted.remove(&(dpid, identity));
        } else {
            self.rules.mend(dpid, &self.switches);
        }
        if let Some(app) = owner(removed.cookie).app() {
            let removed = Arc::new(removed);
            let event = Event::FlowRemoved { dpid, removed };
            self.events.push_back((Some(app), event));
        }
    }

    fn port_status(&mut self, dpid: Dpid, status: PortStatus) {
        let at = Location::new(dpid, status.port.no);
        let is_up = status.port.is_up();
        self.edit_port(at, |port| *port = super::control::new_port(status.port));
        if is_up {
            self.event(Event::PortUp(at));
        } else {
            for app in &mut self.apps {
                app.port_down(at);
            }
            self.event(Event::PortDown(at));
        }
    }

    /// What an app finds when a switch connects that it does not want by now.
    pub(super) fn tell_of_entries(&mut self, dpid: Dpid) {
        for index in 0..self.apps.len() {
            let entries = self.rules.unwanted_entries(dpid, index, &self.switches);
            let groups = self.rules.unwanted_groups(dpid, index, &self.switches);
            if !entries.is_empty() || !groups.is_empty() {
                let entries = entries.into();
                let found = Event::EntriesFound { dpid, entries };
                self.events.push_back((Some(index), found));
            }
        }
    }
}
