//! A change of a port.

use serde::Serialize;

use super::{PortConfig, PortFeatures, PortNo};
use crate::MacAddr;
use crate::wire::{DecodeError, Reader, Wire, Writer};

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

impl Wire for PortMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            hw_addr: r.field("hw_addr")?,
            config: r.field("config")?,
            mask: r.field("mask")?,
            advertise: r.field_before_pad("advertise", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        self.hw_addr.encode(w);
        self.config.encode(w);
        self.mask.encode(w);
        self.advertise.encode(w);
        w.pad(4);
    }
}
