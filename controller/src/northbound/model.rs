//! What REST v1 and the event stream say, as types of their own: the network state may change
//! inside without breaking a script outside.
//!
//! Ids: datapath ids are 16 hex digits; ports are numbers, reserved ones names (`LOCAL`); hosts are
//! a MAC address with `@vlan` behind it where tagged; times are RFC 3339 in UTC.

mod trace;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use trace::{
    ChangeView, ExitKind, NearMissView, TraceEntryView, TraceExitView, TraceFields, TraceHopView,
    TraceRequest, TraceStepView, TraceView, VerdictKind, VerdictView,
};

/// A switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SwitchView {
    /// Datapath id, 16 hex digits.
    pub dpid: String,
    /// Name for people: annotated, the bridge's own, or the datapath id.
    pub name: String,
    /// Whether it is connected.
    pub state: UpDown,
    /// Since when it is in that state.
    pub since: String,
    /// OpenFlow version, as `1.3`.
    pub version: String,
    /// Address it connected from.
    pub peer: String,
    pub manufacturer: String,
    pub hardware: String,
    pub software: String,
    pub serial: String,
    /// Number of flow tables.
    pub n_tables: u8,
    /// Ports, the local port included.
    pub ports: Vec<PortView>,
    /// Latitude and longitude in degrees, where given.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpDown {
    Up,
    Down,
}

/// What is behind a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleView {
    /// Not known yet.
    Unknown,
    /// Hosts, or a network that is not ours.
    Edge,
    /// Another switch.
    Link,
}

/// A port of a switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PortView {
    /// Number, or `LOCAL`.
    pub port: Value,
    pub name: String,
    pub mac: String,
    pub state: UpDown,
    pub role: RoleView,
    /// Current speed, bit/s; 0: not known.
    pub speed_bps: u64,
    /// Absent until first read.
    pub counters: Option<CountersView>,
}

/// `PATCH /api/v1/switches/{dpid}/ports/{port}`: switches it on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortChange {
    pub state: UpDown,
}

/// Counters since the port exists, rates over about the last second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountersView {
    pub rx_packets: u64,
    pub tx_packets: u64,
    pub rx_bytes: u64,
    pub tx_bytes: u64,
    pub rx_dropped: u64,
    pub tx_dropped: u64,
    pub rx_errors: u64,
    pub tx_errors: u64,
    pub rx_bps: f64,
    pub tx_bps: f64,
    pub rx_pps: f64,
    pub tx_pps: f64,
}

/// A port of a switch, by ids and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndView {
    pub dpid: String,
    /// Name of the switch.
    pub switch: String,
    /// Port number.
    pub port: u32,
    /// Name of the port.
    pub port_name: String,
}

/// A cable between two switches: both directions in one. Parallel cables differ in ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// `dpid:port-dpid:port`, the lower end first.
    pub id: String,
    /// The lower end.
    pub a: EndView,
    /// The higher end.
    pub b: EndView,
    pub state: LinkStateView,
    /// Since when it is in that state.
    pub since: String,
    /// Path cost.
    pub cost: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkStateView {
    /// Both directions carry discovery frames.
    Up,
    /// Only one direction does; no path uses it.
    OneWay,
    /// Was up.
    Down,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostView {
    /// MAC address, with `@vlan` behind it where tagged.
    pub id: String,
    /// Annotated name, first address, or MAC address.
    pub name: String,
    pub mac: String,
    pub vlan: Option<u16>,
    /// IPv4 and IPv6 addresses seen.
    pub addresses: Vec<String>,
    /// Where it is.
    pub at: EndView,
    pub first_seen: String,
    pub last_seen: String,
}

/// Everything the map draws: `GET /api/v1/topology`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopologyView {
    /// Sequence number of the state shown: events after it have higher ones.
    pub seq: u64,
    pub switches: Vec<SwitchView>,
    pub links: Vec<LinkView>,
    pub hosts: Vec<HostView>,
}

/// How a flow entry or group that is wanted and one that is there relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowStatus {
    /// Wanted and on the switch.
    Installed,
    /// Wanted, not yet on the switch.
    Pending,
    /// Wanted, refused by the switch: see `problem`.
    Rejected,
    /// Put on the switch because of a packet, with a timeout.
    Reactive,
    /// On the switch with an app's cookie, not wanted (yet).
    Unclaimed,
    /// On the switch, not ours: never touched.
    Foreign,
}

/// A flow entry, wanted, actual or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlowView {
    pub dpid: String,
    pub switch: String,
    pub table: u8,
    pub priority: u16,
    /// As ovs-ofctl writes it: `ip,nw_dst=10.0.0.1`; empty: every packet.
    #[serde(rename = "match")]
    pub matching: String,
    /// The same as an object of OXM names.
    pub match_fields: Value,
    /// As ovs-ofctl writes it: `output:3`; `drop`.
    pub actions: String,
    /// App that owns it; `core` for the controller itself; null for a foreign one.
    pub owner: Option<String>,
    pub cookie: String,
    pub status: FlowStatus,
    /// Set of rules it belongs to in its app.
    pub set: Option<String>,
    /// The event, request or packet that caused it.
    pub reason: Option<String>,
    /// Since when it is wanted.
    pub wanted_since: Option<String>,
    /// Why it is not on the switch.
    pub problem: Option<String>,
    pub idle_timeout_s: u16,
    pub hard_timeout_s: u16,
    /// Seconds it is on the switch; absent if it is not.
    pub age_s: Option<f64>,
    pub packets: Option<u64>,
    pub bytes: Option<u64>,
}

