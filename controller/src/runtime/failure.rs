//! How an app's panic is told.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// Told by whoever catches an app's panic, heard by the app's task. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure {
    why: Arc<OnceLock<String>>,
    told: CancellationToken,
}

impl Failure {
    /// The first one counts.
    pub(super) fn tell(&self, why: String) {
        let _ = self.why.set(why);
        self.told.cancel();
    }

    /// Waits until something fails.
    pub(super) async fn heard(&self) -> String {
        self.told.cancelled().await;
        self.why.get().cloned().unwrap_or_default()
    }
}

/// `panicked at a packet: index out of bounds …`
pub(super) fn panic_text(what: &str, panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match said {
        Some(said) => format!("panicked at {what}: {said}"),
        None => format!("panicked at {what}"),
    }
}
