//! Actions and instructions.

use bytes::Bytes;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::matching::field_named;
use super::value::{FieldValue, Given, hex_bytes, hex_number};
use crate::flow::text::{format_value, parse_value};
use crate::flow::{Action, Actions, CopyField, Instructions};
use crate::nicira;
use crate::oxm::Field;
use crate::{GroupId, MeterId, PortNo, TableId};

/// An action as it is written. Empty variants have braces: serde lets unknown fields of a unit
/// variant pass.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum ActionJson {
    Output {
        port: PortNo,
        /// For the controller only; the whole packet where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_len: Option<u16>,
    },
    Group {
        group_id: GroupId,
    },
    SetQueue {
        queue_id: u32,
    },
    Enqueue {
        port: PortNo,
        queue_id: u32,
    },
    SetField(SetField),
    CopyField {
        n_bits: u16,
        #[serde(with = "super::matching::field_name")]
        src: Field,
        #[serde(default)]
        src_offset: u16,
        #[serde(with = "super::matching::field_name")]
        dst: Field,
        #[serde(default)]
        dst_offset: u16,
    },
    Meter {
        meter_id: MeterId,
    },
    PushVlan {
        #[serde(with = "hex_number")]
        ethertype: u16,
    },
    PopVlan {},
    PushMpls {
        #[serde(with = "hex_number")]
        ethertype: u16,
    },
    PopMpls {
        #[serde(with = "hex_number")]
        ethertype: u16,
    },
    SetMplsTtl {
        mpls_ttl: u8,
    },
    DecMplsTtl {},
    SetNwTtl {
        nw_ttl: u8,
    },
    DecNwTtl {},
    CopyTtlOut {},
    CopyTtlIn {},
    PushPbb {
        #[serde(with = "hex_number")]
        ethertype: u16,
    },
    PopPbb {},
    /// As `ovs-ofctl` writes it.
    Nicira {
        #[serde(with = "ovs_text")]
        action: Box<nicira::Action<Action>>,
    },
    Experimenter {
        #[serde(with = "hex_number")]
        experimenter: u32,
        #[serde(with = "hex_bytes")]
        body: Bytes,
    },
    Unknown {
        number: u16,
        #[serde(with = "hex_bytes")]
        body: Bytes,
    },
}

/// `{"field":"ipv4_dst","value":"10.0.0.1"}`
struct SetField {
    field: Field,
    value: u128,
    mask: u128,
}

