//! A change of the groups.

use serde::Serialize;

use super::Bucket;
use crate::GroupId;
use crate::experimenter::property;
use crate::v13::{BucketId, GroupModCommand, GroupProperty, GroupType};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// A change of the groups (`NXT_GROUP_MOD`): that of 1.5 with the actions of 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupMod {
    /// What to do.
    pub command: GroupModCommand,
    /// How the group treats its buckets.
    #[serde(rename = "type")]
    pub kind: GroupType,
    /// Which, or `ALL`.
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
    /// Where buckets are put, or which goes.
    pub command_bucket_id: BucketId,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// How a bucket is selected, for example.
    pub properties: Vec<GroupProperty>,
}

impl Wire for GroupMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let command = r.field("command")?;
        let kind = r.field_before_pad("type", 1)?;
        let group_id = r.field("group_id")?;
        let bucket_array_len = r.field_before_pad::<u16>("bucket_array_len", 2)?;
        let command_bucket_id = r.field("command_bucket_id")?;
        Ok(Self {
            command,
            kind,
            group_id,
            command_bucket_id,
            buckets: decode_buckets(r, bucket_array_len)?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.command.encode(w);
        self.kind.encode(w);
        w.pad(1);
        self.group_id.encode(w);
        let start = w.position() + 2 + 2 + 4;
        w.length(start, "buckets", |w| {
            w.pad(2);
            self.command_bucket_id.encode(w);
            w.list(&self.buckets);
        });
        w.list(&self.properties);
    }
}

/// The next `len` bytes.
pub(super) fn decode_buckets(r: &mut Reader<'_>, len: u16) -> Result<Vec<Bucket>, DecodeError> {
    let child = r.child(len.into());
    child
        .map_err(|error| error.in_field("buckets"))?
        .list("buckets")
}
