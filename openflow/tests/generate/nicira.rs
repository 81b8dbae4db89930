//! Nicira's actions, with those of a version inside them.

use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use openflow::nicira::{
    Action, Bundle, BundleAlgorithm, CheckPktLarger, Clone, Conjunction, Controller, Controller2,
    ControllerProperty, Ct, CtFlags, CtZone, DecTtlCntIds, Decap, DeleteField, Encap,
    EncapProperty, FinTimeout, Group, HashFields, Learn, Learn2, LearnDst, LearnFlags, LearnSpec,
    LearnSrc, MplsEthertype, Multipath, MultipathAlgorithm, Nat, NatFlags, Note, OfsNbits,
    OutputReg, OutputReg2, OutputTrunc, RegLoad, RegLoad2, RegMove, Resubmit, Sample, Sample2,
    Sample4, SampleDirection, SampleId, SetMplsLabel, SetMplsTc, SetMplsTtl, SetQueue, SetTunnel,
    SetTunnel64, Stack, WriteMetadata,
};
use openflow::oxm::{Field, FieldId, HeaderType, NxmHeader};
use openflow::{Cookie, GroupId, v10};
use proptest::collection::vec;
use proptest::option::of as option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::oxm::oxm_field;
use super::{aligned, of};

/// Any of them, with actions of `inner` in those that have some. In one that is inside another
/// that is a strategy without them, so that they nest no deeper than a decoder goes.
pub(crate) fn action<A: std::fmt::Debug + 'static>(
    inner: impl Strategy<Value = A> + 'static,
) -> BoxedStrategy<Action<A>> {
    let inner = vec(inner, 0..3).boxed();
    let ct = fields!(Ct {
        flags: of(CtFlags::from_bits_retain),
        zone: ct_zone(),
        recirc_table: any::<u8>(),
        alg: any::<u16>(),
        actions: inner.clone(),
    });
    let clone = inner.prop_map(|actions| Clone { actions });
    prop_oneof![
        6 => plain(),
        1 => ct.prop_map(Action::Ct),
        1 => clone.prop_map(Action::Clone),
    ]
    .boxed()
}

/// Those without actions inside.
pub(crate) fn plain<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let groups = [
        without_arguments(),
        numbers(),
        mpls(),
        fields(),
        choices(),
        learning(),
        outputs(),
        samples(),
        headers(),
    ];
    Union::new(groups).boxed()
}

fn without_arguments<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    prop_oneof![
        Just(()).prop_map(|()| Action::PopQueue),
        Just(()).prop_map(|()| Action::Exit),
        Just(()).prop_map(|()| Action::DecTtl),
        Just(()).prop_map(|()| Action::DecMplsTtl),
        Just(()).prop_map(|()| Action::CtClear),
        Just(()).prop_map(|()| Action::DecNshTtl),
    ]
    .boxed()
}

fn numbers<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let resubmit = || {
        fields!(Resubmit {
            in_port: of(v10::PortNo),
            table: any::<u8>()
        })
    };
    let ids = vec(any::<u16>(), 0..6).prop_map(|cnt_ids| DecTtlCntIds { cnt_ids });
    prop_oneof![
        resubmit().prop_map(Action::Resubmit),
        resubmit().prop_map(Action::ResubmitTable),
        resubmit().prop_map(Action::ResubmitTableCt),
        any::<u32>().prop_map(|tun_id| Action::SetTunnel(SetTunnel { tun_id })),
        any::<u64>().prop_map(|tun_id| Action::SetTunnel64(SetTunnel64 { tun_id })),
        any::<u32>().prop_map(|queue_id| Action::SetQueue(SetQueue { queue_id })),
        of(GroupId).prop_map(|group_id| Action::Group(Group { group_id })),
        aligned(6).prop_map(|note| Action::Note(Note { note })),
        ids.prop_map(Action::DecTtlCntIds),
        fields!(FinTimeout {
            fin_idle_timeout: any::<u16>(),
            fin_hard_timeout: any::<u16>()
        })
        .prop_map(Action::FinTimeout),
        fields!(Conjunction {
            clause: any::<u8>(),
            n_clauses: any::<u8>(),
            id: any::<u32>()
        })
        .prop_map(Action::Conjunction),
        fields!(WriteMetadata {
            metadata: any::<u64>(),
            mask: any::<u64>()
        })
        .prop_map(Action::WriteMetadata),
        nat().prop_map(Action::Nat),
    ]
    .boxed()
}

fn mpls<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let ethertype = || any::<u16>().prop_map(|ethertype| MplsEthertype { ethertype });
    prop_oneof![
        ethertype().prop_map(Action::PushMpls),
        ethertype().prop_map(Action::PopMpls),
        any::<u8>().prop_map(|ttl| Action::SetMplsTtl(SetMplsTtl { ttl })),
        any::<u32>().prop_map(|label| Action::SetMplsLabel(SetMplsLabel { label })),
        any::<u8>().prop_map(|tc| Action::SetMplsTc(SetMplsTc { tc })),
    ]
    .boxed()
}

