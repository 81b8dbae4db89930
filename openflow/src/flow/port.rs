//! Ports of a switch.

use std::time::Duration;

use bitflags::bitflags;

use crate::{MacAddr, PortNo};

/// A port as the switch describes it (OF 1.3.5 §7.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDesc {
    /// Number.
    pub no: PortNo,
    /// Address.
    pub hw_addr: MacAddr,
    /// Name, at most 16 bytes; what is not UTF-8 is replaced.
    pub name: String,
    /// Set by the controller.
    pub config: PortConfig,
    /// Told by the switch.
    pub state: PortState,
    /// Current speed, kbit/s; 0: not known. (1.0: from the feature bits.)
    pub curr_speed_kbps: u32,
    /// Highest speed, kbit/s; 0: not known.
    pub max_speed_kbps: u32,
}

impl PortDesc {
    /// Neither administratively down nor without a link.
    #[must_use]
    pub fn is_up(&self) -> bool {
        !self.config.contains(PortConfig::PORT_DOWN) && !self.state.contains(PortState::LINK_DOWN)
    }
}

bitflags! {
    /// Configuration of a port, set by the controller (OF 1.3.5 §7.2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct PortConfig: u32 {
        /// Administratively down.
        const PORT_DOWN = 1 << 0;
        /// Drops what it receives.
        const NO_RECV = 1 << 2;
        /// Left out of `FLOOD`; 1.0 only.
        const NO_FLOOD = 1 << 4;
        /// Drops what is sent to it.
        const NO_FWD = 1 << 5;
        /// Does not send packet-ins.
        const NO_PACKET_IN = 1 << 6;
    }

    /// State of a port, told by the switch (OF 1.3.5 §7.2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct PortState: u32 {
        /// No physical link.
        const LINK_DOWN = 1 << 0;
        /// Blocked.
        const BLOCKED = 1 << 1;
        /// Usable for fast failover.
        const LIVE = 1 << 2;
    }
}

/// What happened to a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortChange {
    /// It is new.
    Add,
    /// It is gone.
    Delete,
    /// Something about it is different.
    Modify,
}

/// A port came, went or changed (OF 1.3.5 §7.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortStatus {
    /// What happened.
    pub change: PortChange,
    /// The port now.
    pub port: PortDesc,
}

/// A change of a port's configuration (OF 1.3.5 §7.3.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortMod {
    /// Which port.
    pub port: PortNo,
    /// Its address: the switch refuses the change where it differs.
    pub hw_addr: MacAddr,
    /// New values.
    pub config: PortConfig,
    /// Which of them to change.
    pub mask: PortConfig,
}

/// Counters of a port (OF 1.3.5 §7.3.5.6). A counter the switch does not keep is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortStats {
    /// Which port.
    pub port: PortNo,
    /// Packets received.
    pub rx_packets: Option<u64>,
    /// Packets sent.
    pub tx_packets: Option<u64>,
    /// Bytes received.
    pub rx_bytes: Option<u64>,
    /// Bytes sent.
    pub tx_bytes: Option<u64>,
    /// Received and dropped.
    pub rx_dropped: Option<u64>,
    /// Dropped instead of sent.
    pub tx_dropped: Option<u64>,
    /// Receive errors.
    pub rx_errors: Option<u64>,
    /// Send errors.
    pub tx_errors: Option<u64>,
    /// How long the port is there; not in 1.0.
    pub age: Option<Duration>,
}
