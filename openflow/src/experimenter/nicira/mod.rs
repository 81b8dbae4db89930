//! Nicira's messages, as Open vSwitch documents them in `nicira-ext.h`: `NXT_*` and `NXST_*`.

mod async_config;
mod bucket;
mod connection;
mod ct_flush;
mod flow_mod;
mod flow_monitor;
mod flow_removed;
mod flow_stats;
mod group_mod;
mod group_stats;
mod ipfix;
mod matching;
mod packet_in;
mod packet_in2;
mod role;
mod tlv_table;

pub use async_config::{AsyncConfig, AsyncConfig2, AsyncProperty, AsyncType};
pub use bucket::Bucket;
pub use connection::{
    CtFlushZone, FlowFormat, FlowModTableId, PacketInFormat, SetControllerId, SetFlowFormat,
    SetPacketInFormat,
};
pub use ct_flush::{CtFlush, CtProperty, CtTupleProperty};
pub use flow_mod::{FlowMod, FlowModCommand};
pub use flow_monitor::{FlowMonitor, FlowMonitorCancel, FlowMonitorFlags, FlowUpdate, UpdatedFlow};
pub(super) use flow_monitor::{decode_event, decode_flags, event};
pub use flow_removed::FlowRemoved;
pub use flow_stats::{FlowStats, FlowStatsRequest};
pub use group_mod::GroupMod;
pub use group_stats::{GroupDesc, GroupDescRequest, GroupFeatures, GroupStatsRequest};
pub use ipfix::IpfixStats;
pub use matching::Match;
pub use packet_in::PacketIn;
pub use packet_in2::{PacketIn2, PacketInProperty};
pub use role::{NxRole, RoleRequest};
pub use tlv_table::{TlvMap, TlvTableCommand, TlvTableMod, TlvTableReply};

use super::{Entries, ForwardedRequest};
use crate::{v10, v13};

experimenter_types! {
    /// A message of Nicira's.
    Message {
        /// Ask for a role.
        10 "nxt_role_request" V1_0 V1_5 RoleRequest(RoleRequest);
        /// The role it now has.
        11 "nxt_role_reply" V1_0 V1_5 RoleReply(RoleRequest);
        /// How the switch tells flows.
        12 "nxt_set_flow_format" V1_0 V1_0 SetFlowFormat(SetFlowFormat);
        /// Change the flow tables.
        13 "nxt_flow_mod" V1_0 V1_5 FlowMod(FlowMod);
        /// A flow entry is gone.
        14 "nxt_flow_removed" V1_0 V1_5 FlowRemoved(FlowRemoved);
        /// Whether commands of flow-mods hold a table.
        15 "nxt_flow_mod_table_id" V1_0 V1_5 FlowModTableId(FlowModTableId);
        /// How the switch sends packets.
        16 "nxt_set_packet_in_format" V1_0 V1_5 SetPacketInFormat(SetPacketInFormat);
        /// A packet for the controller.
        17 "nxt_packet_in" V1_0 V1_5 PacketIn(PacketIn);
        /// Tell ages of flow entries.
        18 "nxt_flow_age" V1_0 V1_5 FlowAge;
        /// Which asynchronous messages come.
        19 "nxt_set_async_config" V1_0 V1_5 SetAsyncConfig(AsyncConfig);
        /// What number the connection has.
        20 "nxt_set_controller_id" V1_0 V1_5 SetControllerId(SetControllerId);
        /// Monitor no longer.
        21 "nxt_flow_monitor_cancel" V1_0 V1_5 FlowMonitorCancel(FlowMonitorCancel);
        /// Updates are left out from here.
        22 "nxt_flow_monitor_paused" V1_0 V1_5 FlowMonitorPaused;
        /// The updates are complete again.
        23 "nxt_flow_monitor_resumed" V1_0 V1_5 FlowMonitorResumed;
        /// Map tunnel options to match fields.
        24 "nxt_tlv_table_mod" V1_0 V1_5 TlvTableMod(TlvTableMod);
        /// How are they mapped.
        25 "nxt_tlv_table_request" V1_0 V1_5 TlvTableRequest;
        /// Like this.
        26 "nxt_tlv_table_reply" V1_0 V1_5 TlvTableReply(TlvTableReply);
        /// Which asynchronous messages come, as properties.
        27 "nxt_set_async_config2" V1_0 V1_3 SetAsyncConfig2(AsyncConfig2);
        /// Go on with a packet that was told of.
        28 "nxt_resume" V1_0 V1_5 Resume(PacketIn2);
        /// Forget the connections of a zone.
        29 "nxt_ct_flush_zone" V1_0 V1_5 CtFlushZone(CtFlushZone);
        /// A packet for the controller, as properties.
        30 "nxt_packet_in2" V1_0 V1_5 PacketIn2(PacketIn2);
        /// Change the groups.
        31 "nxt_group_mod" V1_0 V1_0 GroupMod(GroupMod);
        /// Forget connections.
        32 "nxt_ct_flush" V1_0 V1_5 CtFlush(CtFlush);
        /// Another controller's request.
        132 "nxt_requestforward" V1_0 V1_0 RequestForward(ForwardedRequest);
    }
}

experimenter_types! {
    /// What statistics of Nicira's ask.
    #[derive(Eq, Hash)]
    MultipartRequest {
        /// Flow entries with their counters.
        0 "nxst_flow" V1_0 V1_0 Flow(FlowStatsRequest);
        /// Sums over flow entries.
        1 "nxst_aggregate" V1_0 V1_0 Aggregate(FlowStatsRequest);
        /// Flow entries, now and as they change.
        2 "nxst_flow_monitor" V1_0 V1_0 FlowMonitor(Entries<FlowMonitor>);
        /// What IPFIX exports of the bridge.
        3 "nxst_ipfix_bridge" V1_0 V1_5 IpfixBridge;
        /// What IPFIX exports of flows.
        4 "nxst_ipfix_flow" V1_0 V1_5 IpfixFlow;
        /// Groups with their counters.
        7 "nxst_group" V1_0 V1_0 Group(GroupStatsRequest);
        /// Groups with their buckets.
        8 "nxst_group_desc" V1_0 V1_0 GroupDesc(GroupDescRequest);
        /// What groups can do.
        9 "nxst_group_features" V1_0 V1_0 GroupFeatures;
    }
}

experimenter_types! {
    /// What statistics of Nicira's tell.
    #[derive(Eq, Hash)]
    MultipartReply {
        /// Flow entries.
        0 "nxst_flow" V1_0 V1_0 Flow(Entries<FlowStats>);
        /// Sums over flow entries.
        1 "nxst_aggregate" V1_0 V1_0 Aggregate(v10::AggregateStats);
        /// Flow entries, or how they changed.
        2 "nxst_flow_monitor" V1_0 V1_0 FlowMonitor(Entries<FlowUpdate>);
        /// Of the bridge.
        3 "nxst_ipfix_bridge" V1_0 V1_5 IpfixBridge(IpfixStats);
        /// Per set of collectors.
        4 "nxst_ipfix_flow" V1_0 V1_5 IpfixFlow(Entries<IpfixStats>);
        /// Groups.
        7 "nxst_group" V1_0 V1_0 Group(Entries<v13::GroupStats>);
        /// Groups with their buckets.
        8 "nxst_group_desc" V1_0 V1_0 GroupDesc(Entries<GroupDesc>);
        /// What groups can do.
        9 "nxst_group_features" V1_0 V1_0 GroupFeatures(GroupFeatures);
    }
}
