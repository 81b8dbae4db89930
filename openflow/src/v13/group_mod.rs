//! Groups and changes of them.

use serde::Serialize;

use super::{Actions, action};
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{GroupId, PortNo};

/// A change of the groups (OF 1.3.5 §7.3.4.2, `ofp_group_mod`).
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
    /// In order.
    pub buckets: Vec<Bucket>,
}

closed_enum! {
    /// What to do to a group (OF 1.3.5 §7.3.4.2).
    GroupModCommand: u16, GROUP_MOD_BAD_COMMAND {
        /// New.
        Add = 0 "add";
        /// Replace type and buckets.
        Modify = 1 "modify";
        /// Delete.
        Delete = 2 "delete";
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

/// Actions of a group with what decides about them (OF 1.3.5 §7.3.4.2, `ofp_bucket`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Bucket {
    /// Share in a select group.
    pub weight: u16,
    /// Alive while this port is, or [`PortNo::ANY`].
    pub watch_port: PortNo,
    /// Alive while this group is, or [`GroupId::ANY`].
    #[serde(serialize_with = "json::group_id")]
    pub watch_group: GroupId,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
}

impl Wire for GroupMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            command: r.field("command")?,
            kind: r.field("type")?,
            group_id: r.field_after_pad(1, "group_id")?,
            buckets: r.blaming(ErrorCode::GROUP_MOD_BAD_BUCKET, |r| r.list("buckets"))?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.command.encode(w);
        self.kind.encode(w);
        w.pad(1);
        self.group_id.encode(w);
        w.list(&self.buckets);
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
        let (weight, watch_port) = (r.field("weight")?, r.field("watch_port")?);
        let watch_group = r.field("watch_group")?;
        r.pad(4)?;
        Ok(Self {
            weight,
            watch_port,
            watch_group,
            actions: action::decode_rest(&mut r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("bucket", |w| {
            w.u16(self.weight);
            self.watch_port.encode(w);
            self.watch_group.encode(w);
            w.pad(4);
            w.list(&self.actions);
        });
    }
}
