//! Properties of a port: what kind it is, and what that kind can do.

use serde::Serialize;

use super::{EthernetTraits, ExperimenterProperty, OpticalFeatures, UnknownProperty, property};
use crate::oxm::FieldId;
use crate::wire::{DecodeError, Reader, Wire, Writer};
use crate::{PortNo, Version};

/// Property of a port; 1.4 and later (OF 1.4.1 §7.2.1.2, OF 1.5.1 §7.2.1.2,
/// `ofp_port_desc_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PortProperty {
    /// It is an Ethernet port.
    Ethernet(EthernetTraits),
    /// It is an optical port.
    Optical(OpticalTraits),
    /// What is known of a packet that comes in here; 1.5.
    PipelineInput {
        /// These pipeline fields have a value.
        oxm_ids: Vec<FieldId>,
    },
    /// What is taken from a packet that goes out here; 1.5.
    PipelineOutput {
        /// These pipeline fields.
        oxm_ids: Vec<FieldId>,
    },
    /// What goes out here comes back; 1.5.
    Recirculate {
        /// By these ports.
        port_nos: Vec<PortNo>,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

/// What an optical port can do: frequencies in MHz or wavelengths in 0.01 nm
/// (`ofp_port_desc_prop_optical`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct OpticalTraits {
    /// What of it can be tuned.
    pub supported: OpticalFeatures,
    /// Lowest to send on.
    pub tx_min_freq_lmda: u32,
    /// Highest to send on.
    pub tx_max_freq_lmda: u32,
    /// Distance of channels to send on.
    pub tx_grid_freq_lmda: u32,
    /// Lowest to receive on.
    pub rx_min_freq_lmda: u32,
    /// Highest to receive on.
    pub rx_max_freq_lmda: u32,
    /// Distance of channels to receive on.
    pub rx_grid_freq_lmda: u32,
    /// Lowest power to send with, 0.1 dBm.
    pub tx_pwr_min: u16,
    /// Highest power to send with, 0.1 dBm.
    pub tx_pwr_max: u16,
}

/// Numbers of properties.
mod kind {
    pub(super) const ETHERNET: u16 = 0;
    pub(super) const OPTICAL: u16 = 1;
    pub(super) const PIPELINE_INPUT: u16 = 2;
    pub(super) const PIPELINE_OUTPUT: u16 = 3;
    pub(super) const RECIRCULATE: u16 = 4;
}

impl Wire for PortProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let of_15 = r.version() >= Version::V1_5;
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::ETHERNET => {
                    r.pad(4)?;
                    Self::Ethernet(Wire::decode(r)?)
                }
                kind::OPTICAL => {
                    r.pad(4)?;
                    Self::Optical(Wire::decode(r)?)
                }
                kind::PIPELINE_INPUT if of_15 => Self::PipelineInput {
                    oxm_ids: r.list("oxm_ids")?,
                },
                kind::PIPELINE_OUTPUT if of_15 => Self::PipelineOutput {
                    oxm_ids: r.list("oxm_ids")?,
                },
                kind::RECIRCULATE if of_15 => Self::Recirculate {
                    port_nos: r.list("port_nos")?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "port.properties";
        let since_15 = matches!(
            self,
            Self::PipelineInput { .. } | Self::PipelineOutput { .. } | Self::Recirculate { .. }
        );
        if since_15 && w.version() < Version::V1_5 {
            w.lacks("pipeline fields and recirculation of ports");
        }
        match self {
            Self::Ethernet(body) => property::encode(kind::ETHERNET, what, w, |w| {
                w.pad(4);
                body.encode(w);
            }),
            Self::Optical(body) => property::encode(kind::OPTICAL, what, w, |w| {
                w.pad(4);
                body.encode(w);
            }),
            Self::PipelineInput { oxm_ids } => {
                property::encode(kind::PIPELINE_INPUT, what, w, |w| w.list(oxm_ids));
            }
            Self::PipelineOutput { oxm_ids } => {
                property::encode(kind::PIPELINE_OUTPUT, what, w, |w| w.list(oxm_ids));
            }
            Self::Recirculate { port_nos } => {
                property::encode(kind::RECIRCULATE, what, w, |w| w.list(port_nos));
            }
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}

impl Wire for OpticalTraits {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            supported: r.field("supported")?,
            tx_min_freq_lmda: r.field("tx_min_freq_lmda")?,
            tx_max_freq_lmda: r.field("tx_max_freq_lmda")?,
            tx_grid_freq_lmda: r.field("tx_grid_freq_lmda")?,
            rx_min_freq_lmda: r.field("rx_min_freq_lmda")?,
            rx_max_freq_lmda: r.field("rx_max_freq_lmda")?,
            rx_grid_freq_lmda: r.field("rx_grid_freq_lmda")?,
            tx_pwr_min: r.field("tx_pwr_min")?,
            tx_pwr_max: r.field("tx_pwr_max")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.supported.encode(w);
        w.u32(self.tx_min_freq_lmda);
        w.u32(self.tx_max_freq_lmda);
        w.u32(self.tx_grid_freq_lmda);
        w.u32(self.rx_min_freq_lmda);
        w.u32(self.rx_max_freq_lmda);
        w.u32(self.rx_grid_freq_lmda);
        w.u16(self.tx_pwr_min);
        w.u16(self.tx_pwr_max);
    }
}
