//! Requests and replies that may come in several parts: statistics and descriptions.
//!
//! One file for each kind of thing that is asked of; which kinds there are, in which version and
//! with what body, say the tables of `request.rs` and `reply.rs`.

#[macro_use]
mod bodies;

mod aggregate;
mod bundle_features;
mod desc;
mod feature_id;
mod flow;
mod flow_desc;
mod flow_monitor;
mod flow_update;
mod group;
mod group_features;
mod meter;
mod meter_features;
mod port_stats;
mod port_stats_property;
mod queue_desc;
mod queue_stats;
mod reply;
mod request;
mod table_feature_property;
mod table_features;
mod table_stats;

pub use aggregate::AggregateStats;
pub use bundle_features::{
    BundleFeatureFlags, BundleFeatures, BundleFeaturesProperty, BundleFeaturesRequest,
};
pub use desc::DescStats;
pub use feature_id::{ActionId, ActionType, FeatureId, InstructionId, InstructionType};
pub use flow::{FlowStats, FlowStatsRequest};
pub use flow_desc::{FlowDesc, FlowLightweightStats, FlowStatsReason};
pub use flow_monitor::{FlowMonitorCommand, FlowMonitorFlags, FlowMonitorRequest};
pub use flow_update::{FlowUpdate, FlowUpdateFull};
pub use group::{BucketCounter, GroupDesc, GroupStats, GroupStatsRequest};
pub use group_features::{ActionTypes, GroupCapabilities, GroupFeatures, GroupTypes};
pub use meter::{MeterBandStats, MeterConfig, MeterRequest, MeterStats, MeterUsers};
pub use meter_features::{MeterBandTypes, MeterCapabilities, MeterFeatureFlags, MeterFeatures};
pub use port_stats::{EthernetCounters, PortCounters, PortStats, PortStatsRequest};
pub use port_stats_property::{OpticalCounters, OpticalStatsFlags, PortStatsProperty};
pub use queue_desc::{QueueDesc, QueueDescProperty};
pub use queue_stats::{QueueStats, QueueStatsProperty, QueueStatsRequest};
pub use reply::MultipartReplyBody;
pub use request::MultipartRequestBody;
pub use table_feature_property::TableFeatureProperty;
pub use table_features::{TableAbilities, TableFeatureFlags, TableFeatures, TableFeaturesCommand};
pub use table_stats::TableStats;

use serde::{Serialize, Serializer};

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Request (OF 1.3.5 §7.3.5, `ofp_multipart_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MultipartRequest {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    pub body: MultipartRequestBody,
}

/// Reply (OF 1.3.5 §7.3.5, `ofp_multipart_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MultipartReply {
    /// Whether another part follows.
    pub flags: MultipartFlags,
    /// Of what.
    pub body: MultipartReplyBody,
}

wire_flags! {
    /// Flags of request and reply (OF 1.3.5 §7.3.5).
    MultipartFlags: u16 {
        /// Another part follows under the same xid.
        MORE = 1 << 0;
    }
}

impl Wire for MultipartRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field_before_pad("flags", 4)?;
        let body = MultipartRequestBody::decode(kind, r)?;
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.body.kind());
        self.flags.encode(w);
        w.pad(4);
        self.body.encode(w);
    }
}

impl Wire for MultipartReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = r.field("type")?;
        let flags = r.field_before_pad("flags", 4)?;
        let body = MultipartReplyBody::decode(kind, r)?;
        Ok(Self { flags, body })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.body.kind());
        self.flags.encode(w);
        w.pad(4);
        self.body.encode(w);
    }
}

impl Serialize for MultipartRequest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.body.name() {
            Some(name) => json::typed(&self.flags, &name, &self.body, s),
            None => json::typed(&self.flags, &self.body.kind(), &self.body, s),
        }
    }
}

impl Serialize for MultipartReply {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.body.name() {
            Some(name) => json::typed(&self.flags, &name, &self.body, s),
            None => json::typed(&self.flags, &self.body.kind(), &self.body, s),
        }
    }
}
