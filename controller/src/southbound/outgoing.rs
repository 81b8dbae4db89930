//! The write buffer of one connection.

use bytes::{Bytes, BytesMut};
use openflow::flow::{ToSwitch, Unsupported};
use openflow::wire::{Answer, Error, Hello, Message};
use openflow::{Version, Xid};

use super::session::HIGHEST;
use super::tally::Tally;
use crate::metrics::{Direction, Metrics};

/// Bytes waiting to be written above which nothing is added that can wait or be dropped: packet-ins
/// are dropped and counted, commands stay in their queue.
pub(super) const HIGH_WATER: usize = 1 << 20;

/// Bytes waiting above which the connection is closed. Only answers the switch itself provokes get
/// the buffer there: it asks and does not read.
pub(super) const LIMIT: usize = 4 << 20;

/// Messages encoded one behind the other until the next flush.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) buffer: BytesMut,
    version: Version,
    next_xid: u32,
    tally: Tally,
}

impl Outgoing {
    pub(super) fn new() -> Self {
        Self {
            buffer: BytesMut::new(),
            version: HIGHEST,
            next_xid: 1,
            tally: Tally::new(Direction::tx),
        }
    }

    /// What the switch and we agreed on.
    pub(super) fn speak(&mut self, version: Version) {
        self.version = version;
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Appends a message under a new transaction id.
    pub(super) fn send(&mut self, message: &ToSwitch) -> Result<Xid, Unsupported> {
        let xid = self.xid();
        self.send_as(xid, message)?;
        Ok(xid)
    }

    /// Appends a message under a given transaction id.
    pub(super) fn send_as(&mut self, xid: Xid, message: &ToSwitch) -> Result<(), Unsupported> {
        let start = self.buffer.len();
        message.encode(self.version, xid, &mut self.buffer)?;
        self.count(start);
        Ok(())
    }

    /// Appends our hello.
    pub(super) fn hello(&mut self, version_byte: u8, hello: Hello) {
        let xid = self.xid();
        self.wire(&Message::hello(version_byte, xid, hello));
    }

    /// Appends an error about the message with this transaction id.
    pub(super) fn error(&mut self, xid: Xid, answer: impl Into<Answer>, data: impl Into<Bytes>) {
        let error = Error::answering(answer, self.version, data.into());
        self.wire(&Message::error(self.version, xid, error));
    }

    /// A transaction id nothing else has now.
    pub(super) fn xid(&mut self) -> Xid {
        self.xids(1)
    }

    /// So many transaction ids in a row; the first of them.
    pub(super) fn xids(&mut self, count: u32) -> Xid {
        let first = self.next_xid;
        self.next_xid = first.wrapping_add(count);
        Xid(first)
    }

    pub(super) fn settle(&mut self, metrics: &Metrics) {
        self.tally.settle(self.version, metrics);
    }

    /// Whether there is room for what can wait.
    pub(super) fn has_room(&self) -> bool {
        self.buffer.len() < HIGH_WATER
    }

    fn wire(&mut self, message: &Message) {
        let start = self.buffer.len();
        message
            .encode(&mut self.buffer)
            .expect("hello and errors of tens of bytes fit their length");
        self.count(start);
    }

    fn count(&mut self, start: usize) {
        let kind = self.buffer[start + 1];
        self.tally.count(kind);
    }
}
