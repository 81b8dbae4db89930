//! Packets on their way to one switch from elsewhere in the controller.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use openflow::flow::PacketOut;
use prometheus_client::metrics::counter::Counter;

/// Packets kept for a switch that does not keep up; the oldest goes first and is counted.
pub const OUTBOX_CAPACITY: usize = 1_024;

/// A queue that drops its oldest. Written by anybody, emptied by the connection.
#[derive(Debug)]
pub(super) struct Outbox {
    /// Held for a push or for taking everything, never over an await.
    packets: Mutex<VecDeque<PacketOut>>,
    dropped: Counter,
}

impl Outbox {
    pub(super) fn new(dropped: Counter) -> Self {
        Self {
            packets: Mutex::default(),
            dropped,
        }
    }

    pub(super) fn push(&self, packet: PacketOut) {
        let mut packets = self.packets.lock().unwrap_or_else(PoisonError::into_inner);
        if packets.len() == OUTBOX_CAPACITY {
            packets.pop_front();
            self.dropped.inc();
        }
        packets.push_back(packet);
    }

    /// Moves everything into `into`, which is empty.
    pub(super) fn take(&self, into: &mut VecDeque<PacketOut>) {
        let mut packets = self.packets.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *packets, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use openflow::PortNo;

    #[test]
    fn the_oldest_is_dropped_and_counted() {
        let outbox = Outbox::new(Counter::default());
        for port in 0..OUTBOX_CAPACITY as u32 + 3 {
            outbox.push(PacketOut::to_ports(Bytes::new(), [PortNo(port)]));
        }
        let mut taken = VecDeque::new();
        outbox.take(&mut taken);
        assert_eq!(taken.len(), OUTBOX_CAPACITY);
        assert_eq!(taken[0], PacketOut::to_ports(Bytes::new(), [PortNo(3)]));
        assert_eq!(outbox.dropped.get(), 3);
    }
}
