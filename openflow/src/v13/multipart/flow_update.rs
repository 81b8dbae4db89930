//! What a flow monitor tells.

use bytes::Bytes;
use serde::Serialize;

use crate::v13::{FlowRemovedReason, Instructions, Match, instruction};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, TableId, Xid};

/// What a flow monitor tells; 1.4 and later (OF 1.4.1 §7.3.5.18.2, `ofp_flow_update_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum FlowUpdate {
    /// The entry is there.
    Initial(Box<FlowUpdateFull>),
    /// The entry is new.
    Added(Box<FlowUpdateFull>),
    /// The entry is gone.
    Removed(Box<FlowUpdateFull>),
    /// The entry is different.
    Modified(Box<FlowUpdateFull>),
    /// A change of this controller's own was made.
    Abbrev {
        /// By this message of it.
        xid: Xid,
    },
    /// Too much to tell: from here on changes are not told.
    Paused,
    /// From here on they are again.
    Resumed,
    /// Another one, kept.
    Unknown {
        /// Its number.
        #[serde(rename = "number")]
        event: u16,
        /// The rest.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

/// A flow entry a monitor tells of (OF 1.4.1 §7.3.5.18.2, `ofp_flow_update_full`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowUpdateFull {
    /// In which table.
    pub table_id: TableId,
    /// Why it is gone.
    pub reason: FlowRemovedReason,
    /// Seconds; 0: never.
    pub idle_timeout: u16,
    /// Seconds; 0: never.
    pub hard_timeout: u16,
    /// Higher wins.
    pub priority: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does; none unless asked for.
    #[serde(serialize_with = "json::list")]
    pub instructions: Instructions,
}

/// Numbers of events (OF 1.4.1 §7.3.5.18.2, `ofp_flow_update_event`).
mod event {
    pub(super) const INITIAL: u16 = 0;
    pub(super) const ADDED: u16 = 1;
    pub(super) const REMOVED: u16 = 2;
    pub(super) const MODIFIED: u16 = 3;
    pub(super) const ABBREV: u16 = 4;
    pub(super) const PAUSED: u16 = 5;
    pub(super) const RESUMED: u16 = 6;
}

impl Wire for FlowUpdate {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        let update = match r.field("event")? {
            event::INITIAL => Self::Initial(Box::new(Wire::decode(&mut r)?)),
            event::ADDED => Self::Added(Box::new(Wire::decode(&mut r)?)),
            event::REMOVED => Self::Removed(Box::new(Wire::decode(&mut r)?)),
            event::MODIFIED => Self::Modified(Box::new(Wire::decode(&mut r)?)),
            event::ABBREV => Self::Abbrev {
                xid: Xid(r.field("xid")?),
            },
            event::PAUSED => {
                r.pad(4)?;
                Self::Paused
            }
            event::RESUMED => {
                r.pad(4)?;
                Self::Resumed
            }
            event => Self::Unknown {
                event,
                data: r.rest(),
            },
        };
        r.finish()?;
        Ok(update)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("flow_update", |w| {
            w.u16(self.event());
            match self {
                Self::Initial(entry)
                | Self::Added(entry)
                | Self::Removed(entry)
                | Self::Modified(entry) => entry.encode(w),
                Self::Abbrev { xid } => w.u32(xid.0),
                Self::Paused | Self::Resumed => w.pad(4),
                Self::Unknown { data, .. } => w.bytes(data),
            }
        });
    }
}

impl FlowUpdate {
    fn event(&self) -> u16 {
        match self {
            Self::Initial(_) => event::INITIAL,
            Self::Added(_) => event::ADDED,
            Self::Removed(_) => event::REMOVED,
            Self::Modified(_) => event::MODIFIED,
            Self::Abbrev { .. } => event::ABBREV,
            Self::Paused => event::PAUSED,
            Self::Resumed => event::RESUMED,
            Self::Unknown { event, .. } => *event,
        }
    }
}

impl Wire for FlowUpdateFull {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            table_id: r.field("table_id")?,
            reason: r.field("reason")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            priority: r.field("priority")?,
            cookie: r.field_after_pad(4, "cookie")?,
            matching: r.field("match")?,
            instructions: instruction::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.table_id.encode(w);
        self.reason.encode(w);
        w.u16(self.idle_timeout);
        w.u16(self.hard_timeout);
        w.u16(self.priority);
        w.pad(4);
        self.cookie.encode(w);
        self.matching.encode(w);
        w.list(&self.instructions);
    }
}
