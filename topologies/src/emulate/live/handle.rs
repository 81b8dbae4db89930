//! What a network in real time is told to do.

use openflow::Dpid;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};

use super::line::Stream;
use crate::emulate::{Agent, Network, NetworkError, Outcome, Target, Ticket};

/// Gives commands to a network in real time. When the last one is dropped, the network ends.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    ended: watch::Receiver<()>,
}

/// The network has been stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the emulated network has been stopped")]
pub struct Stopped;

/// What a host cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no network any more.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The network does not have what the command names.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Done with the network, between two events.
type Act = dyn FnOnce(&mut Network<Agent>) + Send;

/// What the driver does between two events.
pub(super) enum Command {
    /// Something with the network.
    Do(Box<Act>),
    /// Say what comes of it when it has come.
    Await(Ticket, oneshot::Sender<Outcome>),
    /// Connect a switch over this.
    Attach(Dpid, Stream),
    /// Stop.
    Stop,
}

impl Handle {
    pub(super) fn new(commands: mpsc::Sender<Command>, ended: watch::Receiver<()>) -> Self {
        Self { commands, ended }
    }

    /// Does something with the network between two events, and gives what comes of it: whatever
    /// [`Network`] can do, at the time it is then. It holds up everything else meanwhile.
    ///
    /// # Errors
    /// When the network has been stopped.
    pub async fn with<T, F>(&self, act: F) -> Result<T, Stopped>
    where
        T: Send + 'static,
        F: FnOnce(&mut Network<Agent>) -> T + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let act = move |network: &mut Network<Agent>| {
            // Who asked may not want to know any more.
            let _ = tell.send(act(network));
        };
        self.give(Command::Do(Box::new(act))).await?;
        told.await.map_err(|_| Stopped)
    }

    /// Lets a host do something, and waits for what comes of it.
    ///
    /// # Errors
    /// When the network does not have what is named, or has been stopped.
    pub async fn outcome<F>(&self, begin: F) -> Result<Outcome, CommandError>
    where
        F: FnOnce(&mut Network<Agent>) -> Result<Ticket, NetworkError> + Send + 'static,
    {
        let ticket = self.with(begin).await??;
        let (tell, told) = oneshot::channel();
        self.give(Command::Await(ticket, tell)).await?;
        Ok(told.await.map_err(|_| Stopped)?)
    }

    /// One echo request, and its answer.
    ///
    /// # Errors
    /// When a host is not there, or the network has been stopped.
    pub async fn ping(&self, host: &str, to: impl Into<Target>) -> Result<Outcome, CommandError> {
        let (host, to) = (host.to_owned(), to.into());
        self.outcome(move |network| network.ping(&host, to)).await
    }

    /// Connects or cuts all cables between two switches, or a switch and a host.
    ///
    /// # Errors
    /// When there is no such cable, or the network has been stopped.
    pub async fn set_link(&self, a: &str, b: &str, up: bool) -> Result<(), CommandError> {
        let (a, b) = (a.to_owned(), b.to_owned());
        let done = self.with(move |network| network.set_link(&a, &b, up));
        Ok(done.await??)
    }

    /// Connects a switch to the controller at the other end of this stream, for as long as it
    /// lasts. A connection it has ends.
    ///
    /// # Errors
    /// When the network has been stopped.
    pub async fn attach<S>(&self, switch: Dpid, stream: S) -> Result<(), Stopped>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        self.give(Command::Attach(switch, Box::new(stream))).await
    }

    /// Ends the network and all connections of its switches, and waits until that is done.
    pub async fn stop(mut self) {
        // It may have ended already.
        let _ = self.give(Command::Stop).await;
        while self.ended.changed().await.is_ok() {}
    }

    async fn give(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
