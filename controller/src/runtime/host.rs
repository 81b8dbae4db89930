//! Starting, stopping and asking apps.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use app_api::{ConfigError, Event};
use futures_util::FutureExt;
use openflow::Dpid;
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

use super::events::Inbox;
use super::failure::panic_text;
use super::feed::{self, Connection};
use super::registry::Entry;
use super::task::{End, Question, Run};
use super::{Events, Registry, SendError};
use crate::metrics::{Metrics, Queue};
use crate::network::{NetworkHandle, Update};
use crate::notices::{Notices, Severity};
use crate::rules::RulesHandle;
use crate::southbound::{HandlerFeed, HandlerSource, Switches};

/// What the host of the apps works with.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The network, and what happens in it.
    pub network: NetworkHandle,
    /// What happens elsewhere; the rule service tells here.
    pub events: Events,
    /// Where wanted rules go.
    pub rules: RulesHandle,
    /// Where packets go out.
    pub switches: Switches,
    /// Where failures are told.
    pub notices: Notices,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Ends every app, with its rules left on the switches.
    pub stop: CancellationToken,
    /// Every task is in it.
    pub tasks: TaskTracker,
}

/// Runs apps. Cheap to clone; all clones are one.
///
/// Start apps before the southbound listens: entries a switch has of an app that does not run are
/// removed when it connects.
#[derive(Debug, Clone)]
pub struct AppHost {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// In the order of precedence.
    apps: Vec<Slot>,
    surroundings: Surroundings,
    /// Connections that want handlers. Held while an app starts or stops hearing of them or a
    /// connection is added, so that none is missed.
    connections: Mutex<Vec<Connection>>,
    /// Counts changes of the apps' states and settings.
    changes: watch::Sender<u64>,
}

/// One registered app.
#[derive(Debug)]
struct Slot {
    entry: Entry,
    /// Held while it is started, stopped or configured: one after the other.
    turn: tokio::sync::Mutex<()>,
    /// Held for a look or a change, never over an await.
    state: Mutex<SlotState>,
}

#[derive(Debug)]
struct SlotState {
    state: AppState,
    since: SystemTime,
    /// To start with next time.
    settings: Option<Value>,
    running: Option<Running>,
}

#[derive(Debug, Clone)]
struct Running {
    questions: mpsc::Sender<Question>,
    stop: CancellationToken,
    /// All is cleaned up.
    ended: CancellationToken,
}

/// Questions that can wait for one app; who has more waits for room.
const QUESTIONS: usize = 16;

/// How long people wait for an app to answer or to stop.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Where an app stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppState {
    /// It runs.
    Running,
    /// It was stopped or never started.
    Stopped,
    /// It panicked: where and what it said. Its rules are withdrawn.
    Failed(String),
}

/// An app, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// Its name.
    pub name: Arc<str>,
    /// One sentence.
    pub description: Arc<str>,
    /// Where it stands.
    pub state: AppState,
    /// Since when.
    pub since: SystemTime,
}

/// What an app cannot do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// No such app.
    #[error("there is no app `{0}`")]
    Unknown(String),
    /// It is stopped, or does not answer.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// It does not take these settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The controller is stopping.
    #[error("the controller is stopping")]
    Stopping,
}

impl AppHost {
    /// All apps of the registry, none running yet. `order` is that of `--apps`: the order in which
    /// packet handlers are asked and in which rules win; apps not in it come after.
    ///
    /// # Errors
    /// A name of `order` is not in the registry.
    pub fn new(
        registry: Registry,
        order: &[String],
        surroundings: Surroundings,
    ) -> Result<Self, AppError> {
        let apps = registry.into_order(order)?.into_iter().map(|entry| Slot {
            entry,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::new(SlotState {
                state: AppState::Stopped,
                since: SystemTime::now(),
                settings: None,
                running: None,
            }),
        });
        let shared = Arc::new(Shared {
            apps: apps.collect(),
            surroundings,
            connections: Mutex::default(),
            changes: watch::Sender::new(0),
        });
        let surroundings = &shared.surroundings;
        let updates = surroundings.network.subscribe();
        let pump = pump(
            updates,
            surroundings.events.clone(),
            surroundings.stop.clone(),
        );
        surroundings.tasks.spawn(pump);
        Ok(Self { shared })
    }

