//! One switch with its OpenFlow side: a controller's bytes in, the switch's bytes out.
//!
//! No I/O and no clock. The switch itself is [`openflow::pipeline::Switch`]; this is what lies
//! between it and a controller: greeting and agreement on a version, every request that a
//! controller sends, roles, which asynchronous messages it gets, and errors. What is answered, and
//! with which numbers, is what Open vSwitch 3.1 answers; where it is not, a comment says so.
//!
//! ```text
//! bytes -> frames -> Message -> ToSwitch --> pipeline::Switch --> Effects -> Audience -> frames,
//!                       |                                                                bytes
//!                       +-> settings.rs, abilities.rs: what the neutral model does not have
//! ```
//!
//! A connection that is lost changes nothing in the tables, as with `fail-mode=secure`: role,
//! settings and flow monitors of the connection are those of a new one afterwards.

mod abilities;
mod audience;
mod requests;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openflow::flow::{FromSwitch, PortConfig, PortDesc, SwitchDesc};
use openflow::pipeline::{Effects, Switch, SwitchConfig};
use openflow::wire::{Answer, Body, Error, ErrorCode, Header, Hello, Message, frame_length};
use openflow::{PortNo, Version, Xid};

use super::{Output, SwitchNode, SwitchPlan};

use audience::Audience;
use settings::Settings;

/// Bytes of a refused message that an error quotes.
const QUOTED_BYTES: usize = 64;

/// A switch that speaks OpenFlow.
#[derive(Debug)]
pub struct Agent {
    switch: Switch,
    desc: SwitchDesc,
    /// What it offers, ascending.
    versions: Vec<Version>,
    channel: Channel,
    /// Of the controller's stream, less than a whole message.
    unread: BytesMut,
    /// Ports that a controller has set down.
    down: BTreeSet<PortNo>,
    /// What the controller may do and wants to hear.
    audience: Audience,
    settings: Settings,
}

/// How far the connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// There is none.
    Closed,
    /// The controller has not greeted.
    Greeting,
    /// Both agree on this.
    Open(Version),
    /// Nothing that comes can be understood any more; it is for the controller to end it.
    Broken,
}

/// What is answered.
#[derive(Debug, Clone)]
struct Request {
    frame: Bytes,
    xid: Xid,
    version: Version,
}

impl Agent {
    /// A switch without entries that offers the version of its configuration.
    #[must_use]
    pub fn new(mut config: SwitchConfig, name: &str) -> Self {
        let version = config.version;
        // Who hears of them is decided here.
        config.invalid_ttl_to_controller = true;
        let text = |text: &str| text.to_owned();
        Self {
            desc: SwitchDesc {
                manufacturer: text("Pointsman"),
                hardware: text("Emulated switch"),
                software: text(env!("CARGO_PKG_VERSION")),
                serial: text("None"),
                datapath: text(name),
            },
            versions: vec![version],
            channel: Channel::Closed,
            unread: BytesMut::new(),
            down: BTreeSet::new(),
            audience: Audience::new(version),
            settings: Settings::default(),
            switch: Switch::new(config),
        }
    }

    /// The switch of a plan.
    #[must_use]
    pub fn of_plan(plan: SwitchPlan) -> Self {
        let config = SwitchConfig::new(plan.dpid, plan.version, plan.ports);
        Self::new(config, &plan.name)
    }

    /// Offers these versions instead of that of its configuration: the highest that the controller
    /// speaks too becomes the switch's. None is as if nothing was said.
    #[must_use]
    pub fn offering(mut self, versions: &[Version]) -> Self {
        if !versions.is_empty() {
            self.versions = versions.to_vec();
            self.versions.sort_unstable();
            self.versions.dedup();
        }
        self
    }

