//! Groups and their counters.

use serde::Serialize;

use crate::v13::{Bucket, GroupProperty, GroupType, group_mod, property};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{GroupId, Version};

/// Which group is asked of (OF 1.3.5 §7.3.5.9, `ofp_group_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct GroupStatsRequest {
    /// Or [`GroupId::ALL`].
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
}

/// Counters of a group (OF 1.3.5 §7.3.5.9, `ofp_group_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupStats {
    /// Which.
    pub group_id: GroupId,
    /// Entries and groups that use it.
    pub ref_count: u32,
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Per bucket, in order.
    pub bucket_stats: Vec<BucketCounter>,
}

/// Counters of a bucket (OF 1.3.5 §7.3.5.9, `ofp_bucket_counter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct BucketCounter {
    /// Packets.
    pub packet_count: u64,
    /// Bytes.
    pub byte_count: u64,
}

/// A group (OF 1.3.5 §7.3.5.10, OF 1.5.1 §7.3.5.12, `ofp_group_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupDesc {
    /// How it treats its buckets.
    #[serde(rename = "type")]
    pub kind: GroupType,
    /// Which.
    pub group_id: GroupId,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// In 1.5 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<GroupProperty>>,
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

impl Wire for GroupStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            group_id: r.field_after_pad(2, "group_id")?,
            ref_count: r.field("ref_count")?,
            packet_count: r.field_after_pad(4, "packet_count")?,
            byte_count: r.field("byte_count")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            bucket_stats: r.list("bucket_stats")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("group_stats", |w| {
            w.pad(2);
            self.group_id.encode(w);
            self.ref_count.encode(w);
            w.pad(4);
            self.packet_count.encode(w);
            self.byte_count.encode(w);
            self.duration_sec.encode(w);
            self.duration_nsec.encode(w);
            w.list(&self.bucket_stats);
        });
    }
}

impl Wire for BucketCounter {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.packet_count.encode(w);
        self.byte_count.encode(w);
    }
}

impl Wire for GroupDesc {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        Ok(Self {
            kind: r.field("type")?,
            group_id: r.field_after_pad(1, "group_id")?,
            buckets: if r.version() < Version::V1_5 {
                group_mod::buckets(r)?
            } else {
                let bucket_array_len = r.field("bucket_array_len")?;
                r.pad(6)?;
                group_mod::bucket_array(r, bucket_array_len)?
            },
            properties: property::decode_since(Version::V1_5, r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("group_desc", |w| {
            self.kind.encode(w);
            w.pad(1);
            self.group_id.encode(w);
            if w.version() < Version::V1_5 {
                w.list(&self.buckets);
            } else {
                let buckets_start = w.position() + 8;
                w.length(buckets_start, "group_desc.buckets", |w| {
                    w.pad(6);
                    w.list(&self.buckets);
                });
            }
            let properties = self.properties.as_deref();
            property::encode_since(Version::V1_5, properties, "properties of groups", w);
        });
    }
}
