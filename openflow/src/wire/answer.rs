//! What refuses a message: an error of the version, or one that an experimenter numbers.

use bytes::Bytes;

use super::{Error, ErrorCode};
use crate::Version;
use crate::experimenter::ExperimenterError;

/// The last type of errors whose codes 1.0 has under the same numbers, as far as it has them.
const LAST_COMMON: u16 = 2;

/// What an OFPT_ERROR says of a message it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// An error of the version.
    Code(ErrorCode),
    /// One of an experimenter, where the version has none for it.
    Experimenter(ExperimenterError),
}

impl Answer {
    /// What 1.5 calls by this number, or the last version that had it, as a version says it: by its
    /// own number, or else by an experimenter's. What neither has a number for is
    /// `NXBRC_UNENCODABLE_ERROR`, as from Open vSwitch.
    #[must_use]
    pub fn in_version(code: ErrorCode, version: Version) -> Self {
        let same_number = version != Version::V1_0 || code.kind <= LAST_COMMON;
        if same_number && code.name(version).is_some() {
            return Self::Code(code);
        }
        let latest = [Version::V1_5, Version::V1_4, Version::V1_3];
        let name = latest.into_iter().find_map(|it| code.name(it));
        name.and_then(|it| Self::named(it.name, version))
            .or_else(|| Self::named("NXBRC_UNENCODABLE_ERROR", version))
            .unwrap_or(Self::Code(code))
    }

    /// The error of this name in a version; `None` where nobody numbers it.
    #[must_use]
    pub fn named(name: &str, version: Version) -> Option<Self> {
        let own = ErrorCode::all(version).find(|(_, it)| it.name == name);
        match own {
            Some((code, _)) => Some(Self::Code(code)),
            None => ExperimenterError::named(name, version).map(Self::Experimenter),
        }
    }
}

impl From<ErrorCode> for Answer {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<ExperimenterError> for Answer {
    fn from(error: ExperimenterError) -> Self {
        Self::Experimenter(error)
    }
}

impl Error {
    /// What is answered to a message that begins with `refused`.
    #[must_use]
    pub fn answering(answer: impl Into<Answer>, version: Version, refused: Bytes) -> Self {
        match answer.into() {
            Answer::Code(code) => Self {
                kind: code.kind,
                code: code.code,
                experimenter: None,
                data: refused,
            },
            Answer::Experimenter(error) => Self::of_experimenter(error, version, &refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(answer: Answer) -> (u16, u16, Option<u32>) {
        match answer {
            Answer::Code(code) => (code.kind, code.code, None),
            Answer::Experimenter(it) => (it.kind, it.code, Some(it.experimenter)),
        }
    }

    #[test]
    fn an_error_has_the_number_of_its_version_or_of_an_experimenter() {
        const NICIRA: Option<u32> = Some(0x2320);
        const ONF: Option<u32> = Some(0x4f4e_4600);
        for (code, v10, v13, v14) in [
            // OFPBMC_BAD_PREREQ
            (
                ErrorCode::BAD_MATCH_BAD_PREREQ,
                (1, 260, NICIRA),
                (4, 9, None),
                (4, 9, None),
            ),
            // OFPBAC_BAD_TYPE
            (
                ErrorCode::BAD_ACTION_BAD_TYPE,
                (2, 0, None),
                (2, 0, None),
                (2, 0, None),
            ),
            // OFPBRC_BAD_MULTIPART, which 1.0 calls OFPBRC_BAD_STAT
            (
                ErrorCode::BAD_REQUEST_BAD_MULTIPART,
                (1, 2, None),
                (1, 2, None),
                (1, 2, None),
            ),
            // OFPBAC_BAD_SET_TYPE
            (
                ErrorCode::BAD_ACTION_BAD_SET_TYPE,
                (1, 523, NICIRA),
                (2, 13, None),
                (2, 13, None),
            ),
            // OFPBFC_MSG_UNSUP, which 1.0 has no number for
            (
                ErrorCode::BUNDLE_MSG_UNSUP,
                (1, 521, NICIRA),
                (0, 2310, ONF),
                (17, 10, None),
            ),
            // OFPMOFC_BAD_FLAGS
            (
                ErrorCode::FLOW_MONITOR_BAD_FLAGS,
                (1, 518, NICIRA),
                (0, 7, NICIRA),
                (16, 5, None),
            ),
        ] {
            let in_version = |version| numbers(Answer::in_version(code, version));
            assert_eq!(in_version(Version::V1_0), v10, "{code:?}");
            assert_eq!(in_version(Version::V1_3), v13, "{code:?}");
            assert_eq!(in_version(Version::V1_4), v14, "{code:?}");
        }
    }

    #[test]
    fn what_nobody_numbers_is_said_to_be_so() {
        let nothing = ErrorCode { kind: 99, code: 7 };
        for (version, number) in [(Version::V1_0, (1, 521)), (Version::V1_5, (0, 10))] {
            let (kind, code, _) = numbers(Answer::in_version(nothing, version));
            assert_eq!((kind, code), number, "{version}");
        }
    }

    #[test]
    fn an_answer_is_written_as_its_version_has_it() {
        let refused = Bytes::from_static(b"refused");
        for (name, version) in [
            ("OFPBMC_BAD_PREREQ", Version::V1_0),
            ("OFPBAC_BAD_TYPE", Version::V1_0),
            ("OFPBFC_MSG_FAILED", Version::V1_3),
            ("NXBRC_FM_BAD_EVENT", Version::V1_4),
            ("OFPBFC_MSG_FAILED", Version::V1_4),
        ] {
            let answer = Answer::named(name, version).unwrap();
            let error = Error::answering(answer, version, refused.clone());
            assert_eq!(error.name(version).unwrap().name, name, "{version}");
            assert_eq!(error.refused(version), refused, "{version}");
        }
    }
}
