//! Whether Open vSwitch's actions make sense, by themselves and on the packets of a match.

use super::Action;
use super::validate_action::{
    ActionError, Known, check_alone, check_bits, check_set_field, check_written,
};
use crate::nicira::{Action as Nx, LearnDst, LearnSpec, LearnSrc, OfsNbits};
use crate::oxm::{Field, NxmHeader};

/// Bits of a field: which, from where, how many. A field without a name is none.
type Part = (Option<Field>, u16, u16);

/// What an action reads and what it writes.
struct Parts {
    read: Option<Part>,
    written: Option<Part>,
}

fn parts(action: &Nx<Action>) -> Parts {
    let at = |field: Option<Field>, bits: OfsNbits| Some((field, bits.ofs(), bits.n_bits()));
    let to = |field: NxmHeader, bits: OfsNbits| at(field.field(), bits);
    let (read, written) = match action {
        Nx::RegMove(copy) => (
            Some((copy.src.field(), copy.src_ofs, copy.n_bits)),
            Some((copy.dst.field(), copy.dst_ofs, copy.n_bits)),
        ),
        Nx::RegLoad(load) => (None, to(load.dst, load.ofs_nbits)),
        Nx::StackPush(it) => (Some((it.field.field(), it.offset, it.n_bits)), None),
        Nx::StackPop(it) => (None, Some((it.field.field(), it.offset, it.n_bits))),
        Nx::OutputReg(output) => (at(output.src.field(), output.ofs_nbits), None),
        Nx::OutputReg2(output) => (at(output.src.field(), output.ofs_nbits), None),
        Nx::Multipath(choice) => (None, to(choice.dst, choice.ofs_nbits)),
        Nx::BundleLoad(bundle) => (None, to(bundle.dst, bundle.ofs_nbits)),
        Nx::CheckPktLarger(check) => (None, Some((check.dst.field(), check.offset, 1))),
        _ => (None, None),
    };
    Parts { read, written }
}

/// By itself.
pub(super) fn check_nicira(action: &Nx<Action>) -> Result<(), ActionError> {
    let Parts { read, written } = parts(action);
    if let Some((Some(field), offset, n_bits)) = read {
        check_bits(field, offset, n_bits)?;
    }
    if let Some((Some(field), offset, n_bits)) = written {
        check_written(field, offset, n_bits)?;
    }
    match action {
        Nx::RegLoad2(load) => {
            let oxm = load.field.oxm();
            let Some(field) = oxm.field() else {
                return Ok(());
            };
            let mask = oxm.mask().unwrap_or_else(|| field.info().full_mask());
            check_set_field(field, oxm.value(), mask)
        }
        Nx::Learn(learn) => learn.specs.iter().try_for_each(check_learnt),
        Nx::Learn2(learn) => learn.learn.specs.iter().try_for_each(check_learnt),
        Nx::Clone(inner) => inner.actions.iter().try_for_each(check_alone),
        _ => Ok(()),
    }
}

fn check_learnt(spec: &LearnSpec) -> Result<(), ActionError> {
    if let LearnSrc::Field { field, ofs } = &spec.src
        && let Some(field) = field.field()
    {
        check_bits(field, *ofs, spec.n_bits)?;
    }
    match &spec.dst {
        LearnDst::Match { field, ofs } => match field.field() {
            Some(field) => check_bits(field, *ofs, spec.n_bits),
            None => Ok(()),
        },
        LearnDst::Load { field, ofs } => match field.field() {
            Some(field) => check_written(field, *ofs, spec.n_bits),
            None => Ok(()),
        },
        LearnDst::Output => Ok(()),
    }
}

impl Known {
    /// Checks one, and goes on with what it leaves.
    pub(super) fn after_nicira(
        &mut self,
        action: &Action,
        nicira: &Nx<Action>,
    ) -> Result<(), ActionError> {
        let Parts { read, written } = parts(nicira);
        for (field, ..) in [read, written].into_iter().flatten() {
            if let Some(field) = field {
                self.prerequisite(action, field)?;
            }
        }
        match nicira {
            Nx::RegLoad(load) if load.dst.field() == Some(Field::VlanTci) => {
                // The bit says whether there is a tag.
                let tci = load.value << load.ofs_nbits.ofs();
                self.has_tags([tci & 0x1000 != 0, self.tags[1]]);
                Ok(())
            }
            Nx::RegLoad2(load) => match load.field.oxm().field() {
                Some(field) => self.prerequisite(action, field),
                None => Ok(()),
            },
            Nx::Learn(learn) => self.after_learn(action, &learn.specs),
            Nx::Learn2(learn) => self.after_learn(action, &learn.learn.specs),
            Nx::PushMpls(push) => self.after(&Action::PushMpls(push.ethertype)),
            Nx::PopMpls(pop) => self.after(&Action::PopMpls(pop.ethertype)),
            Nx::Clone(inner) => {
                // What is done to the copy is not done to the packet.
                let mut copy = self.clone();
                let mut actions = inner.actions.iter();
                actions.try_for_each(|action| copy.carry_out(action))?;
                self.lacking = copy.lacking;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn after_learn(&self, action: &Action, specs: &[LearnSpec]) -> Result<(), ActionError> {
        for spec in specs {
            if let LearnSrc::Field { field, .. } = &spec.src
                && let Some(field) = field.field()
            {
                self.prerequisite(action, field)?;
            }
        }
        Ok(())
    }
}
