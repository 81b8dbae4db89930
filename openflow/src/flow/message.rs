//! Messages to and from a switch without their version.

use bytes::{Bytes, BytesMut};

use super::{
    BundleDone, BundleRequest, FlowEntry, FlowMod, FlowMonitorRequest, FlowRemoved,
    FlowStatsRequest, FlowUpdate, Group, GroupMod, GroupStats, Meter, MeterFeatures, MeterMod,
    MeterStats, PacketIn, PacketOut, PortDesc, PortMod, PortStats, PortStatus, QueueStats, Role,
    SwitchDesc, SwitchFeatures, TableFeatures, TableFeaturesRequest, TableStats, bundle, v10, v13,
};
use crate::v13 as wire;
use crate::wire::{Body, Message};
use crate::{GroupId, MeterId, PortNo, Version, Xid};

/// What the controller says to a switch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a boxed flow-mod would be an allocation for every packet-in that is answered by one"
)]
pub enum ToSwitch {
    /// Are you alive; the payload comes back.
    EchoRequest(Bytes),
    /// Yes.
    EchoReply(Bytes),
    /// Who are you.
    FeaturesRequest,
    /// How many bytes of a missed packet to send (0xffff: all), fragments treated normally.
    SetConfig {
        /// Bytes for table-miss packet-ins.
        miss_send_len: u16,
    },
    /// A packet to carry out actions on.
    PacketOut(PacketOut),
    /// Change the flow tables.
    FlowMod(FlowMod),
    /// Change the groups. Not in 1.0.
    GroupMod(GroupMod),
    /// Change a port's configuration.
    PortMod(PortMod),
    /// Answer when all before it is done.
    BarrierRequest,
    /// Ask for a role, with the generation id for master and slave. In 1.0 by the Nicira extension,
    /// which has no generation id: a switch cannot refuse the master of an old election there.
    RoleRequest {
        /// Which.
        role: Role,
        /// Election number; ignored for equal and no-change.
        generation_id: u64,
    },
    /// Manufacturer, hardware, software, serial number, name.
    DescRequest,
    /// Ports; 1.0 has them in the features reply instead and answers `Unsupported`.
    PortDescRequest,
    /// Flow entries with their counters.
    FlowStatsRequest(FlowStatsRequest),
    /// Sums over flow entries.
    AggregateStatsRequest(FlowStatsRequest),
    /// Counters of the tables.
    TableStatsRequest,
    /// What tables can do, or what they shall. Not in 1.0.
    TableFeatures(TableFeaturesRequest),
    /// Counters of one port, or of all ([`PortNo::ANY`]).
    PortStatsRequest(PortNo),
    /// Counters of one group or of all. Not in 1.0.
    GroupStatsRequest(GroupId),
    /// Groups with their buckets. Not in 1.0.
    GroupDescRequest,
    /// Change the meters. Not in 1.0.
    MeterMod(MeterMod),
    /// Counters of one meter or of all ([`MeterId::ALL`]). Not in 1.0.
    MeterStatsRequest(MeterId),
    /// One meter with its bands or all. Not in 1.0.
    MeterConfigRequest(MeterId),
    /// What meters the switch can do. Not in 1.0.
    MeterFeaturesRequest,
    /// Counters of the queues.
    QueueStatsRequest {
        /// Of this port or of all ([`PortNo::ANY`]).
        port: PortNo,
        /// This one or all of them.
        queue: Option<u32>,
    },
    /// Watch the flow tables, or no longer. In 1.0 and 1.3 by extensions, where a cancel stands
    /// alone.
    FlowMonitors(Vec<FlowMonitorRequest>),
    /// A step of a bundle. Not in 1.0.
    Bundle(BundleRequest),
}

impl ToSwitch {
    /// Appends the message in the given version. On an error the buffer is as it was.
    ///
    /// Allocates nothing for a flow-mod of up to six match fields and four actions, nor for a
    /// packet-out.
    pub fn encode(
        &self,
        version: Version,
        xid: Xid,
        into: &mut BytesMut,
    ) -> Result<(), Unsupported> {
        match (self, version) {
            (Self::Bundle(request), _) => bundle::encode(request, version, xid, into),
            (_, Version::V1_0) => v10::encode(self, xid, into),
            (_, Version::V1_3 | Version::V1_4 | Version::V1_5) => {
                v13::encode(self, version, xid, into)
            }
        }
    }
}

