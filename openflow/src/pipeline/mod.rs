//! A model of a switch: a packet in, packets out. Its model is Open vSwitch 3.1, with which it has
//! not been compared systematically; the known differences by choice are below.
//!
//! No I/O and no clock: time is what the caller passes. [`Switch`] is a switch as a value: changes
//! are the requests of the version-neutral model, [`Switch::receive`] runs a packet, and
//! [`Switch::trace`] says what would happen to one and changes nothing.
//!
//! # Where it differs from Open vSwitch
//!
//! Open vSwitch 3.1 is what it is compared with. On purpose it differs in this:
//!
//! | what | Open vSwitch | here |
//! |---|---|---|
//! | select groups, `multipath`, `bundle` | hashes of its own | one stable hash, the same in both directions of a connection |
//! | a group that leads back to itself | is taken; packets are dropped when it is too deep | is refused (`OFPGMFC_LOOP`) |
//! | references of a group | entries | entries and groups, as the specification says |
//! | output to a port that is down | left to the interface | the packet is not sent, and a trace says why |
//! | `dscp_remark` | the userspace datapath has none | raises the drop precedence |
//! | output to port 0 | is taken | is refused (`OFPBAC_BAD_OUT_PORT`) |
//! | connection tracking, `conjunction`, sampling, `encap`, `fin_timeout`, PBB | has most | refused (`OFPBAC_BAD_TYPE`) |
//! | lookups within each other that only lead forward | up to 4096 | up to 320 |
//! | packets kept in buffers | none | none |
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use bytes::Bytes;
//! use openflow::flow::{FlowMod, PortConfig, PortDesc, PortState};
//! use openflow::pipeline::{Switch, SwitchConfig};
//! use openflow::{Dpid, MacAddr, PortNo, Version};
//!
//! let port = |no: u8| PortDesc {
//!     no: PortNo(no.into()),
//!     hw_addr: MacAddr([2, 0, 0, 0, 0, no]),
//!     name: format!("p{no}"),
//!     config: PortConfig::empty(),
//!     state: PortState::LIVE,
//!     curr_speed_kbps: 0,
//!     max_speed_kbps: 0,
//! };
//! let config = SwitchConfig::new(Dpid(1), Version::V1_3, vec![port(1), port(2)]);
//! let mut switch = Switch::new(config);
//! let now = Duration::ZERO;
//! let flow: FlowMod = "priority=1,in_port=1,actions=output:2".parse()?;
//! switch.flow_mod(&flow, now)?;
//!
//! let frame = Bytes::from_static(&[0xff; 60]);
//! let effects = switch.receive(PortNo(1), frame.clone(), now);
//! assert_eq!(effects.sent[0].port, PortNo(2));
//! assert!(switch.receive(PortNo(2), frame, now).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classifier;
mod execute;
mod group;
mod key;
mod meter;
mod packet;
mod port;
mod switch;
mod table;

pub use execute::{
    Change, Chosen, Dropped, HeaderField, NearMiss, Output, Step, ToController, Trace, TracedEntry,
    What,
};
pub use key::{Key, Mask};
pub use packet::{InvalidTtl, Packet};
pub use port::Unsendable;
pub use switch::{Effects, Read, Refusal, Refused, Sent, Switch, SwitchConfig};
