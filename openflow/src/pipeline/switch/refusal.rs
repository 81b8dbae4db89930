//! Why a switch refuses a change, and the error it answers.

use crate::flow::{ActionError, MatchError};
use crate::wire::{Answer, ErrorCode};
use crate::{BufferId, GroupId, MeterId, PortNo, TableId, Version};

/// A change that was refused; the switch is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// What the switch answers, in the numbers of its version. Of flow monitors they are those of 1.4:
    /// extensions have other numbers for them ([`Answer::in_version`](crate::wire::Answer::in_version)).
    pub code: ErrorCode,
    /// Why.
    pub why: Refused,
}

impl Refusal {
    /// What a switch answers in a version: `code`, or an experimenter's error that is more precise.
    #[must_use]
    pub fn answer(&self, version: Version) -> Answer {
        match &self.why {
            Refused::Action(error @ ActionError::Conjunction { .. }) => {
                error.precise_answer(version)
            }
            _ => self.code.into(),
        }
    }
}

/// Reasons of a [`Refusal`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The table has as many entries as it can hold.
    #[error("table {0} is full")]
    TableFull(TableId),
    /// Another entry of the same priority takes packets this one would take.
    #[error("table {0} has an entry of the same priority that overlaps")]
    Overlap(TableId),
    /// There is no such table.
    #[error("there is no table {0}")]
    NoTable(TableId),
    /// A change of all tables that is no delete.
    #[error("only a delete is of all tables")]
    EveryTable,
    /// There is no such table to go to.
    #[error("there is no table {0} to go to")]
    NoNextTable(TableId),
    /// The match does not make sense.
    #[error("{0}")]
    Match(MatchError),
    /// An action does not make sense.
    #[error("{0}")]
    Action(ActionError),
    /// The model does not carry this action out.
    #[error("{0} is not modelled")]
    Unmodelled(String),
    /// There is no such group to hand packets to.
    #[error("there is no group {0} to hand packets to")]
    NoOutGroup(GroupId),
    /// There is no such meter to pass through.
    #[error("there is no meter {0} to pass through")]
    NoMeterToPass(MeterId),
    /// The group exists already.
    #[error("group {0} exists already")]
    GroupExists(GroupId),
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(GroupId),
    /// No group can have this number.
    #[error("group {0}: groups have the numbers 0 to 4294967040")]
    GroupNumber(GroupId),
    /// The group would hand packets to itself.
    #[error("group {0} would lead back to itself")]
    GroupLoop(GroupId),
    /// A weight in a group that does not choose by weight.
    #[error("group {0}: only the buckets of a select group have weights")]
    WeightOutsideSelect(GroupId),
    /// An indirect group has one bucket.
    #[error("group {0}: an indirect group has exactly one bucket")]
    NotOneBucket(GroupId),
    /// A bucket that watches something in a group that takes no notice of it.
    #[error("group {0}: only buckets of select and fast failover groups watch something")]
    WatchesForNothing(GroupId),
    /// A bucket of a fast failover group that watches nothing.
    #[error("group {0}: a bucket of a fast failover group watches a port or a group")]
    WatchesNothing(GroupId),
    /// Buckets to be put in behind all others.
    #[error("group {0}: buckets are put in first, last or behind one")]
    EveryPlace(GroupId),
    /// Two buckets of a group have one number.
    #[error("group {group}: bucket {bucket} exists already")]
    BucketExists {
        /// The group.
        group: GroupId,
        /// The bucket.
        bucket: u32,
    },
    /// There is no such bucket.
    #[error("group {group}: there is no bucket {bucket}")]
    NoBucket {
        /// The group.
        group: GroupId,
        /// The bucket.
        bucket: u32,
    },
    /// A type of groups the switch does not have.
    #[error("group {0}: its type is not known")]
    GroupKind(GroupId),
    /// There is no room for another group.
    #[error("the switch has as many groups as it can hold")]
    GroupsFull,
    /// The meter exists already.
    #[error("meter {0} exists already")]
    MeterExists(MeterId),
    /// There is no such meter.
    #[error("there is no meter {0}")]
    NoMeter(MeterId),
    /// No meter can have this number.
    #[error("meter {0}: meters have the numbers 1 to 4294901760")]
    MeterNumber(MeterId),
    /// A meter's flags exclude each other, or say no unit.
    #[error("meter {0}: it measures either kbit/s or packets/s")]
    MeterUnit(MeterId),
    /// A meter that limits nothing.
    #[error("meter {0}: it has no bands")]
    MeterWithoutBands(MeterId),
    /// A band that is not known.
    #[error("meter {0}: a band is of no known kind")]
    MeterBand(MeterId),
    /// There is no room for another meter.
    #[error("the switch has as many meters as it can hold")]
    MetersFull,
    /// There is no such port.
    #[error("there is no port {0}")]
    NoPort(PortNo),
    /// The port has another address.
    #[error("port {0} has another address")]
    PortAddress(PortNo),
    /// A packet-out comes in by a port there cannot be.
    #[error("no packet comes in by port {0}")]
    InPort(PortNo),
    /// The switch keeps no packets.
    #[error("there is no buffer {0}")]
    NoBuffer(BufferId),
    /// A packet-out without enough bytes for an Ethernet header.
    #[error("a packet of {0} bytes has no Ethernet header")]
    ShortPacket(usize),
    /// A packet-out whose actions come to nothing.
    #[error("{0}")]
    Undone(&'static str),
    /// There is no such bundle.
    #[error("there is no bundle {0}")]
    NoBundle(u32),
    /// The bundle is open already.
    #[error("bundle {0} exists already")]
    BundleExists(u32),
    /// The bundle is closed.
    #[error("bundle {0} is closed")]
    BundleClosed(u32),
    /// The flags differ from those it was opened with.
    #[error("bundle {0} was opened with other flags")]
    BundleFlags(u32),
    /// Something that cannot be part of a bundle.
    #[error("bundle {0}: such a message cannot be in a bundle")]
    BundleMessage(u32),
    /// There is no such flow monitor.
    #[error("there is no flow monitor {0}")]
    NoMonitor(u32),
    /// The flow monitor exists already.
    #[error("flow monitor {0} exists already")]
    MonitorExists(u32),
    /// A flow monitor that tells of no change.
    #[error("flow monitor {0}: it is told neither of new nor of changed nor of removed entries")]
    MonitorFlags(u32),
    /// There is no room for another flow monitor.
    #[error("the switch has as many flow monitors as it can hold")]
    MonitorsFull,
    /// There are too many bundles, or messages in one.
    #[error("bundle {0}: there is no room for more")]
    BundleFull(u32),
}

