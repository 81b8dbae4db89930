//! Packets that a controller sends (OF 1.3.5 §7.3.7).

use std::time::Duration;

use bytes::Bytes;

use super::{Effects, Refusal, Refused, Switch};
use crate::flow::{Instructions, Match, PacketOut};
use crate::oxm::Field;
use crate::pipeline::execute;
use crate::pipeline::packet::Packet;
use crate::{BufferId, PortNo, TableId};

/// Bytes of an Ethernet header.
const HEADER_BYTES: usize = 14;

impl Switch {
    /// Carries out actions on a packet.
    pub fn packet_out(&mut self, packet: &PacketOut, now: Duration) -> Result<Effects, Refusal> {
        self.check_packet_out(packet)?;
        self.check_actions(&packet.actions)?;
        self.send(packet, now)
            .map_err(|why| self.refuse(Refused::Undone(why)))
    }

    /// Whether the packet and its actions make sense, whatever the switch has.
    pub(super) fn check_packet_out(&self, packet: &PacketOut) -> Result<(), Refusal> {
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
        let instructions = Instructions::apply(packet.actions.iter().cloned());
        let checked = instructions.check(self.config.version, TableId(0), &headers(&packet.data));
        checked.map_err(|why| self.refuse(Refused::Action(why)))?;
        let modelled = packet.actions.iter().try_for_each(execute::modelled);
        modelled.map_err(|why| self.refuse(why))
    }
}

/// What the headers of a packet say, as the match of an entry would: Open vSwitch asks of the
/// actions whether they make sense on this very packet.
fn headers(data: &Bytes) -> Match {
    let packet = Packet::parse(data.clone(), PortNo::ANY);
    let mut matching = Match::any();
    for field in [
        Field::EthType,
        Field::VlanVid,
        Field::IpProto,
        Field::IpFrag,
        Field::Icmpv6Type,
        Field::Icmpv6Code,
    ] {
        if execute::is_there(packet.key(), field) {
            matching.set(field, packet.key().get(field), u128::MAX);
        }
    }
    matching
}
