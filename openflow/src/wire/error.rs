//! What can be wrong with bytes, and what OpenFlow answers.

use std::fmt;

use smallvec::SmallVec;

use super::Answer;
use crate::Version;
use crate::experimenter::ExperimenterError;

/// Type and code of an OpenFlow error (OF 1.3.5 §7.5.4). Numbers differ between 1.0 and later
/// versions; [`ErrorCode::name`] needs to know which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode {
    /// `ofp_error_type`.
    pub kind: u16,
    /// One of that type's codes.
    pub code: u16,
}

/// The ones a decoder answers with. Those of types 0 to 2 are the same in every version; of the
/// others those of 1.0 have it in their name.
impl ErrorCode {
    /// No version in common.
    pub const HELLO_FAILED_INCOMPATIBLE: Self = Self { kind: 0, code: 0 };
    /// A version byte other than the negotiated one.
    pub const BAD_REQUEST_BAD_VERSION: Self = Self { kind: 1, code: 0 };
    /// Unknown message type.
    pub const BAD_REQUEST_BAD_TYPE: Self = Self { kind: 1, code: 1 };
    /// Unknown multipart type; in 1.0 unknown statistics.
    pub const BAD_REQUEST_BAD_MULTIPART: Self = Self { kind: 1, code: 2 };
    /// Unknown experimenter; in 1.0 unknown vendor.
    pub const BAD_REQUEST_BAD_EXPERIMENTER: Self = Self { kind: 1, code: 3 };
    /// Unknown message of an experimenter; in 1.0 of a vendor.
    pub const BAD_REQUEST_BAD_EXP_TYPE: Self = Self { kind: 1, code: 4 };
    /// Wrong length somewhere in the message.
    pub const BAD_REQUEST_BAD_LEN: Self = Self { kind: 1, code: 6 };
    /// No such table; 1.3 and later.
    pub const BAD_REQUEST_BAD_TABLE_ID: Self = Self { kind: 1, code: 9 };
    /// No such port; 1.3 and later.
    pub const BAD_REQUEST_BAD_PORT: Self = Self { kind: 1, code: 11 };
    /// A packet-out with a match on packet fields; 1.5.
    pub const BAD_REQUEST_PIPELINE_FIELDS_ONLY: Self = Self { kind: 1, code: 17 };
    /// Unknown action.
    pub const BAD_ACTION_BAD_TYPE: Self = Self { kind: 2, code: 0 };
    /// Wrong length in an action.
    pub const BAD_ACTION_BAD_LEN: Self = Self { kind: 2, code: 1 };
    /// Unknown experimenter in an action.
    pub const BAD_ACTION_BAD_EXPERIMENTER: Self = Self { kind: 2, code: 2 };
    /// Unknown action of an experimenter.
    pub const BAD_ACTION_BAD_EXP_TYPE: Self = Self { kind: 2, code: 3 };
    /// An output to a port that there cannot be.
    pub const BAD_ACTION_BAD_OUT_PORT: Self = Self { kind: 2, code: 4 };
    /// Wrong argument of an action.
    pub const BAD_ACTION_BAD_ARGUMENT: Self = Self { kind: 2, code: 5 };
    /// A group that there cannot be; 1.3 and later.
    pub const BAD_ACTION_BAD_OUT_GROUP: Self = Self { kind: 2, code: 9 };
    /// An action whose prerequisites the match does not have; 1.3 and later.
    pub const BAD_ACTION_MATCH_INCONSISTENT: Self = Self { kind: 2, code: 10 };
    /// Actions that cannot stand together in this order; 1.3 and later.
    pub const BAD_ACTION_UNSUPPORTED_ORDER: Self = Self { kind: 2, code: 11 };
    /// A tag that there is no room for; 1.3 and later.
    pub const BAD_ACTION_BAD_TAG: Self = Self { kind: 2, code: 12 };
    /// A field that cannot be set; 1.3 and later.
    pub const BAD_ACTION_BAD_SET_TYPE: Self = Self { kind: 2, code: 13 };
    /// Wrong length in a set-field action; 1.3 and later.
    pub const BAD_ACTION_BAD_SET_LEN: Self = Self { kind: 2, code: 14 };
    /// Wrong value in a set-field action; 1.3 and later.
    pub const BAD_ACTION_BAD_SET_ARGUMENT: Self = Self { kind: 2, code: 15 };
    /// Wrong mask in a set-field action; 1.5.
    pub const BAD_ACTION_BAD_SET_MASK: Self = Self { kind: 2, code: 16 };
    /// Unknown instruction; 1.3 and later.
    pub const BAD_INSTRUCTION_UNKNOWN_INST: Self = Self { kind: 3, code: 0 };
    /// A table that cannot be gone to; 1.3 and later.
    pub const BAD_INSTRUCTION_BAD_TABLE_ID: Self = Self { kind: 3, code: 2 };
    /// Unknown experimenter in an instruction; 1.3 and later.
    pub const BAD_INSTRUCTION_BAD_EXPERIMENTER: Self = Self { kind: 3, code: 5 };
    /// Unknown instruction of an experimenter; 1.3 and later.
    pub const BAD_INSTRUCTION_BAD_EXP_TYPE: Self = Self { kind: 3, code: 6 };
    /// Wrong length in an instruction; 1.3 and later.
    pub const BAD_INSTRUCTION_BAD_LEN: Self = Self { kind: 3, code: 7 };
    /// The same instruction twice; 1.4 and later.
    pub const BAD_INSTRUCTION_DUP_INST: Self = Self { kind: 3, code: 9 };
    /// Match type other than OXM; 1.3 and later.
    pub const BAD_MATCH_BAD_TYPE: Self = Self { kind: 4, code: 0 };
    /// Wrong length in a match; 1.3 and later.
    pub const BAD_MATCH_BAD_LEN: Self = Self { kind: 4, code: 1 };
    /// Fields are wildcards that cannot be; 1.3 and later.
    pub const BAD_MATCH_BAD_WILDCARDS: Self = Self { kind: 4, code: 5 };
    /// Unknown match field; 1.3 and later.
    pub const BAD_MATCH_BAD_FIELD: Self = Self { kind: 4, code: 6 };
    /// Wrong value of a match field; 1.3 and later.
    pub const BAD_MATCH_BAD_VALUE: Self = Self { kind: 4, code: 7 };
    /// Wrong mask of a match field; 1.3 and later.
    pub const BAD_MATCH_BAD_MASK: Self = Self { kind: 4, code: 8 };
    /// A match field without its prerequisite; 1.3 and later.
    pub const BAD_MATCH_BAD_PREREQ: Self = Self { kind: 4, code: 9 };
    /// The same match field twice; 1.3 and later.
    pub const BAD_MATCH_DUP_FIELD: Self = Self { kind: 4, code: 10 };
    /// Unknown flow-mod command in 1.0.
    pub const V10_FLOW_MOD_BAD_COMMAND: Self = Self { kind: 3, code: 4 };
    /// Unknown flow-mod command; 1.3 and later.
    pub const FLOW_MOD_BAD_COMMAND: Self = Self { kind: 5, code: 6 };
    /// Wrong flow-mod flags; 1.3 and later.
    pub const FLOW_MOD_BAD_FLAGS: Self = Self { kind: 5, code: 7 };
    /// Unknown group type; 1.3 and later.
    pub const GROUP_MOD_BAD_TYPE: Self = Self { kind: 6, code: 10 };
    /// Unknown group-mod command; 1.3 and later.
    pub const GROUP_MOD_BAD_COMMAND: Self = Self { kind: 6, code: 11 };
    /// Wrong bucket in a group; 1.3 and later.
    pub const GROUP_MOD_BAD_BUCKET: Self = Self { kind: 6, code: 12 };
    /// Wrong configuration of a port; 1.3 and later.
    pub const PORT_MOD_BAD_CONFIG: Self = Self { kind: 7, code: 2 };
    /// Wrong configuration of a table; 1.3 and later.
    pub const TABLE_MOD_BAD_CONFIG: Self = Self { kind: 8, code: 1 };
    /// Wrong configuration flags; 1.3 and later.
    pub const SWITCH_CONFIG_BAD_FLAGS: Self = Self { kind: 10, code: 0 };
    /// Unknown role; 1.3 and later.
    pub const ROLE_REQUEST_BAD_ROLE: Self = Self { kind: 11, code: 2 };
    /// A meter that there cannot be; 1.3 and later.
    pub const METER_MOD_INVALID_METER: Self = Self { kind: 12, code: 2 };
    /// Unknown meter-mod command; 1.3 and later.
    pub const METER_MOD_BAD_COMMAND: Self = Self { kind: 12, code: 4 };
    /// Meter flags that exclude each other; 1.3 and later.
    pub const METER_MOD_BAD_FLAGS: Self = Self { kind: 12, code: 5 };
    /// Unknown meter band; 1.3 and later.
    pub const METER_MOD_BAD_BAND: Self = Self { kind: 12, code: 8 };
    /// Unknown table feature; 1.3 only.
    pub const TABLE_FEATURES_BAD_TYPE: Self = Self { kind: 13, code: 2 };
    /// Wrong length of a table feature; 1.3 only.
    pub const TABLE_FEATURES_BAD_LEN: Self = Self { kind: 13, code: 3 };
    /// Wrong value of a table feature; 1.3 only.
    pub const TABLE_FEATURES_BAD_ARGUMENT: Self = Self { kind: 13, code: 4 };
    /// Unknown table-features command; 1.5.
    pub const TABLE_FEATURES_BAD_COMMAND: Self = Self { kind: 13, code: 9 };
    /// Unknown property; 1.4 and later.
    pub const BAD_PROPERTY_BAD_TYPE: Self = Self { kind: 14, code: 0 };
    /// Wrong length of a property; 1.4 and later.
    pub const BAD_PROPERTY_BAD_LEN: Self = Self { kind: 14, code: 1 };
    /// Wrong value of a property; 1.4 and later.
    pub const BAD_PROPERTY_BAD_VALUE: Self = Self { kind: 14, code: 2 };
    /// The same property twice; 1.4 and later.
    pub const BAD_PROPERTY_DUP_TYPE: Self = Self { kind: 14, code: 4 };
    /// Unknown experimenter in a property; 1.4 and later.
    pub const BAD_PROPERTY_BAD_EXPERIMENTER: Self = Self { kind: 14, code: 5 };
    /// Unknown property of an experimenter; 1.4 and later.
    pub const BAD_PROPERTY_BAD_EXP_TYPE: Self = Self { kind: 14, code: 6 };
    /// Wrong value of an experimenter's property; 1.4 and later.
    pub const BAD_PROPERTY_BAD_EXP_VALUE: Self = Self { kind: 14, code: 7 };
    /// A mask of reasons that there are not; 1.4 and later.
    pub const ASYNC_CONFIG_INVALID: Self = Self { kind: 15, code: 0 };
    /// A kind of asynchronous messages that there is not; 1.4 and later.
    pub const ASYNC_CONFIG_UNSUPPORTED: Self = Self { kind: 15, code: 1 };
    /// Unknown flow-monitor command; 1.4 and later.
    pub const FLOW_MONITOR_BAD_COMMAND: Self = Self { kind: 16, code: 4 };
    /// Wrong flow-monitor flags; 1.4 and later.
    pub const FLOW_MONITOR_BAD_FLAGS: Self = Self { kind: 16, code: 5 };
    /// Unknown bundle-control type; 1.4 and later.
    pub const BUNDLE_BAD_TYPE: Self = Self { kind: 17, code: 6 };
    /// Wrong bundle flags; 1.4 and later.
    pub const BUNDLE_BAD_FLAGS: Self = Self { kind: 17, code: 7 };
    /// Wrong length of a message in a bundle; 1.4 and later.
    pub const BUNDLE_MSG_BAD_LEN: Self = Self { kind: 17, code: 8 };
    /// A message in a bundle with another transaction id; 1.4 and later.
    pub const BUNDLE_MSG_BAD_XID: Self = Self { kind: 17, code: 9 };
    /// A message that cannot be in a bundle; 1.4 and later.
    pub const BUNDLE_MSG_UNSUP: Self = Self { kind: 17, code: 10 };
}

