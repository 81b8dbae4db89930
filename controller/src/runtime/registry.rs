//! Which apps there are.

use std::sync::Arc;

use app_api::App;

use super::{AppError, AppHandle};

/// Apps by name, each with how to make it. Third parties add theirs before the controller starts.
#[derive(Debug, Default)]
pub struct Registry {
    _private: (),
}

/// An app that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Names are lower-case letters, digits and hyphens, and `core` is the controller's.
    #[error(
        "`{0}` is not a name for an app: use lower-case letters, digits and hyphens, not `core`"
    )]
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
        _name: &str,
        _description: &str,
        _make: impl Fn() -> A + Send + Sync + 'static,
    ) -> Result<AppHandle<A::Message>, RegistryError> {
        todo!()
    }

    /// All names: first those of `order` (that of `--apps`), then the others as they were added.
    /// The order in which packet handlers are asked and in which rules win.
    ///
    /// # Errors
    /// A name of `order` is not here.
    pub fn in_order(&self, _order: &[String]) -> Result<Vec<Arc<str>>, AppError> {
        todo!()
    }
}
