//! One connection's protocol, without its I/O: frames, commands and the time go in; bytes for the
//! switch go into [`Outgoing`], and what others must hear comes out as [`Incoming`].
//!
//! ```text
//! Hello --our hello, theirs, a version in common--> Handshake --features, description, ports--> Up
//!   |  anything but a hello, nothing in common         |  no features in time                    |
//!   v                                                  v                                         v
//! Closing <-------------------------------------------------------- silence, an impossible length
//! ```
//!
//! A frame that cannot be decoded is answered with an error and the session goes on: lengths of
//! frames are enough to find the next. Not so where the length itself is impossible.

mod gather;
mod handshake;
mod negotiate;
mod requests;

use std::time::{Duration, Instant};

use bytes::Bytes;
use openflow::flow::{FlowRemoved, FromSwitch, PacketIn, PortStatus, SwitchError, ToSwitch};
use openflow::wire::{Body, DecodeError, ErrorCode, Header, Hello, Message};
use openflow::{Version, Xid};

pub(crate) use handshake::Identity;
pub(super) use negotiate::HIGHEST;
pub(crate) use negotiate::NothingInCommon;

use handshake::{Auxiliary, Handshake};
use requests::Requests;

use super::handle::Command;
use super::outgoing::Outgoing;
use super::tally::Tally;
use crate::metrics::{Direction, Metrics};

/// Bytes of a refused frame that are sent back with the error (OF 1.3.5 §7.5.4).
pub(super) const QUOTED: usize = 64;

/// Bytes of a hello: room for a hundred times the bitmaps there are. A stranger's first frame is
/// not worth more memory.
const LONGEST_HELLO: u16 = 1_024;

/// Deadlines of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) handshake: Duration,
    pub(super) echo_after: Duration,
    pub(super) dead_after: Duration,
    pub(super) request: Duration,
}

/// What a frame brought that is not settled between session and switch.
#[derive(Debug)]
pub(super) enum Incoming {
    /// Nothing for others.
    Nothing,
    /// The handshake is done.
    Up(Box<Identity>),
    /// A packet for the controller. Not before `Up`.
    PacketIn(PacketIn),
    /// A port changed. Not before `Up`.
    PortStatus(PortStatus),
    /// An entry is gone. Not before `Up`.
    FlowRemoved(Box<FlowRemoved>),
    /// The switch refused something that nobody waits for: a packet-out or a reactive flow-mod.
    Refused(SwitchError),
    /// A frame that made no sense; it is answered.
    Bad(DecodeError),
    /// A packet-in during the handshake.
    TooEarly,
}

/// Why a session ends.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Closing {
    #[error(transparent)]
    NothingInCommon(#[from] NothingInCommon),
    #[error("the first bytes are no OpenFlow hello")]
    NotOpenFlow,
    #[error("where the next message begins is lost: {0}")]
    BadLength(DecodeError),
    #[error("no handshake within {0:?}")]
    HandshakeTimeout(Duration),
    #[error("nothing heard for {0:?}")]
    Silent(Duration),
    #[error("auxiliary connection {0}: only the main one is used")]
    Auxiliary(u8),
    #[error("the peer closed the connection")]
    ClosedByPeer,
    #[error("the datapath id is in use by the connection from {0}")]
    DpidInUse(std::net::SocketAddr),
    #[error("the switch did not answer while another connection claimed its datapath id")]
    Evicted,
    #[error("the switch asks and does not read the answers")]
    DoesNotRead,
    #[error("the controller is stopping")]
    Stopping,
    #[error("connection lost: {0}")]
    Io(std::io::ErrorKind),
    #[error("the controller failed on a message; please report the log")]
    Defect,
}

impl Closing {
    /// For the counter.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::NothingInCommon(_) => "version",
            Self::NotOpenFlow => "not_openflow",
            Self::BadLength(_) => "bad_length",
            Self::HandshakeTimeout(_) => "handshake_timeout",
            Self::Silent(_) => "silent",
            Self::Auxiliary(_) => "auxiliary",
            Self::ClosedByPeer => "closed_by_peer",
            Self::DpidInUse(_) => "dpid_in_use",
            Self::Evicted => "evicted",
            Self::DoesNotRead => "does_not_read",
            Self::Stopping => "stopping",
            Self::Io(_) => "io",
            Self::Defect => "defect",
        }
    }

    /// Whether waiting for the peer to take our last words makes sense.
    pub(super) fn peer_listens(&self) -> bool {
        match self {
            Self::NothingInCommon(_)
            | Self::NotOpenFlow
            | Self::BadLength(_)
            | Self::Auxiliary(_)
            | Self::DpidInUse(_)
            | Self::Stopping => true,
            Self::HandshakeTimeout(_)
            | Self::Silent(_)
            | Self::ClosedByPeer
            | Self::Evicted
            | Self::DoesNotRead
            | Self::Io(_)
            | Self::Defect => false,
        }
    }
}

