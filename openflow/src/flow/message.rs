//! Messages to and from a switch without their version.

use std::time::Duration;

use bitflags::bitflags;
use bytes::{Bytes, BytesMut};

use super::{Action, Actions, Instructions, Match, lacking, v10, v13};
use crate::wire::{Body, Message};
use crate::{BufferId, Cookie, Dpid, GroupId, MacAddr, PortNo, TableId, Version, Xid};

/// A feature the switch's version does not have. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("OpenFlow {version} has no {feature}")]
pub struct Unsupported {
    /// What was asked for, naming the field: "masked eth_dst", "group action".
    pub feature: String,
    /// What the switch speaks.
    pub version: Version,
}

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
    /// Counters of one port, or of all ([`PortNo::ANY`]).
    PortStatsRequest(PortNo),
    /// Counters of one group or of all. Not in 1.0.
    GroupStatsRequest(GroupId),
    /// Groups with their buckets. Not in 1.0.
    GroupDescRequest,
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
    /// Well-formed, but nothing the model has a name for: type name for the log.
    Other(&'static str),
}

/// A refusal (OF 1.3.5 §7.5.4), in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchError {
    /// Type number.
    pub kind: u16,
    /// Code number.
    pub code: u16,
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

/// The answer to a features request (OF 1.3.5 §7.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchFeatures {
    /// Who.
    pub dpid: Dpid,
    /// Packets it can keep.
    pub n_buffers: u32,
    /// Flow tables.
    pub n_tables: u8,
    /// 0 on the main connection.
    pub auxiliary_id: u8,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Ports: 1.0 only, empty later.
    pub ports: Vec<PortDesc>,
}

bitflags! {
    /// What a switch can do (OF 1.3.5 §7.3.1, `ofp_capabilities`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct Capabilities: u32 {
        /// Counts per flow entry.
        const FLOW_STATS = 1 << 0;
        /// Counts per table.
        const TABLE_STATS = 1 << 1;
        /// Counts per port.
        const PORT_STATS = 1 << 2;
        /// Counts per group; in 1.0 this bit means 802.1D spanning tree.
        const GROUP_STATS = 1 << 3;
        /// Reassembles IP fragments.
        const IP_REASM = 1 << 5;
        /// Counts per queue.
        const QUEUE_STATS = 1 << 6;
        /// Blocks looping ports; in 1.0 bit 7 means matching on ARP addresses.
        const PORT_BLOCKED = 1 << 8;
    }

    /// Configuration of a port, set by the controller (OF 1.3.5 §7.2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct PortConfig: u32 {
        /// Administratively down.
        const PORT_DOWN = 1 << 0;
        /// Drops what it receives.
        const NO_RECV = 1 << 2;
        /// Left out of `FLOOD`; 1.0 only.
        const NO_FLOOD = 1 << 4;
        /// Drops what is sent to it.
        const NO_FWD = 1 << 5;
        /// Does not send packet-ins.
        const NO_PACKET_IN = 1 << 6;
    }

    /// State of a port, told by the switch (OF 1.3.5 §7.2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct PortState: u32 {
        /// No physical link.
        const LINK_DOWN = 1 << 0;
        /// Blocked.
        const BLOCKED = 1 << 1;
        /// Usable for fast failover.
        const LIVE = 1 << 2;
    }

    /// Flags of a flow-mod (OF 1.3.5 §7.3.4.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct FlowFlags: u16 {
        /// Send flow-removed when it expires or is deleted.
        const SEND_FLOW_REM = 1 << 0;
        /// Refuse to overlap an entry of the same priority.
        const CHECK_OVERLAP = 1 << 1;
        /// Reset the counters. In 1.0 an add always does and a modify never.
        const RESET_COUNTS = 1 << 2;
        /// Do not count packets. Not in 1.0.
        const NO_PKT_COUNTS = 1 << 3;
        /// Do not count bytes. Not in 1.0.
        const NO_BYT_COUNTS = 1 << 4;
    }
}

