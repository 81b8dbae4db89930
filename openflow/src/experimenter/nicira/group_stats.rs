//! Groups: which, with which buckets, and what they can do.

use serde::Serialize;

use super::Bucket;
use super::group_mod::decode_buckets;
use crate::GroupId;
use crate::experimenter::property;
use crate::v13::{GroupProperty, GroupType};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Which group's counters are asked of (`ofp11_group_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupStatsRequest {
    /// Or `ALL`.
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
}

/// Which group's buckets are asked of (`ofp15_group_desc_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupDescRequest {
    /// Or `ALL`.
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
}

/// A group (`ofp15_group_desc_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupDesc {
    /// How it treats its buckets.
    #[serde(rename = "type")]
    pub kind: GroupType,
    /// Which.
    pub group_id: GroupId,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// How a bucket is selected, for example.
    pub properties: Vec<GroupProperty>,
}

/// What groups can do (`ofp12_group_features_stats`). The lists are by type: all, select,
/// indirect, fast failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupFeatures {
    /// Bit *n*: type *n* is there.
    #[serde(serialize_with = "json::hex32")]
    pub types: u32,
    /// `ofp_group_capabilities`.
    #[serde(serialize_with = "json::hex32")]
    pub capabilities: u32,
    /// Groups there can be.
    pub max_groups: [u32; 4],
    /// Bit *n*: action *n* can be in its buckets.
    pub actions: [u32; 4],
}

impl Wire for GroupStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: r.field_before_pad("group_id", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.group_id.encode(w);
        w.pad(4);
    }
}

impl Wire for GroupDescRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: r.field_before_pad("group_id", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.group_id.encode(w);
        w.pad(4);
    }
}

impl Wire for GroupDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        let kind = r.field_before_pad("type", 1)?;
        let group_id = r.field("group_id")?;
        let bucket_array_len = r.field_before_pad("bucket_array_len", 6)?;
        Ok(Self {
            kind,
            group_id,
            buckets: decode_buckets(r, bucket_array_len)?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("group_desc", |w| {
            self.kind.encode(w);
            w.pad(1);
            self.group_id.encode(w);
            let start = w.position() + 2 + 6;
            w.length(start, "buckets", |w| {
                w.pad(6);
                w.list(&self.buckets);
            });
            w.list(&self.properties);
        });
    }
}

impl Wire for GroupFeatures {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            types: r.field("types")?,
            capabilities: r.field("capabilities")?,
            max_groups: four(r, "max_groups")?,
            actions: four(r, "actions")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.types.encode(w);
        self.capabilities.encode(w);
        w.list(&self.max_groups);
        w.list(&self.actions);
    }
}

/// A number for each type of group.
fn four(r: &mut Reader<'_>, name: &'static str) -> Result<[u32; 4], DecodeError> {
    Ok([
        r.field(name)?,
        r.field(name)?,
        r.field(name)?,
        r.field(name)?,
    ])
}
