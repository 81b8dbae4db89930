//! A change of a port.

use serde::Serialize;

use super::{ExperimenterProperty, PortConfig, PortFeatures, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{MacAddr, PortNo, Version};

/// A change of a port (OF 1.3.5 §7.3.4.3, OF 1.4.1 §7.3.4.4, `ofp_port_mod`).
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
    /// What else to change.
    #[serde(flatten)]
    pub traits: PortModTraits,
}

/// What else to change of a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PortModTraits {
    /// In 1.3: every port is taken for an Ethernet port.
    Fixed {
        /// What to advertise; none: no change.
        advertise: PortFeatures,
    },
    /// From 1.4 on: by kind.
    Properties {
        /// In their order.
        properties: Vec<PortModProperty>,
    },
}

/// Change of a kind of port; 1.4 and later (OF 1.4.1 §7.3.4.4, `ofp_port_mod_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PortModProperty {
    /// Of an Ethernet port.
    Ethernet {
        /// What to advertise; none: no change.
        advertise: PortFeatures,
    },
    /// Of an optical port; frequencies in MHz or wavelengths in 0.01 nm.
    Optical {
        /// Which of these.
        configure: OpticalFeatures,
        /// The centre.
        freq_lmda: u32,
        /// Signed distance from it.
        fl_offset: u32,
        /// Size of the grid.
        grid_span: u32,
        /// Power, 0.1 dBm.
        tx_pwr: u32,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for PortMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            hw_addr: r.field_after_pad(4, "hw_addr")?,
            config: r.field_after_pad(2, "config")?,
            mask: r.field("mask")?,
            traits: if r.version() < Version::V1_4 {
                let advertise = r.field_before_pad("advertise", 4)?;
                PortModTraits::Fixed { advertise }
            } else {
                let properties = property::decode_rest(r)?;
                PortModTraits::Properties { properties }
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.pad(4);
        self.hw_addr.encode(w);
        w.pad(2);
        self.config.encode(w);
        self.mask.encode(w);
        match &self.traits {
            PortModTraits::Fixed { advertise } => {
                if w.version() >= Version::V1_4 {
                    w.lacks("advertised features of a port other than as a property");
                }
                advertise.encode(w);
                w.pad(4);
            }
            PortModTraits::Properties { properties } => {
                if w.version() < Version::V1_4 {
                    w.lacks("properties of ports");
                }
                w.list(properties);
            }
        }
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const ETHERNET: u16 = 0;
    pub(super) const OPTICAL: u16 = 1;
}

impl Wire for PortModProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::ETHERNET => Self::Ethernet {
                    advertise: r.field("advertise")?,
                },
                kind::OPTICAL => Self::Optical {
                    configure: r.field("configure")?,
                    freq_lmda: r.field("freq_lmda")?,
                    fl_offset: r.field("fl_offset")?,
                    grid_span: r.field("grid_span")?,
                    tx_pwr: r.field("tx_pwr")?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "port_mod.properties";
        match self {
            Self::Ethernet { advertise } => {
                property::encode(kind::ETHERNET, what, w, |w| advertise.encode(w));
            }
            Self::Optical {
                configure,
                freq_lmda,
                fl_offset,
                grid_span,
                tx_pwr,
            } => property::encode(kind::OPTICAL, what, w, |w| {
                configure.encode(w);
                w.list([freq_lmda, fl_offset, grid_span, tx_pwr]);
            }),
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}

wire_flags! {
    /// What can be set of an optical port (OF 1.4.1 §7.2.1.2, `ofp_optical_port_features`).
    OpticalFeatures: u32 {
        /// The receiver's frequency.
        RX_TUNE = 1 << 0;
        /// The transmitter's frequency.
        TX_TUNE = 1 << 1;
        /// The power.
        TX_PWR = 1 << 2;
        /// Numbers are frequencies, not wavelengths.
        USE_FREQ = 1 << 3;
    }
}
