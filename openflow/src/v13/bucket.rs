//! Buckets of a group.

use serde::{Serialize, Serializer};

use super::{Actions, ExperimenterProperty, UnknownProperty, action, property};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{GroupId, PortNo, Version};

/// Actions of a group with what decides about them (OF 1.3.5 §7.3.4.2, OF 1.5.1 §7.3.4.3.1,
/// `ofp_bucket`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Bucket {
    /// When it counts, and for how much.
    #[serde(flatten)]
    pub terms: BucketTerms,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
}

/// When a bucket counts, and for how much.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum BucketTerms {
    /// In 1.3 and 1.4: always the same three.
    Fixed {
        /// Share in a select group.
        weight: u16,
        /// Alive while this port is, or [`PortNo::ANY`].
        watch_port: PortNo,
        /// Alive while this group is, or [`GroupId::ANY`].
        #[serde(serialize_with = "json::group_id")]
        watch_group: GroupId,
    },
    /// In 1.5: those it needs.
    Properties {
        /// Its number in the group.
        bucket_id: BucketId,
        /// In their order.
        properties: Vec<BucketProperty>,
    },
}

/// Number of a bucket in its group (OF 1.5.1 §7.3.4.3.1, `ofp_group_bucket`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketId(pub u32);

impl BucketId {
    /// Highest number a bucket can have.
    pub const MAX: Self = Self(0xffff_ff00);
    /// The first one in the group; in commands only.
    pub const FIRST: Self = Self(0xffff_fffd);
    /// The last one in the group; in commands only.
    pub const LAST: Self = Self(0xffff_fffe);
    /// All of them; in commands only.
    pub const ALL: Self = Self(0xffff_ffff);
}

/// Property of a bucket in 1.5 (OF 1.5.1 §7.3.4.3.1, `ofp_group_bucket_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BucketProperty {
    /// Share in a select group.
    Weight {
        /// Of the sum of all.
        weight: u16,
    },
    /// Alive while a port is.
    WatchPort {
        /// This one.
        watch: PortNo,
    },
    /// Alive while a group is.
    WatchGroup {
        /// This one.
        #[serde(serialize_with = "json::group_id")]
        watch: GroupId,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Bucket {
    /// Its number; in 1.5 only.
    #[must_use]
    pub fn bucket_id(&self) -> Option<BucketId> {
        match self.terms {
            BucketTerms::Fixed { .. } => None,
            BucketTerms::Properties { bucket_id, .. } => Some(bucket_id),
        }
    }

    /// Its share in a select group; `None` where 1.5 does not say.
    #[must_use]
    pub fn weight(&self) -> Option<u16> {
        match &self.terms {
            BucketTerms::Fixed { weight, .. } => Some(*weight),
            BucketTerms::Properties { properties, .. } => properties.iter().find_map(|p| match p {
                BucketProperty::Weight { weight } => Some(*weight),
                _ => None,
            }),
        }
    }

    /// The port it watches; `None` where 1.5 does not say.
    #[must_use]
    pub fn watch_port(&self) -> Option<PortNo> {
        match &self.terms {
            BucketTerms::Fixed { watch_port, .. } => Some(*watch_port),
            BucketTerms::Properties { properties, .. } => properties.iter().find_map(|p| match p {
                BucketProperty::WatchPort { watch } => Some(*watch),
                _ => None,
            }),
        }
    }

    /// The group it watches; `None` where 1.5 does not say.
    #[must_use]
    pub fn watch_group(&self) -> Option<GroupId> {
        match &self.terms {
            BucketTerms::Fixed { watch_group, .. } => Some(*watch_group),
            BucketTerms::Properties { properties, .. } => properties.iter().find_map(|p| match p {
                BucketProperty::WatchGroup { watch } => Some(*watch),
                _ => None,
            }),
        }
    }
}

impl Wire for Bucket {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = r.mark();
        let mut r = r.sized()?;
        let length = r.remaining() + 2;
        if !length.is_multiple_of(8) {
            return Err(at.bad_length(length, "a multiple of 8"));
        }
        if r.version() >= Version::V1_5 {
            return decode_15(&mut r);
        }
        let terms = BucketTerms::Fixed {
            weight: r.field("weight")?,
            watch_port: r.field("watch_port")?,
            watch_group: r.field_before_pad("watch_group", 4)?,
        };
        let actions = action::decode_rest(&mut r)?;
        Ok(Self { terms, actions })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("bucket", |w| match &self.terms {
            BucketTerms::Fixed {
                weight,
                watch_port,
                watch_group,
            } => {
                if w.version() >= Version::V1_5 {
                    w.lacks("weight or watch of a bucket other than as a property");
                }
                w.u16(*weight);
                watch_port.encode(w);
                watch_group.encode(w);
                w.pad(4);
                w.list(&self.actions);
            }
            BucketTerms::Properties {
                bucket_id,
                properties,
            } => {
                if w.version() < Version::V1_5 {
                    w.lacks("properties of buckets");
                }
                let actions_start = w.position() + 2 + 4;
                w.length(actions_start, "bucket.actions", |w| {
                    bucket_id.encode(w);
                    w.list(&self.actions);
                });
                w.list(properties);
            }
        });
    }
}

/// What follows the length of a bucket in 1.5.
fn decode_15(r: &mut Reader<'_>) -> Result<Bucket, DecodeError> {
    let action_array_len = r.field::<u16>("action_array_len")?;
    let bucket_id = r.field("bucket_id")?;
    let mut actions = r
        .child(action_array_len.into())
        .map_err(|e| e.in_field("actions"))?;
    let actions = action::decode_rest(&mut actions)?;
    let terms = BucketTerms::Properties {
        bucket_id,
        properties: property::decode_rest(r)?,
    };
    Ok(Bucket { terms, actions })
}

/// Numbers of properties.
mod kind {
    pub(super) const WEIGHT: u16 = 0;
    pub(super) const WATCH_PORT: u16 = 1;
    pub(super) const WATCH_GROUP: u16 = 2;
}

impl Wire for BucketProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::WEIGHT => Self::Weight {
                    weight: r.field_before_pad("weight", 2)?,
                },
                kind::WATCH_PORT => Self::WatchPort {
                    watch: r.field("watch")?,
                },
                kind::WATCH_GROUP => Self::WatchGroup {
                    watch: r.field("watch")?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "bucket.properties";
        match self {
            Self::Weight { weight } => property::encode(kind::WEIGHT, what, w, |w| {
                w.u16(*weight);
                w.pad(2);
            }),
            Self::WatchPort { watch } => {
                property::encode(kind::WATCH_PORT, what, w, |w| watch.encode(w));
            }
            Self::WatchGroup { watch } => {
                property::encode(kind::WATCH_GROUP, what, w, |w| watch.encode(w));
            }
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}

impl Wire for BucketId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.0);
    }
}

impl Serialize for BucketId {
    /// `FIRST`, `LAST`, `ALL` or a number.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::FIRST => s.serialize_str("FIRST"),
            Self::LAST => s.serialize_str("LAST"),
            Self::ALL => s.serialize_str("ALL"),
            Self(number) => s.serialize_u32(number),
        }
    }
}
