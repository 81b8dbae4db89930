//! Actions, instructions and buckets of 1.3 and later.

use openflow::{GroupId, MeterId, PortNo, TableId, Version, v13};
use proptest::prelude::*;

use super::later_messages::oxs;
use super::oxm::oxm_field;
use super::{aligned, flows, nicira, of, small};

/// Those of the version and of the ONF, and Nicira's with others inside them.
pub(crate) fn action(version: Version) -> impl Strategy<Value = v13::Action> {
    let wrap = |action| v13::Action::Nicira(Box::new(action));
    let leaf = prop_oneof![1 => plain(version), 1 => nicira::plain().prop_map(wrap)];
    let once = nicira::action(leaf).prop_map(wrap);
    let twice = nicira::action(prop_oneof![2 => plain(version), 1 => once]).prop_map(wrap);
    prop_oneof![6 => plain(version), 1 => twice]
}

fn plain(version: Version) -> BoxedStrategy<v13::Action> {
    use v13::Action;
    let copy = fields!(v13::CopyField {
        n_bits: any::<u16>(),
        src_offset: any::<u16>(),
        dst_offset: any::<u16>(),
        oxm_ids: [nicira::field_id(), nicira::field_id()],
    })
    .prop_map(Box::new)
    .boxed();
    let onf = copy.clone().prop_map(Action::OnfCopyField);
    let of_13 = prop_oneof![16 => of_13(), 1 => onf];
    if version < Version::V1_5 {
        return of_13.boxed();
    }
    let meter = fields!(Action::Meter {
        meter_id: of(MeterId)
    });
    prop_oneof![16 => of_13, 1 => copy.prop_map(Action::CopyField), 1 => meter].boxed()
}

fn of_13() -> impl Strategy<Value = v13::Action> {
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
            kind: 30u16..0xffff,
            data: aligned(4)
        }),
    ]
}

pub(crate) fn actions(version: Version) -> impl Strategy<Value = v13::Actions> {
    prop_oneof![small(action(version), 7), flows::actions()]
}

pub(crate) fn instructions(version: Version) -> BoxedStrategy<v13::Instructions> {
    use v13::Instruction;
    let of_13 = prop_oneof![
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
            kind: 8u16..0xffff,
            data: aligned(4)
        }),
    ];
    if version < Version::V1_5 {
        return small(of_13, 4).boxed();
    }
    let trigger = fields!(v13::StatTrigger {
        flags: of(v13::StatTriggerFlags::from_bits_retain),
        thresholds: oxs(),
    });
    let trigger = trigger.prop_map(|trigger| Instruction::StatTrigger(Box::new(trigger)));
    small(prop_oneof![8 => of_13, 1 => trigger], 4).boxed()
}
