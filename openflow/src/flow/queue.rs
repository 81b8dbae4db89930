//! Queues of ports.

use std::time::Duration;

use crate::PortNo;

/// Counters of a queue (OF 1.3.5 §7.3.5.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueStats {
    /// Of which port.
    pub port: PortNo,
    /// Which of its queues.
    pub queue: u32,
    /// Bytes sent.
    pub tx_bytes: Option<u64>,
    /// Packets sent.
    pub tx_packets: Option<u64>,
    /// Packets dropped because the queue was full.
    pub tx_errors: Option<u64>,
    /// How long the queue is there; not in 1.0.
    pub age: Option<Duration>,
}
