//! Bits of fields between the model and the encodings a version has for its fields.

use super::{CopyField, Unsupported, lacking};
use crate::Version;
use crate::oxm::Field;

/// A field, and the first of its bits.
pub(super) type Bits = (Field, u16);

impl CopyField {
    /// Source and destination in the encodings of a version.
    pub(super) fn encoded(&self, version: Version) -> Result<(Bits, Bits), Unsupported> {
        let encoded = |field: Field, offset: u16| {
            let name = field.info().name;
            let Some(encoding) = field.encoding(version) else {
                return Err(lacking(version, format!("copy_field of {name}")));
            };
            match encoding.bit_from_canonical(offset, self.n_bits) {
                Some(offset) => Ok((encoding, offset)),
                None => {
                    let last = (u32::from(offset) + u32::from(self.n_bits)).saturating_sub(1);
                    let feature = format!("copy_field of {name} up to bit {last}");
                    Err(lacking(version, feature))
                }
            }
        };
        let src = encoded(self.src, self.src_offset)?;
        let dst = encoded(self.dst, self.dst_offset)?;
        Ok((src, dst))
    }

    /// Of any encodings; `None` where they have bits that the model's fields do not.
    pub(super) fn of_encoded(n_bits: u16, src: Bits, dst: Bits) -> Option<Self> {
        let (src, src_offset) = src.0.bit_to_canonical(src.1)?;
        let (dst, dst_offset) = dst.0.bit_to_canonical(dst.1)?;
        Some(Self {
            n_bits,
            src,
            src_offset,
            dst,
            dst_offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_an_encoding_are_where_it_has_them() {
        let copy = CopyField {
            n_bits: 3,
            src: Field::IpDscp,
            src_offset: 2,
            dst: Field::Reg0,
            dst_offset: 7,
        };
        let (src, dst) = copy.encoded(Version::V1_0).unwrap();
        assert_eq!((src, dst), ((Field::NxmOfIpTos, 4), (Field::Reg0, 7)));
        assert_eq!(CopyField::of_encoded(3, src, dst), Some(copy));
        let later = copy.encoded(Version::V1_3).unwrap();
        assert_eq!(later, ((Field::IpDscp, 2), (Field::Reg0, 7)));
        assert_eq!(CopyField::of_encoded(8, (Field::NxmOfIpTos, 0), dst), None);
        let port = CopyField {
            n_bits: 32,
            src: Field::InPort,
            src_offset: 0,
            dst: Field::Reg0,
            dst_offset: 0,
        };
        let error = port.encoded(Version::V1_0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "OpenFlow 1.0 has no copy_field of in_port up to bit 31"
        );
    }
}
