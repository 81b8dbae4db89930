//! Properties of port counters: what ports of one kind count.

use serde::Serialize;

use super::EthernetCounters;
use crate::v13::{ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Property of port counters; 1.4 and later (OF 1.4.1 §7.3.5.6, `ofp_port_stats_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PortStatsProperty {
    /// Of an Ethernet port.
    Ethernet(EthernetCounters),
    /// Of an optical port.
    Optical(OpticalCounters),
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

/// How an optical port is tuned: frequencies in MHz or wavelengths in 0.01 nm
/// (OF 1.4.1 §7.3.5.6, `ofp_port_stats_prop_optical`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct OpticalCounters {
    /// What of it is known.
    pub flags: OpticalStatsFlags,
    /// Where it sends.
    pub tx_freq_lmda: u32,
    /// How far off it may be.
    pub tx_offset: u32,
    /// Distance of channels.
    pub tx_grid_span: u32,
    /// Where it receives.
    pub rx_freq_lmda: u32,
    /// How far off it may be.
    pub rx_offset: u32,
    /// Distance of channels.
    pub rx_grid_span: u32,
    /// Power sent, 0.1 dBm.
    pub tx_pwr: u16,
    /// Power received, 0.1 dBm.
    pub rx_pwr: u16,
    /// Bias current of the laser, 0.1 mA.
    pub bias_current: u16,
    /// Of the laser, 0.1 °C.
    pub temperature: u16,
}

wire_flags! {
    /// What is known of an optical port (OF 1.4.1 §7.3.5.6, `ofp_port_stats_optical_flags`).
    OpticalStatsFlags: u32 {
        /// How the receiver is tuned.
        RX_TUNE = 1 << 0;
        /// How the transmitter is tuned.
        TX_TUNE = 1 << 1;
        /// Power sent.
        TX_PWR = 1 << 2;
        /// Power received.
        RX_PWR = 1 << 4;
        /// Bias current.
        TX_BIAS = 1 << 5;
        /// Temperature.
        TX_TEMP = 1 << 6;
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const ETHERNET: u16 = 0;
    pub(super) const OPTICAL: u16 = 1;
}

impl Wire for PortStatsProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
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
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "port_stats.properties";
        match self {
            Self::Ethernet(body) => property::encode(kind::ETHERNET, what, w, |w| {
                w.pad(4);
                body.encode(w);
            }),
            Self::Optical(body) => property::encode(kind::OPTICAL, what, w, |w| {
                w.pad(4);
                body.encode(w);
            }),
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}

impl Wire for OpticalCounters {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            flags: r.field("flags")?,
            tx_freq_lmda: r.field("tx_freq_lmda")?,
            tx_offset: r.field("tx_offset")?,
            tx_grid_span: r.field("tx_grid_span")?,
            rx_freq_lmda: r.field("rx_freq_lmda")?,
            rx_offset: r.field("rx_offset")?,
            rx_grid_span: r.field("rx_grid_span")?,
            tx_pwr: r.field("tx_pwr")?,
            rx_pwr: r.field("rx_pwr")?,
            bias_current: r.field("bias_current")?,
            temperature: r.field("temperature")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.flags.encode(w);
        w.u32(self.tx_freq_lmda);
        w.u32(self.tx_offset);
        w.u32(self.tx_grid_span);
        w.u32(self.rx_freq_lmda);
        w.u32(self.rx_offset);
        w.u32(self.rx_grid_span);
        w.u16(self.tx_pwr);
        w.u16(self.rx_pwr);
        w.u16(self.bias_current);
        w.u16(self.temperature);
    }
}
