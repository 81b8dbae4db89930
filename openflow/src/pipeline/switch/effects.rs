//! What comes of a change or a packet.

use bytes::Bytes;

use crate::PortNo;
use crate::flow::{FlowRemoved, PacketIn, PortStatus};

/// What a switch sends: frames by its ports, messages to its controllers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Effects {
    /// Frames, in the order in which they leave.
    pub sent: Vec<Sent>,
    /// Packets for the controllers.
    pub packet_ins: Vec<PacketIn>,
    /// Entries that are gone and whose end was to be told.
    pub flow_removed: Vec<FlowRemoved>,
    /// Ports that came, went or changed.
    pub port_status: Vec<PortStatus>,
}

/// A frame that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// By this port.
    pub port: PortNo,
    /// Through this queue, if one was chosen.
    pub queue: Option<u32>,
    /// From its Ethernet header on.
    pub frame: Bytes,
}

impl Effects {
    /// Nothing is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty()
            && self.packet_ins.is_empty()
            && self.flow_removed.is_empty()
            && self.port_status.is_empty()
    }

    /// What another change had as effects, after these.
    pub fn append(&mut self, mut later: Self) {
        self.sent.append(&mut later.sent);
        self.packet_ins.append(&mut later.packet_ins);
        self.flow_removed.append(&mut later.flow_removed);
        self.port_status.append(&mut later.port_status);
    }
}
