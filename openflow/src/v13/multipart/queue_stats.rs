//! Counters of queues.

use serde::Serialize;

use crate::v13::{ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{PortNo, Version};

/// Which queues are asked of (OF 1.3.5 §7.3.5.8, OF 1.5.1 §7.3.5.9,
/// `ofp_queue_multipart_request`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStatsRequest {
    /// Of which port, or [`PortNo::ANY`].
    pub port_no: PortNo,
    /// Which, or [`QueueStatsRequest::ALL`].
    #[serde(serialize_with = "json::queue_id")]
    pub queue_id: u32,
}

impl QueueStatsRequest {
    /// Every queue of the port (OFPQ_ALL).
    pub const ALL: u32 = 0xffff_ffff;
}

/// Counters of a queue; all ones: not kept (OF 1.3.5 §7.3.5.8, OF 1.4.1 §7.3.5.8,
/// `ofp_queue_stats`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct QueueStats {
    /// Of which port.
    pub port_no: PortNo,
    /// Which.
    pub queue_id: u32,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Dropped for overrun.
    pub tx_errors: u64,
    /// Age, whole seconds.
    pub duration_sec: u32,
    /// And nanoseconds.
    pub duration_nsec: u32,
    /// Counters of experimenters; 1.4 and later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<QueueStatsProperty>>,
}

/// Property of queue counters; 1.4 and later (OF 1.4.1 §7.3.5.8, `ofp_queue_stats_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QueueStatsProperty {
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for QueueStatsRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            port_no: r.field("port_no")?,
            queue_id: r.field("queue_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.u32(self.queue_id);
    }
}

impl Wire for QueueStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.version() < Version::V1_4 {
            return after_length(r);
        }
        let mut r = r.sized()?;
        r.pad(6)?;
        after_length(&mut r)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if w.version() < Version::V1_4 {
            return self.after_length(w);
        }
        w.sized("queue_stats", |w| {
            w.pad(6);
            self.after_length(w);
        });
    }
}

/// Everything but the length that there is from 1.4 on.
fn after_length(r: &mut Reader<'_>) -> Result<QueueStats, DecodeError> {
    Ok(QueueStats {
        port_no: r.field("port_no")?,
        queue_id: r.field("queue_id")?,
        tx_bytes: r.field("tx_bytes")?,
        tx_packets: r.field("tx_packets")?,
        tx_errors: r.field("tx_errors")?,
        duration_sec: r.field("duration_sec")?,
        duration_nsec: r.field("duration_nsec")?,
        properties: property::decode_since(Version::V1_4, r)?,
    })
}

impl QueueStats {
    fn after_length(&self, w: &mut Writer<'_>) {
        self.port_no.encode(w);
        w.u32(self.queue_id);
        w.u64(self.tx_bytes);
        w.u64(self.tx_packets);
        w.u64(self.tx_errors);
        w.u32(self.duration_sec);
        w.u32(self.duration_nsec);
        let properties = self.properties.as_deref();
        property::encode_since(Version::V1_4, properties, "properties of queue counters", w);
    }
}

impl Wire for QueueStatsProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "queue_stats.properties";
        match self {
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
