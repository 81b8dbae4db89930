//! Changes of the groups.

use serde::Serialize;

use super::{Bucket, BucketId, ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{GroupId, Version};

/// A change of the groups (OF 1.3.5 §7.3.4.2, OF 1.5.1 §7.3.4.3, `ofp_group_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupMod {
    /// What to do.
    pub command: GroupModCommand,
    /// How the group treats its buckets.
    #[serde(rename = "type")]
    pub kind: GroupType,
    /// Which group.
    #[serde(serialize_with = "json::group_id")]
    pub group_id: GroupId,
    /// Where buckets are inserted, or which is removed; for other commands [`BucketId::ALL`].
    /// In 1.5 only, where `None` is written as that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_bucket_id: Option<BucketId>,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// In 1.5 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<GroupProperty>>,
}

closed_enum! {
    /// What to do to a group (OF 1.3.5 §7.3.4.2, OF 1.5.1 §7.3.4.3).
    GroupModCommand: u16, GROUP_MOD_BAD_COMMAND {
        /// New.
        Add = 0 "add";
        /// Replace type and buckets.
        Modify = 1 "modify";
        /// Delete.
        Delete = 2 "delete";
        /// Put buckets among those there are; 1.5.
        InsertBucket = 3 "insert_bucket";
        /// Take some or all buckets away; 1.5.
        RemoveBucket = 5 "remove_bucket";
    }
}

wire_enum! {
    /// How a group treats its buckets (OF 1.3.5 §5.6.1). Numbers from 128 on are for experiments.
    GroupType: u8 {
        /// All of them.
        All = 0 "all";
        /// One, by weight.
        Select = 1 "select";
        /// The only one.
        Indirect = 2 "indirect";
        /// The first that is alive.
        FastFailover = 3 "ff";
    }
}

/// Property of a group in 1.5 (OF 1.5.1 §7.3.4.3, `ofp_group_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GroupProperty {
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl GroupModCommand {
    /// The first version that has it.
    fn since(self) -> Version {
        match self {
            Self::Add | Self::Modify | Self::Delete => Version::V1_3,
            Self::InsertBucket | Self::RemoveBucket => Version::V1_5,
        }
    }
}

impl Wire for GroupMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = r.mark();
        let command: GroupModCommand = r.field("command")?;
        if r.version() < command.since() {
            let number = u16::from(command).into();
            let error = at.bad_value(number, ErrorCode::GROUP_MOD_BAD_COMMAND);
            return Err(error.in_field("command"));
        }
        let (kind, group_id) = (r.field("type")?, r.field_after_pad(1, "group_id")?);
        if r.version() < Version::V1_5 {
            return Ok(Self {
                command,
                kind,
                group_id,
                command_bucket_id: None,
                buckets: buckets(r)?,
                properties: None,
            });
        }
        let bucket_array_len = r.field::<u16>("bucket_array_len")?;
        let command_bucket_id = r.field_after_pad(2, "command_bucket_id")?;
        Ok(Self {
            command,
            kind,
            group_id,
            command_bucket_id: Some(command_bucket_id),
            buckets: bucket_array(r, bucket_array_len)?,
            properties: Some(property::decode_rest(r)?),
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if w.version() < self.command.since() {
            w.lacks("commands for single buckets");
        }
        self.command.encode(w);
        self.kind.encode(w);
        w.pad(1);
        self.group_id.encode(w);
        if w.version() < Version::V1_5 {
            if self.command_bucket_id.is_some() || self.properties.is_some() {
                w.lacks("bucket ids and properties of groups");
            }
            w.list(&self.buckets);
            return;
        }
        let buckets_start = w.position() + 8;
        w.length(buckets_start, "group_mod.buckets", |w| {
            w.pad(2);
            self.command_bucket_id.unwrap_or(BucketId::ALL).encode(w);
            w.list(&self.buckets);
        });
        w.list(self.properties.iter().flatten());
    }
}

/// Every bucket left in `r`.
pub(super) fn buckets(r: &mut Reader<'_>) -> Result<Vec<Bucket>, DecodeError> {
    r.blaming(ErrorCode::GROUP_MOD_BAD_BUCKET, |r| r.list("buckets"))
}

/// The buckets in the next `len` bytes, which properties follow.
pub(super) fn bucket_array(r: &mut Reader<'_>, len: u16) -> Result<Vec<Bucket>, DecodeError> {
    let mut array = r.child(len.into()).map_err(|e| e.in_field("buckets"))?;
    buckets(&mut array)
}

impl Wire for GroupProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "group.properties";
        match self {
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
