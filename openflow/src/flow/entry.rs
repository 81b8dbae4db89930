//! Entries of the flow tables: changing them, asking for them, hearing of their end.

use std::time::Duration;

use bitflags::bitflags;

use super::{Instructions, Match};
use crate::{BufferId, Cookie, GroupId, PortNo, TableId};

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
    /// What has less of it is evicted first from a full table; 0 before 1.4.
    pub importance: u16,
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
            importance: 0,
            out_port: PortNo::ANY,
            out_group: GroupId::ANY,
            buffer_id: BufferId::NONE,
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

bitflags! {
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
    /// What has less of it is evicted first; 0 before 1.4, and where it is not told.
    pub importance: u16,
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
    /// Its meter was deleted; 1.4 and later.
    MeterDelete,
    /// The table was full and it was not important enough; 1.4 and later.
    Eviction,
    /// Another number.
    Other(u8),
}

/// By the numbers of 1.3 and later, which the flow monitor of 1.0 has too.
impl FlowRemovedReason {
    pub(super) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::IdleTimeout,
            1 => Self::HardTimeout,
            2 => Self::Delete,
            3 => Self::GroupDelete,
            4 => Self::MeterDelete,
            5 => Self::Eviction,
            other => Self::Other(other),
        }
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::IdleTimeout => 0,
            Self::HardTimeout => 1,
            Self::Delete => 2,
            Self::GroupDelete => 3,
            Self::MeterDelete => 4,
            Self::Eviction => 5,
            Self::Other(number) => number,
        }
    }
}
