//! The rule service in small: changes one after the other, each in steps.

use std::collections::{BTreeMap, VecDeque};

use openflow::Dpid;
use openflow::flow::PacketOut;

use super::super::switch::{Identity, TestSwitch, identity};
use crate::rule::Rule;

/// Which entry on which switch.
type Place = (Dpid, Identity);

#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) app: usize,
    set: String,
    pub(super) rule: Rule,
}

#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) wanted: BTreeMap<Place, Wanted>,
    changes: VecDeque<Change>,
    steps: VecDeque<Step>,
    pub(super) flow_mods: u64,
}

#[derive(Debug)]
enum Change {
    Sets {
        app: usize,
        sets: Vec<(String, Vec<Rule>)>,
        packets_after: Vec<(Dpid, PacketOut)>,
    },
    Release {
        app: usize,
    },
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a lab has few at a time")]
pub(super) enum Step {
    Put { dpid: Dpid, rule: Rule, app: usize },
    Delete { dpid: Dpid, identity: Identity },
    Packet { dpid: Dpid, packet: PacketOut },
}

impl Rules {
    pub(super) fn change(
        &mut self,
        app: usize,
        sets: Vec<(String, Vec<Rule>)>,
        packets_after: Vec<(Dpid, PacketOut)>,
    ) {
        if !sets.is_empty() || !packets_after.is_empty() {
            self.changes.push_back(Change::Sets {
                app,
                sets,
                packets_after,
            });
        }
    }

    pub(super) fn release(&mut self, app: usize) {
        self.changes.push_back(Change::Release { app });
    }

    pub(super) fn next(&mut self, switches: &BTreeMap<Dpid, TestSwitch>) -> Option<Step> {
        while self.steps.is_empty() {
            match self.changes.pop_front()? {
                Change::Sets {
                    app,
                    sets,
                    packets_after,
                } => self.plan(app, sets, packets_after, switches),
                Change::Release { app } => self.plan_release(app, switches),
            }
        }
        self.steps.pop_front()
    }

    fn plan(
        &mut self,
        app: usize,
        sets: Vec<(String, Vec<Rule>)>,
        packets_after: Vec<(Dpid, PacketOut)>,
        switches: &BTreeMap<Dpid, TestSwitch>,
    ) {
        let mut gone = Vec::new();
        for (set, _) in &sets {
            let old = self
                .wanted
                .extract_if(.., |_, wanted| wanted.app == app && wanted.set == *set);
            gone.extend(old.map(|(place, _)| place));
        }
        let mut puts = Vec::new();
        for (set, rules) in sets {
            for rule in rules {
                let place = (rule.dpid, identity(&rule));
                puts.push(rule.clone());
                let set = set.clone();
                let other = self.wanted.insert(place, Wanted { app, set, rule });
                assert!(other.is_none(), "wanted twice: {other:?}");
            }
        }
        puts.retain(|rule| differs(switches, rule));
        // Within a stage any order may happen; reversing makes an order nobody relies on.
        puts.reverse();
        puts.sort_by_key(|rule| rule.stage);
        gone.retain(|place| !self.wanted.contains_key(place));
        self.steps.extend(puts.into_iter().map(|rule| Step::Put {
            dpid: rule.dpid,
            rule,
            app,
        }));
        let packets = packets_after.into_iter();
        self.steps
            .extend(packets.map(|(dpid, packet)| Step::Packet { dpid, packet }));
        self.steps.extend(
            gone.into_iter()
                .map(|(dpid, identity)| Step::Delete { dpid, identity }),
        );
    }

    fn plan_release(&mut self, app: usize, switches: &BTreeMap<Dpid, TestSwitch>) {
        for (dpid, switch) in switches {
            for (key, entry) in &switch.table {
                let place = (*dpid, key.clone());
                if entry.app == app && !self.wanted.contains_key(&place) {
                    let (dpid, identity) = place;
                    self.steps.push_back(Step::Delete { dpid, identity });
                }
            }
        }
    }

    /// What a switch lacks when it connects.
    pub(super) fn missing(&self, dpid: Dpid, switches: &BTreeMap<Dpid, TestSwitch>) -> Vec<Step> {
        self.wanted
            .values()
            .filter(|wanted| wanted.rule.dpid == dpid && differs(switches, &wanted.rule))
            .map(|wanted| Step::Put {
                dpid,
                rule: wanted.rule.clone(),
                app: wanted.app,
            })
            .collect()
    }
}

fn differs(switches: &BTreeMap<Dpid, TestSwitch>, rule: &Rule) -> bool {
    let entry = switches
        .get(&rule.dpid)
        .and_then(|switch| switch.table.get(&identity(rule)));
    entry.is_none_or(|entry| {
        entry.rule.instructions != rule.instructions
            || entry.rule.idle_timeout_s != rule.idle_timeout_s
    })
}
