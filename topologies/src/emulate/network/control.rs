//! The control channels: bytes of the controller in, messages of the switches out.

use bytes::Bytes;
use openflow::Dpid;

use super::{Network, NetworkError, Station};
use crate::emulate::SwitchNode;

/// Messages that wait for the controller before packets for it are dropped. Everything else is
/// kept: it answers what the controller asked, or tells a change there is an end of.
const PACKET_INS_MAX: usize = 1_024;
/// `OFPT_PACKET_IN`, the same in every version.
const PACKET_IN: u8 = 10;

impl<S: SwitchNode> Network<S> {
    /// Opens the control channel of a switch, which greets; one that was open is opened anew.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn connect(&mut self, dpid: Dpid) -> Result<(), NetworkError> {
        self.disconnect(dpid)?;
        let switch = self.switch_index(dpid)?;
        self.switches[switch as usize].connected = true;
        self.drive(switch, |node, now, out| node.connected(now, out));
        Ok(())
    }

    /// Ends the control channel of a switch; what waits in it is lost.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn disconnect(&mut self, dpid: Dpid) -> Result<(), NetworkError> {
        let switch = self.switch_index(dpid)?;
        if std::mem::take(&mut self.switches[switch as usize].connected) {
            self.drive(switch, |node, now, _| node.disconnected(now));
        }
        self.switches[switch as usize].to_controller.clear();
        self.speaking.remove(&switch);
        Ok(())
    }

    /// A piece of the controller's byte stream to a switch; of one that is not connected it is
    /// lost.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn controller_sent(&mut self, dpid: Dpid, bytes: &[u8]) -> Result<(), NetworkError> {
        let switch = self.switch_index(dpid)?;
        if self.switches[switch as usize].connected {
            self.drive(switch, |node, now, out| {
                node.controller_sent(bytes, now, out)
            });
        }
        Ok(())
    }
}

impl<S> Network<S> {
    /// Switches that have something for the controller.
    pub fn speaking(&self) -> impl Iterator<Item = Dpid> {
        let switches = self.speaking.iter();
        switches.map(|switch| self.switches[*switch as usize].dpid)
    }

    /// What a switch sent to the controller since this was last asked: whole OpenFlow messages. Who
    /// asks late loses packet-ins, and nothing else.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn take_to_controller(&mut self, dpid: Dpid) -> Result<Vec<Bytes>, NetworkError> {
        let switch = self.switch_index(dpid)?;
        self.speaking.remove(&switch);
        Ok(self.switches[switch as usize]
            .to_controller
            .drain(..)
            .collect())
    }

    /// Whether the control channel of a switch is open.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn is_connected(&self, dpid: Dpid) -> Result<bool, NetworkError> {
        Ok(self.switches[self.switch_index(dpid)? as usize].connected)
    }

    /// Packet-ins of a switch that found too much waiting for the controller.
    ///
    /// # Errors
    /// When there is no such switch.
    pub fn packet_ins_dropped(&self, dpid: Dpid) -> Result<u64, NetworkError> {
        Ok(self.switches[self.switch_index(dpid)? as usize].packet_ins_dropped)
    }
}

impl<S> Station<S> {
    /// Keeps messages for the controller; whether there are any now.
    pub(super) fn speak(&mut self, messages: impl Iterator<Item = Bytes>) -> bool {
        for message in messages {
            if !self.connected {
                continue;
            }
            let packet_in = message.get(1) == Some(&PACKET_IN);
            if packet_in && self.to_controller.len() >= PACKET_INS_MAX {
                self.packet_ins_dropped += 1;
            } else {
                self.to_controller.push_back(message);
            }
        }
        !self.to_controller.is_empty()
    }
}
