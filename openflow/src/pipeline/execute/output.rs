//! Where a packet goes.

use super::credit::Credit;
use super::{Dropped, Miss, Place, Run, What};
use crate::flow::{PacketIn, PacketInReason, PortConfig};
use crate::oxm::Field;
use crate::pipeline::Unsendable;
use crate::pipeline::switch::Sent;
use crate::{BufferId, Cookie, PortNo, TableId, Version};

/// The whole packet, whatever its length.
const WHOLE: u16 = 0xffff;

impl Run<'_> {
    /// An output action. `max_len`: bytes for the controller.
    pub(super) fn output(&mut self, port: PortNo, max_len: u16) {
        match port {
            PortNo::IN_PORT => self.leave_by(self.in_port()),
            PortNo::TABLE => self.look_up_again(TableId(0), self.in_port(), Miss::Normal),
            PortNo::NORMAL => self.normal(),
            PortNo::FLOOD => self.flood(false),
            PortNo::ALL => self.flood(true),
            PortNo::CONTROLLER => {
                let reason = self.reason();
                self.tell_controller(max_len, reason);
            }
            PortNo::ANY => {}
            port => self.output_to(port),
        }
    }

    /// By one port.
    pub(super) fn output_to(&mut self, port: PortNo) {
        if port == self.in_port() {
            self.skip(port, Unsendable::InPort);
        } else {
            self.leave_by(port);
        }
    }

    /// By one port, at most so many bytes of the packet as it was sent last. If it is not sent there
    /// that holds for where it is sent next, as in Open vSwitch.
    pub(super) fn output_cut(&mut self, port: PortNo, bytes: usize) {
        if port != self.in_port() && self.switch.ports.contains_key(&port) {
            self.packet.cut_to(bytes);
        }
        self.output_to(port);
    }

    /// Looks the packet up in a table, as an action.
    pub(super) fn look_up_again(&mut self, table: TableId, in_port: PortNo, miss: Miss) {
        if table.0 >= self.switch.config.n_tables {
            return;
        }
        let deepens = table <= self.table;
        self.within(deepens, |run| run.look_up(table, in_port, miss));
    }

    /// By all ports but that it came in by; `all`: even by those left out of a flood.
    fn flood(&mut self, all: bool) {
        let (switch, in_port) = (self.switch, self.in_port());
        for (&no, port) in &switch.ports {
            let left_out = !all && port.desc.config.contains(PortConfig::NO_FLOOD);
            if no != in_port && !left_out {
                self.leave_by(no);
            }
        }
    }

    /// The packet leaves as it is now.
    pub(super) fn leave_by(&mut self, port: PortNo) {
        if self.metered {
            return;
        }
        let sendable = match self.switch.ports.get(&port) {
            Some(port) => port.sendable(),
            None => Err(Unsendable::NoPort),
        };
        if let Err(why) = sendable {
            self.credits.push(Credit::SendDropped(port));
            return self.skip(port, why);
        }
        self.packet.commit();
        let frame = self.packet.take_sent();
        let length = u64::try_from(frame.len()).unwrap_or(u64::MAX);
        self.note(|| What::Output { port });
        self.credits.push(Credit::Sent {
            port,
            bytes: length,
        });
        self.sent.push(Sent {
            port,
            queue: self.queue,
            frame,
        });
    }

    fn skip(&mut self, port: PortNo, why: Unsendable) {
        self.note(|| What::Skipped { port, why });
        self.dropped = Some(Dropped::PortDoesNotSend { port, why });
    }

    /// The controller gets the packet, or its first bytes where the switch cuts packets off.
    pub(super) fn tell_controller(&mut self, max_len: u16, reason: PacketInReason) {
        let unwanted =
            reason == PacketInReason::InvalidTtl && !self.switch.config.invalid_ttl_to_controller;
        if self.metered || unwanted {
            return;
        }
        self.packet.commit();
        let whole = self.packet.take_sent();
        let data = match max_len {
            some if some != WHOLE && self.switch.config.cuts_packet_ins => {
                whole.slice(..whole.len().min(some.into()))
            }
            _ => whole.clone(),
        };
        self.note(|| What::Controller { bytes: data.len() });
        self.packet_ins.push(PacketIn {
            buffer_id: BufferId::NONE,
            total_len: u16::try_from(whole.len()).unwrap_or(u16::MAX),
            reason,
            table: self.table,
            cookie: self.rule.map_or(Cookie(u64::MAX), |rule| rule.cookie),
            in_port: self.in_port(),
            data,
        });
    }

    /// A reason that an action gives: of a table-miss entry that it is an action is none.
    pub(super) fn reason_given(&self, given: PacketInReason) -> PacketInReason {
        match (given, self.reason()) {
            (PacketInReason::Action, PacketInReason::NoMatch) => PacketInReason::NoMatch,
            _ => given,
        }
    }

    /// Why the controller gets a packet that an action sends to it, in the words of the version.
    fn reason(&self) -> PacketInReason {
        let version = self.switch.config.version;
        // Of one that came in again neither its entry is known nor that it is a packet-out.
        let table_miss = self.rule_round == self.pass.round
            && self.rule.is_some_and(|rule| rule.is_table_miss());
        let packet_out = self.is_packet_out && self.pass.round == 0;
        match self.place {
            Place::Apply
                if table_miss && !self.in_bucket && !packet_out && version != Version::V1_0 =>
            {
                PacketInReason::NoMatch
            }
            _ if matches!(version, Version::V1_0 | Version::V1_3) => PacketInReason::Action,
            _ if packet_out => PacketInReason::PacketOut,
            _ if self.in_bucket => PacketInReason::Group,
            Place::Apply => PacketInReason::Action,
            Place::ActionSet => PacketInReason::ActionSet,
        }
    }

    /// Where the packet came in.
    pub(super) fn in_port(&self) -> PortNo {
        let port = self.packet.key().get(Field::InPort);
        PortNo(u32::try_from(port).unwrap_or(u32::MAX))
    }
}
