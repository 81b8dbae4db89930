//! Ports, their numbers, configuration, state and features.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::MacAddr;
use crate::wire::{DecodeError, FixedText, Reader, Wire, Writer};

/// Port number of 1.0: 16 bits, reserved ones from 0xff00 on (OF 1.0 §5.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PortNo(pub u16);

impl PortNo {
    /// Last number a port can have.
    pub const MAX: Self = Self(0xff00);
    /// The port it came in.
    pub const IN_PORT: Self = Self(0xfff8);
    /// The flow table; packet-out only.
    pub const TABLE: Self = Self(0xfff9);
    /// The switch's own processing.
    pub const NORMAL: Self = Self(0xfffa);
    /// All but the one it came in and those with `NO_FLOOD`.
    pub const FLOOD: Self = Self(0xfffb);
    /// All but the one it came in.
    pub const ALL: Self = Self(0xfffc);
    /// The controller.
    pub const CONTROLLER: Self = Self(0xfffd);
    /// The switch's own networking stack.
    pub const LOCAL: Self = Self(0xfffe);
    /// No port.
    pub const NONE: Self = Self(0xffff);
}

/// Number that has no counterpart in the 16 bits of 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("port {0} does not exist in OpenFlow 1.0")]
pub struct PortTooHigh(pub crate::PortNo);

impl From<PortNo> for crate::PortNo {
    /// The reserved range gets the upper half set.
    fn from(port: PortNo) -> Self {
        match u32::from(port.0) {
            reserved if reserved >= 0xff00 => Self(0xffff_0000 | reserved),
            number => Self(number),
        }
    }
}

impl TryFrom<crate::PortNo> for PortNo {
    type Error = PortTooHigh;

    fn try_from(port: crate::PortNo) -> Result<Self, PortTooHigh> {
        let [.., high, low] = port.0.to_be_bytes();
        let narrow = Self(u16::from_be_bytes([high, low]));
        if crate::PortNo::from(narrow) == port {
            Ok(narrow)
        } else {
            Err(PortTooHigh(port))
        }
    }
}

impl fmt::Display for PortNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NONE => f.write_str("NONE"),
            port => crate::PortNo::from(port).fmt(f),
        }
    }
}

impl Serialize for PortNo {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::NONE => s.serialize_str("NONE"),
            port => crate::PortNo::from(port).serialize(s),
        }
    }
}

/// Port of a switch (OF 1.0 §5.2.1, `ofp_phy_port`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Port {
    /// Number.
    pub port_no: PortNo,
    /// Address.
    pub hw_addr: MacAddr,
    /// Name for people.
    pub name: FixedText<16>,
    /// Set by the controller.
    pub config: PortConfig,
    /// Told by the switch.
    pub state: PortState,
    /// Speed and medium now.
    pub curr: PortFeatures,
    /// Advertised by the port.
    pub advertised: PortFeatures,
    /// What the port could do.
    pub supported: PortFeatures,
    /// Advertised by its peer.
    pub peer: PortFeatures,
}

impl Wire for PortNo {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.0);
    }
}

impl Wire for Port {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            hw_addr: r.field("hw_addr")?,
            name: r.field("name")?,
            config: r.field("config")?,
            state: r.field("state")?,
            curr: r.field("curr")?,
            advertised: r.field("advertised")?,
            supported: r.field("supported")?,
            peer: r.field("peer")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        self.hw_addr.encode(w);
        self.name.encode(w);
        self.config.encode(w);
        self.state.encode(w);
        self.curr.encode(w);
        self.advertised.encode(w);
        self.supported.encode(w);
        self.peer.encode(w);
    }
}

wire_flags! {
    /// Configuration of a port (OF 1.0 §5.2.1, `ofp_port_config`).
    PortConfig: u32 {
        /// Administratively down.
        PORT_DOWN = 1 << 0;
        /// No 802.1D spanning tree here.
        NO_STP = 1 << 1;
        /// Drops what it receives, but spanning tree packets.
        NO_RECV = 1 << 2;
        /// Drops spanning tree packets.
        NO_RECV_STP = 1 << 3;
        /// Left out of `FLOOD`.
        NO_FLOOD = 1 << 4;
        /// Drops what is sent to it.
        NO_FWD = 1 << 5;
        /// Does not send packet-ins.
        NO_PACKET_IN = 1 << 6;
    }
}

wire_flags! {
    /// State of a port (OF 1.0 §5.2.1, `ofp_port_state`). Bits 8 and 9 are one number, the state
    /// of the spanning tree.
    PortState: u32 {
        /// No physical link.
        LINK_DOWN = 1 << 0;
        /// Learns, forwards not (spanning tree state 1).
        STP_LEARN = 1 << 8;
        /// Forwards (spanning tree state 2).
        STP_FORWARD = 2 << 8;
    }
}

wire_flags! {
    /// Speeds and media (OF 1.0 §5.2.1, `ofp_port_features`).
    PortFeatures: u32 {
        /// 10 Mbit/s half duplex.
        F10MB_HD = 1 << 0;
        /// 10 Mbit/s full duplex.
        F10MB_FD = 1 << 1;
        /// 100 Mbit/s half duplex.
        F100MB_HD = 1 << 2;
        /// 100 Mbit/s full duplex.
        F100MB_FD = 1 << 3;
        /// 1 Gbit/s half duplex.
        F1GB_HD = 1 << 4;
        /// 1 Gbit/s full duplex.
        F1GB_FD = 1 << 5;
        /// 10 Gbit/s full duplex.
        F10GB_FD = 1 << 6;
        /// Copper.
        COPPER = 1 << 7;
        /// Fibre.
        FIBER = 1 << 8;
        /// Negotiates.
        AUTONEG = 1 << 9;
        /// Pause.
        PAUSE = 1 << 10;
        /// Asymmetric pause.
        PAUSE_ASYM = 1 << 11;
    }
}