/// Bytes that are not a message: which field, where, what is wrong, and what to answer.
///
/// Shown as `packet_in.match: need 12 bytes, have 4 at offset 24`.
// Boxed: decode functions return it in a `Result` beside small values, and it is the rare case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0)]
pub struct DecodeError(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    /// Innermost first: it grows while the error travels outward.
    path: SmallVec<[Step; 4]>,
    offset: usize,
    problem: DecodeProblem,
    answer: ErrorCode,
    by: Option<ExperimenterError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    Index(usize),
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeProblem {
    /// The field is longer than what holds it.
    #[error("need {need} bytes, have {have}")]
    Truncated {
        /// Bytes the field takes.
        need: usize,
        /// Bytes left.
        have: usize,
    },
    /// Something follows where nothing may.
    #[error("{extra} bytes too many")]
    Trailing {
        /// Bytes left over.
        extra: usize,
    },
    /// A length that the thing it belongs to cannot have.
    #[error("length {length} is wrong: {expected}")]
    Length {
        /// As it came.
        length: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// A header that does not tell the length of its frame.
    #[error("{length} is wrong, the frame has {have} bytes")]
    Frame {
        /// As it came.
        length: usize,
        /// Bytes there are.
        have: usize,
    },
    /// A number that has no meaning there.
    #[error("{value} is not one of the values defined")]
    Value {
        /// As it came.
        value: u64,
    },
    /// Parts of one kind inside each other, more than a decoder follows.
    #[error("nested more than {most} deep")]
    TooDeep {
        /// Levels that are followed.
        most: u8,
    },
    /// A match that says more of a packet than where it came from, or not that.
    #[error("must have the ingress port and pipeline fields only")]
    NotPipeline,
    /// A message that cannot be inside another one.
    #[error("a {name} cannot be inside another message")]
    NotInside {
        /// Its type.
        name: &'static str,
    },
    /// A version Pointsman does not speak.
    #[error(
        "wire version {version:#04x} is not spoken: 0x01 (1.0), 0x04 (1.3), 0x05 (1.4) and 0x06 (1.5) are"
    )]
    Version {
        /// The byte.
        version: u8,
    },
    /// A message that this version lays out differently, or does not have.
    #[error("OpenFlow {version} has its own layout or none of it, which is not read")]
    Layout {
        /// Of the message.
        version: Version,
    },
}