    /// Starts an app; nothing if it runs. `settings`: those to begin with, else those it had last
    /// or its defaults.
    ///
    /// # Errors
    /// No such app, or it does not take the settings: then it is not started.
    pub async fn start(&self, name: &str, settings: Option<Value>) -> Result<(), AppError> {
        let (rank, slot) = self.slot(name)?;
        let _turn = slot.turn.lock().await;
        if slot.running().is_some() {
            return Ok(());
        }
        let stop = &self.shared.surroundings.stop;
        if stop.is_cancelled() {
            return Err(AppError::Stopping);
        }
        let settings = settings.or_else(|| slot.state().settings.clone());
        let (inbox, questions, run, started) = self.prepare(rank, slot, settings.clone());
        let running = Running {
            questions,
            stop: run.stop.clone(),
            ended: CancellationToken::new(),
        };
        self.shared.surroundings.rules.begin(name).await;
        self.admit(&inbox);
        slot.begin(running);
        let shared = Arc::clone(&self.shared);
        self.shared
            .surroundings
            .tasks
            .spawn(async move { shared.run(rank, run).await });
        let started = timeout(ANSWER_WITHIN, started).await;
        match started.map_err(|_| SendError::Busy)? {
            Ok(Ok(())) => {
                slot.keep(settings);
                self.shared.changed();
                Ok(())
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) if stop.is_cancelled() => Err(AppError::Stopping),
            // It panicked: its state says so.
            Err(_) => Err(SendError::NotRunning.into()),
        }
    }

    /// Stops an app and withdraws its rules; nothing if it does not run.
    ///
    /// # Errors
    /// No such app, or it is busy and will stop later.
    pub async fn stop(&self, name: &str) -> Result<(), AppError> {
        let (_, slot) = self.slot(name)?;
        let _turn = slot.turn.lock().await;
        if let Some(running) = slot.running() {
            running.stop.cancel();
            let ended = timeout(ANSWER_WITHIN, running.ended.cancelled()).await;
            ended.map_err(|_| SendError::Busy)?;
        }
        Ok(())
    }

    /// Gives a running app new settings; a stopped one has them checked when it starts.
    ///
    /// # Errors
    /// No such app, it does not take the settings, or does not answer.
    pub async fn configure(&self, name: &str, settings: Value) -> Result<(), AppError> {
        let (_, slot) = self.slot(name)?;
        let _turn = slot.turn.lock().await;
        let settings = match slot.running() {
            None => settings,
            Some(running) => {
                let question = |reply| Question::Configure(settings, reply);
                running.ask(question).await??
            }
        };
        slot.keep(Some(settings));
        self.shared.changed();
        Ok(())
    }

    /// Settings as they are; of a stopped app those it will start with.
    ///
    /// # Errors
    /// No such app, or it does not answer.
    pub async fn settings(&self, name: &str) -> Result<Value, AppError> {
        let (_, slot) = self.slot(name)?;
        if let Some(running) = slot.running() {
            return Ok(running.ask(Question::Settings).await?);
        }
        let kept = slot.state().settings.clone();
        Ok(kept.unwrap_or_else(|| slot.entry.launch.default_settings()))
    }

    /// Numbers that say how a running app is doing; `{}` for one that is not running.
    ///
    /// # Errors
    /// No such app, or it does not answer.
    pub async fn status(&self, name: &str) -> Result<Value, AppError> {
        let (_, slot) = self.slot(name)?;
        match slot.running() {
            Some(running) => Ok(running.ask(Question::Status).await?),
            None => Ok(serde_json::json!({})),
        }
    }

    /// Every app in the order of precedence.
    #[must_use]
    pub fn apps(&self) -> Vec<AppInfo> {
        self.shared.apps.iter().map(Slot::info).collect()
    }

    /// Hears when an app starts, stops, fails or is configured; then ask [`AppHost::apps`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    fn slot(&self, name: &str) -> Result<(usize, &Slot), AppError> {
        let mut apps = self.shared.apps.iter().enumerate();
        apps.find(|(_, slot)| *slot.entry.name == *name)
            .ok_or_else(|| AppError::Unknown(name.to_owned()))
    }

    /// Everything one run needs.
    fn prepare(
        &self,
        rank: usize,
        slot: &Slot,
        settings: Option<Value>,
    ) -> (Arc<Inbox>, mpsc::Sender<Question>, Run, Started) {
        let surroundings = self.shared.surroundings.clone();
        let drops = surroundings
            .metrics
            .queue_drops
            .get_or_create_owned(&APP_EVENTS);
        let inbox = Inbox::new(Arc::clone(&slot.entry.name), drops);
        let (ask, questions) = mpsc::channel(QUESTIONS);
        let (started, starting) = oneshot::channel();
        let run = Run {
            name: Arc::clone(&slot.entry.name),
            rank,
            surroundings,
            inbox: Arc::clone(&inbox),
            questions,
            settings,
            started,
            stop: CancellationToken::new(),
        };
        (inbox, ask, run, starting)
    }

    /// From now on the app hears events, and of every connection, those there are included.
    fn admit(&self, inbox: &Arc<Inbox>) {
        let mut connections = self.shared.connections();
        connections.retain(Connection::is_open);
        self.shared.surroundings.events.add(inbox);
        for connection in connections.iter() {
            inbox.connect(connection.clone());
        }
    }
}

