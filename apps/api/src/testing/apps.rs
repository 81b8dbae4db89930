//! Apps of different message types under one roof.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use openflow::flow::{FlowMod, PacketOut, ToSwitch, Unsupported};
use openflow::{Dpid, GroupId, Version, Xid};

use crate::app::{
    App, AppBackend, AppContext, ConfigError, HandlerBackend, Packet, PacketContext, PacketHandler,
    Verdict,
};
use crate::event::Event;
use crate::group::WantedGroup;
use crate::rule::Rule;
use crate::snapshot::{Location, Snapshot};

/// What an app did in one call.
#[derive(Debug, Default)]
pub(super) struct Done {
    app: usize,
    pub(super) sets: Vec<(String, Vec<Rule>)>,
    pub(super) group_sets: Vec<(String, Vec<WantedGroup>)>,
    pub(super) release: bool,
    pub(super) packets: Vec<(Dpid, PacketOut)>,
    pub(super) packets_after: Vec<(Dpid, PacketOut)>,
    pub(super) wake: Option<Duration>,
}

impl Done {
    fn of(app: usize) -> Self {
        Self {
            app,
            ..Self::default()
        }
    }
}

impl AppBackend for Done {
    fn set_rules(&mut self, set: &str, rules: Vec<Rule>, reason: &str) {
        assert!(!reason.is_empty(), "set {set} has no reason");
        self.sets.retain(|(other, _)| other != set);
        self.sets.push((set.to_owned(), rules));
    }

    fn set_groups(&mut self, set: &str, groups: Vec<WantedGroup>, reason: &str) {
        assert!(!reason.is_empty(), "set {set} has no reason");
        self.group_sets.retain(|(other, _)| other != set);
        self.group_sets.push((set.to_owned(), groups));
    }

    fn group_id(&self, number: u16) -> GroupId {
        group_id(self.app, number)
    }

    fn release_unclaimed(&mut self) {
        self.release = true;
    }

    fn packet_out(&mut self, dpid: Dpid, packet: PacketOut) {
        self.packets.push((dpid, packet));
    }

    fn packet_out_after_rules(&mut self, dpid: Dpid, packet: PacketOut) {
        self.packets_after.push((dpid, packet));
    }

    fn wake_after(&mut self, delay: Duration) {
        self.wake = Some(delay);
    }
}

/// What the lab's switches call an app's group.
pub(super) fn group_id(app: usize, number: u16) -> GroupId {
    let app = u32::try_from(app + 1).expect("a lab has few apps");
    GroupId(app << 16 | u32::from(number))
}

/// The index of the app whose a group is, and the app's own number for it.
pub(super) fn app_and_number(id: GroupId) -> (usize, u16) {
    ((id.0 >> 16) as usize - 1, (id.0 & 0xffff) as u16)
}

/// What a packet handler did.
#[derive(Debug)]
pub(super) struct Answered {
    /// Of the switch it answers.
    version: Version,
    pub(super) here: Vec<PacketOut>,
    pub(super) flow_mods: Vec<FlowMod>,
    pub(super) elsewhere: Vec<(Dpid, PacketOut)>,
}

