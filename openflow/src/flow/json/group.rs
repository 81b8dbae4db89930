//! Groups.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::action::list;
use super::matching::field_of_name;
use crate::flow::text::{format_value, parse_value};
use crate::flow::{Actions, Bucket, Group, GroupType, Selection};
use crate::{GroupId, PortNo};

/// `{"id":1,"type":"ff","buckets":[{"watch_port":1,"actions":[...]}]}`
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupJson {
    id: GroupId,
    r#type: GroupType,
    #[serde(default)]
    buckets: Vec<Bucket>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selection: Option<SelectionJson>,
}

/// `{"method":"hash","param":0,"fields":{"ipv4_dst":"255.255.0.0"}}`
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SelectionJson {
    method: String,
    #[serde(default)]
    param: u64,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket_id: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watch_port: Option<PortNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watch_group: Option<GroupId>,
    #[serde(with = "list")]
    actions: Actions,
}

impl Serialize for GroupType {
    /// `all`, `select`, `indirect`, `ff` or a number as text.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GroupType {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(Error::custom)
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        GroupJson {
            id: self.id,
            r#type: self.kind,
            buckets: self.buckets.clone(),
            selection: self.selection.as_deref().map(SelectionJson::from),
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let GroupJson {
            id,
            r#type: kind,
            buckets,
            selection,
        } = GroupJson::deserialize(d)?;
        let selection = selection.map(|json| json.read().map(Box::new)).transpose();
        Ok(Self {
            id,
            kind,
            buckets,
            selection: selection.map_err(Error::custom)?,
        })
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        BucketJson {
            bucket_id: self.id,
            weight: (self.weight != 0).then_some(self.weight),
            watch_port: (self.watch_port != PortNo::ANY).then_some(self.watch_port),
            watch_group: (self.watch_group != GroupId::ANY).then_some(self.watch_group),
            actions: self.actions.clone(),
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let json = BucketJson::deserialize(d)?;
        Ok(Self {
            id: json.bucket_id,
            weight: json.weight.unwrap_or(0),
            watch_port: json.watch_port.unwrap_or(PortNo::ANY),
            watch_group: json.watch_group.unwrap_or(GroupId::ANY),
            actions: json.actions,
        })
    }
}

impl From<&Selection> for SelectionJson {
    fn from(selection: &Selection) -> Self {
        let field = |(field, mask): &(crate::oxm::Field, u128)| {
            let full = field.info().full_mask();
            let text = format_value(*field, *mask, full).to_string();
            (field.info().name.to_owned(), text)
        };
        Self {
            method: selection.method.clone(),
            param: selection.param,
            fields: selection.fields.iter().map(field).collect(),
        }
    }
}

impl SelectionJson {
    fn read(self) -> Result<Selection, String> {
        let field = |(name, text): (&String, &String)| {
            let field = field_of_name(name).ok_or_else(|| format!("no field {name}"))?;
            parse_value(field, text).map(|(mask, _)| (field, mask))
        };
        Ok(Selection {
            fields: self.fields.iter().map(field).collect::<Result<_, _>>()?,
            method: self.method,
            param: self.param,
        })
    }
}
