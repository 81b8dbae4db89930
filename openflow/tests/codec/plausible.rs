//! Flow-mods as a controller means them: every action finds the header it is about.
//!
//! Matches and most actions are those of [`arbitrary`]. With them come every field that Open
//! vSwitch sets or copies, and its own actions; of all those stay which make sense where they are.

use bytes::BytesMut;
use openflow::flow::{
    Action, Actions, CopyField, FlowCommand, FlowMod, Instructions, Match, ToSwitch, arbitrary,
};
use openflow::oxm::Field;
use openflow::{BufferId, GroupId, MeterId, PortNo, Version, Xid};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::ovs_ofctl::{OF_OPEN_VSWITCH, has_ports_of_ovs, is_of_1_0, is_port_of_ovs};

/// The one group and the one meter there are.
const GROUP: GroupId = GroupId(1);
const METER: MeterId = MeterId(1);

/// Adds that Open vSwitch takes.
pub(crate) fn flow_mod(version: Version) -> BoxedStrategy<FlowMod> {
    flow_mod_with(version, sensible)
}

/// Adds whose actions are left as they fell.
pub(crate) fn flow_mod_with_any_actions(version: Version) -> BoxedStrategy<FlowMod> {
    flow_mod_with(version, |version, flow, more| {
        let mut any = flow.clone();
        any.instructions.apply = mixed(&flow.instructions.apply, more);
        // Open vSwitch takes RARP for ARP, which the specification does not (OF 1.3.5 table 12).
        let is_rarp = flow.matching.exact(Field::EthType) == Some(0x8035);
        (!is_rarp && can_be_said(version, &any)).then_some(any)
    })
}

type Completed = fn(Version, &FlowMod, &[(Index, Action)]) -> Option<FlowMod>;

fn flow_mod_with(version: Version, completed: Completed) -> BoxedStrategy<FlowMod> {
    let more = vec((any::<Index>(), another_action(version)), 0..8);
    (arbitrary::flow_mod(version), more)
        .prop_filter_map("Open vSwitch has not", move |(flow, more)| {
            let flow = of_ovs(flow);
            let has = has_fields_of_ovs(&flow.matching) && has_ports_of_ovs(&flow.matching);
            let flow = completed(version, &flow, &more)?;
            has.then_some(flow)
        })
        .boxed()
}

/// An add of what Open vSwitch has: its ports and actions, a group and a meter that are there.
fn of_ovs(flow: FlowMod) -> FlowMod {
    let Instructions {
        meter,
        apply,
        clear,
        write,
        metadata,
        goto,
    } = flow.instructions;
    let each = |actions: Actions| actions.into_iter().filter_map(action_of_ovs).collect();
    FlowMod {
        command: FlowCommand::Add,
        cookie_mask: 0,
        buffer_id: BufferId::NONE,
        out_port: PortNo::ANY,
        instructions: Instructions {
            meter: meter.map(|_| METER),
            apply: each(apply),
            clear,
            write: each(write),
            metadata,
            goto,
        },
        ..flow
    }
}

fn action_of_ovs(action: Action) -> Option<Action> {
    match action {
        // Provider backbone bridges, copies of the TTL and other experimenters it does not know.
        Action::PushPbb(_) | Action::PopPbb | Action::CopyTtlIn | Action::CopyTtlOut => None,
        Action::Experimenter { .. } => None,
        Action::Output { port, .. } if !is_port_of_ovs(port) => None,
        Action::Group(_) => Some(Action::Group(GROUP)),
        Action::Meter(_) => Some(Action::Meter(METER)),
        other => Some(other),
    }
}

/// Fields of Open vSwitch 3.1; options of tunnels are fields there only once they are mapped.
pub(crate) fn is_field_of_ovs(field: &Field) -> bool {
    let info = field.info();
    let later = |name: &str, first: u16| {
        let number = info.name.strip_prefix(name);
        number
            .and_then(|number| number.parse().ok())
            .is_some_and(|number: u16| number >= first)
    };
    let lacks = matches!(
        field,
        Field::InPhyPort | Field::PbbIsid | Field::PbbUca | Field::Ipv6Exthdr
    );
    !lacks
        && !info.is_variable()
        && info.canonical.is_none()
        && !later("reg", 16)
        && !later("xreg", 8)
        && !later("xxreg", 4)
}

/// The switch keeps two of them to itself, and lets nobody match them.
fn has_fields_of_ovs(matching: &Match) -> bool {
    let mut fields = matching.fields().iter().map(|found| found.field);
    fields.all(|it| is_field_of_ovs(&it) && !matches!(it, Field::DpHash | Field::RecircId))
}

