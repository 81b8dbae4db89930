//! Making flow entries of packets.

use bytes::Bytes;
use serde::Serialize;

use crate::Cookie;
use crate::oxm::{FieldId, NxmHeader};
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};

wire_flags! {
    /// Of the entry, and of the action.
    LearnFlags: u16 {
        /// Tell the controller when the entry is gone.
        SEND_FLOW_REM = 1 << 0;
        /// The entry goes with this one.
        DELETE_LEARNED = 1 << 1;
        /// Write whether there was room for the entry; [`Learn2`] only, and set by its
        /// `result_dst`.
        WRITE_RESULT = 1 << 2;
    }
}

/// Adds or changes a flow entry made of this packet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Learn {
    /// Of the entry, in seconds.
    pub idle_timeout: u16,
    /// Of the entry, in seconds.
    pub hard_timeout: u16,
    /// Of the entry.
    pub priority: u16,
    /// Of the entry.
    pub cookie: Cookie,
    /// How.
    pub flags: LearnFlags,
    /// Where the entry goes.
    pub table_id: u8,
    /// Idle timeout after the end of a TCP connection.
    pub fin_idle_timeout: u16,
    /// Hard timeout after it.
    pub fin_hard_timeout: u16,
    /// What the entry matches and does.
    pub specs: Vec<LearnSpec>,
}

/// [`Learn`] with a limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Learn2 {
    /// Everything that is in both; its flag `WRITE_RESULT` follows from `result_dst`.
    #[serde(flatten)]
    pub learn: Learn,
    /// Most entries with this cookie in the table; 0 for no limit.
    pub limit: u32,
    /// Bit of `result_dst`.
    pub result_dst_ofs: u16,
    /// Where to write whether there was room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_dst: Option<FieldId>,
}

/// One part of the entry: bits of the packet or of the action, matched, loaded or sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct LearnSpec {
    /// How many bits, up to 1023.
    pub n_bits: u16,
    /// Where they come from.
    pub src: LearnSrc,
    /// Where they go.
    pub dst: LearnDst,
}

/// Where bits come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LearnSrc {
    /// A field of the packet.
    Field {
        /// Which.
        field: NxmHeader,
        /// First bit.
        ofs: u16,
    },
    /// The action itself.
    Immediate {
        /// The bits right-aligned, in whole 16-bit words.
        #[serde(serialize_with = "json::hex")]
        value: Bytes,
    },
}

/// Where bits go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LearnDst {
    /// The entry matches them.
    Match {
        /// In this field.
        field: NxmHeader,
        /// First bit.
        ofs: u16,
    },
    /// The entry's actions load them.
    Load {
        /// Into this field.
        field: NxmHeader,
        /// First bit.
        ofs: u16,
    },
    /// The entry's actions send out of the port they say.
    Output,
}

/// The header of a spec: number of bits, source and destination.
mod header {
    pub(super) const N_BITS: u16 = 0x03ff;
    pub(super) const IMMEDIATE: u16 = 1 << 13;
    pub(super) const MATCH: u16 = 0 << 11;
    pub(super) const LOAD: u16 = 1 << 11;
    pub(super) const OUTPUT: u16 = 2 << 11;
    pub(super) const DST: u16 = 3 << 11;
    pub(super) const RESERVED: u16 = 3 << 14 | 1 << 10;
}

impl Learn {
    /// All but the specs, which come after what [`Learn2`] adds.
    fn decode_fixed(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            priority: r.field("priority")?,
            cookie: r.field("cookie")?,
            flags: r.field("flags")?,
            table_id: r.field_before_pad("table_id", 1)?,
            fin_idle_timeout: r.field("fin_idle_timeout")?,
            fin_hard_timeout: r.field("fin_hard_timeout")?,
            specs: Vec::new(),
        })
    }

    fn encode_fixed(&self, w: &mut Writer<'_>, flags: LearnFlags) {
        w.u16(self.idle_timeout);
        w.u16(self.hard_timeout);
        w.u16(self.priority);
        self.cookie.encode(w);
        flags.encode(w);
        w.u8(self.table_id);
        w.pad(1);
        w.u16(self.fin_idle_timeout);
        w.u16(self.fin_hard_timeout);
    }
}

