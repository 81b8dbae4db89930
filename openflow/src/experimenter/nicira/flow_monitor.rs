//! Flow entries, now and as they change.

use serde::Serialize;

use super::Match;
use crate::experimenter::error::Fault;
use crate::experimenter::{Actions, zeros};
use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, TableId, Xid};

/// Which flow entries are told of, and when (`nx_flow_monitor_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMonitor {
    /// The controller's number for it.
    pub id: u32,
    /// When, and how much.
    pub flags: FlowMonitorFlags,
    /// Entries that output here, or [`PortNo::NONE`].
    pub out_port: PortNo,
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// Entries the match covers.
    #[serde(rename = "match")]
    pub matching: Match,
}

wire_flags! {
    /// When a flow monitor tells, and how much (`nx_flow_monitor_flags`). One of `ADD`, `DELETE`
    /// and `MODIFY` must be there, and no bit without a name; others are refused.
    FlowMonitorFlags: u16 {
        /// What there is now.
        INITIAL = 1 << 0;
        /// What is added.
        ADD = 1 << 1;
        /// What is deleted.
        DELETE = 1 << 2;
        /// What is changed.
        MODIFY = 1 << 3;
        /// With actions.
        ACTIONS = 1 << 4;
        /// The controller's own changes in full.
        OWN = 1 << 5;
    }
}

/// A flow entry, or how it changed (`nx_flow_update_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum FlowUpdate {
    /// It was added, or is there.
    Added(Box<UpdatedFlow>),
    /// It was deleted.
    Deleted(Box<UpdatedFlow>),
    /// It was changed.
    Modified(Box<UpdatedFlow>),
    /// What one of the controller's own requests asked, was done.
    Abbrev {
        /// That request's.
        xid: Xid,
    },
}

/// A flow entry that a monitor tells of (`nx_flow_update_full`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct UpdatedFlow {
    /// Why it was deleted, as in a flow-removed; otherwise 0.
    pub reason: u16,
    /// Higher wins.
    pub priority: u16,
    /// Seconds; 0: never.
    pub idle_timeout: u16,
    /// Seconds; 0: never.
    pub hard_timeout: u16,
    /// In which table.
    pub table_id: TableId,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does; empty where it was not asked.
    pub actions: Actions,
}

/// Monitor no longer (`nx_flow_monitor_cancel`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMonitorCancel {
    /// The controller's number for it.
    pub id: u32,
}

impl Wire for FlowMonitor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = r.field("id")?;
        let flags = decode_flags(r)?;
        let out_port = r.field("out_port")?;
        let match_len = r.field("match_len")?;
        let table_id = r.field("table_id")?;
        zeros(r, 5)?;
        Ok(Self {
            id,
            flags,
            out_port,
            table_id,
            matching: Match::decode(r, match_len)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.id.encode(w);
        self.flags.encode(w);
        self.out_port.encode(w);
        let between = |w: &mut Writer<'_>| {
            self.table_id.encode(w);
            w.pad(5);
        };
        self.matching.encode(6, between, w);
    }
}

/// Flags that make sense.
pub(in crate::experimenter) fn decode_flags(
    r: &mut Reader<'_>,
) -> Result<FlowMonitorFlags, DecodeError> {
    let at = r.mark();
    let flags: FlowMonitorFlags = r.field("flags")?;
    let when = FlowMonitorFlags::ADD | FlowMonitorFlags::DELETE | FlowMonitorFlags::MODIFY;
    if flags.intersects(when) && FlowMonitorFlags::all().contains(flags) {
        return Ok(flags);
    }
    let refused = Fault::MonitorFlags.at(at, flags.bits().into(), r.version());
    Err(refused.in_field("flags"))
}

/// Numbers of events.
pub(in crate::experimenter) mod event {
    pub(in crate::experimenter) const ADDED: u16 = 0;
    pub(in crate::experimenter) const DELETED: u16 = 1;
    pub(in crate::experimenter) const MODIFIED: u16 = 2;
    pub(in crate::experimenter) const ABBREV: u16 = 3;
}

/// An update's event and what follows it.
pub(in crate::experimenter) fn decode_event<'a>(
    r: &mut Reader<'a>,
) -> Result<(u16, Reader<'a>), DecodeError> {
    let at = r.mark();
    let mut update = r.sized()?;
    let length = update.remaining() + 2;
    if !length.is_multiple_of(8) {
        return Err(at.bad_length(length, "a multiple of 8"));
    }
    let at = update.mark();
    match update.field("event")? {
        event @ event::ADDED..=event::ABBREV => Ok((event, update)),
        event => Err(Fault::MonitorEvent
            .at(at, event.into(), r.version())
            .in_field("event")),
    }
}

impl Wire for FlowUpdate {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (event, mut r) = decode_event(r)?;
        let r = &mut r;
        let update = match event {
            event::ADDED => Self::Added(Box::new(Wire::decode(r)?)),
            event::DELETED => Self::Deleted(Box::new(Wire::decode(r)?)),
            event::MODIFIED => Self::Modified(Box::new(Wire::decode(r)?)),
            _ => Self::Abbrev {
                xid: Xid(r.field("xid")?),
            },
        };
        r.finish()?;
        Ok(update)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("flow_update", |w| match self {
            Self::Added(flow) => {
                w.u16(event::ADDED);
                flow.encode(w);
            }
            Self::Deleted(flow) => {
                w.u16(event::DELETED);
                flow.encode(w);
            }
            Self::Modified(flow) => {
                w.u16(event::MODIFIED);
                flow.encode(w);
            }
            Self::Abbrev { xid } => {
                w.u16(event::ABBREV);
                w.u32(xid.0);
            }
        });
    }
}

impl Wire for UpdatedFlow {
    /// What follows the event.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let reason = r.field("reason")?;
        let priority = r.field("priority")?;
        let idle_timeout = r.field("idle_timeout")?;
        let hard_timeout = r.field("hard_timeout")?;
        let match_len = r.field("match_len")?;
        Ok(Self {
            reason,
            priority,
            idle_timeout,
            hard_timeout,
            table_id: r.field_before_pad("table_id", 1)?,
            cookie: r.field("cookie")?,
            matching: Match::decode(r, match_len)?,
            actions: Actions::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.reason.encode(w);
        self.priority.encode(w);
        self.idle_timeout.encode(w);
        self.hard_timeout.encode(w);
        let between = |w: &mut Writer<'_>| {
            self.table_id.encode(w);
            w.pad(1);
            self.cookie.encode(w);
        };
        self.matching.encode(10, between, w);
        self.actions.encode(w);
    }
}

impl Wire for FlowMonitorCancel {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: r.field("id")? })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.id.encode(w);
    }
}
