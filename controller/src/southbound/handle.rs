//! What the rest of the controller holds of a connected switch.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use openflow::flow::{
    FlowEntry, FlowMod, FlowStatsRequest, FromSwitch, Group, GroupMod, GroupStats, Meter,
    PacketOut, PortDesc, PortMod, PortStats, SwitchError, TableStats, ToSwitch, Unsupported,
};
use openflow::{Dpid, GroupId, MeterId, PortNo, Version};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::outbox::Outbox;

/// Requests waiting for a connection to take them; who asks when it is full waits.
pub const COMMAND_CAPACITY: usize = 64;

/// Challenges at once; one is enough to decide.
pub(super) const CHALLENGE_CAPACITY: usize = 4;

/// How long a switch whose datapath id is claimed by another has to say that it is alive.
pub(super) const CHALLENGE: Duration = Duration::from_secs(1);

/// One connection of one switch. Cheap to clone; a switch that reconnects has a new one with a
/// higher `epoch`.
#[derive(Clone)]
pub struct SwitchHandle {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) dpid: Dpid,
    pub(super) version: Version,
    pub(super) epoch: u64,
    pub(super) peer: SocketAddr,
    pub(super) commands: mpsc::Sender<Command>,
    /// Answered by the connection when it next hears from the switch. Apart from the commands,
    /// because those wait for a switch that is slow.
    pub(super) challenges: mpsc::Sender<oneshot::Sender<()>>,
    /// Cancelled to end the connection of a switch that did not answer a challenge, and when
    /// everything stops.
    pub(super) stop: CancellationToken,
    pub(super) outbox: Outbox,
    /// There is something in the outbox, or roles of ports changed: packets held until then can go
    /// on.
    pub(super) nudge: Notify,
    /// Cancelled when the connection is gone and everybody who must know was told.
    pub(super) gone: CancellationToken,
}

/// What a connection is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    /// Send these, then a barrier; answered with what was refused.
    Batch {
        messages: Vec<ToSwitch>,
        reply: oneshot::Sender<Result<Applied, RequestError>>,
    },
    /// Ask this; answered with all parts of the reply in one.
    Ask {
        request: Box<ToSwitch>,
        reply: oneshot::Sender<Result<FromSwitch, RequestError>>,
    },
}

/// One change of a switch's tables.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most changes are of flow tables, and they come in long lists"
)]
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(unsupported) => unsupported.fmt(f),
            Self::Switch(error) => write!(f, "{}, {}", error.name, error.meaning),
        }
    }
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
    /// The answer is not one to the question, or longer than any table can be.
    #[error("the switch answered with nonsense: {0}")]
    Nonsense(&'static str),
}

impl fmt::Debug for SwitchHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwitchHandle")
            .field("dpid", &self.inner.dpid)
            .field("version", &self.inner.version)
            .field("epoch", &self.inner.epoch)
            .finish_non_exhaustive()
    }
}

impl SwitchHandle {
    /// Which switch.
    #[must_use]
    pub fn dpid(&self) -> Dpid {
        self.inner.dpid
    }

    /// What it speaks.
    #[must_use]
    pub fn version(&self) -> Version {
        self.inner.version
    }

