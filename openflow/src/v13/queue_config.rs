//! Queues of a port.

use bytes::Bytes;
use serde::Serialize;

use crate::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Which queues has a port (OF 1.3.5 §7.3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigRequest {
    /// Which port, or [`PortNo::ANY`].
    pub port: PortNo,
}

/// Its queues (OF 1.3.5 §7.3.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigReply {
    /// Which port.
    pub port: PortNo,
    /// Its queues.
    pub queues: Vec<PacketQueue>,
}

/// One queue (OF 1.3.5 §7.2.2, `ofp_packet_queue`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketQueue {
    /// Its number on the port.
    pub queue_id: u32,
    /// Of which port.
    pub port: PortNo,
    /// What it guarantees.
    pub properties: Vec<QueueProperty>,
}

/// Property of a queue (OF 1.3.5 §7.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "property", rename_all = "snake_case")]
pub enum QueueProperty {
    /// Rate it is sure of.
    MinRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
    },
    /// Rate it cannot exceed.
    MaxRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
    },
    /// An experimenter's own.
    Experimenter {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        experimenter: u32,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// Another one, kept.
    Unknown {
        /// Its number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

impl Wire for QueueConfigRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port: r.field_before_pad("port", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port.encode(w);
        w.pad(4);
    }
}

impl Wire for QueueConfigReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port: r.field("port")?,
            queues: {
                r.pad(4)?;
                r.list("queues")?
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port.encode(w);
        w.pad(4);
        w.list(&self.queues);
    }
}

impl Wire for PacketQueue {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (queue_id, port) = (r.field("queue_id")?, r.field("port")?);
        let mut r = r.sized_since(start).map_err(|e| e.in_field("len"))?;
        r.pad(6)?;
        Ok(Self {
            queue_id,
            port,
            properties: r.list("properties")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        w.u32(self.queue_id);
        self.port.encode(w);
        w.length(start, "queue", |w| {
            w.pad(6);
            w.list(&self.properties);
        });
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const MIN_RATE: u16 = 1;
    pub(super) const MAX_RATE: u16 = 2;
    pub(super) const EXPERIMENTER: u16 = 0xffff;
}

impl Wire for QueueProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, mut body) = r.tlv()?;
        let property = match kind {
            kind::MIN_RATE => Self::MinRate {
                rate: rate(&mut body)?,
            },
            kind::MAX_RATE => Self::MaxRate {
                rate: rate(&mut body)?,
            },
            kind::EXPERIMENTER => {
                body.pad(4)?;
                let experimenter = body.field_before_pad("experimenter", 4)?;
                Self::Experimenter {
                    experimenter,
                    data: body.rest(),
                }
            }
            kind => Self::Unknown {
                kind,
                data: body.rest(),
            },
        };
        body.finish()?;
        Ok(property)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let rate = |w: &mut Writer<'_>, rate: u16| {
            w.pad(4);
            w.u16(rate);
            w.pad(6);
        };
        let what = "queue.properties";
        match self {
            Self::MinRate { rate: value } => w.tlv(kind::MIN_RATE, what, |w| rate(w, *value)),
            Self::MaxRate { rate: value } => w.tlv(kind::MAX_RATE, what, |w| rate(w, *value)),
            Self::Experimenter { experimenter, data } => w.tlv(kind::EXPERIMENTER, what, |w| {
                w.pad(4);
                w.u32(*experimenter);
                w.pad(4);
                w.bytes(data);
            }),
            Self::Unknown { kind, data } => w.tlv(*kind, what, |w| w.bytes(data)),
        }
    }
}

/// Body of a property that is a rate.
fn rate(r: &mut Reader<'_>) -> Result<u16, DecodeError> {
    r.pad(4)?;
    let rate = r.field("rate")?;
    r.pad(6)?;
    Ok(rate)
}