/// A group of a switch, wanted, actual or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupView {
    pub dpid: String,
    pub switch: String,
    pub group: u32,
    /// `all`, `select`, `indirect` or `fast_failover`.
    pub kind: String,
    pub buckets: Vec<BucketView>,
    /// App that owns it; null for a foreign one.
    pub owner: Option<String>,
    pub status: FlowStatus,
    /// Set of groups it belongs to in its app.
    pub set: Option<String>,
    /// The event, request or packet that caused it.
    pub reason: Option<String>,
    /// Since when it is wanted.
    pub wanted_since: Option<String>,
    /// Why it is not on the switch.
    pub problem: Option<String>,
    pub references: Option<u32>,
    pub packets: Option<u64>,
    pub bytes: Option<u64>,
    pub age_s: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BucketView {
    pub weight: u16,
    pub watch_port: Option<u32>,
    pub watch_group: Option<u32>,
    /// As ovs-ofctl writes them.
    pub actions: String,
    pub packets: Option<u64>,
    pub bytes: Option<u64>,
}

/// A path through the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PathView {
    /// Sum of link costs.
    pub cost: u32,
    /// Switches in order with the ports used; the first `in_port` and the last `out_port` are those
    /// of the hosts, absent when the path was asked between switches.
    pub hops: Vec<HopView>,
    /// Ids of the links used, in order.
    pub links: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HopView {
    pub dpid: String,
    pub switch: String,
    pub in_port: Option<u32>,
    pub out_port: Option<u32>,
}

/// The answer of `GET /api/v1/paths?from=A&to=B[&k=N]`: A and B are host ids, names, IP addresses,
/// datapath ids or switch names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PathsView {
    /// Id of what `from` named.
    pub from: String,
    /// Id of what `to` named.
    pub to: String,
    /// The one traffic takes now first, then by cost; empty: not connected.
    pub paths: Vec<PathView>,
}

/// An app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AppView {
    pub name: String,
    /// One sentence.
    pub description: String,
    pub state: AppStateView,
    pub since: String,
    /// Why it stopped, for one that failed.
    pub problem: Option<String>,
    /// Rules it wants.
    pub rules: u64,
    /// Its settings.
    pub settings: Value,
    /// Numbers that say how it is doing.
    pub status: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppStateView {
    Running,
    Stopped,
    /// It panicked; its rules are withdrawn.
    Failed,
}

/// `PATCH /api/v1/apps/{name}`: start, stop, configure. Absent fields stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppChange {
    pub running: Option<bool>,
    pub settings: Option<Value>,
}

/// `PUT /api/v1/annotations`: names and places; replaces those given before. Keys are MAC
/// addresses and datapath ids.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnotationsView {
    /// Names of hosts by MAC address.
    pub hosts: BTreeMap<String, String>,
    /// Names and places of switches by datapath id.
    pub switches: BTreeMap<String, SwitchAnnotation>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchAnnotation {
    pub name: Option<String>,
    pub place: Option<Place>,
}

/// The controller itself: `GET /api/v1/controller`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ControllerView {
    pub version: String,
    pub started: String,
    /// Addresses switches connect to.
    pub openflow: Vec<String>,
    pub http: String,
    pub switches: u64,
    pub links: u64,
    pub hosts: u64,
}

/// One message of `GET /api/v1/events`, over SSE (event name `type`, id `seq`) and WebSocket.
///
/// The first is `snapshot`; then one message a change. A client that comes back names the last
/// `seq` it has (`Last-Event-ID`, or `?since=`): if the changes since are still kept they are sent,
/// else a new `snapshot`. Objects are whole: a client replaces what it had under the same id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    pub seq: u64,
    #[serde(flatten)]
    pub body: EventBody,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum EventBody {
    Snapshot(TopologyView),
    /// A switch is new or different (state, ports, name).
    Switch(SwitchView),
    /// It was forgotten.
    SwitchRemoved {
        dpid: String,
    },
    Link(LinkView),
    LinkRemoved {
        id: String,
    },
    /// A host is new, moved or has other addresses. A later `last_seen` alone is not told.
    Host(HostView),
    HostRemoved {
        id: String,
    },
    /// Counters of all ports of one switch, about once a second while they change. Keys are port
    /// numbers.
    Counters {
        dpid: String,
        ports: BTreeMap<String, CountersView>,
    },
    App(AppView),
    /// Something people should know: a refused rule, a stolen datapath id, a forged discovery frame.
    Notice(NoticeView),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    pub time: String,
    pub severity: Severity,
    /// Stable word for programs: `rule_rejected`, `dpid_in_use`, `forged_discovery`, `app_failed`.
    pub code: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// RFC 9457 problem details, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable word for programs: `not_found`, `unknown_field`, `wrong_type`, `bad_value`, …
    pub code: String,
    pub title: String,
    /// What is wrong, where, and what would be right.
    pub detail: String,
    /// The field or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
