//! Sampling into IPFIX.

use serde::Serialize;

use super::OfsNbits;
use crate::oxm::NxmHeader;
use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer};

wire_enum! {
    /// Which way the sampled packet goes (`enum nx_action_sample_direction`).
    SampleDirection: u8 {
        /// Not said.
        Default = 0 "default";
        /// In.
        Ingress = 1 "ingress";
        /// Out.
        Egress = 2 "egress";
    }
}

wire_fields! {
    /// One packet in so many.
    Sample {
        /// Of 65,535 packets so many.
        probability: u16;
        /// Where samples go.
        collector_set_id: u32;
        /// What they are marked with.
        obs_domain_id: u32;
        /// And with.
        obs_point_id: u32;
    }

    /// With a port and, in the later of its two numbers, a direction.
    Sample2 {
        /// Of 65,535 packets so many.
        probability: u16;
        /// Where samples go.
        collector_set_id: u32;
        /// What they are marked with.
        obs_domain_id: u32;
        /// And with.
        obs_point_id: u32;
        /// Port of the sample.
        sampling_port: PortNo;
        /// Which way.
        direction: SampleDirection;
    }
}

/// With observation ids from fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Sample4 {
    /// Of 65,535 packets so many.
    pub probability: u16,
    /// Where samples go.
    pub collector_set_id: u32,
    /// What they are marked with.
    pub obs_domain: SampleId,
    /// And with.
    pub obs_point: SampleId,
    /// Port of the sample.
    pub sampling_port: PortNo,
    /// Which way.
    pub direction: SampleDirection,
}

/// An observation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum SampleId {
    /// This number.
    Immediate {
        /// It.
        imm: u32,
    },
    /// Bits of a field.
    Field {
        /// Which field; never zero, which means a number.
        src: NxmHeader,
        /// Which bits.
        ofs_nbits: OfsNbits,
    },
}

impl Wire for Sample4 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            probability: r.field("probability")?,
            collector_set_id: r.field("collector_set_id")?,
            obs_domain: r.field("obs_domain")?,
            obs_point: r.field("obs_point")?,
            sampling_port: r.field("sampling_port")?,
            direction: r.field("direction")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.probability);
        w.u32(self.collector_set_id);
        self.obs_domain.encode(w);
        self.obs_point.encode(w);
        self.sampling_port.encode(w);
        self.direction.encode(w);
    }
}

impl Wire for SampleId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.field("src")? {
            NxmHeader(0) => Ok(Self::Immediate {
                imm: r.field("imm")?,
            }),
            src => Ok(Self::Field {
                src,
                ofs_nbits: r.field_before_pad("ofs_nbits", 2)?,
            }),
        }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Immediate { imm } => {
                w.u32(0);
                w.u32(*imm);
            }
            Self::Field { src, ofs_nbits } => {
                src.encode(w);
                ofs_nbits.encode(w);
                w.pad(2);
            }
        }
    }
}
