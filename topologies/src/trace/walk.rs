//! Following a packet from switch to switch.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use openflow::packet::PacketView;
use openflow::pipeline::Switch;
use openflow::{Dpid, MacAddr, PortNo};

use super::{Exit, Hop, Journey, MAX_HOPS, Map, OwnerOf, Start, To, verdict};
use crate::LinkEnd;

/// A packet under way.
#[derive(Debug)]
pub struct Walk<'a> {
    map: &'a Map,
    from: Option<String>,
    to: Option<String>,
    hops: Vec<Hop>,
    /// Copies that are to be followed, the next one last.
    copies: Vec<Copy>,
    /// Where copies were, by what they looked like.
    seen: HashMap<(LinkEnd, Bytes), usize>,
}

/// A copy on its way to a switch.
#[derive(Debug)]
struct Copy {
    at: LinkEnd,
    frame: Bytes,
    /// Hop and exit it comes from.
    from: Option<(usize, usize)>,
}

impl<'a> Walk<'a> {
    /// Before the first switch.
    #[must_use]
    pub fn begin(map: &'a Map, start: Start) -> Self {
        Self {
            map,
            from: start.from,
            to: start.to,
            hops: Vec::new(),
            copies: vec![Copy {
                at: start.at,
                frame: start.frame,
                from: None,
            }],
            seen: HashMap::new(),
        }
    }

    /// The switch whose tables are needed now; `None`: every copy was followed to its end.
    pub fn needs(&mut self) -> Option<Dpid> {
        while let Some(copy) = self.copies.last() {
            let before = self.seen.get(&(copy.at, copy.frame.clone())).copied();
            if before.is_none() && self.hops.len() < MAX_HOPS {
                return Some(copy.at.dpid);
            }
            let from = copy.from;
            self.copies.pop();
            if let Some((hop, exit)) = from {
                self.hops[hop].exits[exit].to = match before {
                    None => To::NotFollowed,
                    Some(before) if self.is_behind(before, hop) => To::Loop { hop: before },
                    Some(before) => To::Again { hop: before },
                };
            }
        }
        None
    }

    /// Carries the packet through the switch that [`Self::needs`] named; `None`: it cannot be read.
    pub fn visit(&mut self, switch: Option<&Switch>, now: Duration) {
        let Some(copy) = self.copies.pop() else {
            return;
        };
        let index = self.hops.len();
        let from = copy.from.map(|(hop, _)| hop);
        if let Some((hop, exit)) = copy.from {
            self.hops[hop].exits[exit].to = To::Hop { hop: index };
        }
        self.seen.insert((copy.at, copy.frame.clone()), index);
        let trace = switch.map(|switch| switch.trace(copy.at.port, copy.frame, now));
        let sent = trace.as_ref().map_or(&[][..], |trace| &trace.outputs);
        let sent: Vec<_> = sent.iter().map(|o| (o.port, o.frame.clone())).collect();
        let mut exits = Vec::with_capacity(sent.len());
        let mut copies = Vec::new();
        for (place, (port, frame)) in sent.into_iter().enumerate() {
            let to = match self.leads(LinkEnd::new(copy.at.dpid, port), &frame) {
                Ok(at) => {
                    let from = Some((index, place));
                    copies.push(Copy { at, frame, from });
                    // Until it is followed.
                    To::NotFollowed
                }
                Err(end) => end,
            };
            exits.push(Exit { port, to });
        }
        // Depth first, and the first output first.
        self.copies.extend(copies.into_iter().rev());
        self.hops.push(Hop {
            dpid: copy.at.dpid,
            in_port: copy.at.port,
            depth: from.map_or(0, |from| self.hops[from].depth + 1),
            from,
            trace,
            exits,
        });
    }

    /// All that is known then.
    #[must_use]
    pub fn finish(self, owner_of: OwnerOf<'_>) -> Journey {
        let ends = (self.from.as_deref(), self.to.as_deref());
        Journey {
            verdict: verdict::verdict(self.map, &self.hops, ends, owner_of),
            hops: self.hops,
        }
    }

    /// The port where a frame that leaves here comes in, or else where it ends.
    fn leads(&self, from: LinkEnd, frame: &[u8]) -> Result<LinkEnd, To> {
        if from.port == PortNo::LOCAL {
            return Err(To::Local);
        }
        if let Some(cable) = self.map.cable(from) {
            let towards = cable.to;
            return if cable.up {
                Ok(towards)
            } else {
                Err(To::CutLink { towards })
            };
        }
        let dst = PacketView::parse(frame).map_or(MacAddr([0; 6]), |view| view.eth_dst());
        let (taken_by, passed_by) = self.map.hosts_at(from, dst);
        if taken_by.is_empty() && passed_by.is_empty() {
            return Err(To::Nowhere);
        }
        Err(To::Hosts {
            taken_by,
            passed_by,
        })
    }

    /// Whether a hop is on the way to another, or is the other.
    fn is_behind(&self, hop: usize, of: usize) -> bool {
        let mut at = Some(of);
        while let Some(here) = at {
            if here == hop {
                return true;
            }
            at = self.hops[here].from;
        }
        false
    }
}
