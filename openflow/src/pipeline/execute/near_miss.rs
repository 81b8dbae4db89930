//! The entry that almost took a packet.

use super::trace::{NearMiss, TracedEntry, wanted, words};
use crate::flow::MatchField;
use crate::pipeline::key::Key;
use crate::pipeline::table::{FlowTable, Rule};

/// Of the entries above the one that was found, those that take the packet but for one field; of
/// these one of which something fits, then that with the highest priority, and then that with the
/// most fields that do fit.
pub(super) fn find(table: Option<&FlowTable>, key: &Key, found: Option<&Rule>) -> Option<NearMiss> {
    let above = |rule: &&Rule| found.is_none_or(|found| rule.priority > found.priority);
    let rules = table?.iter().map(|(_, entry)| &*entry.rule).filter(above);
    let near = rules.filter_map(|rule| Some((rule, only_failing(rule, key)?)));
    let (rule, failing) = near.max_by_key(|(rule, _)| {
        let fields = rule.matching.fields().len();
        (fields > 1, rule.priority, fields)
    })?;
    Some(NearMiss {
        entry: TracedEntry::of(rule),
        field: failing.field.info().name,
        wanted: wanted(&rule.matching, failing.field),
        found: words(failing.field, key.get(failing.field)),
    })
}

/// The field in which a packet differs, if it is one.
fn only_failing(rule: &Rule, key: &Key) -> Option<MatchField> {
    let fields = rule.matching.fields().iter();
    let mut failing = fields.filter(|field| key.get(field.field) & field.mask != field.value);
    let first = failing.next()?;
    failing.next().is_none().then_some(*first)
}
