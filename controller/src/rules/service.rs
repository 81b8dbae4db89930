//! The task that owns what is wanted, and carries changes out in order.
//!
//! Changes that come while one is carried out are carried out together in the next round. A round
//! goes stage by stage: all switches that keep up have confirmed a stage before the next is sent,
//! and what goes is removed last. So no packet finds half a path, and one slow switch holds up a
//! round once, for [`STAGE_WAIT`], and from then on nobody until it has caught up.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use app_api::{Event, Rule, RuleRejection};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use openflow::Dpid;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, warn};

use super::cookie::AppTag;
use super::key::Key;
use super::record::{FlowRecord, GroupRecord, Status};
use super::stages::by_stage;
use super::table::Done;
use super::wanted::{Changed, Place, Wanted, WantedState};
use super::worker::{Order, Shared};
use super::{Find, SetChange, core, view, words};
use crate::notices::Severity;

/// Commands that can wait; who has more waits for room.
pub(super) const COMMANDS: usize = 256;

/// How long a round waits for a switch to confirm a stage.
const STAGE_WAIT: Duration = Duration::from_millis(100);

/// Notices about one change.
const NOTICES: usize = 5;

/// To the service.
#[derive(Debug)]
pub(super) enum Command {
    Begin {
        app: Arc<str>,
    },
    Change {
        app: Arc<str>,
        sets: Vec<SetChange>,
        done: Option<Done>,
    },
    Expired {
        dpid: Dpid,
        wanted: Arc<Wanted>,
    },
    Release {
        app: Arc<str>,
        finds: Vec<Find>,
    },
    Withdraw {
        app: Arc<str>,
    },
    Connected {
        find: Find,
        orders: mpsc::Sender<Order>,
    },
    Gone(Find),
    Known {
        dpid: Dpid,
        reply: oneshot::Sender<Known>,
    },
}

/// What the service knows of a switch, for people.
#[derive(Debug)]
pub(super) struct Known {
    /// Who knows more, if it is connected.
    pub(super) worker: Option<mpsc::Sender<Order>>,
    /// What the worker does not know.
    pub(super) records: Vec<FlowRecord>,
    /// Groups that are wanted, for when the worker does not say.
    pub(super) groups: Vec<GroupRecord>,
}

/// The task's state.
pub(super) struct Service {
    wanted: WantedState,
    running: BTreeSet<AppTag>,
    links: HashMap<Dpid, Link>,
    /// Where what is in effect changed since the last round began.
    dirty: HashSet<Place>,
    round: VecDeque<Stage>,
    /// Who waits for the round, and who for the next one.
    round_done: Vec<Done>,
    next_done: Vec<Done>,
    /// What apps release: carried out behind everything they want by then.
    releases: Vec<(AppTag, Find)>,
    /// Switches the round waits for, and until when.
    waiting: HashSet<Dpid>,
    wait_until: Instant,
    /// Confirmations to come: of whom, and whether it is one or the switch failed.
    confirmations: FuturesUnordered<BoxFuture<'static, Find>>,
    shared: Arc<Shared>,
    /// Rules each app wants, for whoever asks.
    counts: Arc<HashMap<Arc<str>, AtomicU64>>,
}

/// A worker.
#[derive(Debug)]
struct Link {
    epoch: u64,
    orders: mpsc::Sender<Order>,
    /// It has a confirmation outstanding for longer than a round waits: it is sent everything, and
    /// nobody waits.
    slow: bool,
    confirming: bool,
}

/// What is sent together.
#[derive(Debug)]
enum Stage {
    Put(HashMap<Dpid, Vec<Arc<Wanted>>>),
    Remove(HashMap<Dpid, Vec<Arc<Key>>>),
    Release(Vec<(AppTag, Find)>),
}

impl Service {
    pub(super) fn new(
        apps: &[Arc<str>],
        shared: Arc<Shared>,
        counts: Arc<HashMap<Arc<str>, AtomicU64>>,
    ) -> Self {
        Self {
            wanted: WantedState::new(apps),
            running: BTreeSet::new(),
            links: HashMap::new(),
            dirty: HashSet::new(),
            round: VecDeque::new(),
            round_done: Vec::new(),
            next_done: Vec::new(),
            releases: Vec::new(),
            waiting: HashSet::new(),
            wait_until: Instant::now(),
            confirmations: FuturesUnordered::new(),
            shared,
            counts,
        }
    }

    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let stop = self.shared.services.stop.clone();
        loop {
            self.advance().await;
            tokio::select! {
                () = stop.cancelled() => return,
                Some(find) = self.confirmations.next() => self.confirmed(find),
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                () = sleep_until(self.wait_until), if !self.waiting.is_empty() => self.go_on(),
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Begin { app } => self.begin(&app).await,
            Command::Change { app, sets, done } => {
                self.change(&app, sets);
                self.next_done.extend(done);
            }
            Command::Expired { dpid, wanted } => {
                let changed = self.wanted.expire(dpid, &wanted);
                self.dirty.extend(changed.places);
                self.count(&wanted.owner);
            }
            Command::Release { app, finds } => {
                let tag = AppTag::of(&app);
                self.releases
                    .extend(finds.into_iter().map(|find| (tag, find)));
            }
            Command::Withdraw { app } => self.withdraw(&app).await,
            Command::Connected { find, orders } => self.connected(find, orders).await,
            Command::Gone(find) => self.gone(find),
            Command::Known { dpid, reply } => {
                // Who asked may have gone.
                let _ = reply.send(self.known(dpid));
            }
        }
    }

