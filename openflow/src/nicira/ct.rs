//! Connection tracking, and acting on a copy.

use serde::Serialize;

use super::{OfsNbits, inner};
use crate::oxm::NxmHeader;
use crate::wire::{DecodeError, Reader, Wire, Writer};

wire_flags! {
    /// What the tracker does (`enum nx_conntrack_flags`).
    CtFlags: u16 {
        /// Keep the connection.
        COMMIT = 1 << 0;
        /// Even if it is known in the other direction.
        FORCE = 1 << 1;
    }
}

/// Sends a packet through the connection tracker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Ct<A> {
    /// What it does.
    pub flags: CtFlags,
    /// Where connections are told apart.
    #[serde(flatten)]
    pub zone: CtZone,
    /// Table to go on at with what the tracker knows; 255 for none.
    pub recirc_table: u8,
    /// Port of the helper for the application: 21 for FTP, 69 for TFTP, 0 for none.
    pub alg: u16,
    /// Carried out on the connection: marks, labels and [`super::Nat`].
    pub actions: Vec<A>,
}

/// The zone of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum CtZone {
    /// This number.
    Immediate {
        /// Of the zone.
        zone_imm: u16,
    },
    /// Bits of a field.
    Field {
        /// Which field; never zero, which means a number.
        zone_src: NxmHeader,
        /// Which bits.
        zone_ofs_nbits: OfsNbits,
    },
}

/// Acts on a copy of the packet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Clone<A> {
    /// In their order.
    pub actions: Vec<A>,
}

impl<A: Wire> Wire for Ct<A> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            flags: r.field("flags")?,
            zone: r.field("zone")?,
            recirc_table: r.field_before_pad("recirc_table", 3)?,
            alg: r.field("alg")?,
            actions: inner(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.flags.encode(w);
        self.zone.encode(w);
        w.u8(self.recirc_table);
        w.pad(3);
        w.u16(self.alg);
        w.list(&self.actions);
    }
}

impl Wire for CtZone {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.field("zone_src")? {
            NxmHeader(0) => Ok(Self::Immediate {
                zone_imm: r.field("zone_imm")?,
            }),
            zone_src => Ok(Self::Field {
                zone_src,
                zone_ofs_nbits: r.field("zone_ofs_nbits")?,
            }),
        }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Immediate { zone_imm } => {
                w.u32(0);
                w.u16(*zone_imm);
            }
            Self::Field {
                zone_src,
                zone_ofs_nbits,
            } => {
                zone_src.encode(w);
                zone_ofs_nbits.encode(w);
            }
        }
    }
}

impl<A: Wire> Wire for Clone<A> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.pad(6)?;
        Ok(Self { actions: inner(r)? })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.pad(6);
        w.list(&self.actions);
    }
}
