//! What the entries of a table can do, a list for each kind of thing.

use serde::Serialize;

use super::{ActionId, InstructionId};
use crate::oxm::{FieldId, OxmList};
use crate::v13::{ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{TableId, Version};

/// Makes `enum TableFeatureProperty` with decode and encode from rows
/// `number since Variant { list: element };`.
macro_rules! table_feature_properties {
    ($($(#[$doc:meta])* $number:literal $since:ident
       $variant:ident { $(#[$fdoc:meta])* $list:ident: $element:ty };)+) => {
        /// What the entries of a table can do; `Miss` is the table-miss entry
        /// (OF 1.3.5 §7.3.5.5.2, OF 1.5.1 §7.3.5.18.2, `ofp_table_feature_prop_type`). Where one
        /// for table-miss is missing, the other counts.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        pub enum TableFeatureProperty {
            $($(#[$doc])* $variant { $(#[$fdoc])* $list: Vec<$element> },)+
            /// Packet types the table takes; 1.5.
            PacketTypes {
                /// As values of the field `packet_type`.
                oxm_values: OxmList,
            },
            /// An experimenter's own.
            Experimenter(ExperimenterProperty),
            /// An experimenter's own for table-miss.
            ExperimenterMiss(ExperimenterProperty),
            /// Another one, kept.
            Unknown(UnknownProperty),
        }

        impl Wire for TableFeatureProperty {
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let version = r.version();
                property::decode(r, |kind, r| Ok(match kind {
                    $($number if version >= Version::$since => Self::$variant {
                        $list: r.list(stringify!($list))?,
                    },)+
                    PACKET_TYPES if version >= Version::V1_5 => Self::PacketTypes {
                        oxm_values: OxmList::decode(r, r.remaining())
                            .map_err(|error| error.in_field("oxm_values"))?,
                    },
                    EXPERIMENTER => Self::Experimenter(Wire::decode(r)?),
                    EXPERIMENTER_MISS => Self::ExperimenterMiss(Wire::decode(r)?),
                    kind => Self::Unknown(UnknownProperty::decode(kind, r)),
                }))
            }

            fn encode(&self, w: &mut Writer<'_>) {
                if w.version() < self.since() {
                    w.lacks("a table feature of a later version");
                }
                let what = "table_features.properties";
                match self {
                    $(Self::$variant { $list } => {
                        property::encode($number, what, w, |w| w.list($list));
                    })+
                    Self::PacketTypes { oxm_values } => {
                        property::encode(PACKET_TYPES, what, w, |w| oxm_values.encode(w));
                    }
                    Self::Experimenter(body) => {
                        property::encode(EXPERIMENTER, what, w, |w| body.encode(w));
                    }
                    Self::ExperimenterMiss(body) => {
                        property::encode(EXPERIMENTER_MISS, what, w, |w| body.encode(w));
                    }
                    Self::Unknown(property) => property.encode(w, what),
                }
            }
        }

        impl TableFeatureProperty {
            /// The first version that has it.
            fn since(&self) -> Version {
                match self {
                    $(Self::$variant { .. } => Version::$since,)+
                    Self::PacketTypes { .. } => Version::V1_5,
                    Self::Experimenter(_) | Self::ExperimenterMiss(_) | Self::Unknown(_) => {
                        Version::V1_3
                    }
                }
            }
        }
    };
}

const PACKET_TYPES: u16 = 22;
const EXPERIMENTER: u16 = 0xfffe;
const EXPERIMENTER_MISS: u16 = 0xffff;

table_feature_properties! {
    /// Instructions.
    0 V1_3 Instructions { /** These. */ instruction_ids: InstructionId };
    /// Instructions.
    1 V1_3 InstructionsMiss { /** These. */ instruction_ids: InstructionId };
    /// Tables that can be gone to.
    2 V1_3 NextTables { /** These. */ next_table_ids: TableId };
    /// Tables that can be gone to.
    3 V1_3 NextTablesMiss { /** These. */ next_table_ids: TableId };
    /// Actions for the action set.
    4 V1_3 WriteActions { /** These. */ action_ids: ActionId };
    /// Actions for the action set.
    5 V1_3 WriteActionsMiss { /** These. */ action_ids: ActionId };
    /// Actions to carry out at once.
    6 V1_3 ApplyActions { /** These. */ action_ids: ActionId };
    /// Actions to carry out at once.
    7 V1_3 ApplyActionsMiss { /** These. */ action_ids: ActionId };
    /// Fields to match.
    8 V1_3 Match { /** These, with mask where one is possible. */ oxm_ids: FieldId };
    /// Fields that need not be matched.
    10 V1_3 Wildcards { /** These. */ oxm_ids: FieldId };
    /// Fields the action set can set.
    12 V1_3 WriteSetfield { /** These. */ oxm_ids: FieldId };
    /// Fields the action set can set.
    13 V1_3 WriteSetfieldMiss { /** These. */ oxm_ids: FieldId };
    /// Fields that can be set at once.
    14 V1_3 ApplySetfield { /** These. */ oxm_ids: FieldId };
    /// Fields that can be set at once.
    15 V1_3 ApplySetfieldMiss { /** These. */ oxm_ids: FieldId };
    /// Tables whose entries appear here too.
    16 V1_4 TableSyncFrom { /** These. */ table_ids: TableId };
    /// Fields the action set can copy to.
    18 V1_5 WriteCopyfield { /** These. */ oxm_ids: FieldId };
    /// Fields the action set can copy to.
    19 V1_5 WriteCopyfieldMiss { /** These. */ oxm_ids: FieldId };
    /// Fields that can be copied to at once.
    20 V1_5 ApplyCopyfield { /** These. */ oxm_ids: FieldId };
    /// Fields that can be copied to at once.
    21 V1_5 ApplyCopyfieldMiss { /** These. */ oxm_ids: FieldId };
}
