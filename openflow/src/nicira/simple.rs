//! Actions of one or two numbers.

use bytes::Bytes;
use serde::Serialize;

use crate::GroupId;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

wire_fields! {
    /// Sets the tunnel id.
    SetTunnel {
        /// It.
        #[serde(serialize_with = "json::hex32")]
        [2] tun_id: u32;
    }

    /// Sets the tunnel id.
    SetTunnel64 {
        /// It.
        #[serde(serialize_with = "json::hex64")]
        [6] tun_id: u64;
    }

    /// Chooses a queue.
    SetQueue {
        /// Which.
        [2] queue_id: u32;
    }

    /// Hands to a group.
    Group {
        /// Which.
        #[serde(serialize_with = "json::group_id")]
        [2] group_id: GroupId;
    }

    /// Shortens timeouts at the end of a TCP connection.
    FinTimeout {
        /// In seconds; 0 to leave it.
        fin_idle_timeout: u16;
        /// In seconds; 0 to leave it.
        fin_hard_timeout: u16;
    }

    /// Pushes or pops an MPLS entry.
    MplsEthertype {
        /// Of the entry, or of what is below.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16;
    }

    /// Sets the MPLS TTL.
    SetMplsTtl {
        /// It.
        ttl: u8;
    }

    /// Sets the MPLS label.
    SetMplsLabel {
        /// It, 20 bits.
        [2] label: u32;
    }

    /// Sets the MPLS traffic class.
    SetMplsTc {
        /// It, 3 bits.
        tc: u8;
    }

    /// One clause of a conjunctive match.
    Conjunction {
        /// Which, from 0.
        clause: u8;
        /// Of how many.
        n_clauses: u8;
        /// Of which match, as `conj_id`.
        id: u32;
    }
}

/// Bytes that say nothing to a switch; the padding at their end is part of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Note {
    /// Six, or six and a multiple of eight.
    #[serde(serialize_with = "json::hex")]
    pub note: Bytes,
}

impl Wire for Note {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { note: r.rest() })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.note);
    }
}

/// Decrements the IP TTL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DecTtlCntIds {
    /// Controllers to tell when it is spent.
    pub cnt_ids: Vec<u16>,
}

impl Wire for DecTtlCntIds {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let n_controllers: u16 = r.field_before_pad("n_controllers", 4)?;
        let mut ids = r
            .child(2 * usize::from(n_controllers))
            .map_err(|error| error.in_field("cnt_ids"))?;
        Ok(Self {
            cnt_ids: ids.list("cnt_ids")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        // More ids than that make the action longer than its length can say.
        w.u16(u16::try_from(self.cnt_ids.len()).unwrap_or(u16::MAX));
        w.pad(4);
        w.list(&self.cnt_ids);
    }
}
