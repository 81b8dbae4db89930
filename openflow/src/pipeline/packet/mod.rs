//! A frame on its way through a switch: what lookups see of it, and its bytes as actions change
//! them.
//!
//! A frame that is only looked up and sent is never copied. The first action that changes a byte
//! copies it, once.

mod change;
mod checksum;
mod headers;
mod layout;
mod parse;
mod stack;
mod write;

use bytes::{Bytes, BytesMut};

pub(super) use self::headers::{Headers, MPLS_MAX, is_mpls, is_tag};
use self::layout::Layers;
pub(super) use self::parse::LATER;
use super::key::Key;
use crate::PortNo;
use crate::oxm::Field;

/// Bytes that are left of a packet at least when it is cut off: an Ethernet header.
const CUT_MIN: usize = 14;

/// A frame, and what a switch takes it to have.
#[derive(Debug, Clone)]
pub struct Packet {
    headers: Headers,
    /// What of it the frame has, where something was changed.
    written: Option<Box<Headers>>,
    frame: Frame,
    layers: Layers,
    /// As it came in the last time.
    arrived: Bytes,
    /// Bytes at its end that will be missing when it is sent the next time.
    cut: usize,
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
        let mut headers = Headers::of(key);
        let layers = parse::read(&frame, &mut headers);
        Self {
            headers,
            written: None,
            arrived: frame.clone(),
            frame: Frame::Shared(frame),
            layers,
            cut: 0,
        }
    }

    /// What lookups see.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.headers.key
    }

    /// Of fields that are not in the frame.
    pub(super) fn key_mut(&mut self) -> &mut Key {
        &mut self.headers.key
    }

    /// The frame as it is now.
    #[must_use]
    pub fn frame(&self) -> Bytes {
        if self.written.is_none() {
            return self.shared();
        }
        let mut sent = self.clone();
        sent.commit();
        sent.shared()
    }

    fn shared(&self) -> Bytes {
        match &self.frame {
            Frame::Shared(frame) => frame.clone(),
            Frame::Own(frame) => Bytes::copy_from_slice(frame),
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

    /// What is in the frame is about to change.
    fn change(&mut self) -> &mut Headers {
        if self.written.is_none() {
            self.written = Some(Box::new(self.headers.clone()));
        }
        &mut self.headers
    }

    /// What actions have made of it, all but its bytes.
    pub(super) fn headers(&self) -> Box<Headers> {
        Box::new(self.headers.clone())
    }

    /// Back to what it was. What was written meanwhile is there until it is sent the next time.
    pub(super) fn restore(&mut self, headers: Headers) {
        *self.change() = headers;
    }

    /// What was changed is written into the frame: it is sent as it is now.
    pub(super) fn commit(&mut self) {
        if let Some(mut written) = self.written.take() {
            self.write(&mut written);
            self.written = Some(written);
        }
    }

    /// Its bytes that are written so far, which is what meters see.
    pub(super) fn written_len(&self) -> usize {
        self.bytes().len()
    }

    /// So many bytes of those that are written are left when it is sent the next time.
    pub(super) fn cut_to(&mut self, bytes: usize) {
        self.cut = self.written_len().saturating_sub(bytes.max(CUT_MIN));
    }

    /// Nothing is cut off.
    pub(super) fn send_whole(&mut self) {
        self.cut = 0;
    }

    /// What is sent of it now. What comes later is whole again.
    pub(super) fn take_sent(&mut self) -> Bytes {
        let whole = self.shared();
        let cut = std::mem::take(&mut self.cut);
        whole.slice(..whole.len().saturating_sub(cut))
    }

    /// What a switch sees of it when it comes in as it is now.
    pub(super) fn recirculated(&mut self) {
        self.commit();
        self.arrived = match std::mem::replace(&mut self.frame, Frame::Shared(Bytes::new())) {
            Frame::Shared(frame) => frame,
            Frame::Own(frame) => frame.freeze(),
        };
        self.unwrite();
        self.written = None;
        self.headers.key.forget_headers();
        self.headers = Headers::of(self.headers.key.clone());
        parse::read(&self.arrived, &mut self.headers);
    }

    /// The bytes are those that came in. What was written stays taken for written, as in Open
    /// vSwitch.
    pub(super) fn unwrite(&mut self) {
        self.frame = Frame::Shared(self.arrived.clone());
        self.layers = parse::read(&self.arrived, &mut Headers::of(Key::empty()));
        self.cut = 0;
    }
}

#[cfg(test)]
mod tests;
