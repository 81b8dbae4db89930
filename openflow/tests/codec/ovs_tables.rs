//! What Open vSwitch says its tables can do is understood in every version that has it. Needs what
//! `ovs_switch.rs` needs.

use bytes::BytesMut;
use openflow::flow::{
    Ability, ActionType, EntryFeatures, FromSwitch, InstructionType, MatchFeature, TableFeatures,
    TableFeaturesRequest, ToSwitch,
};
use openflow::oxm::Field;
use openflow::wire::Message;
use openflow::{TableId, Version, Xid};

use crate::own_switch::{Connection, OpenVSwitch};

/// Open vSwitch has 254 tables.
const TABLES: u8 = 254;

fn tables(connection: &mut Connection) -> Vec<TableFeatures> {
    let ask = TableFeaturesRequest::ask();
    connection.send(&[ToSwitch::TableFeatures(ask)]);
    let mut all = Vec::new();
    loop {
        let FromSwitch::TableFeatures { tables, more } = connection.next().1 else {
            panic!("no table features");
        };
        all.extend(tables);
        if !more {
            return all;
        }
    }
}

#[test]
fn what_tables_can_do_is_understood() {
    let switch = OpenVSwitch::start();
    for version in [Version::V1_3, Version::V1_4, Version::V1_5] {
        let mut connection = switch.connect(version);
        let tables = tables(&mut connection);
        let numbers = tables.iter().map(|table| table.table);
        assert!(numbers.eq((0..TABLES).map(TableId)), "{version}");
        for table in &tables {
            is_one_of_open_vswitch(table, version);
        }
        let some = tables.into_iter().take(4);
        let reply = FromSwitch::TableFeatures {
            tables: some.map(|table| without_later(table, version)).collect(),
            more: false,
        };
        let mut bytes = BytesMut::new();
        reply.encode(version, Xid(1), &mut bytes).unwrap();
        let again = FromSwitch::lift(Message::decode(bytes.freeze()).unwrap());
        assert!(again == reply, "{version}");
    }
}

/// Open vSwitch tells the same fields whatever the version, which has no way to say some of them.
fn without_later(mut table: TableFeatures, version: Version) -> TableFeatures {
    let said = |field: Field| field.encoding(version).is_some();
    if let Some(matching) = &mut table.matching {
        matching.retain(|it| said(it.field));
    }
    if let Some(wildcards) = &mut table.wildcards {
        wildcards.retain(|field| said(*field));
    }
    table
}

fn is_one_of_open_vswitch(table: &TableFeatures, version: Version) {
    let number = table.table.0;
    assert_eq!(table.unknown, None, "{version}: {table:?}");
    assert_eq!(table.max_entries, 1_000_000);
    assert_eq!(table.metadata_match, u64::MAX);
    let next = (number + 1..TABLES).map(TableId).collect();
    assert_eq!(table.entries.next_tables, Some(next));
    assert!(table.table_miss == table.entries, "{version}");
    let EntryFeatures {
        instructions: Some(instructions),
        write_actions: Some(write_actions),
        apply_actions: Some(apply_actions),
        apply_set_fields: Some(set_fields),
        ..
    } = &table.entries
    else {
        panic!("{version}: {table:?}");
    };
    // There is no way on from the last.
    let goes_on = instructions.contains(&Ability::Standard(InstructionType::GotoTable));
    assert_eq!(goes_on, number + 1 < TABLES);
    assert!(instructions.contains(&Ability::Standard(InstructionType::WriteMetadata)));
    for action in [ActionType::Output, ActionType::Group, ActionType::SetField] {
        assert!(write_actions.contains(&Ability::Standard(action)));
        assert!(apply_actions.contains(&Ability::Standard(action)));
    }
    assert!(set_fields.contains(&Field::EthDst) && !set_fields.contains(&Field::EthType));
    let matching = table.matching.as_deref().unwrap_or_default();
    for (field, maskable) in [
        (Field::InPort, false),
        (Field::EthDst, true),
        (Field::EthType, false),
        (Field::Ipv4Dst, true),
        (Field::TcpFlags, true),
        (Field::Reg7, true),
    ] {
        let feature = MatchFeature { field, maskable };
        assert!(matching.contains(&feature), "{version}: {field:?}");
    }
    let wildcards = table.wildcards.as_deref().unwrap_or_default();
    assert!(wildcards.contains(&Field::EthType));
}