/// A packet for the controller (OF 1.3.5 §7.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketIn {
    /// Where the switch kept it, or [`BufferId::NONE`].
    pub buffer_id: BufferId,
    /// Length of the whole packet, bytes.
    pub total_len: u16,
    /// Why.
    pub reason: PacketInReason,
    /// Which table; 0 in 1.0.
    pub table: TableId,
    /// Of the entry that sent it; all ones where unknown (1.0).
    pub cookie: Cookie,
    /// Where it came in; [`PortNo::ANY`] where the switch does not tell.
    pub in_port: PortNo,
    /// The packet from its Ethernet header on; shared with the read buffer.
    pub data: Bytes,
}

/// Why a packet was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketInReason {
    /// No entry matched (1.0), or the table-miss entry did.
    NoMatch,
    /// An output action said so.
    Action,
    /// Invalid TTL.
    InvalidTtl,
    /// Another number.
    Other(u8),
}

/// A packet to send (OF 1.3.5 §7.3.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketOut {
    /// A packet the switch kept, or [`BufferId::NONE`].
    pub buffer_id: BufferId,
    /// Ingress port for the actions; [`PortNo::CONTROLLER`] (in 1.0 `NONE`) where there is none.
    pub in_port: PortNo,
    /// What to do with it.
    pub actions: Actions,
    /// The packet, empty where `buffer_id` names one.
    pub data: Bytes,
}

impl PacketOut {
    /// A whole packet out of the given ports.
    #[must_use]
    pub fn to_ports(data: Bytes, ports: impl IntoIterator<Item = PortNo>) -> Self {
        Self {
            buffer_id: BufferId::NONE,
            in_port: PortNo::CONTROLLER,
            actions: ports.into_iter().map(Action::output).collect(),
            data,
        }
    }
}

/// What to do to the flow table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowCommand {
    /// Add, replacing an entry with the same match and priority.
    Add,
    /// Change the instructions of all entries the match covers.
    Modify,
    /// Change the instructions of the entry with this match and priority.
    ModifyStrict,
    /// Delete all entries the match covers.
    Delete,
    /// Delete the entry with this match and priority.
    DeleteStrict,
}

/// A change of the flow table (OF 1.3.5 §7.3.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMod {
    /// What to do.
    pub command: FlowCommand,
    /// Which table; [`TableId::ALL`] in deletes only. 1.0 has table 0 only.
    pub table: TableId,
    /// Higher wins.
    pub priority: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// Modify and delete only what carries these cookie bits; zero: no restriction. Not in 1.0.
    pub cookie_mask: u64,
    /// What it looks for.
    pub matching: Match,
    /// What it does.
    pub instructions: Instructions,
    /// Seconds without a packet after which it goes; 0: never.
    pub idle_timeout_s: u16,
    /// Seconds after which it goes; 0: never.
    pub hard_timeout_s: u16,
    /// Flags.
    pub flags: FlowFlags,
    /// Deletes only: entries that output here; [`PortNo::ANY`]: no restriction.
    pub out_port: PortNo,
    /// Deletes only: entries that use this group; [`GroupId::ANY`]: no restriction.
    pub out_group: GroupId,
    /// A kept packet to run through the new entry, or [`BufferId::NONE`].
    pub buffer_id: BufferId,
}

impl FlowMod {
    /// Adds an entry to table 0 without timeouts, cookie or flags.
    #[inline]
    #[must_use]
    pub fn add(priority: u16, matching: Match, instructions: Instructions) -> Self {
        Self {
            command: FlowCommand::Add,
            table: TableId(0),
            priority,
            cookie: Cookie(0),
            cookie_mask: 0,
            matching,
            instructions,
            idle_timeout_s: 0,
            hard_timeout_s: 0,
            flags: FlowFlags::empty(),
            out_port: PortNo::ANY,
            out_group: GroupId::ANY,
            buffer_id: BufferId::NONE,
        }
    }
}

