//! OpenFlow 1.0 on the wire: one type per structure of the specification, nothing lost.
//!
//! Ports have 16 bits here ([`PortNo`]), a match is one structure of fixed size with wildcard
//! bits, and a switch tells its ports in its features.

mod action;
mod config;
mod features;
mod flow_mod;
mod flow_removed;
mod matching;
mod packet_in;
mod packet_out;
mod port;
mod port_mod;
mod port_status;
mod queue_config;
mod stats;
mod vendor;

pub(crate) use action::decode_rest as decode_actions;
pub use action::{Action, Actions};
pub use config::{ConfigFlags, SwitchConfig};
pub use features::{ActionSet, Capabilities, FeaturesReply};
pub use flow_mod::{FlowMod, FlowModCommand, FlowModFlags};
pub use flow_removed::{FlowRemoved, FlowRemovedReason};
pub use matching::{Match, Wildcards};
pub use packet_in::{PacketIn, PacketInReason};
pub use packet_out::PacketOut;
pub use port::{Port, PortConfig, PortFeatures, PortNo, PortState, PortTooHigh};
pub use port_mod::PortMod;
pub use port_status::{PortReason, PortStatus};
pub use queue_config::{PacketQueue, QueueConfigReply, QueueConfigRequest, QueueProperty};
pub use stats::{
    AggregateStats, DescStats, FlowStats, FlowStatsRequest, PortStats, PortStatsRequest,
    QueueStats, QueueStatsRequest, StatsFlags, StatsReply, StatsReplyBody, StatsRequest,
    StatsRequestBody, StatsType, TableStats,
};
pub use vendor::Vendor;

use crate::wire::{Echo, Error};

message_types! {
    of V10;
    /// Refused.
    1 "error" V1_0 V1_0 Error(Error);
    /// Are you alive.
    2 "echo_request" V1_0 V1_0 EchoRequest(Echo);
    /// Yes.
    3 "echo_reply" V1_0 V1_0 EchoReply(Echo);
    /// A vendor's own.
    4 "experimenter" V1_0 V1_0 Vendor(Vendor);
    /// Who are you.
    5 "features_request" V1_0 V1_0 FeaturesRequest;
    /// Identity, abilities and ports.
    6 "features_reply" V1_0 V1_0 FeaturesReply(FeaturesReply);
    /// How are you configured.
    7 "get_config_request" V1_0 V1_0 GetConfigRequest;
    /// Like this.
    8 "get_config_reply" V1_0 V1_0 GetConfigReply(SwitchConfig);
    /// Be configured like this.
    9 "set_config" V1_0 V1_0 SetConfig(SwitchConfig);
    /// A packet for the controller.
    10 "packet_in" V1_0 V1_0 PacketIn(PacketIn);
    /// A flow entry is gone.
    11 "flow_removed" V1_0 V1_0 FlowRemoved(FlowRemoved);
    /// A port came, went or changed.
    12 "port_status" V1_0 V1_0 PortStatus(PortStatus);
    /// A packet to send.
    13 "packet_out" V1_0 V1_0 PacketOut(PacketOut);
    /// Change the flow table.
    14 "flow_mod" V1_0 V1_0 FlowMod(FlowMod);
    /// Change a port.
    15 "port_mod" V1_0 V1_0 PortMod(PortMod);
    /// Ask for statistics.
    16 "multipart_request" V1_0 V1_0 StatsRequest(StatsRequest);
    /// Statistics.
    17 "multipart_reply" V1_0 V1_0 StatsReply(StatsReply);
    /// Answer when all before it is done.
    18 "barrier_request" V1_0 V1_0 BarrierRequest;
    /// It is.
    19 "barrier_reply" V1_0 V1_0 BarrierReply;
    /// Which queues has a port.
    20 "queue_get_config_request" V1_0 V1_0 QueueGetConfigRequest(QueueConfigRequest);
    /// These.
    21 "queue_get_config_reply" V1_0 V1_0 QueueGetConfigReply(QueueConfigReply);
}
