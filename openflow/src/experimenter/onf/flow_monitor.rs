//! Flow entries, now and as they change.

use serde::Serialize;

use super::MonitorMatch;
use crate::experimenter::nicira::{FlowMonitorFlags, decode_event, decode_flags, event};
use crate::experimenter::zeros;
use crate::v13::{self, Instructions};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{Cookie, PortNo, TableId, Xid};

/// Which flow entries are told of, and when (`onf_flow_monitor_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMonitor {
    /// The controller's number for it.
    pub id: u32,
    /// When, and how much.
    pub flags: FlowMonitorFlags,
    /// Entries that output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// Entries the match covers.
    #[serde(flatten)]
    pub matching: MonitorMatch,
}

/// A flow entry, or how it changed (`onf_flow_update_header`).
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

/// A flow entry that a monitor tells of (`onf_flow_update_full`).
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
    #[serde(flatten)]
    pub matching: MonitorMatch,
    /// What it does; empty where it was not asked.
    #[serde(serialize_with = "json::list")]
    pub instructions: Instructions,
}

impl Wire for FlowMonitor {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = r.field("id")?;
        let flags = decode_flags(r)?;
        let match_len = r.field("match_len")?;
        let out_port = r.field("out_port")?;
        let table_id = r.field("table_id")?;
        zeros(r, 3)?;
        Ok(Self {
            id,
            flags,
            out_port,
            table_id,
            matching: MonitorMatch::decode(r, match_len)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.id.encode(w);
        self.flags.encode(w);
        let between = |w: &mut Writer<'_>| {
            self.out_port.encode(w);
            self.table_id.encode(w);
            w.pad(3);
        };
        self.matching.encode(8, between, w);
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
            matching: MonitorMatch::decode(r, match_len)?,
            instructions: v13::decode_instructions(r)?,
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
        w.list(&self.instructions);
    }
}
