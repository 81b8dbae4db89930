//! What a Pointsman app compiles against.
//!
//! An [`App`] sees the network as an immutable [`Snapshot`] and hears what changes as [`Event`]s.
//! It says what flow entries it *wants* ([`AppContext::set_rules`]); the controller compares that
//! with what switches have and sends the difference, again whenever a switch drifts or comes back.
//! For packets that no entry takes, an app gives each switch a [`PacketHandler`], which runs on
//! that switch's own connection.
//!
//! Apps see no bytes, versions or sockets.

#![warn(missing_docs)]

mod app;
mod event;
pub mod routes;
mod rule;
pub mod snapshot;
pub mod testing;

pub use app::{
    App, AppBackend, AppContext, ConfigError, HandlerBackend, Packet, PacketContext, PacketHandler,
    TellError, Verdict,
};
pub use event::Event;
pub use routes::{Ends, Route, Routes};
pub use rule::{Priority, PriorityError, Rule, RuleRejection};
pub use snapshot::{
    Annotations, Host, HostId, Link, LinkId, LinkState, Location, Port, PortCounters, PortRole,
    Snapshot, Switch, SwitchState,
};
