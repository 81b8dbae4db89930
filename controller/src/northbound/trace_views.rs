//! Traces in the words of REST v1.

use std::collections::HashMap;

use app_api::{LinkId, Location, Snapshot};
use openflow::pipeline::{Chosen, Dropped, NearMiss, Step, Trace, TracedEntry, What};
use openflow::{Dpid, PortNo, TableId};
use topologies::trace::{
    Exit, Hop, Journey, Kind, Map, OwnerOf, Start, To, unsendable, why_dropped,
};

use super::model::{
    ChangeView, ExitKind, NearMissView, TraceEntryView, TraceExitView, TraceHopView, TraceStepView,
    TraceView, VerdictKind, VerdictView,
};
use super::views;
use crate::rules::FlowRecord;

/// What is known of the entries on the way, beside what the switches say.
#[derive(Debug, Default)]
pub(super) struct Records {
    by_entry: HashMap<(Dpid, u8, u16, String), Wanted>,
}

#[derive(Debug)]
struct Wanted {
    owner: Option<String>,
    set: Option<String>,
    reason: Option<String>,
}

impl Records {
    pub(super) fn add(&mut self, dpid: Dpid, records: &[FlowRecord]) {
        self.by_entry.extend(records.iter().map(|record| {
            let matching = record.matching.to_string();
            let wanted = Wanted {
                owner: record.owner.as_deref().map(str::to_owned),
                set: record.set.as_deref().map(str::to_owned),
                reason: record.reason.as_deref().map(str::to_owned),
            };
            ((dpid, record.table.0, record.priority, matching), wanted)
        }));
    }
}

pub(super) struct Views<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) map: &'a Map,
    pub(super) records: &'a Records,
    pub(super) owner_of: OwnerOf<'a>,
}

