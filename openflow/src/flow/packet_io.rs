//! Packets from and to a switch.

use bytes::Bytes;

use super::{Action, Actions};
use crate::{BufferId, Cookie, PortNo, TableId};

/// A packet for the controller (OF 1.3.5 §7.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketIn {
    /// Where the switch kept it, or [`BufferId::NONE`].
    pub buffer_id: BufferId,
    /// Length of the whole packet, bytes.
    pub total_len: u16,
    /// Why.
    pub reason: PacketInReason,
    /// Which table; 0 in 1.0.
    pub table: TableId,
    /// Of the entry that sent it; all ones where unknown (1.0).
    pub cookie: Cookie,
    /// Where it came in; [`PortNo::ANY`] where the switch does not tell.
    pub in_port: PortNo,
    /// The packet from its Ethernet header on; shared with the read buffer.
    pub data: Bytes,
}

/// Why a packet was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketInReason {
    /// No entry matched (1.0), or the table-miss entry did.
    NoMatch,
    /// An output action said so.
    Action,
    /// Invalid TTL.
    InvalidTtl,
    /// An output in the action set said so; 1.4 and later, as the next two.
    ActionSet,
    /// An output in a bucket of a group said so.
    Group,
    /// An output of a packet-out said so.
    PacketOut,
    /// Another number.
    Other(u8),
}

/// A packet to send (OF 1.3.5 §7.3.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketOut {
    /// A packet the switch kept, or [`BufferId::NONE`].
    pub buffer_id: BufferId,
    /// Ingress port for the actions; [`PortNo::CONTROLLER`] (in 1.0 `NONE`) where there is none.
    pub in_port: PortNo,
    /// What to do with it.
    pub actions: Actions,
    /// The packet, empty where `buffer_id` names one.
    pub data: Bytes,
}

impl PacketOut {
    /// A whole packet out of the given ports.
    #[must_use]
    pub fn to_ports(data: Bytes, ports: impl IntoIterator<Item = PortNo>) -> Self {
        Self {
            buffer_id: BufferId::NONE,
            in_port: PortNo::CONTROLLER,
            actions: ports.into_iter().map(Action::output).collect(),
            data,
        }
    }
}
