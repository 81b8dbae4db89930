//! Errors that an experimenter numbers.

use crate::Version;
use crate::wire::{DecodeError, DecodeProblem, ErrorCode, Mark};

/// An error of an experimenter, which answers what OpenFlow has no number for in a version.
///
/// In 1.0 it is type 0xb0c2, code 0, experimenter, type and code before the refused message; later
/// type 0xffff with the code as `exp_type` and the experimenter after it.
/// [`Error::of_experimenter`](crate::wire::Error::of_experimenter) writes either.
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

/// What is wrong with a part of an experimenter's message, whose number depends on the version:
/// the tables of error names have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The type of a property is not known.
    PropertyType,
    /// A property has the wrong length.
    PropertyLength,
    /// A property has a value that cannot be.
    PropertyValue,
    /// There is no such role.
    Role,
    /// Flags of a flow monitor.
    MonitorFlags,
    /// The message in a bundle has the wrong length.
    BundledLength,
    /// The message in a bundle has another transaction.
    BundledXid,
    /// Such a message cannot be in a bundle.
    BundledType,
    /// Bytes that have to be zero are not.
    NotZero,
    /// There is no such event of a flow monitor.
    MonitorEvent,
    /// A match field has a value it cannot have.
    MatchValue,
    /// A field is set to a value it cannot have.
    SetArgument,
}

impl Fault {
    /// A field has a value it cannot have: one that an action sets, or one that is matched.
    pub(crate) fn of_field(at: Mark) -> Self {
        match at.blame() {
            ErrorCode::BAD_ACTION_BAD_SET_LEN => Self::SetArgument,
            _ => Self::MatchValue,
        }
    }

