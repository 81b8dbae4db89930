//! One task per connection of a switch: reads its tables, sends it what is missing, mends what
//! drifts.
//!
//! ```text
//! rule service == Order ==>  worker { Table }  == batches, reads ==> switch
//! connection == FlowRemoved ==>      |
//!                                    v entries found, removed, refused; switch ready
//!                              apps, network
//! ```
//!
//! The worker never waits for its switch while an order or a flow-removed is there to be taken: a
//! batch and a read may be under way, and what comes meanwhile is queued in the [`Table`]. So
//! nobody waits for a worker, however slow its switch is.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use app_api::{Event, GroupRejection, RuleRejection};
use openflow::flow::{FlowRemoved, FlowStatsRequest, Group, GroupStats};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::cookie::AppTag;
use super::counters::Counters;
use super::key::Key;
use super::port::SwitchPort;
use super::record::{FlowRecord, GroupRecord};
use super::service::Command;
use super::table::{Done, Outcome, Read, Table};
use super::wanted::Wanted;
use super::{Find, Services, view, words};
use crate::notices::Severity;
use crate::southbound::{Applied, Change, RequestError};

/// Orders that can wait for one worker. It takes them as fast as it can compute; the service waits
/// for room.
pub(super) const ORDERS: usize = 64;

/// Flow-removed messages that can wait for one worker. More are dropped and counted, and the table
/// is read instead.
pub(super) const REMOVED: usize = 4_096;

/// A switch is announced without knowing its table if it takes longer than this to tell.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// What was found of an app is removed after this if the app never says what it wants of it.
const UNCLAIMED_FOR: Duration = Duration::from_secs(30);

/// Between reads of a small table.
const READ_EVERY: Duration = Duration::from_secs(2);

/// Added to that for every entry of every switch: reading and comparing one takes some two
/// microseconds, so all reads together stay below one percent of a core.
const READ_EVERY_PER_ENTRY: Duration = Duration::from_micros(200);

/// What was read is given to people for so long.
const FRESH: Duration = Duration::from_secs(1);

/// People who wait for a read of one switch; the next gets what is known.
const WAITING: usize = 64;

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Notices about one batch; then their number only.
const NOTICES: usize = 5;

/// From the rule service to a worker.
#[derive(Debug)]
pub(super) enum Order {
    /// The first: all that is in effect there, and which apps run.
    Sync {
        wanted: HashMap<Arc<Key>, Arc<Wanted>>,
        running: BTreeSet<AppTag>,
        done: Done,
    },
    /// These are in effect from now on.
    Put(Vec<Arc<Wanted>>, Option<Done>),
    /// Nothing is in effect there any more.
    Remove(Vec<Arc<Key>>, Option<Done>),
    /// An app runs.
    Begin(AppTag),
    /// An app stopped.
    Forget(AppTag),
    /// An app has claimed what it wants of what was found.
    Release(AppTag),
    /// For people: the flow entries, read lately.
    Flows(oneshot::Sender<Vec<FlowRecord>>),
    /// For people: the flow entries as far as known now.
    FlowsKnown(oneshot::Sender<Vec<FlowRecord>>),
    /// For people: the groups.
    Groups(oneshot::Sender<Groups>),
}

/// Groups that are wanted, and what the switch says it has now, if it does.
pub(super) type Groups = (Vec<GroupRecord>, Option<Vec<(Group, Option<GroupStats>)>>);

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) services: Services,
    pub(super) counters: Counters,
    /// Names of the apps and of the controller itself.
    pub(super) names: HashMap<AppTag, Arc<str>>,
    /// Marks of the apps.
    pub(super) apps: Arc<BTreeSet<AppTag>>,
    /// Entries on all connected switches.
    pub(super) entries: AtomicUsize,
}