impl Wire for Learn {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut learn = Self::decode_fixed(r)?;
        learn.specs = decode_specs(r)?;
        Ok(learn)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.encode_fixed(w, self.flags);
        w.list(&self.specs);
    }
}

impl Wire for Learn2 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut learn = Learn::decode_fixed(r)?;
        let limit = r.field("limit")?;
        let result_dst_ofs = r.field_before_pad("result_dst_ofs", 2)?;
        let result_dst = if learn.flags.contains(LearnFlags::WRITE_RESULT) {
            Some(r.field("result_dst")?)
        } else {
            None
        };
        learn.specs = decode_specs(r)?;
        Ok(Self {
            learn,
            limit,
            result_dst_ofs,
            result_dst,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let mut flags = self.learn.flags;
        flags.set(LearnFlags::WRITE_RESULT, self.result_dst.is_some());
        self.learn.encode_fixed(w, flags);
        w.u32(self.limit);
        w.u16(self.result_dst_ofs);
        w.pad(2);
        if let Some(field) = &self.result_dst {
            field.encode(w);
        }
        w.list(&self.learn.specs);
    }
}

/// Until the padding, which a header of zero begins, or the end.
fn decode_specs(r: &mut Reader<'_>) -> Result<Vec<LearnSpec>, DecodeError> {
    let mut specs = Vec::new();
    while !matches!(r.peek(), [] | [_] | [0, 0, ..]) {
        let spec = LearnSpec::decode(r)
            .map_err(|error| error.in_element(specs.len()).in_field("specs"))?;
        specs.push(spec);
    }
    Ok(specs)
}

impl Wire for LearnSpec {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = r.mark();
        let header = r.u16()?;
        let refused = || at.bad_value(header.into(), ErrorCode::BAD_ACTION_BAD_ARGUMENT);
        if header & header::RESERVED != 0 {
            return Err(refused());
        }
        let n_bits = header & header::N_BITS;
        let src = if header & header::IMMEDIATE == 0 {
            LearnSrc::Field {
                field: r.field("src")?,
                ofs: r.field("src_ofs")?,
            }
        } else {
            LearnSrc::Immediate {
                value: r.child(immediate_len(n_bits))?.rest(),
            }
        };
        let dst = match header & header::DST {
            header::MATCH => LearnDst::Match {
                field: r.field("dst")?,
                ofs: r.field("dst_ofs")?,
            },
            header::LOAD => LearnDst::Load {
                field: r.field("dst")?,
                ofs: r.field("dst_ofs")?,
            },
            header::OUTPUT => LearnDst::Output,
            _ => return Err(refused()),
        };
        Ok(Self { n_bits, src, dst })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let src = match self.src {
            LearnSrc::Field { .. } => 0,
            LearnSrc::Immediate { .. } => header::IMMEDIATE,
        };
        let dst = match self.dst {
            LearnDst::Match { .. } => header::MATCH,
            LearnDst::Load { .. } => header::LOAD,
            LearnDst::Output => header::OUTPUT,
        };
        w.u16(self.n_bits & header::N_BITS | src | dst);
        match &self.src {
            LearnSrc::Field { field, ofs } => {
                field.encode(w);
                w.u16(*ofs);
            }
            LearnSrc::Immediate { value } => {
                // Cut or filled up on the left: the bits are right-aligned.
                let len = immediate_len(self.n_bits);
                w.pad(len.saturating_sub(value.len()));
                w.bytes(&value[value.len().saturating_sub(len)..]);
            }
        }
        match &self.dst {
            LearnDst::Match { field, ofs } | LearnDst::Load { field, ofs } => {
                field.encode(w);
                w.u16(*ofs);
            }
            LearnDst::Output => {}
        }
    }
}

/// Bytes of so many bits, in whole 16-bit words.
fn immediate_len(n_bits: u16) -> usize {
    2 * usize::from((n_bits & header::N_BITS).div_ceil(16))
}