type Started = oneshot::Receiver<Result<(), ConfigError>>;

const APP_EVENTS: Queue = Queue {
    queue: "app_events",
};

impl Shared {
    /// One run of an app from start to end, and what is left to do after it.
    async fn run(&self, rank: usize, run: Run) {
        let slot = &self.apps[rank];
        let name = Arc::clone(&slot.entry.name);
        let inbox = Arc::clone(&run.inbox);
        let run = AssertUnwindSafe(slot.entry.launch.launch(run)).catch_unwind();
        let end = run
            .await
            .unwrap_or_else(|panic| End::Failed(panic_text("its end", panic.as_ref())));
        self.dismiss(rank, &inbox);
        if !matches!(end, End::Shutdown) {
            self.surroundings.rules.withdraw(&name).await;
        }
        let ended = slot.end(end, &self.surroundings.notices);
        self.changed();
        if let Some(running) = ended {
            running.ended.cancel();
        }
    }

    fn dismiss(&self, rank: usize, inbox: &Arc<Inbox>) {
        let connections = self.connections();
        self.surroundings.events.remove(inbox);
        for connection in connections.iter() {
            connection.remove(rank);
        }
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn connections(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> Option<Running> {
        self.state().running.clone()
    }

    fn info(&self) -> AppInfo {
        let state = self.state();
        AppInfo {
            name: Arc::clone(&self.entry.name),
            description: Arc::clone(&self.entry.description),
            state: state.state.clone(),
            since: state.since,
        }
    }

    fn begin(&self, running: Running) {
        let mut state = self.state();
        state.running = Some(running);
        state.become_now(AppState::Running);
    }

    /// Settings to start with next time, if they are new.
    fn keep(&self, settings: Option<Value>) {
        if settings.is_some() {
            self.state().settings = settings;
        }
    }

    fn end(&self, end: End, notices: &Notices) -> Option<Running> {
        let mut state = self.state();
        match end {
            End::Stopped(settings) => {
                info!(app = &*self.entry.name, "app stopped");
                state.settings = settings.or_else(|| state.settings.take());
                state.become_now(AppState::Stopped);
            }
            End::NotStarted | End::Shutdown => state.become_now(AppState::Stopped),
            End::Failed(why) => {
                error!(app = &*self.entry.name, error = why, "app failed");
                let message = format!("app {} failed: it {why}", self.entry.name);
                notices.tell(Severity::Error, "app_failed", message);
                state.become_now(AppState::Failed(why));
            }
        }
        state.running.take()
    }
}

impl SlotState {
    fn become_now(&mut self, state: AppState) {
        if self.state != state {
            self.state = state;
            self.since = SystemTime::now();
        }
    }
}

impl Running {
    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<T>) -> Question,
    ) -> Result<T, SendError> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            let sent = self.questions.send(question(reply)).await;
            sent.map_err(|_| SendError::NotRunning)?;
            answer.await.map_err(|_| SendError::NotRunning)
        };
        let answered = timeout(ANSWER_WITHIN, asked).await;
        answered.map_err(|_| SendError::Busy)?
    }
}

impl HandlerSource for AppHost {
    fn connect(&self, dpid: Dpid) -> Box<dyn HandlerFeed> {
        let (connection, feed) = feed::connect(dpid);
        let mut connections = self.shared.connections();
        connections.retain(Connection::is_open);
        self.shared.surroundings.events.connect(&connection);
        connections.push(connection);
        Box::new(feed)
    }
}

/// Tells apps what happens in the network.
async fn pump(
    mut updates: broadcast::Receiver<Arc<Update>>,
    events: Events,
    stop: CancellationToken,
) {
    loop {
        let update = tokio::select! {
            () = stop.cancelled() => return,
            update = updates.recv() => update,
        };
        match update {
            Ok(update) => update.events.iter().for_each(|event| events.publish(event)),
            Err(RecvError::Lagged(_)) => events.publish(&Event::Resync),
            Err(RecvError::Closed) => return,
        }
    }
}