/// Where a worker gets its work from.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) removed: mpsc::Receiver<Box<FlowRemoved>>,
    /// A flow-removed was dropped.
    pub(super) removed_lost: Arc<AtomicBool>,
    /// The connection is gone, or everything stops.
    pub(super) stop: CancellationToken,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, RequestError>> + Send>>;

/// The task.
pub(super) struct Worker<P> {
    port: P,
    shared: Arc<Shared>,
    inputs: Inputs,
    /// To the service. Never waited for alone: it may be waiting for room in our orders.
    commands: mpsc::Sender<Command>,
    /// Entries that timed out, and what their apps hear when the service has taken note.
    expired: VecDeque<(Arc<Wanted>, Arc<FlowRemoved>)>,
    table: Table,
    applying: Option<Answer<Applied>>,
    reading: Option<Answer<Read>>,
    /// Told that all there was to do at the beginning is done.
    synced: Option<Done>,
    /// When the switch is announced in any case; `None`: it is.
    announce_by: Option<Instant>,
    /// Whether the table was ever read on this connection.
    has_read: Option<Instant>,
    next_read: Instant,
    /// Reads that failed since the last that did not.
    failed_reads: u32,
    /// Batches without an answer since the last with one, and until when the next waits.
    lost_batches: u32,
    hold_until: Instant,
    /// When what nobody claimed goes.
    release_at: Option<Instant>,
    /// Those who wait for a read.
    waiting: Vec<oneshot::Sender<Vec<FlowRecord>>>,
    /// What was counted into [`Shared::entries`].
    counted: usize,
    /// Mended since the last line in the log.
    mended: usize,
}

impl<P: SwitchPort> Worker<P> {
    /// Waits for the first order, then works until the connection is gone.
    pub(super) async fn run(
        port: P,
        shared: Arc<Shared>,
        commands: mpsc::Sender<Command>,
        mut inputs: Inputs,
    ) {
        let first = tokio::select! {
            () = inputs.stop.cancelled() => None,
            order = inputs.orders.recv() => order,
        };
        let Some(Order::Sync {
            wanted,
            running,
            done,
        }) = first
        else {
            return;
        };
        let now = Instant::now();
        let mut worker = Self {
            table: Table::new(port.version(), Arc::clone(&shared.apps), running, wanted),
            port,
            shared,
            inputs,
            commands,
            expired: VecDeque::new(),
            applying: None,
            reading: None,
            synced: Some(done),
            announce_by: Some(now + READY_WITHIN),
            has_read: None,
            next_read: now,
            failed_reads: 0,
            lost_batches: 0,
            hold_until: now,
            release_at: None,
            waiting: Vec::new(),
            counted: 0,
            mended: 0,
        };
        worker.work().await;
        worker.count(0);
    }

    async fn work(&mut self) {
        loop {
            self.begin_what_is_due().await;
            let wake = self.wake();
            tokio::select! {
                biased;
                () = self.inputs.stop.cancelled() => return,
                order = self.inputs.orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                Ok(room) = self.commands.clone().reserve_owned(), if !self.expired.is_empty() => {
                    if let Some((wanted, removed)) = self.expired.pop_front() {
                        let dpid = self.port.dpid();
                        let owner = Arc::clone(&wanted.owner);
                        room.send(Command::Expired { dpid, wanted });
                        self.tell_removed(&owner, removed);
                    }
                }
                Some(removed) = self.inputs.removed.recv() => self.hear(*removed),
                answer = pending_or(&mut self.applying) => self.applied(answer).await,
                answer = pending_or(&mut self.reading) => self.was_read(answer),
                () = sleep_until(wake) => {}
            }
        }
    }

