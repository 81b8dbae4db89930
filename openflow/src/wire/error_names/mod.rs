//! Names and meanings of error types and codes.
//!
//! A table per numbering: [`v10`] and [`v13`] are the specifications', [`nicira`] and [`onf`]
//! those of the two experimenters whose errors Open vSwitch sends.

use super::{Error, ErrorCode};
use crate::Version;
use crate::experimenter::{ExperimenterError, NICIRA, ONF};

/// A table of types with their codes. A row is `number first-version "name" { codes }`, a code
/// as in [`error_rows!`]; a number that has a name in the code stands in braces.
macro_rules! error_kinds {
    ($($number:tt $since:ident $name:literal { $($codes:tt)* })+) => {
        &[$(Kind {
            number: $number,
            name: $name,
            since: Version::$since,
            codes: error_rows! { $($codes)* },
        },)+]
    };
}

/// Codes of one type or experimenter: `number first-version last-version "name" "meaning";`
macro_rules! error_rows {
    ($($number:literal $since:ident $until:ident $name:literal $meaning:literal;)*) => {
        &[$(Row {
            number: $number,
            since: Version::$since,
            until: Version::$until,
            name: crate::wire::ErrorName { name: $name, meaning: $meaning },
        },)*]
    };
}

/// Types of a vendor's errors in 1.0: `number { codes }`, a code as `number "name" "meaning";`
macro_rules! vendor_kinds {
    ($($kind:literal { $($number:literal $name:literal $meaning:literal;)+ })+) => {
        &[$(VendorKind {
            number: $kind,
            codes: error_rows! { $($number V1_0 V1_0 $name $meaning;)+ },
        },)+]
    };
}

mod nicira;
mod onf;
mod v10;
mod v13;

/// Type of a vendor's error in 1.0, as Nicira has it (`NXET_VENDOR`), whose code is 0.
const VENDOR: u16 = 0xb0c2;

/// Name and meaning of an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorName {
    /// As the specification has it: `OFPBMC_BAD_PREREQ`.
    pub name: &'static str,
    /// One clause.
    pub meaning: &'static str,
}

/// What a vendor's error of 1.0 has at the front of its data (`nx_vendor_error`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorError {
    /// Who defined the error.
    pub vendor: u32,
    /// The vendor's type and code.
    pub code: ErrorCode,
}

impl ErrorCode {
    /// Name and meaning in a version; `None` where it has none.
    #[must_use]
    pub fn name(self, version: Version) -> Option<ErrorName> {
        Row::find(self.kind_in(version)?.codes, self.code, version)
    }

    /// Name of the type in a version: `OFPET_BAD_MATCH`.
    #[must_use]
    pub fn type_name(self, version: Version) -> Option<&'static str> {
        self.kind_in(version).map(|kind| kind.name)
    }

    /// All codes a version has names for, those of experimenters excepted.
    pub fn all(version: Version) -> impl Iterator<Item = (Self, ErrorName)> {
        kinds(version).flat_map(move |kind| {
            let codes = kind.codes.iter().filter(move |row| row.is_in(version));
            codes.map(|row| {
                let code = Self {
                    kind: kind.number,
                    code: row.number,
                };
                (code, row.name)
            })
        })
    }

    /// The codes of experimenters a version has names for, and whose they are.
    pub fn all_of_experimenters(version: Version) -> impl Iterator<Item = (u32, ErrorName)> {
        of_experimenters(version).map(|(experimenter, _, row)| (experimenter, row.name))
    }

    fn kind_in(self, version: Version) -> Option<&'static Kind> {
        kinds(version).find(|kind| kind.number == self.kind)
    }
}

impl ExperimenterError {
    /// The error of that name in a version; `None` where no experimenter we know numbers it.
    #[must_use]
    pub fn named(name: &str, version: Version) -> Option<Self> {
        let mut all = of_experimenters(version);
        let (experimenter, kind, row) = all.find(|(_, _, row)| row.name.name == name)?;
        Some(Self {
            name: row.name.name,
            experimenter,
            kind,
            code: row.number,
        })
    }
}

impl Error {
    /// An experimenter's error about a message that begins with `refused`. Where it stands in
    /// front of it depends on the version.
    #[must_use]
    pub fn of_experimenter(error: ExperimenterError, version: Version, refused: &[u8]) -> Self {
        match version {
            Version::V1_0 => {
                let mut data = Vec::with_capacity(VendorError::LEN + refused.len());
                data.extend_from_slice(&error.experimenter.to_be_bytes());
                data.extend_from_slice(&error.kind.to_be_bytes());
                data.extend_from_slice(&error.code.to_be_bytes());
                data.extend_from_slice(refused);
                Self {
                    kind: VENDOR,
                    code: 0,
                    experimenter: None,
                    data: data.into(),
                }
            }
            Version::V1_3 | Version::V1_4 | Version::V1_5 => Self {
                kind: Self::EXPERIMENTER,
                code: error.code,
                experimenter: Some(error.experimenter),
                data: bytes::Bytes::copy_from_slice(refused),
            },
        }
    }

