//! Starting, stopping and asking apps.

use std::sync::Arc;
use std::time::SystemTime;

use app_api::ConfigError;
use openflow::Dpid;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Events, Registry, SendError};
use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use crate::notices::Notices;
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
    _private: (),
}

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
        _registry: Registry,
        _order: &[String],
        _surroundings: Surroundings,
    ) -> Result<Self, AppError> {
        todo!()
    }

    /// Starts an app; nothing if it runs. `settings`: those to begin with, else those it had last
    /// or its defaults.
    ///
    /// # Errors
    /// No such app, or it does not take the settings: then it is not started.
    pub async fn start(&self, _name: &str, _settings: Option<Value>) -> Result<(), AppError> {
        todo!()
    }

    /// Stops an app and withdraws its rules; nothing if it does not run.
    ///
    /// # Errors
    /// No such app.
    pub async fn stop(&self, _name: &str) -> Result<(), AppError> {
        todo!()
    }

    /// Gives a running app new settings; a stopped one has them checked when it starts.
    ///
    /// # Errors
    /// No such app, it does not take the settings, or does not answer.
    pub async fn configure(&self, _name: &str, _settings: Value) -> Result<(), AppError> {
        todo!()
    }

    /// Settings as they are; of a stopped app those it will start with.
    ///
    /// # Errors
    /// No such app, or it does not answer.
    pub async fn settings(&self, _name: &str) -> Result<Value, AppError> {
        todo!()
    }

    /// Numbers that say how a running app is doing; `{}` for one that is not running.
    ///
    /// # Errors
    /// No such app, or it does not answer.
    pub async fn status(&self, _name: &str) -> Result<Value, AppError> {
        todo!()
    }

    /// Every app in the order of precedence.
    #[must_use]
    pub fn apps(&self) -> Vec<AppInfo> {
        todo!()
    }

    /// Hears when an app starts, stops, fails or is configured; then ask [`AppHost::apps`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        todo!()
    }
}

impl HandlerSource for AppHost {
    fn connect(&self, _dpid: Dpid) -> Box<dyn HandlerFeed> {
        todo!()
    }
}
