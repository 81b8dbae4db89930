//! Events on their way to apps.

use app_api::Event;

/// Events that can wait for one app. When they are more, all are dropped, counted, and replaced by
/// one [`Event::Resync`].
pub const EVENTS: usize = 4_096;

/// Where the controller says what happened. Cheap to clone; never waits for an app.
#[derive(Debug, Clone, Default)]
pub struct Events {
    _private: (),
}

impl Events {
    /// Tells every running app. The snapshot must show it already.
    pub fn publish(&self, _event: &Event) {
        todo!()
    }

    /// Tells one app, if it is running.
    pub fn tell(&self, _app: &str, _event: Event) {
        todo!()
    }
}