/// The protocol's state of one connection.
#[derive(Debug)]
pub(super) struct Session {
    phase: Phase,
    timing: Timing,
    began: Instant,
    /// When the last whole frame came. Bytes of a frame that never ends do not count.
    heard: Instant,
    /// Whether an echo was sent since.
    asked: bool,
    requests: Requests,
    tally: Tally,
}

#[derive(Debug)]
enum Phase {
    Hello,
    Handshake(Box<Handshake>),
    Up,
}

impl Session {
    /// Says hello.
    pub(super) fn new(timing: Timing, now: Instant, out: &mut Outgoing) -> Self {
        out.hello(HIGHEST.wire(), negotiate::offer());
        Self {
            phase: Phase::Hello,
            timing,
            began: now,
            heard: now,
            asked: false,
            requests: Requests::new(timing.request),
            tally: Tally::new(Direction::rx),
        }
    }

    /// Looks at the header of a frame that is not yet wholly there. What is no OpenFlow at all is
    /// refused here: its "length" may never arrive.
    pub(super) fn look(&self, header: Header) -> Result<(), Closing> {
        let expected = matches!(header.kind, HELLO | ERROR) && header.length <= LONGEST_HELLO;
        if matches!(self.phase, Phase::Hello) && !expected {
            return Err(Closing::NotOpenFlow);
        }
        Ok(())
    }

    /// A whole frame.
    pub(super) fn frame(
        &mut self,
        frame: Bytes,
        now: Instant,
        out: &mut Outgoing,
    ) -> Result<Incoming, Closing> {
        let header = Header::parse(&frame).expect("framing gives whole headers");
        self.look(header)?;
        self.heard = now;
        self.asked = false;
        self.tally.count(header.kind);
        if matches!(self.phase, Phase::Hello) {
            return self.hello(header, frame, out);
        }
        if header.version != out.version().wire() && header.kind != HELLO {
            out.error(
                header.xid,
                ErrorCode::BAD_REQUEST_BAD_VERSION,
                Head::of(&frame).bytes(),
            );
            return Ok(Incoming::Nothing);
        }
        // Copied, as keeping the frame for the rare error would cost every packet two atomic adds.
        let head = Head::of(&frame);
        match Message::decode(frame) {
            Ok(message) => self.message(header.xid, FromSwitch::lift(message), now, out),
            Err(error) => {
                // An error is never answered with an error: two peers would not stop.
                if header.kind != ERROR {
                    out.error(header.xid, error.precise_answer(), head.bytes());
                }
                Ok(Incoming::Bad(error))
            }
        }
    }

    /// Whether [`Self::command`] may be called.
    pub(super) fn takes_commands(&self) -> bool {
        matches!(self.phase, Phase::Up) && self.requests.has_room()
    }

    /// Somebody in the controller asks something of the switch.
    pub(super) fn command(&mut self, command: Command, now: Instant, out: &mut Outgoing) {
        self.requests.start(command, now, out);
    }

    /// The write buffer has room again.
    pub(super) fn write_on(&mut self, now: Instant, out: &mut Outgoing) {
        self.requests.write_on(now, out);
    }

    /// Asks the switch for a sign of life now.
    pub(super) fn ask_alive(&mut self, out: &mut Outgoing) {
        self.asked = true;
        out.send(&ToSwitch::EchoRequest(Bytes::new()))
            .expect("every version has echo");
    }

    /// When [`Self::tick`] has something to do.
    pub(super) fn deadline(&self) -> Instant {
        let silence = if self.asked {
            self.timing.dead_after
        } else {
            self.timing.echo_after
        };
        let mut deadline = self.heard + silence;
        if !matches!(self.phase, Phase::Up) {
            deadline = deadline.min(self.began + self.timing.handshake);
        }
        if let Phase::Handshake(handshake) = &self.phase {
            deadline = handshake.deadline().map_or(deadline, |d| d.min(deadline));
        }
        match self.requests.deadline() {
            Some(request) => deadline.min(request),
            None => deadline,
        }
    }

    /// The deadline has come.
    pub(super) fn tick(&mut self, now: Instant, out: &mut Outgoing) -> Result<Incoming, Closing> {
        self.requests.expire(now);
        if let Some(identity) = self.finish_handshake(now) {
            return Ok(Incoming::Up(identity));
        }
        let shaken = matches!(self.phase, Phase::Up);
        if !shaken && now >= self.began + self.timing.handshake {
            return Err(Closing::HandshakeTimeout(self.timing.handshake));
        }
        if now >= self.heard + self.timing.dead_after {
            return Err(Closing::Silent(self.timing.dead_after));
        }
        let silent = now >= self.heard + self.timing.echo_after;
        if silent && !self.asked {
            if matches!(self.phase, Phase::Hello) {
                // Nothing may be said before the version is agreed on.
                self.asked = true;
            } else {
                self.ask_alive(out);
            }
        }
        Ok(Incoming::Nothing)
    }

