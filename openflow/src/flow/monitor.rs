//! Flow monitors: watching the flow tables (OF 1.4.1 §6.4.3, §7.3.5.18).
//!
//! 1.4 and later have them; 1.3 has them by the ONF's extension and 1.0 by Nicira's, from which the
//! others come. What the extensions lack is refused: groups to look for, own changes only, and
//! changing a monitor. They tell entries that were there as added ones.

use bitflags::bitflags;
use bytes::BytesMut;

use super::{FlowRemovedReason, Instructions, Match, Unsupported, Words, lacking};
use crate::experimenter::nicira;
use crate::{Cookie, GroupId, PortNo, TableId, Version, Xid};

/// A change of what is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowMonitorRequest {
    /// Watch this.
    Add(FlowMonitor),
    /// Watch this instead of what the monitor of its number watches; 1.4 and later.
    Modify(FlowMonitor),
    /// Watch no longer: the monitor of this number.
    Cancel(u32),
}

impl FlowMonitorRequest {
    /// The monitor, where only new ones can be asked for.
    pub(super) fn to_add(&self, version: Version) -> Result<&FlowMonitor, Unsupported> {
        match self {
            Self::Add(monitor) => Ok(monitor),
            Self::Modify(_) => Err(lacking(version, "change of a flow monitor")),
            Self::Cancel(_) => Err(lacking(
                version,
                "cancel of a flow monitor beside other requests",
            )),
        }
    }
}

/// Which entries are watched, and what is told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMonitor {
    /// The controller's number for it.
    pub id: u32,
    /// When something is told, and how much.
    pub flags: FlowMonitorFlags,
    /// Of which table, or [`TableId::ALL`].
    pub table: TableId,
    /// Entries the match covers.
    pub matching: Match,
    /// Entries that output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// Entries that use this group, or [`GroupId::ANY`]; 1.4 and later.
    pub out_group: GroupId,
}

bitflags! {
    /// When a flow monitor tells something, and how much (OF 1.4.1 §7.3.5.18.1,
    /// `ofp_flow_monitor_flags`). Before 1.4 one of `ADD`, `REMOVED` and `MODIFY` has to be there.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct FlowMonitorFlags: u16 {
        /// Entries there are now.
        const INITIAL = 1 << 0;
        /// New ones.
        const ADD = 1 << 1;
        /// Those that are gone.
        const REMOVED = 1 << 2;
        /// Those that changed.
        const MODIFY = 1 << 3;
        /// With their instructions.
        const INSTRUCTIONS = 1 << 4;
        /// Own changes in full, too. Open vSwitch up to 3.1 has it in 1.0 and 1.3 only.
        const NO_ABBREV = 1 << 5;
        /// Own changes only; 1.4 and later.
        const ONLY_OWN = 1 << 6;
    }
}

impl FlowMonitor {
    /// Every entry of every table as it is, and each change of one in full.
    #[must_use]
    pub fn everything(id: u32) -> Self {
        Self {
            id,
            flags: FlowMonitorFlags::all() - FlowMonitorFlags::ONLY_OWN,
            table: TableId::ALL,
            matching: Match::any(),
            out_port: PortNo::ANY,
            out_group: GroupId::ANY,
        }
    }

    /// The flags of the extensions, which have the same numbers; refuses what they lack.
    pub(super) fn flags_of_extension(
        &self,
        version: Version,
    ) -> Result<nicira::FlowMonitorFlags, Unsupported> {
        if self.out_group != GroupId::ANY {
            return Err(lacking(version, "out_group of a flow monitor"));
        }
        let when = FlowMonitorFlags::ADD | FlowMonitorFlags::REMOVED | FlowMonitorFlags::MODIFY;
        if !self.flags.intersects(when) {
            return Err(lacking(
                version,
                "flow monitor without ADD, REMOVED and MODIFY",
            ));
        }
        nicira::FlowMonitorFlags::from_bits(self.flags.bits()).ok_or_else(|| {
            let known = nicira::FlowMonitorFlags::all().bits();
            let beyond = FlowMonitorFlags::from_bits_retain(self.flags.bits() & !known);
            lacking(version, format!("flow monitor flag {}", beyond.0))
        })
    }
}

