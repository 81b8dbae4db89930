//! Meters.

use super::wire;
use crate::Version;
use crate::flow::{
    Band, BandKind, Meter, MeterCommand, MeterFeatures, MeterFlags, MeterMod, MeterStats,
    Unsupported, duration, kept, lacking, wire_duration,
};

pub(super) fn lower_mod(
    change: &MeterMod,
    version: Version,
) -> Result<wire::MeterMod, Unsupported> {
    let (command, bands) = match change.command {
        MeterCommand::Add => (wire::MeterModCommand::Add, &*change.meter.bands),
        MeterCommand::Modify => (wire::MeterModCommand::Modify, &*change.meter.bands),
        MeterCommand::Delete => (wire::MeterModCommand::Delete, &[][..]),
    };
    Ok(wire::MeterMod {
        command,
        flags: wire::MeterFlags::from_bits_retain(change.meter.flags.bits()),
        meter_id: change.meter.id,
        bands: bands
            .iter()
            .map(|band| lower_band(band, version))
            .collect::<Result<_, _>>()?,
    })
}

fn lower_band(band: &Band, version: Version) -> Result<wire::MeterBand, Unsupported> {
    let Band {
        kind,
        rate,
        burst_size,
    } = *band;
    Ok(match kind {
        BandKind::Drop => wire::MeterBand::Drop { rate, burst_size },
        BandKind::DscpRemark(prec_level) => wire::MeterBand::DscpRemark {
            rate,
            burst_size,
            prec_level,
        },
        BandKind::Experimenter(id) => {
            return Err(lacking(
                version,
                format!("meter band of experimenter {id:#010x}"),
            ));
        }
        BandKind::Other(number) => return Err(lacking(version, format!("meter band {number}"))),
    })
}

/// What is in a meter-mod quoted in an error, or in one of ours in a test.
pub(super) fn lift_mod(change: &wire::MeterMod) -> MeterMod {
    MeterMod {
        command: match change.command {
            wire::MeterModCommand::Add => MeterCommand::Add,
            wire::MeterModCommand::Modify => MeterCommand::Modify,
            wire::MeterModCommand::Delete => MeterCommand::Delete,
        },
        meter: lift(change.meter_id, change.flags, &change.bands),
    }
}

pub(super) fn lift(
    id: crate::MeterId,
    flags: wire::MeterFlags,
    bands: &[wire::MeterBand],
) -> Meter {
    Meter {
        id,
        flags: MeterFlags::from_bits_retain(flags.bits()),
        bands: bands.iter().map(lift_band).collect(),
    }
}

pub(super) fn lower_config(
    meter: &Meter,
    version: Version,
) -> Result<wire::MeterConfig, Unsupported> {
    let bands = meter.bands.iter().map(|band| lower_band(band, version));
    Ok(wire::MeterConfig {
        flags: wire::MeterFlags::from_bits_retain(meter.flags.bits()),
        meter_id: meter.id,
        bands: bands.collect::<Result<_, _>>()?,
    })
}

pub(super) fn lower_stats(stats: &MeterStats, version: Version) -> wire::MeterStats {
    let (duration_sec, duration_nsec) = wire_duration(stats.age);
    let band = |&(packet_band_count, byte_band_count): &(u64, u64)| wire::MeterBandStats {
        packet_band_count,
        byte_band_count,
    };
    wire::MeterStats {
        meter_id: stats.id,
        users: if version >= Version::V1_5 {
            wire::MeterUsers::References {
                ref_count: stats.flows,
            }
        } else {
            wire::MeterUsers::Flows {
                flow_count: stats.flows,
            }
        },
        packet_in_count: stats.packets_in,
        byte_in_count: stats.bytes_in,
        duration_sec,
        duration_nsec,
        band_stats: stats.bands.iter().map(band).collect(),
    }
}

pub(super) fn lower_features(features: &MeterFeatures, version: Version) -> wire::MeterFeatures {
    let capabilities = u32::from(features.capabilities.bits());
    wire::MeterFeatures {
        max_meter: features.max_meters,
        band_types: wire::MeterBandTypes::from_bits_retain(features.band_types),
        capabilities: wire::MeterCapabilities::from_bits_retain(capabilities),
        max_bands: features.max_bands,
        max_color: features.max_color,
        features: (version >= Version::V1_5).then(wire::MeterFeatureFlags::empty),
    }
}

pub(super) fn lift_stats(stats: &wire::MeterStats) -> MeterStats {
    let band = |it: &wire::MeterBandStats| (kept(it.packet_band_count), kept(it.byte_band_count));
    MeterStats {
        id: stats.meter_id,
        flows: stats.users.count(),
        packets_in: kept(stats.packet_in_count),
        bytes_in: kept(stats.byte_in_count),
        age: duration(stats.duration_sec, stats.duration_nsec),
        bands: stats.band_stats.iter().map(band).collect(),
    }
}

pub(super) fn lift_features(features: &wire::MeterFeatures) -> MeterFeatures {
    let capabilities = u16::try_from(features.capabilities.bits()).unwrap_or(u16::MAX);
    MeterFeatures {
        max_meters: features.max_meter,
        band_types: features.band_types.bits(),
        capabilities: MeterFlags::from_bits_truncate(capabilities),
        max_bands: features.max_bands,
        max_color: features.max_color,
    }
}

fn lift_band(band: &wire::MeterBand) -> Band {
    let (kind, rate, burst_size) = match *band {
        wire::MeterBand::Drop { rate, burst_size } => (BandKind::Drop, rate, burst_size),
        wire::MeterBand::DscpRemark {
            rate,
            burst_size,
            prec_level,
        } => (BandKind::DscpRemark(prec_level), rate, burst_size),
        wire::MeterBand::Experimenter {
            rate,
            burst_size,
            experimenter,
            ..
        } => (BandKind::Experimenter(experimenter), rate, burst_size),
    };
    Band {
        kind,
        rate,
        burst_size,
    }
}
