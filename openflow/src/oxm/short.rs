//! Match fields with a header of four bytes and a value of fixed length: nearly all of them, and
//! those of every flow-mod that answers a packet-in.

use super::Field;
use crate::Version;
use crate::wire::Block;

/// How a version writes such a field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Short {
    /// Without mask.
    header: [u8; 4],
    /// Bytes of the value, 1 to 16.
    width: u8,
    /// Whether it may have a mask.
    pub(crate) maskable: bool,
}

impl Field {
    /// How this version writes the field; `None` where it does not, or not so shortly.
    #[inline]
    pub(crate) fn short(self, version: Version) -> Option<Short> {
        let of_version = match version {
            Version::V1_0 => return None,
            Version::V1_3 => &SHORT[0],
            Version::V1_4 => &SHORT[1],
            Version::V1_5 => &SHORT[2],
        };
        of_version[self as usize]
    }
}

impl Short {
    /// Bytes of the whole field.
    #[inline]
    pub(crate) fn len(self, mask: Option<u128>) -> usize {
        let values = if mask.is_some() { 2 } else { 1 };
        4 + values * usize::from(self.width)
    }

    /// Writes it where there is room for [`Short::len`] bytes and 15 more. Bits beyond its bytes
    /// are cut off.
    #[inline]
    pub(crate) fn write<const N: usize>(self, b: &mut Block<N>, value: u128, mask: Option<u128>) {
        let width = usize::from(self.width);
        // To the front: the bytes before those of the field are the ones cut off.
        let front = |value: u128| (value << (128 - 8 * width)).to_be_bytes();
        let [class_high, class_low, number, length] = self.header;
        match mask {
            None => {
                b.put(&self.header);
                b.front_of(&front(value), width);
            }
            Some(mask) => {
                b.put(&[class_high, class_low, number | 1, 2 * length]);
                b.front_of(&front(value), width);
                b.front_of(&front(mask), width);
            }
        }
    }
}

/// By version from 1.3 on, then by field.
static SHORT: [[Option<Short>; Field::ALL.len()]; 3] = [
    of_version(Version::V1_3),
    of_version(Version::V1_4),
    of_version(Version::V1_5),
];

const fn of_version(version: Version) -> [Option<Short>; Field::ALL.len()] {
    let mut table = [None; Field::ALL.len()];
    let mut at = 0;
    while at < Field::ALL.len() {
        let field = Field::ALL[at];
        if let Some(encoding) = field.encoding(version) {
            let info = encoding.info();
            if info.experimenter.is_none() && !info.is_variable() {
                let [high, low] = info.class.0.to_be_bytes();
                let width = info.bytes() as u8;
                table[field as usize] = Some(Short {
                    header: [high, low, info.code << 1, width],
                    width,
                    maskable: field.info().maskable,
                });
            }
        }
        at += 1;
    }
    table
}
