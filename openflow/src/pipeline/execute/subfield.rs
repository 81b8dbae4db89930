//! Bits of fields, read and written by actions.

use super::{Run, record};
use crate::oxm::Field;
use crate::{PortNo, Version};

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
        if matches!(bits.field, Field::InPort | Field::NxmOfInPort) {
            return self.write_in_port(bits.field, shifted(value) & mask, mask);
        }
        let (field, value, mask) = bits.field.to_canonical(shifted(value) & mask, Some(mask));
        self.packet
            .set_field(field, value, mask.unwrap_or(u128::MAX));
    }

    /// In sixteen bits the reserved ports have numbers of their own; in thirty-two there are numbers
    /// that no port has, which are none.
    fn write_in_port(&mut self, field: Field, value: u128, mask: u128) {
        let is = self.packet.key().get(Field::InPort);
        let port = is & !mask | value;
        let narrow = field == Field::NxmOfInPort || self.switch.config.version == Version::V1_0;
        let port = match narrow {
            true => Field::NxmOfInPort.to_canonical(port & 0xffff, None).1,
            false => port,
        };
        let port = match port {
            0xff00..0xffff_ff00 => PortNo::ANY.0.into(),
            port => port,
        };
        self.packet.set_field(Field::InPort, port, u128::MAX);
    }

    /// Nothing happens where the packet lacks one of the fields.
    pub(super) fn copy_bits(&mut self, from: Bits, to: Bits) {
        if record::is_there(self.packet.key(), from.field.to_canonical(0, None).0) {
            let value = self.read_bits(from);
            self.write_bits(to, value);
        }
    }
}
