//! Keeps the store like the network, from a distance.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app_api::{Host, HostId, Snapshot};
use imbl::ordmap::DiffItem;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{ALL_NAMES, HOSTS, NAMES, Store, WRITE_EVERY, records};
use crate::network::NetworkHandle;

/// When a host was last seen is worth a write this often only.
const SEEN_STEP: Duration = Duration::from_secs(24 * 3600);

type Entries = Vec<(String, Option<Vec<u8>>)>;

/// Runs until the token is cancelled, then writes a last time.
pub async fn follow(store: Store, network: NetworkHandle, stop: CancellationToken) {
    let mut updates = network.subscribe();
    // Restored hosts are not in it until they answer, so nothing of theirs is removed by this.
    let mut written = Arc::new(Snapshot::default());
    let mut broken = false;
    loop {
        let stopped = tokio::select! {
            () = stop.cancelled() => true,
            update = updates.recv() => matches!(update, Err(RecvError::Closed)),
        };
        if !stopped {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(WRITE_EVERY) => {}
            }
            updates = updates.resubscribe();
        }
        let now = network.snapshot();
        let (store, from, to) = (store.clone(), Arc::clone(&written), Arc::clone(&now));
        match tokio::task::spawn_blocking(move || store.write_difference(&from, &to)).await {
            Ok(Ok(())) => (written, broken) = (now, false),
            Ok(Err(error)) if !broken => {
                broken = true;
                warn!(%error, "cannot write to the store: hosts and names may not survive a restart");
            }
            _ => {}
        }
        if stopped {
            return;
        }
    }
}

impl Store {
    /// Blocks.
    pub(super) fn write_difference(
        &self,
        from: &Snapshot,
        to: &Snapshot,
    ) -> Result<(), redb::Error> {
        let hosts = hosts(from, to);
        if !hosts.is_empty() {
            self.write(HOSTS, &hosts)?;
        }
        if from.annotations != to.annotations {
            let names = Some(records::annotations_bytes(&to.annotations));
            self.write(NAMES, &[(ALL_NAMES.to_owned(), names)])?;
        }
        Ok(())
    }
}

fn hosts(from: &Snapshot, to: &Snapshot) -> Entries {
    let difference = from.hosts.diff(&to.hosts);
    difference
        .filter_map(|item| match item {
            DiffItem::Update { old, new } if !news(old.1, new.1) => None,
            DiffItem::Update { new, .. } => Some(entry(*new.0, Some(new.1))),
            DiffItem::Add(id, host) => Some(entry(*id, Some(host))),
            DiffItem::Remove(id, _) => Some(entry(*id, None)),
        })
        .collect()
}

fn entry(id: HostId, host: Option<&Arc<Host>>) -> (String, Option<Vec<u8>>) {
    let value = host.map(|host| records::host_bytes(host));
    (records::host_key(id), value)
}

fn news(old: &Host, new: &Host) -> bool {
    old.at != new.at
        || old.addresses != new.addresses
        || old.first_seen != new.first_seen
        || seen_step(old) != seen_step(new)
}

fn seen_step(host: &Host) -> u64 {
    let since = host.last_seen.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() / SEEN_STEP.as_secs())
}
