//! OpenFlow: bytes to messages and back, and one version-neutral flow model.
//!
//! This crate does no I/O and reads no clock. It has two levels, as Open vSwitch has them:
//!
//! - **wire** messages mirror a specification one to one and lose nothing: [`v10`] is OpenFlow
//!   1.0, [`v13`] the OXM era (1.3, 1.4 and 1.5, which differ in tables, not in copies);
//! - the **flow** model ([`flow`]) is what everything above works with: one match, one action
//!   list, one rule, one set of messages. [`flow::ToSwitch`] is lowered to the version a switch
//!   speaks, or refused with [`flow::Unsupported`]; what a switch says is lifted into
//!   [`flow::FromSwitch`].
//!
//! [`packet`] reads and builds the packets themselves on the packet-in path.
//!
//! # Bytes to a message and back
//!
//! ```
//! use bytes::{Bytes, BytesMut};
//! use openflow::wire::{Body, Message};
//! use openflow::{GroupId, v13};
//!
//! let frame = Bytes::from_static(&[
//!     4, 15, 0, 16, 0, 0, 0, 1, // 1.3, group_mod, 16 bytes, xid 1
//!     0, 2, 0, 0, 0, 0, 0, 7, // delete, type all, group 7
//! ]);
//! let message = Message::decode(frame.clone())?;
//! let Body::V13(v13::Body::GroupMod(change)) = &message.body else { panic!() };
//! assert_eq!(change.group_id, GroupId(7));
//!
//! let mut bytes = BytesMut::new();
//! message.encode(&mut bytes)?;
//! assert_eq!(bytes, frame);
//!
//! // What is wrong is named, with where it is and what to answer.
//! let error = Message::decode(Bytes::from_static(&[4, 15, 0, 10, 0, 0, 0, 1, 0, 9])).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "group_mod.command: 9 is not one of the values defined at offset 8",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A rule, for a switch of any version
//!
//! ```
//! use bytes::BytesMut;
//! use openflow::flow::{FlowMod, ToSwitch};
//! use openflow::{Version, Xid};
//!
//! let rule: FlowMod = "priority=100,ip,nw_dst=10.0.0.0/24,actions=group:3".parse()?;
//! let mut bytes = BytesMut::new();
//! ToSwitch::FlowMod(rule.clone()).encode(Version::V1_3, Xid(1), &mut bytes)?;
//! assert_eq!(bytes[..2], [4, 14]);
//!
//! // What a version cannot say is refused, not left out.
//! let refused = ToSwitch::FlowMod(rule).encode(Version::V1_0, Xid(1), &mut bytes);
//! assert!(refused.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`decode_line`] has an example of the JSON.
//!
//! # What is covered
//!
//! | version | wire | messages | types |
//! |---|---|---|---|
//! | 1.0 | 0x01 | [`v10::Body`] | 22 |
//! | 1.3 | 0x04 | [`v13::Body`] | 30 |
//! | 1.4 | 0x05 | [`v13::Body`] | 33 |
//! | 1.5 | 0x06 | [`v13::Body`] | 34 |
//!
//! [`coverage`] lists every message, multipart type, action, match field and error by version. A
//! hello is read whatever its version ([`wire::Hello`]); 1.1 and 1.2 are not spoken. How to add a
//! message, a field or an experimenter: [`wire`].

//! # Speed
//!
//! | what | instructions | by hand |
//! |---|---|---|
//! | decode a packet-in, 128 bytes of packet | 241 | 109 |
//! | the same, and lift it into the flow model | 404 | 109 |
//! | encode a flow-mod, 5 match fields and 1 output | 251 | 105 |
//! | the same, of the flow model | 687 | 105 |
//!
//! Without heap allocation each (`tests/allocation.rs`, `tests/flow_allocation.rs`). By hand is code
//! for exactly one layout: fixed offsets, one match, no error but "no". Counted by callgrind
//! as the difference of 1,000 and 11,000 rounds of `codec count`, less the empty loop. Times are
//! those of `cargo bench -p openflow --bench codec`, in one run on two quiet cores: 53 ns to decode
//! where the code by hand took 26 ns, of which moving what was read to where it is wanted is a good
//! part (a [`wire::Message`] has 240 bytes): looked at in place it is 36 ns, and 28 ns by hand. 30 ns
//! to encode where the code by hand took 18 ns, and 76 ns of the flow model. Of the aims, 40 ns and
//! twice the code by hand, encoding reaches both, and decoding only in place.

#![warn(missing_docs)]

// First, because its macros write the tables of the versions.
#[macro_use]
pub mod wire;

pub mod coverage;
pub mod experimenter;
pub mod flow;
pub mod nicira;
pub mod oxm;
pub mod oxs;
pub mod packet;
pub mod pipeline;
mod types;
pub mod v10;
pub mod v13;

pub use types::{
    BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, ParseIdError, PortNo, TableId, Version, Xid,
};
pub use wire::decode_line;
