//! Flow entries, and changes of them.

use openflow::flow::{Action, Actions, FlowCommand, FlowFlags, FlowMod, Instructions, Match};
use openflow::nicira;
use openflow::oxm::Field;
use openflow::{Cookie, GroupId, PortNo, TableId, Version};

use super::action::{self, About};
use crate::random::Random;

/// Tables with entries.
const TABLES: u8 = 4;

pub(crate) fn added(random: &mut Random, about: &About<'_>) -> FlowMod {
    let table = match about.version {
        Version::V1_0 => TableId(0),
        _ => TableId(*random.of(&[0, 0, 0, 1, 1, 2, 3])),
    };
    let instructions = instructions(random, about, table);
    // Which of two entries of one priority takes a packet is left open: no two have the same.
    let priority = match random.one_in(8) {
        true => 0,
        false => u16::try_from(1 + random.below(0xfffe)).unwrap(),
    };
    let matching = match priority {
        0 => Match::any(),
        _ => about.matching.clone(),
    };
    let mut flow = FlowMod::add(priority, matching, instructions);
    flow.table = table;
    flow.cookie = Cookie(random.below(5) as u64);
    for flag in [
        FlowFlags::NO_PKT_COUNTS,
        FlowFlags::NO_BYT_COUNTS,
        FlowFlags::RESET_COUNTS,
    ] {
        flow.flags.set(flag, random.one_in(12));
    }
    flow.flags.set(FlowFlags::SEND_FLOW_REM, random.one_in(4));
    if about.times_out && random.one_in(2) {
        flow.idle_timeout_s = *random.of(&[0, 1, 2, 5]);
        flow.hard_timeout_s = *random.of(&[0, 0, 1, 3, 6]);
    }
    flow
}

/// Changes an earlier one: adds it again, modifies or deletes it and others.
pub(crate) fn changed(random: &mut Random, about: &About<'_>, mut flow: FlowMod) -> FlowMod {
    flow.command = *random.of(&[
        FlowCommand::Add,
        FlowCommand::Modify,
        FlowCommand::ModifyStrict,
        FlowCommand::Delete,
        FlowCommand::DeleteStrict,
    ]);
    if random.one_in(3) && flow.command != FlowCommand::Add {
        flow.matching = Match::any();
    }
    flow.flags = FlowFlags::empty();
    flow.flags.set(FlowFlags::RESET_COUNTS, random.one_in(3));
    flow.flags.set(FlowFlags::CHECK_OVERLAP, random.one_in(6));
    if random.one_in(4) {
        flow.cookie_mask = *random.of(&[u64::MAX, 1, 3]);
    }
    let deletes = matches!(
        flow.command,
        FlowCommand::Delete | FlowCommand::DeleteStrict
    );
    if deletes {
        flow.instructions = Instructions::default();
        if random.one_in(4) {
            flow.out_port = PortNo(1 + u32::from(random.byte() % 4));
        }
        if random.one_in(6) && !about.groups.is_empty() {
            flow.out_group = *random.of(about.groups);
        }
        // Of all tables with the cookie 0 is of Open vSwitch's own entries too, which is refused.
        if random.one_in(4) && (flow.cookie_mask == 0 || flow.cookie.0 & flow.cookie_mask != 0) {
            flow.table = TableId::ALL;
        }
    } else {
        flow.instructions = instructions(random, about, flow.table);
    }
    flow
}

fn instructions(random: &mut Random, about: &About<'_>, table: TableId) -> Instructions {
    let mut instructions = Instructions::apply(action::list(random, about, 4));
    if about.version == Version::V1_0 {
        return instructions;
    }
    if random.one_in(4) && !about.comes_again {
        let about = About {
            groups: about.all_groups,
            comes_again: true,
            ..*about
        };
        instructions.write = written(action::list(random, &about, 4));
    }
    let mut seen = Vec::new();
    for list in [&mut instructions.apply, &mut instructions.write] {
        list.retain(|action| is_new(action, &mut seen));
    }
    instructions.clear = random.one_in(12);
    if random.one_in(8) {
        let (value, mask) = (random.next(), *random.of(&[u64::MAX, 0xff, 0xf0, 1 << 63]));
        instructions.metadata = Some((value & mask, mask));
    }
    if random.one_in(6) && !about.meters.is_empty() {
        instructions.meter = Some(*random.of(about.meters));
    }
    if table.0 < TABLES - 1 && random.one_in(2) {
        let next = table.0 + 1 + random.byte() % (TABLES - table.0 - 1);
        instructions.goto = Some(TableId(next));
    }
    instructions
}

/// Whether an action leads to no group that another one of the entry does: Open vSwitch ends in an
/// assertion when a group is deleted that an entry names twice.
fn is_new(action: &Action, seen: &mut Vec<GroupId>) -> bool {
    match action {
        Action::Group(group) if seen.contains(group) => false,
        Action::Group(group) => {
            seen.push(*group);
            true
        }
        Action::Nicira(action) => match &**action {
            nicira::Action::Clone(inner) => inner.actions.iter().all(|inner| is_new(inner, seen)),
            _ => true,
        },
        _ => true,
    }
}

/// What an action set can have.
fn written(actions: Vec<Action>) -> Actions {
    let settable = |action: &Action| {
        !matches!(
            action,
            Action::Meter(_)
                | Action::SetField {
                    field: Field::InPort,
                    ..
                }
        )
    };
    actions.into_iter().filter(settable).collect()
}
