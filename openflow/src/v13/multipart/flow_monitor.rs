//! What of the flow tables is watched.

use serde::Serialize;

use crate::v13::Match;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{GroupId, PortNo, TableId};

/// A monitor of flow entries; 1.4 and later. A request has any number of them
/// (OF 1.4.1 §7.3.5.18.1, `ofp_flow_monitor_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMonitorRequest {
    /// Its number, chosen by the controller.
    pub monitor_id: u32,
    /// Entries that output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// Entries that use this group, or [`GroupId::ANY`].
    #[serde(serialize_with = "json::group_id")]
    pub out_group: GroupId,
    /// Of what it tells.
    pub flags: FlowMonitorFlags,
    /// Of which table, or `ALL`.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// What to do.
    pub command: FlowMonitorCommand,
    /// Entries that the match covers.
    #[serde(rename = "match")]
    pub matching: Match,
}

closed_enum! {
    /// What to do with a monitor (OF 1.4.1 §7.3.5.18.1, `ofp_flow_monitor_command`).
    FlowMonitorCommand: u8, FLOW_MONITOR_BAD_COMMAND {
        /// New.
        Add = 0 "add";
        /// Replace.
        Modify = 1 "modify";
        /// Delete.
        Delete = 2 "delete";
    }
}

wire_flags! {
    /// Of what a monitor tells, and how (OF 1.4.1 §7.3.5.18.1, `ofp_flow_monitor_flags`).
    FlowMonitorFlags: u16 {
        /// Entries there are now.
        INITIAL = 1 << 0;
        /// New ones.
        ADD = 1 << 1;
        /// Those that are gone.
        REMOVED = 1 << 2;
        /// Those that changed.
        MODIFY = 1 << 3;
        /// With their instructions.
        INSTRUCTIONS = 1 << 4;
        /// Own changes in full, too.
        NO_ABBREV = 1 << 5;
        /// Own changes only.
        ONLY_OWN = 1 << 6;
    }
}

impl Wire for FlowMonitorRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            monitor_id: r.field("monitor_id")?,
            out_port: r.field("out_port")?,
            out_group: r.field("out_group")?,
            flags: r.field("flags")?,
            table_id: r.field("table_id")?,
            command: r.field("command")?,
            matching: r.field("match")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.monitor_id);
        self.out_port.encode(w);
        self.out_group.encode(w);
        self.flags.encode(w);
        self.table_id.encode(w);
        self.command.encode(w);
        self.matching.encode(w);
    }
}
