//! The match of a flow monitor, which two implementations lay out in two ways.

use serde::Serialize;

use crate::oxm::OxmList;
use crate::v13::Match;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer};

/// Match of a flow monitor and of its updates. `match_len` is before it in the structure, with
/// other fields between.
///
/// The ONF's text has `match_len` bytes of fields, as `nx_match` has; Open vSwitch has `ofp_match`
/// with a header of its own. Which it is, the first two bytes tell: 1 is the type in that header,
/// and the class of fields that nobody sends in 1.3 without one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum MonitorMatch {
    /// As Open vSwitch has it.
    OfpMatch {
        /// As it came: Open vSwitch sends the length without padding, and of what it receives it
        /// only asks that there are so many bytes.
        match_len: u16,
        /// Fields.
        #[serde(rename = "match")]
        matching: Match,
    },
    /// As the text has it.
    Fields {
        /// Fields.
        oxm_fields: OxmList,
    },
}

/// What `ofp_match` begins with.
const OXM: [u8; 2] = [0, 1];

impl MonitorMatch {
    /// The match at the front of `r`, and the padding after it.
    pub(super) fn decode(r: &mut Reader<'_>, match_len: u16) -> Result<Self, DecodeError> {
        if r.peek().starts_with(&OXM) {
            let matching = r.field("match")?;
            return Ok(Self::OfpMatch {
                match_len,
                matching,
            });
        }
        r.blaming(ErrorCode::BAD_MATCH_BAD_LEN, |r| {
            let start = r.offset();
            let oxm_fields = OxmList::decode(r, match_len.into())?;
            r.pad_to_8(start)?;
            Ok(Self::Fields { oxm_fields })
        })
        .map_err(|error| error.in_field("match"))
    }

    /// `match_len`, the `gap` bytes that `between` writes, the match, and the padding after it.
    pub(super) fn encode(
        &self,
        gap: usize,
        between: impl FnOnce(&mut Writer<'_>),
        w: &mut Writer<'_>,
    ) {
        let start = w.position() + 2 + gap;
        match self {
            Self::OfpMatch {
                match_len,
                matching,
            } => {
                w.u16(*match_len);
                between(w);
                matching.encode(w);
            }
            Self::Fields { oxm_fields } => {
                let first = oxm_fields.iter().next();
                if first.is_some_and(|oxm| oxm.class.0.to_be_bytes() == OXM) {
                    w.lacks("flow monitor whose first match field has class 1");
                }
                w.length(start, "match", |w| {
                    between(w);
                    oxm_fields.encode(w);
                });
                w.pad_to_8(start);
            }
        }
    }
}
