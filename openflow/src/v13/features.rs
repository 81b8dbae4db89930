//! Features of a switch.

use serde::Serialize;

use crate::Dpid;
use crate::wire::{DecodeError, Reader, Wire, Writer};

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

impl Wire for FeaturesReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            datapath_id: r.field("datapath_id")?,
            n_buffers: r.field("n_buffers")?,
            n_tables: r.field("n_tables")?,
            auxiliary_id: r.field("auxiliary_id")?,
            capabilities: r.field_after_pad(2, "capabilities")?,
            reserved: r.field("reserved")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.datapath_id.encode(w);
        self.n_buffers.encode(w);
        self.n_tables.encode(w);
        self.auxiliary_id.encode(w);
        w.pad(2);
        self.capabilities.encode(w);
        self.reserved.encode(w);
    }
}

wire_flags! {
    /// What a switch can do (OF 1.3.5 §7.3.1, OF 1.5.1 §7.3.1, `ofp_capabilities`).
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
        /// Takes bundles; 1.5.
        BUNDLES = 1 << 9;
        /// Tells of changed entries; 1.5.
        FLOW_MONITORING = 1 << 10;
    }
}