    /// Name and meaning in a version, of an experimenter's error too; `None` where the number has
    /// none or its experimenter is not known.
    #[must_use]
    pub fn name(&self, version: Version) -> Option<ErrorName> {
        if let Some(experimenter) = self.experimenter {
            return Row::find(experimenter_rows(experimenter), self.code, version);
        }
        match self.vendor_error(version) {
            Some(VendorError { vendor, code }) if vendor == NICIRA => {
                let kind = nicira::V10.iter().find(|kind| kind.number == code.kind)?;
                Row::find(kind.codes, code.code, version)
            }
            Some(_) => None,
            None => self.error_code().name(version),
        }
    }

    /// Type and code as they are in the message.
    #[must_use]
    pub fn error_code(&self) -> ErrorCode {
        ErrorCode {
            kind: self.kind,
            code: self.code,
        }
    }

    /// The vendor's error that a 1.0 error of type 0xb0c2 carries; what follows its eight bytes in
    /// `data` is the refused message.
    #[must_use]
    pub fn vendor_error(&self, version: Version) -> Option<VendorError> {
        if (version, self.kind, self.code) != (Version::V1_0, VENDOR, 0) {
            return None;
        }
        let [v0, v1, v2, v3, k0, k1, c0, c1] = *self.data.first_chunk()?;
        Some(VendorError {
            vendor: u32::from_be_bytes([v0, v1, v2, v3]),
            code: ErrorCode {
                kind: u16::from_be_bytes([k0, k1]),
                code: u16::from_be_bytes([c0, c1]),
            },
        })
    }

    /// The beginning of the refused message, which follows the vendor's numbers if there are any.
    #[must_use]
    pub fn refused(&self, version: Version) -> bytes::Bytes {
        match self.vendor_error(version) {
            Some(_) => self.data.slice(VendorError::LEN..),
            None => self.data.clone(),
        }
    }
}

impl VendorError {
    /// Bytes in front of the refused message.
    pub const LEN: usize = 8;
}

/// A type with its codes.
struct Kind {
    number: u16,
    name: &'static str,
    since: Version,
    codes: &'static [Row],
}

/// A vendor's type, which has no name.
struct VendorKind {
    number: u16,
    codes: &'static [Row],
}

/// A code, and the versions that have it.
struct Row {
    number: u16,
    since: Version,
    until: Version,
    name: ErrorName,
}

impl Row {
    fn is_in(&self, version: Version) -> bool {
        (self.since..=self.until).contains(&version)
    }

    fn find(rows: &[Self], number: u16, version: Version) -> Option<ErrorName> {
        let row = rows
            .iter()
            .find(|row| row.number == number && row.is_in(version))?;
        Some(row.name)
    }
}

fn kinds(version: Version) -> impl Iterator<Item = &'static Kind> {
    let table = match version {
        Version::V1_0 => v10::KINDS,
        Version::V1_3 | Version::V1_4 | Version::V1_5 => v13::KINDS,
    };
    table.iter().filter(move |kind| kind.since <= version)
}

/// The codes of experimenters that a version has, each with whose it is and its type (in 1.0).
fn of_experimenters(version: Version) -> impl Iterator<Item = (u32, u16, &'static Row)> {
    let vendor = nicira::V10.iter().flat_map(|kind| {
        let rows = kind.codes.iter();
        rows.map(move |row| (NICIRA, kind.number, row))
    });
    let later = [(NICIRA, nicira::ROWS), (ONF, onf::ROWS)];
    let later = later
        .into_iter()
        .flat_map(|(id, rows)| rows.iter().map(move |row| (id, 0, row)));
    vendor
        .chain(later)
        .filter(move |(_, _, row)| row.is_in(version))
}

