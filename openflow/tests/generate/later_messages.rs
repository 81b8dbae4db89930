//! What 1.4 and 1.5 have that 1.3 has not, and parts that they lay out differently.

use bytes::Bytes;
use openflow::oxm::{Class, Field, Oxm, OxmList};
use openflow::oxs::{Oxs, OxsList, OxsValue, Statistic};
use openflow::wire::Message;
use openflow::{PortNo, TableId, Version, Xid, v13};
use proptest::collection::vec;
use proptest::prelude::*;

use super::v13_messages::{flow_mod, group_mod, meter_mod};
use super::v13_multipart::controller_status;
use super::{Named, of, properties};

pub(crate) fn oxs() -> impl Strategy<Value = OxsList> {
    let known = (proptest::sample::select(Statistic::ALL), any::<u64>()).prop_map(|(it, n)| {
        let mut list = OxsList::new();
        list.push(it, OxsValue::Count(n));
        list
    });
    let unknown =
        (0x9000u16..0xffff, 0u8..128, vec(any::<u8>(), 0..20)).prop_map(|(class, code, body)| {
            let mut list = OxsList::new();
            list.push_oxs(Oxs::new(Class(class), code, &body).expect("well-formed"));
            list
        });
    vec(prop_oneof![4 => known, 1 => unknown], 0..6).prop_map(|lists| {
        let mut all = OxsList::new();
        lists
            .iter()
            .for_each(|list| list.iter().for_each(|oxs| all.push_oxs(oxs)));
        all
    })
}

pub(crate) fn flow_counters(version: Version) -> BoxedStrategy<v13::FlowCounters> {
    if version >= Version::V1_5 {
        return fields!(v13::FlowCounters::Stats { stats: oxs() }).boxed();
    }
    fields!(v13::FlowCounters::Fixed {
        duration_sec: any::<u32>(),
        duration_nsec: any::<u32>(),
        packet_count: any::<u64>(),
        byte_count: any::<u64>(),
    })
    .boxed()
}

pub(crate) fn packet_origin(version: Version) -> BoxedStrategy<v13::PacketOrigin> {
    if version < Version::V1_5 {
        return fields!(v13::PacketOrigin::Port {
            in_port: of(PortNo)
        })
        .boxed();
    }
    let fields = (any::<u32>(), any::<Option<u64>>(), any::<Option<u32>>());
    fields
        .prop_map(|(in_port, metadata, register)| {
            let mut oxm_fields = OxmList::new();
            oxm_fields.push(Field::InPort, in_port.into(), None);
            if let Some(metadata) = metadata {
                oxm_fields.push(Field::Metadata, metadata.into(), None);
            }
            if let Some(register) = register {
                let body = register.to_be_bytes();
                let oxm = Oxm::new(Class::NXM_1, 0, false, None, &body);
                oxm_fields.push_oxm(oxm.expect("well-formed"));
            }
            let matching = v13::Match { oxm_fields };
            v13::PacketOrigin::Pipeline { matching }
        })
        .boxed()
}

pub(crate) fn port_mod_traits(version: Version) -> BoxedStrategy<v13::PortModTraits> {
    use v13::PortModProperty;
    let features = || of(v13::PortFeatures::from_bits_retain);
    if version < Version::V1_4 {
        return fields!(v13::PortModTraits::Fixed {
            advertise: features()
        })
        .boxed();
    }
    let property = prop_oneof![
        fields!(PortModProperty::Ethernet {
            advertise: features()
        }),
        fields!(PortModProperty::Optical {
            configure: of(v13::OpticalFeatures::from_bits_retain),
            freq_lmda: any::<u32>(),
            fl_offset: any::<u32>(),
            grid_span: any::<u32>(),
            tx_pwr: any::<u32>(),
        }),
        properties::experimenter().prop_map(PortModProperty::Experimenter),
        properties::unknown().prop_map(PortModProperty::Unknown),
    ];
    fields!(v13::PortModTraits::Properties {
        properties: vec(property, 0..4)
    })
    .boxed()
}

fn masks() -> BoxedStrategy<v13::AsyncConfig> {
    fields!(v13::AsyncConfig::Masks {
        packet_in_mask: any::<[u32; 2]>(),
        port_status_mask: any::<[u32; 2]>(),
        flow_removed_mask: any::<[u32; 2]>(),
    })
    .boxed()
}

/// Of a type that the version has, with reasons that it has, the lowest of all types.
fn reasons(version: Version, valid: bool) -> impl Strategy<Value = v13::AsyncProperty> {
    let types = if version >= Version::V1_5 { 16 } else { 12u16 };
    (0..types, any::<u32>()).prop_map(move |(number, mask)| {
        // Table-statuses have two reasons, which are not the lowest.
        let known = if matches!(number, 8 | 9) { 0x18 } else { 0x3 };
        let mask = if valid { mask & known } else { mask };
        v13::AsyncProperty {
            kind: number.into(),
            body: v13::AsyncPropertyBody::Reasons { mask },
        }
    })
}

