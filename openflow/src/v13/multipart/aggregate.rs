//! Sums over flow entries.

use serde::Serialize;

use crate::Version;
use crate::oxs::{OxsList, Statistic};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Sums over flow entries (OF 1.3.5 §7.3.5.3, OF 1.5.1 §7.3.5.4, `ofp_aggregate_stats_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AggregateStats {
    /// Up to 1.4: always the same three.
    Fixed {
        /// Packets.
        packet_count: u64,
        /// Bytes.
        byte_count: u64,
        /// Entries.
        flow_count: u32,
    },
    /// In 1.5: those the switch has.
    Stats {
        /// In their order.
        stats: OxsList,
    },
}

impl AggregateStats {
    /// Packets; `None`: not told.
    #[must_use]
    pub fn packet_count(&self) -> Option<u64> {
        match self {
            Self::Fixed { packet_count, .. } => Some(*packet_count),
            Self::Stats { stats } => stats.count(Statistic::PacketCount),
        }
    }

    /// Bytes; `None`: not told.
    #[must_use]
    pub fn byte_count(&self) -> Option<u64> {
        match self {
            Self::Fixed { byte_count, .. } => Some(*byte_count),
            Self::Stats { stats } => stats.count(Statistic::ByteCount),
        }
    }

    /// Entries; `None`: not told.
    #[must_use]
    pub fn flow_count(&self) -> Option<u32> {
        match self {
            Self::Fixed { flow_count, .. } => Some(*flow_count),
            Self::Stats { stats } => {
                let count = stats.count(Statistic::FlowCount)?;
                u32::try_from(count).ok()
            }
        }
    }
}

impl Wire for AggregateStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.version() >= Version::V1_5 {
            let stats = r.field("stats")?;
            return Ok(Self::Stats { stats });
        }
        Ok(Self::Fixed {
            packet_count: r.field("packet_count")?,
            byte_count: r.field("byte_count")?,
            flow_count: r.field_before_pad("flow_count", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Fixed {
                packet_count,
                byte_count,
                flow_count,
            } => {
                if w.version() >= Version::V1_5 {
                    w.lacks("sums other than as a list");
                }
                w.u64(*packet_count);
                w.u64(*byte_count);
                w.u32(*flow_count);
                w.pad(4);
            }
            Self::Stats { stats } => {
                if w.version() < Version::V1_5 {
                    w.lacks("lists of statistics");
                }
                stats.encode(w);
            }
        }
    }
}
