//! Counters of ports.

use serde::Serialize;

use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Which port is asked of (`ofp_port_stats_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStatsRequest {
    /// Or [`PortNo::NONE`] for all.
    pub port_no: PortNo,
}

/// Counters of a port; all ones: not kept (`ofp_port_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStats {
    /// Which.
    pub port_no: PortNo,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Dropped on reception.
    pub rx_dropped: u64,
    /// Dropped instead of sent.
    pub tx_dropped: u64,
    /// Receive errors, those below included.
    pub rx_errors: u64,
    /// Send errors.
    pub tx_errors: u64,
    /// Alignment errors.
    pub rx_frame_err: u64,
    /// Overruns.
    pub rx_over_err: u64,
    /// Checksum errors.
    pub rx_crc_err: u64,
    /// Collisions.
    pub collisions: u64,
}

impl Wire for PortStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field_before_pad("port_no", 6)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(6);
    }
}

impl Wire for PortStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            rx_packets: r.field_after_pad(6, "rx_packets")?,
            tx_packets: r.field("tx_packets")?,
            rx_bytes: r.field("rx_bytes")?,
            tx_bytes: r.field("tx_bytes")?,
            rx_dropped: r.field("rx_dropped")?,
            tx_dropped: r.field("tx_dropped")?,
            rx_errors: r.field("rx_errors")?,
            tx_errors: r.field("tx_errors")?,
            rx_frame_err: r.field("rx_frame_err")?,
            rx_over_err: r.field("rx_over_err")?,
            rx_crc_err: r.field("rx_crc_err")?,
            collisions: r.field("collisions")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(6);
        self.rx_packets.encode(w);
        self.tx_packets.encode(w);
        self.rx_bytes.encode(w);
        self.tx_bytes.encode(w);
        self.rx_dropped.encode(w);
        self.tx_dropped.encode(w);
        self.rx_errors.encode(w);
        self.tx_errors.encode(w);
        self.rx_frame_err.encode(w);
        self.rx_over_err.encode(w);
        self.rx_crc_err.encode(w);
        self.collisions.encode(w);
    }
}
