//! One connection's task: moves bytes between socket and session, and messages between session
//! and the rest of the controller.
//!
//! One read, then every frame in it, then one write. A switch that does not read slows only
//! itself: above [`HIGH_WATER`](super::outgoing::HIGH_WATER) waiting bytes its packet-ins are
//! dropped and requests to it wait in their queue; above [`LIMIT`], or when nothing could be
//! written for as long as a silent switch is given, the connection is closed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use futures_util::FutureExt;
use openflow::Xid;
use openflow::flow::{PacketOut, PortChange, SwitchError, ToSwitch};
use openflow::wire::{DecodeError, ErrorCode, Header, frame_length};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tracing::{debug, info, warn};

use super::config::{Services, SouthboundConfig};
use super::handle::{CHALLENGE_CAPACITY, COMMAND_CAPACITY, Command, Inner, SwitchHandle};
use super::outbox::Outbox;
use super::outgoing::{LIMIT, Outgoing};
use super::packets::PacketPath;
use super::session::{Closing, Identity, Incoming, QUOTED, Session, Timing};
use crate::clock::{Now, Throttle};
use crate::metrics::Why;
use crate::network::Input;
use crate::notices::Severity;

/// Bytes asked of the socket at once. Little until it is known that a switch is there.
const READ_STRANGER: usize = 4 << 10;
const READ_SWITCH: usize = 64 << 10;

/// How long a connection that ends may take to write its last words.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long an evicted connection may take to say goodbye to the rest of the controller.
const EVICTION: Duration = Duration::from_secs(2);

/// Log lines about connections that came to nothing, at most one in this time.
const STRANGERS_EVERY: Duration = Duration::from_secs(1);

/// Log lines of one kind a peer can cause, at most one in this time and connection.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Everything of one connection.
pub(super) struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    epoch: u64,
    timing: Timing,
    services: Services,
    session: Session,
    input: BytesMut,
    out: Outgoing,
    /// Since when bytes wait that the socket does not take.
    stuck: Option<Instant>,
    /// A child of everybody's: waiting on that one would be a lock all connections share.
    stop: CancellationToken,
    switch: Option<Connected>,
    log: Throttle,
    strangers: Strangers,
}

/// Log lines about connections that never became a switch, of all of them together: anybody can
/// open as many as he likes. Held for one comparison.
#[derive(Debug, Clone)]
pub(super) struct Strangers(Arc<Mutex<Throttle>>);

impl Default for Strangers {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Throttle::new(STRANGERS_EVERY))))
    }
}

impl Strangers {
    fn pass(&self, now: Instant) -> Option<u64> {
        let mut throttle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        throttle.pass(now)
    }
}

/// What there is once the switch is known.
struct Connected {
    handle: SwitchHandle,
    commands: mpsc::Receiver<Command>,
    challenges: mpsc::Receiver<oneshot::Sender<()>>,
    challengers: Vec<oneshot::Sender<()>>,
    path: PacketPath,
    /// Packets taken from the outbox for which there was no room yet.
    packets: VecDeque<PacketOut>,
    /// There are such packets, or some in the outbox.
    packets_wait: bool,
}

/// What a turn waits for and the next one goes on waiting for: registering anew costs more than
/// many a packet.
struct Waits {
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
    /// May be early: then nothing is due, and it is set anew.
    deadline: Pin<Box<Sleep>>,
}

impl Waits {
    /// Makes sure that it ends then at the latest.
    fn until(&mut self, deadline: Instant) {
        let deadline = tokio::time::Instant::from_std(deadline);
        if self.deadline.is_elapsed() || deadline < self.deadline.deadline() {
            self.deadline.as_mut().reset(deadline);
        }
    }
}

