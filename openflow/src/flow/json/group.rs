//! Groups.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::action::list;
use crate::flow::{Actions, Bucket, Group, GroupType};
use crate::{GroupId, PortNo};

/// `{"id":1,"type":"ff","buckets":[{"watch_port":1,"actions":[...]}]}`
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupJson {
    id: GroupId,
    r#type: GroupType,
    #[serde(default)]
    buckets: Vec<Bucket>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketJson {
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
        } = GroupJson::deserialize(d)?;
        Ok(Self { id, kind, buckets })
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        BucketJson {
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
            weight: json.weight.unwrap_or(0),
            watch_port: json.watch_port.unwrap_or(PortNo::ANY),
            watch_group: json.watch_group.unwrap_or(GroupId::ANY),
            actions: json.actions,
        })
    }
}
