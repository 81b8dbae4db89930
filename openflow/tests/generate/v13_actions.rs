//! Actions, instructions and buckets of 1.3 and later.

use openflow::{GroupId, MeterId, PortNo, TableId, Version, v13};
use proptest::prelude::*;

use super::oxm::oxm_field;
use super::{aligned, flows, of, small};

pub(crate) fn action(_: Version) -> impl Strategy<Value = v13::Action> {
    use v13::Action;
    prop_oneof![
        fields!(Action::Output {
            port: of(PortNo),
            max_len: any::<u16>()
        }),
        proptest::sample::select(
            &[
                Action::CopyTtlOut,
                Action::CopyTtlIn,
                Action::DecMplsTtl,
                Action::PopVlan,
                Action::DecNwTtl,
                Action::PopPbb,
            ][..]
        ),
        fields!(Action::SetMplsTtl {
            mpls_ttl: any::<u8>()
        }),
        fields!(Action::PushVlan {
            ethertype: any::<u16>()
        }),
        fields!(Action::PushMpls {
            ethertype: any::<u16>()
        }),
        fields!(Action::PopMpls {
            ethertype: any::<u16>()
        }),
        fields!(Action::SetQueue {
            queue_id: any::<u32>()
        }),
        fields!(Action::Group {
            group_id: of(GroupId)
        }),
        fields!(Action::SetNwTtl {
            nw_ttl: any::<u8>()
        }),
        fields!(Action::SetField { field: oxm_field() }),
        fields!(Action::PushPbb {
            ethertype: any::<u16>()
        }),
        fields!(Action::Experimenter {
            experimenter: any::<u32>(),
            data: aligned(0)
        }),
        fields!(Action::Unknown {
            kind: 28u16..0xffff,
            data: aligned(4)
        }),
    ]
}

pub(crate) fn actions(version: Version) -> impl Strategy<Value = v13::Actions> {
    prop_oneof![small(action(version), 7), flows::actions()]
}

pub(crate) fn instructions(version: Version) -> impl Strategy<Value = v13::Instructions> {
    use v13::Instruction;
    let instruction = prop_oneof![
        fields!(Instruction::GotoTable {
            table_id: of(TableId)
        }),
        fields!(Instruction::WriteMetadata {
            metadata: any::<u64>(),
            metadata_mask: any::<u64>()
        }),
        fields!(Instruction::WriteActions {
            actions: actions(version)
        }),
        fields!(Instruction::ApplyActions {
            actions: actions(version)
        }),
        Just(Instruction::ClearActions),
        fields!(Instruction::Meter {
            meter_id: of(MeterId)
        }),
        fields!(Instruction::Experimenter {
            experimenter: any::<u32>(),
            data: aligned(0)
        }),
        fields!(Instruction::Unknown {
            kind: 7u16..0xffff,
            data: aligned(4)
        }),
    ];
    small(instruction, 4)
}
