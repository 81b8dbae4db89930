//! The app itself and what it is given.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use openflow::Dpid;
use openflow::flow::{Action, Actions, FlowMod, PacketIn, PacketOut, Unsupported};
use openflow::{BufferId, GroupId, PortNo};

use crate::event::Event;
use crate::group::WantedGroup;
use crate::rule::Rule;
use crate::snapshot::{Location, PortRole, Snapshot};

/// An app: one value, owned by one task of the controller, hearing one thing at a time.
///
/// A panic in any of its methods stops the app: its rules are withdrawn, the reason is shown, and
/// nothing else notices.
pub trait App: Send + 'static {
    /// What packet handlers and the controller's API send to this app; `()` for nothing.
    type Message: Send + 'static;

    /// Something happened in the network. [`Event::Resync`] comes first.
    fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event);

    /// A packet handler or the API says something.
    fn message(&mut self, _ctx: &mut AppContext<'_>, _message: Self::Message) {}

    /// The time given to [`AppContext::wake_after`] is over.
    fn wake(&mut self, _ctx: &mut AppContext<'_>) {}

    /// A handler for the packets of one switch; called when the switch connects and when the app
    /// starts. `None`: this app looks at no packets.
    fn packet_handler(
        &mut self,
        _dpid: Dpid,
    ) -> Option<Box<dyn PacketHandler<Message = Self::Message>>> {
        None
    }

    /// Handlers of apps with a higher precedence see packets first; among equals the order of the
    /// apps decides. For apps that answer for addresses of their own: those that forward for
    /// everybody must not see such packets first.
    fn precedence(&self) -> u8 {
        0
    }

    /// New settings while running. On an error the old ones stay.
    ///
    /// # Errors
    /// What is wrong, where, and what would be right.
    fn configure(
        &mut self,
        _ctx: &mut AppContext<'_>,
        settings: &serde_json::Value,
    ) -> Result<(), ConfigError> {
        match settings.as_object() {
            Some(fields) if fields.is_empty() => Ok(()),
            _ => Err(ConfigError::new("", "this app has no settings: give {}")),
        }
    }

    /// Settings as they are, in the form [`App::configure`] takes.
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({})
    }

    /// A few numbers that say how it is doing, for people.
    fn status(&self) -> serde_json::Value {
        serde_json::json!({})
    }
}

/// Settings an app cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if field.is_empty() { String::new() } else { format!("{field}: ") })]
pub struct ConfigError {
    /// Path of the field, as `pools[0].servers`; empty for the whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl ConfigError {
    /// An error at a field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// What an app may do, lent to it for one call.
pub struct AppContext<'a> {
    snapshot: &'a Arc<Snapshot>,
    now: Instant,
    backend: &'a mut dyn AppBackend,
}

/// The controller's side of [`AppContext`]; a test harness has its own.
pub trait AppBackend {
    /// See [`AppContext::set_rules`].
    fn set_rules(&mut self, set: &str, rules: Vec<Rule>, reason: &str);
    /// See [`AppContext::set_groups`].
    fn set_groups(&mut self, set: &str, groups: Vec<WantedGroup>, reason: &str);
    /// See [`AppContext::group_id`].
    fn group_id(&self, number: u16) -> GroupId;
    /// See [`AppContext::release_unclaimed`].
    fn release_unclaimed(&mut self);
    /// See [`AppContext::packet_out`].
    fn packet_out(&mut self, dpid: Dpid, packet: PacketOut);
    /// See [`AppContext::packet_out_after_rules`].
    fn packet_out_after_rules(&mut self, dpid: Dpid, packet: PacketOut);
    /// See [`AppContext::wake_after`].
    fn wake_after(&mut self, delay: Duration);
}

impl fmt::Debug for AppContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppContext")
            .field("seq", &self.snapshot.seq)
            .finish_non_exhaustive()
    }
}

impl<'a> AppContext<'a> {
    /// For the controller and for test harnesses.
    pub fn new(snapshot: &'a Arc<Snapshot>, now: Instant, backend: &'a mut dyn AppBackend) -> Self {
        Self {
            snapshot,
            now,
            backend,
        }
    }

    /// The network now.
    #[must_use]
    pub fn snapshot(&self) -> &'a Arc<Snapshot> {
        self.snapshot
    }

    /// The time now. Apps read no other clock, so that tests can drive it.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// From now on the app wants exactly these rules under this name, on whatever switches; they
    /// replace what it wanted under the same name. No rules: the set is gone. What the switches
    /// have already is not sent again.
    ///
    /// All sets given during one call of the app are one change, carried out stage by stage.
    /// `reason` is shown to people: the event, request or packet that caused it.
    pub fn set_rules(&mut self, set: &str, rules: Vec<Rule>, reason: &str) {
        self.backend.set_rules(set, rules, reason);
    }

    /// The same of groups: from now on the app wants exactly these under this name. The rules and
    /// the groups of one name are given each for themselves.
    ///
    /// Groups are kept as rules are: compared, restored when somebody deletes or alters them, with
    /// the rules that use them, and removed when they are wanted no more. A group goes after the
    /// last entry that uses it, whoever put that there; until then it stays.
    pub fn set_groups(&mut self, set: &str, groups: Vec<WantedGroup>, reason: &str) {
        self.backend.set_groups(set, groups, reason);
    }

    /// What switches call the app's group of this number: for
    /// [`Action::Group`](openflow::flow::Action::Group) in rules, handlers' entries and buckets.
    /// The same on every switch, and in every run of the controller.
    #[must_use]
    pub fn group_id(&self, number: u16) -> GroupId {
        self.backend.group_id(number)
    }

    /// The app wants all it will want of what it found on the switches
    /// ([`Event::EntriesFound`]): the rest may go. Called again after later finds.
    pub fn release_unclaimed(&mut self) {
        self.backend.release_unclaimed();
    }

    /// Sends a packet out of a switch. Lost if the switch is not connected or does not keep up.
    pub fn packet_out(&mut self, dpid: Dpid, packet: PacketOut) {
        self.backend.packet_out(dpid, packet);
    }

    /// Sends a packet out of a switch once the rules given in this call of the app are on their
    /// switches, so that whatever answers it finds them. A switch that does not acknowledge in
    /// time does not hold it up; without rules in this call it is sent at once.
    pub fn packet_out_after_rules(&mut self, dpid: Dpid, packet: PacketOut) {
        self.backend.packet_out_after_rules(dpid, packet);
    }

    /// Calls [`App::wake`] after this time, once; an earlier wish is replaced.
    pub fn wake_after(&mut self, delay: Duration) {
        self.backend.wake_after(delay);
    }
}

