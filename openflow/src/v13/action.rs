//! Actions.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use crate::oxm::OxmField;
use crate::wire::json;
use crate::{GroupId, PortNo};

/// Actions in order; up to four without heap allocation.
pub type Actions = SmallVec<[Action; 4]>;

/// One action (OF 1.3.5 §7.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Send out of a port.
    Output {
        /// Where to.
        port: PortNo,
        /// Bytes for the controller, 0xffff for the whole packet.
        max_len: u16,
    },
    /// Copy the TTL from next-to-outermost to outermost.
    CopyTtlOut,
    /// Copy the TTL from outermost to next-to-outermost.
    CopyTtlIn,
    /// Set the MPLS TTL.
    SetMplsTtl {
        /// New TTL.
        mpls_ttl: u8,
    },
    /// Decrement the MPLS TTL.
    DecMplsTtl,
    /// Push a VLAN tag.
    PushVlan {
        /// Of the tag.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop the outer VLAN tag.
    PopVlan,
    /// Push an MPLS entry.
    PushMpls {
        /// Of the entry.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop the outer MPLS entry.
    PopMpls {
        /// Of what is below.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Choose the queue for a later output.
    SetQueue {
        /// Which.
        queue_id: u32,
    },
    /// Hand to a group.
    Group {
        /// Which.
        #[serde(serialize_with = "json::group_id")]
        group_id: GroupId,
    },
    /// Set the IP TTL.
    SetNwTtl {
        /// New TTL.
        nw_ttl: u8,
    },
    /// Decrement the IP TTL.
    DecNwTtl,
    /// Overwrite a field.
    SetField {
        /// Which, and with what.
        field: OxmField,
    },
    /// Push a provider backbone bridge header.
    PushPbb {
        /// Of the header.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop it.
    PopPbb,
    /// An experimenter's own, kept.
    Experimenter {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        experimenter: u32,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning in this version, kept.
    Unknown {
        /// The number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}
