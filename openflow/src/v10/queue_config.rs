//! Queues of a port.

use bytes::Bytes;
use serde::Serialize;

use super::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Which queues has a port (OF 1.0 §5.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigRequest {
    /// Which port.
    pub port: PortNo,
}

/// Its queues (OF 1.0 §5.3.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct QueueConfigReply {
    /// Which port.
    pub port: PortNo,
    /// Its queues.
    pub queues: Vec<PacketQueue>,
}

/// One queue (OF 1.0 §5.2.2, `ofp_packet_queue`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PacketQueue {
    /// Its number.
    pub queue_id: u32,
    /// What it guarantees.
    pub properties: Vec<QueueProperty>,
}

/// Property of a queue (OF 1.0 §5.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "property", rename_all = "snake_case")]
pub enum QueueProperty {
    /// Nothing: a queue as it is by default.
    None,
    /// Rate it is sure of.
    MinRate {
        /// In tenths of a percent; over 1000: not set.
        rate: u16,
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
            port: r.field_before_pad("port", 2)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port.encode(w);
        w.pad(2);
    }
}

impl Wire for QueueConfigReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port: r.field("port")?,
            queues: {
                r.pad(6)?;
                r.list("queues")?
            },
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port.encode(w);
        w.pad(6);
        w.list(&self.queues);
    }
}

impl Wire for PacketQueue {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let queue_id = r.field("queue_id")?;
        let at = r.mark();
        let length = r.field::<u16>("len")?;
        let Some(rest) = usize::from(length).checked_sub(6) else {
            return Err(at.bad_length(length.into(), "at least 8, what comes before properties"));
        };
        let mut r = r.child(rest)?;
        r.pad(2)?;
        Ok(Self {
            queue_id,
            properties: r.list("properties")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        w.u32(self.queue_id);
        w.length(start, "queue", |w| {
            w.pad(2);
            w.list(&self.properties);
        });
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const NONE: u16 = 0;
    pub(super) const MIN_RATE: u16 = 1;
}

impl Wire for QueueProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, mut body) = r.tlv()?;
        let property = match kind {
            kind::NONE => {
                body.pad(4)?;
                Self::None
            }
            kind::MIN_RATE => Self::MinRate {
                rate: rate(&mut body)?,
            },
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
            Self::None => w.tlv(kind::NONE, what, |w| w.pad(4)),
            Self::MinRate { rate: value } => w.tlv(kind::MIN_RATE, what, |w| rate(w, *value)),
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
