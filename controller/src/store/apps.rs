//! What people changed about apps while the controller ran, against what its configuration says.
//!
//! Both have a say at the next start. What was changed holds as long as the configuration is what
//! it was when it was changed; once somebody edits the configuration, that holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::warn;

use super::{APPS, Store, records};

/// How an app is to start.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AppPlan {
    /// Whether at all.
    pub running: bool,
    /// With what; `None`: its defaults.
    pub settings: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    /// As it was changed.
    plan: AppPlan,
    /// What the configuration said then.
    configured: AppPlan,
}

/// What the configuration says of every app, with the store behind it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppMemory {
    store: Option<Store>,
    configured: std::sync::Arc<BTreeMap<String, AppPlan>>,
}

impl AppMemory {
    /// Without a store nothing is remembered.
    #[must_use]
    pub fn new(store: Option<Store>, configured: BTreeMap<String, AppPlan>) -> Self {
        Self {
            store,
            configured: configured.into(),
        }
    }

    /// How an app is to start. Reads the store: for the start of the controller, not for later.
    #[must_use]
    pub fn plan(&self, app: &str) -> AppPlan {
        let configured = self.configured(app);
        match self.record(app) {
            Some(record) if record.configured == configured => record.plan,
            _ => configured,
        }
    }

    /// What the configuration alone says.
    #[must_use]
    pub fn configured(&self, app: &str) -> AppPlan {
        self.configured.get(app).cloned().unwrap_or_default()
    }

    /// Keeps how an app is now; done when it is on the disk.
    pub async fn remember(&self, app: &str, plan: AppPlan) {
        let Some(store) = self.store.clone() else {
            return;
        };
        let record = Record {
            plan,
            configured: self.configured(app),
        };
        // The same as the configuration says: then that holds, also after it is edited.
        let value = (record.plan != record.configured).then(|| records::bytes(&record));
        let entry = [(app.to_owned(), value)];
        let written = tokio::task::spawn_blocking(move || store.write(APPS, &entry)).await;
        if let Ok(Err(error)) = written {
            warn!(app, %error, "a change of an app will not survive a restart");
        }
    }

    fn record(&self, app: &str) -> Option<Record> {
        let records = self.store.as_ref()?.all(APPS).ok()?;
        let (_, value) = records.into_iter().find(|(name, _)| name == app)?;
        serde_json::from_slice(&value).ok()
    }
}