    /// Starts the reads and batches whose time has come.
    async fn begin_what_is_due(&mut self) {
        let now = Instant::now();
        if self.inputs.removed_lost.swap(false, Ordering::Relaxed) {
            self.next_read = now;
        }
        if self.reading.is_none() && self.next_read <= now {
            self.table.read_begins(now);
            self.shared.counters.reads.inc();
            let groups = self.has_read.is_none() || self.table.has_groups();
            self.reading = Some(Box::pin(read(self.port.clone(), groups)));
        }
        if self.release_at.is_some_and(|at| at <= now) {
            self.release_at = None;
            self.table.release_all();
        }
        if self.applying.is_some() || now < self.hold_until {
            return;
        }
        if self.knows_enough() {
            match self.table.next_batch(now) {
                Some(changes) => self.send(changes),
                None => self.settled().await,
            }
        } else if self.announce_by.is_some_and(|at| at <= now)
            && let Some(changes) = self.table.core_batch()
        {
            self.send(changes);
        }
    }

    /// Before the first read, and after a batch without an answer, it is not known what to send;
    /// if reading fails, everything is sent that is not known to be there.
    fn knows_enough(&self) -> bool {
        self.failed_reads > 0 || self.has_read.is_some() && !self.table.is_in_doubt()
    }

    /// When the next thing is due without anybody saying something.
    fn wake(&self) -> Instant {
        let read = self.reading.is_none().then_some(self.next_read);
        let idle = self.applying.is_none();
        let hold = idle && self.knows_enough() && self.table.has_work();
        let announce = self.announce_by.filter(|_| idle);
        let times = [
            read,
            hold.then_some(self.hold_until),
            announce.map(|at| at.max(self.hold_until)),
            self.release_at,
        ];
        let now = Instant::now();
        let next = times.into_iter().flatten().min();
        next.unwrap_or(now + READ_EVERY)
    }

    fn send(&mut self, changes: Vec<Change>) {
        self.shared.counters.changes.inc_by(changes.len() as u64);
        let port = self.port.clone();
        self.applying = Some(Box::pin(async move { port.apply(changes).await }));
    }

    fn obey(&mut self, order: Order) {
        match order {
            // Only the first order is one.
            Order::Sync { done, .. } => drop(done),
            Order::Put(entries, done) => self.table.put(entries, done),
            Order::Remove(keys, done) => self.table.remove(keys, done),
            Order::Begin(app) => self.table.begin(app),
            Order::Forget(app) => self.table.forget(app),
            Order::Release(app) => self.table.release(app),
            Order::Flows(reply) => self.show(reply),
            Order::FlowsKnown(reply) => self.answer(reply),
            Order::Groups(reply) => {
                let wanted = view::wanted_groups(&self.table, &self.label());
                let port = self.port.clone();
                self.shared.services.tasks.spawn(async move {
                    let there = port.groups().await.ok();
                    // Nobody may wait any more.
                    let _ = reply.send((wanted, there));
                });
            }
        }
    }

    fn hear(&mut self, removed: FlowRemoved) {
        let gone = self.table.removed(&removed, Instant::now());
        if gone.mending {
            self.mended += 1;
            self.shared.counters.mended.inc();
        }
        if self.table.is_in_doubt() {
            self.next_read = Instant::now();
        }
        let removed = Arc::new(removed);
        if let Some(wanted) = gone.expired {
            // The app hears of it when what it says to that comes after what we say.
            self.expired.push_back((wanted, removed));
        } else if let Some(app) = gone.tell.and_then(|tag| self.shared.names.get(&tag)) {
            self.tell_removed(app, removed);
        }
    }

    fn tell_removed(&self, app: &str, removed: Arc<FlowRemoved>) {
        let dpid = self.port.dpid();
        let event = Event::FlowRemoved { dpid, removed };
        self.shared.services.events.tell(app, event);
    }