/// Takes the packets of one switch, on that switch's connection: nothing else waits for it, and it
/// has its own state without a lock. It must not block, and in the steady state not allocate.
pub trait PacketHandler: Send {
    /// What it can tell its app.
    type Message: Send + 'static;

    /// A packet came to the controller. Handlers are asked in the order of their apps until one
    /// says [`Verdict::Handled`].
    fn packet_in(
        &mut self,
        ctx: &mut PacketContext<'_, Self::Message>,
        packet: &Packet<'_>,
    ) -> Verdict;

    /// A port of this switch went down or away: forget what was learned there.
    fn port_down(&mut self, _port: PortNo) {}
}

/// Whether the next app sees the packet too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Handled,
    /// Not mine.
    Pass,
}

/// A packet a switch sent to the controller, its headers already read.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// As the switch sent it.
    pub message: &'a PacketIn,
    /// Its headers.
    pub headers: &'a openflow::packet::PacketView<'a>,
    /// What is behind the port it came in: [`PortRole::Edge`] or [`PortRole::Link`].
    pub ingress: PortRole,
}

/// What a packet handler may do, lent to it for one packet.
pub struct PacketContext<'a, M> {
    at: Location,
    snapshot: &'a Arc<Snapshot>,
    now: Instant,
    backend: &'a mut dyn HandlerBackend,
    tell: &'a mut dyn FnMut(M) -> Result<(), TellError>,
}

/// The app's queue is full: the message is lost and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the app's queue is full")]
pub struct TellError;

/// The connection's side of [`PacketContext`].
pub trait HandlerBackend {
    /// Writes a packet-out into this connection's buffer.
    fn packet_out(&mut self, packet: &PacketOut) -> Result<(), Unsupported>;
    /// Writes a flow-mod into this connection's buffer, with the app's cookie.
    fn flow_mod(&mut self, flow_mod: &FlowMod) -> Result<(), Unsupported>;
    /// Sends a packet out of another switch.
    fn packet_out_at(&mut self, dpid: Dpid, packet: PacketOut);
}

impl<M> fmt::Debug for PacketContext<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketContext")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl<'a, M> PacketContext<'a, M> {
    /// For the controller and for test harnesses.
    pub fn new(
        at: Location,
        snapshot: &'a Arc<Snapshot>,
        now: Instant,
        backend: &'a mut dyn HandlerBackend,
        tell: &'a mut dyn FnMut(M) -> Result<(), TellError>,
    ) -> Self {
        Self {
            at,
            snapshot,
            now,
            backend,
            tell,
        }
    }

    /// Where the packet came in.
    #[must_use]
    pub fn at(&self) -> Location {
        self.at
    }

    /// The network now.
    #[must_use]
    pub fn snapshot(&self) -> &'a Arc<Snapshot> {
        self.snapshot
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Sends this packet on with these actions, from where the switch keeps it if it does.
    ///
    /// # Errors
    /// The switch's version does not have an action.
    pub fn forward(&mut self, packet: &PacketIn, actions: Actions) -> Result<(), Unsupported> {
        let buffered = packet.buffer_id != BufferId::NONE;
        self.backend.packet_out(&PacketOut {
            buffer_id: packet.buffer_id,
            in_port: packet.in_port,
            actions,
            data: if buffered {
                Bytes::new()
            } else {
                packet.data.clone()
            },
        })
    }

    /// Sends a packet of the handler's own making out of one port of this switch.
    ///
    /// # Errors
    /// The port cannot be expressed in the switch's version.
    pub fn send(&mut self, port: PortNo, data: Bytes) -> Result<(), Unsupported> {
        self.backend.packet_out(&PacketOut {
            buffer_id: BufferId::NONE,
            in_port: PortNo::CONTROLLER,
            actions: Actions::from_iter([Action::output(port)]),
            data,
        })
    }

    /// Sends a packet out of one port of another switch. Lost if that does not keep up.
    pub fn send_at(&mut self, to: Location, data: Bytes) {
        self.backend
            .packet_out_at(to.dpid, PacketOut::to_ports(data, [to.port]));
    }

    /// Puts a reactive entry on this switch: give it a timeout, nobody restores or removes it.
    /// For entries that must last use [`AppContext::set_rules`].
    ///
    /// # Errors
    /// The switch's version cannot express it.
    pub fn install(&mut self, flow_mod: &FlowMod) -> Result<(), Unsupported> {
        self.backend.flow_mod(flow_mod)
    }

    /// Tells the app something; it hears it on its own task.
    ///
    /// # Errors
    /// The app does not keep up.
    pub fn tell(&mut self, message: M) -> Result<(), TellError> {
        (self.tell)(message)
    }
}
