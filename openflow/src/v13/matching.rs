//! The match of 1.2 and later: a list of OXM fields.

use serde::Serialize;

use crate::oxm::OxmList;

/// What a flow entry looks for, or what is known of a packet (OF 1.3.5 §7.2.3.1, `ofp_match`).
/// Type is OFPMT_OXM; the standard match of 1.1 is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Match {
    /// In their order.
    pub oxm_fields: OxmList,
}
