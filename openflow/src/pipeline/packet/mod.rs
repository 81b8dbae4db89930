//! A frame on its way through a switch: what lookups see of it, and its bytes as actions change
//! them.
//!
//! A frame that is only looked up and sent is never copied. The first action that changes a byte
//! copies it, once.

mod checksum;
mod layout;
mod parse;
mod rewrite;
mod stack;
mod vlan;

use bytes::{Bytes, BytesMut};
use smallvec::SmallVec;

use self::layout::Layers;
pub(super) use self::parse::{LATER, MPLS_MAX, is_mpls, is_tag};
use self::vlan::Tags;
use super::key::Key;
use crate::PortNo;
use crate::oxm::Field;

/// VLAN tags a switch looks at: Open vSwitch's `vlan-limit` is 1 where nobody set it. A tag that is
/// pushed is always looked at.
const VLAN_LIMIT: usize = 1;

/// A frame and its key.
#[derive(Debug, Clone)]
pub struct Packet {
    pub(super) key: Key,
    frame: Frame,
    layers: Layers,
    /// MPLS entries that were pushed since the packet was last sent somewhere, by the ethertype that
    /// the frame had before: taken away again they leave it as it was.
    pushed: SmallVec<[u16; MPLS_MAX]>,
    /// Those that were taken away since, by the ethertype that the frame had with them.
    popped: SmallVec<[u16; MPLS_MAX]>,
    /// The tags when the packet was last sent somewhere, if they were changed since.
    tags_before: Option<Tags>,
}

/// As it came, or a copy that is changed.
#[derive(Debug, Clone)]
enum Frame {
    Shared(Bytes),
    Own(BytesMut),
}

/// A time to live that would be used up: the packet goes no further (OF 1.3.5 §5.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time to live is used up")]
pub struct InvalidTtl;

impl Packet {
    /// Never fails: what is cut off or wrong is not there, as Open vSwitch sees it.
    #[must_use]
    pub fn parse(frame: Bytes, in_port: PortNo) -> Self {
        let mut key = Key::empty();
        key.set(Field::InPort, in_port.0.into(), u128::MAX);
        let layers = parse::read(&frame, VLAN_LIMIT, &mut key);
        Self {
            key,
            frame: Frame::Shared(frame),
            layers,
            pushed: SmallVec::new(),
            popped: SmallVec::new(),
            tags_before: None,
        }
    }

    /// What lookups see.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The frame as it is now.
    #[must_use]
    pub fn frame(&self) -> Bytes {
        match &self.frame {
            Frame::Shared(frame) => frame.clone(),
            Frame::Own(frame) => Bytes::copy_from_slice(frame),
        }
    }

    /// Its first bytes, at most so many.
    #[must_use]
    pub fn truncated(&self, max_len: usize) -> Bytes {
        let length = max_len.min(self.bytes().len());
        match &self.frame {
            Frame::Shared(frame) => frame.slice(..length),
            Frame::Own(frame) => Bytes::copy_from_slice(&frame[..length]),
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.frame {
            Frame::Shared(frame) => frame,
            Frame::Own(frame) => frame,
        }
    }

    /// To be changed.
    fn bytes_mut(&mut self) -> &mut BytesMut {
        if let Frame::Shared(frame) = &self.frame {
            self.frame = Frame::Own(BytesMut::from(&frame[..]));
        }
        match &mut self.frame {
            Frame::Own(frame) => frame,
            Frame::Shared(_) => unreachable!("it was made our own above"),
        }
    }

    /// As it is now it is sent somewhere.
    pub(super) fn commit(&mut self) {
        self.pushed.clear();
        self.popped.clear();
        self.settle_tags();
    }

    /// What a switch sees of it when it comes in as it is now.
    pub(super) fn recirculated(&mut self) {
        self.commit();
        self.read_again(VLAN_LIMIT);
    }

    /// After headers were added or removed.
    fn read_again(&mut self, tags: usize) {
        let mut key = self.key.clone();
        key.forget_headers();
        self.layers = parse::read(self.bytes(), tags, &mut key);
        self.key = key;
    }
}

#[cfg(test)]
mod tests;
