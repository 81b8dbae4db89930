//! What IPFIX exports.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Counters of an IPFIX exporter (`nx_ipfix_stats_reply`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct IpfixStats {
    /// Flows so far.
    pub total_flows: u64,
    /// Flows now.
    pub current_flows: u64,
    /// Packets sampled.
    pub pkts: u64,
    /// IPv4 packets sampled.
    pub ipv4_pkts: u64,
    /// IPv6 packets sampled.
    pub ipv6_pkts: u64,
    /// Packets that could not be sampled.
    pub error_pkts: u64,
    /// IPv4 packets that could not be.
    pub ipv4_error_pkts: u64,
    /// IPv6 packets that could not be.
    pub ipv6_error_pkts: u64,
    /// Records sent.
    pub tx_pkts: u64,
    /// Records that could not be sent.
    pub tx_errors: u64,
    /// To which collectors; of the bridge it means nothing.
    pub collector_set_id: u32,
}

impl Wire for IpfixStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            total_flows: r.field("total_flows")?,
            current_flows: r.field("current_flows")?,
            pkts: r.field("pkts")?,
            ipv4_pkts: r.field("ipv4_pkts")?,
            ipv6_pkts: r.field("ipv6_pkts")?,
            error_pkts: r.field("error_pkts")?,
            ipv4_error_pkts: r.field("ipv4_error_pkts")?,
            ipv6_error_pkts: r.field("ipv6_error_pkts")?,
            tx_pkts: r.field("tx_pkts")?,
            tx_errors: r.field("tx_errors")?,
            collector_set_id: r.field_before_pad("collector_set_id", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.total_flows.encode(w);
        self.current_flows.encode(w);
        self.pkts.encode(w);
        self.ipv4_pkts.encode(w);
        self.ipv6_pkts.encode(w);
        self.error_pkts.encode(w);
        self.ipv4_error_pkts.encode(w);
        self.ipv6_error_pkts.encode(w);
        self.tx_pkts.encode(w);
        self.tx_errors.encode(w);
        self.collector_set_id.encode(w);
        w.pad(4);
    }
}