    async fn applied(&mut self, answer: Result<Applied, RequestError>) {
        self.applying = None;
        let now = Instant::now();
        match answer {
            Ok(applied) => {
                self.lost_batches = 0;
                let outcome = self.table.applied(applied, now);
                self.report(&outcome);
                if self.table.is_in_doubt() {
                    self.next_read = now;
                }
                // The first batch holds the controller's own entries.
                self.announce().await;
            }
            Err(error) => {
                self.table.batch_lost();
                self.lost_batches += 1;
                self.shared.counters.retries.inc();
                self.hold_until = now + backoff(self.lost_batches);
                // What is not known anyway is not found out sooner by asking again.
                if self.failed_reads == 0 && self.has_read.is_some() {
                    self.next_read = self.hold_until;
                }
                debug!(dpid = %self.port.dpid(), %error, "changes without an answer, trying again");
            }
        }
    }

    fn was_read(&mut self, answer: Result<Read, RequestError>) {
        self.reading = None;
        let now = Instant::now();
        match answer {
            Ok(read) => {
                self.failed_reads = 0;
                if self.has_read.replace(now).is_none() {
                    self.first_read(read, now);
                } else {
                    self.later_read(read, now);
                }
                self.count(self.table.len());
                // What came into doubt meanwhile is not cleared up by what was read before.
                self.next_read = if self.table.is_in_doubt() {
                    self.hold_until.max(now)
                } else {
                    now + self.read_interval()
                };
            }
            Err(error) => {
                self.table.read_failed();
                if self.failed_reads == 0 && self.has_read.is_none() {
                    self.table.go_on_blindly();
                }
                self.failed_reads += 1;
                self.next_read = now + backoff(self.failed_reads).max(READ_EVERY);
                let dpid = self.port.dpid();
                warn!(%dpid, %error, "a switch does not tell its flow table");
            }
        }
        for reply in std::mem::take(&mut self.waiting) {
            self.answer(reply);
        }
    }

    fn first_read(&mut self, read: Read, now: Instant) {
        let found = self.table.first_read(read, now);
        let dpid = self.port.dpid();
        let find = Find {
            dpid,
            epoch: self.port.epoch(),
        };
        if !found.is_empty() {
            self.release_at = Some(now + UNCLAIMED_FOR);
        }
        for (tag, entries) in found {
            if let Some(app) = self.shared.names.get(&tag) {
                info!(%dpid, app = &**app, entries = entries.len(), "entries from before");
                self.shared.services.events.found(app, find, entries.into());
            }
        }
    }

    fn later_read(&mut self, read: Read, now: Instant) {
        let seen = self.table.read(read, now);
        self.shared.counters.mended.inc_by(seen.mending as u64);
        let mended = std::mem::take(&mut self.mended) + seen.mending;
        let dpid = self.port.dpid();
        if mended > 0 {
            info!(%dpid, mended, "mended entries and groups that somebody else changed or deleted");
        }
        if let Some(first) = seen.fought_over.first() {
            let message = words::fought_over(&self.label(), first, seen.fought_over.len());
            let notices = &self.shared.services.notices;
            notices.tell(Severity::Warning, "rule_not_kept", message);
        }
    }

    /// Nothing is left to send.
    async fn settled(&mut self) {
        self.announce().await;
        if let Some(synced) = self.synced.take() {
            // The service may have stopped.
            let _ = synced.send(());
        }
    }

    async fn announce(&mut self) {
        if self.announce_by.take().is_some() {
            let network = &self.shared.services.network;
            network
                .switch_ready(self.port.dpid(), self.port.epoch())
                .await;
        }
    }

    fn report(&self, outcome: &Outcome) {
        let label = self.label();
        for (at, (wanted, refusal)) in outcome.refused.iter().enumerate() {
            self.shared.counters.refused.inc();
            let message = words::refused(&label, wanted, refusal);
            self.reject(wanted, message, at < NOTICES);
        }
        let more = outcome.refused.len().saturating_sub(NOTICES);
        if more > 0 {
            let message = format!("{label} rejected {more} more rules or groups");
            self.notice("rule_rejected", message);
        }
        for (key, refusal) in &outcome.kept {
            let message = words::kept(&label, key, refusal);
            warn!(dpid = %self.port.dpid(), message, "delete rejected");
        }
    }

