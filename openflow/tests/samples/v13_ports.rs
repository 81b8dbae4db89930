//! Ports and their counters, with every property.

use openflow::oxm::{Field, FieldId};
use openflow::wire::{FixedText, Message};
use openflow::{PortNo, Version, Xid, v13};

use super::MAC;
use super::later_messages::{experimenter_property, unknown_property};
use v13::{PortProperty, PortStatsProperty};

const ALL: [Version; 3] = [Version::V1_3, Version::V1_4, Version::V1_5];

/// A port that changed.
pub(crate) fn samples() -> Vec<Message> {
    let status = |version| {
        let reason = v13::PortReason::Modify;
        let desc = port(version);
        let status = v13::PortStatus { reason, desc };
        Message::v13(version, Xid(12), v13::Body::PortStatus(status))
    };
    ALL.into_iter().map(status).collect()
}

pub(crate) fn port(version: Version) -> v13::Port {
    let ethernet = v13::EthernetTraits {
        curr: v13::PortFeatures::F10GB_FD,
        advertised: v13::PortFeatures::empty(),
        supported: v13::PortFeatures::from_bits_retain(0x8000_0001),
        peer: v13::PortFeatures::empty(),
        curr_speed: 10_000_000,
        max_speed: 0,
    };
    let mut properties = vec![
        PortProperty::Unknown(unknown_property()),
        PortProperty::Ethernet(ethernet),
        PortProperty::Optical(v13::OpticalTraits {
            supported: v13::OpticalFeatures::RX_TUNE | v13::OpticalFeatures::USE_FREQ,
            tx_min_freq_lmda: 1,
            tx_max_freq_lmda: 2,
            tx_grid_freq_lmda: 3,
            rx_min_freq_lmda: 4,
            rx_max_freq_lmda: 5,
            rx_grid_freq_lmda: 6,
            tx_pwr_min: 7,
            tx_pwr_max: 8,
        }),
        PortProperty::Experimenter(experimenter_property()),
    ];
    if version >= Version::V1_5 {
        properties.extend([
            PortProperty::PipelineInput {
                oxm_ids: vec![FieldId::new(Field::TunnelId)],
            },
            PortProperty::PipelineOutput {
                oxm_ids: vec![FieldId::new(Field::TunnelId), FieldId::new(Field::Metadata)],
            },
            PortProperty::Recirculate {
                port_nos: vec![PortNo(8), PortNo(9), PortNo(10)],
            },
        ]);
    }
    v13::Port {
        port_no: PortNo(1),
        hw_addr: MAC,
        name: FixedText::new("s1-eth1"),
        config: v13::PortConfig::NO_RECV,
        state: v13::PortState::LIVE,
        traits: if version < Version::V1_4 {
            v13::PortTraits::Fixed(ethernet)
        } else {
            v13::PortTraits::Properties { properties }
        },
    }
}

pub(crate) fn stats(version: Version) -> v13::PortStats {
    let ethernet = v13::EthernetCounters {
        rx_frame_err: u64::MAX,
        rx_over_err: 10,
        rx_crc_err: 11,
        collisions: 12,
    };
    let properties = vec![
        PortStatsProperty::Unknown(unknown_property()),
        PortStatsProperty::Ethernet(ethernet),
        PortStatsProperty::Optical(v13::OpticalCounters {
            flags: v13::OpticalStatsFlags::TX_TEMP | v13::OpticalStatsFlags::RX_PWR,
            tx_freq_lmda: 1,
            tx_offset: 2,
            tx_grid_span: 3,
            rx_freq_lmda: 4,
            rx_offset: 5,
            rx_grid_span: 6,
            tx_pwr: 7,
            rx_pwr: 8,
            bias_current: 9,
            temperature: 10,
        }),
        PortStatsProperty::Experimenter(experimenter_property()),
    ];
    v13::PortStats {
        port_no: PortNo::LOCAL,
        rx_packets: 1,
        tx_packets: 2,
        rx_bytes: 3,
        tx_bytes: 4,
        rx_dropped: 5,
        tx_dropped: 6,
        rx_errors: 7,
        tx_errors: 8,
        counters: if version < Version::V1_4 {
            v13::PortCounters::Fixed(ethernet)
        } else {
            v13::PortCounters::Properties { properties }
        },
        duration_sec: 13,
        duration_nsec: 14,
    }
}
