//! What happens to a packet on its way through a network, as data.
//!
//! A [`Walk`] goes from switch to switch: each is asked what it would do with the packet
//! ([`openflow::pipeline::Switch::trace`]), and every copy is followed along its cable, to hosts, to the controller, or
//! to where it ends. It changes nothing and does no I/O: it says which switch it needs next, so that
//! only those on the way have to be read.
//!
//! ```text
//! Walk::begin --> needs() = s1 --> visit(s1) --> needs() = s3 --> visit(s3) --> … --> finish()
//!                                                                          Journey: hops, verdict
//! ```
//!
//! Copies are followed depth first. A copy that comes, unchanged, to a place where it was before
//! goes round in a loop if it came from there, and else is a second copy of one that was followed
//! already.

mod map;
mod packet;
mod verdict;
mod walk;

use bytes::Bytes;
use openflow::pipeline::Trace;
use openflow::{Cookie, Dpid, PortNo};
use serde::Serialize;

use crate::LinkEnd;

pub use map::{Cable, Map, MapHost};
pub use packet::{PacketError, Parties, Party, packet};
pub use verdict::{Kind, Verdict, unsendable, why_dropped};
pub use walk::Walk;

/// Switches a packet is followed through, each visit counted. More come of floods only.
pub const MAX_HOPS: usize = 1_000;

/// The whole way of a packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Journey {
    /// What became of it.
    pub verdict: Verdict,
    /// The switches it comes to, depth first; each but the first comes from an earlier one.
    pub hops: Vec<Hop>,
}

/// A switch on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hop {
    /// Which switch.
    pub dpid: Dpid,
    /// Where the packet comes in.
    pub in_port: PortNo,
    /// Place of the hop before it in [`Journey::hops`]; `None`: it starts here.
    pub from: Option<usize>,
    /// How many switches are before it on its way.
    pub depth: usize,
    /// What the switch does with it; `None`: its tables are not known.
    pub trace: Option<Trace>,
    /// Where what leaves the switch comes to, in the order of the outputs.
    pub exits: Vec<Exit>,
}

/// A copy of the packet that leaves a switch.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exit {
    /// By this port.
    pub port: PortNo,
    /// Where to.
    #[serde(flatten)]
    pub to: To,
}

/// Where a copy comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "to", rename_all = "snake_case")]
#[non_exhaustive]
pub enum To {
    /// The next switch.
    Hop {
        /// Place in [`Journey::hops`].
        hop: usize,
    },
    /// Hosts behind the port.
    Hosts {
        /// Those it is addressed to, by id: they take it.
        taken_by: Vec<String>,
        /// The others there, which see it and let it be.
        passed_by: Vec<String>,
    },
    /// The switch itself.
    Local,
    /// A cable that is cut.
    CutLink {
        /// Where it went.
        towards: LinkEnd,
    },
    /// Neither a cable nor a host is known there.
    Nowhere,
    /// Where it was before on this way, unchanged.
    Loop {
        /// That hop.
        hop: usize,
    },
    /// Where another copy, just like it, was before.
    Again {
        /// That hop.
        hop: usize,
    },
    /// It was not followed: there were [`MAX_HOPS`] hops already.
    NotFollowed,
}

/// Where a trace starts.
#[derive(Debug, Clone)]
pub struct Start {
    /// The port the packet comes in by.
    pub at: LinkEnd,
    /// The whole frame.
    pub frame: Bytes,
    /// Id of the host it starts at.
    pub from: Option<String>,
    /// Id of the host it should come to; `None`: any that it is addressed to.
    pub to: Option<String>,
}

/// Says whose an entry is: the text after "priority 100 of".
pub type OwnerOf<'a> = &'a dyn Fn(Cookie) -> Option<String>;

#[cfg(test)]
mod tests;
