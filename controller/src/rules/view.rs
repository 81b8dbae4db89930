//! Making records of what is known.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::cookie::{self, AppTag};
use super::key::EntryKey;
use super::plan::Actual;
use super::record::{Counted, FlowRecord, Status};
use super::table::Table;
use super::wanted::Wanted;
use super::words;

/// All entries of a connected switch, in no order.
pub(super) fn of_table(
    table: &Table,
    label: &str,
    names: &HashMap<AppTag, Arc<str>>,
    now: Instant,
) -> Vec<FlowRecord> {
    let wanted = table.wanted().map(|(wanted, actual)| {
        let (status, problem) = standing(table, label, wanted, actual);
        FlowRecord {
            problem,
            counted: actual.map(|actual| counted(actual, now)),
            ..of_wanted(wanted, status)
        }
    });
    let others = table
        .not_wanted()
        .map(|(key, actual)| of_actual(key, actual, names, now));
    let unnamed = table.unnamed().iter().map(|entry| {
        let key = EntryKey::from(entry);
        FlowRecord {
            problem: entry.unknown.clone(),
            status: Status::Foreign,
            ..of_actual(&key, &Actual::read(entry.clone(), now), names, now)
        }
    });
    wanted.chain(others).chain(unnamed).collect()
}

/// What is wanted, without the switch.
pub(super) fn of_wanted(wanted: &Wanted, status: Status) -> FlowRecord {
    FlowRecord {
        table: wanted.key.table,
        priority: wanted.key.priority,
        matching: wanted.key.matching.clone(),
        instructions: wanted.instructions.clone(),
        cookie: wanted.cookie,
        owner: Some(Arc::clone(&wanted.owner)),
        status,
        set: Some(Arc::clone(&wanted.set)),
        reason: Some(Arc::clone(&wanted.reason)),
        wanted_since: Some(wanted.since),
        problem: None,
        idle_timeout_s: wanted.idle_timeout_s,
        hard_timeout_s: wanted.hard_timeout_s,
        counted: None,
    }
}

/// In the order of a lookup.
pub(super) fn sort(records: &mut [FlowRecord]) {
    records.sort_by(|a, b| {
        let by_priority = a.table.cmp(&b.table).then(b.priority.cmp(&a.priority));
        by_priority.then_with(|| a.matching.cmp(&b.matching))
    });
}

fn standing(
    table: &Table,
    label: &str,
    wanted: &Wanted,
    actual: Option<&Actual>,
) -> (Status, Option<String>) {
    if actual.is_some_and(|actual| actual.is(wanted)) {
        return (Status::Installed, None);
    }
    if let Some(refusal) = table.refusal(wanted) {
        return (
            Status::Rejected,
            Some(words::refused(label, wanted, refusal)),
        );
    }
    let fought_over = table.is_fought_over(wanted);
    let problem = fought_over.then(|| words::fought_over(label, wanted, 1));
    (Status::Pending, problem)
}

fn of_actual(
    key: &EntryKey,
    actual: &Actual,
    names: &HashMap<AppTag, Arc<str>>,
    now: Instant,
) -> FlowRecord {
    let mark = cookie::read(actual.cookie);
    FlowRecord {
        table: key.table,
        priority: key.priority,
        matching: key.matching.clone(),
        instructions: actual.instructions.clone(),
        cookie: actual.cookie,
        owner: mark.and_then(|mark| names.get(&mark.app).cloned()),
        status: match mark {
            None => Status::Foreign,
            Some(mark) if mark.reactive => Status::Reactive,
            Some(_) => Status::Unclaimed,
        },
        set: None,
        reason: None,
        wanted_since: None,
        problem: None,
        idle_timeout_s: actual.idle_timeout_s,
        hard_timeout_s: actual.hard_timeout_s,
        counted: Some(counted(actual, now)),
    }
}

fn counted(actual: &Actual, now: Instant) -> Counted {
    Counted {
        age: actual.age + now.saturating_duration_since(actual.at),
        packets: actual.packets,
        bytes: actual.bytes,
    }
}
