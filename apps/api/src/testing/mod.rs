//! Runs apps against a small network of made-up switches, without sockets, root or waiting.
//!
//! A [`Lab`] plays the controller (snapshot, events, rules carried out stage by stage, packets on
//! the switch's own handlers) and the network behind it (switches with flow tables, cables, hosts).
//! Time is the lab's own. What a test looks at is what comes out: which hosts a frame reached.
//!
//! ```
//! use app_api::testing::{Lab, frames};
//! # use app_api::{App, AppContext, Event, Packet, PacketContext, PacketHandler, Verdict};
//! # use app_api::PortRole;
//! # use openflow::flow::Action;
//! # struct Hub;
//! # struct HubHandler;
//! # impl App for Hub {
//! #     type Message = ();
//! #     fn event(&mut self, _: &mut AppContext<'_>, _: &Event) {}
//! #     fn packet_handler(&mut self, _: openflow::Dpid)
//! #         -> Option<Box<dyn PacketHandler<Message = ()>>> { Some(Box::new(HubHandler)) }
//! # }
//! # impl PacketHandler for HubHandler {
//! #     type Message = ();
//! #     fn packet_in(&mut self, ctx: &mut PacketContext<'_, ()>, packet: &Packet<'_>) -> Verdict {
//! #         let switch = &ctx.snapshot().switches[&ctx.at().dpid];
//! #         let ports = switch.ports.iter().filter(|(_, port)| port.role == PortRole::Edge);
//! #         let out = ports.map(|(no, _)| Action::output(*no)).collect();
//! #         ctx.forward(packet.message, out).unwrap();
//! #         Verdict::Handled
//! #     }
//! # }
//! let mut lab = Lab::new();
//! lab.switch(1);
//! let (h1, h2) = (lab.host(1, 1), lab.host(1, 2));
//! lab.start(Hub);
//! lab.connect_all();
//! assert_eq!(lab.send(h1, frames::broadcast(h1)), [h2]);
//! ```
//!
//! The switches are not exact: table 0 only, and no more fields and actions than the built-in apps
//! use (anything else panics rather than being taken for granted); checksums are left alone.

mod apps;
pub mod frames;
mod lab;
mod switch;

pub use frames::TestHost;
pub use lab::{Lab, Trace};