    /// Grows with every connection the controller accepts.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.inner.epoch
    }

    /// Where it connected from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.inner.peer
    }

    /// Done when the connection is gone.
    pub async fn gone(&self) {
        self.inner.gone.cancelled().await;
    }

    /// Sends changes in order, closed by a barrier, and waits until that is answered. Waits for
    /// room in the connection's queue: control messages are never dropped.
    ///
    /// # Errors
    /// The connection is gone or does not answer; then it is not known what was carried out.
    pub async fn apply(&self, changes: Vec<Change>) -> Result<Applied, RequestError> {
        let messages = changes
            .into_iter()
            .map(|change| match change {
                Change::Flow(flow_mod) => ToSwitch::FlowMod(flow_mod),
                Change::Group(group_mod) => ToSwitch::GroupMod(group_mod),
            })
            .collect();
        self.batch(messages).await
    }

    /// Reads flow entries, all parts of the reply together.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn flow_entries(
        &self,
        request: FlowStatsRequest,
    ) -> Result<Vec<FlowEntry>, RequestError> {
        match self.ask(ToSwitch::FlowStatsRequest(request)).await? {
            FromSwitch::FlowStats { entries, .. } => Ok(entries),
            _ => Err(NOT_THE_ANSWER),
        }
    }

    /// Reads the groups with their counters; empty on 1.0.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn groups(&self) -> Result<Vec<(Group, Option<GroupStats>)>, RequestError> {
        if self.version() == Version::V1_0 {
            return Ok(Vec::new());
        }
        let FromSwitch::GroupDesc { groups, .. } = self.ask(ToSwitch::GroupDescRequest).await?
        else {
            return Err(NOT_THE_ANSWER);
        };
        let counters = self.ask(ToSwitch::GroupStatsRequest(GroupId::ALL)).await?;
        let FromSwitch::GroupStats { groups: stats, .. } = counters else {
            return Err(NOT_THE_ANSWER);
        };
        let mut stats: std::collections::HashMap<_, _> =
            stats.into_iter().map(|s| (s.id, s)).collect();
        Ok(groups
            .into_iter()
            .map(|group| {
                let stats = stats.remove(&group.id);
                (group, stats)
            })
            .collect())
    }

    /// Reads the ports; [`RequestError::Unsupported`] on 1.0, which tells them once.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn ports(&self) -> Result<Vec<PortDesc>, RequestError> {
        match self.ask(ToSwitch::PortDescRequest).await? {
            FromSwitch::PortDesc { ports, .. } => Ok(ports),
            _ => Err(NOT_THE_ANSWER),
        }
    }

    /// Reads the meters; [`RequestError::Unsupported`] on 1.0, which has none.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn meters(&self) -> Result<Vec<Meter>, RequestError> {
        match self.ask(ToSwitch::MeterConfigRequest(MeterId::ALL)).await? {
            FromSwitch::MeterConfig { meters, .. } => Ok(meters),
            _ => Err(NOT_THE_ANSWER),
        }
    }

    /// Reads the tables' counters.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn tables(&self) -> Result<Vec<TableStats>, RequestError> {
        match self.ask(ToSwitch::TableStatsRequest).await? {
            FromSwitch::TableStats { tables, .. } => Ok(tables),
            _ => Err(NOT_THE_ANSWER),
        }
    }

    /// Reads the counters of all ports.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn port_stats(&self) -> Result<Vec<PortStats>, RequestError> {
        match self.ask(ToSwitch::PortStatsRequest(PortNo::ANY)).await? {
            FromSwitch::PortStats { ports, .. } => Ok(ports),
            _ => Err(NOT_THE_ANSWER),
        }
    }

    /// Changes a port, behind a barrier.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn port_mod(&self, port_mod: PortMod) -> Result<(), RequestError> {
        let applied = self.batch(vec![ToSwitch::PortMod(port_mod)]).await?;
        match applied.refused.into_iter().next() {
            None => Ok(()),
            Some((_, Refusal::Unsupported(unsupported))) => Err(unsupported.into()),
            Some((_, refusal @ Refusal::Switch(_))) => {
                Err(RequestError::Refused(refusal.to_string()))
            }
        }
    }

    /// Queues a packet; never waits. When the queue is full the oldest packet in it is dropped and
    /// counted.
    pub fn packet_out(&self, packet: PacketOut) {
        self.inner.outbox.push(packet);
        self.inner.nudge.notify_one();
    }

    /// Sends packets that must not be dropped, and waits until the switch has carried them out.
    pub(crate) async fn packets_out(&self, packets: Vec<PacketOut>) -> Result<(), RequestError> {
        let messages = packets.into_iter().map(ToSwitch::PacketOut).collect();
        self.batch(messages).await.map(|_| ())
    }

    /// Lets the connection look again at packets from ports whose role was not known.
    pub(crate) fn roles_changed(&self) {
        self.inner.nudge.notify_one();
    }

    /// Whether anything is heard of the switch within [`CHALLENGE`]. If not, its connection is made
    /// to end.
    pub(super) async fn challenge(&self) -> bool {
        let (reply, alive) = oneshot::channel();
        if let Err(mpsc::error::TrySendError::Full(_)) = self.inner.challenges.try_send(reply) {
            // Others are asking the same; whoever asks again later hears the outcome.
            return true;
        }
        let alive = matches!(tokio::time::timeout(CHALLENGE, alive).await, Ok(Ok(())));
        if !alive {
            self.inner.stop.cancel();
        }
        alive
    }

    async fn batch(&self, messages: Vec<ToSwitch>) -> Result<Applied, RequestError> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Batch { messages, reply }).await?;
        answer.await.unwrap_or(Err(RequestError::Disconnected))
    }

    async fn ask(&self, request: ToSwitch) -> Result<FromSwitch, RequestError> {
        let (reply, answer) = oneshot::channel();
        let request = Box::new(request);
        self.command(Command::Ask { request, reply }).await?;
        answer.await.unwrap_or(Err(RequestError::Disconnected))
    }

    async fn command(&self, command: Command) -> Result<(), RequestError> {
        let sent = self.inner.commands.send(command).await;
        sent.map_err(|_| RequestError::Disconnected)
    }
}

const NOT_THE_ANSWER: RequestError = RequestError::Nonsense("another kind of reply");
