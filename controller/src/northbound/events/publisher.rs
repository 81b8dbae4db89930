//! Watches the network, the apps and the notices, and writes what changed into the log.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use app_api::Snapshot;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::EventLog;
use super::diff::diff;
use super::log::Key;
use crate::network::{NetworkHandle, Update};
use crate::northbound::apps::AppDesk;
use crate::northbound::model::{AppView, EventBody, NoticeView};
use crate::notices::Notices;

/// Between two comparisons: a burst of changes is one, a single change is told at once.
const PAUSE: Duration = Duration::from_millis(30);

/// What is watched.
#[derive(Debug, Clone)]
pub(in crate::northbound) struct Sources {
    pub(in crate::northbound) network: NetworkHandle,
    pub(in crate::northbound) apps: AppDesk,
    pub(in crate::northbound) notices: Notices,
}

/// Runs until the token is cancelled.
pub(in crate::northbound) async fn publish(
    log: EventLog,
    sources: Sources,
    stop: CancellationToken,
) {
    let mut wakes = Wakes::new(&sources);
    let mut publisher = Publisher::new(log, sources);
    loop {
        publisher.publish().await;
        let pause_over = Instant::now() + PAUSE;
        tokio::select! {
            () = stop.cancelled() => return,
            () = wakes.next() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_until(pause_over) => {}
        }
    }
}

/// What can end the publisher's sleep. Only that something changed matters, not what: it compares.
struct Wakes {
    network: broadcast::Receiver<Arc<Update>>,
    apps: watch::Receiver<u64>,
    notices: watch::Receiver<u64>,
}

impl Wakes {
    fn new(sources: &Sources) -> Self {
        Self {
            network: sources.network.subscribe(),
            apps: sources.apps.watch(),
            notices: sources.notices.watch(),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = network_changed(&mut self.network) => {}
            () = changed(&mut self.apps) => {}
            () = changed(&mut self.notices) => {}
        }
    }
}

/// All waiting updates at once: the newest snapshot has them all.
async fn network_changed(updates: &mut broadcast::Receiver<Arc<Update>>) {
    match updates.recv().await {
        Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => *updates = updates.resubscribe(),
        Err(broadcast::error::RecvError::Closed) => pending().await,
    }
}

async fn changed(source: &mut watch::Receiver<u64>) {
    if source.changed().await.is_err() {
        pending().await
    }
}

struct Publisher {
    log: EventLog,
    sources: Sources,
    network: Arc<Snapshot>,
    apps: HashMap<String, AppView>,
    /// Version of the apps shown.
    apps_seen: Option<u64>,
    notices_told: u64,
}

impl Publisher {
    fn new(log: EventLog, sources: Sources) -> Self {
        Self {
            network: sources.network.snapshot(),
            notices_told: *sources.notices.watch().borrow(),
            log,
            sources,
            apps: HashMap::new(),
            apps_seen: None,
        }
    }

    async fn publish(&mut self) {
        let mut events = self.network_events();
        events.extend(self.app_events().await);
        events.extend(self.notice_events());
        self.log.append(events);
    }

    fn network_events(&mut self) -> Vec<(Key, EventBody)> {
        let now = self.sources.network.snapshot();
        let before = std::mem::replace(&mut self.network, now);
        if before.seq == self.network.seq {
            return Vec::new();
        }
        diff(&before, &self.network)
    }

    async fn app_events(&mut self) -> Vec<(Key, EventBody)> {
        let version = *self.sources.apps.watch().borrow();
        if self.apps_seen == Some(version) {
            return Vec::new();
        }
        let first = self.apps_seen.replace(version).is_none();
        let mut events = Vec::new();
        for view in self.sources.apps.views().await {
            let name = view.name.clone();
            let news = self.apps.insert(name.clone(), view.clone()).as_ref() != Some(&view);
            if news && !first {
                events.push((Key::App(name), EventBody::App(view)));
            }
        }
        events
    }

    fn notice_events(&mut self) -> Vec<(Key, EventBody)> {
        let news = self.sources.notices.after(self.notices_told);
        self.notices_told = news.last().map_or(self.notices_told, |n| n.number);
        news.iter()
            .map(|n| {
                (
                    Key::Notice(n.number),
                    EventBody::Notice(NoticeView::from(n)),
                )
            })
            .collect()
    }
}
