//! What tables can do: properties of a table become lists of the model, and the other way.

use std::fmt::Display;

use bytes::BytesMut;

use super::{multipart, wire};
use crate::flow::{
    Ability, EntryFeatures, MatchFeature, NotLifted, TableCapabilities, TableFeatures,
    TableFeaturesCommand, TableFeaturesRequest, TablePlace, ToSwitch, Unsupported, Words,
    fixed_text, lacking, parts,
};
use crate::oxm::{Field, FieldId, HeaderType, OxmList};
use crate::wire::{Message, Wire};
use crate::{TableId, Version, Xid};
use wire::{
    ActionType, FeatureId, InstructionType, TableAbilities, TableFeatureProperty as Property,
};

pub(super) fn encode_request(
    request: &TableFeaturesRequest,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let command = request.command;
    if version < Version::V1_5 && command != TableFeaturesCommand::Replace {
        return Err(lacking(version, "table features but to replace all"));
    }
    let none = wire::MultipartRequestBody::TableFeatures(Vec::new());
    let head = Message::v13(version, xid, multipart::request(none));
    let tables = &request.tables;
    parts::write(into, version, &head, request.more, tables, |w, table| {
        lower(table, command, version)?.encode(w);
        Ok(())
    })
}

/// Tables with different commands in one request are not in the model.
pub(super) fn lift_request(
    tables: Vec<wire::TableFeatures>,
    more: bool,
) -> Result<ToSwitch, NotLifted> {
    let mut commands = tables.iter().map(|table| lift_command(table.abilities));
    let command = commands.next().unwrap_or(TableFeaturesCommand::Replace);
    if commands.any(|other| other != command) {
        return Err(NotLifted::Multipart);
    }
    let tables = tables.into_iter().map(lift).collect();
    Ok(ToSwitch::TableFeatures(TableFeaturesRequest {
        command,
        tables,
        more,
    }))
}

fn lift_command(abilities: TableAbilities) -> TableFeaturesCommand {
    use wire::TableFeaturesCommand as Command;
    match abilities {
        TableAbilities::Config { .. } => TableFeaturesCommand::Replace,
        TableAbilities::Capabilities { command, .. } => match command {
            Command::Replace => TableFeaturesCommand::Replace,
            Command::Modify => TableFeaturesCommand::Modify,
            Command::Enable => TableFeaturesCommand::Enable,
            Command::Disable => TableFeaturesCommand::Disable,
        },
    }
}

fn lower_command(command: TableFeaturesCommand) -> wire::TableFeaturesCommand {
    use wire::TableFeaturesCommand as Command;
    match command {
        TableFeaturesCommand::Replace => Command::Replace,
        TableFeaturesCommand::Modify => Command::Modify,
        TableFeaturesCommand::Enable => Command::Enable,
        TableFeaturesCommand::Disable => Command::Disable,
    }
}

pub(super) fn lower(
    table: &TableFeatures,
    command: TableFeaturesCommand,
    version: Version,
) -> Result<wire::TableFeatures, Unsupported> {
    if let Some(unknown) = &table.unknown {
        return Err(lacking(version, unknown));
    }
    Ok(wire::TableFeatures {
        table_id: table.table,
        name: fixed_text(version, "table name", &table.name)?,
        metadata_match: table.metadata_match,
        metadata_write: table.metadata_write,
        abilities: lower_abilities(table, command, version)?,
        max_entries: table.max_entries,
        properties: lower_properties(table, version)?,
    })
}

fn lower_abilities(
    table: &TableFeatures,
    command: TableFeaturesCommand,
    version: Version,
) -> Result<TableAbilities, Unsupported> {
    let config = wire::TableConfig::from_bits_retain(table.capabilities.bits());
    if let (Version::V1_3, Some((name, _))) = (version, table.capabilities.iter_names().next()) {
        return Err(lacking(version, format!("table capability {name}")));
    }
    if version >= Version::V1_5 {
        return Ok(TableAbilities::Capabilities {
            command: lower_command(command),
            features: wire::TableFeatureFlags::from_bits_retain(table.place.bits()),
            capabilities: config,
        });
    }
    if !table.place.is_empty() {
        return Err(lacking(version, "place of a table in the pipeline"));
    }
    Ok(TableAbilities::Config { config })
}

pub(super) fn lift(table: wire::TableFeatures) -> TableFeatures {
    let (config, place) = match table.abilities {
        TableAbilities::Config { config } => (config, TablePlace::empty()),
        TableAbilities::Capabilities {
            features,
            capabilities,
            ..
        } => (capabilities, TablePlace::from_bits_retain(features.bits())),
    };
    let mut to = TableFeatures {
        table: table.table_id,
        name: table.name.text().into_owned(),
        metadata_match: table.metadata_match,
        metadata_write: table.metadata_write,
        max_entries: table.max_entries,
        capabilities: TableCapabilities::from_bits_retain(config.bits()),
        place,
        matching: None,
        wildcards: None,
        entries: EntryFeatures::default(),
        table_miss: EntryFeatures::default(),
        synced_from: None,
        packet_types: None,
        unknown: None,
    };
    let mut unknown = Words::default();
    for property in table.properties {
        lift_property(property, &mut to, &mut unknown);
    }
    to.unknown = unknown.into_option();
    to
}

