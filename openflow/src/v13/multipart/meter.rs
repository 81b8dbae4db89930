//! Meters and their counters.

use serde::Serialize;

use crate::v13::{MeterBand, MeterFlags};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{MeterId, Version};

/// Which meter is asked of (OF 1.3.5 §7.3.5.12, OF 1.5.1 §7.3.5.14,
/// `ofp_meter_multipart_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct MeterRequest {
    /// Which, or `ALL`.
    #[serde(serialize_with = "json::meter_id")]
    pub meter_id: MeterId,
}

/// Counters of a meter (OF 1.3.5 §7.3.5.12, OF 1.5.1 §7.3.5.14, `ofp_meter_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MeterStats {
    /// Which.
    #[serde(serialize_with = "json::meter_id")]
    pub meter_id: MeterId,
    /// How often it is used.
    #[serde(flatten)]
    pub users: MeterUsers,
    /// Packets that came in.
    pub packet_in_count: u64,
    /// Bytes that came in.
    pub byte_in_count: u64,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Per band, in order.
    pub band_stats: Vec<MeterBandStats>,
}

/// How often a meter is used. The bytes are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum MeterUsers {
    /// Up to 1.4.
    Flows {
        /// By entries.
        flow_count: u32,
    },
    /// In 1.5, where groups have meters too.
    References {
        /// By entries and buckets.
        ref_count: u32,
    },
}

/// Counters of a band (OF 1.3.5 §7.3.5.12, `ofp_meter_band_stats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct MeterBandStats {
    /// Packets it was applied to.
    pub packet_band_count: u64,
    /// Bytes it was applied to.
    pub byte_band_count: u64,
}

/// A meter (OF 1.3.5 §7.3.5.13, `ofp_meter_config`; OF 1.5.1 §7.3.5.15, `ofp_meter_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MeterConfig {
    /// What is counted, and how.
    pub flags: MeterFlags,
    /// Which.
    #[serde(serialize_with = "json::meter_id")]
    pub meter_id: MeterId,
    /// Its bands.
    pub bands: Vec<MeterBand>,
}

impl MeterUsers {
    /// How many there are.
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::Flows { flow_count: count } | Self::References { ref_count: count } => count,
        }
    }
}

impl Wire for MeterRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            meter_id: r.field_before_pad("meter_id", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.meter_id.encode(w);
        w.pad(4);
    }
}

impl Wire for MeterStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let meter_id = r.field("meter_id")?;
        let mut r = r.sized_since(start).map_err(|e| e.in_field("len"))?;
        r.pad(6)?;
        Ok(Self {
            meter_id,
            users: Wire::decode(&mut r)?,
            packet_in_count: r.field("packet_in_count")?,
            byte_in_count: r.field("byte_in_count")?,
            duration_sec: r.field("duration_sec")?,
            duration_nsec: r.field("duration_nsec")?,
            band_stats: r.list("band_stats")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        self.meter_id.encode(w);
        w.length(start, "meter_stats", |w| {
            w.pad(6);
            self.users.encode(w);
            w.u64(self.packet_in_count);
            w.u64(self.byte_in_count);
            w.u32(self.duration_sec);
            w.u32(self.duration_nsec);
            w.list(&self.band_stats);
        });
    }
}

impl Wire for MeterUsers {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(if r.version() < Version::V1_5 {
            let flow_count = r.field("flow_count")?;
            Self::Flows { flow_count }
        } else {
            let ref_count = r.field("ref_count")?;
            Self::References { ref_count }
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let of_15 = matches!(self, Self::References { .. });
        if of_15 != (w.version() >= Version::V1_5) {
            w.lacks("users of a meter other than its own kind");
        }
        w.u32(self.count());
    }
}

impl Wire for MeterBandStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_band_count: r.field("packet_band_count")?,
            byte_band_count: r.field("byte_band_count")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u64(self.packet_band_count);
        w.u64(self.byte_band_count);
    }
}

impl Wire for MeterConfig {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut r = r.sized()?;
        Ok(Self {
            flags: r.field("flags")?,
            meter_id: r.field("meter_id")?,
            bands: r.list("bands")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.sized("meter_config", |w| {
            self.flags.encode(w);
            self.meter_id.encode(w);
            w.list(&self.bands);
        });
    }
}
