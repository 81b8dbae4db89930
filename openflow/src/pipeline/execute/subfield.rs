//! Bits of fields, read and written by actions.

use super::{Run, record};
use crate::oxm::Field;

/// Some bits of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits {
    field: Field,
    offset: u32,
    n_bits: u32,
}

impl Bits {
    pub(super) fn new(field: Field, offset: u16, n_bits: u16) -> Self {
        Self {
            field,
            offset: offset.into(),
            n_bits: n_bits.into(),
        }
    }

    /// As many ones as there are bits; bits beyond 128 are none.
    pub(super) fn ones(self) -> u128 {
        match self.n_bits {
            0 => 0,
            n_bits => u128::MAX >> 128_u32.saturating_sub(n_bits),
        }
    }
}

impl Run<'_> {
    /// The bits, right-aligned; zero of a field that the packet does not have.
    pub(super) fn read_bits(&self, bits: Bits) -> u128 {
        let (canonical, ..) = bits.field.to_canonical(0, None);
        let value = self.packet.key().get(canonical);
        // In this encoding, which may have it in other bits.
        let encoded = bits.field.from_canonical(value, None);
        let value = encoded.map_or(value, |(value, _)| value);
        value.checked_shr(bits.offset).unwrap_or(0) & bits.ones()
    }

    /// Nothing happens to a field that the packet does not have.
    pub(super) fn write_bits(&mut self, bits: Bits, value: u128) {
        let shifted = |value: u128| value.checked_shl(bits.offset).unwrap_or(0);
        let mask = shifted(bits.ones());
        if bits.field == Field::InPort {
            // Sixteen bits can be written, in which the reserved ports have numbers of their own.
            let port = self.packet.key().get(bits.field) & !mask | shifted(value) & mask;
            let (field, port, _) = Field::NxmOfInPort.to_canonical(port, None);
            return self.packet.set_field(field, port, u128::MAX);
        }
        let (field, value, mask) = bits.field.to_canonical(shifted(value) & mask, Some(mask));
        self.packet
            .set_field(field, value, mask.unwrap_or(u128::MAX));
    }

    /// Nothing happens where the packet lacks one of the fields.
    pub(super) fn copy_bits(&mut self, from: Bits, to: Bits) {
        if record::is_there(self.packet.key(), from.field.to_canonical(0, None).0) {
            let value = self.read_bits(from);
            self.write_bits(to, value);
        }
    }
}
