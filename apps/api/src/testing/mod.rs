//! Runs apps against a network of exact switches, without sockets, root or waiting.
//!
//! A [`Lab`] plays the controller (snapshot, events, rules carried out stage by stage, packets on
//! the switch's own handlers) and the network behind it (switches, cables, hosts). Switches are
//! [`openflow::pipeline::Switch`], with all their tables, groups, meters, timeouts and counters,
//! and each is asked in the words of its version: what OpenFlow 1.0 cannot say, no app can have of
//! a switch of 1.0. Time is the lab's own. What a test looks at is what comes out: which hosts a
//! frame reached.
//!
//! A whole test of a hub, which sends what comes in by a port out of all others:
//!
//! ```
//! use app_api::testing::{Lab, frames};
//! use std::time::Duration;
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
//!
//! let mut lab = Lab::of("single,3"); // or `fat-tree,4`, or built by hand: `Lab::new`
//! let [h1, h2, h3] = lab.hosts()[..] else { panic!("three hosts") };
//! lab.start(Hub);
//! lab.connect_all();
//!
//! let frame = frames::unicast(h1, h2);
//! lab.send(h1, frame.clone());
//! lab.expect(h2, &frame); // this very frame
//! lab.expect_such(h3, |packet| packet.eth_src() == h1.mac()); // or one of which this is true
//! lab.expect_nothing(); // and no more
//!
//! lab.run_for(Duration::from_secs(60)); // a minute passes at once
//! let at = lab.location(h2);
//! lab.cut(at);
//! assert_eq!(lab.send(h1, frames::broadcast(h1)), [h3]); // who got it, in short
//! ```
//!
//! An assertion that fails says what arrived instead and, as `pointsman trace` would, where the
//! packet gets lost: `h1 does not reach h2: dropped at s1: …`.

mod apps;
pub mod frames;
mod lab;
mod switch;

pub use frames::TestHost;
pub use lab::{Expected, Lab, Trace};
