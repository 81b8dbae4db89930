//! What tables can do.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::flow::{
    Ability, ActionType, EntryFeatures, InstructionType, MatchFeature, TableCapabilities,
    TableFeatures, TableFeaturesCommand, TableFeaturesRequest, TablePlace,
};
use crate::oxm::{Field, HeaderType};
use crate::{TableId, Version};

/// What a controller asks or wants of the tables, in one message.
pub fn table_features_request(version: Version) -> impl Strategy<Value = TableFeaturesRequest> {
    use TableFeaturesCommand::{Disable, Enable, Modify, Replace};
    let command = match version {
        Version::V1_5 => select(&[Replace, Modify, Enable, Disable][..]).boxed(),
        _ => Just(Replace).boxed(),
    };
    (command, vec(table_features(version), 0..3), any::<bool>()).prop_map(
        |(command, tables, more)| TableFeaturesRequest {
            // No table has the command.
            command: if tables.is_empty() { Replace } else { command },
            tables,
            more,
        },
    )
}

/// What a table can do.
pub fn table_features(version: Version) -> impl Strategy<Value = TableFeatures> {
    let capabilities = match version {
        Version::V1_0 | Version::V1_3 => 0b11,
        Version::V1_4 | Version::V1_5 => TableCapabilities::all().bits(),
    };
    let place = match version {
        Version::V1_5 => TablePlace::all().bits(),
        _ => 0,
    };
    let head = (any::<(u8, u64, u64, u32, u32, u32)>(), "[a-z]{0,31}");
    let lists = (
        option::of(match_features(version)),
        option::of(fields(version)),
        since(version, Version::V1_4, tables()),
        since(version, Version::V1_5, vec(header_type(), 0..3)),
    );
    let entries = (entry_features(version), entry_features(version));
    (head, lists, entries).prop_map(move |(head, lists, (entries, table_miss))| {
        let ((table, matched, written, max_entries, config, flags), name) = head;
        let (matching, wildcards, synced_from, packet_types) = lists;
        TableFeatures {
            table: TableId(table),
            name,
            metadata_match: matched,
            metadata_write: written,
            max_entries,
            capabilities: TableCapabilities::from_bits_retain(config & capabilities),
            place: TablePlace::from_bits_retain(flags & place),
            matching,
            wildcards,
            entries,
            table_miss,
            synced_from,
            packet_types,
            unknown: None,
        }
    })
}

fn since<T: std::fmt::Debug + Clone + 'static>(
    version: Version,
    first: Version,
    list: impl Strategy<Value = Vec<T>> + 'static,
) -> BoxedStrategy<Option<Vec<T>>> {
    if version < first {
        return Just(None).boxed();
    }
    option::of(list).boxed()
}

fn header_type() -> impl Strategy<Value = HeaderType> {
    any::<u32>().prop_map(HeaderType::from)
}

fn entry_features(version: Version) -> impl Strategy<Value = EntryFeatures> {
    let instructions = option::of(vec(instruction(version), 0..4));
    let actions = || option::of(vec(action(version), 0..4));
    let copied = || since(version, Version::V1_5, fields(version));
    (
        (instructions, option::of(tables())),
        (actions(), actions()),
        (option::of(fields(version)), option::of(fields(version))),
        (copied(), copied()),
    )
        .prop_map(|(instructions, actions, set, copied)| EntryFeatures {
            instructions: instructions.0,
            next_tables: instructions.1,
            write_actions: actions.0,
            apply_actions: actions.1,
            write_set_fields: set.0,
            apply_set_fields: set.1,
            write_copy_fields: copied.0,
            apply_copy_fields: copied.1,
        })
}

fn tables() -> impl Strategy<Value = Vec<TableId>> {
    vec(any::<u8>().prop_map(TableId), 0..9)
}

/// The model's own, each once.
fn fields(version: Version) -> impl Strategy<Value = Vec<Field>> {
    let own =
        |field: &&Field| field.info().canonical.is_none() && field.encoding(version).is_some();
    let all: Vec<_> = Field::ALL.iter().filter(own).copied().collect();
    subsequence(all, 0..6)
}

fn match_features(version: Version) -> impl Strategy<Value = Vec<MatchFeature>> {
    (fields(version), any::<u8>()).prop_map(|(fields, bits)| {
        let each = fields.into_iter().enumerate();
        each.map(|(at, field)| MatchFeature {
            field,
            maskable: bits >> at & 1 == 1,
        })
        .collect()
    })
}

fn experimenter<K: std::fmt::Debug>() -> impl Strategy<Value = Ability<K>> {
    (any::<u32>(), vec(any::<u8>(), 0..5)).prop_map(|(experimenter, body)| {
        let body = Bytes::from(body);
        Ability::Experimenter { experimenter, body }
    })
}

fn instruction(version: Version) -> impl Strategy<Value = Ability<InstructionType>> {
    let last: u16 = if version < Version::V1_5 { 6 } else { 7 };
    let standard = prop_oneof![1..=last, 100..0xffff_u16];
    prop_oneof![
        3 => standard.prop_map(|number: u16| Ability::Standard(number.into())),
        1 => experimenter(),
    ]
}

fn action(version: Version) -> impl Strategy<Value = Ability<ActionType>> {
    let last: u16 = if version < Version::V1_5 { 27 } else { 29 };
    let standard = prop_oneof![0..=last, 100..0xffff_u16];
    prop_oneof![
        3 => standard.prop_map(|number: u16| Ability::Standard(number.into())),
        1 => experimenter(),
    ]
}
