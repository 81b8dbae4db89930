//! What the rest of the controller holds of a connected switch.

use std::sync::Arc;

use openflow::flow::{
    FlowEntry, FlowMod, FlowStatsRequest, Group, GroupMod, GroupStats, PacketOut, PortMod,
    PortStats, SwitchError, TableStats, Unsupported,
};
use openflow::{Dpid, Version};

/// One connection of one switch. Cheap to clone; a switch that reconnects has a new one with a
/// higher `epoch`.
#[derive(Debug, Clone)]
pub struct SwitchHandle {
    dpid: Dpid,
    version: Version,
    epoch: u64,
    inner: Arc<()>,
}

/// One change of a switch's tables.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Of a flow table.
    Flow(FlowMod),
    /// Of the groups.
    Group(GroupMod),
}

/// How a batch of changes went: the barrier behind it is answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// Which changes were refused (index into the batch), by the switch or because its version
    /// cannot express them.
    pub refused: Vec<(usize, Refusal)>,
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// It was never sent.
    Unsupported(Unsupported),
    /// The switch said so.
    Switch(SwitchError),
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The connection is gone.
    #[error("the switch is not connected")]
    Disconnected,
    /// No answer within the deadline.
    #[error("no answer within {0} ms")]
    Timeout(u64),
    /// The switch answered with an error.
    #[error("the switch refused: {0}")]
    Refused(String),
    /// Its version has no such request.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
}

impl SwitchHandle {
    /// Which switch.
    #[must_use]
    pub fn dpid(&self) -> Dpid {
        self.dpid
    }

    /// What it speaks.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Grows with every connection the controller accepts.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Sends changes in order, closed by a barrier, and waits until that is answered. Waits for
    /// room in the connection's queue: control messages are never dropped.
    ///
    /// # Errors
    /// The connection is gone or does not answer; then it is not known what was carried out.
    pub async fn apply(&self, _changes: Vec<Change>) -> Result<Applied, RequestError> {
        todo!()
    }

    /// Reads flow entries, all parts of the reply together.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn flow_entries(
        &self,
        _request: FlowStatsRequest,
    ) -> Result<Vec<FlowEntry>, RequestError> {
        todo!()
    }

    /// Reads the groups with their counters; empty on 1.0.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn groups(&self) -> Result<Vec<(Group, Option<GroupStats>)>, RequestError> {
        todo!()
    }

    /// Reads the tables' counters.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn tables(&self) -> Result<Vec<TableStats>, RequestError> {
        todo!()
    }

    /// Reads the counters of all ports.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn port_stats(&self) -> Result<Vec<PortStats>, RequestError> {
        todo!()
    }

    /// Changes a port, behind a barrier.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn port_mod(&self, _port_mod: PortMod) -> Result<(), RequestError> {
        todo!()
    }

    /// Queues a packet; never waits. When the queue is full the oldest packet in it is dropped and
    /// counted.
    pub fn packet_out(&self, _packet: PacketOut) {
        todo!()
    }
}