/// Which entries statistics are asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStatsRequest {
    /// Which table, or [`TableId::ALL`].
    pub table: TableId,
    /// Entries the match covers.
    pub matching: Match,
    /// Entries that output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// Entries that use this group, or [`GroupId::ANY`].
    pub out_group: GroupId,
    /// Cookie bits to look for. Not in 1.0.
    pub cookie: Cookie,
    /// Which cookie bits count; zero: none. Not in 1.0.
    pub cookie_mask: u64,
}

impl FlowStatsRequest {
    /// Every entry of every table.
    #[must_use]
    pub fn all() -> Self {
        Self {
            table: TableId::ALL,
            matching: Match::any(),
            out_port: PortNo::ANY,
            out_group: GroupId::ANY,
            cookie: Cookie(0),
            cookie_mask: 0,
        }
    }
}

/// An entry of a flow table, as the switch has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowEntry {
    /// Which table.
    pub table: TableId,
    /// Higher wins.
    pub priority: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What it looks for.
    pub matching: Match,
    /// What it does.
    pub instructions: Instructions,
    /// Seconds; 0: never.
    pub idle_timeout_s: u16,
    /// Seconds; 0: never.
    pub hard_timeout_s: u16,
    /// Flags; 1.0 does not tell them and leaves them empty.
    pub flags: FlowFlags,
    /// How long it is there.
    pub age: Duration,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
    /// What the model has no name for (unknown match fields, actions, instructions), in words:
    /// such an entry is shown and never taken for one of ours.
    pub unknown: Option<String>,
}

/// An entry is gone (OF 1.3.5 §7.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRemoved {
    /// Which table; 0 in 1.0.
    pub table: TableId,
    /// Its priority.
    pub priority: u16,
    /// Its mark.
    pub cookie: Cookie,
    /// Why.
    pub reason: FlowRemovedReason,
    /// What it looked for.
    pub matching: Match,
    /// How long it was there.
    pub age: Duration,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Why an entry is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowRemovedReason {
    /// No packet for so long.
    IdleTimeout,
    /// Its time was over.
    HardTimeout,
    /// Somebody deleted it.
    Delete,
    /// Its group was deleted.
    GroupDelete,
    /// Another number.
    Other(u8),
}

/// A port as the switch describes it (OF 1.3.5 §7.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDesc {
    /// Number.
    pub no: PortNo,
    /// Address.
    pub hw_addr: MacAddr,
    /// Name, at most 16 bytes; what is not UTF-8 is replaced.
    pub name: String,
    /// Set by the controller.
    pub config: PortConfig,
    /// Told by the switch.
    pub state: PortState,
    /// Current speed, kbit/s; 0: not known. (1.0: from the feature bits.)
    pub curr_speed_kbps: u32,
    /// Highest speed, kbit/s; 0: not known.
    pub max_speed_kbps: u32,
}

impl PortDesc {
    /// Neither administratively down nor without a link.
    #[must_use]
    pub fn is_up(&self) -> bool {
        !self.config.contains(PortConfig::PORT_DOWN) && !self.state.contains(PortState::LINK_DOWN)
    }
}

/// What happened to a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortChange {
    /// It is new.
    Add,
    /// It is gone.
    Delete,
    /// Something about it is different.
    Modify,
}

/// A port came, went or changed (OF 1.3.5 §7.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortStatus {
    /// What happened.
    pub change: PortChange,
    /// The port now.
    pub port: PortDesc,
}

/// A change of a port's configuration (OF 1.3.5 §7.3.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortMod {
    /// Which port.
    pub port: PortNo,
    /// Its address: the switch refuses the change where it differs.
    pub hw_addr: MacAddr,
    /// New values.
    pub config: PortConfig,
    /// Which of them to change.
    pub mask: PortConfig,
}

