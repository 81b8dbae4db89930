//! Counters of ports.

use serde::Serialize;

use super::PortStatsProperty;
use crate::v13::property;
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{PortNo, Version};

/// Which port is asked of (OF 1.3.5 §7.3.5.6, OF 1.5.1 §7.3.5.6, `ofp_port_multipart_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PortStatsRequest {
    /// Or [`PortNo::ANY`].
    pub port_no: PortNo,
}

/// Counters of a port; all ones: not kept (OF 1.3.5 §7.3.5.6, OF 1.4.1 §7.3.5.6,
/// `ofp_port_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
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
    /// What ports of its kind count.
    #[serde(flatten)]
    pub counters: PortCounters,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
}

/// Counters of a port that those of another kind have not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PortCounters {
    /// In 1.3: every port is taken for an Ethernet port.
    Fixed(EthernetCounters),
    /// From 1.4 on: by kind.
    Properties {
        /// In their order.
        properties: Vec<PortStatsProperty>,
    },
}

/// Counters of an Ethernet port (OF 1.3.5 §7.3.5.6, OF 1.4.1 §7.3.5.6,
/// `ofp_port_stats_prop_ethernet`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct EthernetCounters {
    /// Alignment errors.
    pub rx_frame_err: u64,
    /// Overruns.
    pub rx_over_err: u64,
    /// Checksum errors.
    pub rx_crc_err: u64,
    /// Collisions.
    pub collisions: u64,
}

impl PortStats {
    /// Counters of an Ethernet port, of a port that is one.
    #[must_use]
    pub fn ethernet(&self) -> Option<&EthernetCounters> {
        match &self.counters {
            PortCounters::Fixed(ethernet) => Some(ethernet),
            PortCounters::Properties { properties } => properties.iter().find_map(|p| match p {
                PortStatsProperty::Ethernet(ethernet) => Some(ethernet),
                _ => None,
            }),
        }
    }
}

impl Wire for PortStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field_before_pad("port_no", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(4);
    }
}

impl Wire for PortStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.version() >= Version::V1_4 {
            return decode_14(&mut r.sized()?);
        }
        let port_no = r.field_before_pad("port_no", 4)?;
        let [
            rx_packets,
            tx_packets,
            rx_bytes,
            tx_bytes,
            rx_dropped,
            tx_dropped,
            rx_errors,
            tx_errors,
        ] = common(r)?;
        Ok(Self {
            port_no,
            rx_packets,
            tx_packets,
            rx_bytes,
            tx_bytes,
            rx_dropped,
            tx_dropped,
            rx_errors,
            tx_errors,
            counters: PortCounters::Fixed(Wire::decode(r)?),
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match &self.counters {
            PortCounters::Fixed(ethernet) => {
                if w.version() >= Version::V1_4 {
                    w.lacks("counters of Ethernet ports other than as a property");
                }
                self.port_no.encode(w);
                w.pad(4);
                self.common(w);
                ethernet.encode(w);
                w.u32(self.duration_sec);
                w.u32(self.duration_nsec);
            }
            PortCounters::Properties { properties } => {
                if w.version() < Version::V1_4 {
                    w.lacks("properties of port counters");
                }
                w.sized("port_stats", |w| {
                    w.pad(2);
                    self.port_no.encode(w);
                    w.u32(self.duration_sec);
                    w.u32(self.duration_nsec);
                    self.common(w);
                    w.list(properties);
                });
            }
        }
    }
}

/// What follows the length from 1.4 on.
fn decode_14(r: &mut Reader<'_>) -> Result<PortStats, DecodeError> {
    let port_no = r.field_after_pad(2, "port_no")?;
    let duration_sec = r.field("duration_sec")?;
    let duration_nsec = r.field("duration_nsec")?;
    let [
        rx_packets,
        tx_packets,
        rx_bytes,
        tx_bytes,
        rx_dropped,
        tx_dropped,
        rx_errors,
        tx_errors,
    ] = common(r)?;
    Ok(PortStats {
        port_no,
        rx_packets,
        tx_packets,
        rx_bytes,
        tx_bytes,
        rx_dropped,
        tx_dropped,
        rx_errors,
        tx_errors,
        counters: PortCounters::Properties {
            properties: property::decode_rest(r)?,
        },
        duration_sec,
        duration_nsec,
    })
}

/// The counters every port has, in the order of the structure.
fn common(r: &mut Reader<'_>) -> Result<[u64; 8], DecodeError> {
    Ok([
        r.field("rx_packets")?,
        r.field("tx_packets")?,
        r.field("rx_bytes")?,
        r.field("tx_bytes")?,
        r.field("rx_dropped")?,
        r.field("tx_dropped")?,
        r.field("rx_errors")?,
        r.field("tx_errors")?,
    ])
}

impl PortStats {
    fn common(&self, w: &mut Writer<'_>) {
        w.list(&[
            self.rx_packets,
            self.tx_packets,
            self.rx_bytes,
            self.tx_bytes,
            self.rx_dropped,
            self.tx_dropped,
            self.rx_errors,
            self.tx_errors,
        ]);
    }
}

impl Wire for EthernetCounters {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            rx_frame_err: r.field("rx_frame_err")?,
            rx_over_err: r.field("rx_over_err")?,
            rx_crc_err: r.field("rx_crc_err")?,
            collisions: r.field("collisions")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u64(self.rx_frame_err);
        w.u64(self.rx_over_err);
        w.u64(self.rx_crc_err);
        w.u64(self.collisions);
    }
}