    /// What it does to packets, and its tables.
    #[must_use]
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// The version both sides agreed on; `None` without a connection, or before they have.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        match self.channel {
            Channel::Open(version) => Some(version),
            Channel::Closed | Channel::Greeting | Channel::Broken => None,
        }
    }

    fn greet(&self, out: &mut Output) {
        let Some(highest) = self.versions.last() else {
            return;
        };
        let hello = match highest {
            Version::V1_0 => Hello::default(),
            _ => Hello::offering(&self.versions),
        };
        put(&Message::hello(highest.wire(), Xid(1), hello), out);
    }

    /// One whole message of the controller's.
    fn frame(&mut self, frame: Bytes, now: Duration, out: &mut Output) {
        match self.channel {
            Channel::Greeting => self.greeted(frame, out),
            Channel::Open(version) => {
                let xid = Header::parse(&frame).map_or(Xid(0), |header| header.xid);
                let request = Request {
                    frame,
                    xid,
                    version,
                };
                if let Err(answer) = self.answer(&request, now, out) {
                    refuse(&request, answer, out);
                }
            }
            Channel::Closed | Channel::Broken => {}
        }
    }

    /// The first message, which has to be a hello.
    fn greeted(&mut self, frame: Bytes, out: &mut Output) {
        let Ok(message) = Message::decode(frame) else {
            self.channel = Channel::Broken;
            return;
        };
        let (theirs, xid) = (message.version(), message.xid);
        let Body::Hello(hello) = message.body else {
            self.channel = Channel::Broken;
            return;
        };
        match hello.common_version(theirs, &self.versions) {
            Some(version) => {
                self.channel = Channel::Open(version);
                self.switch.set_version(version);
                self.audience = Audience::new(version);
                self.settings = Settings::default();
                self.switch.set_miss_send_len(self.settings.miss_send_len);
            }
            None => {
                self.channel = Channel::Broken;
                self.fail_hello(theirs, xid, out);
            }
        }
    }

    /// `OFPHFC_INCOMPATIBLE`, with words for people, in the controller's version if that can be.
    fn fail_hello(&self, theirs: u8, xid: Xid, out: &mut Output) {
        let offered: Vec<_> = self.versions.iter().map(ToString::to_string).collect();
        let text = format!("only OpenFlow {} is spoken here", offered.join(", "));
        let version = Version::from_wire(theirs).or_else(|| self.versions.last().copied());
        let version = version.unwrap_or(Version::V1_3);
        let incompatible = ErrorCode::HELLO_FAILED_INCOMPATIBLE;
        let error = Error::answering(incompatible, version, text.into());
        put(&Message::error(version, xid, error), out);
    }

    /// Says that a port is dark from now on, or lit again, if that was changed.
    fn switch_port(&mut self, port: &PortDesc, out: &mut Output) {
        let is_down = port.config.contains(PortConfig::PORT_DOWN);
        let changed = match is_down {
            true => self.down.insert(port.no),
            false => self.down.remove(&port.no),
        };
        if changed {
            out.switched.push((port.no, !is_down));
        }
    }

    /// Tells what came of something, to those who want to hear it.
    fn carry_out(&mut self, effects: Effects, out: &mut Output) {
        let sent = effects.sent.into_iter();
        out.frames.extend(sent.map(|sent| (sent.port, sent.frame)));
        for status in &effects.port_status {
            self.switch_port(&status.port, out);
        }
        let Channel::Open(version) = self.channel else {
            return;
        };
        let packets = effects.packet_ins.into_iter().map(FromSwitch::PacketIn);
        let removed = effects.flow_removed.into_iter();
        let removed = removed.map(|it| FromSwitch::FlowRemoved(Box::new(it)));
        let ports = effects.port_status.into_iter().map(FromSwitch::PortStatus);
        let updates = (!effects.flow_updates.is_empty()).then_some(FromSwitch::FlowUpdates {
            updates: effects.flow_updates,
            more: false,
        });
        for message in packets.chain(updates).chain(removed).chain(ports) {
            if self.audience.hears(&message, version) {
                // What the version cannot tell is not told, as an entry of a later version.
                let _ = tell(&message, version, Xid(0), out);
            }
        }
    }
}

impl SwitchNode for Agent {
    fn receive(&mut self, port: PortNo, frame: Bytes, now: Duration, out: &mut Output) {
        let effects = self.switch.receive(port, frame, now);
        self.carry_out(effects, out);
    }

    fn link(&mut self, port: PortNo, up: bool, _now: Duration, out: &mut Output) {
        let effects = self.switch.set_link(port, up);
        self.carry_out(effects, out);
    }

    fn controller_sent(&mut self, bytes: &[u8], now: Duration, out: &mut Output) {
        if matches!(self.channel, Channel::Closed | Channel::Broken) {
            return;
        }
        self.unread.extend_from_slice(bytes);
        loop {
            match frame_length(&self.unread) {
                Ok(Some(length)) if length <= self.unread.len() => {
                    let frame = self.unread.split_to(length).freeze();
                    self.frame(frame, now, out);
                }
                Ok(_) => break,
                // Where the next message begins cannot be known.
                Err(_) => self.channel = Channel::Broken,
            }
            if self.channel == Channel::Broken {
                self.unread = BytesMut::new();
                break;
            }
        }
        if self.unread.is_empty() {
            // A thousand switches that have read all are not to hold a buffer each.
            self.unread = BytesMut::new();
        }
    }

    fn connected(&mut self, _now: Duration, out: &mut Output) {
        self.unread = BytesMut::new();
        self.channel = Channel::Greeting;
        self.greet(out);
    }

    fn disconnected(&mut self, _now: Duration) {
        self.unread = BytesMut::new();
        self.channel = Channel::Closed;
        self.switch.forget_monitors();
    }

    fn next_timeout(&self) -> Option<Duration> {
        self.switch.next_timeout()
    }

    fn timeout(&mut self, now: Duration, out: &mut Output) {
        let effects = self.switch.tick(now);
        self.carry_out(effects, out);
    }
}

/// Says something of the neutral model; an error where the version has no way to.
fn tell(
    message: &FromSwitch,
    version: Version,
    xid: Xid,
    out: &mut Output,
) -> Result<(), ErrorCode> {
    let mut bytes = BytesMut::new();
    match message.encode(version, xid, &mut bytes) {
        Ok(()) => {
            out.to_controller.push(bytes.freeze());
            Ok(())
        }
        Err(_) => Err(EPERM),
    }
}

/// Says something of one version.
fn put(message: &Message, out: &mut Output) {
    let mut bytes = BytesMut::new();
    // Nothing said this way is longer than a message can be, nor of another version.
    if message.encode(&mut bytes).is_ok() {
        out.to_controller.push(bytes.freeze());
    }
}

/// Refuses a request, of which it quotes the head.
fn refuse(request: &Request, answer: Answer, out: &mut Output) {
    let quoted = request.frame.len().min(QUOTED_BYTES);
    let quoted = request.frame.slice(..quoted);
    let error = Error::answering(answer, request.version, quoted);
    put(&Message::error(request.version, request.xid, error), out);
}

/// `OFPBRC_EPERM`, the same in every version.
const EPERM: ErrorCode = ErrorCode { kind: 1, code: 5 };
/// `OFPET_BUNDLE_FAILED`.
const BUNDLE_FAILED: u16 = 17;
