//! The match of 1.2 and later: a list of OXM fields.

use serde::Serialize;

use crate::oxm::OxmList;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer};

/// What a flow entry looks for, or what is known of a packet (OF 1.3.5 §7.2.3.1, `ofp_match`).
/// Type is OFPMT_OXM; the standard match of 1.1 is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Match {
    /// In their order.
    pub oxm_fields: OxmList,
}

impl Match {
    /// OFPMT_OXM.
    pub(super) const OXM: u16 = 1;

    /// Bytes it takes in a message, padding included.
    pub(super) fn encoded_len(&self) -> usize {
        (4 + self.oxm_fields.encoded_len()).next_multiple_of(8)
    }
}

impl Wire for Match {
    /// With the padding after it, which the length does not count.
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.blaming(ErrorCode::BAD_MATCH_BAD_LEN, |r| {
            let (start, at) = (r.offset(), r.mark());
            let (kind, len) = r.tlv_header()?;
            if kind != Self::OXM {
                return Err(at.bad_value(kind.into(), ErrorCode::BAD_MATCH_BAD_TYPE));
            }
            let oxm_fields = OxmList::decode(r, len)?;
            r.pad_to_8(start)?;
            Ok(Self { oxm_fields })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        w.tlv(Self::OXM, "match", |w| self.oxm_fields.encode(w));
        w.pad_to_8(start);
    }
}
