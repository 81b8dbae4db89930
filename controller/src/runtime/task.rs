//! The task of one running app.
//!
//! One thing at a time goes into the app: an event, a message, a wake, a question of the host.
//! What it wants during that call is collected and sent as one change when the call is over.
//! A panic anywhere ends the task, never more.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use app_api::{App, AppBackend, AppContext, ConfigError, Rule, WantedGroup};
use openflow::flow::PacketOut;
use openflow::{Dpid, GroupId};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::events::{Envelope, Inbox, Next};
use super::failure::{Failure, panic_text};
use super::feed::{Connection, Contained, Place};
use super::host::Surroundings;
use super::{AppHandle, MESSAGES};
use crate::metrics::Queue;
use crate::rules::{AppTag, Find, SetChange, Wants};
use crate::southbound::Switches;

/// A question of the host.
#[derive(Debug)]
pub(super) enum Question {
    Configure(Value, oneshot::Sender<Result<Value, ConfigError>>),
    Settings(oneshot::Sender<Value>),
    Status(oneshot::Sender<Value>),
}

/// What one run of an app is given.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: Arc<str>,
    /// Its place among the apps.
    pub(super) rank: usize,
    pub(super) surroundings: Surroundings,
    pub(super) inbox: Arc<Inbox>,
    pub(super) questions: mpsc::Receiver<Question>,
    /// Settings to begin with.
    pub(super) settings: Option<Value>,
    /// Whether it took them.
    pub(super) started: oneshot::Sender<Result<(), ConfigError>>,
    pub(super) stop: CancellationToken,
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum End {
    /// It was told to stop: its settings then.
    Stopped(Option<Value>),
    /// It did not take the settings to begin with.
    NotStarted,
    /// It panicked.
    Failed(String),
    /// Everything stops.
    Shutdown,
}

/// Makes the app and runs it.
pub(super) fn run<A: App>(
    make: &impl Fn() -> A,
    handle: AppHandle<A::Message>,
    run: Run,
) -> impl Future<Output = End> + Send + 'static {
    let made = catch_unwind(AssertUnwindSafe(make));
    async move {
        let app = match made {
            Ok(app) => app,
            Err(panic) => return End::Failed(panic_text("being made", panic.as_ref())),
        };
        let (sender, messages) = mpsc::channel(MESSAGES);
        handle.sender.store(Some(Arc::new(sender.clone())));
        let task = Task {
            app,
            name: run.name,
            rank: run.rank,
            surroundings: run.surroundings,
            inbox: run.inbox,
            sender,
            failure: Failure::default(),
            wake: None,
            finds: Vec::new(),
            parcels: VecDeque::new(),
        };
        let shutdown = task.surroundings.stop.clone();
        let end = tokio::select! {
            biased;
            () = shutdown.cancelled() => End::Shutdown,
            end = task.work(messages, run.questions, run.settings, run.started, run.stop) => end,
        };
        handle.sender.store(None);
        end
    }
}

struct Task<A: App> {
    app: A,
    name: Arc<str>,
    rank: usize,
    surroundings: Surroundings,
    inbox: Arc<Inbox>,
    /// For its packet handlers.
    sender: mpsc::Sender<A::Message>,
    /// Its packet handlers panic elsewhere.
    failure: Failure,
    wake: Option<Instant>,
    /// What it was told was found and has not released.
    finds: Vec<Find>,
    /// Packets that wait for rules, in the order of their rules.
    parcels: VecDeque<Parcel>,
}

/// Packets that wait until their rules are on the switches.
struct Parcel {
    ready: oneshot::Receiver<()>,
    packets: Vec<(Dpid, PacketOut)>,
}

/// The text of a panic.
type Panic = String;