    async fn begin(&mut self, app: &str) {
        let tag = AppTag::of(app);
        self.running.insert(tag);
        self.tell_all(|| Order::Begin(tag)).await;
    }

    fn change(&mut self, app: &str, sets: Vec<SetChange>) {
        if !self.running.contains(&AppTag::of(app)) {
            debug!(app, "change of an app that does not run");
            return;
        }
        let changed = self.wanted.change(app, sets, SystemTime::now());
        self.report(app, &changed);
        self.dirty.extend(changed.places);
        self.count(app);
    }

    /// Sent to a worker behind the last of what the app wanted before: what it wants must not go
    /// for want of a claim while a stage is waited for.
    async fn release(&mut self, app: AppTag, find: Find) {
        let link = self.links.get(&find.dpid);
        if let Some(link) = link.filter(|link| link.epoch == find.epoch) {
            // A worker that is gone has nothing to release.
            let _ = link.orders.send(Order::Release(app)).await;
        }
    }

    async fn withdraw(&mut self, app: &str) {
        let tag = AppTag::of(app);
        self.running.remove(&tag);
        let changed = self.wanted.withdraw(app);
        self.dirty.extend(changed.places);
        self.count(app);
        self.tell_all(|| Order::Forget(tag)).await;
    }

    async fn connected(&mut self, find: Find, orders: mpsc::Sender<Order>) {
        // Two connections' tasks may be heard in another order than they began.
        if self
            .links
            .get(&find.dpid)
            .is_some_and(|l| l.epoch > find.epoch)
        {
            return;
        }
        let mut wanted = self.wanted.on(find.dpid);
        for entry in core::entries(SystemTime::now()) {
            wanted.insert(Arc::clone(&entry.key), entry);
        }
        let (done, confirmation) = oneshot::channel();
        let sync = Order::Sync {
            wanted,
            running: self.running.clone(),
            done,
        };
        if orders.send(sync).await.is_err() {
            return;
        }
        // Until its table is as it should be, no round waits for it.
        let link = Link {
            epoch: find.epoch,
            orders,
            slow: true,
            confirming: true,
        };
        self.links.insert(find.dpid, link);
        self.waiting.remove(&find.dpid);
        self.await_confirmation(find, confirmation);
    }

    fn gone(&mut self, find: Find) {
        let is_current = |link: &Link| link.epoch == find.epoch;
        if self.links.get(&find.dpid).is_some_and(is_current) {
            self.links.remove(&find.dpid);
            self.waiting.remove(&find.dpid);
        }
    }

    fn known(&self, dpid: Dpid) -> Known {
        let label = self.label(dpid);
        let covered = self.wanted.covered(dpid);
        let covered = covered.iter().filter_map(|(wanted, winner)| {
            Some(FlowRecord {
                problem: Some(words::covered(&label, wanted, winner)),
                ..view::of_wanted(wanted, Status::Rejected)?
            })
        });
        let worker = self.links.get(&dpid).map(|link| link.orders.clone());
        let mut records: Vec<_> = covered.collect();
        let wanted = self.wanted.on(dpid);
        if worker.is_none() {
            let pending = wanted.values();
            records.extend(pending.filter_map(|w| view::of_wanted(w, Status::Pending)));
        }
        let groups = wanted.values().filter_map(|w| view::of_wanted_group(w));
        Known {
            worker,
            records,
            groups: groups.collect(),
        }
    }

    /// Sends as much as can be sent without waiting for a confirmation.
    async fn advance(&mut self) {
        while self.waiting.is_empty() {
            match self.round.pop_front() {
                Some(stage) => self.send(stage).await,
                None => {
                    self.finish_round();
                    let is_idle = self.dirty.is_empty()
                        && self.next_done.is_empty()
                        && self.releases.is_empty();
                    if is_idle {
                        return;
                    }
                    self.begin_round();
                }
            }
        }
    }

