//! The way to the rule service, and its start.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openflow::flow::FlowRemoved;
use openflow::{Cookie, Dpid};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::cookie::{self, AppTag};
use super::counters::Counters;
use super::port::SwitchPort;
use super::record::{FlowRecord, GroupRecord};
use super::service::{COMMANDS, Command, Known, Service};
use super::worker::{Inputs, ORDERS, Order, REMOVED, Shared, Worker, ask};
use super::{CORE, Find, Services, SetChange, view};
use crate::southbound::{SwitchHandle, SwitchListener};

/// How long people wait for a switch to tell what it has.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// The way to the rule service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RulesHandle {
    commands: mpsc::Sender<Command>,
    connections: Arc<Connections>,
    shared: Arc<Shared>,
    /// Rules each app wants.
    counts: Arc<HashMap<Arc<str>, AtomicU64>>,
}

/// The workers, by switch. The lock is held for one look or change, never over an await.
#[derive(Debug, Default)]
struct Connections(Mutex<HashMap<Dpid, Connection>>);

#[derive(Debug)]
struct Connection {
    epoch: u64,
    removed: mpsc::Sender<Box<FlowRemoved>>,
    removed_lost: Arc<AtomicBool>,
    stop: CancellationToken,
}

/// Starts the service. `apps`: every app there is, in the order of precedence
/// ([`crate::runtime::Registry::in_order`]).
#[must_use]
pub fn start(apps: &[Arc<str>], services: Services) -> RulesHandle {
    let names = apps
        .iter()
        .map(|app| (AppTag::of(app), Arc::clone(app)))
        .chain([(AppTag::CORE, CORE.into())]);
    let tags = apps.iter().map(|app| AppTag::of(app));
    let counts = apps.iter().map(|app| (Arc::clone(app), AtomicU64::new(0)));
    let counts = Arc::new(counts.collect());
    let counters = Counters::default();
    services
        .metrics
        .register(|registry| counters.register(registry));
    let shared = Arc::new(Shared {
        services,
        counters,
        names: names.collect(),
        apps: Arc::new(tags.collect()),
        entries: AtomicUsize::new(0),
    });
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let service = Service::new(apps, Arc::clone(&shared), Arc::clone(&counts));
    shared.services.tasks.spawn(service.run(inbox));
    RulesHandle {
        commands,
        connections: Arc::default(),
        shared,
        counts,
    }
}

impl RulesHandle {
    /// One change of one app's wanted rules, carried out stage by stage. Waits for room in the
    /// service's queue, not for the switches.
    pub async fn change(&self, app: &str, sets: Vec<SetChange>) {
        let app = app.into();
        let done = None;
        self.command(Command::Change { app, sets, done }).await;
    }

    /// The same; the receiver hears when the rules are on their switches, but for switches that do
    /// not confirm in time.
    pub async fn change_heard(&self, app: &str, sets: Vec<SetChange>) -> oneshot::Receiver<()> {
        let (done, heard) = oneshot::channel();
        let (app, done) = (app.into(), Some(done));
        self.command(Command::Change { app, sets, done }).await;
        heard
    }

    /// The app runs: what is found of it on switches is told to it instead of being removed.
    pub async fn begin(&self, app: &str) {
        self.command(Command::Begin { app: app.into() }).await;
    }

    /// The app has claimed what it wants of what was found there: the rest may go.
    pub async fn release_unclaimed(&self, app: &str, finds: Vec<Find>) {
        let app = app.into();
        self.command(Command::Release { app, finds }).await;
    }

    /// The app has stopped: everything it wanted or put there because of packets goes, on every
    /// switch.
    pub async fn withdraw(&self, app: &str) {
        self.command(Command::Withdraw { app: app.into() }).await;
    }

    /// Every entry wanted on or read from a switch, in the order of a lookup: by table, then by
    /// falling priority. The table is read anew where what is known is older than a second; of a
    /// switch that does not answer in time it is what was read last, of one that is not
    /// connected what is wanted.
    pub async fn flows(&self, dpid: Dpid) -> Vec<FlowRecord> {
        let Some(mut known) = self.known(dpid).await else {
            return Vec::new();
        };
        if let Some(worker) = &known.worker {
            let read = ask(worker, ANSWER_WITHIN, Order::Flows).await;
            let flows = match read {
                Some(flows) => Some(flows),
                None => ask(worker, ANSWER_WITHIN, Order::FlowsKnown).await,
            };
            known.records.extend(flows.unwrap_or_default());
        }
        view::sort(&mut known.records);
        known.records
    }