impl Answered {
    fn to(version: Version) -> Self {
        Self {
            version,
            here: Vec::new(),
            flow_mods: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    /// Whether the version has words for it.
    fn check(&self, request: &ToSwitch) -> Result<(), Unsupported> {
        request.encode(self.version, Xid(0), &mut BytesMut::new())
    }
}

impl HandlerBackend for Answered {
    fn packet_out(&mut self, packet: &PacketOut) -> Result<(), Unsupported> {
        self.check(&ToSwitch::PacketOut(packet.clone()))?;
        self.here.push(packet.clone());
        Ok(())
    }

    fn flow_mod(&mut self, flow_mod: &FlowMod) -> Result<(), Unsupported> {
        self.check(&ToSwitch::FlowMod(flow_mod.clone()))?;
        self.flow_mods.push(flow_mod.clone());
        Ok(())
    }

    fn packet_out_at(&mut self, dpid: Dpid, packet: PacketOut) {
        self.elsewhere.push((dpid, packet));
    }
}

/// An app, its handlers, and what they told it.
pub(super) struct Slot<A: App> {
    app: A,
    index: usize,
    handlers: BTreeMap<Dpid, Box<dyn PacketHandler<Message = A::Message>>>,
    inbox: VecDeque<A::Message>,
}

impl<A: App> Slot<A> {
    pub(super) fn new(app: A, index: usize) -> Self {
        Self {
            app,
            index,
            handlers: BTreeMap::new(),
            inbox: VecDeque::new(),
        }
    }

    pub(super) fn app(&self) -> &A {
        &self.app
    }

    pub(super) fn tell(&mut self, message: A::Message) {
        self.inbox.push_back(message);
    }
}

/// A [`Slot`] whose message type does not matter.
pub(super) trait Hosted {
    fn name(&self) -> &'static str;
    fn precedence(&self) -> u8;
    fn connect(&mut self, dpid: Dpid);
    fn port_down(&mut self, at: Location);
    fn has_message(&self) -> bool;
    fn event(&mut self, at: (&Arc<Snapshot>, Instant), event: &Event) -> Done;
    fn message(&mut self, at: (&Arc<Snapshot>, Instant)) -> Done;
    fn wake(&mut self, at: (&Arc<Snapshot>, Instant)) -> Done;
    fn configure(
        &mut self,
        at: (&Arc<Snapshot>, Instant),
        settings: &serde_json::Value,
    ) -> (Done, Result<(), ConfigError>);
    fn packet_in(
        &mut self,
        at: (&Arc<Snapshot>, Instant),
        from: (Location, Version),
        packet: &Packet<'_>,
    ) -> (Answered, Verdict);
    fn any(&self) -> &dyn Any;
    fn any_mut(&mut self) -> &mut dyn Any;
}

impl<A: App> Hosted for Slot<A> {
    fn name(&self) -> &'static str {
        std::any::type_name::<A>()
    }

    fn precedence(&self) -> u8 {
        self.app.precedence()
    }

    fn connect(&mut self, dpid: Dpid) {
        match self.app.packet_handler(dpid) {
            Some(handler) => self.handlers.insert(dpid, handler),
            None => self.handlers.remove(&dpid),
        };
    }

    fn port_down(&mut self, at: Location) {
        if let Some(handler) = self.handlers.get_mut(&at.dpid) {
            handler.port_down(at.port);
        }
    }

    fn has_message(&self) -> bool {
        !self.inbox.is_empty()
    }

    fn event(&mut self, (snapshot, now): (&Arc<Snapshot>, Instant), event: &Event) -> Done {
        let mut done = Done::of(self.index);
        self.app
            .event(&mut AppContext::new(snapshot, now, &mut done), event);
        done
    }

    fn message(&mut self, (snapshot, now): (&Arc<Snapshot>, Instant)) -> Done {
        let mut done = Done::of(self.index);
        if let Some(message) = self.inbox.pop_front() {
            let mut context = AppContext::new(snapshot, now, &mut done);
            self.app.message(&mut context, message);
        }
        done
    }

    fn wake(&mut self, (snapshot, now): (&Arc<Snapshot>, Instant)) -> Done {
        let mut done = Done::of(self.index);
        self.app
            .wake(&mut AppContext::new(snapshot, now, &mut done));
        done
    }

    fn configure(
        &mut self,
        (snapshot, now): (&Arc<Snapshot>, Instant),
        settings: &serde_json::Value,
    ) -> (Done, Result<(), ConfigError>) {
        let mut done = Done::of(self.index);
        let mut context = AppContext::new(snapshot, now, &mut done);
        let result = self.app.configure(&mut context, settings);
        (done, result)
    }

    fn packet_in(
        &mut self,
        (snapshot, now): (&Arc<Snapshot>, Instant),
        (from, version): (Location, Version),
        packet: &Packet<'_>,
    ) -> (Answered, Verdict) {
        let mut answered = Answered::to(version);
        let Some(handler) = self.handlers.get_mut(&from.dpid) else {
            return (answered, Verdict::Pass);
        };
        let inbox = &mut self.inbox;
        let mut tell = |message| {
            inbox.push_back(message);
            Ok(())
        };
        let mut context = PacketContext::new(from, snapshot, now, &mut answered, &mut tell);
        let verdict = handler.packet_in(&mut context, packet);
        (answered, verdict)
    }

    fn any(&self) -> &dyn Any {
        self
    }

    fn any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
