//! What hosts of an emulated network do while a test does something else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pointsman_tests::Request;
use reqwest::Url;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, interval, sleep, timeout};
use topologies::emulate::Outcome;
use topologies::emulate::live::Handle;

use crate::ground::PATIENCE;

/// Pings every 10 ms.
#[derive(Debug)]
pub(crate) struct Pinger {
    seen: Arc<Mutex<Seen>>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Its lock is held for no longer than a look.
#[derive(Debug, Default)]
struct Seen {
    sent: u64,
    /// Numbers of those that were answered.
    answered: BTreeSet<u64>,
}

impl Pinger {
    pub(crate) fn start(runtime: &Runtime, network: Handle, from: &str, to: &str) -> Self {
        let seen = Arc::default();
        let (stop, stopped) = oneshot::channel();
        let ends = (from.to_owned(), to.to_owned());
        let task = runtime.spawn(ping_on(network, ends, Arc::clone(&seen), stopped));
        Self { seen, stop, task }
    }

    pub(crate) fn answered(&self) -> BTreeSet<u64> {
        look(&self.seen, |seen| seen.answered.clone())
    }

    #[track_caller]
    pub(crate) fn stop(self, runtime: &Runtime) -> (u64, BTreeSet<u64>) {
        // An error means that it has ended, which the next line tells.
        let _ = self.stop.send(());
        runtime.block_on(self.task).expect("it does not panic");
        look(&self.seen, |seen| (seen.sent, seen.answered.clone()))
    }
}

/// Until it is told to stop; then it waits for what is still under way.
async fn ping_on(
    network: Handle,
    (from, to): (String, String),
    seen: Arc<Mutex<Seen>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut pings = JoinSet::new();
    let mut ticks = interval(Duration::from_millis(10));
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = pings.join_next() => continue,
            _ = ticks.tick() => {}
        }
        let number = look(&seen, |seen| {
            seen.sent += 1;
            seen.sent
        });
        let (network, from, to) = (network.clone(), from.clone(), to.clone());
        let seen = Arc::clone(&seen);
        pings.spawn(async move {
            if is_answered(&network, &from, &to).await {
                look(&seen, |seen| seen.answered.insert(number));
            }
        });
    }
    while pings.join_next().await.is_some() {}
}

/// One ping.
pub(crate) async fn is_answered(network: &Handle, from: &str, to: &str) -> bool {
    let outcome = network.ping(from, to).await;
    outcome.is_ok_and(|outcome| outcome.is_success())
}

/// GETs again and again.
#[derive(Debug)]
pub(crate) struct Asking {
    /// What has been answered; its lock is held for no longer than a look.
    done: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Asking {
    #[track_caller]
    pub(crate) fn start(runtime: &Runtime, client: Client, count: u32, pause: Duration) -> Self {
        let done = Arc::default();
        let task = runtime.spawn(client.ask_on(count, pause, Arc::clone(&done)));
        Self { done, task }
    }

    pub(crate) fn done(&self) -> Vec<Request> {
        look(&self.done, |done| done.clone())
    }

    #[track_caller]
    pub(crate) fn finish(self, runtime: &Runtime) -> Vec<Request> {
        let ended = runtime.block_on(async { timeout(PATIENCE, self.task).await });
        let ended = ended.expect("the last request has an end");
        ended.expect("it does not panic");
        look(&self.done, |done| done.clone())
    }

    pub(crate) fn stop(self) -> Vec<Request> {
        self.task.abort();
        self.done()
    }
}

/// A host that GETs a URL.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) network: Handle,
    pub(crate) host: String,
    pub(crate) url: Url,
    /// When the network's clock began.
    pub(crate) started: Instant,
}

impl Client {
    async fn ask_on(self, count: u32, pause: Duration, done: Arc<Mutex<Vec<Request>>>) {
        for _ in 0..count {
            let asked = self.started.elapsed();
            let request = Request {
                outcome: self.ask().await,
                client: self.host.clone(),
                asked,
                answered: self.started.elapsed(),
            };
            look(&done, |done| done.push(request));
            sleep(pause).await;
        }
    }

    async fn ask(&self) -> Result<Vec<String>, String> {
        let (host, url) = (self.host.clone(), self.url.clone());
        let asked = self.network.outcome(move |network| {
            let server = url.host_str().unwrap_or_default();
            let port = url.port_or_known_default().unwrap_or_default();
            network.http_get(&host, server, port, url.path())
        });
        let outcome = timeout(ANSWER, asked).await.map_err(|e| e.to_string())?;
        match outcome.map_err(|error| error.to_string())? {
            Outcome::Http { body, .. } => {
                let text = String::from_utf8_lossy(&body);
                Ok(text.lines().map(str::to_owned).collect())
            }
            Outcome::Failed(failure) => Err(failure.to_string()),
            other => Err(format!("{other:?}")),
        }
    }
}

/// Does something with what a lock guards.
fn look<T, R>(guarded: &Mutex<T>, act: impl FnOnce(&mut T) -> R) -> R {
    act(&mut guarded.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Clients with Mininet wait as long.
const ANSWER: Duration = Duration::from_secs(2);