impl Refused {
    /// With the error that a switch of this version answers.
    pub(in crate::pipeline) fn by(self, version: Version) -> Refusal {
        let code = if version == Version::V1_0 {
            self.code_of_1_0()
        } else {
            self.code_of_1_3()
        };
        Refusal { code, why: self }
    }

    /// OF 1.3.5 §7.5.4, and of what came later OF 1.4.1 §7.5.4.
    fn code_of_1_3(&self) -> ErrorCode {
        let (kind, code) = match self {
            Self::NoTable(_) => return ErrorCode::BAD_REQUEST_BAD_TABLE_ID,
            Self::NoNextTable(_) => return ErrorCode::BAD_INSTRUCTION_BAD_TABLE_ID,
            Self::Match(error) => return error.answer(),
            Self::Action(error) => return error.answer(),
            Self::Unmodelled(_) => {
                return ErrorCode::BAD_ACTION_BAD_TYPE;
            }
            Self::WatchesForNothing(_) => (6, 6),
            Self::GroupKind(_) => return ErrorCode::GROUP_MOD_BAD_TYPE,
            Self::MeterUnit(_) => return ErrorCode::METER_MOD_BAD_FLAGS,
            Self::MeterBand(_) => return ErrorCode::METER_MOD_BAD_BAND,
            Self::BundleFlags(_) => return ErrorCode::BUNDLE_BAD_FLAGS,
            Self::BundleMessage(_) => return ErrorCode::BUNDLE_MSG_UNSUP,
            Self::InPort(_) => return ErrorCode::BAD_REQUEST_BAD_PORT,
            Self::Undone(_) => (5, 0),
            Self::EveryTable => (5, 2),
            Self::TableFull(_) => (5, 1),
            Self::Overlap(_) => (5, 3),
            Self::NoOutGroup(_) => (2, 9),
            Self::NoMeterToPass(_) => (12, 2),
            Self::GroupExists(_) => (6, 0),
            Self::GroupNumber(_) => (6, 1),
            Self::GroupsFull => (6, 3),
            Self::GroupLoop(_) => (6, 7),
            Self::NoGroup(_) => (6, 8),
            Self::WeightOutsideSelect(_) | Self::NotOneBucket(_) | Self::WatchesNothing(_) => {
                (6, 1)
            }
            Self::EveryPlace(_) => (6, 12),
            Self::BucketExists { .. } => (6, 16),
            Self::NoBucket { .. } => (6, 15),
            Self::MeterExists(_) => (12, 1),
            Self::MeterNumber(_) => (12, 2),
            Self::NoMeter(_) => (12, 3),
            Self::MetersFull => (12, 10),
            Self::MeterWithoutBands(_) => (12, 11),
            Self::NoPort(_) => (7, 0),
            Self::PortAddress(_) => (7, 1),
            Self::NoBuffer(_) => (1, 8),
            Self::ShortPacket(_) => (1, 12),
            // Open vSwitch says of one that is there too that its number is wrong.
            Self::NoBundle(_) | Self::BundleExists(_) => (17, 2),
            Self::BundleClosed(_) => (17, 4),
            Self::BundleFull(_) => (17, 11),
            Self::MonitorsFull => (16, 0),
            Self::MonitorExists(_) => (16, 1),
            Self::NoMonitor(_) => (16, 3),
            Self::MonitorFlags(_) => return ErrorCode::FLOW_MONITOR_BAD_FLAGS,
        };
        ErrorCode { kind, code }
    }

    /// OF 1.0.1 §5.4.4: what came later has no number there and is a bad request.
    fn code_of_1_0(&self) -> ErrorCode {
        let (kind, code) = match self {
            Self::TableFull(_) => (3, 0),
            Self::Overlap(_) => (3, 1),
            Self::NoPort(_) => (4, 0),
            Self::PortAddress(_) => (4, 1),
            Self::NoBuffer(_) => (1, 8),
            Self::Action(ActionError::OutPort { .. } | ActionError::QueuePort { .. }) => (2, 4),
            Self::Action(_) => (2, 5),
            Self::Unmodelled(_) => (2, 0),
            // Open vSwitch: the extended error has no number of 1.0.
            Self::Match(_) => (3, 5),
            Self::ShortPacket(_) => (1, 6),
            Self::MonitorsFull
            | Self::MonitorExists(_)
            | Self::NoMonitor(_)
            | Self::MonitorFlags(_) => return self.code_of_1_3(),
            _ => (1, 1),
        };
        ErrorCode { kind, code }
    }
}
