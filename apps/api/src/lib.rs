//! What a Pointsman app compiles against.
//!
//! An [`App`] sees the network as an immutable [`Snapshot`] and hears what changes as [`Event`]s.
//! It says what flow entries it *wants* ([`AppContext::set_rules`]); the controller compares that
//! with what switches have and sends the difference, again whenever a switch drifts or comes back.
//! For packets that no entry takes, an app gives each switch a [`PacketHandler`], which runs on
//! that switch's own connection.
//!
//! Where a switch is to choose by itself (copies, shares, the first port that works), an app wants
//! groups too ([`AppContext::set_groups`]). They are kept as rules are, are there before the rules
//! that use them and go after them.
//!
//! Apps see no bytes, versions or sockets.
//!
//! A whole app: packets of one kind stay at the switch they came in by. Its rules are wanted on
//! every switch that connects, and the test runs it on exact switches without a network
//! ([`testing::Lab`]).
//!
//! ```
//! use app_api::{App, AppContext, Event, Priority, Rule};
//! use app_api::testing::{Lab, frames};
//! use openflow::flow::{Instructions, Match};
//!
//! /// Drops frames of an Ethernet type, everywhere.
//! struct NoSuchType(u16);
//!
//! const PRIORITY: Priority = Priority::new(50_000);
//!
//! impl App for NoSuchType {
//!     type Message = ();
//!
//!     fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event) {
//!         if let Event::Resync | Event::SwitchUp(_) = event {
//!             let switches = ctx.snapshot().switches.keys();
//!             let rules = switches.map(|dpid| {
//!                 let matching = Match::any().eth_type(self.0);
//!                 Rule::new(*dpid, PRIORITY, matching, Instructions::drop())
//!             });
//!             ctx.set_rules("drops", rules.collect(), "the app's own");
//!         }
//!     }
//! }
//!
//! let mut lab = Lab::new();
//! lab.switch(1);
//! let (h1, h2) = (lab.host(1, 1), lab.host(1, 2));
//! lab.start(NoSuchType(0x88b5));
//! lab.connect_all();
//! assert_eq!(lab.send(h1, frames::unicast(h1, h2)), []);
//! assert_eq!(lab.packet_ins(), 0, "the switch drops it by itself");
//! ```
//!
//! For an app that handles packets see `app-learning-switch`, for one that keeps paths through the
//! network up [`Routes`] and `app-routing`.

#![warn(missing_docs)]

mod app;
mod event;
mod group;
mod pair;
pub mod routes;
mod rule;
pub mod snapshot;
pub mod testing;

pub use app::{
    App, AppBackend, AppContext, ConfigError, HandlerBackend, Packet, PacketContext, PacketHandler,
    TellError, Verdict,
};
pub use event::Event;
pub use group::{GroupRejection, WantedGroup};
pub use pair::HostPair;
pub use routes::{Ends, Route, Routes};
pub use rule::{Priority, PriorityError, Rule, RuleRejection};
pub use snapshot::{
    Annotations, Host, HostId, Link, LinkId, LinkState, Location, Port, PortCounters, PortRole,
    Snapshot, Switch, SwitchState,
};
