//! Which apps there are.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use app_api::App;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::task::{self, End, Run};
use super::{AppError, AppHandle};
use crate::rules::{AppTag, CORE};

/// Apps by name, each with how to make it. Third parties add theirs before the controller starts.
#[derive(Debug, Default)]
pub struct Registry {
    apps: Vec<Entry>,
}

/// A registered app.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) description: Arc<str>,
    pub(super) launch: Box<dyn Launch>,
}

/// An app without its type.
pub(super) trait Launch: Send + Sync {
    /// Makes the app and runs it to its end.
    fn launch(&self, run: Run) -> BoxFuture<'static, End>;
    /// Settings of one that was just made; `{}` of one that panics.
    fn default_settings(&self) -> Value;
}

struct Typed<A: App, F> {
    make: F,
    handle: AppHandle<A::Message>,
}

/// An app that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Names are lower-case letters, digits and hyphens, and `core` is the controller's.
    #[error("`{0}` is no name for an app: use lower-case letters, digits and hyphens, not `core`")]
    BadName(String),
    /// There is one.
    #[error("there is an app `{0}` already")]
    Taken(String),
    /// Their flow entries could not be told apart.
    #[error("the names `{0}` and `{1}` give the same mark on flow entries: rename one")]
    SameMark(String, String),
}

impl Registry {
    /// Adds an app. `description` is one sentence for people. `make` is called at every start;
    /// settings, if there are, are given with [`App::configure`] right after.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub fn add<A: App>(
        &mut self,
        name: &str,
        description: &str,
        make: impl Fn() -> A + Send + Sync + 'static,
    ) -> Result<AppHandle<A::Message>, RegistryError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name == CORE || !name.chars().all(allowed) {
            return Err(RegistryError::BadName(name.to_owned()));
        }
        let same = |app: &&Entry| AppTag::of(&app.name) == AppTag::of(name);
        if let Some(other) = self.apps.iter().find(same) {
            return Err(if *other.name == *name {
                RegistryError::Taken(name.to_owned())
            } else {
                RegistryError::SameMark(other.name.to_string(), name.to_owned())
            });
        }
        let handle = AppHandle::default();
        self.apps.push(Entry {
            name: name.into(),
            description: description.into(),
            launch: Box::new(Typed::<A, _> {
                make,
                handle: handle.clone(),
            }),
        });
        Ok(handle)
    }

    /// All names: first those of `order` (that of `--apps`), then the others as they were added.
    /// The order in which packet handlers are asked and in which rules win.
    ///
    /// # Errors
    /// A name of `order` is not here.
    pub fn in_order(&self, order: &[String]) -> Result<Vec<Arc<str>>, AppError> {
        let mut names = Vec::with_capacity(self.apps.len());
        for name in order {
            let known = self.apps.iter().find(|app| *app.name == **name);
            let app = known.ok_or_else(|| AppError::Unknown(name.clone()))?;
            if !names.contains(&app.name) {
                names.push(Arc::clone(&app.name));
            }
        }
        for app in &self.apps {
            if !names.contains(&app.name) {
                names.push(Arc::clone(&app.name));
            }
        }
        Ok(names)
    }

    /// The apps in the order of [`Self::in_order`].
    pub(super) fn into_order(mut self, order: &[String]) -> Result<Vec<Entry>, AppError> {
        let names = self.in_order(order)?;
        self.apps
            .sort_by_key(|app| names.iter().position(|name| *name == app.name));
        Ok(self.apps)
    }
}

impl<A: App, F: Fn() -> A + Send + Sync> Launch for Typed<A, F> {
    fn launch(&self, run: Run) -> BoxFuture<'static, End> {
        Box::pin(task::run(&self.make, self.handle.clone(), run))
    }

    fn default_settings(&self) -> Value {
        let settings = || (self.make)().settings();
        catch_unwind(AssertUnwindSafe(settings)).unwrap_or_else(|_| serde_json::json!({}))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
