//! Actions.

use std::net::Ipv4Addr;

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::PortNo;
use crate::MacAddr;
use crate::wire::json;

/// Actions in order; up to four without heap allocation.
pub type Actions = SmallVec<[Action; 4]>;

/// One action (OF 1.0 §5.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Send out of a port.
    Output {
        /// Where to.
        port: PortNo,
        /// Bytes for the controller; no meaning for other ports.
        max_len: u16,
    },
    /// Set the VLAN id, adding a tag where there is none.
    SetVlanVid {
        /// Twelve bits.
        vlan_vid: u16,
    },
    /// Set the VLAN priority, adding a tag where there is none.
    SetVlanPcp {
        /// Three bits.
        vlan_pcp: u8,
    },
    /// Take the VLAN tag away.
    StripVlan,
    /// Set the Ethernet source.
    SetDlSrc {
        /// New address.
        dl_addr: MacAddr,
    },
    /// Set the Ethernet destination.
    SetDlDst {
        /// New address.
        dl_addr: MacAddr,
    },
    /// Set the IPv4 source.
    SetNwSrc {
        /// New address.
        nw_addr: Ipv4Addr,
    },
    /// Set the IPv4 destination.
    SetNwDst {
        /// New address.
        nw_addr: Ipv4Addr,
    },
    /// Set the DSCP.
    SetNwTos {
        /// In the upper six bits.
        nw_tos: u8,
    },
    /// Set the TCP or UDP source port.
    SetTpSrc {
        /// New port.
        tp_port: u16,
    },
    /// Set the TCP or UDP destination port.
    SetTpDst {
        /// New port.
        tp_port: u16,
    },
    /// Send through a queue of a port.
    Enqueue {
        /// Where to.
        port: PortNo,
        /// Which queue.
        queue_id: u32,
    },
    /// A vendor's own, kept.
    Vendor {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        vendor: u32,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning in 1.0, kept.
    Unknown {
        /// The number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}
