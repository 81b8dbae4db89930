//! Bits of fields that Open vSwitch's actions read and write.

use super::ActionError;
use super::value::check_bits;
use crate::flow::Action;
use crate::nicira::{Action as Nx, LearnDst, LearnSpec, LearnSrc, OfsNbits};
use crate::oxm::{Field, NxmHeader};

/// Which field, from where, how many. A field without a name is the switch's to judge.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) field: Option<Field>,
    offset: u16,
    n_bits: u16,
}

impl Part {
    fn new(field: Option<Field>, offset: u16, n_bits: u16) -> Option<Self> {
        Some(Self {
            field,
            offset,
            n_bits,
        })
    }

    fn of(field: Option<Field>, bits: OfsNbits) -> Option<Self> {
        Self::new(field, bits.ofs(), bits.n_bits())
    }

    /// Whether the field has these bits.
    pub(super) fn check(self) -> Result<(), ActionError> {
        match self.field {
            Some(field) => check_bits(field, self.offset, self.n_bits),
            None => Ok(()),
        }
    }
}

/// What an action reads, and what it writes.
pub(super) fn of_action(action: &Nx<Action>) -> (Option<Part>, Option<Part>) {
    let to = |field: NxmHeader, bits: OfsNbits| Part::of(field.field(), bits);
    match action {
        Nx::RegMove(copy) => (
            Part::new(copy.src.field(), copy.src_ofs, copy.n_bits),
            Part::new(copy.dst.field(), copy.dst_ofs, copy.n_bits),
        ),
        Nx::RegLoad(load) => (None, to(load.dst, load.ofs_nbits)),
        Nx::StackPush(it) => (Part::new(it.field.field(), it.offset, it.n_bits), None),
        Nx::StackPop(it) => (None, Part::new(it.field.field(), it.offset, it.n_bits)),
        Nx::OutputReg(output) => (Part::of(output.src.field(), output.ofs_nbits), None),
        Nx::OutputReg2(output) => (Part::of(output.src.field(), output.ofs_nbits), None),
        Nx::Multipath(choice) => (None, to(choice.dst, choice.ofs_nbits)),
        Nx::BundleLoad(bundle) => (None, to(bundle.dst, bundle.ofs_nbits)),
        Nx::CheckPktLarger(check) => (None, Part::new(check.dst.field(), check.offset, 1)),
        _ => (None, None),
    }
}

/// What a part of a learnt entry reads, and what it matches or writes.
pub(super) fn of_learnt(spec: &LearnSpec) -> (Option<Part>, Option<Part>) {
    let read = match &spec.src {
        LearnSrc::Field { field, ofs } => Part::new(field.field(), *ofs, spec.n_bits),
        _ => None,
    };
    let to = match &spec.dst {
        LearnDst::Match { field, ofs } | LearnDst::Load { field, ofs } => {
            Part::new(field.field(), *ofs, spec.n_bits)
        }
        LearnDst::Output => None,
    };
    (read, to)
}
