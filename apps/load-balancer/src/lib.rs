//! Load balancer: a virtual address and port in front of a pool of servers.

mod message;
mod spec;

pub use message::{LbMessage, PoolError, PoolView, Reply, ServerState, ServerView};
pub use spec::{
    Affinity, Algorithm, HealthSpec, PoolSpec, Protocol, ServerChange, ServerRef, ServerSpec,
    Settings,
};

use app_api::{App, AppContext, Event};

/// The app.
#[derive(Debug, Default)]
pub struct LoadBalancer;

impl LoadBalancer {
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl App for LoadBalancer {
    type Message = LbMessage;

    fn event(&mut self, _ctx: &mut AppContext<'_>, _event: &Event) {}

    fn message(&mut self, _ctx: &mut AppContext<'_>, message: LbMessage) {
        match message {
            LbMessage::List(reply) => reply.send(Ok(Vec::new())),
            LbMessage::Show(name, reply) => reply.send(Err(PoolError::NoPool(name))),
            LbMessage::Create(spec, reply) | LbMessage::Replace(spec, reply) => {
                reply.send(Err(PoolError::NoPool(spec.name)));
            }
            LbMessage::Delete(name, reply) => reply.send(Err(PoolError::NoPool(name))),
            LbMessage::ChangeServer { pool, reply, .. } => {
                reply.send(Err(PoolError::NoPool(pool)));
            }
        }
    }
}
