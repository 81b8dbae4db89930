//! Ports and their counters.

use openflow::oxm::{Class, Field, FieldId};
use openflow::{MacAddr, PortNo, Version, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::properties::{experimenter, unknown};
use super::v13_multipart::of_version;
use super::{of, text};

pub(crate) fn field_id() -> impl Strategy<Value = FieldId> + Clone {
    let known = (proptest::sample::select(Field::ALL), any::<bool>()).prop_map(|(field, mask)| {
        if mask {
            FieldId::masked(field)
        } else {
            FieldId::new(field)
        }
    });
    let unknown = (
        any::<u16>(),
        any::<u32>(),
        any::<u8>(),
        any::<bool>(),
        any::<u8>(),
    )
        .prop_map(|(class, experimenter, code, has_mask, length)| {
            let class = Class(class);
            let experimenter = (class == Class::EXPERIMENTER).then_some(experimenter);
            FieldId::from_numbers(class, experimenter, code, has_mask, length)
                .expect("class and experimenter go together")
        });
    prop_oneof![known, unknown]
}

fn ethernet() -> impl Strategy<Value = v13::EthernetTraits> {
    fields!(v13::EthernetTraits {
        curr: of(v13::PortFeatures::from_bits_retain),
        advertised: of(v13::PortFeatures::from_bits_retain),
        supported: of(v13::PortFeatures::from_bits_retain),
        peer: of(v13::PortFeatures::from_bits_retain),
        curr_speed: any::<u32>(),
        max_speed: any::<u32>(),
    })
}

fn port_property(version: Version) -> BoxedStrategy<v13::PortProperty> {
    use Version::{V1_4, V1_5};
    use v13::PortProperty as Property;
    let optical = fields!(v13::OpticalTraits {
        supported: of(v13::OpticalFeatures::from_bits_retain),
        tx_min_freq_lmda: any::<u32>(),
        tx_max_freq_lmda: any::<u32>(),
        tx_grid_freq_lmda: any::<u32>(),
        rx_min_freq_lmda: any::<u32>(),
        rx_max_freq_lmda: any::<u32>(),
        rx_grid_freq_lmda: any::<u32>(),
        tx_pwr_min: any::<u16>(),
        tx_pwr_max: any::<u16>(),
    });
    let oxm_ids = || vec(field_id(), 0..4);
    let port_nos = vec(of(PortNo), 0..4);
    of_version(
        version,
        vec![
            (V1_4, ethernet().prop_map(Property::Ethernet).boxed()),
            (V1_4, optical.prop_map(Property::Optical).boxed()),
            (
                V1_5,
                fields!(Property::PipelineInput { oxm_ids: oxm_ids() }).boxed(),
            ),
            (
                V1_5,
                fields!(Property::PipelineOutput { oxm_ids: oxm_ids() }).boxed(),
            ),
            (
                V1_5,
                fields!(Property::Recirculate { port_nos: port_nos }).boxed(),
            ),
            (
                V1_4,
                experimenter().prop_map(Property::Experimenter).boxed(),
            ),
            (V1_4, unknown().prop_map(Property::Unknown).boxed()),
        ],
    )
}

pub(crate) fn port(version: Version) -> impl Strategy<Value = v13::Port> {
    let traits = if version < Version::V1_4 {
        ethernet().prop_map(v13::PortTraits::Fixed).boxed()
    } else {
        vec(port_property(version), 0..4)
            .prop_map(|properties| v13::PortTraits::Properties { properties })
            .boxed()
    };
    fields!(v13::Port {
        port_no: of(PortNo),
        hw_addr: of(MacAddr),
        name: text(),
        config: of(v13::PortConfig::from_bits_retain),
        state: of(v13::PortState::from_bits_retain),
        traits: traits,
    })
}

fn counters(version: Version) -> BoxedStrategy<v13::PortCounters> {
    use v13::PortStatsProperty as Property;
    let ethernet = fields!(v13::EthernetCounters {
        rx_frame_err: any::<u64>(),
        rx_over_err: any::<u64>(),
        rx_crc_err: any::<u64>(),
        collisions: any::<u64>(),
    });
    let optical = fields!(v13::OpticalCounters {
        flags: of(v13::OpticalStatsFlags::from_bits_retain),
        tx_freq_lmda: any::<u32>(),
        tx_offset: any::<u32>(),
        tx_grid_span: any::<u32>(),
        rx_freq_lmda: any::<u32>(),
        rx_offset: any::<u32>(),
        rx_grid_span: any::<u32>(),
        tx_pwr: any::<u16>(),
        rx_pwr: any::<u16>(),
        bias_current: any::<u16>(),
        temperature: any::<u16>(),
    });
    if version < Version::V1_4 {
        return ethernet.prop_map(v13::PortCounters::Fixed).boxed();
    }
    let property = prop_oneof![
        ethernet.prop_map(Property::Ethernet),
        optical.prop_map(Property::Optical),
        experimenter().prop_map(Property::Experimenter),
        unknown().prop_map(Property::Unknown),
    ];
    vec(property, 0..4)
        .prop_map(|properties| v13::PortCounters::Properties { properties })
        .boxed()
}

pub(crate) fn stats(version: Version) -> impl Strategy<Value = v13::PortStats> {
    fields!(v13::PortStats {
        port_no: of(PortNo),
        rx_packets: any::<u64>(),
        tx_packets: any::<u64>(),
        rx_bytes: any::<u64>(),
        tx_bytes: any::<u64>(),
        rx_dropped: any::<u64>(),
        tx_dropped: any::<u64>(),
        rx_errors: any::<u64>(),
        tx_errors: any::<u64>(),
        counters: counters(version),
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
    })
}
