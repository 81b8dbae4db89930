//! Errors that an experimenter numbers.

use crate::Version;

/// An error of an experimenter, which answers what OpenFlow has no number for in a version.
///
/// In 1.0 it is type 0xb0c2, code 0, experimenter, type and code before the refused message; later
/// type 0xffff with the code as `exp_type` and the experimenter after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExperimenterError {
    /// The specification's name, or that of Open vSwitch.
    pub name: &'static str,
    /// Who numbers it.
    pub experimenter: u32,
    /// Its type; in 1.0 only.
    pub kind: u16,
    /// Its code.
    pub code: u16,
}

/// What is wrong with a part of an experimenter's message, whose number depends on the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `OFPBPC_BAD_TYPE`.
    PropertyType,
    /// `OFPBPC_BAD_LEN`.
    PropertyLength,
    /// `OFPBPC_BAD_VALUE`.
    PropertyValue,
    /// `OFPRRFC_BAD_ROLE`.
    Role,
    /// `OFPMOFC_BAD_FLAGS`.
    MonitorFlags,
    /// `OFPBFC_MSG_BAD_LEN`.
    BundledLength,
    /// `OFPBFC_MSG_BAD_XID`.
    BundledXid,
    /// `OFPBFC_MSG_UNSUP`.
    BundledType,
    /// `NXBRC_MUST_BE_ZERO`.
    NotZero,
    /// `NXBRC_FM_BAD_EVENT`.
    MonitorEvent,
}

impl Fault {
    /// The error of an experimenter; `None` where the version has one of its own.
    pub(crate) fn of_experimenter(self, version: Version) -> Option<ExperimenterError> {
        let (name, in_10, in_13, later) = self.numbers();
        let (experimenter, kind, code) = match version {
            Version::V1_0 => (super::NICIRA, in_10?.0, in_10?.1),
            Version::V1_3 => (in_13?.0, 0, in_13?.1),
            Version::V1_4 | Version::V1_5 => (super::NICIRA, 0, later?),
        };
        Some(ExperimenterError {
            name,
            experimenter,
            kind,
            code,
        })
    }

    /// Name; Nicira's type and code in 1.0; experimenter and code in 1.3; Nicira's code later.
    #[allow(clippy::type_complexity, reason = "a table")]
    fn numbers(
        self,
    ) -> (
        &'static str,
        Option<(u16, u16)>,
        Option<(u32, u16)>,
        Option<u16>,
    ) {
        let (nicira, onf) = (super::NICIRA, super::ONF);
        match self {
            Self::PropertyType => ("OFPBPC_BAD_TYPE", Some((13, 2)), None, None),
            Self::PropertyLength => ("OFPBPC_BAD_LEN", Some((13, 3)), None, None),
            Self::PropertyValue => ("OFPBPC_BAD_VALUE", Some((13, 4)), None, None),
            Self::Role => ("OFPRRFC_BAD_ROLE", Some((1, 513)), None, None),
            Self::MonitorFlags => ("OFPMOFC_BAD_FLAGS", Some((1, 518)), Some((nicira, 7)), None),
            Self::BundledLength => ("OFPBFC_MSG_BAD_LEN", None, Some((onf, 2308)), None),
            Self::BundledXid => ("OFPBFC_MSG_BAD_XID", None, Some((onf, 2309)), None),
            Self::BundledType => ("OFPBFC_MSG_UNSUP", None, Some((onf, 2310)), None),
            Self::NotZero => (
                "NXBRC_MUST_BE_ZERO",
                Some((1, 515)),
                Some((nicira, 4)),
                Some(4),
            ),
            Self::MonitorEvent => (
                "NXBRC_FM_BAD_EVENT",
                Some((1, 520)),
                Some((nicira, 9)),
                Some(9),
            ),
        }
    }

    /// The version's own error, or the nearest to that of the experimenter.
    pub(crate) fn of_version(self, version: Version) -> crate::wire::ErrorCode {
        let (kind, code) = match (self, version) {
            (Self::PropertyType, Version::V1_3) => (13, 2),
            (Self::PropertyLength, Version::V1_3) => (13, 3),
            (Self::PropertyValue, Version::V1_3) => (13, 4),
            (Self::PropertyType, Version::V1_4 | Version::V1_5) => (14, 0),
            (Self::PropertyLength, Version::V1_4 | Version::V1_5) => (14, 1),
            (Self::PropertyValue, Version::V1_4 | Version::V1_5) => (14, 2),
            (Self::Role, Version::V1_3 | Version::V1_4 | Version::V1_5) => (11, 2),
            (Self::MonitorFlags, Version::V1_4 | Version::V1_5) => (16, 5),
            (Self::BundledLength, Version::V1_4 | Version::V1_5) => (17, 8),
            (Self::BundledXid, Version::V1_4 | Version::V1_5) => (17, 9),
            (Self::BundledType, Version::V1_4 | Version::V1_5) => (17, 10),
            (Self::PropertyType | Self::MonitorEvent | Self::BundledType, _) => (1, 4),
            _ => (1, 6),
        };
        crate::wire::ErrorCode { kind, code }
    }
}

impl Fault {
    /// A value read at a place is wrong.
    pub(crate) fn at(
        self,
        at: crate::wire::Mark,
        value: u64,
        version: Version,
    ) -> crate::wire::DecodeError {
        let error = at.bad_value(value, self.of_version(version));
        match self.of_experimenter(version) {
            Some(precise) => error.answered_by(precise),
            None => error,
        }
    }
}
