//! A packet that comes in again: Open vSwitch's datapath takes it in anew where it has to look at
//! what an MPLS entry hid, or to make a hash of it. What was done before stays, whatever it comes
//! to, and sizes are what they are then.

use super::Run;
use super::credit::Credit;
use super::length;

/// The packet since it came in the last time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    /// Its size then, which is what entries and groups count.
    pub(super) bytes: u64,
    /// How often it has come in again.
    pub(super) round: u32,
    /// It comes in again before it is looked at the next time.
    pub(super) recirculates: bool,
    /// It has a hash by which select groups choose.
    pub(super) hashed: bool,
    /// Lookups and groups within each other.
    pub(super) depth: u32,
    /// How much was sent, told and counted before.
    before: (usize, usize, usize),
}

impl Pass {
    pub(super) fn first(bytes: u64) -> Self {
        Self {
            bytes,
            round: 0,
            recirculates: false,
            hashed: false,
            depth: 0,
            before: (0, 0, 0),
        }
    }
}

impl Run<'_> {
    /// The packet comes in again, where it has to; not if a meter has dropped it.
    pub(super) fn recirculate(&mut self) {
        if !self.pass.recirculates {
            return;
        }
        self.packet.recirculated();
        self.metered_bytes = length(&self.packet);
        self.pass = Pass {
            bytes: self.metered_bytes,
            round: self.pass.round + 1,
            recirculates: false,
            hashed: self.pass.hashed,
            depth: 0,
            before: (self.sent.len(), self.packet_ins.len(), self.credits.len()),
        };
        self.exit |= self.metered;
    }

    /// Of what is void that is left which was done before the packet came in, and what is counted
    /// all the same.
    pub(super) fn take_back(&mut self) {
        if self.void {
            let (sent, packet_ins, credits) = self.pass.before;
            self.sent.truncate(sent);
            self.packet_ins.truncate(packet_ins);
            let later = self.credits.drain(credits..);
            let survivors: Vec<_> = later.filter(Credit::survives).collect();
            self.credits.extend(survivors);
        }
    }
}
