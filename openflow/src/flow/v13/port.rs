//! Ports.

use super::wire;
use crate::Version;
use crate::flow::{
    PortChange, PortConfig, PortDesc, PortMod, PortState, PortStatus, Unsupported, fixed_text,
    lacking,
};
use wire::PortFeatures;

pub(super) fn lower_mod(change: &PortMod, version: Version) -> Result<wire::PortMod, Unsupported> {
    if change.mask.contains(PortConfig::NO_FLOOD) {
        return Err(lacking(version, "port configuration NO_FLOOD"));
    }
    Ok(wire::PortMod {
        port_no: change.port,
        hw_addr: change.hw_addr,
        config: wire::PortConfig::from_bits_retain((change.config & change.mask).bits()),
        mask: wire::PortConfig::from_bits_retain(change.mask.bits()),
        traits: if version >= Version::V1_4 {
            wire::PortModTraits::Properties {
                properties: Vec::new(),
            }
        } else {
            wire::PortModTraits::Fixed {
                advertise: PortFeatures::empty(),
            }
        },
    })
}

pub(super) fn lift(port: &wire::Port) -> PortDesc {
    PortDesc {
        no: port.port_no,
        hw_addr: port.hw_addr,
        name: port.name.text().into_owned(),
        config: PortConfig::from_bits_truncate(port.config.bits()),
        state: PortState::from_bits_truncate(port.state.bits()),
        curr_speed_kbps: port
            .ethernet()
            .map_or(0, |it| known_speed(it.curr_speed, it.curr)),
        max_speed_kbps: port
            .ethernet()
            .map_or(0, |it| known_speed(it.max_speed, it.supported)),
    }
}

pub(super) fn lift_status(status: &wire::PortStatus) -> PortStatus {
    let change = match status.reason {
        wire::PortReason::Add => PortChange::Add,
        wire::PortReason::Delete => PortChange::Delete,
        // Whatever an unknown reason means, the port is now as it is told.
        wire::PortReason::Modify | wire::PortReason::Unknown(_) => PortChange::Modify,
    };
    PortStatus {
        change,
        port: lift(&status.desc),
    }
}

pub(super) fn lower(port: &PortDesc, version: Version) -> Result<wire::Port, Unsupported> {
    let ethernet = wire::EthernetTraits {
        curr: PortFeatures::empty(),
        advertised: PortFeatures::empty(),
        supported: PortFeatures::empty(),
        peer: PortFeatures::empty(),
        curr_speed: port.curr_speed_kbps,
        max_speed: port.max_speed_kbps,
    };
    Ok(wire::Port {
        port_no: port.no,
        hw_addr: port.hw_addr,
        name: fixed_text(version, "port name", &port.name)?,
        config: wire::PortConfig::from_bits_retain(port.config.bits()),
        state: wire::PortState::from_bits_retain(port.state.bits()),
        traits: if version >= Version::V1_4 {
            wire::PortTraits::Properties {
                properties: vec![wire::PortProperty::Ethernet(ethernet)],
            }
        } else {
            wire::PortTraits::Fixed(ethernet)
        },
    })
}

pub(super) fn lower_status(
    status: &PortStatus,
    version: Version,
) -> Result<wire::PortStatus, Unsupported> {
    Ok(wire::PortStatus {
        reason: match status.change {
            PortChange::Add => wire::PortReason::Add,
            PortChange::Delete => wire::PortReason::Delete,
            PortChange::Modify => wire::PortReason::Modify,
        },
        desc: lower(&status.port, version)?,
    })
}

/// A port-mod as a switch reads it. What is to be advertised is not in the model.
pub(super) fn lift_mod(change: &wire::PortMod) -> PortMod {
    PortMod {
        port: change.port_no,
        hw_addr: change.hw_addr,
        config: PortConfig::from_bits_truncate(change.config.bits()),
        mask: PortConfig::from_bits_truncate(change.mask.bits()),
    }
}

/// As told, else from the feature bits.
fn known_speed(told_kbps: u32, features: PortFeatures) -> u32 {
    const SPEEDS: [(PortFeatures, u32); 7] = [
        (PortFeatures::F1TB_FD, 1_000_000_000),
        (PortFeatures::F100GB_FD, 100_000_000),
        (PortFeatures::F40GB_FD, 40_000_000),
        (PortFeatures::F10GB_FD, 10_000_000),
        (
            PortFeatures::F1GB_FD.union(PortFeatures::F1GB_HD),
            1_000_000,
        ),
        (
            PortFeatures::F100MB_FD.union(PortFeatures::F100MB_HD),
            100_000,
        ),
        (PortFeatures::F10MB_FD.union(PortFeatures::F10MB_HD), 10_000),
    ];
    if told_kbps != 0 {
        return told_kbps;
    }
    SPEEDS
        .iter()
        .find(|(bits, _)| features.intersects(*bits))
        .map_or(0, |(_, speed)| *speed)
}