fn fields<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let stack = || {
        fields!(Stack {
            offset: any::<u16>(),
            field: field_id(),
            n_bits: any::<u16>()
        })
    };
    prop_oneof![
        fields!(RegMove {
            n_bits: any::<u16>(),
            src_ofs: any::<u16>(),
            dst_ofs: any::<u16>(),
            src: field_id(),
            dst: field_id(),
        })
        .prop_map(Action::RegMove),
        fields!(RegLoad {
            ofs_nbits: bits(),
            dst: header(),
            value: any::<u64>()
        })
        .prop_map(Action::RegLoad),
        oxm_field().prop_map(|field| Action::RegLoad2(RegLoad2 { field })),
        stack().prop_map(Action::StackPush),
        stack().prop_map(Action::StackPop),
        fields!(CheckPktLarger {
            pkt_len: any::<u16>(),
            offset: any::<u16>(),
            dst: field_id()
        })
        .prop_map(Action::CheckPktLarger),
        field_id().prop_map(|field| Action::DeleteField(DeleteField { field })),
    ]
    .boxed()
}

fn choices<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let bundle = || {
        fields!(Bundle {
            algorithm: of::<u16, _>(BundleAlgorithm::from),
            fields: of::<u16, _>(HashFields::from),
            basis: any::<u16>(),
            slave_type: prop_oneof![Just(2), any::<u32>()],
            ofs_nbits: bits(),
            dst: header(),
            slaves: vec(of(v10::PortNo), 0..6),
        })
    };
    prop_oneof![
        fields!(Multipath {
            fields: of::<u16, _>(HashFields::from),
            basis: any::<u16>(),
            algorithm: of::<u16, _>(MultipathAlgorithm::from),
            max_link: any::<u16>(),
            arg: any::<u32>(),
            ofs_nbits: bits(),
            dst: header(),
        })
        .prop_map(Action::Multipath),
        bundle().prop_map(Action::Bundle),
        bundle().prop_map(Action::BundleLoad),
    ]
    .boxed()
}

fn learning<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let learn2 = (learn(), any::<u32>(), any::<u16>(), option(field_id())).prop_map(
        |(mut learn, limit, result_dst_ofs, result_dst)| {
            learn
                .flags
                .set(LearnFlags::WRITE_RESULT, result_dst.is_some());
            Learn2 {
                learn,
                limit,
                result_dst_ofs,
                result_dst,
            }
        },
    );
    prop_oneof![
        learn().prop_map(Action::Learn),
        learn2.prop_map(Action::Learn2),
    ]
    .boxed()
}

fn learn() -> impl Strategy<Value = Learn> {
    fields!(Learn {
        idle_timeout: any::<u16>(),
        hard_timeout: any::<u16>(),
        priority: any::<u16>(),
        cookie: of(Cookie),
        flags: of(LearnFlags::from_bits_retain),
        table_id: any::<u8>(),
        fin_idle_timeout: any::<u16>(),
        fin_hard_timeout: any::<u16>(),
        specs: vec(learn_spec(), 0..4),
    })
}

fn learn_spec() -> impl Strategy<Value = LearnSpec> {
    let src = |n_bits: u16| {
        let words = usize::from(n_bits.div_ceil(16));
        let value = vec(any::<u8>(), 2 * words).prop_map(Bytes::from);
        prop_oneof![
            fields!(LearnSrc::Field {
                field: header(),
                ofs: any::<u16>()
            }),
            fields!(LearnSrc::Immediate { value: value }),
        ]
    };
    let dst = || {
        prop_oneof![
            fields!(LearnDst::Match {
                field: header(),
                ofs: any::<u16>()
            }),
            fields!(LearnDst::Load {
                field: header(),
                ofs: any::<u16>()
            }),
            Just(LearnDst::Output),
        ]
    };
    // Without bits, one from a field to be matched begins as the padding does.
    prop_oneof![8 => 1u16..=128, 1 => 1u16..=1023].prop_flat_map(move |n_bits| {
        (src(n_bits), dst()).prop_map(move |(src, dst)| LearnSpec { n_bits, src, dst })
    })
}

fn outputs<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let property = prop_oneof![
        any::<u16>().prop_map(|max_len| ControllerProperty::MaxLen { max_len }),
        any::<u16>().prop_map(|controller_id| ControllerProperty::ControllerId { controller_id }),
        any::<u8>().prop_map(|reason| ControllerProperty::Reason { reason }),
        short().prop_map(|userdata| ControllerProperty::Userdata { userdata }),
        Just(ControllerProperty::Pause),
        any::<u32>().prop_map(|meter_id| ControllerProperty::MeterId { meter_id }),
        (6u16.., short()).prop_map(|(kind, data)| ControllerProperty::Unknown { kind, data }),
    ];
    let properties = vec(property, 0..5).prop_map(|properties| Controller2 { properties });
    prop_oneof![
        fields!(OutputReg {
            ofs_nbits: bits(),
            src: header(),
            max_len: any::<u16>()
        })
        .prop_map(Action::OutputReg),
        fields!(OutputReg2 {
            ofs_nbits: bits(),
            max_len: any::<u16>(),
            src: field_id()
        })
        .prop_map(Action::OutputReg2),
        fields!(OutputTrunc {
            port: of(v10::PortNo),
            max_len: any::<u32>()
        })
        .prop_map(Action::OutputTrunc),
        fields!(Controller {
            max_len: any::<u16>(),
            controller_id: any::<u16>(),
            reason: any::<u8>(),
            zero: Just(0),
        })
        .prop_map(Action::Controller),
        properties.prop_map(Action::Controller2),
    ]
    .boxed()
}

