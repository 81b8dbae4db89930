//! Load balancer: a virtual address and port in front of a pool of servers.
//!
//! - The app answers ARP for the virtual address with an Ethernet address of its own, so what
//!   clients send to it comes to the controller until there are rules.
//! - **A connection** ([`connection`]) is given to a server with its first packet, which waits
//!   until the rules are in place: at the client's edge switch packets are rewritten both ways,
//!   in between they travel as between any two hosts ([`flows`]).
//! - **Which server** ([`pool`]): round robin, by weight, or the one with the fewest active
//!   connections; a client's address stays on its server, unless that is configured otherwise.
//! - **Checks** ([`health`], [`check`]): connections opened in the name of the virtual address.
//!   Clients of a server that fails are moved at once; one that is drained keeps its connections
//!   and gets no new ones.
//! - **Restart**: connections found on switches are taken over as they are.
//!
//! It needs no other app and works beside `app-routing`, whatever the order in which they were
//! started. Virtual address, clients (or their router) and servers share one subnet, since
//! servers answer clients directly, and a client cannot be served by a server behind the same
//! port, whose answers the switch would not see.
//!
//! # Cost
//! Two flow entries and one packet to the controller per connection, one way per pair of client
//! and server. An app that balances clients instead of connections needs fewer entries, and
//! cannot drain a server or let a client reach one directly.
//!
//! There is room for so many connections and no more. A port from which all the rest is taken gets
//! half of it, so that there is always some for others; connections whose client is silent make
//! room first.

mod balancer;
mod check;
mod connection;
mod flows;
mod handler;
mod health;
mod message;
mod pool;
mod spec;

pub use balancer::LoadBalancer;
#[doc(hidden)]
pub use handler::Seen;
pub use message::{LbMessage, PoolError, PoolView, Reply, ServerState, ServerView};
pub use spec::{
    Affinity, Algorithm, HealthSpec, PoolSpec, Protocol, ServerChange, ServerRef, ServerSpec,
    Settings,
};
