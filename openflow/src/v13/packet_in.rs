//! A packet for the controller.

use bytes::{Buf, Bytes};
use serde::Serialize;

use super::Match;
use crate::oxm::OxmList;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie, TableId, Version};

/// A packet for the controller (OF 1.3.5 §7.4.1, `ofp_packet_in`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketIn {
    /// Where the switch kept it.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Length of the whole packet.
    pub total_len: u16,
    /// Why it is sent.
    pub reason: PacketInReason,
    /// From which table.
    pub table_id: TableId,
    /// Of the entry that sent it.
    pub cookie: Cookie,
    /// What is known of the packet beside its bytes, ingress port first.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The packet, as much as was sent.
    #[serde(serialize_with = "json::hex")]
    pub data: Bytes,
}

impl PacketIn {
    pub(crate) const KIND: u8 = 10;

    /// Reads a whole frame in one look, if it is as packet-ins are: match fields of the
    /// specification, and enough bytes for them. All others come back, to be read field by field,
    /// which finds what is wrong, to the same result.
    ///
    /// Of all messages this one comes millions of times a second; one check for the fixed part,
    /// and none of the bookkeeping for errors, take a third of the time.
    #[inline]
    pub(crate) fn at_once(mut frame: Bytes, version: Version) -> Result<Self, Bytes> {
        let Some((head, oxm_fields, payload)) = front(&frame) else {
            return Err(frame);
        };
        let [
            b0,
            b1,
            b2,
            b3,
            l0,
            l1,
            reason,
            table,
            c0,
            c1,
            c2,
            c3,
            c4,
            c5,
            c6,
            c7,
        ] = head;
        frame.advance(payload);
        Ok(Self {
            buffer_id: BufferId(u32::from_be_bytes([b0, b1, b2, b3])),
            total_len: u16::from_be_bytes([l0, l1]),
            reason: PacketInReason::of(reason, version),
            table_id: TableId(table),
            cookie: Cookie(u64::from_be_bytes([c0, c1, c2, c3, c4, c5, c6, c7])),
            matching: Match { oxm_fields },
            data: frame,
        })
    }
}

/// What comes before the payload of a usual packet-in: the fixed part after the header, the match
/// fields, and the length of it all.
#[inline]
fn front(frame: &[u8]) -> Option<([u8; 16], OxmList, usize)> {
    const FIXED: usize = 8 + 16 + 4;
    let [_, _, _, _, _, _, _, _, head @ .., t0, t1, m0, m1]: [u8; FIXED] = *frame.first_chunk()?;
    let match_len = usize::from(u16::from_be_bytes([m0, m1]));
    let payload = FIXED - 4 + match_len.next_multiple_of(8) + 2;
    if u16::from_be_bytes([t0, t1]) != Match::OXM || payload > frame.len() {
        return None;
    }
    let oxm_fields = OxmList::at_once(&frame[FIXED..], match_len.checked_sub(4)?)?;
    Some((head, oxm_fields, payload))
}

impl Wire for PacketIn {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            buffer_id: r.field("buffer_id")?,
            total_len: r.field("total_len")?,
            reason: r.field("reason")?,
            table_id: r.field("table_id")?,
            cookie: r.field("cookie")?,
            matching: r.field("match")?,
            data: {
                r.pad(2)?;
                r.payload()
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.buffer_id.encode(w);
        self.total_len.encode(w);
        self.reason.encode(w);
        self.table_id.encode(w);
        self.cookie.encode(w);
        self.matching.encode(w);
        w.pad(2);
        w.bytes(&self.data);
    }

    fn payload_mut(&mut self) -> Option<&mut Bytes> {
        Some(&mut self.data)
    }
}

/// Why a packet is sent (OF 1.3.5 §7.4.1, OF 1.4.1 §7.4.1, `ofp_packet_in_reason`). From 1.4 on
/// two of the numbers have other names, which say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketInReason {
    /// The table-miss entry sent it; 1.3.
    NoMatch,
    /// An output action said so, wherever it was; 1.3.
    Action,
    /// The table-miss entry sent it; 1.4 and later.
    TableMiss,
    /// An output action among those applied said so; 1.4 and later.
    ApplyAction,
    /// Its TTL is used up.
    InvalidTtl,
    /// An output action in the action set said so; 1.4 and later.
    ActionSet,
    /// An output action in a bucket said so; 1.4 and later.
    Group,
    /// An output action in a packet-out said so; 1.4 and later.
    PacketOut,
    /// A number without a name in the version.
    Unknown(u8),
}

impl PacketInReason {
    /// What a number says in a version.
    #[must_use]
    #[inline]
    pub fn of(number: u8, version: Version) -> Self {
        // A table rather than a `match`: the processor need not guess which way it goes.
        const NAMED: [[PacketInReason; 6]; 2] = {
            use PacketInReason::*;
            [
                [
                    NoMatch,
                    Action,
                    InvalidTtl,
                    Unknown(3),
                    Unknown(4),
                    Unknown(5),
                ],
                [
                    TableMiss,
                    ApplyAction,
                    InvalidTtl,
                    ActionSet,
                    Group,
                    PacketOut,
                ],
            ]
        };
        let named = &NAMED[usize::from(version >= Version::V1_4)];
        let named = named.get(usize::from(number)).copied();
        named.unwrap_or(Self::Unknown(number))
    }

    /// The specification's name without prefix; `None` for an unknown number.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::NoMatch => Some("no_match"),
            Self::Action => Some("action"),
            Self::TableMiss => Some("table_miss"),
            Self::ApplyAction => Some("apply_action"),
            Self::InvalidTtl => Some("invalid_ttl"),
            Self::ActionSet => Some("action_set"),
            Self::Group => Some("group"),
            Self::PacketOut => Some("packet_out"),
            Self::Unknown(_) => None,
        }
    }
}

impl From<PacketInReason> for u8 {
    fn from(reason: PacketInReason) -> Self {
        match reason {
            PacketInReason::NoMatch | PacketInReason::TableMiss => 0,
            PacketInReason::Action | PacketInReason::ApplyAction => 1,
            PacketInReason::InvalidTtl => 2,
            PacketInReason::ActionSet => 3,
            PacketInReason::Group => 4,
            PacketInReason::PacketOut => 5,
            PacketInReason::Unknown(number) => number,
        }
    }
}

wire_enum!(@text PacketInReason u8);

impl Wire for PacketInReason {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = r.u8()?;
        Ok(Self::of(number, r.version()))
    }

    /// The number: a name of another version is written as what it means.
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8((*self).into());
    }
}