/// Counters of a port (OF 1.3.5 §7.3.5.6). A counter the switch does not keep is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortStats {
    /// Which port.
    pub port: PortNo,
    /// Packets received.
    pub rx_packets: Option<u64>,
    /// Packets sent.
    pub tx_packets: Option<u64>,
    /// Bytes received.
    pub rx_bytes: Option<u64>,
    /// Bytes sent.
    pub tx_bytes: Option<u64>,
    /// Received and dropped.
    pub rx_dropped: Option<u64>,
    /// Dropped instead of sent.
    pub tx_dropped: Option<u64>,
    /// Receive errors.
    pub rx_errors: Option<u64>,
    /// Send errors.
    pub tx_errors: Option<u64>,
    /// How long the port is there; not in 1.0.
    pub age: Option<Duration>,
}

/// Counters of a table (OF 1.3.5 §7.3.5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    /// Which table.
    pub table: TableId,
    /// Entries in it.
    pub active: u32,
    /// Packets looked up.
    pub lookups: u64,
    /// Packets that hit an entry.
    pub matched: u64,
}

/// How a group treats its buckets (OF 1.3.5 §5.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupType {
    /// All of them.
    All,
    /// One, by weight.
    Select,
    /// The only one.
    Indirect,
    /// The first that is alive.
    FastFailover,
    /// A number of an experimenter (128 and above).
    Other(u8),
}

/// Actions of a group, with what decides whether they are carried out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// Share among the buckets of a select group; 0 elsewhere.
    pub weight: u16,
    /// Alive while this port is; [`PortNo::ANY`]: not watched.
    pub watch_port: PortNo,
    /// Alive while this group is; [`GroupId::ANY`]: not watched.
    pub watch_group: GroupId,
    /// What it does.
    pub actions: Actions,
}

/// A group with its buckets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Number.
    pub id: GroupId,
    /// How it treats its buckets.
    pub kind: GroupType,
    /// In order.
    pub buckets: Vec<Bucket>,
}

/// What to do to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupCommand {
    /// New; refused where it exists.
    Add,
    /// Replace its type and buckets.
    Modify,
    /// Delete, with every entry that uses it.
    Delete,
}

/// A change of the groups (OF 1.3.5 §7.3.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMod {
    /// What to do.
    pub command: GroupCommand,
    /// To which; a delete looks at the id only.
    pub group: Group,
}

/// Counters of a group (OF 1.3.5 §7.3.5.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupStats {
    /// Which group.
    pub id: GroupId,
    /// Entries and groups that use it.
    pub references: u32,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
    /// How long it is there.
    pub age: Duration,
    /// Packets and bytes per bucket.
    pub buckets: Vec<(u64, u64)>,
}

/// A group as the switch has it, with its counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// What it is.
    pub group: Group,
    /// What it counted.
    pub stats: GroupStats,
}

/// What a controller may do on a connection (OF 1.3.5 §6.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ask only.
    NoChange,
    /// Full access, beside others.
    Equal,
    /// Full access, the only one.
    Master,
    /// Read only.
    Slave,
}

/// Who made the switch (OF 1.3.5 §7.3.5.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwitchDesc {
    /// Manufacturer.
    pub manufacturer: String,
    /// Hardware.
    pub hardware: String,
    /// Software.
    pub software: String,
    /// Serial number.
    pub serial: String,
    /// Name of the datapath, for people.
    pub datapath: String,
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
        match version {
            Version::V1_0 => v10::encode(self, xid, into),
            Version::V1_3 => v13::encode(self, version, xid, into),
            Version::V1_4 | Version::V1_5 => Err(lacking(version, "encoding in Pointsman")),
        }
    }
}

impl FromSwitch {
    /// What the message says. What the model has no name for is [`FromSwitch::Other`]; so is what
    /// only a controller says.
    ///
    /// Allocates nothing for a packet-in, whose packet goes on sharing the read buffer.
    #[must_use]
    pub fn lift(message: Message) -> Self {
        let version = Version::from_wire(message.version());
        match message.body {
            Body::Hello(_) => Self::Hello,
            Body::V10(body) => v10::lift(body),
            Body::V13(body) => v13::lift(body, version.unwrap_or(Version::V1_3)),
        }
    }
}