/// What woke the task.
enum Wake {
    Socket(std::io::Result<tokio::io::Ready>),
    Command(Command),
    Challenge(oneshot::Sender<()>),
    Nudge,
    Deadline,
    Stop,
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        peer: SocketAddr,
        epoch: u64,
        config: &SouthboundConfig,
        services: Services,
        strangers: Strangers,
    ) -> Self {
        let timing = Timing {
            handshake: config.handshake,
            echo_after: config.echo_after,
            dead_after: config.dead_after,
            request: config.request,
        };
        let mut out = Outgoing::new();
        Self {
            stream,
            peer,
            epoch,
            timing,
            session: Session::new(timing, Now::read().at, &mut out),
            input: BytesMut::new(),
            out,
            stuck: None,
            stop: services.stop.child_token(),
            services,
            switch: None,
            log: Throttle::new(LOG_EVERY),
            strangers,
        }
    }

    /// Runs until one side ends it; then everybody who must know has been told.
    pub(super) async fn run(mut self) {
        debug!(peer = %self.peer, "connection opened");
        // A defect met by one switch's messages ends that connection, and leaves nothing behind.
        let served = AssertUnwindSafe(self.serve()).catch_unwind().await;
        let closing = match served {
            Ok(Err(closing)) => closing,
            Ok(Ok(never)) => match never {},
            Err(_) => Closing::Defect,
        };
        if closing.peer_listens() {
            self.last_words().await;
        }
        self.say_goodbye(&closing).await;
        let why = Why {
            reason: closing.reason(),
        };
        self.services
            .metrics
            .sessions_closed
            .get_or_create(&why)
            .inc();
    }

    async fn serve(&mut self) -> Result<Infallible, Closing> {
        let _ = self.stream.set_nodelay(true);
        self.flush(Now::read().at)?;
        let mut waits = Waits {
            stopped: Box::pin(self.stop.clone().cancelled_owned()),
            deadline: Box::pin(tokio::time::sleep_until(self.deadline().into())),
        };
        loop {
            let wake = self.wake(&mut waits).await;
            let now = Now::read();
            match wake {
                Wake::Stop if self.services.stop.is_cancelled() => return Err(Closing::Stopping),
                Wake::Stop => return Err(Closing::Evicted),
                Wake::Socket(ready) => {
                    let ready = ready.map_err(|error| Closing::Io(error.kind()))?;
                    if ready.is_readable() || ready.is_read_closed() {
                        self.read(now).await?;
                    }
                }
                Wake::Command(command) => self.session.command(command, now.at, &mut self.out),
                Wake::Challenge(reply) => self.challenge(reply),
                Wake::Nudge => {
                    self.empty_outbox();
                    if let Some(switch) = &mut self.switch {
                        switch.path.roles_changed(now, &mut self.out);
                    }
                }
                Wake::Deadline => {
                    let incoming = self.session.tick(now.at, &mut self.out)?;
                    self.incoming(incoming, now).await?;
                }
            }
            self.flush(now.at)?;
            if self.out.has_room() && self.write_on(now.at) {
                self.flush(now.at)?;
            }
            let metrics = &self.services.metrics;
            self.session.settle(self.out.version(), metrics);
            self.out.settle(metrics);
        }
    }

    async fn wake(&mut self, waits: &mut Waits) -> Wake {
        waits.until(self.deadline());
        let pending = !self.out.buffer.is_empty();
        let room = self.out.has_room();
        let interest = if pending {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        let socket = self.stream.ready(interest);
        let Waits { stopped, deadline } = waits;
        let Some(switch) = &mut self.switch else {
            return tokio::select! {
                () = stopped => Wake::Stop,
                ready = socket => Wake::Socket(ready),
                () = deadline => Wake::Deadline,
            };
        };
        let inner = &switch.handle.inner;
        let takes = room && self.session.takes_commands();
        tokio::select! {
            () = stopped => Wake::Stop,
            ready = socket => Wake::Socket(ready),
            Some(command) = switch.commands.recv(), if takes => Wake::Command(command),
            Some(reply) = switch.challenges.recv() => Wake::Challenge(reply),
            () = inner.nudge.notified() => Wake::Nudge,
            () = deadline => Wake::Deadline,
        }
    }

    fn deadline(&self) -> Instant {
        let deadline = self.session.deadline();
        match self.stuck {
            Some(since) => deadline.min(since + self.timing.dead_after),
            None => deadline,
        }
    }

    /// One read, and every whole frame there is then.
    async fn read(&mut self, now: Now) -> Result<(), Closing> {
        self.input.reserve(match self.switch {
            Some(_) => READ_SWITCH,
            None => READ_STRANGER,
        });
        match self.stream.try_read_buf(&mut self.input) {
            Ok(0) => return Err(Closing::ClosedByPeer),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(Closing::Io(error.kind())),
        }
        while let Some(header) = Header::parse(&self.input) {
            self.session.look(header)?;
            let length = frame_length(&self.input).map_err(|error| self.lost(header, error))?;
            let Some(length) = length.filter(|length| *length <= self.input.len()) else {
                break;
            };
            let frame = self.input.split_to(length).freeze();
            match (
                self.session.frame(frame, now.at, &mut self.out)?,
                &mut self.switch,
            ) {
                (Incoming::PacketIn(packet), Some(switch)) => {
                    switch.path.packet_in(packet, now, &mut self.out);
                }
                (incoming, _) => self.incoming(incoming, now).await?,
            }
            if self.out.buffer.len() > LIMIT {
                return Err(Closing::DoesNotRead);
            }
            self.answer_challengers();
        }
        Ok(())
    }

    /// A length no frame can have: tell why, and give up.
    fn lost(&mut self, header: Header, error: DecodeError) -> Closing {
        self.out.error(
            header.xid,
            ErrorCode::BAD_REQUEST_BAD_LEN,
            self.input
                .clone()
                .freeze()
                .slice(..self.input.len().min(QUOTED)),
        );
        Closing::BadLength(error)
    }

    /// What a frame brought, packets apart. Only a switch's arrival and changes of its ports wait,
    /// for the one writer of the network state, which waits for nobody.
    async fn incoming(&mut self, incoming: Incoming, now: Now) -> Result<(), Closing> {
        match (incoming, &mut self.switch) {
            (Incoming::PortStatus(status), Some(switch)) => {
                if status.change == PortChange::Delete || !status.port.is_up() {
                    switch.path.port_down(status.port.no);
                }
                let handle = &switch.handle;
                let (dpid, epoch) = (handle.dpid(), handle.epoch());
                let input = Input::PortStatus {
                    dpid,
                    epoch,
                    status,
                };
                self.services.network.tell(input).await;
            }
            (Incoming::FlowRemoved(removed), Some(switch)) => {
                let handle = &switch.handle;
                let rules = &self.services.rules;
                rules.flow_removed(handle.dpid(), handle.epoch(), removed);
            }
            (Incoming::Refused(error), Some(switch)) => {
                let dpid = switch.handle.dpid();
                self.log_refused(dpid, &error, now.at);
            }
            (Incoming::Bad(error), _) => self.log_bad(&error, now.at),
            (Incoming::Up(identity), _) => return self.up(*identity).await,
            (Incoming::TooEarly, _) => {
                let why = Why {
                    reason: "handshake",
                };
                self.services
                    .metrics
                    .packet_in_drops
                    .get_or_create(&why)
                    .inc();
            }
            _ => {}
        }
        Ok(())
    }

    /// The handshake is done: takes the datapath id and tells everybody.
    async fn up(&mut self, identity: Identity) -> Result<(), Closing> {
        let (commands_in, commands) = mpsc::channel(COMMAND_CAPACITY);
        let (challenges_in, challenges) = mpsc::channel(CHALLENGE_CAPACITY);
        let services = &self.services;
        let handle = SwitchHandle {
            inner: Arc::new(Inner {
                dpid: identity.dpid,
                version: self.out.version(),
                epoch: self.epoch,
                peer: self.peer,
                commands: commands_in,
                challenges: challenges_in,
                stop: self.stop.clone(),
                outbox: Outbox::new(services.metrics.packet_out_drops.clone()),
                nudge: Notify::new(),
                gone: CancellationToken::new(),
            }),
        };
        self.claim(&handle).await?;
        info!(
            dpid = %identity.dpid,
            peer = %self.peer,
            version = %handle.version(),
            software = identity.desc.software,
            "switch connected"
        );
        let services = &self.services;
        services.metrics.sessions.inc();
        self.switch = Some(Connected {
            path: PacketPath::new(identity.dpid, services),
            handle: handle.clone(),
            commands,
            challenges,
            challengers: Vec::new(),
            packets: VecDeque::new(),
            packets_wait: false,
        });
        let connected = Input::Connected {
            switch: handle.clone(),
            desc: identity.desc,
            n_tables: identity.n_tables,
            ports: identity.ports,
        };
        self.services.network.tell(connected).await;
        self.services.rules.switch_connected(handle);
        Ok(())
    }

    /// A datapath id in use stays with who has it, unless that one does not answer any more: so a
    /// newcomer cannot take over a switch, and a switch that restarted gets back in.
    async fn claim(&mut self, handle: &SwitchHandle) -> Result<(), Closing> {
        let services = &self.services;
        let Err(holder) = services.switches.claim(handle.clone()) else {
            return Ok(());
        };
        let holder = if holder.challenge().await {
            holder
        } else {
            // Its connection ends now, and tells the others before it gives the id back.
            let _ = tokio::time::timeout(EVICTION, holder.gone()).await;
            match services.switches.claim(handle.clone()) {
                Ok(()) => return Ok(()),
                Err(holder) => holder,
            }
        };
        let closing = Closing::DpidInUse(holder.peer());
        services.metrics.dpid_in_use.inc();
        let message = format!(
            "{} claims to be switch {}, which is connected from {}; it was refused",
            self.peer.ip(),
            handle.dpid(),
            holder.peer()
        );
        services
            .notices
            .tell(Severity::Warning, "dpid_in_use", message);
        let not_permitted = ErrorCode { kind: 1, code: 5 };
        self.out.error(Xid(0), not_permitted, closing.to_string());
        Err(closing)
    }

    fn challenge(&mut self, reply: oneshot::Sender<()>) {
        if let Some(switch) = &mut self.switch {
            switch.challengers.push(reply);
            self.session.ask_alive(&mut self.out);
        }
    }

    /// A frame came: the switch is alive.
    fn answer_challengers(&mut self) {
        if let Some(switch) = &mut self.switch {
            for challenger in switch.challengers.drain(..) {
                let _ = challenger.send(());
            }
        }
    }

    fn empty_outbox(&mut self) {
        let Some(switch) = &mut self.switch else {
            return;
        };
        while self.out.has_room() {
            let Some(packet) = switch.packets.pop_front() else {
                switch.handle.inner.outbox.take(&mut switch.packets);
                if switch.packets.is_empty() {
                    switch.packets_wait = false;
                    return;
                }
                continue;
            };
            if let Err(unsupported) = self.out.send(&ToSwitch::PacketOut(packet)) {
                let dpid = switch.handle.dpid();
                debug!(%dpid, error = %unsupported, "packet-out not sent");
            }
        }
        switch.packets_wait = true;
    }

    /// There is room for what waited for it; whether anything did.
    fn write_on(&mut self, now: Instant) -> bool {
        let before = self.out.buffer.len();
        self.session.write_on(now, &mut self.out);
        if self
            .switch
            .as_ref()
            .is_some_and(|switch| switch.packets_wait)
        {
            self.empty_outbox();
        }
        self.out.buffer.len() > before
    }

    /// Writes as much as the socket takes.
    fn flush(&mut self, now: Instant) -> Result<(), Closing> {
        while !self.out.buffer.is_empty() {
            match self.stream.try_write(&self.out.buffer) {
                Ok(written) if written == self.out.buffer.len() => self.out.buffer.clear(),
                Ok(written) => {
                    self.out.buffer.advance(written);
                    self.stuck = None;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    let since = *self.stuck.get_or_insert(now);
                    let stuck = now.saturating_duration_since(since);
                    return if stuck >= self.timing.dead_after {
                        Err(Closing::DoesNotRead)
                    } else {
                        Ok(())
                    };
                }
                Err(error) => return Err(Closing::Io(error.kind())),
            }
        }
        self.stuck = None;
        Ok(())
    }

    /// What is in the buffer, an error that says why most of all, if the peer takes it soon.
    async fn last_words(&mut self) {
        let write = async {
            while !self.out.buffer.is_empty() {
                self.stream.writable().await?;
                match self.stream.try_write(&self.out.buffer) {
                    Ok(written) => self.out.buffer.advance(written),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            std::io::Result::Ok(())
        };
        let _ = tokio::time::timeout(LAST_WORDS, write).await;
    }

    async fn say_goodbye(&mut self, closing: &Closing) {
        let Some(switch) = self.switch.take() else {
            if let Some(suppressed) = self.strangers.pass(Now::read().at) {
                warn!(peer = %self.peer, suppressed, error = %closing, "connection refused");
            }
            return;
        };
        let handle = switch.handle;
        let (dpid, epoch) = (handle.dpid(), handle.epoch());
        info!(%dpid, peer = %self.peer, error = %closing, "switch disconnected");
        let services = &self.services;
        services.metrics.sessions.dec();
        services.network.tell(Input::Gone { dpid, epoch }).await;
        services.rules.switch_gone(dpid, epoch);
        services.switches.release(dpid, epoch);
        handle.inner.gone.cancel();
    }

    fn log_refused(&mut self, dpid: openflow::Dpid, error: &SwitchError, now: Instant) {
        if let Some(suppressed) = self.log.pass(now) {
            warn!(
                %dpid,
                suppressed,
                offending = error.offending,
                error = %format_args!("{}, {}", error.name, error.meaning),
                "switch refused a packet-out or a reactive flow entry"
            );
        }
    }

    fn log_bad(&mut self, error: &DecodeError, now: Instant) {
        self.services.metrics.bad_frames.inc();
        if let Some(suppressed) = self.log.pass(now) {
            warn!(peer = %self.peer, suppressed, %error, "switch sent an invalid frame");
        }
    }
}
