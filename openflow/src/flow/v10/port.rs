//! Ports and their numbers.

use super::{no, wire};
use crate::flow::{
    PortChange, PortConfig, PortDesc, PortMod, PortState, PortStatus, Unsupported, fixed_text,
};
use crate::{PortNo, Version};
use wire::PortFeatures;

/// The two bits of a port's state that are the state of 802.1D spanning tree; all set: blocked.
const STP_MASK: u32 = 3 << 8;

/// Reserved numbers have their own; others have to be below 0xff00.
pub(super) fn lower(port: PortNo) -> Result<wire::PortNo, Unsupported> {
    wire::PortNo::try_from(port).map_err(|_| no(format!("port {port}: the last is 65279")))
}

pub(super) fn lower_mod(change: &PortMod) -> Result<wire::PortMod, Unsupported> {
    Ok(wire::PortMod {
        port_no: lower(change.port)?,
        hw_addr: change.hw_addr,
        config: wire::PortConfig::from_bits_retain(change.config.bits()),
        mask: wire::PortConfig::from_bits_retain(change.mask.bits()),
        advertise: PortFeatures::empty(),
    })
}

pub(super) fn lift(port: &wire::Port) -> PortDesc {
    let mut state = PortState::empty();
    state.set(
        PortState::LINK_DOWN,
        port.state.contains(wire::PortState::LINK_DOWN),
    );
    state.set(PortState::BLOCKED, port.state.bits() & STP_MASK == STP_MASK);
    PortDesc {
        no: port.port_no.into(),
        hw_addr: port.hw_addr,
        name: port.name.text().into_owned(),
        config: PortConfig::from_bits_truncate(port.config.bits()),
        state,
        curr_speed_kbps: speed_kbps(port.curr),
        max_speed_kbps: speed_kbps(port.supported),
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

pub(super) fn lower_desc(port: &PortDesc) -> Result<wire::Port, Unsupported> {
    let mut state = wire::PortState::empty();
    if port.state.contains(PortState::LINK_DOWN) {
        state |= wire::PortState::LINK_DOWN;
    }
    if port.state.contains(PortState::BLOCKED) {
        state |= wire::PortState::from_bits_retain(STP_MASK);
    }
    Ok(wire::Port {
        port_no: lower(port.no)?,
        hw_addr: port.hw_addr,
        name: fixed_text(Version::V1_0, "port name", &port.name)?,
        config: wire::PortConfig::from_bits_retain(port.config.bits()),
        state,
        curr: features(port.curr_speed_kbps),
        advertised: PortFeatures::empty(),
        supported: features(port.max_speed_kbps),
        peer: PortFeatures::empty(),
    })
}

pub(super) fn lower_status(status: &PortStatus) -> Result<wire::PortStatus, Unsupported> {
    Ok(wire::PortStatus {
        reason: match status.change {
            PortChange::Add => wire::PortReason::Add,
            PortChange::Delete => wire::PortReason::Delete,
            PortChange::Modify => wire::PortReason::Modify,
        },
        desc: lower_desc(&status.port)?,
    })
}

/// The bit of a speed; a speed without one is told as not known.
fn features(speed_kbps: u32) -> PortFeatures {
    match speed_kbps {
        10_000_000 => PortFeatures::F10GB_FD,
        1_000_000 => PortFeatures::F1GB_FD,
        100_000 => PortFeatures::F100MB_FD,
        10_000 => PortFeatures::F10MB_FD,
        _ => PortFeatures::empty(),
    }
}

fn speed_kbps(features: PortFeatures) -> u32 {
    const SPEEDS: [(PortFeatures, u32); 4] = [
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
    SPEEDS
        .iter()
        .find(|(bits, _)| features.intersects(*bits))
        .map_or(0, |(_, speed)| *speed)
}
