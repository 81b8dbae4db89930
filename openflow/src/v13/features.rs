//! Features of a switch.

use serde::Serialize;

use crate::Dpid;

/// Answer to a features request (OF 1.3.5 §7.3.1, `ofp_switch_features`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct FeaturesReply {
    /// Who.
    pub datapath_id: Dpid,
    /// Packets it can keep.
    pub n_buffers: u32,
    /// Flow tables.
    pub n_tables: u8,
    /// 0 on the main connection.
    pub auxiliary_id: u8,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Not used by the specification, kept.
    pub reserved: u32,
}

wire_flags! {
    /// What a switch can do (OF 1.3.5 §7.3.1, `ofp_capabilities`).
    Capabilities: u32 {
        /// Counts per flow entry.
        FLOW_STATS = 1 << 0;
        /// Counts per table.
        TABLE_STATS = 1 << 1;
        /// Counts per port.
        PORT_STATS = 1 << 2;
        /// Counts per group.
        GROUP_STATS = 1 << 3;
        /// Reassembles IP fragments.
        IP_REASM = 1 << 5;
        /// Counts per queue.
        QUEUE_STATS = 1 << 6;
        /// Blocks looping ports.
        PORT_BLOCKED = 1 << 8;
    }
}
