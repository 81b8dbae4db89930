//! Which bits of a field.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Bits of a field, in 16: the first of them in ten, their number less one in six.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfsNbits(u16);

impl OfsNbits {
    /// `n_bits` bits from bit `ofs` on. `None`: no bit, more than 64, or from beyond bit 1023.
    #[must_use]
    pub fn new(ofs: u16, n_bits: u16) -> Option<Self> {
        let fits = ofs < 1 << 10 && (1..=64).contains(&n_bits);
        fits.then(|| Self(ofs << 6 | (n_bits - 1)))
    }

    /// The first bit, from the least significant.
    #[must_use]
    pub fn ofs(self) -> u16 {
        self.0 >> 6
    }

    /// How many, 1 to 64.
    #[must_use]
    pub fn n_bits(self) -> u16 {
        (self.0 & 0x3f) + 1
    }

    /// As it is on the wire.
    #[must_use]
    pub fn wire(self) -> u16 {
        self.0
    }
}

impl From<u16> for OfsNbits {
    fn from(wire: u16) -> Self {
        Self(wire)
    }
}

impl Wire for OfsNbits {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.0);
    }
}

impl Serialize for OfsNbits {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut parts = s.serialize_struct("OfsNbits", 2)?;
        parts.serialize_field("ofs", &self.ofs())?;
        parts.serialize_field("n_bits", &self.n_bits())?;
        parts.end()
    }
}