impl<A: App> Task<A> {
    async fn work(
        mut self,
        mut messages: mpsc::Receiver<A::Message>,
        mut questions: mpsc::Receiver<Question>,
        settings: Option<Value>,
        started: oneshot::Sender<Result<(), ConfigError>>,
        stop: CancellationToken,
    ) -> End {
        match self.begin(settings).await {
            Err(panic) => return End::Failed(panic),
            Ok(Err(error)) => {
                // Who wanted it started may have gone.
                let _ = started.send(Err(error));
                return End::NotStarted;
            }
            Ok(Ok(())) => {
                let _ = started.send(Ok(()));
            }
        }
        let failure = self.failure.clone();
        let inbox = Arc::clone(&self.inbox);
        loop {
            let wake = self.wake;
            let done = tokio::select! {
                () = stop.cancelled() => return self.stopped(),
                panic = failure.heard() => Err(panic),
                Some(question) = questions.recv() => self.answer(question).await,
                next = inbox.next() => match next {
                    Next::Event(envelope) => self.event(envelope).await,
                    Next::Connection(connection) => self.connect(&connection),
                },
                () = first_ready(&mut self.parcels) => {
                    if let Some(parcel) = self.parcels.pop_front() {
                        self.send(parcel.packets);
                    }
                    Ok(())
                }
                Some(message) = messages.recv() => {
                    self.call("a message", |app, ctx| app.message(ctx, message)).await
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    self.wake = None;
                    self.call("waking", App::wake).await
                }
            };
            if let Err(panic) = done {
                return End::Failed(panic);
            }
        }
    }

    async fn begin(&mut self, settings: Option<Value>) -> Result<Result<(), ConfigError>, Panic> {
        match settings {
            Some(settings) => self.configure(&settings).await,
            None => Ok(Ok(())),
        }
    }

    async fn event(&mut self, envelope: Envelope) -> Result<(), Panic> {
        self.finds.extend(envelope.find);
        let event = envelope.event;
        self.call("an event", |app, ctx| app.event(ctx, &event))
            .await
            .map_err(|panic| format!("{panic} ({event:?})"))
    }

    /// A connection wants a handler.
    fn connect(&mut self, connection: &Connection) -> Result<(), Panic> {
        let dpid = connection.dpid;
        let made = contain("making a packet handler", || self.app.packet_handler(dpid))?;
        if let Some(handler) = made {
            let precedence = contain("saying its precedence", || self.app.precedence())?;
            let place = Place {
                precedence: Reverse(precedence),
                rank: self.rank,
            };
            let metrics = &self.surroundings.metrics;
            let handler = Contained {
                handler,
                cookie: AppTag::of(&self.name).reactive(),
                messages: self.sender.clone(),
                dropped: metrics.queue_drops.get_or_create_owned(&APP_MESSAGES),
                failure: self.failure.clone(),
                panicked: false,
            };
            connection.put(place, Box::new(handler));
        }
        Ok(())
    }

    async fn answer(&mut self, question: Question) -> Result<(), Panic> {
        // Whoever asked may have gone: that is no matter for the app.
        match question {
            Question::Configure(settings, reply) => {
                let taken = match self.configure(&settings).await? {
                    Ok(()) => Ok(contain("saying its settings", || self.app.settings())?),
                    Err(error) => Err(error),
                };
                let _ = reply.send(taken);
            }
            Question::Settings(reply) => {
                let _ = reply.send(contain("saying its settings", || self.app.settings())?);
            }
            Question::Status(reply) => {
                let _ = reply.send(contain("saying its status", || self.app.status())?);
            }
        }
        Ok(())
    }

    /// What it wanted while it refused the settings is not carried out.
    async fn configure(&mut self, settings: &Value) -> Result<Result<(), ConfigError>, Panic> {
        let (taken, collected) =
            self.collect("its settings", |app, ctx| app.configure(ctx, settings))?;
        if taken.is_ok() {
            self.carry_out(collected).await;
        }
        Ok(taken)
    }

