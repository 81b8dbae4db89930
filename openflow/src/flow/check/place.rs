//! What may stand where: conjunctions beside notes only, what the connection tracker keeps only
//! where it is committed.

use super::value::is_committed;
use super::{ActionError, parts};
use crate::flow::{Action, Instructions};
use crate::nicira::Action as Nx;
use crate::oxm::Field;

/// In order: of several errors Open vSwitch answers the first.
pub(super) fn check(instructions: &Instructions) -> Result<(), ActionError> {
    check_list(&instructions.apply, other_instruction(instructions))?;
    check_list(&instructions.write, None)
}

fn check_list(
    actions: &[Action],
    other_instruction: Option<&'static str>,
) -> Result<(), ActionError> {
    for action in actions {
        if is_conjunction(action) {
            return check_beside(actions, other_instruction);
        }
        check_one(action)?;
    }
    Ok(())
}

/// A conjunction is a part of another entry's match: what has one does nothing else.
fn check_beside(
    actions: &[Action],
    other_instruction: Option<&'static str>,
) -> Result<(), ActionError> {
    let mut others = actions.iter().filter(|it| !is_conjunction(it));
    let action = others.find(|it| !is_note(it)).map(Action::name);
    match action.or(other_instruction) {
        Some(beside) => Err(ActionError::Conjunction { beside }),
        None => Ok(()),
    }
}

/// One that is there, other than apply_actions.
fn other_instruction(instructions: &Instructions) -> Option<&'static str> {
    [
        ("meter", instructions.meter.is_some()),
        ("clear_actions", instructions.clear),
        ("write_actions", !instructions.write.is_empty()),
        ("write_metadata", instructions.metadata.is_some()),
        ("goto_table", instructions.goto.is_some()),
    ]
    .into_iter()
    .find_map(|(name, is_there)| is_there.then_some(name))
}

fn check_one(action: &Action) -> Result<(), ActionError> {
    let field = match action {
        Action::SetField { field, .. } => Some(*field),
        Action::CopyField(copy) => Some(copy.dst),
        Action::Nicira(nicira) => match &**nicira {
            Nx::Clone(inner) => return check_list(&inner.actions, None),
            Nx::Nat(_) => {
                let field = action.name();
                return Err(ActionError::SetType { field });
            }
            other => written(other),
        },
        _ => None,
    };
    match field {
        Some(field) if is_committed(field) => Err(ActionError::SetType {
            field: field.info().name,
        }),
        _ => Ok(()),
    }
}

fn written(action: &Nx<Action>) -> Option<Field> {
    match action {
        Nx::RegLoad2(load) => load.field.oxm().field(),
        other => parts::of_action(other).1?.field,
    }
}

fn is_conjunction(action: &Action) -> bool {
    matches!(action, Action::Nicira(it) if matches!(**it, Nx::Conjunction(_)))
}

fn is_note(action: &Action) -> bool {
    matches!(action, Action::Nicira(it) if matches!(**it, Nx::Note(_)))
}