fn samples<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let of_port = || {
        fields!(Sample2 {
            probability: any::<u16>(),
            collector_set_id: any::<u32>(),
            obs_domain_id: any::<u32>(),
            obs_point_id: any::<u32>(),
            sampling_port: of(v10::PortNo),
            direction: of::<u8, _>(SampleDirection::from),
        })
    };
    let id = || {
        prop_oneof![
            any::<u32>().prop_map(|imm| SampleId::Immediate { imm }),
            (header(), bits()).prop_map(|(src, ofs_nbits)| SampleId::Field { src, ofs_nbits }),
        ]
    };
    prop_oneof![
        fields!(Sample {
            probability: any::<u16>(),
            collector_set_id: any::<u32>(),
            obs_domain_id: any::<u32>(),
            obs_point_id: any::<u32>(),
        })
        .prop_map(Action::Sample),
        of_port().prop_map(Action::Sample2),
        of_port().prop_map(Action::Sample3),
        fields!(Sample4 {
            probability: any::<u16>(),
            collector_set_id: any::<u32>(),
            obs_domain: id(),
            obs_point: id(),
            sampling_port: of(v10::PortNo),
            direction: of::<u8, _>(SampleDirection::from),
        })
        .prop_map(Action::Sample4),
    ]
    .boxed()
}

fn header_type() -> impl Strategy<Value = HeaderType> {
    let known = [HeaderType::ETHERNET, HeaderType::of_ethertype(0x894f)];
    prop_oneof![
        select(known.to_vec()),
        any::<u32>().prop_map(HeaderType::from)
    ]
}

fn headers<A: std::fmt::Debug + 'static>() -> BoxedStrategy<Action<A>> {
    let tlv = (any::<u16>(), any::<u8>(), short()).prop_map(|(tlv_class, tlv_type, data)| {
        EncapProperty::NshTlv {
            tlv_class,
            tlv_type,
            tlv_len: u8::try_from(data.len()).expect("short"),
            data,
        }
    });
    let property = prop_oneof![
        any::<u8>().prop_map(|md_type| EncapProperty::NshMdType { md_type }),
        tlv,
        fields!(EncapProperty::Unknown {
            class: 5u16..,
            kind: any::<u8>(),
            data: short()
        }),
    ];
    let encap = fields!(Encap {
        hdr_size: any::<u16>(),
        new_pkt_type: header_type(),
        properties: vec(property, 0..4),
    });
    prop_oneof![
        encap.prop_map(Action::Encap),
        header_type().prop_map(|new_pkt_type| Action::Decap(Decap { new_pkt_type })),
    ]
    .boxed()
}

fn nat() -> impl Strategy<Value = Nat> {
    fields!(Nat {
        flags: of(NatFlags::from_bits_retain),
        ipv4_min: any::<Option<Ipv4Addr>>(),
        ipv4_max: any::<Option<Ipv4Addr>>(),
        ipv6_min: any::<Option<Ipv6Addr>>(),
        ipv6_max: any::<Option<Ipv6Addr>>(),
        proto_min: any::<Option<u16>>(),
        proto_max: any::<Option<u16>>(),
    })
}

fn ct_zone() -> impl Strategy<Value = CtZone> {
    prop_oneof![
        any::<u16>().prop_map(|zone_imm| CtZone::Immediate { zone_imm }),
        (header(), bits()).prop_map(|(zone_src, zone_ofs_nbits)| CtZone::Field {
            zone_src,
            zone_ofs_nbits
        }),
    ]
}

/// Of any field of the table, with the experimenter that it may need.
pub(crate) fn field_id() -> impl Strategy<Value = FieldId> {
    (select(Field::ALL), any::<bool>()).prop_map(|(field, masked)| {
        if masked {
            FieldId::masked(field)
        } else {
            FieldId::new(field)
        }
    })
}

/// Of a field that has one of four bytes, or any number but zero.
fn header() -> impl Strategy<Value = NxmHeader> {
    let known = select(Field::ALL).prop_filter_map("four bytes", NxmHeader::new);
    prop_oneof![4 => known, 1 => (1u32..).prop_map(NxmHeader)]
}

fn bits() -> impl Strategy<Value = OfsNbits> {
    any::<u16>().prop_map(OfsNbits::from)
}

fn short() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..40).prop_map(Bytes::from)
}
