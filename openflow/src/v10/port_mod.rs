//! A change of a port.

use serde::Serialize;

use super::{PortConfig, PortFeatures, PortNo};
use crate::MacAddr;

/// A change of a port (OF 1.0 §5.3.4, `ofp_port_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PortMod {
    /// Which.
    pub port_no: PortNo,
    /// Its address, as a check.
    pub hw_addr: MacAddr,
    /// New configuration.
    pub config: PortConfig,
    /// Which bits of it to change.
    pub mask: PortConfig,
    /// What to advertise; none: no change.
    pub advertise: PortFeatures,
}
