//! Ports, their configuration, state and features.

use serde::Serialize;

use super::{PortProperty, property};
use crate::wire::{DecodeError, FixedText, Reader, Wire, Writer};
use crate::{MacAddr, PortNo, Version};

/// Port of a switch (OF 1.3.5 §7.2.1, OF 1.4.1 §7.2.1.1, `ofp_port`).
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
    /// Speeds and media.
    #[serde(flatten)]
    pub traits: PortTraits,
}

/// Speeds and media of a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PortTraits {
    /// In 1.3: every port is taken for an Ethernet port.
    Fixed(EthernetTraits),
    /// From 1.4 on: by kind.
    Properties {
        /// In their order.
        properties: Vec<PortProperty>,
    },
}

/// Speeds and media of an Ethernet port (OF 1.3.5 §7.2.1, OF 1.4.1 §7.2.1.2,
/// `ofp_port_desc_prop_ethernet`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct EthernetTraits {
    /// Speed and medium now.
    pub curr: PortFeatures,
    /// Advertised by the port.
    pub advertised: PortFeatures,
    /// What the port could do.
    pub supported: PortFeatures,
    /// Advertised by its peer.
    pub peer: PortFeatures,
    /// Speed now, kbit/s.
    pub curr_speed: u32,
    /// Highest speed, kbit/s.
    pub max_speed: u32,
}

impl Port {
    /// Speeds and media, of a port that is an Ethernet port.
    #[must_use]
    pub fn ethernet(&self) -> Option<&EthernetTraits> {
        match &self.traits {
            PortTraits::Fixed(ethernet) => Some(ethernet),
            PortTraits::Properties { properties } => properties.iter().find_map(|p| match p {
                PortProperty::Ethernet(ethernet) => Some(ethernet),
                _ => None,
            }),
        }
    }
}

impl Wire for Port {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let port_no = r.field("port_no")?;
        if r.version() < Version::V1_4 {
            r.pad(4)?;
            return after_number(port_no, r);
        }
        let mut r = r.sized_since(start).map_err(|e| e.in_field("length"))?;
        r.pad(2)?;
        after_number(port_no, &mut r)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        self.port_no.encode(w);
        match &self.traits {
            PortTraits::Fixed(ethernet) => {
                if w.version() >= Version::V1_4 {
                    w.lacks("speeds and media of a port other than as a property");
                }
                w.pad(4);
                self.common(w);
                ethernet.encode(w);
            }
            PortTraits::Properties { properties } => {
                if w.version() < Version::V1_4 {
                    w.lacks("properties of ports");
                }
                w.length(start, "port", |w| {
                    w.pad(2);
                    self.common(w);
                    w.list(properties);
                });
            }
        }
    }
}

/// What follows the number, and the length where there is one.
fn after_number(port_no: PortNo, r: &mut Reader<'_>) -> Result<Port, DecodeError> {
    Ok(Port {
        port_no,
        hw_addr: r.field("hw_addr")?,
        name: r.field_after_pad(2, "name")?,
        config: r.field("config")?,
        state: r.field("state")?,
        traits: if r.version() < Version::V1_4 {
            PortTraits::Fixed(EthernetTraits::decode(r)?)
        } else {
            PortTraits::Properties {
                properties: property::decode_rest(r)?,
            }
        },
    })
}

impl Port {
    /// What lies between number or length and speeds in every version.
    fn common(&self, w: &mut Writer<'_>) {
        self.hw_addr.encode(w);
        w.pad(2);
        self.name.encode(w);
        self.config.encode(w);
        self.state.encode(w);
    }
}

impl Wire for EthernetTraits {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            curr: r.field("curr")?,
            advertised: r.field("advertised")?,
            supported: r.field("supported")?,
            peer: r.field("peer")?,
            curr_speed: r.field("curr_speed")?,
            max_speed: r.field("max_speed")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.curr.encode(w);
        self.advertised.encode(w);
        self.supported.encode(w);
        self.peer.encode(w);
        self.curr_speed.encode(w);
        self.max_speed.encode(w);
    }
}

wire_flags! {
    /// Configuration of a port (OF 1.3.5 §7.2.1, `ofp_port_config`).
    PortConfig: u32 {
        /// Administratively down.
        PORT_DOWN = 1 << 0;
        /// Drops what it receives.
        NO_RECV = 1 << 2;
        /// Drops what is sent to it.
        NO_FWD = 1 << 5;
        /// Does not send packet-ins.
        NO_PACKET_IN = 1 << 6;
    }
}

wire_flags! {
    /// State of a port (OF 1.3.5 §7.2.1, `ofp_port_state`).
    PortState: u32 {
        /// No physical link.
        LINK_DOWN = 1 << 0;
        /// Blocked.
        BLOCKED = 1 << 1;
        /// Usable for fast failover.
        LIVE = 1 << 2;
    }
}

wire_flags! {
    /// Speeds and media (OF 1.3.5 §7.2.1, `ofp_port_features`).
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
        /// 40 Gbit/s full duplex.
        F40GB_FD = 1 << 7;
        /// 100 Gbit/s full duplex.
        F100GB_FD = 1 << 8;
        /// 1 Tbit/s full duplex.
        F1TB_FD = 1 << 9;
        /// Another rate: see `curr_speed` and `max_speed`.
        OTHER = 1 << 10;
        /// Copper.
        COPPER = 1 << 11;
        /// Fibre.
        FIBER = 1 << 12;
        /// Negotiates.
        AUTONEG = 1 << 13;
        /// Pause.
        PAUSE = 1 << 14;
        /// Asymmetric pause.
        PAUSE_ASYM = 1 << 15;
    }
}