/// By `exp_type`.
fn experimenter_rows(experimenter: u32) -> &'static [Row] {
    match experimenter {
        NICIRA => nicira::ROWS,
        ONF => onf::ROWS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_number_means_what_its_version_says() {
        let three_one = ErrorCode { kind: 3, code: 1 };
        assert_eq!(
            three_one.name(Version::V1_0).unwrap().name,
            "OFPFMFC_OVERLAP"
        );
        assert_eq!(
            three_one.name(Version::V1_3).unwrap().name,
            "OFPBIC_UNSUP_INST"
        );
        assert_eq!(
            three_one.type_name(Version::V1_3),
            Some("OFPET_BAD_INSTRUCTION")
        );
        let experimenter = ErrorCode {
            kind: 0xffff,
            code: 2600,
        };
        assert_eq!(experimenter.name(Version::V1_3), None);
        assert_eq!(
            experimenter.type_name(Version::V1_3),
            Some("OFPET_EXPERIMENTER")
        );
    }

    #[test]
    fn every_number_has_one_row() {
        for table in [v10::KINDS, v13::KINDS] {
            assert!(table.is_sorted_by(|a, b| a.number < b.number));
            for kind in table {
                for (at, row) in kind.codes.iter().enumerate() {
                    assert_eq!(usize::from(row.number), at, "{}", kind.name);
                    assert!(row.since >= kind.since, "{}", row.name.name);
                }
            }
        }
        let experimenters = [nicira::ROWS, onf::ROWS];
        let vendor = nicira::V10.iter().map(|kind| kind.codes);
        for rows in experimenters.into_iter().chain(vendor) {
            assert!(rows.is_sorted_by(|a, b| a.number < b.number));
        }
    }

    #[test]
    fn every_version_has_as_many_as_its_specification() {
        let counts = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5]
            .map(|version| ErrorCode::all(version).count());
        assert_eq!(counts, [32, 111, 150, 167]);
    }

    #[test]
    fn errors_of_experimenters_have_names() {
        let experimenter = |experimenter, code| Error {
            kind: Error::EXPERIMENTER,
            code,
            experimenter: Some(experimenter),
            data: Bytes::new(),
        };
        let name = |error: &Error, version| error.name(version).map(|name| name.name);
        let dup = experimenter(ONF, 2600);
        assert_eq!(name(&dup, Version::V1_3), Some("OFPBIC_DUP_INST"));
        assert_eq!(name(&dup, Version::V1_4), None);
        let hardware = experimenter(NICIRA, 12);
        assert_eq!(name(&hardware, Version::V1_5), Some("NXFMFC_HARDWARE"));
        assert_eq!(name(&experimenter(999_999, 12), Version::V1_5), None);

        let vendor = |data: &'static [u8]| Error {
            kind: VENDOR,
            code: 0,
            experimenter: None,
            data: Bytes::from_static(data),
        };
        let prereq = vendor(&[0, 0, 0x23, 0x20, 0, 1, 1, 4, 1, 2, 0, 8, 0, 0, 0, 1]);
        assert_eq!(name(&prereq, Version::V1_0), Some("OFPBMC_BAD_PREREQ"));
        assert_eq!(prereq.refused(Version::V1_0)[..], [1, 2, 0, 8, 0, 0, 0, 1]);
        assert_eq!(name(&prereq, Version::V1_3), None);
        let cut = vendor(&[0, 0, 0x23, 0x20, 0, 1, 1]);
        assert_eq!(name(&cut, Version::V1_0), Some("NXVC_VENDOR_ERROR"));
    }

    #[test]
    fn an_error_of_an_experimenter_is_written_where_its_version_has_it() {
        for version in [Version::V1_0, Version::V1_3] {
            let named = ExperimenterError::named("NXBRC_MUST_BE_ZERO", version).unwrap();
            let error = Error::of_experimenter(named, version, b"refused");
            assert_eq!(error.name(version).unwrap().name, named.name);
            assert_eq!(error.refused(version)[..], b"refused"[..]);
        }
    }

    /// What the decoder answers with has a name, so that nobody answers nonsense.
    #[test]
    fn answers_have_names() {
        for answer in [
            ErrorCode::HELLO_FAILED_INCOMPATIBLE,
            ErrorCode::BAD_REQUEST_BAD_VERSION,
            ErrorCode::BAD_REQUEST_BAD_TYPE,
            ErrorCode::BAD_REQUEST_BAD_LEN,
            ErrorCode::BAD_ACTION_BAD_LEN,
            ErrorCode::V10_FLOW_MOD_BAD_COMMAND,
        ] {
            assert!(answer.name(Version::V1_0).is_some(), "{answer:?}");
        }
        let of_13 = [
            (ErrorCode::BAD_ACTION_BAD_SET_LEN, "OFPBAC_BAD_SET_LEN"),
            (ErrorCode::BAD_INSTRUCTION_BAD_LEN, "OFPBIC_BAD_LEN"),
            (ErrorCode::BAD_MATCH_BAD_TYPE, "OFPBMC_BAD_TYPE"),
            (ErrorCode::BAD_MATCH_BAD_LEN, "OFPBMC_BAD_LEN"),
            (ErrorCode::FLOW_MOD_BAD_COMMAND, "OFPFMFC_BAD_COMMAND"),
            (ErrorCode::GROUP_MOD_BAD_COMMAND, "OFPGMFC_BAD_COMMAND"),
            (ErrorCode::GROUP_MOD_BAD_BUCKET, "OFPGMFC_BAD_BUCKET"),
            (ErrorCode::METER_MOD_BAD_COMMAND, "OFPMMFC_BAD_COMMAND"),
            (ErrorCode::METER_MOD_BAD_FLAGS, "OFPMMFC_BAD_FLAGS"),
            (ErrorCode::METER_MOD_BAD_BAND, "OFPMMFC_BAD_BAND"),
        ];
        for (answer, name) in of_13 {
            assert_eq!(answer.name(Version::V1_3).unwrap().name, name);
        }
    }
}
