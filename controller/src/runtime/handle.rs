//! Talking to an app in its own language.

use std::fmt;
use std::marker::PhantomData;

/// Messages that can wait for one app: a sender with room to wait waits, a packet handler's
/// message is refused and counted.
pub const MESSAGES: usize = 1_024;

/// The way to a registered app whose message type is known: what the northbound commands it with.
/// Cheap to clone; stays valid while the app is stopped and started.
pub struct AppHandle<M> {
    message: PhantomData<fn(M)>,
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
            message: PhantomData,
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
    pub async fn send(&self, _message: M) -> Result<(), SendError> {
        todo!()
    }
}
