//! Queues of a port.

use bytes::Bytes;
use serde::Serialize;

use super::PortNo;
use crate::wire::json;

/// Which queues has a port (OF 1.0 §5.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigRequest {
    /// Which port.
    pub port: PortNo,
}

/// Its queues (OF 1.0 §5.3.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigReply {
    /// Which port.
    pub port: PortNo,
    /// Its queues.
    pub queues: Vec<PacketQueue>,
}

/// One queue (OF 1.0 §5.2.2, `ofp_packet_queue`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketQueue {
    /// Its number.
    pub queue_id: u32,
    /// What it guarantees.
    pub properties: Vec<QueueProperty>,
}

/// Property of a queue (OF 1.0 §5.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "property", rename_all = "snake_case")]
pub enum QueueProperty {
    /// Rate it is sure of.
    MinRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
    },
    /// Another one, kept.
    Unknown {
        /// Its number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}
