//! Meters and changes of them.

use bytes::Bytes;
use serde::Serialize;

use crate::MeterId;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};

/// A change of the meters (OF 1.3.5 §7.3.4.4, `ofp_meter_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MeterMod {
    /// What to do.
    pub command: MeterModCommand,
    /// What is counted, and how.
    pub flags: MeterFlags,
    /// Which meter.
    #[serde(serialize_with = "json::meter_id")]
    pub meter_id: MeterId,
    /// Not ordered: the one with the highest rate below the measured one counts.
    pub bands: Vec<MeterBand>,
}

closed_enum! {
    /// What to do to a meter (OF 1.3.5 §7.3.4.4).
    MeterModCommand: u16, METER_MOD_BAD_COMMAND {
        /// New.
        Add = 0 "add";
        /// Replace.
        Modify = 1 "modify";
        /// Delete.
        Delete = 2 "delete";
    }
}

wire_flags! {
    /// How a meter counts (OF 1.3.5 §7.3.4.4).
    MeterFlags: u16 {
        /// Rates are kbit/s.
        KBPS = 1 << 0;
        /// Rates are packets/s.
        PKTPS = 1 << 1;
        /// Bursts count.
        BURST = 1 << 2;
        /// Collects statistics.
        STATS = 1 << 3;
    }
}

/// What happens above a rate (OF 1.3.5 §7.3.4.4, `ofp_meter_band_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeterBand {
    /// Drop.
    Drop {
        /// From where on.
        rate: u32,
        /// Length of bursts.
        burst_size: u32,
    },
    /// Raise the drop precedence in the DSCP.
    DscpRemark {
        /// From where on.
        rate: u32,
        /// Length of bursts.
        burst_size: u32,
        /// By how many levels.
        prec_level: u8,
    },
    /// An experimenter's own, kept.
    Experimenter {
        /// From where on.
        rate: u32,
        /// Length of bursts.
        burst_size: u32,
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        experimenter: u32,
        /// The rest.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

impl Wire for MeterMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let command = r.field("command")?;
        let at = r.mark();
        let flags: MeterFlags = r.field("flags")?;
        if flags.contains(MeterFlags::KBPS | MeterFlags::PKTPS) {
            let error = at.bad_value(flags.bits().into(), ErrorCode::METER_MOD_BAD_FLAGS);
            return Err(error.in_field("flags"));
        }
        Ok(Self {
            command,
            flags,
            meter_id: r.field("meter_id")?,
            bands: r.list("bands")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.command.encode(w);
        self.flags.encode(w);
        self.meter_id.encode(w);
        w.list(&self.bands);
    }
}

/// Numbers of bands.
mod kind {
    pub(super) const DROP: u16 = 1;
    pub(super) const DSCP_REMARK: u16 = 2;
    pub(super) const EXPERIMENTER: u16 = 0xffff;
}

impl Wire for MeterBand {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = r.mark();
        let (kind, mut r) = r.tlv()?;
        let (rate, burst_size) = (r.field("rate")?, r.field("burst_size")?);
        let band = match kind {
            kind::DROP => {
                r.pad(4)?;
                Self::Drop { rate, burst_size }
            }
            kind::DSCP_REMARK => {
                let prec_level = r.field("prec_level")?;
                r.pad(3)?;
                Self::DscpRemark {
                    rate,
                    burst_size,
                    prec_level,
                }
            }
            kind::EXPERIMENTER => {
                let experimenter = r.field("experimenter")?;
                Self::Experimenter {
                    rate,
                    burst_size,
                    experimenter,
                    data: r.rest(),
                }
            }
            other => return Err(at.bad_value(other.into(), ErrorCode::METER_MOD_BAD_BAND)),
        };
        r.finish()?;
        Ok(band)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let (kind, rate, burst_size) = match *self {
            Self::Drop { rate, burst_size } => (kind::DROP, rate, burst_size),
            Self::DscpRemark {
                rate, burst_size, ..
            } => (kind::DSCP_REMARK, rate, burst_size),
            Self::Experimenter {
                rate, burst_size, ..
            } => (kind::EXPERIMENTER, rate, burst_size),
        };
        w.tlv(kind, "meter_mod.bands", |w| {
            w.u32(rate);
            w.u32(burst_size);
            match self {
                Self::Drop { .. } => w.pad(4),
                Self::DscpRemark { prec_level, .. } => {
                    w.u8(*prec_level);
                    w.pad(3);
                }
                Self::Experimenter {
                    experimenter, data, ..
                } => {
                    w.u32(*experimenter);
                    w.bytes(data);
                }
            }
        });
    }
}
