//! From numbers to rows of the table, and from a row to its encoding in a version: one look into
//! an array each, made at compile time.

use super::fields::{Numbering, numbering};
use super::{Canonical, Class, Field};
use crate::Version;

/// The rows of one numbering by their code.
type ByCode = [Option<Field>; 128];

const NXM_0: &ByCode = &by_code(numbering::NXM_0);
const NXM_1: &ByCode = &by_code(numbering::NXM_1);
const ERICOXM: &ByCode = &by_code(numbering::ERICOXM);
const BASIC: &ByCode = &by_code(numbering::OPENFLOW_BASIC);
const PACKET_REGS: &ByCode = &by_code(numbering::PACKET_REGS);
const NXOXM_ET: &ByCode = &by_code(numbering::NXOXM_ET);
const NXOXM_NSH: &ByCode = &by_code(numbering::NXOXM_NSH);
const ONFOXM_ET: &ByCode = &by_code(numbering::ONFOXM_ET);

impl Field {
    /// The field with this number; `None` for one that is not in the table.
    #[must_use]
    pub fn from_wire(class: Class, experimenter: Option<u32>, code: u8) -> Option<Self> {
        let rows = match (class, experimenter) {
            numbering::OPENFLOW_BASIC => BASIC,
            numbering::NXM_1 => NXM_1,
            numbering::NXM_0 => NXM_0,
            numbering::PACKET_REGS => PACKET_REGS,
            numbering::NXOXM_ET => NXOXM_ET,
            numbering::NXOXM_NSH => NXOXM_NSH,
            numbering::ONFOXM_ET => ONFOXM_ET,
            numbering::ERICOXM => ERICOXM,
            _ => return None,
        };
        *rows.get(usize::from(code))?
    }

    /// The encoding of this field in a version, which is another row where the field's own came
    /// later: `eth_dst` is an NXM field in 1.0, `tcp_flags` the ONF's in 1.3. `None` where the
    /// version has no way to say it.
    #[must_use]
    pub const fn encoding(self, version: Version) -> Option<Self> {
        let of_version = match version {
            Version::V1_0 => &ENCODINGS[0],
            Version::V1_3 => &ENCODINGS[1],
            Version::V1_4 => &ENCODINGS[2],
            Version::V1_5 => &ENCODINGS[3],
        };
        of_version[self as usize]
    }
}

/// By version, then by field.
const ENCODINGS: [[Option<Field>; Field::ALL.len()]; 4] = [
    encodings(Version::V1_0),
    encodings(Version::V1_3),
    encodings(Version::V1_4),
    encodings(Version::V1_5),
];

/// Lengths of the specification's own fields by the third byte of their header, number and mask
/// bit; zero where the table has no such field.
pub(super) const BASIC_LENGTHS: [u8; 256] = {
    let mut lengths = [0; 256];
    let mut code = 0;
    while code < BASIC.len() {
        if let Some(field) = BASIC[code] {
            let bytes = field.info().bytes() as u8;
            lengths[code << 1] = bytes;
            lengths[code << 1 | 1] = 2 * bytes;
        }
        code += 1;
    }
    lengths
};

/// Bits of the first two bytes of a value that are beyond the width of the field, by the same
/// byte: a VLAN id has 13 bits in two bytes.
pub(super) const BASIC_BEYOND: [u16; 256] = {
    let mut beyond = [0; 256];
    let mut code = 0;
    while code < BASIC.len() {
        if let Some(field) = BASIC[code] {
            let unused = 8 * field.info().bytes() - field.info().bits as usize;
            let bits = !(u16::MAX >> unused);
            beyond[code << 1] = bits;
            beyond[code << 1 | 1] = bits;
        }
        code += 1;
    }
    beyond
};

const fn by_code((class, experimenter): Numbering) -> ByCode {
    let mut rows = [None; 128];
    let mut at = 0;
    while at < Field::ALL.len() {
        let info = Field::ALL[at].info();
        let same_experimenter = match (info.experimenter, experimenter) {
            (None, None) => true,
            (Some(a), Some(b)) => a == b,
            _ => false,
        };
        if info.class.0 == class.0 && same_experimenter {
            rows[info.code as usize] = Some(Field::ALL[at]);
        }
        at += 1;
    }
    rows
}