/// What a flow monitor tells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlowUpdate {
    /// The entry is there. Before 1.4 it is told as an added one.
    Initial(Box<UpdatedFlow>),
    /// The entry is new.
    Added(Box<UpdatedFlow>),
    /// The entry is gone.
    Removed {
        /// As it was.
        flow: Box<UpdatedFlow>,
        /// Why.
        reason: FlowRemovedReason,
    },
    /// The entry is different.
    Modified(Box<UpdatedFlow>),
    /// What one of the controller's own requests asked, was done.
    Abbreviated {
        /// That request's.
        xid: Xid,
    },
    /// Too much to tell: from here on changes are not told.
    Paused,
    /// All that changed meanwhile was told, and from here on changes are told again.
    Resumed,
    /// An event of another number, without what it says; refused when lowered.
    Other(u16),
}

/// A flow entry as a monitor tells of it: without its counters and flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatedFlow {
    /// Which table.
    pub table: TableId,
    /// Higher wins.
    pub priority: u16,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What it looks for.
    pub matching: Match,
    /// What it does; nothing where the monitor was not asked for
    /// [instructions](FlowMonitorFlags::INSTRUCTIONS).
    pub instructions: Instructions,
    /// Seconds; 0: never.
    pub idle_timeout_s: u16,
    /// Seconds; 0: never.
    pub hard_timeout_s: u16,
    /// What the model has no name for, in words, as in [`FlowEntry::unknown`].
    ///
    /// [`FlowEntry::unknown`]: super::FlowEntry::unknown
    pub unknown: Option<String>,
}

impl UpdatedFlow {
    /// Refuses an entry that cannot be said again.
    pub(super) fn check_known(&self, version: Version) -> Result<(), Unsupported> {
        match &self.unknown {
            Some(unknown) => Err(lacking(version, unknown)),
            None => Ok(()),
        }
    }
}

/// How an extension says the events, each with what it says of a flow.
pub(super) enum Extended<'a> {
    Added(&'a UpdatedFlow),
    Deleted(&'a UpdatedFlow, FlowRemovedReason),
    Modified(&'a UpdatedFlow),
    Abbrev(Xid),
}

impl FlowUpdate {
    /// Refuses what is no element of the extensions' replies.
    pub(super) fn in_extension(&self, version: Version) -> Result<Extended<'_>, Unsupported> {
        Ok(match self {
            Self::Initial(flow) | Self::Added(flow) => Extended::Added(flow),
            Self::Removed { flow, reason } => Extended::Deleted(flow, *reason),
            Self::Modified(flow) => Extended::Modified(flow),
            Self::Abbreviated { xid } => Extended::Abbrev(*xid),
            Self::Paused | Self::Resumed => {
                return Err(lacking(version, "pauses among flow updates"));
            }
            Self::Other(event) => return Err(no_event(*event, version)),
        })
    }

    /// Whether the extensions have a message of its own for it.
    fn is_pause(&self) -> bool {
        matches!(self, Self::Paused | Self::Resumed)
    }
}

pub(super) fn no_event(event: u16, version: Version) -> Unsupported {
    lacking(version, format!("event {event} of a flow monitor"))
}

/// Writes updates as the extensions have them: in replies, with the pauses as messages between
/// them. On an error the buffer is as it was.
pub(super) fn write_extended(
    updates: &[FlowUpdate],
    more: bool,
    into: &mut BytesMut,
    mut reply: impl FnMut(&mut BytesMut, &[FlowUpdate], bool) -> Result<(), Unsupported>,
    mut pause: impl FnMut(&mut BytesMut, &FlowUpdate) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    let start = into.len();
    let mut all = || {
        let mut runs = updates.chunk_by(|a, b| !a.is_pause() && !b.is_pause());
        let last = runs.next_back().unwrap_or_default();
        for run in runs {
            match run {
                [one] if one.is_pause() => pause(into, one)?,
                _ => reply(into, run, false)?,
            }
        }
        match last {
            [one] if one.is_pause() => pause(into, one),
            _ => reply(into, last, more),
        }
    };
    let written = all();
    if written.is_err() {
        into.truncate(start);
    }
    written
}

impl FlowUpdate {
    /// As an extension tells it, of which reasons have twice the bits for the same numbers.
    pub(super) fn removed(reason: u16, lift: impl FnOnce(Words) -> Box<UpdatedFlow>) -> Self {
        let mut unknown = Words::default();
        let reason = match u8::try_from(reason) {
            Ok(number) => FlowRemovedReason::from_number(number),
            Err(_) => {
                unknown.note(format_args!("removed for reason {reason}"));
                FlowRemovedReason::Other(u8::MAX)
            }
        };
        let flow = lift(unknown);
        Self::Removed { flow, reason }
    }
}
