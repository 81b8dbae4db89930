//! What tables can do, and how they are configured.

use openflow::oxm::OxmList;
use openflow::{TableId, Version, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::oxm::matching;
use super::properties::{self, experimenter, unknown};
use super::v13_multipart::of_version;
use super::v13_ports::field_id;
use super::{of, payload, text};

fn id<K: From<u16> + std::fmt::Debug + 'static>() -> BoxedStrategy<v13::FeatureId<K>> {
    let standard = (0..0xffffu16, payload()).prop_map(|(kind, data)| v13::FeatureId::Standard {
        kind: kind.into(),
        data,
    });
    let experimenter = (any::<u32>(), payload())
        .prop_map(|(experimenter, data)| v13::FeatureId::Experimenter { experimenter, data });
    prop_oneof![standard, experimenter].boxed()
}

fn feature(version: Version) -> BoxedStrategy<v13::TableFeatureProperty> {
    use Version::{V1_3, V1_4, V1_5};
    use v13::TableFeatureProperty as Feature;
    let instructions = || vec(id(), 0..3);
    let actions = || vec(id(), 0..3);
    let tables = || vec(of(TableId), 0..9);
    let oxms = || vec(field_id(), 0..4);
    let values = || matching().prop_map(|it| -> OxmList { it.oxm_fields });
    macro_rules! row {
        ($since:ident $variant:ident $field:ident $strategy:expr) => {
            (
                $since,
                $strategy
                    .prop_map(|$field| Feature::$variant { $field })
                    .boxed(),
            )
        };
    }
    let rows = vec![
        row!(V1_3 Instructions instruction_ids instructions()),
        row!(V1_3 InstructionsMiss instruction_ids instructions()),
        row!(V1_3 NextTables next_table_ids tables()),
        row!(V1_3 NextTablesMiss next_table_ids tables()),
        row!(V1_3 WriteActions action_ids actions()),
        row!(V1_3 WriteActionsMiss action_ids actions()),
        row!(V1_3 ApplyActions action_ids actions()),
        row!(V1_3 ApplyActionsMiss action_ids actions()),
        row!(V1_3 Match oxm_ids oxms()),
        row!(V1_3 Wildcards oxm_ids oxms()),
        row!(V1_3 WriteSetfield oxm_ids oxms()),
        row!(V1_3 WriteSetfieldMiss oxm_ids oxms()),
        row!(V1_3 ApplySetfield oxm_ids oxms()),
        row!(V1_3 ApplySetfieldMiss oxm_ids oxms()),
        row!(V1_4 TableSyncFrom table_ids tables()),
        row!(V1_5 WriteCopyfield oxm_ids oxms()),
        row!(V1_5 WriteCopyfieldMiss oxm_ids oxms()),
        row!(V1_5 ApplyCopyfield oxm_ids oxms()),
        row!(V1_5 ApplyCopyfieldMiss oxm_ids oxms()),
        row!(V1_5 PacketTypes oxm_values values()),
        (V1_3, experimenter().prop_map(Feature::Experimenter).boxed()),
        (
            V1_3,
            experimenter().prop_map(Feature::ExperimenterMiss).boxed(),
        ),
        (V1_3, unknown().prop_map(Feature::Unknown).boxed()),
    ];
    of_version(version, rows)
}

pub(crate) fn features(version: Version) -> impl Strategy<Value = v13::TableFeatures> {
    use v13::TableFeaturesCommand as Command;
    let config = || of(v13::TableConfig::from_bits_retain);
    let abilities = if version < Version::V1_5 {
        fields!(v13::TableAbilities::Config { config: config() }).boxed()
    } else {
        fields!(v13::TableAbilities::Capabilities {
            command: proptest::sample::select(vec![
                Command::Replace,
                Command::Modify,
                Command::Enable,
                Command::Disable,
            ]),
            features: of(v13::TableFeatureFlags::from_bits_retain),
            capabilities: config(),
        })
        .boxed()
    };
    fields!(v13::TableFeatures {
        table_id: of(TableId),
        name: text(),
        metadata_match: any::<u64>(),
        metadata_write: any::<u64>(),
        abilities: abilities,
        max_entries: any::<u32>(),
        properties: vec(feature(version), 0..4),
    })
}

pub(crate) fn desc() -> impl Strategy<Value = v13::TableDesc> {
    fields!(v13::TableDesc {
        table_id: of(TableId),
        config: of(v13::TableConfig::from_bits_retain),
        properties: vec(properties::table(), 0..4),
    })
}