    fn finish_round(&mut self) {
        for done in self.round_done.drain(..) {
            // Who waited may have gone.
            let _ = done.send(());
        }
    }

    fn begin_round(&mut self) {
        self.round_done = std::mem::take(&mut self.next_done);
        let mut puts = Vec::new();
        let mut removes: HashMap<Dpid, Vec<Arc<Key>>> = HashMap::new();
        for place in self.dirty.drain() {
            // One that is not connected is compared as a whole when it is.
            if !self.links.contains_key(&place.0) {
                continue;
            }
            match self.wanted.in_effect(&place) {
                Some(wanted) => puts.push((place.0, Arc::clone(wanted))),
                None => removes.entry(place.0).or_default().push(place.1),
            }
        }
        self.round
            .extend(by_stage(puts).into_values().map(Stage::Put));
        if !removes.is_empty() {
            self.round.push_back(Stage::Remove(removes));
        }
        if !self.releases.is_empty() {
            let releases = std::mem::take(&mut self.releases);
            self.round.push_back(Stage::Release(releases));
        }
    }

    async fn send(&mut self, stage: Stage) {
        match stage {
            Stage::Put(switches) => {
                for (dpid, entries) in switches {
                    self.put(dpid, entries).await;
                }
                self.wait_until = Instant::now() + STAGE_WAIT;
            }
            Stage::Remove(switches) => {
                for (dpid, keys) in switches {
                    if let Some(link) = self.links.get(&dpid) {
                        // A worker that is gone compares everything when it comes back.
                        let _ = link.orders.send(Order::Remove(keys, None)).await;
                    }
                }
            }
            Stage::Release(releases) => {
                for (app, find) in releases {
                    self.release(app, find).await;
                }
            }
        }
    }

    async fn put(&mut self, dpid: Dpid, entries: Vec<Arc<Wanted>>) {
        let Some(link) = self.links.get_mut(&dpid) else {
            return;
        };
        let find = Find {
            dpid,
            epoch: link.epoch,
        };
        let (done, confirmation) = if link.confirming {
            (None, None)
        } else {
            let (done, confirmation) = oneshot::channel();
            (Some(done), Some(confirmation))
        };
        if link.orders.send(Order::Put(entries, done)).await.is_err() {
            return;
        }
        if let Some(confirmation) = confirmation {
            link.confirming = true;
            if !link.slow {
                self.waiting.insert(dpid);
            }
            self.await_confirmation(find, confirmation);
        }
    }

    fn await_confirmation(&self, find: Find, confirmation: oneshot::Receiver<()>) {
        self.confirmations.push(Box::pin(async move {
            // Dropped instead of sent: the worker lost the batch and will try again.
            let _ = confirmation.await;
            find
        }));
    }

    fn confirmed(&mut self, find: Find) {
        if let Some(link) = self.links.get_mut(&find.dpid)
            && link.epoch == find.epoch
        {
            link.confirming = false;
            link.slow = false;
            self.waiting.remove(&find.dpid);
        }
    }

    /// The round has waited long enough.
    fn go_on(&mut self) {
        for dpid in self.waiting.drain() {
            debug!(%dpid, "a switch does not confirm in time, going on without");
            if let Some(link) = self.links.get_mut(&dpid) {
                link.slow = true;
            }
        }
    }

    async fn tell_all(&mut self, order: impl Fn() -> Order) {
        for link in self.links.values() {
            // A worker that is gone hears it when it comes back.
            let _ = link.orders.send(order()).await;
        }
    }

    fn report(&self, app: &str, changed: &Changed) {
        for (at, (dpid, wanted, winner)) in changed.covered.iter().enumerate() {
            let message = words::covered(&self.label(*dpid), wanted, winner);
            if let Some(rule) = wanted.rule(*dpid) {
                self.reject(app, rule, message, at < NOTICES);
            }
        }
    }

    fn reject(&self, app: &str, rule: Rule, message: String, notice: bool) {
        let services = &self.shared.services;
        warn!(dpid = %rule.dpid, app, message, "rule rejected");
        if notice {
            let message = format!("{message} (rule of {app})");
            services
                .notices
                .tell(Severity::Warning, "rule_rejected", message);
        }
        let rejection = RuleRejection {
            app: app.to_owned(),
            rule,
            message,
        };
        let event = Event::RuleRejected(Arc::new(rejection));
        services.events.tell(app, event);
    }

    fn count(&self, app: &str) {
        if let Some(count) = self.counts.get(app) {
            count.store(self.wanted.count(app) as u64, Ordering::Relaxed);
        }
    }

    fn label(&self, dpid: Dpid) -> String {
        self.shared.services.network.snapshot().switch_label(dpid)
    }
}