    async fn call(
        &mut self,
        what: &str,
        call: impl FnOnce(&mut A, &mut AppContext<'_>),
    ) -> Result<(), Panic> {
        let ((), collected) = self.collect(what, call)?;
        self.carry_out(collected).await;
        Ok(())
    }

    fn collect<T>(
        &mut self,
        what: &str,
        call: impl FnOnce(&mut A, &mut AppContext<'_>) -> T,
    ) -> Result<(T, Collected), Panic> {
        let snapshot = self.surroundings.network.snapshot();
        let now = Instant::now();
        let mut backend = Backend {
            tag: AppTag::of(&self.name),
            switches: &self.surroundings.switches,
            collected: Collected::default(),
        };
        let app = &mut self.app;
        let value = contain(what, || {
            let mut ctx = AppContext::new(&snapshot, now.into_std(), &mut backend);
            call(app, &mut ctx)
        })?;
        let collected = backend.collected;
        if let Some(delay) = collected.wake_after {
            self.wake = Some(now + delay);
        }
        Ok((value, collected))
    }

    async fn carry_out(&mut self, collected: Collected) {
        let rules = &self.surroundings.rules;
        let Collected { sets, after, .. } = collected;
        if after.is_empty() || sets.is_empty() {
            if !sets.is_empty() {
                rules.change(&self.name, sets).await;
            }
            self.send(after);
        } else {
            let ready = rules.change_heard(&self.name, sets).await;
            self.keep(Parcel {
                ready,
                packets: after,
            });
        }
        if collected.release && !self.finds.is_empty() {
            let finds = std::mem::take(&mut self.finds);
            let rules = &self.surroundings.rules;
            rules.release_unclaimed(&self.name, finds).await;
        }
    }

    fn keep(&mut self, parcel: Parcel) {
        if self.parcels.len() == PARCELS
            && let Some(oldest) = self.parcels.pop_front()
        {
            let drops = &self.surroundings.metrics.queue_drops;
            drops
                .get_or_create(&PACKETS_AFTER_RULES)
                .inc_by(oldest.packets.len() as u64);
        }
        self.parcels.push_back(parcel);
    }

    fn send(&self, packets: Vec<(Dpid, PacketOut)>) {
        for (dpid, packet) in packets {
            if let Some(switch) = self.surroundings.switches.switch(dpid) {
                switch.packet_out(packet);
            }
        }
    }

    fn stopped(&self) -> End {
        match contain("saying its settings", || self.app.settings()) {
            Ok(settings) => End::Stopped(Some(settings)),
            Err(panic) => End::Failed(panic),
        }
    }
}

/// What an app wants of one call.
#[derive(Debug, Default)]
struct Collected {
    sets: Vec<SetChange>,
    release: bool,
    after: Vec<(Dpid, PacketOut)>,
    wake_after: Option<Duration>,
}

impl Collected {
    fn set(&mut self, set: &str, wants: Wants, reason: &str) {
        self.sets.push(SetChange {
            set: set.to_owned(),
            wants,
            reason: reason.to_owned(),
        });
    }
}

struct Backend<'a> {
    tag: AppTag,
    switches: &'a Switches,
    collected: Collected,
}

impl AppBackend for Backend<'_> {
    fn set_rules(&mut self, set: &str, rules: Vec<Rule>, reason: &str) {
        self.collected.set(set, Wants::Rules(rules), reason);
    }

    fn set_groups(&mut self, set: &str, groups: Vec<WantedGroup>, reason: &str) {
        self.collected.set(set, Wants::Groups(groups), reason);
    }

    fn group_id(&self, number: u16) -> GroupId {
        self.tag.group(number)
    }

    fn release_unclaimed(&mut self) {
        self.collected.release = true;
    }

    fn packet_out(&mut self, dpid: Dpid, packet: PacketOut) {
        if let Some(switch) = self.switches.switch(dpid) {
            switch.packet_out(packet);
        }
    }

    fn packet_out_after_rules(&mut self, dpid: Dpid, packet: PacketOut) {
        self.collected.after.push((dpid, packet));
    }

    fn wake_after(&mut self, delay: Duration) {
        self.collected.wake_after = Some(delay);
    }
}

/// Calls whose packets can wait for their rules; the packets of the oldest are dropped and counted.
const PARCELS: usize = 1_024;

const APP_MESSAGES: Queue = Queue {
    queue: "app_messages",
};
const PACKETS_AFTER_RULES: Queue = Queue {
    queue: "packets_after_rules",
};

/// Waits until the rules of the first parcel are where they should be, or never will be.
async fn first_ready(parcels: &mut VecDeque<Parcel>) {
    match parcels.front_mut() {
        // Dropped instead of sent: the rule service has stopped.
        Some(parcel) => drop((&mut parcel.ready).await),
        None => std::future::pending().await,
    }
}

/// What a panic leaves half-done is not looked at again: the app is dropped.
fn contain<T>(what: &str, call: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panic_text(what, panic.as_ref()))
}
