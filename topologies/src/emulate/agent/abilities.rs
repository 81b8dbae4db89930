//! What the switch says it can do: groups (OF 1.3.5 §7.3.5.11) and tables (§7.3.5.5).

use openflow::oxm::{Field, FieldId};
use openflow::wire::{FixedText, Message};
use openflow::{TableId, Version, Xid, v13};
use v13::{ActionType, ActionTypes, InstructionType, TableFeatureProperty as Property};

use super::{Output, put};

/// Groups of one type at most.
const MAX_GROUPS: u32 = 0xffff_ff00;
/// Entries of a table at most.
const MAX_ENTRIES: u32 = 1_000_000;
/// Fields that no packet can be given.
const READ_ONLY: [Field; 5] = [
    Field::InPort,
    Field::InPhyPort,
    Field::EthType,
    Field::IpProto,
    Field::Ipv6Exthdr,
];
/// Tables described in one message: together they have to stay below 64 KiB.
const TABLES_IN_A_PART: usize = 16;

pub(super) fn reply(
    body: v13::MultipartReplyBody,
    more: bool,
    version: Version,
    xid: Xid,
) -> Message {
    let mut flags = v13::MultipartFlags::empty();
    flags.set(v13::MultipartFlags::MORE, more);
    let reply = v13::MultipartReply { flags, body };
    Message::v13(version, xid, v13::Body::MultipartReply(reply))
}

/// All types, weights, watched ports and groups, and groups in groups.
pub(super) fn groups(version: Version) -> v13::GroupFeatures {
    let bits = actions(version)
        .into_iter()
        .map(u16::from)
        .fold(0, |bits, number| bits | 1_u32 << number);
    v13::GroupFeatures {
        types: v13::GroupTypes::all(),
        capabilities: v13::GroupCapabilities::SELECT_WEIGHT
            | v13::GroupCapabilities::SELECT_LIVENESS
            | v13::GroupCapabilities::CHAINING,
        max_groups: [MAX_GROUPS; 4],
        actions: [ActionTypes::from_bits_retain(bits); 4],
    }
}

/// All tables are alike, but that one only leads to those after it.
pub(super) fn tell_tables(n_tables: u8, version: Version, xid: Xid, out: &mut Output) {
    let fields = fields(version);
    let ids: Vec<_> = (0..n_tables).map(TableId).collect();
    let mut parts = ids.chunks(TABLES_IN_A_PART).peekable();
    while let Some(part) = parts.next() {
        let tables = part.iter().map(|id| table(*id, n_tables, &fields, version));
        let body = v13::MultipartReplyBody::TableFeatures(tables.collect());
        put(&reply(body, parts.peek().is_some(), version, xid), out);
    }
}

fn table(id: TableId, n_tables: u8, fields: &[Field], version: Version) -> v13::TableFeatures {
    let name = match id {
        TableId(0) => "classifier".to_owned(),
        TableId(number) => format!("table{number}"),
    };
    v13::TableFeatures {
        table_id: id,
        name: FixedText::new(&name),
        metadata_match: u64::MAX,
        metadata_write: u64::MAX,
        abilities: if version >= Version::V1_5 {
            v13::TableAbilities::Capabilities {
                command: v13::TableFeaturesCommand::Replace,
                features: v13::TableFeatureFlags::empty(),
                capabilities: v13::TableConfig::empty(),
            }
        } else {
            v13::TableAbilities::Config {
                config: v13::TableConfig::empty(),
            }
        },
        max_entries: MAX_ENTRIES,
        properties: properties(id, n_tables, fields, version),
    }
}

/// What goes for a table-miss entry as well is not said again.
fn properties(id: TableId, n_tables: u8, fields: &[Field], version: Version) -> Vec<Property> {
    let instructions = || instructions(version);
    let actions = || actions(version).into_iter().map(v13::ActionId::standard);
    let settable = || {
        let fields = fields.iter().filter(|field| !READ_ONLY.contains(field));
        fields.map(|field| FieldId::new(*field)).collect()
    };
    let matched = fields.iter().map(|field| match field.info().maskable {
        true => FieldId::masked(*field),
        false => FieldId::new(*field),
    });
    let wildcards = fields.iter().map(|field| FieldId::new(*field));
    vec![
        Property::Instructions {
            instruction_ids: instructions()
                .into_iter()
                .map(v13::InstructionId::standard)
                .collect(),
        },
        Property::NextTables {
            next_table_ids: (id.0.saturating_add(1)..n_tables).map(TableId).collect(),
        },
        Property::WriteActions {
            action_ids: actions().collect(),
        },
        Property::WriteSetfield {
            oxm_ids: settable(),
        },
        Property::ApplyActions {
            action_ids: actions().collect(),
        },
        Property::ApplySetfield {
            oxm_ids: settable(),
        },
        Property::Match {
            oxm_ids: matched.collect(),
        },
        Property::Wildcards {
            oxm_ids: wildcards.collect(),
        },
    ]
}

/// In 1.5 a meter is an action.
fn instructions(version: Version) -> Vec<InstructionType> {
    let mut all = vec![
        InstructionType::GotoTable,
        InstructionType::WriteMetadata,
        InstructionType::WriteActions,
        InstructionType::ApplyActions,
        InstructionType::ClearActions,
    ];
    if version < Version::V1_5 {
        all.push(InstructionType::Meter);
    }
    all
}

fn actions(version: Version) -> Vec<ActionType> {
    let mut all = vec![
        ActionType::Output,
        ActionType::SetMplsTtl,
        ActionType::DecMplsTtl,
        ActionType::PushVlan,
        ActionType::PopVlan,
        ActionType::PushMpls,
        ActionType::PopMpls,
        ActionType::SetQueue,
        ActionType::Group,
        ActionType::SetNwTtl,
        ActionType::DecNwTtl,
        ActionType::SetField,
    ];
    if version >= Version::V1_5 {
        all.extend([ActionType::CopyField, ActionType::Meter]);
    }
    all
}

/// Those of the basic class, by which the specification's own are told.
fn fields(version: Version) -> Vec<Field> {
    let basic = |field: &Field| {
        let class = FieldId::new(*field).class();
        class == openflow::oxm::Class::OPENFLOW_BASIC
    };
    let said = |field: &Field| field.encoding(version) == Some(*field);
    Field::ALL
        .iter()
        .copied()
        .filter(|field| basic(field) && said(field))
        .collect()
}