/// What a switch says to the controller.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FromSwitch {
    /// Hello, with the versions offered.
    Hello,
    /// The switch refused something.
    Error(SwitchError),
    /// Are you alive.
    EchoRequest(Bytes),
    /// It is.
    EchoReply(Bytes),
    /// Who it is.
    Features(SwitchFeatures),
    /// A packet for the controller.
    PacketIn(PacketIn),
    /// A flow entry is gone. Boxed: its match is three times as large as a packet-in, which is
    /// moved millions of times a second.
    FlowRemoved(Box<FlowRemoved>),
    /// A port came, went or changed.
    PortStatus(PortStatus),
    /// All before the barrier is done.
    BarrierReply,
    /// The role it now gives us.
    RoleReply {
        /// Which.
        role: Role,
        /// Election number; all ones where there was none yet, and in 1.0.
        generation_id: u64,
    },
    /// Part of a reply in several: `more` says that another follows under the same xid.
    Desc(SwitchDesc),
    /// Ports (1.3 and later; 1.0 has them in [`SwitchFeatures`]).
    PortDesc {
        /// In this part.
        ports: Vec<PortDesc>,
        /// Another part follows.
        more: bool,
    },
    /// Flow entries.
    FlowStats {
        /// In this part.
        entries: Vec<FlowEntry>,
        /// Another part follows.
        more: bool,
    },
    /// Sums over flow entries.
    AggregateStats {
        /// Packets.
        packets: u64,
        /// Bytes.
        bytes: u64,
        /// Entries.
        flows: u32,
    },
    /// Tables.
    TableStats {
        /// In this part.
        tables: Vec<TableStats>,
        /// Another part follows.
        more: bool,
    },
    /// What tables can do.
    TableFeatures {
        /// In this part.
        tables: Vec<TableFeatures>,
        /// Another part follows.
        more: bool,
    },
    /// Counters of ports.
    PortStats {
        /// In this part.
        ports: Vec<PortStats>,
        /// Another part follows.
        more: bool,
    },
    /// Counters of groups.
    GroupStats {
        /// In this part.
        groups: Vec<GroupStats>,
        /// Another part follows.
        more: bool,
    },
    /// Groups with their buckets.
    GroupDesc {
        /// In this part.
        groups: Vec<Group>,
        /// Another part follows.
        more: bool,
    },
    /// Counters of meters.
    MeterStats {
        /// In this part.
        meters: Vec<MeterStats>,
        /// Another part follows.
        more: bool,
    },
    /// Meters with their bands.
    MeterConfig {
        /// In this part.
        meters: Vec<Meter>,
        /// Another part follows.
        more: bool,
    },
    /// What meters the switch can do.
    MeterFeatures(MeterFeatures),
    /// Counters of queues.
    QueueStats {
        /// In this part.
        queues: Vec<QueueStats>,
        /// Another part follows.
        more: bool,
    },
    /// What flow monitors tell: entries that are there in reply to the request, and changes
    /// without one.
    FlowUpdates {
        /// In their order.
        updates: Vec<FlowUpdate>,
        /// Another part follows.
        more: bool,
    },
    /// A step of a bundle is done.
    Bundle {
        /// Which.
        id: u32,
        /// What is done.
        done: BundleDone,
    },
    /// Well-formed, but nothing the model has a name for: type name for the log.
    Other(&'static str),
}

impl FromSwitch {
    /// Appends the message in the given version; a list that is longer than a message can be, in
    /// as many as it takes. On an error the buffer is as it was. For whoever stands in for a
    /// switch; the inverse of [`FromSwitch::lift`].
    pub fn encode(
        &self,
        version: Version,
        xid: Xid,
        into: &mut BytesMut,
    ) -> Result<(), Unsupported> {
        match version {
            Version::V1_0 => v10::encode_reply(self, xid, into),
            Version::V1_3 | Version::V1_4 | Version::V1_5 => {
                v13::encode_reply(self, version, xid, into)
            }
        }
    }

    /// What the message says. What the model has no name for is [`FromSwitch::Other`]; so is what
    /// only a controller says.
    ///
    /// Allocates nothing for a packet-in, whose packet goes on sharing the read buffer.
    #[must_use]
    pub fn lift(message: Message) -> Self {
        let version = Version::from_wire(message.version());
        match message.body {
            Body::Hello(_) => Self::Hello,
            // Before the others: of a body that is handed on all bytes are moved.
            Body::V13(wire::Body::PacketIn(packet)) => Self::PacketIn(v13::lift_packet_in(packet)),
            Body::V10(body) => v10::lift(body),
            Body::V13(body) => v13::lift(body, version.unwrap_or(Version::V1_3)),
        }
    }
}

/// A refusal (OF 1.3.5 §7.5.4), in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchError {
    /// Type number.
    pub kind: u16,
    /// Code number; of an experimenter's error its `exp_type`.
    pub code: u16,
    /// Whose error one of type 0xffff is; of others, and in 1.0, 0. No `Option`: packet-ins are moved
    /// in the same enum, which is no larger so.
    pub experimenter: u32,
    /// `OFPBMC_BAD_PREREQ`; `type 7 code 99` where it has no name.
    pub name: String,
    /// What it means, one clause.
    pub meaning: String,
    /// The refused message as far as the switch quoted it, in words: `flow-mod (table 0,
    /// priority 100, ip,nw_dst=10.0.0.1)`; empty where it could not be read.
    pub offending: String,
    /// Up to 64 bytes and more of what was refused.
    pub data: Bytes,
}

/// A feature the switch's version does not have. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("OpenFlow {version} has no {feature}")]
pub struct Unsupported {
    /// What was asked for, naming the field: "masked eth_dst", "group action".
    pub feature: String,
    /// What the switch speaks.
    pub version: Version,
}
