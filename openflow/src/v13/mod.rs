//! OpenFlow 1.3 and what is laid out like it: one type per structure, nothing lost.
//!
//! Named by the version that brought the layout, as Open vSwitch names its structures: 1.4 and
//! 1.5 use these types too, with the version in [`Reader::version`](crate::wire::Reader::version)
//! and [`Writer::version`](crate::wire::Writer::version) where they differ. A part that came with a
//! later version is an `Option`, `None` in messages of a version before it.

mod action;
mod async_config;
mod bucket;
mod bundle;
mod config;
mod controller_status;
mod copy_field;
mod features;
mod flow_mod;
mod flow_removed;
mod group_mod;
mod instruction;
mod matching;
mod meter_mod;
mod multipart;
mod packet_in;
mod packet_out;
mod port;
mod port_mod;
mod port_property;
mod port_status;
pub(crate) mod property;
mod queue_config;
mod requestforward;
mod role;
mod role_status;
mod table_desc;
mod table_mod;
mod table_status;

pub(crate) use action::decode_rest as decode_actions;
pub use action::{Action, Actions};
pub use async_config::{AsyncConfig, AsyncProperty, AsyncPropertyBody, AsyncPropertyType};
pub use bucket::{Bucket, BucketId, BucketProperty, BucketTerms};
pub use bundle::{
    BundleAddMessage, BundleControl, BundleControlType, BundleFlags, BundleProperty, BundleTime,
};
pub use config::{ConfigFlags, SwitchConfig};
pub use controller_status::{
    ControlChannelStatus, ControllerStatus, ControllerStatusProperty, ControllerStatusReason,
};
pub use copy_field::CopyField;
pub use features::{Capabilities, FeaturesReply};
pub(crate) use flow_mod::FlowModDraft;
pub use flow_mod::{FlowMod, FlowModCommand, FlowModFlags};
pub use flow_removed::{FlowCounters, FlowRemoved, FlowRemovedReason};
pub use group_mod::{GroupMod, GroupModCommand, GroupProperty, GroupType};
pub(crate) use instruction::decode_rest as decode_instructions;
pub use instruction::{Instruction, Instructions, StatTrigger, StatTriggerFlags};
pub use matching::Match;
pub use meter_mod::{MeterBand, MeterFlags, MeterMod, MeterModCommand};
pub use multipart::{
    ActionId, ActionType, ActionTypes, AggregateStats, BucketCounter, BundleFeatureFlags,
    BundleFeatures, BundleFeaturesProperty, BundleFeaturesRequest, DescStats, EthernetCounters,
    FeatureId, FlowDesc, FlowLightweightStats, FlowMonitorCommand, FlowMonitorFlags,
    FlowMonitorRequest, FlowStats, FlowStatsReason, FlowStatsRequest, FlowUpdate, FlowUpdateFull,
    GroupCapabilities, GroupDesc, GroupFeatures, GroupStats, GroupStatsRequest, GroupTypes,
    InstructionId, InstructionType, MeterBandStats, MeterBandTypes, MeterCapabilities, MeterConfig,
    MeterFeatureFlags, MeterFeatures, MeterRequest, MeterStats, MeterUsers, MultipartFlags,
    MultipartReply, MultipartReplyBody, MultipartRequest, MultipartRequestBody, OpticalCounters,
    OpticalStatsFlags, PortCounters, PortStats, PortStatsProperty, PortStatsRequest, QueueDesc,
    QueueDescProperty, QueueStats, QueueStatsProperty, QueueStatsRequest, TableAbilities,
    TableFeatureFlags, TableFeatureProperty, TableFeatures, TableFeaturesCommand, TableStats,
};
pub use packet_in::{PacketIn, PacketInReason};
pub use packet_out::{PacketOrigin, PacketOut};
pub use port::{EthernetTraits, Port, PortConfig, PortFeatures, PortState, PortTraits};
pub use port_mod::{OpticalFeatures, PortMod, PortModProperty, PortModTraits};
pub use port_property::{OpticalTraits, PortProperty};
pub use port_status::{PortReason, PortStatus};
pub use property::{ExperimenterProperty, UnknownProperty};
pub use queue_config::{PacketQueue, QueueConfigReply, QueueConfigRequest, QueueProperty};
pub use requestforward::Requestforward;
pub use role::{ControllerRole, Role};
pub use role_status::{RoleProperty, RoleReason, RoleStatus};
pub use table_desc::TableDesc;
pub use table_mod::{EvictionFlags, TableConfig, TableMod, TableProperty};
pub use table_status::{TableReason, TableStatus};

