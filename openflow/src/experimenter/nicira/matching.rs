//! The flexible match.

use serde::Serialize;

use crate::Version;
use crate::oxm::OxmList;
use crate::wire::{DecodeError, ErrorCode, Reader, Writer};

/// What a flow entry looks for, or what is known of a packet (`nx_match`): fields without the
/// header of `ofp_match`, their length somewhere before them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Match {
    /// In their order.
    pub nxm_fields: OxmList,
}

impl Match {
    /// The next `match_len` bytes and the padding after them.
    pub(super) fn decode(r: &mut Reader<'_>, match_len: u16) -> Result<Self, DecodeError> {
        let answer = match r.version() {
            Version::V1_0 => ErrorCode::BAD_REQUEST_BAD_LEN,
            Version::V1_3 | Version::V1_4 | Version::V1_5 => ErrorCode::BAD_MATCH_BAD_LEN,
        };
        r.blaming(answer, |r| {
            let start = r.offset();
            let nxm_fields = OxmList::decode(r, match_len.into())?;
            r.pad_to_8(start)?;
            Ok(Self { nxm_fields })
        })
        .map_err(|error| error.in_field("match"))
    }

    /// `match_len`, the `gap` bytes that `between` writes, the fields, and the padding after them.
    pub(super) fn encode(
        &self,
        gap: usize,
        between: impl FnOnce(&mut Writer<'_>),
        w: &mut Writer<'_>,
    ) {
        let start = w.position() + 2 + gap;
        w.length(start, "match", |w| {
            between(w);
            self.nxm_fields.encode(w);
        });
        w.pad_to_8(start);
    }
}
