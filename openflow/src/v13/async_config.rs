//! Which asynchronous messages a controller wants.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Asynchronous messages wanted, as bits by their reasons: first as master or equal, then as
/// slave (OF 1.3.5 §7.3.10, `ofp_async_config`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct AsyncConfig {
    /// Bits of packet-in reasons.
    pub packet_in_mask: [u32; 2],
    /// Bits of port-status reasons.
    pub port_status_mask: [u32; 2],
    /// Bits of flow-removed reasons.
    pub flow_removed_mask: [u32; 2],
}

impl Wire for AsyncConfig {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_in_mask: masks(r, "packet_in_mask")?,
            port_status_mask: masks(r, "port_status_mask")?,
            flow_removed_mask: masks(r, "flow_removed_mask")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.packet_in_mask);
        w.list(&self.port_status_mask);
        w.list(&self.flow_removed_mask);
    }
}

fn masks(r: &mut Reader<'_>, name: &'static str) -> Result<[u32; 2], DecodeError> {
    Ok([r.field(name)?, r.field(name)?])
}
