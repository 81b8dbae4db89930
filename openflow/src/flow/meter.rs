//! Meters.

use std::time::Duration;

use bitflags::bitflags;

use crate::MeterId;

/// A meter with its bands (OF 1.3.5 §5.7). Not in 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Meter {
    /// Number.
    pub id: MeterId,
    /// What is counted, and how.
    pub flags: MeterFlags,
    /// Not ordered: the one with the highest rate below the measured one counts.
    pub bands: Vec<Band>,
}

bitflags! {
    /// What a meter counts, and how (OF 1.3.5 §7.3.4.4, `ofp_meter_flags`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct MeterFlags: u16 {
        /// Rates are kbit/s.
        const KBPS = 1 << 0;
        /// Rates are packets/s.
        const PKTPS = 1 << 1;
        /// The bands say how long bursts may be.
        const BURST = 1 << 2;
        /// Collects statistics.
        const STATS = 1 << 3;
    }
}

/// What happens to packets above a rate (OF 1.3.5 §7.3.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Band {
    /// What happens.
    pub kind: BandKind,
    /// From where on, in the meter's unit.
    pub rate: u32,
    /// Length of bursts, in kbit or packets; 0 without [`MeterFlags::BURST`].
    pub burst_size: u32,
}

/// What a band does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BandKind {
    /// Drop.
    Drop,
    /// Raise the drop precedence in the DSCP by so many levels.
    DscpRemark(u8),
    /// An experimenter's; without what more it says, so it is shown and refused when lowered.
    Experimenter(u32),
    /// A number without a name, likewise.
    Other(u16),
}

/// A change of the meters (OF 1.3.5 §7.3.4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterMod {
    /// What to do.
    pub command: MeterCommand,
    /// To which; a delete looks at the id only.
    pub meter: Meter,
}

/// What to do to a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MeterCommand {
    /// New; refused where it exists.
    Add,
    /// Replace its flags and bands.
    Modify,
    /// Delete, with every entry that uses it.
    Delete,
}

/// Counters of a meter (OF 1.3.5 §7.3.5.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterStats {
    /// Which meter.
    pub id: MeterId,
    /// Entries that use it.
    pub flows: u32,
    /// Packets that came to it.
    pub packets_in: u64,
    /// Bytes that came to it.
    pub bytes_in: u64,
    /// How long it is there.
    pub age: Duration,
    /// Packets and bytes per band.
    pub bands: Vec<(u64, u64)>,
}

/// What meters a switch can do (OF 1.3.5 §7.3.5.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MeterFeatures {
    /// Meters at most.
    pub max_meters: u32,
    /// Bit 1: drop; bit 2: dscp_remark.
    pub band_types: u32,
    /// Flags that a meter can have.
    pub capabilities: MeterFlags,
    /// Bands of one meter at most.
    pub max_bands: u8,
    /// Colour values at most.
    pub max_color: u8,
}

impl Meter {
    /// Drops what is above a rate in kbit/s.
    #[must_use]
    pub fn drop_above(id: MeterId, rate_kbps: u32) -> Self {
        Self {
            id,
            flags: MeterFlags::KBPS,
            bands: vec![Band {
                kind: BandKind::Drop,
                rate: rate_kbps,
                burst_size: 0,
            }],
        }
    }
}
