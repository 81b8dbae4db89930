//! Meters and changes of them.

use bytes::Bytes;
use serde::Serialize;

use crate::MeterId;
use crate::wire::json;

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
