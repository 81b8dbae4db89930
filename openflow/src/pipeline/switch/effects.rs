//! What comes of a change or a packet.

use bytes::Bytes;

use crate::PortNo;
use crate::flow::{FlowRemoved, FlowUpdate, PacketIn, PortStatus};

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
    /// Entries that came, changed or went, as far as they are watched.
    pub flow_updates: Vec<FlowUpdate>,
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
            && self.flow_updates.is_empty()
            && self.port_status.is_empty()
    }

    /// What another change had as effects, after these.
    pub fn append(&mut self, mut later: Self) {
        self.sent.append(&mut later.sent);
        self.packet_ins.append(&mut later.packet_ins);
        self.flow_removed.append(&mut later.flow_removed);
        self.port_status.append(&mut later.port_status);
        for update in later.flow_updates {
            self.tell_update(update);
        }
    }

    /// Of the controller's own changes the first is told for all of them, as by Open vSwitch.
    pub(super) fn tell_update(&mut self, update: FlowUpdate) {
        let is_short = |it: &FlowUpdate| matches!(it, FlowUpdate::Abbreviated { .. });
        if !is_short(&update) || !self.flow_updates.iter().any(is_short) {
            self.flow_updates.push(update);
        }
    }
}
