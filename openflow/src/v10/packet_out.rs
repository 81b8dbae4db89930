//! A packet to send.

use bytes::Bytes;
use serde::Serialize;

use super::{Actions, PortNo};
use crate::BufferId;
use crate::wire::json;

/// A packet to send (OF 1.0 §5.3.6, `ofp_packet_out`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketOut {
    /// A kept packet, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Ingress port for the actions, or [`PortNo::NONE`].
    pub in_port: PortNo,
    /// What to do with it.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
    /// The packet, where `buffer_id` names none.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}