/// The properties that are lists, in the order of their numbers: where the model has the list, its
/// property, since when, and how its elements are lowered and lifted. A row becomes
///
/// ```text
/// if let Some(list) = &table.entries.next_tables {
///     // refused before its version
///     all.push(Property::NextTables { next_table_ids: lower_tables(list, version)? });
/// }
/// ```
///
/// in `lower_lists` and, in `lift_property`, which notes one that comes twice,
///
/// ```text
/// Property::NextTables { next_table_ids } =>
///     to.entries.next_tables.replace(lift_tables(next_table_ids, unknown)).is_some(),
/// ```
macro_rules! lists {
    ($($($at:ident).+ = $property:ident { $list:ident } $since:ident $lower:ident $lift:ident;)+) => {
        fn lower_lists(
            table: &TableFeatures,
            version: Version,
        ) -> Result<Vec<Property>, Unsupported> {
            let mut all = Vec::new();
            $(if let Some(list) = &table.$($at).+ {
                if version < Version::$since {
                    let feature = concat!("table feature ", stringify!($property));
                    return Err(lacking(version, feature));
                }
                all.push(Property::$property { $list: $lower(list, version)? });
            })+
            Ok(all)
        }

        fn lift_property(property: Property, to: &mut TableFeatures, unknown: &mut Words) {
            let twice = match property {
                $(Property::$property { $list } => {
                    to.$($at).+.replace($lift($list, unknown)).is_some()
                })+
                Property::PacketTypes { oxm_values } => {
                    let types = lift_packet_types(&oxm_values, unknown);
                    to.packet_types.replace(types).is_some()
                }
                Property::Experimenter(body) | Property::ExperimenterMiss(body) => {
                    let experimenter = body.experimenter;
                    unknown.note(format_args!("table feature of experimenter {experimenter:#010x}"));
                    false
                }
                Property::Unknown(property) => {
                    unknown.note(format_args!("table feature {}", property.kind));
                    false
                }
            };
            if twice {
                unknown.note("a table feature twice");
            }
        }
    };
}

lists! {
    entries.instructions = Instructions { instruction_ids } V1_3 lower_instructions lift_abilities;
    table_miss.instructions = InstructionsMiss { instruction_ids } V1_3 lower_instructions lift_abilities;
    entries.next_tables = NextTables { next_table_ids } V1_3 lower_tables lift_tables;
    table_miss.next_tables = NextTablesMiss { next_table_ids } V1_3 lower_tables lift_tables;
    entries.write_actions = WriteActions { action_ids } V1_3 lower_actions lift_abilities;
    table_miss.write_actions = WriteActionsMiss { action_ids } V1_3 lower_actions lift_abilities;
    entries.apply_actions = ApplyActions { action_ids } V1_3 lower_actions lift_abilities;
    table_miss.apply_actions = ApplyActionsMiss { action_ids } V1_3 lower_actions lift_abilities;
    matching = Match { oxm_ids } V1_3 lower_match lift_match;
    wildcards = Wildcards { oxm_ids } V1_3 lower_fields lift_fields;
    entries.write_set_fields = WriteSetfield { oxm_ids } V1_3 lower_fields lift_fields;
    table_miss.write_set_fields = WriteSetfieldMiss { oxm_ids } V1_3 lower_fields lift_fields;
    entries.apply_set_fields = ApplySetfield { oxm_ids } V1_3 lower_fields lift_fields;
    table_miss.apply_set_fields = ApplySetfieldMiss { oxm_ids } V1_3 lower_fields lift_fields;
    synced_from = TableSyncFrom { table_ids } V1_4 lower_tables lift_tables;
    entries.write_copy_fields = WriteCopyfield { oxm_ids } V1_5 lower_fields lift_fields;
    table_miss.write_copy_fields = WriteCopyfieldMiss { oxm_ids } V1_5 lower_fields lift_fields;
    entries.apply_copy_fields = ApplyCopyfield { oxm_ids } V1_5 lower_fields lift_fields;
    table_miss.apply_copy_fields = ApplyCopyfieldMiss { oxm_ids } V1_5 lower_fields lift_fields;
}

fn lower_properties(table: &TableFeatures, version: Version) -> Result<Vec<Property>, Unsupported> {
    let mut all = lower_lists(table, version)?;
    if let Some(types) = &table.packet_types {
        if version < Version::V1_5 {
            return Err(lacking(version, "table feature PacketTypes"));
        }
        let mut oxm_values = OxmList::new();
        for packet_type in types {
            oxm_values.push(Field::PacketType, u32::from(*packet_type).into(), None);
        }
        all.push(Property::PacketTypes { oxm_values });
    }
    Ok(all)
}

