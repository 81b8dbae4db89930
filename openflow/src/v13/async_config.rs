//! Which asynchronous messages a controller wants.

use serde::Serialize;

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