impl Views<'_> {
    pub(super) fn journey(&self, start: &Start, journey: &Journey) -> TraceView {
        let verdict = &journey.verdict;
        let decided = verdict.hop.and_then(|hop| journey.hops.get(hop));
        let near_miss = verdict.near_miss.as_ref().zip(decided).map(|(near, hop)| {
            let table = hop.trace.as_ref().and_then(last_table);
            self.near_miss(hop.dpid, table.unwrap_or(TableId(0)), near)
        });
        TraceView {
            verdict: VerdictView {
                kind: kind(verdict.kind),
                sentence: verdict.sentence.clone(),
                reached: verdict.reached,
                hosts: verdict.hosts.clone(),
                hop: verdict.hop,
                near_miss,
            },
            from: start.from.clone(),
            to: start.to.clone(),
            frame: format!("{:x}", start.frame),
            hops: journey
                .hops
                .iter()
                .map(|hop| self.hop(hop, journey))
                .collect(),
        }
    }

    fn hop(&self, hop: &Hop, journey: &Journey) -> TraceHopView {
        let mut steps = Vec::new();
        if let Some(trace) = &hop.trace {
            self.steps(hop.dpid, trace, &trace.steps, 0, &mut steps);
        }
        TraceHopView {
            dpid: hop.dpid.to_string(),
            switch: self.snapshot.switch_label(hop.dpid),
            in_port: hop.in_port.0,
            in_port_name: self.port_name(hop.dpid, hop.in_port),
            from: hop.from,
            depth: hop.depth,
            known: hop.trace.is_some(),
            steps,
            exits: hop
                .exits
                .iter()
                .map(|exit| self.exit(hop.dpid, exit, journey))
                .collect(),
            packet_ins: hop.trace.as_ref().map_or(0, |trace| trace.packet_ins.len()),
        }
    }

    fn steps(
        &self,
        dpid: Dpid,
        trace: &Trace,
        steps: &[Step],
        depth: usize,
        into: &mut Vec<TraceStepView>,
    ) {
        for step in steps {
            into.push(self.step(dpid, trace, step, depth));
            self.steps(dpid, trace, &step.steps, depth + 1, into);
        }
    }

    fn step(&self, dpid: Dpid, trace: &Trace, step: &Step, depth: usize) -> TraceStepView {
        let (entry, near_miss) = match &step.what {
            What::Table {
                table,
                entry,
                near_miss,
            } => (
                entry.as_ref().map(|entry| self.entry(dpid, *table, entry)),
                // Where an entry was meant to take it, none had to be near.
                near_miss
                    .as_ref()
                    .filter(|_| entry.as_ref().is_none_or(|entry| entry.priority == 0))
                    .map(|near| self.near_miss(dpid, *table, near)),
            ),
            _ => (None, None),
        };
        let (word, text) = self.words(dpid, trace, &step.what);
        let changed = step.changed.iter().map(|change| ChangeView {
            field: change.field.to_owned(),
            before: change.before.clone(),
            after: change.after.clone(),
        });
        TraceStepView {
            depth,
            step: word.to_owned(),
            text,
            entry,
            near_miss,
            changed: changed.collect(),
        }
    }

    fn words(&self, dpid: Dpid, trace: &Trace, what: &What) -> (&'static str, String) {
        let port = |port: PortNo| self.port(dpid, port);
        match what {
            What::Table {
                table,
                entry: Some(entry),
                ..
            } => {
                let matching = match &*entry.matching {
                    "" => "any packet",
                    some => some,
                };
                let text = format!("table {table}: priority {}, {matching}", entry.priority);
                ("table", text)
            }
            What::Table { table, .. } => ("table", format!("table {table}: no entry takes it")),
            What::Action { action } => ("action", action.clone()),
            What::ActionSet => ("action_set", "the action set is carried out".to_owned()),
            What::WriteActions { actions } => (
                "write_actions",
                format!("kept for later: {}", actions.join(",")),
            ),
            What::ClearActions => ("clear_actions", "what was kept is forgotten".to_owned()),
            What::Group { group, kind } => ("group", format!("group {group} ({kind})")),
            What::Bucket { index, why } => ("bucket", format!("bucket {index}: {}", chosen(*why))),
            What::Meter { meter, band: None } => {
                ("meter", format!("meter {meter}: within its rates"))
            }
            What::Meter {
                meter,
                band: Some(band),
            } => (
                "meter",
                format!("meter {meter}: above the rate of band {band}"),
            ),
            What::Output { port: out } => ("output", format!("out of {}", port(*out))),
            What::Skipped { port: out, why } => (
                "skipped",
                format!("not sent: {} {}", port(*out), unsendable(*why)),
            ),
            What::Controller { bytes } => {
                ("controller", format!("{bytes} bytes to the controller"))
            }
            What::Stop { why } => ("stop", self.stop(trace, why)),
            What::Note { text } => ("note", text.clone()),
            _ => ("note", "a step that has no words here".to_owned()),
        }
    }

    fn stop(&self, trace: &Trace, why: &Dropped) -> String {
        format!("dropped: {}", why_dropped(trace, why, self.owner_of))
    }

    fn entry(&self, dpid: Dpid, table: TableId, entry: &TracedEntry) -> TraceEntryView {
        let key = (dpid, table.0, entry.priority, entry.matching.clone());
        let known = self.records.by_entry.get(&key);
        let owner = known.and_then(|known| known.owner.clone());
        TraceEntryView {
            table: table.0,
            priority: entry.priority,
            matching: entry.matching.clone(),
            actions: entry.instructions.clone(),
            cookie: entry.cookie.to_string(),
            owner: owner.or_else(|| (self.owner_of)(entry.cookie)),
            set: known.and_then(|known| known.set.clone()),
            reason: known.and_then(|known| known.reason.clone()),
        }
    }

    fn near_miss(&self, dpid: Dpid, table: TableId, near: &NearMiss) -> NearMissView {
        NearMissView {
            entry: self.entry(dpid, table, &near.entry),
            field: near.field.to_owned(),
            wanted: near.wanted.clone(),
            found: near.found.clone(),
        }
    }

    fn exit(&self, dpid: Dpid, exit: &Exit, journey: &Journey) -> TraceExitView {
        let at = Location::new(dpid, exit.port);
        let (to, hop, hosts) = match &exit.to {
            To::Hop { hop } => (ExitKind::Hop, Some(*hop), Vec::new()),
            To::Hosts { taken_by, .. } => (ExitKind::Hosts, None, taken_by.clone()),
            To::Local => (ExitKind::Local, None, Vec::new()),
            To::CutLink { .. } => (ExitKind::CutLink, None, Vec::new()),
            To::Nowhere => (ExitKind::Nowhere, None, Vec::new()),
            To::Loop { hop } => (ExitKind::Loop, Some(*hop), Vec::new()),
            To::Again { hop } => (ExitKind::Again, Some(*hop), Vec::new()),
            _ => (ExitKind::NotFollowed, None, Vec::new()),
        };
        let link = self.snapshot.links.get(&at);
        TraceExitView {
            port: views::port_number(exit.port),
            port_name: self.port_name(dpid, exit.port),
            to,
            hop,
            link: link.map(|link| views::cable_id(LinkId::new(link.id.src, link.id.dst))),
            hosts,
            text: self.leads(&exit.to, journey),
        }
    }

    fn leads(&self, to: &To, journey: &Journey) -> String {
        let switch = |hop: usize| {
            let hop = journey.hops.get(hop);
            hop.map_or_else(String::new, |hop| self.snapshot.switch_label(hop.dpid))
        };
        match to {
            To::Hop { hop } => format!("to {}", switch(*hop)),
            To::Hosts {
                taken_by,
                passed_by,
            } if taken_by.is_empty() => {
                format!("to {}, not its own address", self.hosts(passed_by))
            }
            To::Hosts { taken_by, .. } => format!("to {}", self.hosts(taken_by)),
            To::Local => "to the switch itself".to_owned(),
            To::CutLink { towards } => {
                let far = self.snapshot.switch_label(towards.dpid);
                format!("to {far}, but the link is down")
            }
            To::Nowhere => "where nothing is known".to_owned(),
            To::Loop { hop } => format!("back to {}: a loop", switch(*hop)),
            To::Again { hop } => format!("to {}, like a copy before", switch(*hop)),
            _ => "not followed further".to_owned(),
        }
    }

    fn hosts(&self, ids: &[String]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.map.host(id)).collect();
        names.join(", ")
    }

    fn port(&self, dpid: Dpid, port: PortNo) -> String {
        match &*self.port_name(dpid, port) {
            "" => format!("port {port}"),
            name => format!("port {port} ({name})"),
        }
    }

    fn port_name(&self, dpid: Dpid, port: PortNo) -> String {
        let switch = self.snapshot.switches.get(&dpid);
        let port = switch.and_then(|switch| switch.ports.get(&port));
        port.map_or_else(String::new, |port| port.desc.name.clone())
    }
}

/// That of the last lookup.
fn last_table(trace: &Trace) -> Option<TableId> {
    fn last(steps: &[Step]) -> Option<TableId> {
        steps.iter().rev().find_map(|step| {
            last(&step.steps).or(match &step.what {
                What::Table { table, .. } => Some(*table),
                _ => None,
            })
        })
    }
    last(&trace.steps)
}

fn chosen(why: Chosen) -> &'static str {
    match why {
        Chosen::All => "all are taken",
        Chosen::Only => "the only one",
        Chosen::Hash => "chosen by the packet's hash",
        Chosen::FirstAlive => "the first that is alive",
        _ => "chosen",
    }
}

fn kind(kind: Kind) -> VerdictKind {
    match kind {
        Kind::Delivered => VerdictKind::Delivered,
        Kind::Loop => VerdictKind::Loop,
        Kind::Dropped => VerdictKind::Dropped,
        Kind::BlackHole => VerdictKind::BlackHole,
        Kind::Controller => VerdictKind::Controller,
        Kind::Elsewhere => VerdictKind::Elsewhere,
        _ => VerdictKind::Unknown,
    }
}
