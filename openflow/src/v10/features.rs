//! Features of a switch.

use serde::Serialize;

use super::Port;
use crate::Dpid;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Answer to a features request (OF 1.0 §5.3.1, `ofp_switch_features`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FeaturesReply {
    /// Who.
    pub datapath_id: Dpid,
    /// Packets it can keep.
    pub n_buffers: u32,
    /// Flow tables.
    pub n_tables: u8,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Which actions it can carry out.
    pub actions: ActionSet,
    /// Its ports.
    pub ports: Vec<Port>,
}

impl Wire for FeaturesReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            datapath_id: r.field("datapath_id")?,
            n_buffers: r.field("n_buffers")?,
            n_tables: r.field("n_tables")?,
            capabilities: r.field_after_pad(3, "capabilities")?,
            actions: r.field("actions")?,
            ports: r.list("ports")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.datapath_id.encode(w);
        self.n_buffers.encode(w);
        self.n_tables.encode(w);
        w.pad(3);
        self.capabilities.encode(w);
        self.actions.encode(w);
        w.list(&self.ports);
    }
}

wire_flags! {
    /// What a switch can do (OF 1.0 §5.3.1, `ofp_capabilities`).
    Capabilities: u32 {
        /// Counts per flow entry.
        FLOW_STATS = 1 << 0;
        /// Counts per table.
        TABLE_STATS = 1 << 1;
        /// Counts per port.
        PORT_STATS = 1 << 2;
        /// Speaks 802.1D spanning tree.
        STP = 1 << 3;
        /// Reassembles IP fragments.
        IP_REASM = 1 << 5;
        /// Counts per queue.
        QUEUE_STATS = 1 << 6;
        /// Matches addresses in ARP packets.
        ARP_MATCH_IP = 1 << 7;
    }
}

wire_flags! {
    /// Actions as bits, by their number (OF 1.0 §5.3.1).
    ActionSet: u32 {
        /// Output.
        OUTPUT = 1 << 0;
        /// Set VLAN id.
        SET_VLAN_VID = 1 << 1;
        /// Set VLAN priority.
        SET_VLAN_PCP = 1 << 2;
        /// Strip VLAN.
        STRIP_VLAN = 1 << 3;
        /// Set Ethernet source.
        SET_DL_SRC = 1 << 4;
        /// Set Ethernet destination.
        SET_DL_DST = 1 << 5;
        /// Set IPv4 source.
        SET_NW_SRC = 1 << 6;
        /// Set IPv4 destination.
        SET_NW_DST = 1 << 7;
        /// Set DSCP.
        SET_NW_TOS = 1 << 8;
        /// Set source port.
        SET_TP_SRC = 1 << 9;
        /// Set destination port.
        SET_TP_DST = 1 << 10;
        /// Enqueue.
        ENQUEUE = 1 << 11;
    }
}
