//! What the app is asked while it runs, and what it answers.

use std::fmt;

use app_api::ConfigError;
use openflow::MacAddr;
use serde::Serialize;
use utoipa::ToSchema;

use crate::handler::Seen;
use crate::spec::{PoolSpec, ServerChange, ServerRef};

/// A request from the API. What packet handlers report is here too, out of others' sight.
#[derive(Debug)]
#[non_exhaustive]
pub enum LbMessage {
    /// All pools, by name.
    List(Reply<Vec<PoolView>>),
    /// One pool.
    Show(String, Reply<PoolView>),
    /// A new pool.
    Create(PoolSpec, Reply<PoolView>),
    /// A pool as it is to be from now on; servers that stay keep their clients. The name in the
    /// specification is the pool's.
    Replace(PoolSpec, Reply<PoolView>),
    /// No pool of this name any more.
    Delete(String, Reply<()>),
    /// Another weight, or drain it, or take it back.
    ChangeServer {
        /// Name of the pool.
        pool: String,
        /// Which of its servers.
        server: ServerRef,
        /// What is to change.
        change: ServerChange,
        /// The pool afterwards.
        reply: Reply<PoolView>,
    },
    /// From the app's own packet handlers.
    #[doc(hidden)]
    Seen(Seen),
}

/// Where an answer goes: called once, dropped when the app stops first.
pub struct Reply<T>(Box<dyn FnOnce(Result<T, PoolError>) + Send>);

impl<T> Reply<T> {
    /// For example `Reply::new(move |answer| { let _ = sender.send(answer); })` with a oneshot
    /// channel.
    pub fn new(answer: impl FnOnce(Result<T, PoolError>) + Send + 'static) -> Self {
        Self(Box::new(answer))
    }

    pub(crate) fn send(self, answer: Result<T, PoolError>) {
        (self.0)(answer);
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// A request that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Not a pool.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    /// The name, or the virtual address and port, is another pool's.
    #[error("{field}: {problem}")]
    Conflict {
        /// Which field of the request.
        field: &'static str,
        /// Whose it is.
        problem: String,
    },
    /// No such pool.
    #[error("no pool `{0}`")]
    NoPool(String),
    /// No such server in the pool.
    #[error("no server {server} in pool `{pool}`")]
    NoServer {
        /// Of this pool.
        pool: String,
        /// As it was asked for.
        server: ServerRef,
    },
    /// Several servers of the pool have the address.
    #[error("pool `{pool}` has several servers at {server}: name the port too")]
    AmbiguousServer {
        /// Of this pool.
        pool: String,
        /// As it was asked for.
        server: ServerRef,
    },
}

/// A pool and how it is doing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PoolView {
    #[serde(flatten)]
    pub spec: PoolSpec,
    /// The virtual address's Ethernet address.
    #[schema(value_type = String)]
    pub mac: MacAddr,
    /// One for each server, in their order.
    pub status: Vec<ServerView>,
}

/// How a server is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServerView {
    pub address: String,
    pub port: u16,
    pub weight: u8,
    pub state: ServerState,
    /// Why it gets no clients, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Clients it has now; connections where affinity is by connection.
    pub active: u64,
    /// Clients or connections it was given since the pool is there.
    pub total: u64,
    /// Bytes from and to clients in connections that are over.
    pub bytes: u64,
}

/// Whether a server gets clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerState {
    /// Not checked yet.
    Unknown,
    /// Answers.
    Healthy,
    /// Does not answer; its clients are moved.
    Unhealthy,
    /// Takes no new clients; those it has finish.
    Draining,
}
