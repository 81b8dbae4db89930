//! What is told.

use super::{
    AggregateStats, BundleFeatures, DescStats, FlowDesc, FlowLightweightStats, FlowStats,
    FlowUpdate, GroupDesc, GroupFeatures, GroupStats, MeterConfig, MeterFeatures, MeterStats,
    PortStats, QueueDesc, QueueStats, TableFeatures, TableStats,
};
use crate::v13::{ControllerStatus, Port, TableDesc};

multipart_bodies! {
    /// What a reply tells (OF 1.3.5 §7.3.5, OF 1.5.1 §7.3.5, `ofp_multipart_type`).
    MultipartReplyBody;
    /// Who made the switch.
    0 "desc" V1_3 V1_5 Desc boxed(DescStats);
    /// Flow entries.
    1 "flow" V1_3 V1_4 Flow list(FlowStats);
    /// Flow entries, as 1.5 has them.
    1 "flow_desc" V1_5 V1_5 FlowDesc list(FlowDesc);
    /// Sums over flow entries.
    2 "aggregate" V1_3 V1_5 Aggregate boxed(AggregateStats);
    /// Counters of tables.
    3 "table" V1_3 V1_5 Table list(TableStats);
    /// Counters of ports.
    4 "port" V1_3 V1_5 Port list(PortStats);
    /// Counters of queues.
    5 "queue" V1_3 V1_5 Queue list(QueueStats);
    /// Counters of groups.
    6 "group" V1_3 V1_5 Group list(GroupStats);
    /// Groups with their buckets.
    7 "group_desc" V1_3 V1_5 GroupDesc list(GroupDesc);
    /// What groups the switch can do.
    8 "group_features" V1_3 V1_5 GroupFeatures one(GroupFeatures);
    /// Counters of meters.
    9 "meter" V1_3 V1_5 Meter list(MeterStats);
    /// Meters with their bands.
    10 "meter_config" V1_3 V1_4 MeterConfig list(MeterConfig);
    /// The same, as 1.5 names it.
    10 "meter_desc" V1_5 V1_5 MeterDesc list(MeterConfig);
    /// What meters the switch can do.
    11 "meter_features" V1_3 V1_5 MeterFeatures one(MeterFeatures);
    /// What tables can do.
    12 "table_features" V1_3 V1_5 TableFeatures list(TableFeatures);
    /// Ports.
    13 "port_desc" V1_3 V1_5 PortDesc list(Port);
    /// How tables are configured.
    14 "table_desc" V1_4 V1_5 TableDesc list(TableDesc);
    /// Queues and what they guarantee.
    15 "queue_desc" V1_4 V1_5 QueueDesc list(QueueDesc);
    /// What became of watched flow entries.
    16 "flow_monitor" V1_4 V1_5 FlowMonitor list(FlowUpdate);
    /// Statistics of flow entries.
    17 "flow_stats" V1_5 V1_5 FlowStats list(FlowLightweightStats);
    /// How controllers are connected.
    18 "controller_status" V1_5 V1_5 ControllerStatus list(ControllerStatus);
    /// What bundles the switch can do.
    19 "bundle_features" V1_5 V1_5 BundleFeatures one(BundleFeatures);
    /// An experimenter's own.
    0xffff "experimenter" V1_3 V1_5 Experimenter one(crate::experimenter::MultipartReply);
}