fn experimenter() -> impl Strategy<Value = v13::AsyncProperty> {
    (0xfffe..=0xffffu16, properties::experimenter()).prop_map(|(number, body)| v13::AsyncProperty {
        kind: number.into(),
        body: v13::AsyncPropertyBody::Experimenter(body),
    })
}

pub(crate) fn set_async(version: Version) -> BoxedStrategy<v13::AsyncConfig> {
    if version < Version::V1_4 {
        return masks();
    }
    let property = prop_oneof![reasons(version, true), experimenter()];
    fields!(v13::AsyncConfig::Properties {
        properties: vec(property, 0..6)
    })
    .boxed()
}

pub(crate) fn async_config(version: Version) -> BoxedStrategy<v13::AsyncConfig> {
    if version < Version::V1_4 {
        return masks();
    }
    let unknown =
        (0x100..0xfff0u16, vec(any::<u8>(), 0..20)).prop_map(|(number, data)| v13::AsyncProperty {
            kind: number.into(),
            body: v13::AsyncPropertyBody::Unknown {
                data: Bytes::from(data),
            },
        });
    let property = prop_oneof![reasons(version, false), experimenter(), unknown];
    fields!(v13::AsyncConfig::Properties {
        properties: vec(property, 0..6)
    })
    .boxed()
}

fn table_desc() -> impl Strategy<Value = v13::TableDesc> {
    fields!(v13::TableDesc {
        table_id: of(TableId),
        config: of(v13::TableConfig::from_bits_retain),
        properties: vec(properties::table(), 0..4),
    })
}

fn bundle_property(version: Version) -> BoxedStrategy<v13::BundleProperty> {
    use v13::BundleProperty;
    let others = prop_oneof![
        properties::experimenter().prop_map(BundleProperty::Experimenter),
        properties::unknown().prop_map(BundleProperty::Unknown),
    ];
    if version < Version::V1_5 {
        return others.boxed();
    }
    let time = (any::<u64>(), any::<u32>()).prop_map(|(seconds, nanoseconds)| {
        let scheduled_time = v13::BundleTime {
            seconds,
            nanoseconds,
        };
        BundleProperty::Time { scheduled_time }
    });
    prop_oneof![time, others].boxed()
}

/// What is in a bundle has the transaction of what brings it, which the caller chooses.
pub(crate) fn share_xid(xid: Xid, body: &mut v13::Body) {
    if let v13::Body::BundleAddMessage(add) = body {
        add.message.xid = xid;
    }
}

pub(crate) fn bodies(version: Version) -> Vec<Named<v13::Body>> {
    use v13::Body;
    let whole = move |(xid, body)| Box::new(Message::v13(version, Xid(xid), body));
    let change = prop_oneof![
        flow_mod(version).prop_map(|change| Body::FlowMod(Box::new(change))),
        group_mod(version).prop_map(Body::GroupMod),
    ];
    let request = prop_oneof![
        group_mod(version).prop_map(Body::GroupMod),
        meter_mod(version).prop_map(Body::MeterMod),
    ];
    let role_property = prop_oneof![
        properties::experimenter().prop_map(v13::RoleProperty::Experimenter),
        properties::unknown().prop_map(v13::RoleProperty::Unknown),
    ];
    let role_status = fields!(v13::RoleStatus {
        role: of::<u32, _>(v13::ControllerRole::from),
        reason: of::<u8, _>(v13::RoleReason::from),
        generation_id: any::<u64>(),
        properties: vec(role_property, 0..3),
    });
    let table_status = fields!(v13::TableStatus {
        reason: of::<u8, _>(v13::TableReason::from),
        table: table_desc(),
    });
    let control = fields!(v13::BundleControl {
        bundle_id: any::<u32>(),
        kind: of::<u16, _>(v13::BundleControlType::from),
        flags: of(v13::BundleFlags::from_bits_retain),
        properties: vec(bundle_property(version), 0..3),
    });
    let add = fields!(v13::BundleAddMessage {
        bundle_id: any::<u32>(),
        flags: of(v13::BundleFlags::from_bits_retain),
        message: (any::<u32>(), change).prop_map(whole),
        properties: vec(bundle_property(version), 0..3),
    });
    let forward = fields!(v13::Requestforward {
        request: (any::<u32>(), request).prop_map(whole)
    });
    vec![
        (
            "role_status",
            role_status.prop_map(Body::RoleStatus).boxed(),
        ),
        (
            "table_status",
            table_status.prop_map(Body::TableStatus).boxed(),
        ),
        (
            "requestforward",
            forward.prop_map(Body::Requestforward).boxed(),
        ),
        (
            "bundle_control",
            control.prop_map(Body::BundleControl).boxed(),
        ),
        (
            "bundle_add_message",
            add.prop_map(Body::BundleAddMessage).boxed(),
        ),
        (
            "controller_status",
            controller_status().prop_map(Body::ControllerStatus).boxed(),
        ),
    ]
}
