//! A packet that comes in again: Open vSwitch's datapath takes it in anew where it has to look at
//! what an MPLS entry hid, or to make a hash of it. What was done before stays, whatever it comes
//! to, and sizes are what they are then.

use super::length;
use super::{Dropped, Run};
use crate::flow::Action;
use crate::nicira::Action as Nx;
use crate::oxm::Field;
use crate::pipeline::packet::Packet;

/// How often a packet may come in again.
const MAX_ROUNDS: u32 = 6;

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
    /// How much was counted when it came in again the first time.
    entered: Option<usize>,
    /// Of what follows, how much is outside of the bucket or the copy, and how much of that is out
    /// of sight because it came in again by itself.
    outside: u32,
    pub(super) unseen: u32,
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
            entered: None,
            outside: 0,
            unseen: 0,
        }
    }
}

/// What is around a bucket or a copy.
pub(super) struct Outer {
    pub(super) pass: Pass,
    left_behind: LeftBehind,
}

/// The packet as it came in again, and whether a meter had dropped it.
pub(super) type LeftBehind = Option<Box<(Packet, bool)>>;

/// Whether an action looks at nothing that is behind Ethernet and tags, so that the packet need not
/// come in again before it.
pub(super) fn is_shallow(action: &Action) -> bool {
    let field = match action {
        Action::Output { .. } | Action::Enqueue { .. } | Action::SetQueue(_) | Action::Group(_) => {
            return true;
        }
        Action::SetField { field, .. } => Some(*field),
        Action::Nicira(action) => match &**action {
            Nx::OutputReg(_)
            | Nx::OutputReg2(_)
            | Nx::OutputTrunc(_)
            | Nx::SetTunnel(_)
            | Nx::SetTunnel64(_)
            | Nx::SetQueue(_)
            | Nx::Group(_) => return true,
            Nx::RegLoad(load) => load.dst.field(),
            Nx::RegLoad2(load) => load.field.oxm().field(),
            _ => None,
        },
        _ => None,
    };
    let field = field.map(|field| field.to_canonical(0, None).0);
    field.is_some_and(|field| match field {
        Field::EthDst | Field::EthSrc | Field::VlanVid | Field::VlanPcp | Field::VlanTci => true,
        field => field.info().prerequisite.is_none(),
    })
}

impl Run<'_> {
    /// The packet comes in again, where it has to; not if a meter has dropped it, nor too often.
    pub(super) fn recirculate(&mut self) {
        if !self.pass.recirculates {
            return;
        }
        self.packet.commit();
        if self.left_behind.is_none() {
            self.left_behind = Some(Box::new((self.packet.clone(), self.metered)));
        }
        self.packet.recirculated();
        self.pass = Pass {
            bytes: length(&self.packet),
            round: self.pass.round + 1,
            recirculates: false,
            hashed: self.pass.hashed,
            depth: 0,
            outside: self.pass.outside,
            unseen: self.pass.outside,
            entered: self.pass.entered.or_else(|| Some(self.credits.len())),
            before: (self.sent.len(), self.packet_ins.len(), self.credits.len()),
        };
        self.exit |= self.metered;
        if self.pass.round > MAX_ROUNDS {
            self.drop(Dropped::TooDeep);
            self.exit = true;
        }
    }

    /// A bucket or a copy begins, which may come in again by itself. Answers with what is around it.
    pub(super) fn begin_inner(&mut self) -> Outer {
        let pass = self.pass;
        self.pass.entered = None;
        self.pass.outside = self.following;
        let left_behind = self.left_behind.take();
        Outer { pass, left_behind }
    }

    /// The bucket or the copy is at its end, which may have come in again by itself: `outer` goes
    /// on, with the packet as it was before that.
    pub(super) fn back_to(&mut self, outer: Outer) {
        if let (true, Some(from)) = (self.pass.round != outer.pass.round, self.pass.entered) {
            self.take_back();
            self.void = false;
            self.inner.push(from..self.credits.len());
        }
        if let Some(left) = self.left_behind.take() {
            (self.packet, self.metered) = *left;
        }
        self.left_behind = outer.left_behind;
        self.pass = outer.pass;
    }

    /// Whether Open vSwitch takes what is done for the last that is done.
    pub(super) fn is_last(&self) -> bool {
        self.following == self.pass.unseen && self.action_set.is_empty()
    }

    /// Of what is void that is left which was done before the packet came in, and what is counted
    /// all the same.
    pub(super) fn take_back(&mut self) {
        if self.void {
            let (sent, packet_ins, credits) = self.pass.before;
            self.sent.truncate(sent);
            self.packet_ins.truncate(packet_ins);
            let inner = std::mem::take(&mut self.inner);
            let is_inner = |at: usize| inner.iter().any(|range| range.contains(&at));
            let survivors: Vec<_> = (credits..)
                .zip(self.credits.drain(credits..))
                .filter(|(at, credit)| !is_inner(*at) && credit.survives())
                .map(|(_, credit)| credit)
                .collect();
            self.credits.extend(survivors);
        }
    }
}