impl DecodeError {
    /// An error at an offset of the frame, before any field is named.
    #[must_use]
    pub fn new(offset: usize, problem: DecodeProblem, answer: ErrorCode) -> Self {
        Self(Box::new(Report {
            path: SmallVec::new(),
            offset,
            problem,
            answer,
            by: None,
        }))
    }

    pub(crate) fn no_such_type(kind: u8) -> Self {
        let problem = DecodeProblem::Value { value: kind.into() };
        Self::new(1, problem, ErrorCode::BAD_REQUEST_BAD_TYPE)
            .in_field("type")
            .in_field("header")
    }

    pub(crate) fn other_layout(name: &'static str, version: Version) -> Self {
        let problem = DecodeProblem::Layout { version };
        Self::new(0, problem, ErrorCode::BAD_REQUEST_BAD_TYPE).in_field(name)
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> DecodeProblem {
        self.0.problem
    }

    /// Bytes from the start of the frame.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// What OFPT_ERROR answers it, without what experimenters have numbers for.
    #[must_use]
    pub fn answer(&self) -> ErrorCode {
        self.0.answer
    }

    /// What answers it more precisely, where an experimenter numbers an error for it and the
    /// peer knows that.
    #[must_use]
    pub fn experimenter_answer(&self) -> Option<ExperimenterError> {
        self.0.by
    }

    /// What is answered to it: the most precise there is.
    #[must_use]
    pub fn precise_answer(&self) -> Answer {
        match self.0.by {
            Some(error) => error.into(),
            None => self.0.answer.into(),
        }
    }

    /// The same error with an experimenter's answer.
    pub(crate) fn answered_by(mut self, error: ExperimenterError) -> Self {
        self.0.by = Some(error);
        self
    }

    /// The same error of a message that begins at `start` of another one.
    pub(crate) fn shifted(mut self, start: usize) -> Self {
        self.0.offset += start;
        self
    }

    /// The field: `flow_mod.instructions[0].actions[2]`.
    #[must_use]
    pub fn path(&self) -> String {
        self.0.path()
    }

    /// Names the field the error is in; called from the inside outward.
    #[cold]
    #[must_use]
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.push(Step::Field(name));
        self
    }

    /// Names the element of a list the error is in.
    #[cold]
    #[must_use]
    pub fn in_element(mut self, index: usize) -> Self {
        self.0.path.push(Step::Index(index));
        self
    }
}

impl Report {
    fn path(&self) -> String {
        let mut text = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Field(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(name);
                }
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} at offset {}",
            self.path(),
            self.problem,
            self.offset
        )?;
        match self.by {
            Some(error) => write!(f, " ({})", error.name),
            None => Ok(()),
        }
    }
}

/// A message that cannot be written. Nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A part does not fit its length field.
    #[error("{what} is {length} bytes long, more than its length field can say")]
    TooLong {
        /// Which part.
        what: &'static str,
        /// Its length.
        length: usize,
    },
    /// A message inside this one, in a bundle for example, that no decoder would take there.
    #[error("the message inside cannot be there, for its {field}: {problem}")]
    Inside {
        /// Of its header.
        field: &'static str,
        /// What a decoder would say.
        problem: DecodeProblem,
    },
    /// A part that the version of the message does not have.
    #[error("OpenFlow {version} has no {what}")]
    NotInVersion {
        /// Which part.
        what: &'static str,
        /// Of the message.
        version: Version,
    },
}
