//! Claims about what tables can do: what is told is understood in every version that has it.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::inverse::{VERSIONS, XID, asked, frames, later_version, told};
use super::*;
use crate::oxm::{Field, FieldId, HeaderType};
use crate::wire::Message;
use crate::{TableId, Version, v13};

fn table(text: &str) -> TableFeatures {
    TableFeatures {
        table: TableId(1),
        name: text.to_owned(),
        metadata_match: u64::MAX,
        metadata_write: 0,
        max_entries: 1000,
        capabilities: TableCapabilities::empty(),
        place: TablePlace::empty(),
        matching: None,
        wildcards: None,
        entries: EntryFeatures::default(),
        table_miss: EntryFeatures::default(),
        synced_from: None,
        packet_types: None,
        unknown: None,
    }
}

proptest! {
    #[test]
    fn what_tables_can_do(
        (version, tables, more) in later_version().prop_flat_map(|version| {
            let tables = proptest::collection::vec(arbitrary::table_features(version), 0..3);
            (Just(version), tables, any::<bool>())
        }),
    ) {
        let reply = FromSwitch::TableFeatures { tables, more };
        prop_assert_eq!(told(&reply, version), reply);
    }

    #[test]
    fn what_tables_shall_do(
        (version, request) in later_version().prop_flat_map(|version| {
            (Just(version), arbitrary::table_features_request(version))
        }),
    ) {
        let request = ToSwitch::TableFeatures(request);
        prop_assert_eq!(&asked(&request, version), &request);
    }
}

fn refused(request: TableFeaturesRequest, version: Version) -> String {
    let mut bytes = BytesMut::from(&b"before"[..]);
    let request = ToSwitch::TableFeatures(request);
    let error = request.encode(version, XID, &mut bytes).unwrap_err();
    assert_eq!(bytes[..], b"before"[..], "{error}");
    error.to_string()
}

fn shall(table: TableFeatures) -> TableFeaturesRequest {
    TableFeaturesRequest {
        tables: vec![table],
        ..TableFeaturesRequest::ask()
    }
}

#[test]
fn what_a_version_lacks_is_refused_by_name() {
    let words = refused(TableFeaturesRequest::ask(), Version::V1_0);
    assert_eq!(words, "OpenFlow 1.0 has no table features");
    let entries = |entries| TableFeatures {
        entries,
        ..table("t")
    };
    let actions = |action| EntryFeatures {
        apply_actions: Some(vec![Ability::Standard(action)]),
        ..EntryFeatures::default()
    };
    let instructions = |instruction| EntryFeatures {
        instructions: Some(vec![Ability::Standard(instruction)]),
        ..EntryFeatures::default()
    };
    let cases = [
        (
            TableFeatures {
                capabilities: TableCapabilities::EVICTION,
                ..table("t")
            },
            "table capability EVICTION",
        ),
        (
            TableFeatures {
                place: TablePlace::EGRESS,
                ..table("t")
            },
            "place of a table in the pipeline",
        ),
        (
            TableFeatures {
                synced_from: Some(Vec::new()),
                ..table("t")
            },
            "table feature TableSyncFrom",
        ),
        (
            TableFeatures {
                packet_types: Some(vec![HeaderType::ETHERNET]),
                ..table("t")
            },
            "table feature PacketTypes",
        ),
        (
            TableFeatures {
                matching: Some(vec![MatchFeature {
                    field: Field::PbbUca,
                    maskable: false,
                }]),
                ..table("t")
            },
            "pbb_uca",
        ),
        (
            entries(EntryFeatures {
                apply_copy_fields: Some(vec![Field::EthDst]),
                ..EntryFeatures::default()
            }),
            "table feature ApplyCopyfield",
        ),
        (entries(actions(ActionType::Meter)), "meter action"),
        (
            entries(actions(ActionType::Experimenter)),
            "experimenter action",
        ),
        (
            entries(instructions(InstructionType::StatTrigger)),
            "stat_trigger instruction",
        ),
        (
            table("a name that is two bytes too long"),
            "table name of 33 bytes: 32 at most, without a NUL",
        ),
        (
            TableFeatures {
                unknown: Some("table feature 77".to_owned()),
                ..table("t")
            },
            "table feature 77",
        ),
    ];
    for (table, feature) in cases {
        let expected = format!("OpenFlow 1.3 has no {feature}");
        assert_eq!(refused(shall(table), Version::V1_3), expected);
    }
    let enable = TableFeaturesRequest {
        command: TableFeaturesCommand::Enable,
        ..shall(table("t"))
    };
    let words = refused(enable, Version::V1_4);
    assert_eq!(
        words,
        "OpenFlow 1.4 has no table features but to replace all"
    );
}

