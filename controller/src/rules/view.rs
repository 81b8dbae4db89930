//! Making records of what is known.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use openflow::flow::{Group, GroupStats};
use tokio::time::Instant;

use super::content::{Content, Entry};
use super::cookie::AppTag;
use super::key::{EntryKey, Key};
use super::plan::Actual;
use super::record::{Counted, FlowRecord, GroupRecord, Status};
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
    let wanted = table.wanted().filter_map(|(wanted, actual)| {
        let record = of_wanted(wanted, Status::Pending)?;
        let (status, problem) = standing(table, label, wanted, actual);
        Some(FlowRecord {
            status,
            problem,
            counted: actual.map(|actual| counted(actual, now)),
            ..record
        })
    });
    let others = table
        .not_wanted()
        .filter_map(|(key, actual)| match (key, &actual.content) {
            (Key::Flow(key), Content::Entry(entry)) => {
                Some(of_actual(key, entry, actual, names, now))
            }
            _ => None,
        });
    let unnamed = table.unnamed().iter().filter_map(|entry| {
        let actual = Actual::read(entry.clone(), now);
        let Content::Entry(content) = &actual.content else {
            return None;
        };
        let key = EntryKey::from(entry);
        Some(FlowRecord {
            problem: entry.unknown.clone(),
            status: Status::Foreign,
            ..of_actual(&key, content, &actual, names, now)
        })
    });
    wanted.chain(others).chain(unnamed).collect()
}

/// Groups that are wanted on a connected switch, as far as is known.
pub(super) fn wanted_groups(table: &Table, label: &str) -> Vec<GroupRecord> {
    let wanted = table.wanted().filter_map(|(wanted, actual)| {
        let record = of_wanted_group(wanted)?;
        let (status, problem) = standing(table, label, wanted, actual);
        Some(GroupRecord {
            status,
            problem,
            ..record
        })
    });
    wanted.collect()
}

/// All groups, by number: those that are wanted, and what the switch just said it has; `None`: it
/// did not say.
pub(super) fn join_groups(
    wanted: Vec<GroupRecord>,
    there: Option<Vec<(Group, Option<GroupStats>)>>,
    names: &HashMap<AppTag, Arc<str>>,
) -> Vec<GroupRecord> {
    let by_id = |record: GroupRecord| (record.group.id, record);
    let mut records: BTreeMap<_, _> = wanted.into_iter().map(by_id).collect();
    if there.is_some() {
        // What was known is older: those that are there are found below.
        let installed = |record: &&mut GroupRecord| record.status == Status::Installed;
        for record in records.values_mut().filter(installed) {
            record.status = Status::Pending;
        }
    }
    for (group, counted) in there.into_iter().flatten() {
        let record = records
            .entry(group.id)
            .or_insert_with(|| of_actual_group(&group, names));
        if record.status == Status::Pending && record.group == group {
            record.status = Status::Installed;
            record.problem = None;
        }
        record.counted = counted;
    }
    records.into_values().collect()
}

/// A wanted group, without the switch; `None`: it is an entry.
pub(super) fn of_wanted_group(wanted: &Wanted) -> Option<GroupRecord> {
    let Content::Group(group) = &wanted.content else {
        return None;
    };
    Some(GroupRecord {
        group: group.clone(),
        owner: Some(Arc::clone(&wanted.owner)),
        status: Status::Pending,
        set: Some(Arc::clone(&wanted.set)),
        reason: Some(Arc::clone(&wanted.reason)),
        wanted_since: Some(wanted.since),
        problem: None,
        counted: None,
    })
}

fn of_actual_group(group: &Group, names: &HashMap<AppTag, Arc<str>>) -> GroupRecord {
    let (tag, _) = AppTag::of_group(group.id);
    let owner = names.get(&tag).filter(|_| tag != AppTag::CORE);
    GroupRecord {
        group: group.clone(),
        status: match owner {
            Some(_) => Status::Unclaimed,
            None => Status::Foreign,
        },
        owner: owner.cloned(),
        set: None,
        reason: None,
        wanted_since: None,
        problem: None,
        counted: None,
    }
}

/// A wanted entry, without the switch; `None`: it is a group.
pub(super) fn of_wanted(wanted: &Wanted, status: Status) -> Option<FlowRecord> {
    let (entry, key) = (wanted.entry()?, wanted.entry_key());
    Some(FlowRecord {
        table: key.table,
        priority: key.priority,
        matching: key.matching.clone(),
        instructions: entry.instructions.clone(),
        cookie: entry.cookie,
        owner: Some(Arc::clone(&wanted.owner)),
        status,
        set: Some(Arc::clone(&wanted.set)),
        reason: Some(Arc::clone(&wanted.reason)),
        wanted_since: Some(wanted.since),
        problem: None,
        idle_timeout_s: entry.idle_timeout_s,
        hard_timeout_s: entry.hard_timeout_s,
        counted: None,
    })
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
    entry: &Entry,
    actual: &Actual,
    names: &HashMap<AppTag, Arc<str>>,
    now: Instant,
) -> FlowRecord {
    let mark = actual.mark;
    FlowRecord {
        table: key.table,
        priority: key.priority,
        matching: key.matching.clone(),
        instructions: entry.instructions.clone(),
        cookie: entry.cookie,
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
        idle_timeout_s: entry.idle_timeout_s,
        hard_timeout_s: entry.hard_timeout_s,
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
