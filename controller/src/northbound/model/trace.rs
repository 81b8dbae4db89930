//! Traces: what a packet would meet on its way, from the tables as they are on the switches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// `POST /api/v1/trace`: a packet from a host to another, or any frame that comes in at a port.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceRequest {
    /// The host it starts at: id, name or IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The host it should come to, likewise; absent: whoever it is addressed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is different from a ping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<TraceFields>,
    /// The whole frame as hex digits, from the Ethernet header on; in the place of `fields`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// The switch it comes in at, by datapath id or name; with `port`, in the place of `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<String>,
    /// The port it comes in by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
}

/// Fields as `ovs-ofctl` names them, with `src` and `dst` for ports: `tcp dst=80`, or
/// `{"tcp": true, "dst": 80}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a text, or an object of fields")]
pub enum TraceFields {
    Text(String),
    Each(BTreeMap<String, Value>),
}

/// What a packet meets on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceView {
    pub verdict: VerdictView,
    /// Id of the host it starts at.
    pub from: Option<String>,
    /// Id of the host it should come to.
    pub to: Option<String>,
    /// The frame, as hex digits.
    pub frame: String,
    /// The switches it comes to, depth first; each but the first comes from an earlier one.
    pub hops: Vec<TraceHopView>,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictView {
    pub kind: VerdictKind,
    /// In one sentence.
    pub sentence: String,
    /// Whether the host takes it.
    pub reached: bool,
    /// Ids of all hosts that take it.
    pub hosts: Vec<String>,
    /// Place of the hop where it is decided.
    pub hop: Option<usize>,
    /// The entry that almost took it there.
    pub near_miss: Option<NearMissView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// The host takes it.
    Delivered,
    /// It goes round in circles.
    Loop,
    /// A switch drops it.
    Dropped,
    /// It leaves by a port where nothing is, or by a cable that is cut.
    BlackHole,
    /// It is left to the controller, and so to an app.
    Controller,
    /// It comes to others only.
    Elsewhere,
    /// The tables of a switch on the way could not be read.
    Unknown,
}

/// A switch on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceHopView {
    /// Datapath id.
    pub dpid: String,
    /// Its name.
    pub switch: String,
    /// Port it comes in by.
    pub in_port: u32,
    /// Name of that port.
    pub in_port_name: String,
    /// Place of the hop before it.
    pub from: Option<usize>,
    /// How many switches are before it.
    pub depth: usize,
    /// Whether its tables could be read; `steps` is empty if not.
    pub known: bool,
    /// What it does, in order.
    pub steps: Vec<TraceStepView>,
    /// Where what leaves it comes to.
    pub exits: Vec<TraceExitView>,
    /// How many copies the controller gets.
    pub packet_ins: usize,
}

/// A step of a switch. Steps are a tree: those that are deeper belong to the last before them that
/// is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceStepView {
    /// From 0.
    pub depth: usize,
    /// `table`, `action`, `action_set`, `write_actions`, `clear_actions`, `group`, `bucket`,
    /// `meter`, `output`, `skipped`, `controller`, `stop`, `note`.
    pub step: String,
    /// In words.
    pub text: String,
    /// Of a lookup: the entry found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<TraceEntryView>,
    /// Of a lookup: the entry that almost took it, above the one that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near_miss: Option<NearMissView>,
    /// Fields of the packet it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangeView>,
}

/// An entry on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceEntryView {
    pub table: u8,
    pub priority: u16,
    /// As `ovs-ofctl` writes it.
    #[serde(rename = "match")]
    pub matching: String,
    /// Likewise.
    pub actions: String,
    pub cookie: String,
    /// Name of the app it is of, `core` for the controller; absent: somebody else's.
    pub owner: Option<String>,
    /// The set of wanted rules it is in.
    pub set: Option<String>,
    /// Why it is wanted.
    pub reason: Option<String>,
}

/// An entry that almost took the packet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearMissView {
    pub entry: TraceEntryView,
    /// The only field that differs.
    pub field: String,
    /// What the entry looks for.
    pub wanted: String,
    /// What the packet has.
    pub found: String,
}

/// A field that a step changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// A copy that leaves a switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceExitView {
    /// Number, or `LOCAL`.
    pub port: Value,
    pub port_name: String,
    pub to: ExitKind,
    /// Place of the hop it comes to, or was at before.
    pub hop: Option<usize>,
    /// Id of the cable it goes by.
    pub link: Option<String>,
    /// Ids of the hosts that take it.
    pub hosts: Vec<String>,
    /// In words.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitKind {
    /// The next switch.
    Hop,
    /// Hosts.
    Hosts,
    /// The switch itself.
    Local,
    /// A cable that is cut.
    CutLink,
    /// Nothing is known there.
    Nowhere,
    /// Where it was before on this way.
    Loop,
    /// Where a copy like it was before.
    Again,
    /// Not followed: the way is too long.
    NotFollowed,
}
