//! Apps as the API shows and changes them, and their settings across restarts.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use super::model::{AppChange, AppStateView, AppView, Problem};
use super::views;
use crate::rules::RulesHandle;
use crate::runtime::{AppError, AppHost, AppInfo, AppState, SendError};
use crate::store::{AppMemory, AppPlan};
use crate::words::explain;

/// The apps, their rules and their memory together. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppDesk {
    host: AppHost,
    rules: RulesHandle,
    memory: AppMemory,
}

impl AppDesk {
    /// The apps of a host, started already or not.
    #[must_use]
    pub fn new(host: AppHost, rules: RulesHandle, memory: AppMemory) -> Self {
        Self {
            host,
            rules,
            memory,
        }
    }

    /// Hears when an app starts, stops, fails or is configured.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.host.watch()
    }

    /// How many rules each app wants.
    pub(super) fn wanted(&self) -> Vec<(String, u64)> {
        let wanted = |app: AppInfo| (app.name.to_string(), self.rules.wanted(&app.name));
        self.host.apps().into_iter().map(wanted).collect()
    }

    pub(super) async fn views(&self) -> Vec<AppView> {
        let mut views = Vec::new();
        for info in self.host.apps() {
            views.push(self.view_of(&info).await);
        }
        views
    }

    pub(super) async fn view(&self, name: &str) -> Result<AppView, Problem> {
        Ok(self.view_of(&self.info(name)?).await)
    }

    /// Carries out a change and remembers it.
    pub(super) async fn change(&self, name: &str, change: AppChange) -> Result<AppView, Problem> {
        let running = self.info(name)?.state == AppState::Running;
        let AppChange {
            running: run,
            settings,
        } = change;
        match (running, run.unwrap_or(running)) {
            (false, true) => self.host.start(name, settings).await,
            (true, true) | (false, false) => self.configure(name, settings).await,
            (true, false) => {
                let configured = self.configure(name, settings).await;
                match configured {
                    Ok(()) => self.host.stop(name).await,
                    refused => refused,
                }
            }
        }
        .map_err(|error| problem(name, error))?;
        self.remember(name).await;
        self.view(name).await
    }

    /// Keeps an app's state and settings for the next start.
    pub(super) async fn remember(&self, name: &str) {
        let (Ok(info), Ok(settings)) = (self.info(name), self.host.settings(name).await) else {
            return;
        };
        let plan = AppPlan {
            // One that failed was not stopped by anybody: it gets another chance.
            running: info.state != AppState::Stopped,
            settings: Some(settings),
        };
        self.memory.remember(name, plan).await;
    }

    async fn configure(&self, name: &str, settings: Option<Value>) -> Result<(), AppError> {
        match settings {
            Some(settings) => self.host.configure(name, settings).await,
            None => Ok(()),
        }
    }

    fn info(&self, name: &str) -> Result<AppInfo, Problem> {
        let apps = self.host.apps();
        let names: Vec<Arc<str>> = apps.iter().map(|app| Arc::clone(&app.name)).collect();
        let found = apps.into_iter().find(|app| &*app.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            let hint = crate::words::suggestion(name, &names);
            Problem::not_found(format!("there is no app `{name}`{hint}")).at("name")
        })
    }

    async fn view_of(&self, info: &AppInfo) -> AppView {
        let (state, problem) = match &info.state {
            AppState::Running => (AppStateView::Running, None),
            AppState::Stopped => (AppStateView::Stopped, None),
            AppState::Failed(why) => (AppStateView::Failed, Some(why.clone())),
        };
        // An app that does not answer is shown all the same.
        let settings = self.host.settings(&info.name).await;
        let status = self.host.status(&info.name).await;
        AppView {
            name: info.name.to_string(),
            description: info.description.to_string(),
            state,
            since: views::time(info.since),
            problem,
            rules: self.rules.wanted(&info.name),
            settings: settings.unwrap_or(Value::Null),
            status: status.unwrap_or(Value::Null),
        }
    }
}

/// `app` is who was asked.
pub(super) fn problem(app: &str, error: AppError) -> Problem {
    match error {
        AppError::Unknown(_) => Problem::not_found(error.to_string()).at("name"),
        AppError::Unreachable(unreachable) => send_problem(app, &unreachable),
        AppError::Config(wrong) => {
            let field = match wrong.field.as_str() {
                "" => "settings".to_owned(),
                field => format!("settings.{field}"),
            };
            Problem::from_body(explain(&field, &wrong.problem))
        }
        AppError::Stopping => Problem::unavailable("stopping", error.to_string()),
    }
}

pub(super) fn send_problem(app: &str, error: &SendError) -> Problem {
    match error {
        SendError::NotRunning => Problem::conflict(
            "app_not_running",
            format!("`{app}` is not running: start it with PATCH /api/v1/apps/{app}"),
        ),
        SendError::Busy => Problem::unavailable("app_busy", format!("`{app}`: {error}")),
    }
}