/// Of the rows that say a field, the last a version brought; the specification's own wins.
const fn encodings(version: Version) -> [Option<Field>; Field::ALL.len()] {
    let mut best = [None; Field::ALL.len()];
    let mut at = 0;
    while at < Field::ALL.len() {
        let row = Field::ALL[at];
        let said = match row.info().canonical {
            None => row,
            Some(Canonical::Same(field) | Canonical::Shifted(field, _)) => field,
            Some(Canonical::Port16) => Field::InPort,
        };
        let since = row.info().since as u8;
        let newer = match best[said as usize] {
            None => true,
            Some(other) => (Field::info(other).since as u8) < since,
        };
        if since <= version as u8 && newer {
            best[said as usize] = Some(row);
        }
        if said as u8 != row as u8 && since <= version as u8 {
            // Another's encoding is written as it is.
            best[at] = Some(row);
        }
        at += 1;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_numbers() {
        for field in Field::ALL {
            let info = field.info();
            let found = Field::from_wire(info.class, info.experimenter, info.code);
            assert_eq!(found, Some(*field));
        }
        assert_eq!(Field::from_wire(Class::OPENFLOW_BASIC, None, 40), None);
        assert_eq!(Field::from_wire(Class::EXPERIMENTER, Some(1), 0), None);
        assert_eq!(Field::from_wire(Class::NXM_1, None, 200), None);
    }

    #[test]
    fn a_name_belongs_to_one_field_and_its_encodings() {
        for (at, field) in Field::ALL.iter().enumerate() {
            let named = |other: &&Field| other.info().name == field.info().name;
            let first = Field::ALL.iter().find(named);
            let canonical = field.info().canonical;
            let shifted = matches!(canonical, Some(Canonical::Shifted(..)));
            let expected = first == Some(field);
            assert_eq!(canonical.is_none() || shifted, expected, "{field:?} {at}");
        }
    }

    #[test]
    fn each_version_has_its_own_encoding_of_a_field() {
        use Version::{V1_0, V1_3, V1_4, V1_5};
        assert_eq!(Field::EthDst.encoding(V1_0), Some(Field::NxmOfEthDst));
        assert_eq!(Field::EthDst.encoding(V1_3), Some(Field::EthDst));
        assert_eq!(Field::EthDst.encoding(V1_5), Some(Field::EthDst));
        assert_eq!(Field::InPort.encoding(V1_0), Some(Field::NxmOfInPort));
        assert_eq!(Field::IpDscp.encoding(V1_0), Some(Field::NxmOfIpTos));
        assert_eq!(Field::TcpFlags.encoding(V1_0), Some(Field::NxmNxTcpFlags));
        assert_eq!(Field::TcpFlags.encoding(V1_4), Some(Field::OnfTcpFlags));
        assert_eq!(Field::TcpFlags.encoding(V1_5), Some(Field::TcpFlags));
        assert_eq!(Field::DpHash.encoding(V1_4), Some(Field::DpHash));
        assert_eq!(Field::DpHash.encoding(V1_5), Some(Field::NxoxmDpHash));
        assert_eq!(Field::PbbUca.encoding(V1_3), None);
        assert_eq!(Field::Metadata.encoding(V1_0), None);
        assert_eq!(Field::Reg31.encoding(V1_0), None);
        for field in Field::ALL {
            let found = field.encoding(V1_5);
            assert!(found.is_some(), "{field:?}");
            let canonical = found.and_then(|it| it.info().canonical);
            let same = found == Some(*field);
            assert!(
                same || canonical == Some(Canonical::Same(*field)),
                "{field:?}"
            );
        }
    }

    #[test]
    fn values_of_other_encodings_mean_those_of_the_canonical_field() {
        let controller = Field::NxmOfInPort.to_canonical(0xfffd, None);
        assert_eq!(controller, (Field::InPort, 0xffff_fffd, None));
        assert_eq!(
            Field::NxmOfInPort.from_canonical(0xffff_fffd, None),
            Some((0xfffd, None))
        );
        assert_eq!(Field::NxmOfInPort.from_canonical(0x1_0000, None), None);
        assert_eq!(
            Field::NxmOfIpTos.to_canonical(0xb8, None),
            (Field::IpDscp, 46, None)
        );
        assert_eq!(
            Field::NxmOfIpTos.from_canonical(46, None),
            Some((0xb8, None))
        );
        assert_eq!(
            Field::NxmNxIpv6Src.to_canonical(1, Some(3)),
            (Field::Ipv6Src, 1, Some(3))
        );
    }

    #[test]
    fn bits_of_other_encodings_are_bits_of_the_canonical_field() {
        let tos = Field::NxmOfIpTos;
        assert_eq!(tos.bit_to_canonical(2), Some((Field::IpDscp, 0)));
        assert_eq!(tos.bit_to_canonical(1), None);
        assert_eq!(tos.bit_from_canonical(0, 6), Some(2));
        assert_eq!(tos.bit_from_canonical(1, 6), None);
        assert_eq!(Field::NxmOfInPort.bit_from_canonical(0, 16), Some(0));
        assert_eq!(Field::NxmOfInPort.bit_from_canonical(0, 32), None);
        assert_eq!(Field::Reg0.bit_to_canonical(31), Some((Field::Reg0, 31)));
    }
}
