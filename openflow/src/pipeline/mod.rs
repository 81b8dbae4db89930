//! A model of a switch: a packet in, packets out. Its model is Open vSwitch 3.1, with which random
//! cases are compared (`tests/differential`); where it differs on purpose is below.
//!
//! No I/O and no clock: time is what the caller passes. [`Switch`] is a switch as a value: changes
//! are the requests of the version-neutral model, [`Switch::receive`] runs a packet, and
//! [`Switch::trace`] says what would happen to one and changes nothing.
//!
//! # Where it differs from Open vSwitch
//!
//! | what | Open vSwitch | here |
//! |---|---|---|
//! | select groups, `multipath`, `bundle` | hashes of its own | one stable hash, the same in both directions of a connection |
//! | two entries of one priority that take a packet | one of them | one of them; the specification leaves it open |
//! | a group that leads back to itself | is taken; packets are dropped when it is too deep | is refused (`OFPGMFC_LOOP`) |
//! | references of a group | entries | entries and groups, as the specification says |
//! | output to a port that is down | left to the interface | the packet is not sent, and a trace says why |
//! | a port with `OFPPC_NO_PACKET_IN` in 1.0 | its misses are told all the same | they are not, as the specification says |
//! | `dscp_remark` | the userspace datapath has none | raises the drop precedence |
//! | `copy_ttl_in`, `copy_ttl_out` | refused (`OFPBAC_BAD_TYPE`) | carried out, as the specification says |
//! | `in_phy_port`, `ipv6_exthdr`, fields of PBB, registers from 16 on | are not known | can be matched |
//! | output to port 0 | is taken | is refused (`OFPBAC_BAD_OUT_PORT`) |
//! | connection tracking, `conjunction`, sampling, `encap`, `fin_timeout`, PBB | has most | refused (`OFPBAC_BAD_TYPE`) |
//! | `check_pkt_larger` | what follows is carried out and counted both ways | once, the way the packet goes |
//! | errors that 1.0 has no number for | one of its own, with the number of 1.3 | the nearest of 1.0 |
//! | a delete of all tables by the cookie 0 | refused (`OFPBRC_EPERM`): entries of its own have it | deletes |
//! | a match on some bits of a VLAN priority | told without them | told as given |
//! | a packet that went to the controller, where it has two tags or had | what is behind them is then written to the wrong place | to the right place |
//! | ARP that is cut off | its fields are written beyond its end | as far as it goes |
//! | an MPLS entry pushed on entries none of which is the last, and taken away again | ends in an assertion | carried out |
//! | a packet that comes in again with a long action set; a group that an entry names twice | ends in an assertion | carried out |
//! | lookups within each other that only lead forward | up to 4096 | up to 320 |
//! | an entry that a packet has taught (`learn`), when the packet comes in again for a hash or for what MPLS hid | is there | is there for the next packet |
//! | an entry whose time is over | ends when entries are looked through, up to half a second later | ends at once |
//! | a bundle that adds entries, then changes all that a match covers | may not find those it added | finds them |
//! | a bundle that deletes a group that entries use, and fails | ends in an assertion | leaves all as it was |
//! | what a packet-out in a bundle that fails has taught (`learn`, `NORMAL`) | stays | is gone with the rest |
//! | a packet-out in a bundle that uses a group which the bundle changes later | is not counted by the group | is |
//! | `output_trunc` to a port that sends nothing, then a flood | cuts the packet for one of the ports | for another: in which order a flood goes is nobody's promise |
//! | packets kept in buffers | none | none |
//!
//! There is no other difference known. Random cases have tables, groups, meters, bundles, timeouts
//! and packets, in every version, compared in frames, packet-ins, counters, errors, ends of entries
//! and what `ofproto/trace` says. Of the last 100,000 two differed, in a way that is listed: a learned
//! output to port 0, and such a flood.
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