    /// The same as it was last read, without asking the switch: to say whose an entry is.
    pub async fn flows_known(&self, dpid: Dpid) -> Vec<FlowRecord> {
        let Some(mut known) = self.known(dpid).await else {
            return Vec::new();
        };
        if let Some(worker) = &known.worker {
            let flows = ask(worker, ANSWER_WITHIN, Order::FlowsKnown).await;
            known.records.extend(flows.unwrap_or_default());
        }
        known.records
    }

    /// The app, or the controller itself, whose mark a cookie is.
    #[must_use]
    pub fn owner(&self, cookie: Cookie) -> Option<Arc<str>> {
        let mark = cookie::read(cookie)?;
        self.shared.names.get(&mark.app).cloned()
    }

    /// Every group wanted on or just read from a switch, with its counters, by number; only what is
    /// wanted if it is not connected, does not answer or speaks 1.0.
    pub async fn groups(&self, dpid: Dpid) -> Vec<GroupRecord> {
        let Some(known) = self.known(dpid).await else {
            return Vec::new();
        };
        let told = match &known.worker {
            Some(worker) => ask(worker, ANSWER_WITHIN, Order::Groups).await,
            None => None,
        };
        let (wanted, there) = told.unwrap_or((known.groups, None));
        view::join_groups(wanted, there, &self.shared.names)
    }

    /// How many rules an app wants, on all switches.
    #[must_use]
    pub fn wanted(&self, app: &str) -> u64 {
        self.counts
            .get(app)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    async fn known(&self, dpid: Dpid) -> Option<Known> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Known { dpid, reply }).await;
        answer.await.ok()
    }

    async fn command(&self, command: Command) {
        // After shutdown there is nobody, and nothing left to do.
        let _ = self.commands.send(command).await;
    }

    /// See [`SwitchListener::switch_connected`].
    pub(super) fn connect<P: SwitchPort>(&self, port: P) {
        let find = Find {
            dpid: port.dpid(),
            epoch: port.epoch(),
        };
        let (orders_to, orders) = mpsc::channel(ORDERS);
        let (removed_to, removed) = mpsc::channel(REMOVED);
        let connection = Connection {
            epoch: find.epoch,
            removed: removed_to,
            removed_lost: Arc::default(),
            stop: self.shared.services.stop.child_token(),
        };
        let inputs = Inputs {
            orders,
            removed,
            removed_lost: Arc::clone(&connection.removed_lost),
            stop: connection.stop.clone(),
        };
        if let Some(earlier) = self.connections.lock().insert(find.dpid, connection) {
            earlier.stop.cancel();
        }
        let this = self.clone();
        self.shared.services.tasks.spawn(async move {
            let orders = orders_to;
            this.command(Command::Connected { find, orders }).await;
            let shared = Arc::clone(&this.shared);
            Worker::run(port, shared, this.commands.clone(), inputs).await;
            this.command(Command::Gone(find)).await;
        });
    }
}

/// The service reads the tables of a switch that has shaken hands, installs what is missing of the
/// controller's own rules (table-miss, discovery), tells apps what was found of theirs, and only
/// then says to [`crate::network`] that the switch is ready.
impl SwitchListener for RulesHandle {
    fn switch_connected(&self, switch: SwitchHandle) {
        self.connect(switch);
    }

    fn switch_gone(&self, dpid: Dpid, epoch: u64) {
        let mut connections = self.connections.lock();
        if connections.get(&dpid).is_some_and(|c| c.epoch == epoch)
            && let Some(connection) = connections.remove(&dpid)
        {
            connection.stop.cancel();
        }
    }

    fn flow_removed(&self, dpid: Dpid, epoch: u64, removed: Box<FlowRemoved>) {
        let connections = self.connections.lock();
        let connection = connections.get(&dpid).filter(|c| c.epoch == epoch);
        let Some(connection) = connection else {
            return;
        };
        if connection.removed.try_send(removed).is_err() {
            connection.removed_lost.store(true, Ordering::Relaxed);
            self.shared.counters.removed_drops.inc();
        }
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, HashMap<Dpid, Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
