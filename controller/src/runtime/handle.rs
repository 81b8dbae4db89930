//! Talking to an app in its own language.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;

/// Messages that can wait for one app: a sender with room to wait waits, a packet handler's
/// message is refused and counted.
pub const MESSAGES: usize = 1_024;

/// How long a sender waits for room.
const ROOM_WITHIN: Duration = Duration::from_secs(1);

/// The way to a registered app whose message type is known: what the northbound commands it with.
/// Cheap to clone; stays valid while the app is stopped and started.
pub struct AppHandle<M> {
    /// Into the running app, if it runs. Set by the host.
    pub(super) sender: Arc<ArcSwapOption<mpsc::Sender<M>>>,
}

/// The message could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It is stopped or failed.
    #[error("the app is not running")]
    NotRunning,
    /// It did not make room in time.
    #[error("the app does not keep up")]
    Busy,
}

impl<M> Clone for AppHandle<M> {
    fn clone(&self) -> Self {
        Self {
            sender: Arc::clone(&self.sender),
        }
    }
}

impl<M> Default for AppHandle<M> {
    fn default() -> Self {
        Self {
            sender: Arc::default(),
        }
    }
}

impl<M> fmt::Debug for AppHandle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppHandle").finish_non_exhaustive()
    }
}

impl<M: Send + 'static> AppHandle<M> {
    /// Gives the app a message; it hears it on its own task, in order. An answer comes through
    /// what the message carries (a oneshot): if that is dropped, the app stopped meanwhile.
    ///
    /// # Errors
    /// See [`SendError`]; waits a second at most.
    pub async fn send(&self, message: M) -> Result<(), SendError> {
        let sender = self.sender.load_full().ok_or(SendError::NotRunning)?;
        let sent = sender.send_timeout(message, ROOM_WITHIN).await;
        sent.map_err(|error| match error {
            SendTimeoutError::Closed(_) => SendError::NotRunning,
            SendTimeoutError::Timeout(_) => SendError::Busy,
        })
    }
}