fn another_action(version: Version) -> BoxedStrategy<Action> {
    let has = |field: &Field| is_field_of_ovs(field) && field.encoding(version).is_some();
    let fields: Vec<Field> = Field::ALL.iter().copied().filter(has).collect();
    let set = set_field(version, fields.clone());
    let copy = copy_field(fields);
    let own = select(actions_of_ovs(version));
    match version {
        Version::V1_0 => prop_oneof![1 => copy, 2 => own].boxed(),
        _ => prop_oneof![3 => set, 1 => copy, 1 => own].boxed(),
    }
}

fn set_field(version: Version, fields: Vec<Field>) -> BoxedStrategy<Action> {
    (select(fields), any::<u128>(), any::<u128>(), any::<bool>())
        .prop_map(move |(field, value, mask, whole)| {
            let full = field.info().full_mask();
            let value = match field {
                Field::VlanVid => value | 0x1000,
                Field::ArpOp => value & 0xff,
                _ => value,
            };
            if whole || version < Version::V1_5 {
                return Action::set_field(field, value);
            }
            let mask = match field {
                Field::VlanVid => mask & full | 0x1001,
                // All of them is no mask, and none sets nothing.
                _ => mask & (full >> 1) | 1,
            };
            let value = value & mask;
            Action::SetField { field, value, mask }
        })
        .boxed()
}

fn copy_field(fields: Vec<Field>) -> BoxedStrategy<Action> {
    let bits = any::<(Index, Index, Index)>();
    (select(fields.clone()), select(fields), bits)
        .prop_map(|(src, dst, (n_bits, src_at, dst_at))| {
            let (there, here) = (src.info().bits, dst.info().bits);
            let place = |index: Index, room: u16| u16::try_from(index.index(room.into())).unwrap();
            let n_bits = 1 + place(n_bits, there.min(here));
            Action::CopyField(CopyField {
                n_bits,
                src,
                src_offset: place(src_at, there - n_bits + 1),
                dst,
                dst_offset: place(dst_at, here - n_bits + 1),
            })
        })
        .boxed()
}

/// Those that may stand among others, and need no options of tunnels.
fn actions_of_ovs(version: Version) -> Vec<Action> {
    let texts = OF_OPEN_VSWITCH.iter().map(|(_, actions)| actions);
    let texts = texts.filter(|text| version != Version::V1_0 || is_of_1_0(text));
    // What can be taken away depends on the options that are mapped.
    let mapped = |text: &&&str| !text.starts_with("delete_field");
    let actions = texts.filter(mapped).flat_map(|text| {
        let flow: FlowMod = format!("actions={text}").parse().unwrap();
        flow.instructions.apply
    });
    actions.collect()
}

fn mixed(actions: &Actions, more: &[(Index, Action)]) -> Actions {
    let mut all = actions.clone();
    for (place, action) in more {
        all.insert(place.index(all.len() + 1), action.clone());
    }
    all
}

/// With those of the actions that make sense where they are.
fn sensible(version: Version, flow: &FlowMod, more: &[(Index, Action)]) -> Option<FlowMod> {
    let mut kept = FlowMod {
        instructions: Instructions {
            apply: Actions::new(),
            write: Actions::new(),
            ..flow.instructions.clone()
        },
        ..flow.clone()
    };
    if version == Version::V1_0 {
        // There a push and what it is set to are one: what there is stays together.
        kept.instructions.apply = flow.instructions.apply.clone();
        for (_, action) in more {
            keep(version, &mut kept, action, |to| &mut to.apply);
        }
    } else {
        for action in &mixed(&flow.instructions.apply, more) {
            keep(version, &mut kept, action, |to| &mut to.apply);
        }
        for action in &flow.instructions.write {
            keep(version, &mut kept, action, |to| &mut to.write);
        }
    }
    is_sensible(version, &kept).then_some(kept)
}

fn keep(
    version: Version,
    flow: &mut FlowMod,
    action: &Action,
    list: fn(&mut Instructions) -> &mut Actions,
) {
    list(&mut flow.instructions).push(action.clone());
    if !is_sensible(version, flow) {
        list(&mut flow.instructions).pop();
    }
}

fn is_sensible(version: Version, flow: &FlowMod) -> bool {
    let checked = flow.instructions.check(version, flow.table, &flow.matching);
    checked.is_ok() && can_be_said(version, flow)
}

pub(crate) fn can_be_said(version: Version, flow: &FlowMod) -> bool {
    let mut bytes = BytesMut::new();
    let message = ToSwitch::FlowMod(flow.clone());
    message.encode(version, Xid(1), &mut bytes).is_ok()
}