    fn reject(&self, wanted: &Wanted, message: String, notice: bool) {
        let (dpid, app) = (self.port.dpid(), &wanted.owner);
        let (what, code) = match *wanted.key {
            Key::Flow(_) => ("rule", "rule_rejected"),
            Key::Group(_) => ("group", "group_rejected"),
        };
        warn!(%dpid, app = &**app, message, "{what} rejected");
        if notice {
            self.notice(code, format!("{message} ({what} of {app})"));
        }
        let events = &self.shared.services.events;
        if let Some(rule) = wanted.rule(dpid) {
            let rejection = RuleRejection {
                app: app.to_string(),
                rule,
                message,
            };
            events.tell(app, Event::RuleRejected(Arc::new(rejection)));
        } else if let Some(group) = wanted.group(dpid) {
            let rejection = GroupRejection {
                app: app.to_string(),
                group,
                message,
            };
            events.tell(app, Event::GroupRejected(Arc::new(rejection)));
        }
    }

    fn notice(&self, code: &'static str, message: String) {
        let notices = &self.shared.services.notices;
        notices.tell(Severity::Error, code, message);
    }

    fn show(&mut self, reply: oneshot::Sender<Vec<FlowRecord>>) {
        let now = Instant::now();
        let fresh = self.has_read.is_some_and(|at| now - at < FRESH);
        if fresh || self.failed_reads > 0 || self.waiting.len() >= WAITING {
            self.answer(reply);
        } else {
            self.waiting.push(reply);
            self.next_read = now;
        }
    }

    fn answer(&self, reply: oneshot::Sender<Vec<FlowRecord>>) {
        let label = self.label();
        let records = view::of_table(&self.table, &label, &self.shared.names, Instant::now());
        // Who asked may have gone.
        let _ = reply.send(records);
    }

    fn label(&self) -> String {
        let snapshot = self.shared.services.network.snapshot();
        snapshot.switch_label(self.port.dpid())
    }

    fn read_interval(&self) -> Duration {
        let entries = self.shared.entries.load(Ordering::Relaxed);
        let entries = u32::try_from(entries).unwrap_or(u32::MAX);
        READ_EVERY.max(READ_EVERY_PER_ENTRY.saturating_mul(entries))
    }

    fn count(&mut self, entries: usize) {
        let all = &self.shared.entries;
        all.fetch_add(entries, Ordering::Relaxed);
        all.fetch_sub(self.counted, Ordering::Relaxed);
        self.counted = entries;
    }
}

/// Groups that cannot be read are taken to be as they were: entries are what counts.
async fn read<P: SwitchPort>(port: P, groups: bool) -> Result<Read, RequestError> {
    let ask_groups = async {
        if groups {
            Some(port.groups().await)
        } else {
            None
        }
    };
    let (entries, groups) = tokio::join!(port.flow_entries(FlowStatsRequest::all()), ask_groups);
    let groups = groups.and_then(|groups| match groups {
        Ok(groups) => Some(groups.into_iter().map(|(group, _)| group).collect()),
        Err(error) => {
            debug!(dpid = %port.dpid(), %error, "a switch does not tell its groups");
            None
        }
    });
    Ok(Read {
        entries: entries?,
        groups,
    })
}

async fn pending_or<T>(answer: &mut Option<Answer<T>>) -> Result<T, RequestError> {
    match answer {
        Some(answer) => answer.await,
        None => std::future::pending().await,
    }
}

fn backoff(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_RETRY * (1 << doublings)).min(LAST_RETRY)
}

/// A worker's answer to people, if it gives one in time.
pub(super) async fn ask<T>(
    orders: &mpsc::Sender<Order>,
    within: Duration,
    order: impl FnOnce(oneshot::Sender<T>) -> Order,
) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    let asked = async {
        orders.send(order(reply)).await.ok()?;
        answer.await.ok()
    };
    timeout(within, asked).await.ok().flatten()
}
