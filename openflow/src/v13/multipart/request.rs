//! What is asked.

use super::{
    BundleFeaturesRequest, FlowMonitorRequest, FlowStatsRequest, GroupStatsRequest, MeterRequest,
    PortStatsRequest, QueueStatsRequest, TableFeatures,
};

multipart_bodies! {
    /// What a request asks (OF 1.3.5 §7.3.5, OF 1.5.1 §7.3.5, `ofp_multipart_type`).
    MultipartRequestBody;
    /// Who made the switch.
    0 "desc" V1_3 V1_5 Desc empty;
    /// Flow entries with their counters.
    1 "flow" V1_3 V1_4 Flow one(FlowStatsRequest);
    /// Flow entries with their statistics.
    1 "flow_desc" V1_5 V1_5 FlowDesc one(FlowStatsRequest);
    /// Sums over flow entries.
    2 "aggregate" V1_3 V1_5 Aggregate one(FlowStatsRequest);
    /// Counters of tables.
    3 "table" V1_3 V1_5 Table empty;
    /// Counters of ports.
    4 "port" V1_3 V1_5 Port one(PortStatsRequest);
    /// Counters of queues.
    5 "queue" V1_3 V1_5 Queue one(QueueStatsRequest);
    /// Counters of groups.
    6 "group" V1_3 V1_5 Group one(GroupStatsRequest);
    /// Groups with their buckets; before 1.5 of all of them.
    7 "group_desc" V1_3 V1_5 GroupDesc since_1_5(GroupStatsRequest);
    /// What groups the switch can do.
    8 "group_features" V1_3 V1_5 GroupFeatures empty;
    /// Counters of meters.
    9 "meter" V1_3 V1_5 Meter one(MeterRequest);
    /// Meters with their bands.
    10 "meter_config" V1_3 V1_4 MeterConfig one(MeterRequest);
    /// The same, as 1.5 names it.
    10 "meter_desc" V1_5 V1_5 MeterDesc one(MeterRequest);
    /// What meters the switch can do.
    11 "meter_features" V1_3 V1_5 MeterFeatures empty;
    /// What tables can do, if there is none; otherwise what they shall do.
    12 "table_features" V1_3 V1_5 TableFeatures list(TableFeatures);
    /// Ports; before 1.5 all of them.
    13 "port_desc" V1_3 V1_5 PortDesc since_1_5(PortStatsRequest);
    /// How tables are configured.
    14 "table_desc" V1_4 V1_5 TableDesc empty;
    /// Queues and what they guarantee.
    15 "queue_desc" V1_4 V1_5 QueueDesc one(QueueStatsRequest);
    /// Watch flow entries.
    16 "flow_monitor" V1_4 V1_5 FlowMonitor list(FlowMonitorRequest);
    /// Statistics of flow entries.
    17 "flow_stats" V1_5 V1_5 FlowStats one(FlowStatsRequest);
    /// How controllers are connected.
    18 "controller_status" V1_5 V1_5 ControllerStatus empty;
    /// What bundles the switch can do.
    19 "bundle_features" V1_5 V1_5 BundleFeatures one(BundleFeaturesRequest);
    /// An experimenter's own.
    0xffff "experimenter" V1_3 V1_5 Experimenter one(crate::experimenter::MultipartRequest);
}
