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

#[cfg(test)]
mod tests {
    use crate::Version;
    use crate::wire::{ErrorCode, Message};

    /// It is of 1.1, and deprecated since (OF 1.3.5 §7.2.3.1, `OFPMT_STANDARD`).
    #[test]
    fn a_standard_match_is_refused_for_its_type() {
        for version in [Version::V1_3, Version::V1_4, Version::V1_5] {
            let mut frame = vec![version.wire(), 14, 0, 136, 0, 0, 0, 1];
            frame.extend([0; 40]);
            frame.extend([0, 0, 0, 88]);
            frame.extend([0; 84]);
            let error = Message::decode(frame.into()).expect_err("of 1.1");
            assert_eq!(error.answer(), ErrorCode::BAD_MATCH_BAD_TYPE);
            assert_eq!(error.path(), "flow_mod.match", "{version}");
        }
    }
}
