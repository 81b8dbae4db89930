//! The classic learning switch, one switch at a time.

use app_api::{App, AppContext, Event};

/// The app.
#[derive(Debug, Default)]
pub struct LearningSwitch;

impl LearningSwitch {
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl App for LearningSwitch {
    type Message = ();

    fn event(&mut self, _ctx: &mut AppContext<'_>, _event: &Event) {}
}
