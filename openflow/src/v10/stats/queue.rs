//! Counters of queues.

use serde::Serialize;

use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Which queue is asked of (`ofp_queue_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStatsRequest {
    /// Or [`PortNo::ALL`].
    pub port_no: PortNo,
    /// Or 0xffffffff for all.
    pub queue_id: u32,
}

/// Counters of a queue (`ofp_queue_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStats {
    /// Of which port.
    pub port_no: PortNo,
    /// Which.
    pub queue_id: u32,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Dropped for overrun.
    pub tx_errors: u64,
}

impl Wire for QueueStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            queue_id: r.field_after_pad(2, "queue_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(2);
        self.queue_id.encode(w);
    }
}

impl Wire for QueueStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            queue_id: r.field_after_pad(2, "queue_id")?,
            tx_bytes: r.field("tx_bytes")?,
            tx_packets: r.field("tx_packets")?,
            tx_errors: r.field("tx_errors")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(2);
        self.queue_id.encode(w);
        self.tx_bytes.encode(w);
        self.tx_packets.encode(w);
        self.tx_errors.encode(w);
    }
}