impl Serialize for SetField {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written {
            field: &'static str,
            value: FieldValue,
        }
        let Self { field, value, mask } = *self;
        let value = FieldValue { field, value, mask };
        Written {
            field: field.info().name,
            value,
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for SetField {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Read {
            field: String,
            value: Given,
        }
        let Read { field: name, value } = Read::deserialize(d)?;
        let field = field_named::<D::Error>(&name)?;
        let (value, mask) = value
            .read(field)
            .map_err(|error| Error::custom(format!("set_field of {name}: {error}")))?;
        Ok(Self { field, value, mask })
    }
}

impl From<&Action> for ActionJson {
    fn from(action: &Action) -> Self {
        match action.clone() {
            Action::Output {
                port: port @ PortNo::CONTROLLER,
                max_len,
            } => Self::Output {
                port,
                max_len: Some(max_len),
            },
            Action::Output { port, .. } => Self::Output {
                port,
                max_len: None,
            },
            Action::Group(group_id) => Self::Group { group_id },
            Action::SetQueue(queue_id) => Self::SetQueue { queue_id },
            Action::Enqueue {
                port,
                queue: queue_id,
            } => Self::Enqueue { port, queue_id },
            Action::SetField { field, value, mask } => {
                Self::SetField(SetField { field, value, mask })
            }
            Action::CopyField(copy) => Self::CopyField {
                n_bits: copy.n_bits,
                src: copy.src,
                src_offset: copy.src_offset,
                dst: copy.dst,
                dst_offset: copy.dst_offset,
            },
            Action::Meter(meter_id) => Self::Meter { meter_id },
            Action::PushVlan(ethertype) => Self::PushVlan { ethertype },
            Action::PopVlan => Self::PopVlan {},
            Action::PushMpls(ethertype) => Self::PushMpls { ethertype },
            Action::PopMpls(ethertype) => Self::PopMpls { ethertype },
            Action::SetMplsTtl(mpls_ttl) => Self::SetMplsTtl { mpls_ttl },
            Action::DecMplsTtl => Self::DecMplsTtl {},
            Action::SetNwTtl(nw_ttl) => Self::SetNwTtl { nw_ttl },
            Action::DecNwTtl => Self::DecNwTtl {},
            Action::CopyTtlOut => Self::CopyTtlOut {},
            Action::CopyTtlIn => Self::CopyTtlIn {},
            Action::PushPbb(ethertype) => Self::PushPbb { ethertype },
            Action::PopPbb => Self::PopPbb {},
            Action::Nicira(action) => Self::Nicira { action },
            Action::Experimenter { experimenter, body } => {
                Self::Experimenter { experimenter, body }
            }
            Action::Unknown { kind: number, body } => Self::Unknown { number, body },
        }
    }
}

impl From<ActionJson> for Action {
    fn from(json: ActionJson) -> Self {
        match json {
            ActionJson::Output {
                port: port @ PortNo::CONTROLLER,
                max_len,
            } => Self::Output {
                port,
                max_len: max_len.unwrap_or(0xffff),
            },
            ActionJson::Output { port, .. } => Self::output(port),
            ActionJson::Group { group_id } => Self::Group(group_id),
            ActionJson::SetQueue { queue_id } => Self::SetQueue(queue_id),
            ActionJson::Enqueue { port, queue_id } => Self::Enqueue {
                port,
                queue: queue_id,
            },
            ActionJson::SetField(SetField { field, value, mask }) => {
                Self::SetField { field, value, mask }
            }
            ActionJson::CopyField {
                n_bits,
                src,
                src_offset,
                dst,
                dst_offset,
            } => Self::CopyField(CopyField {
                n_bits,
                src,
                src_offset,
                dst,
                dst_offset,
            }),
            ActionJson::Meter { meter_id } => Self::Meter(meter_id),
            ActionJson::PushVlan { ethertype } => Self::PushVlan(ethertype),
            ActionJson::PopVlan {} => Self::PopVlan,
            ActionJson::PushMpls { ethertype } => Self::PushMpls(ethertype),
            ActionJson::PopMpls { ethertype } => Self::PopMpls(ethertype),
            ActionJson::SetMplsTtl { mpls_ttl } => Self::SetMplsTtl(mpls_ttl),
            ActionJson::DecMplsTtl {} => Self::DecMplsTtl,
            ActionJson::SetNwTtl { nw_ttl } => Self::SetNwTtl(nw_ttl),
            ActionJson::DecNwTtl {} => Self::DecNwTtl,
            ActionJson::CopyTtlOut {} => Self::CopyTtlOut,
            ActionJson::CopyTtlIn {} => Self::CopyTtlIn,
            ActionJson::PushPbb { ethertype } => Self::PushPbb(ethertype),
            ActionJson::PopPbb {} => Self::PopPbb,
            ActionJson::Nicira { action } => Self::Nicira(action),
            ActionJson::Experimenter { experimenter, body } => {
                Self::Experimenter { experimenter, body }
            }
            ActionJson::Unknown { number: kind, body } => Self::Unknown { kind, body },
        }
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        ActionJson::from(self).serialize(s)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        ActionJson::deserialize(d).map(Self::from)
    }
}

/// An action of Open vSwitch as it writes it, for `#[serde(with)]`.
mod ovs_text {
    use std::borrow::Cow;

    use super::{Action, Deserialize, Deserializer, Error, Serializer, nicira};

    pub(super) fn serialize<S: Serializer>(
        action: &nicira::Action<Action>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_str(&Action::Nicira(Box::new(action.clone())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Box<nicira::Action<Action>>, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        match text.parse().map_err(D::Error::custom)? {
            Action::Nicira(action) => Ok(action),
            other => {
                let problem = format!("`{other}` has a type of its own: {}", other.name());
                Err(D::Error::custom(problem))
            }
        }
    }
}

/// A list of actions, for `#[serde(with)]`.
pub(super) mod list {
    use super::{Action, Actions, Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        actions: &Actions,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(actions)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Actions, D::Error> {
        Vec::<Action>::deserialize(d).map(Actions::from_vec)
    }
}

/// Instructions as they are written: what is not there is left out.
#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct InstructionsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    meter: Option<MeterId>,
    #[serde(with = "list", skip_serializing_if = "Actions::is_empty")]
    apply: Actions,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    clear: bool,
    #[serde(with = "list", skip_serializing_if = "Actions::is_empty")]
    write: Actions,
    /// `"0x5/0xff"`
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goto: Option<TableId>,
}

impl Serialize for Instructions {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let metadata = self.metadata.map(|(value, mask)| {
            format_value(Field::Metadata, value.into(), mask.into()).to_string()
        });
        InstructionsJson {
            meter: self.meter,
            apply: self.apply.clone(),
            clear: self.clear,
            write: self.write.clone(),
            metadata,
            goto: self.goto,
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Instructions {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let json = InstructionsJson::deserialize(d)?;
        let metadata = json
            .metadata
            .map(|text| parse_value(Field::Metadata, &text))
            .transpose()
            .map_err(|error| Error::custom(format!("metadata: {error}")))?;
        let narrow = |bits: u128| u64::try_from(bits).expect("metadata has 64 bits");
        Ok(Self {
            meter: json.meter,
            apply: json.apply,
            clear: json.clear,
            write: json.write,
            metadata: metadata.map(|(value, mask)| (narrow(value), narrow(mask))),
            goto: json.goto,
        })
    }
}
