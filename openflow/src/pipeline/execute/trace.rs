//! What happens to a packet, as data: a tree to read, to draw and to compare.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::flow::{Match, format_value};
use crate::oxm::Field;
use crate::pipeline::Unsendable;
use crate::{Cookie, GroupId, MeterId, PortNo, TableId};

/// What a switch would do with a packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// Where the packet comes in.
    pub in_port: PortNo,
    /// The packet as it comes in.
    #[serde(serialize_with = "hex")]
    pub frame: Bytes,
    /// What it looks like: every field that is there.
    pub header: Vec<HeaderField>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What leaves the switch.
    pub outputs: Vec<Output>,
    /// What the controller gets.
    pub packet_ins: Vec<ToController>,
    /// Why nothing leaves the switch, if nothing does.
    pub dropped: Option<Dropped>,
}

/// One step, with those it consists of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What it is.
    #[serde(flatten)]
    pub what: What,
    /// Fields of the packet that are different after it, and were changed by none of its steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Change>,
    /// Its parts, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Self>,
}

/// Kinds of steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A lookup in a flow table; its parts are what the entry says.
    Table {
        /// Which.
        table: TableId,
        /// The entry found; `None`: no entry takes the packet.
        entry: Option<TracedEntry>,
        /// The entry of highest priority, above that found, which takes the packet but for one
        /// field.
        near_miss: Option<NearMiss>,
    },
    /// An action, as `ovs-ofctl` writes it; its parts are what follows from it.
    Action {
        /// The action.
        action: String,
    },
    /// The action set is carried out (OF 1.3.5 §5.10); its parts are its actions in their order.
    ActionSet,
    /// Actions are kept for later.
    WriteActions {
        /// Which.
        actions: Vec<String>,
    },
    /// The action set is emptied.
    ClearActions,
    /// A group; its parts are the buckets taken.
    Group {
        /// Which.
        group: GroupId,
        /// `all`, `select`, `indirect`, `ff`.
        kind: String,
    },
    /// A bucket; its parts are its actions in the order of an action set.
    Bucket {
        /// Its place in the group, from 0.
        index: usize,
        /// Why it and not another.
        why: Chosen,
    },
    /// A meter.
    Meter {
        /// Which.
        meter: MeterId,
        /// Place of the band that took effect; `None`: the packet is within all rates.
        band: Option<usize>,
    },
    /// The packet leaves.
    Output {
        /// By this port.
        port: PortNo,
    },
    /// The packet would leave, but does not.
    Skipped {
        /// By this port.
        port: PortNo,
        /// Why not.
        why: Unsendable,
    },
    /// The packet goes to the controller.
    Controller {
        /// So many bytes of it.
        bytes: usize,
    },
    /// The packet goes no further.
    Stop {
        /// Why.
        why: Dropped,
    },
    /// Something to know.
    Note {
        /// In words.
        text: String,
    },
}

/// Why a bucket is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Chosen {
    /// All are.
    All,
    /// It is the only one.
    Only,
    /// By a hash of the packet.
    Hash,
    /// It is the first that is alive.
    FirstAlive,
}

/// The entry a packet hit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TracedEntry {
    /// Its priority.
    pub priority: u16,
    /// Its mark, which says whose it is.
    pub cookie: Cookie,
    /// What it looks for, as `ovs-ofctl` writes it.
    #[serde(rename = "match")]
    pub matching: String,
    /// What it does, likewise.
    pub instructions: String,
}

/// An entry that almost took the packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NearMiss {
    /// The entry.
    #[serde(flatten)]
    pub entry: TracedEntry,
    /// The only field in which the packet differs, in the specification's words.
    pub field: &'static str,
    /// What the entry looks for.
    pub wanted: String,
    /// What the packet has.
    pub found: String,
}

/// A field of a packet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeaderField {
    /// The specification's name.
    pub field: &'static str,
    /// Its value, as `ovs-ofctl` writes it.
    pub value: String,
}

/// A field that a step changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The specification's name.
    pub field: &'static str,
    /// Value before.
    pub before: String,
    /// Value after.
    pub after: String,
}

/// A packet that leaves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Output {
    /// By this port.
    pub port: PortNo,
    /// Through this queue, if one was chosen.
    pub queue: Option<u32>,
    /// As it is then.
    #[serde(serialize_with = "hex")]
    pub frame: Bytes,
}

/// A packet for the controller.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToController {
    /// `no_match`, `action`, `invalid_ttl`, `action_set`, `group`, `packet_out`.
    pub reason: &'static str,
    /// Of the table.
    pub table: TableId,
    /// Of the entry.
    pub cookie: Cookie,
    /// What is sent of it.
    #[serde(serialize_with = "hex")]
    pub frame: Bytes,
}

/// Why a packet goes no further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dropped {
    /// No port of the switch has the number it came in by.
    NoSuchInPort,
    /// It came in by a port that takes nothing: down, or configured so.
    PortDoesNotReceive {
        /// The port.
        port: PortNo,
    },
    /// No entry of the table takes it, and the switch drops such packets.
    NoMatch {
        /// The table.
        table: TableId,
    },
    /// The last entry it hit is the table-miss entry, which says to drop.
    TableMiss {
        /// Of this table.
        table: TableId,
    },
    /// The last entry it hit has no action that sends it anywhere.
    NoOutput {
        /// In this table.
        table: TableId,
    },
    /// The only outputs were by ports that do not send.
    PortDoesNotSend {
        /// One of them.
        port: PortNo,
        /// Why it does not.
        why: Unsendable,
    },
    /// Its TTL is spent.
    InvalidTtl,
    /// It is above the rate of a meter.
    Meter {
        /// Which.
        meter: MeterId,
    },
    /// It came to a meter that is not there.
    NoMeter {
        /// Which.
        meter: MeterId,
    },
    /// It came to a group that is not there.
    NoGroup {
        /// Which.
        group: GroupId,
    },
    /// No bucket of a group is alive.
    NoLiveBucket {
        /// Of this group.
        group: GroupId,
    },
    /// Lookups and groups within each other, more than the switch follows: with a loop, for
    /// example.
    TooDeep,
    /// Lookups, more than the switch makes for one packet.
    TooManyLookups,
    /// One more MPLS entry would be pushed than the switch has room for.
    TooManyMplsEntries,
    /// An action the model does not carry out.
    Unmodelled {
        /// Which.
        action: String,
    },
}

impl TracedEntry {
    pub(super) fn of(rule: &crate::pipeline::table::Rule) -> Self {
        Self {
            priority: rule.priority,
            cookie: rule.cookie,
            matching: rule.matching.to_string(),
            instructions: rule.instructions.to_string(),
        }
    }
}

impl HeaderField {
    pub(super) fn of(field: Field, value: u128) -> Self {
        Self {
            field: field.info().name,
            value: words(field, value),
        }
    }
}

/// A value of a field as `ovs-ofctl` writes it.
pub(super) fn words(field: Field, value: u128) -> String {
    format_value(field, value, field.info().full_mask()).to_string()
}

/// What a match wants of one of its fields.
pub(super) fn wanted(matching: &Match, field: Field) -> String {
    matching.get(field).map_or_else(String::new, |wanted| {
        format_value(field, wanted.value, wanted.mask).to_string()
    })
}

fn hex<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{bytes:x}"))
}
