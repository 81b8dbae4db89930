//! Who a switch is and what it can do.

use bitflags::bitflags;

use super::PortDesc;
use crate::{Dpid, TableId};

/// The answer to a features request (OF 1.3.5 §7.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchFeatures {
    /// Who.
    pub dpid: Dpid,
    /// Packets it can keep.
    pub n_buffers: u32,
    /// Flow tables.
    pub n_tables: u8,
    /// 0 on the main connection.
    pub auxiliary_id: u8,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Ports: 1.0 only, empty later.
    pub ports: Vec<PortDesc>,
}

bitflags! {
    /// What a switch can do (OF 1.3.5 §7.3.1, `ofp_capabilities`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct Capabilities: u32 {
        /// Counts per flow entry.
        const FLOW_STATS = 1 << 0;
        /// Counts per table.
        const TABLE_STATS = 1 << 1;
        /// Counts per port.
        const PORT_STATS = 1 << 2;
        /// Counts per group; in 1.0 this bit means 802.1D spanning tree.
        const GROUP_STATS = 1 << 3;
        /// Reassembles IP fragments.
        const IP_REASM = 1 << 5;
        /// Counts per queue.
        const QUEUE_STATS = 1 << 6;
        /// Blocks looping ports; in 1.0 bit 7 means matching on ARP addresses.
        const PORT_BLOCKED = 1 << 8;
    }
}

/// Who made the switch (OF 1.3.5 §7.3.5.1). The serial number has 32 bytes at most, the others 256;
/// what is not UTF-8 is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwitchDesc {
    /// Manufacturer.
    pub manufacturer: String,
    /// Hardware.
    pub hardware: String,
    /// Software.
    pub software: String,
    /// Serial number.
    pub serial: String,
    /// Name of the datapath, for people.
    pub datapath: String,
}

/// Counters of a table (OF 1.3.5 §7.3.5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    /// Which table.
    pub table: TableId,
    /// Entries in it.
    pub active: u32,
    /// Packets looked up.
    pub lookups: u64,
    /// Packets that hit an entry.
    pub matched: u64,
}

/// What a controller may do on a connection (OF 1.3.5 §6.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ask only.
    NoChange,
    /// Full access, beside others.
    Equal,
    /// Full access, the only one.
    Master,
    /// Read only.
    Slave,
}