#[test]
fn many_tables_come_and_are_asked_in_as_many_messages_as_it_takes() {
    let matching = |field: &Field| MatchFeature {
        field: *field,
        maskable: field.info().maskable,
    };
    for version in &VERSIONS[1..] {
        let said =
            |field: &&Field| field.info().canonical.is_none() && field.encoding(*version).is_some();
        let fields = Field::ALL.iter().filter(said);
        let tables: Vec<_> = (0..=253)
            .map(|number| TableFeatures {
                table: TableId(number),
                matching: Some(fields.clone().map(matching).collect()),
                wildcards: Some(fields.clone().copied().collect()),
                ..table("wide")
            })
            .collect();
        let reply = FromSwitch::TableFeatures {
            tables: tables.clone(),
            more: false,
        };
        let frames = frames(&reply, *version);
        assert!(frames.len() > 1);
        let last = frames.len() - 1;
        let mut all = Vec::new();
        for (at, frame) in frames.into_iter().enumerate() {
            let FromSwitch::TableFeatures { tables, more } =
                FromSwitch::lift(Message::decode(frame).unwrap())
            else {
                panic!("{version}");
            };
            assert_eq!(more, at != last);
            all.extend(tables);
        }
        assert!(all == tables, "{version}");

        let request = ToSwitch::TableFeatures(TableFeaturesRequest {
            tables,
            ..TableFeaturesRequest::ask()
        });
        let mut bytes = BytesMut::new();
        request.encode(*version, XID, &mut bytes).unwrap();
        let first = crate::wire::Header::parse(&bytes).unwrap().length;
        let first = bytes.split_to(first.into()).freeze();
        let ToSwitch::TableFeatures(first) =
            ToSwitch::lift(Message::decode(first).unwrap()).unwrap()
        else {
            panic!("{version}");
        };
        assert!(first.more && !first.tables.is_empty() && !bytes.is_empty());
    }
}

fn of_wire(properties: Vec<v13::TableFeatureProperty>) -> TableFeatures {
    let features = v13::TableFeatures {
        table_id: TableId(1),
        name: crate::wire::FixedText::new("t"),
        metadata_match: 0,
        metadata_write: 0,
        abilities: v13::TableAbilities::Config {
            config: v13::TableConfig::empty(),
        },
        max_entries: 5,
        properties,
    };
    let reply = v13::MultipartReply {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartReplyBody::TableFeatures(vec![features]),
    };
    let body = v13::Body::MultipartReply(reply);
    let lifted = FromSwitch::lift(Message::v13(Version::V1_3, XID, body));
    let FromSwitch::TableFeatures { mut tables, .. } = lifted else {
        panic!("{lifted:?}")
    };
    tables.remove(0)
}

#[test]
fn a_field_in_two_encodings_is_one_field() {
    use v13::TableFeatureProperty as Property;
    let told = of_wire(vec![
        Property::Match {
            oxm_ids: vec![
                FieldId::new(Field::EthDst),
                FieldId::masked(Field::NxmOfEthDst),
                FieldId::new(Field::InPort),
                FieldId::new(Field::NxmOfInPort),
            ],
        },
        Property::Wildcards {
            oxm_ids: vec![FieldId::new(Field::NxmOfIpTos), FieldId::new(Field::IpDscp)],
        },
    ]);
    let matching = [(Field::EthDst, true), (Field::InPort, false)]
        .map(|(field, maskable)| MatchFeature { field, maskable });
    assert_eq!(told.matching, Some(matching.to_vec()));
    assert_eq!(told.wildcards, Some(vec![Field::IpDscp]));
    assert_eq!(told.unknown, None);
}

#[test]
fn what_has_no_name_is_told_in_words() {
    use crate::oxm::Class;
    use v13::TableFeatureProperty as Property;
    let nobody = FieldId::from_numbers(Class::OPENFLOW_BASIC, None, 100, false, 4).unwrap();
    let told = of_wire(vec![
        Property::NextTables {
            next_table_ids: vec![TableId(2)],
        },
        Property::NextTables {
            next_table_ids: vec![TableId(3)],
        },
        Property::Match {
            oxm_ids: vec![nobody, FieldId::new(Field::EthDst)],
        },
        Property::Experimenter(v13::ExperimenterProperty {
            experimenter: 5,
            exp_type: 6,
            data: Bytes::new(),
        }),
        Property::Unknown(v13::UnknownProperty {
            kind: 77,
            data: Bytes::new(),
        }),
    ]);
    assert_eq!(
        told.unknown.as_deref(),
        Some(
            "a table feature twice, field 0x8000/100, table feature of experimenter 0x00000005, \
             table feature 77"
        )
    );
    assert_eq!(told.matching.map(|all| all.len()), Some(1));
}

#[test]
fn tables_with_different_commands_are_not_one_request() {
    let (mut all, mut bodies) = (BytesMut::new(), Vec::new());
    for command in [TableFeaturesCommand::Enable, TableFeaturesCommand::Disable] {
        let request = ToSwitch::TableFeatures(TableFeaturesRequest {
            command,
            ..shall(table("t"))
        });
        all.clear();
        request.encode(Version::V1_5, XID, &mut all).unwrap();
        let body = Message::decode(all.clone().freeze()).unwrap().body;
        let crate::wire::Body::V13(v13::Body::MultipartRequest(request)) = body else {
            panic!("{command:?}");
        };
        let v13::MultipartRequestBody::TableFeatures(tables) = request.body else {
            panic!("{command:?}");
        };
        bodies.extend(tables);
    }
    let request = v13::MultipartRequest {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartRequestBody::TableFeatures(bodies),
    };
    let body = v13::Body::MultipartRequest(request);
    let lifted = ToSwitch::lift(Message::v13(Version::V1_5, XID, body));
    assert_eq!(lifted, Err(NotLifted::Multipart));
}