fn lift_packet_types(values: &OxmList, unknown: &mut Words) -> Vec<HeaderType> {
    let mut types = Vec::new();
    for oxm in values.iter() {
        match (oxm.field(), oxm.mask(), u32::try_from(oxm.value())) {
            (Some(Field::PacketType), None, Ok(number)) => types.push(number.into()),
            _ => unknown.note("a packet type that is none"),
        }
    }
    types
}

fn lower_instructions(
    list: &[Ability<InstructionType>],
    version: Version,
) -> Result<Vec<wire::InstructionId>, Unsupported> {
    let since = |kind| match kind {
        InstructionType::StatTrigger => Version::V1_5,
        _ => Version::V1_3,
    };
    let lowered = list
        .iter()
        .map(|it| lower_ability(it, since, "instruction", version));
    lowered.collect()
}

fn lower_actions(
    list: &[Ability<ActionType>],
    version: Version,
) -> Result<Vec<wire::ActionId>, Unsupported> {
    let since = |kind| match kind {
        ActionType::CopyField | ActionType::Meter => Version::V1_5,
        _ => Version::V1_3,
    };
    let lowered = list
        .iter()
        .map(|it| lower_ability(it, since, "action", version));
    lowered.collect()
}

/// Who defines it has to be said of an experimenter's.
fn lower_ability<K: Copy + Display + Into<u16>>(
    ability: &Ability<K>,
    since: impl Fn(K) -> Version,
    what: &str,
    version: Version,
) -> Result<FeatureId<K>, Unsupported> {
    const EXPERIMENTER: u16 = 0xffff;
    match ability {
        Ability::Standard(kind) if version < since(*kind) || (*kind).into() == EXPERIMENTER => {
            Err(lacking(version, format!("{kind} {what}")))
        }
        Ability::Standard(kind) => Ok(FeatureId::standard(*kind)),
        Ability::Experimenter { experimenter, body } => Ok(FeatureId::Experimenter {
            experimenter: *experimenter,
            data: body.clone(),
        }),
    }
}

/// The padding that some write is left out.
fn lift_abilities<K>(list: Vec<FeatureId<K>>, _: &mut Words) -> Vec<Ability<K>> {
    let lifted = list.into_iter().map(|id| match id {
        FeatureId::Standard { kind, .. } => Ability::Standard(kind),
        FeatureId::Experimenter { experimenter, data } => Ability::Experimenter {
            experimenter,
            body: data,
        },
    });
    lifted.collect()
}

fn lower_tables(list: &[TableId], _: Version) -> Result<Vec<TableId>, Unsupported> {
    Ok(list.to_vec())
}

fn lift_tables(list: Vec<TableId>, _: &mut Words) -> Vec<TableId> {
    list
}

/// The row of the table by which a version says the field.
fn encoding(field: Field, version: Version) -> Result<Field, Unsupported> {
    let encoding = field.encoding(version);
    encoding.ok_or_else(|| lacking(version, field.info().name))
}

fn lower_match(list: &[MatchFeature], version: Version) -> Result<Vec<FieldId>, Unsupported> {
    let lower = |it: &MatchFeature| {
        let encoding = encoding(it.field, version)?;
        Ok(match it.maskable {
            true => FieldId::masked(encoding),
            false => FieldId::new(encoding),
        })
    };
    list.iter().map(lower).collect()
}

fn lower_fields(list: &[Field], version: Version) -> Result<Vec<FieldId>, Unsupported> {
    let lower = |field: &Field| Ok(FieldId::new(encoding(*field, version)?));
    list.iter().map(lower).collect()
}

/// Each field once, maskable where one of its encodings is.
fn lift_match(list: Vec<FieldId>, unknown: &mut Words) -> Vec<MatchFeature> {
    let mut all: Vec<MatchFeature> = Vec::new();
    for id in list {
        let maskable = id.has_mask();
        let Some(field) = lift_field(id, unknown) else {
            continue;
        };
        match all.iter_mut().find(|it| it.field == field) {
            Some(known) => known.maskable |= maskable,
            None => all.push(MatchFeature { field, maskable }),
        }
    }
    all
}

fn lift_fields(list: Vec<FieldId>, unknown: &mut Words) -> Vec<Field> {
    let mut all = Vec::new();
    for field in list.into_iter().filter_map(|id| lift_field(id, unknown)) {
        if !all.contains(&field) {
            all.push(field);
        }
    }
    all
}

fn lift_field(id: FieldId, unknown: &mut Words) -> Option<Field> {
    let field = id.field();
    if field.is_none() {
        unknown.note(format_args!("field {:#06x}/{}", id.class().0, id.code()));
    }
    field.map(|field| field.to_canonical(0, None).0)
}
