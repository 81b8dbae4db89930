//! Instructions.

use super::{action, wire};
use crate::flow::{Action, Instructions, Unsupported, Words};
use crate::wire::{Wire, Writer};
use crate::{PortNo, Version};

/// `OFPIT_WRITE_ACTIONS`.
const WRITE_ACTIONS: u16 = 3;
/// `OFPIT_APPLY_ACTIONS`.
const APPLY_ACTIONS: u16 = 4;

/// Port and most bytes of the output, if that is all they do.
#[inline]
pub(super) fn one_output(instructions: &Instructions) -> Option<(PortNo, u16)> {
    let Instructions {
        meter: None,
        apply,
        clear: false,
        write,
        metadata: None,
        goto: None,
    } = instructions
    else {
        return None;
    };
    match *apply.as_slice() {
        [Action::Output { port, max_len }] if write.is_empty() => Some((port, max_len)),
        _ => None,
    }
}

pub(super) fn write(w: &mut Writer<'_>, instructions: &Instructions) -> Result<(), Unsupported> {
    each(instructions, w.version(), |part| match part {
        Part::List {
            kind,
            meter,
            actions,
        } => write_list(w, kind, meter.iter().chain(actions)),
        Part::Whole(instruction) => {
            instruction.encode(w);
            Ok(())
        }
    })
}

pub(super) fn lower(
    instructions: &Instructions,
    version: Version,
) -> Result<wire::Instructions, Unsupported> {
    let mut all = wire::Instructions::new();
    each(instructions, version, |part| {
        all.push(match part {
            Part::Whole(instruction) => instruction,
            Part::List {
                kind,
                meter,
                actions,
            } => {
                let each = meter.iter().chain(actions);
                let actions = each
                    .map(|action| action::lower_one(action, version))
                    .collect::<Result<_, _>>()?;
                match kind {
                    WRITE_ACTIONS => wire::Instruction::WriteActions { actions },
                    _ => wire::Instruction::ApplyActions { actions },
                }
            }
        });
        Ok(())
    })?;
    Ok(all)
}

/// An instruction in the making.
enum Part<'a> {
    /// A list of actions, with a meter in front.
    List {
        kind: u16,
        meter: Option<Action>,
        actions: &'a [Action],
    },
    Whole(wire::Instruction),
}

/// In the order in which a switch carries them out (OF 1.3.5 §5.9).
fn each<'a>(
    instructions: &'a Instructions,
    version: Version,
    mut then: impl FnMut(Part<'a>) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    let Instructions {
        meter,
        apply,
        clear,
        write,
        metadata,
        goto,
    } = instructions;
    // An action since 1.5, where the instruction is no more (OF 1.5.1 §7.2.6).
    let meter_action = meter
        .filter(|_| version >= Version::V1_5)
        .map(Action::Meter);
    if let (Some(meter_id), None) = (*meter, &meter_action) {
        then(Part::Whole(wire::Instruction::Meter { meter_id }))?;
    }
    if !apply.is_empty() || meter_action.is_some() {
        then(Part::List {
            kind: APPLY_ACTIONS,
            meter: meter_action,
            actions: apply,
        })?;
    }
    if *clear {
        then(Part::Whole(wire::Instruction::ClearActions))?;
    }
    if !write.is_empty() {
        then(Part::List {
            kind: WRITE_ACTIONS,
            meter: None,
            actions: write,
        })?;
    }
    if let Some((metadata, metadata_mask)) = *metadata {
        then(Part::Whole(wire::Instruction::WriteMetadata {
            metadata,
            metadata_mask,
        }))?;
    }
    if let Some(table_id) = *goto {
        then(Part::Whole(wire::Instruction::GotoTable { table_id }))?;
    }
    Ok(())
}

/// `ofp_instruction_actions` (OF 1.3.5 §7.2.4).
fn write_list<'a>(
    w: &mut Writer<'_>,
    kind: u16,
    actions: impl Iterator<Item = &'a Action>,
) -> Result<(), Unsupported> {
    let start = w.position();
    w.block::<8>(|b| {
        b.u16(kind);
        b.pad(2 + 4);
    });
    let mut outcome = Ok(());
    w.measured(start + 2, start, "instructions", |w| {
        outcome = action::write(w, actions);
    });
    outcome
}

/// An instruction that comes twice, which a switch refuses, is as unknown as one without a name.
pub(super) fn lift(instructions: wire::Instructions, unknown: &mut Words) -> Instructions {
    let mut to = Instructions::default();
    for instruction in instructions {
        let twice = match instruction {
            wire::Instruction::GotoTable { table_id } => to.goto.replace(table_id).is_some(),
            wire::Instruction::WriteMetadata {
                metadata,
                metadata_mask,
            } => to.metadata.replace((metadata, metadata_mask)).is_some(),
            wire::Instruction::WriteActions { actions } => {
                let actions = action::lift(actions, unknown);
                !std::mem::replace(&mut to.write, actions).is_empty()
            }
            wire::Instruction::ApplyActions { actions } => {
                let actions = action::lift(actions, unknown);
                !std::mem::replace(&mut to.apply, actions).is_empty()
            }
            wire::Instruction::ClearActions => std::mem::replace(&mut to.clear, true),
            wire::Instruction::Meter { meter_id } => to.meter.replace(meter_id).is_some(),
            wire::Instruction::Experimenter { experimenter, .. } => {
                unknown.note(format_args!(
                    "instruction of experimenter {experimenter:#010x}"
                ));
                false
            }
            wire::Instruction::StatTrigger(_) => {
                unknown.note("instruction stat_trigger");
                false
            }
            wire::Instruction::Unknown { kind, .. } => {
                unknown.note(format_args!("instruction {kind}"));
                false
            }
        };
        if twice {
            unknown.note(format_args!("an instruction twice"));
        }
    }
    to.normalized()
}