    /// Moves what was counted into the shared counters.
    pub(super) fn settle(&mut self, version: Version, metrics: &Metrics) {
        self.tally.settle(version, metrics);
    }

    fn hello(
        &mut self,
        header: Header,
        frame: Bytes,
        out: &mut Outgoing,
    ) -> Result<Incoming, Closing> {
        if header.kind == ERROR {
            // The switch did not like our hello; it closes on its own.
            return Ok(Incoming::Nothing);
        }
        out.speak(negotiate::readable(header.version));
        let head = Head::of(&frame);
        // What cannot be read offers what the header says, as to Open vSwitch.
        let (hello, wrong) = match Message::decode(frame) {
            Ok(Message {
                body: Body::Hello(hello),
                ..
            }) => (hello, None),
            // Before 1.3 what follows the header has no meaning (OF 1.0 §5.5.1).
            Err(_) if header.version < 0x04 => (Hello::default(), None),
            Ok(_) => return Err(Closing::NotOpenFlow),
            Err(error) => (Hello::default(), Some(error)),
        };
        match negotiate::choose(header.version, &hello) {
            Ok(version) => {
                out.speak(version);
                if let Some(error) = &wrong {
                    out.error(header.xid, error.precise_answer(), head.bytes());
                }
                self.phase = Phase::Handshake(Box::new(Handshake::begin(out)));
                Ok(wrong.map_or(Incoming::Nothing, Incoming::Bad))
            }
            Err(nothing) => {
                let text = nothing.to_string();
                out.error(header.xid, ErrorCode::HELLO_FAILED_INCOMPATIBLE, text);
                Err(nothing.into())
            }
        }
    }

    fn message(
        &mut self,
        xid: Xid,
        message: FromSwitch,
        now: Instant,
        out: &mut Outgoing,
    ) -> Result<Incoming, Closing> {
        match message {
            FromSwitch::EchoRequest(data) => {
                out.send_as(xid, &ToSwitch::EchoReply(data))
                    .expect("every version has echo");
                Ok(Incoming::Nothing)
            }
            FromSwitch::EchoReply(_) | FromSwitch::Hello => Ok(Incoming::Nothing),
            message => match &mut self.phase {
                Phase::Up => Ok(self.up(xid, message, now)),
                Phase::Handshake(_) if matches!(message, FromSwitch::PacketIn(_)) => {
                    Ok(Incoming::TooEarly)
                }
                Phase::Handshake(handshake) => {
                    handshake
                        .message(xid, message, now)
                        .map_err(|Auxiliary(id)| Closing::Auxiliary(id))?;
                    let identity = self.finish_handshake(now);
                    Ok(identity.map_or(Incoming::Nothing, Incoming::Up))
                }
                Phase::Hello => Ok(Incoming::Nothing),
            },
        }
    }

    fn up(&mut self, xid: Xid, message: FromSwitch, now: Instant) -> Incoming {
        match message {
            FromSwitch::PacketIn(packet) => return Incoming::PacketIn(packet),
            FromSwitch::PortStatus(status) => return Incoming::PortStatus(status),
            FromSwitch::FlowRemoved(removed) => return Incoming::FlowRemoved(removed),
            FromSwitch::BarrierReply => self.requests.barrier(xid),
            FromSwitch::Error(error) => {
                if let Some(error) = self.requests.refused(xid, error) {
                    return Incoming::Refused(error);
                }
            }
            reply if gather::is_reply(&reply) => {
                // Late answers to requests given up are no news.
                self.requests.reply(xid, reply, now);
            }
            // A second features reply, experimenters' messages: nothing was asked.
            _ => {}
        }
        Incoming::Nothing
    }

    fn finish_handshake(&mut self, now: Instant) -> Option<Box<Identity>> {
        let Phase::Handshake(handshake) = &mut self.phase else {
            return None;
        };
        let identity = handshake.done(now)?;
        self.phase = Phase::Up;
        Some(Box::new(identity))
    }
}

/// Type numbers that are the same in every version.
const HELLO: u8 = 0;
const ERROR: u8 = 1;

/// The first bytes of a frame, for the error that may answer it.
struct Head {
    bytes: [u8; QUOTED],
    length: usize,
}

impl Head {
    fn of(frame: &[u8]) -> Self {
        let length = frame.len().min(QUOTED);
        let mut bytes = [0; QUOTED];
        bytes[..length].copy_from_slice(&frame[..length]);
        Self { bytes, length }
    }

    fn bytes(&self) -> Bytes {
        Bytes::copy_from_slice(&self.bytes[..self.length])
    }
}

#[cfg(test)]
mod tests;
