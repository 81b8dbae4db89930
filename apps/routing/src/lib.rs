//! Forwards between hosts over shortest paths, and broadcast without loops.

use app_api::{App, AppContext, Event};

/// The app.
#[derive(Debug, Default)]
pub struct Routing;

impl Routing {
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// What packet handlers report.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report {}

impl App for Routing {
    type Message = Report;

    fn event(&mut self, _ctx: &mut AppContext<'_>, _event: &Event) {}
}