use crate::wire::{Echo, Error, Experimenter};

message_types! {
    of V13;
    /// Refused.
    1 "error" V1_3 V1_5 Error(Error);
    /// Are you alive.
    2 "echo_request" V1_3 V1_5 EchoRequest(Echo);
    /// Yes.
    3 "echo_reply" V1_3 V1_5 EchoReply(Echo);
    /// An experimenter's own.
    4 "experimenter" V1_3 V1_5 Experimenter(Experimenter);
    /// Who are you.
    5 "features_request" V1_3 V1_5 FeaturesRequest;
    /// Identity and abilities.
    6 "features_reply" V1_3 V1_5 FeaturesReply(FeaturesReply);
    /// How are you configured.
    7 "get_config_request" V1_3 V1_5 GetConfigRequest;
    /// Like this.
    8 "get_config_reply" V1_3 V1_5 GetConfigReply(SwitchConfig);
    /// Be configured like this.
    9 "set_config" V1_3 V1_5 SetConfig(SwitchConfig);
    /// A packet for the controller.
    10 "packet_in" V1_3 V1_5 PacketIn(PacketIn);
    /// A flow entry is gone.
    11 "flow_removed" V1_3 V1_5 FlowRemoved(FlowRemoved);
    /// A port came, went or changed.
    12 "port_status" V1_3 V1_5 PortStatus(PortStatus);
    /// A packet to send.
    13 "packet_out" V1_3 V1_5 PacketOut(PacketOut);
    /// Change the flow tables.
    14 "flow_mod" V1_3 V1_5 FlowMod(Box<FlowMod>);
    /// Change the groups.
    15 "group_mod" V1_3 V1_5 GroupMod(GroupMod);
    /// Change a port.
    16 "port_mod" V1_3 V1_5 PortMod(PortMod);
    /// Configure a table.
    17 "table_mod" V1_3 V1_5 TableMod(TableMod);
    /// Ask for statistics and descriptions.
    18 "multipart_request" V1_3 V1_5 MultipartRequest(MultipartRequest);
    /// Statistics and descriptions.
    19 "multipart_reply" V1_3 V1_5 MultipartReply(MultipartReply);
    /// Answer when all before it is done.
    20 "barrier_request" V1_3 V1_5 BarrierRequest;
    /// It is.
    21 "barrier_reply" V1_3 V1_5 BarrierReply;
    /// Which queues has a port.
    22 "queue_get_config_request" V1_3 V1_3 QueueGetConfigRequest(QueueConfigRequest);
    /// These.
    23 "queue_get_config_reply" V1_3 V1_3 QueueGetConfigReply(QueueConfigReply);
    /// Ask for a role.
    24 "role_request" V1_3 V1_5 RoleRequest(Role);
    /// The role it now has.
    25 "role_reply" V1_3 V1_5 RoleReply(Role);
    /// Which asynchronous messages come.
    26 "get_async_request" V1_3 V1_5 GetAsyncRequest;
    /// These.
    27 "get_async_reply" V1_3 V1_5 GetAsyncReply(AsyncConfig);
    /// Send these.
    28 "set_async" V1_3 V1_5 SetAsync(AsyncConfig);
    /// Change the meters.
    29 "meter_mod" V1_3 V1_5 MeterMod(MeterMod);
    /// The role is another one now.
    30 "role_status" V1_4 V1_5 RoleStatus(RoleStatus);
    /// A table is fuller or emptier.
    31 "table_status" V1_4 V1_5 TableStatus(TableStatus);
    /// Another controller changed something.
    32 "requestforward" V1_4 V1_5 Requestforward(Requestforward);
    /// A step in the life of a bundle.
    33 "bundle_control" V1_4 V1_5 BundleControl(BundleControl);
    /// A message for a bundle.
    34 "bundle_add_message" V1_4 V1_5 BundleAddMessage(BundleAddMessage);
    /// A controller came, went or changed.
    35 "controller_status" V1_5 V1_5 ControllerStatus(ControllerStatus);
}
