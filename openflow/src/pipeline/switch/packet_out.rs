//! Packets that a controller sends (OF 1.3.5 §7.3.7).

use std::time::Duration;

use super::{Effects, Refusal, Refused, Switch};
use crate::flow::{Action, PacketOut};
use crate::{BufferId, PortNo};

/// Bytes of an Ethernet header.
const HEADER_BYTES: usize = 14;

impl Switch {
    /// Carries out actions on a packet.
    pub fn packet_out(&mut self, packet: &PacketOut, now: Duration) -> Result<Effects, Refusal> {
        self.check_packet_out(packet)?;
        Ok(self.send(packet, now))
    }

    /// Whether the packet and its actions make sense.
    fn check_packet_out(&self, packet: &PacketOut) -> Result<(), Refusal> {
        if packet.buffer_id != BufferId::NONE {
            return Err(self.refuse(Refused::NoBuffer(packet.buffer_id)));
        }
        let port = packet.in_port;
        let comes_by = port.is_physical()
            || [PortNo::LOCAL, PortNo::CONTROLLER, PortNo::ANY].contains(&port)
            || port.0 == 0;
        if !comes_by {
            return Err(self.refuse(Refused::InPort(port)));
        }
        if packet.data.len() < HEADER_BYTES {
            return Err(self.refuse(Refused::ShortPacket(packet.data.len())));
        }
        for action in &packet.actions {
            if let Action::Output { port, .. } = action
                && (*port == PortNo::ANY || port.0 == 0)
            {
                let why = crate::flow::ActionError::OutPort { port: *port };
                return Err(self.refuse(Refused::Action(why)));
            }
        }
        self.check_actions(&packet.actions)
    }
}
