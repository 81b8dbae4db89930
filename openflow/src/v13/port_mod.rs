//! A change of a port.

use serde::Serialize;

use super::{PortConfig, PortFeatures};
use crate::{MacAddr, PortNo};

/// A change of a port (OF 1.3.5 §7.3.4.3, `ofp_port_mod`).
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
