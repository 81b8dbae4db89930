//! Buckets of a group, in the layout of 1.5 with the actions of the message's version.

use serde::Serialize;

use crate::experimenter::{Actions, property};
use crate::v13::{BucketId, BucketProperty};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Actions of a group with what decides about them (`ofp15_bucket`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Bucket {
    /// Its number in the group.
    pub bucket_id: BucketId,
    /// What it does.
    pub actions: Actions,
    /// When it counts, and for how much.
    pub properties: Vec<BucketProperty>,
}

impl Wire for Bucket {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let r = &mut r;
        let action_array_len = r.field::<u16>("action_array_len")?;
        let bucket_id = r.field("bucket_id")?;
        let mut actions = r
            .child(action_array_len.into())
            .map_err(|error| error.in_field("actions"))?;
        Ok(Self {
            bucket_id,
            actions: Actions::decode_rest(&mut actions)?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("bucket", |w| {
            let actions_start = w.position() + 2 + 4;
            w.length(actions_start, "bucket.actions", |w| {
                self.bucket_id.encode(w);
                self.actions.encode(w);
            });
            w.list(&self.properties);
        });
    }
}
