//! Parts of flows that make sense: matches with their prerequisites, actions on what was matched.

use bytes::BytesMut;
use openflow::flow::{ToSwitch, arbitrary};
use openflow::wire::{Body, Message};
use openflow::{Version, Xid, v10, v13};
use proptest::prelude::*;

fn lowered(version: Version) -> impl Strategy<Value = Body> {
    arbitrary::flow_mod(version).prop_map(move |flow| {
        let mut bytes = BytesMut::new();
        let flow_mod = ToSwitch::FlowMod(flow);
        flow_mod
            .encode(version, Xid(1), &mut bytes)
            .expect("made for this version");
        Message::decode(bytes.freeze()).expect("encoded").body
    })
}

pub(crate) fn of_10() -> impl Strategy<Value = v10::FlowMod> {
    lowered(Version::V1_0).prop_map(|body| match body {
        Body::V10(v10::Body::FlowMod(flow_mod)) => flow_mod,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn of_13(version: Version) -> impl Strategy<Value = v13::FlowMod> {
    lowered(version).prop_map(|body| match body {
        Body::V13(v13::Body::FlowMod(flow_mod)) => *flow_mod,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn matching() -> impl Strategy<Value = v13::Match> {
    of_13(Version::V1_3).prop_map(|flow_mod| flow_mod.matching)
}

/// The actions of the first instruction that has some.
pub(crate) fn actions() -> impl Strategy<Value = v13::Actions> {
    of_13(Version::V1_3).prop_map(|flow_mod| {
        let lists = flow_mod
            .instructions
            .into_iter()
            .find_map(|instruction| match instruction {
                v13::Instruction::ApplyActions { actions }
                | v13::Instruction::WriteActions { actions } => Some(actions),
                _ => None,
            });
        lists.unwrap_or_default()
    })
}
