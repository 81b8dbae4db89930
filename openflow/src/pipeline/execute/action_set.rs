//! The action set: what is carried out at the end of the pipeline, and how buckets are (OF 1.3.5
//! §5.10).

use super::{Place, Run, UNSET, What};
use crate::flow::{Action, Actions};
use crate::nicira;
use crate::oxm::Field;

/// Places in the order of the specification. Of the actions of one place the last counts, but
/// fields are all set, in the order they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    CopyTtlIn,
    PopVlan,
    PopMpls,
    PopPbb,
    PushMpls,
    PushPbb,
    PushVlan,
    CopyTtlOut,
    DecNwTtl,
    DecMplsTtl,
    Fields,
    Queue,
    /// Instead of all outputs.
    Group,
    Output,
    /// Open vSwitch's, where there is neither.
    Resubmit,
}

fn slot(action: &Action) -> Option<Slot> {
    use nicira::Action as Nx;
    Some(match action {
        Action::CopyTtlIn => Slot::CopyTtlIn,
        Action::PopVlan => Slot::PopVlan,
        Action::PopMpls(_) => Slot::PopMpls,
        Action::PopPbb => Slot::PopPbb,
        Action::PushMpls(_) => Slot::PushMpls,
        Action::PushPbb(_) => Slot::PushPbb,
        Action::PushVlan(_) => Slot::PushVlan,
        Action::CopyTtlOut => Slot::CopyTtlOut,
        Action::DecNwTtl => Slot::DecNwTtl,
        Action::DecMplsTtl => Slot::DecMplsTtl,
        Action::SetField { .. }
        | Action::CopyField(_)
        | Action::SetMplsTtl(_)
        | Action::SetNwTtl(_) => Slot::Fields,
        Action::SetQueue(_) => Slot::Queue,
        Action::Group(_) => Slot::Group,
        Action::Output { .. } => Slot::Output,
        Action::Nicira(action) => match &**action {
            Nx::PushMpls(_) => Slot::PushMpls,
            Nx::PopMpls(_) => Slot::PopMpls,
            Nx::DecTtl | Nx::DecTtlCntIds(_) => Slot::DecNwTtl,
            Nx::DecMplsTtl => Slot::DecMplsTtl,
            Nx::RegMove(_)
            | Nx::RegLoad(_)
            | Nx::RegLoad2(_)
            | Nx::SetTunnel(_)
            | Nx::SetTunnel64(_)
            | Nx::SetMplsTtl(_)
            | Nx::SetMplsLabel(_)
            | Nx::SetMplsTc(_) => Slot::Fields,
            Nx::SetQueue(_) => Slot::Queue,
            Nx::Group(_) => Slot::Group,
            Nx::Resubmit(_) | Nx::ResubmitTable(_) => Slot::Resubmit,
            _ => return None,
        },
        _ => return None,
    })
}

/// What is carried out of a set, in order. Nothing, where it sends nowhere (OF 1.3.5 §5.10: the
/// packet is dropped).
pub(super) fn ordered(set: &[Action]) -> Actions {
    let slotted = set
        .iter()
        .filter_map(|action| Some((slot(action)?, action)));
    let mut chosen: Vec<(Slot, &Action)> = Vec::new();
    for (slot, action) in slotted {
        if slot != Slot::Fields {
            chosen.retain(|(other, _)| *other != slot);
        }
        chosen.push((slot, action));
    }
    chosen.sort_by_key(|(slot, _)| *slot);
    // Of group, output and resubmit the first alone.
    let last = chosen.iter().position(|(slot, _)| *slot >= Slot::Group);
    let Some(last) = last else {
        return Actions::new();
    };
    let used = chosen.into_iter().take(last + 1);
    used.map(|(_, action)| action.clone()).collect()
}

impl Run<'_> {
    /// Carries out the action set at the end of the pipeline.
    pub(super) fn carry_out_action_set(&mut self) {
        while !self.is_over() && !self.action_set.is_empty() {
            let actions = ordered(&std::mem::take(&mut self.action_set));
            let round = self.pass.round;
            self.place = Place::ActionSet;
            self.enter(|| What::ActionSet);
            self.actions(&actions);
            self.leave();
            // What it writes to the set is in vain, unless the packet came in again meanwhile.
            if self.pass.round == round {
                return;
            }
        }
    }

    /// Keeps `actset_output` what the action set says (OF 1.5.1 §7.2.3.8).
    pub(super) fn told_action_set(&mut self) {
        let mut output = UNSET;
        for action in &self.action_set {
            match action {
                Action::Group(_) => {
                    output = UNSET;
                    break;
                }
                Action::Output { port, .. } => output = port.0,
                _ => {}
            }
        }
        self.packet
            .key_mut()
            .set(Field::ActsetOutput, output.into(), u128::MAX);
    }
}