    /// The error's name in Open vSwitch, which has numbers for it in every version.
    const fn name(self) -> &'static str {
        match self {
            Self::PropertyType => "OFPBPC_BAD_TYPE",
            Self::PropertyLength => "OFPBPC_BAD_LEN",
            Self::PropertyValue => "OFPBPC_BAD_VALUE",
            Self::Role => "OFPRRFC_BAD_ROLE",
            Self::MonitorFlags => "OFPMOFC_BAD_FLAGS",
            Self::BundledLength => "OFPBFC_MSG_BAD_LEN",
            Self::BundledXid => "OFPBFC_MSG_BAD_XID",
            Self::BundledType => "OFPBFC_MSG_UNSUP",
            Self::NotZero => "NXBRC_MUST_BE_ZERO",
            Self::MonitorEvent => "NXBRC_FM_BAD_EVENT",
            Self::MatchValue => "OFPBMC_BAD_VALUE",
            Self::SetArgument => "OFPBAC_BAD_SET_ARGUMENT",
        }
    }

    /// The error of an experimenter; `None` where the version has one of its own.
    pub(crate) fn of_experimenter(self, version: Version) -> Option<ExperimenterError> {
        ExperimenterError::named(self.name(), version)
    }

    /// The version's own error, or the nearest to that of the experimenter.
    pub(crate) fn of_version(self, version: Version) -> ErrorCode {
        let since_14 = version >= Version::V1_4;
        match (self, version) {
            (Self::PropertyType, Version::V1_3) => ErrorCode::TABLE_FEATURES_BAD_TYPE,
            (Self::PropertyLength, Version::V1_3) => ErrorCode::TABLE_FEATURES_BAD_LEN,
            (Self::PropertyValue, Version::V1_3) => ErrorCode::TABLE_FEATURES_BAD_ARGUMENT,
            (Self::PropertyType, _) if since_14 => ErrorCode::BAD_PROPERTY_BAD_TYPE,
            (Self::PropertyLength, _) if since_14 => ErrorCode::BAD_PROPERTY_BAD_LEN,
            (Self::PropertyValue, _) if since_14 => ErrorCode::BAD_PROPERTY_BAD_VALUE,
            (Self::MatchValue, _) if version >= Version::V1_3 => ErrorCode::BAD_MATCH_BAD_VALUE,
            (Self::SetArgument, _) if version >= Version::V1_3 => {
                ErrorCode::BAD_ACTION_BAD_SET_ARGUMENT
            }
            (Self::Role, _) if version >= Version::V1_3 => ErrorCode::ROLE_REQUEST_BAD_ROLE,
            (Self::MonitorFlags, _) if since_14 => ErrorCode::FLOW_MONITOR_BAD_FLAGS,
            (Self::BundledLength, _) if since_14 => ErrorCode::BUNDLE_MSG_BAD_LEN,
            (Self::BundledXid, _) if since_14 => ErrorCode::BUNDLE_MSG_BAD_XID,
            (Self::BundledType, _) if since_14 => ErrorCode::BUNDLE_MSG_UNSUP,
            (Self::PropertyType | Self::MonitorEvent | Self::BundledType, _) => {
                ErrorCode::BAD_REQUEST_BAD_EXP_TYPE
            }
            _ => ErrorCode::BAD_REQUEST_BAD_LEN,
        }
    }

    /// A value read at a place is wrong.
    pub(crate) fn at(self, at: Mark, value: u64, version: Version) -> DecodeError {
        self.answers(at.bad_value(value, self.of_version(version)), version)
    }

    /// Something is wrong at an offset of the frame.
    pub(crate) fn error(
        self,
        offset: usize,
        problem: DecodeProblem,
        version: Version,
    ) -> DecodeError {
        let error = DecodeError::new(offset, problem, self.of_version(version));
        self.answers(error, version)
    }

    fn answers(self, error: DecodeError, version: Version) -> DecodeError {
        match self.of_experimenter(version) {
            Some(precise) => error.answered_by(precise),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NICIRA, ONF};
    use super::*;

    #[test]
    fn a_fault_has_the_number_of_its_version() {
        let numbers = |fault: Fault| {
            [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5].map(|version| {
                let code = fault.of_version(version);
                let by = fault.of_experimenter(version);
                let by = by.map(|e| (e.experimenter, e.kind, e.code));
                ((code.kind, code.code), by)
            })
        };
        let nx = |kind, code| Some((NICIRA, kind, code));
        let onf = |code| Some((ONF, 0, code));
        let later = |code| [(code, None), (code, None)];
        for (fault, v10, v13, [v14, v15]) in [
            (
                Fault::PropertyType,
                ((1, 4), nx(13, 2)),
                ((13, 2), None),
                later((14, 0)),
            ),
            (
                Fault::PropertyLength,
                ((1, 6), nx(13, 3)),
                ((13, 3), None),
                later((14, 1)),
            ),
            (
                Fault::PropertyValue,
                ((1, 6), nx(13, 4)),
                ((13, 4), None),
                later((14, 2)),
            ),
            (
                Fault::Role,
                ((1, 6), nx(1, 513)),
                ((11, 2), None),
                later((11, 2)),
            ),
            (
                Fault::MonitorFlags,
                ((1, 6), nx(1, 518)),
                ((1, 6), nx(0, 7)),
                later((16, 5)),
            ),
            (
                Fault::BundledLength,
                ((1, 6), None),
                ((1, 6), onf(2308)),
                later((17, 8)),
            ),
            (
                Fault::BundledXid,
                ((1, 6), None),
                ((1, 6), onf(2309)),
                later((17, 9)),
            ),
            (
                Fault::BundledType,
                ((1, 4), None),
                ((1, 4), onf(2310)),
                later((17, 10)),
            ),
            (
                Fault::NotZero,
                ((1, 6), nx(1, 515)),
                ((1, 6), nx(0, 4)),
                [((1, 6), nx(0, 4)); 2],
            ),
            (
                Fault::MonitorEvent,
                ((1, 4), nx(1, 520)),
                ((1, 4), nx(0, 9)),
                [((1, 4), nx(0, 9)); 2],
            ),
        ] {
            assert_eq!(numbers(fault), [v10, v13, v14, v15], "{fault:?}");
        }
    }
}
