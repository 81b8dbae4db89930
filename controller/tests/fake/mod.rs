//! A controller without apps and rules, and switches that are nothing but a script.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

pub(crate) mod peer;
pub(crate) mod switch;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_api::{Snapshot, Verdict};
use openflow::flow::FlowRemoved;
use openflow::{Cookie, Dpid, PortNo};
use pointsman::metrics::Metrics;
use pointsman::network::{self, NetworkConfig, NetworkHandle, Update};
use pointsman::notices::Notices;
use pointsman::southbound::{
    self, ConnectionHandler, HandlerFeed, HandlerSource, Panicked, Services, SouthboundConfig,
    SwitchHandle, SwitchListener, Switches,
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Longer than anything here may take; what takes longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The engine: southbound and network state.
pub(crate) struct Engine {
    pub(crate) address: SocketAddr,
    pub(crate) network: NetworkHandle,
    pub(crate) switches: Switches,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) notices: Notices,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    updates: broadcast::Receiver<Arc<Update>>,
}

/// Deadlines short enough for tests.
pub(crate) fn quick() -> SouthboundConfig {
    SouthboundConfig {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
        handshake: Duration::from_millis(500),
        echo_after: Duration::from_millis(300),
        dead_after: Duration::from_millis(900),
        request: Duration::from_millis(1_000),
        max_connections: 64,
    }
}

/// Deadlines nothing here reaches.
pub(crate) fn calm() -> SouthboundConfig {
    SouthboundConfig {
        handshake: Duration::from_secs(30),
        echo_after: Duration::from_secs(30),
        dead_after: Duration::from_secs(60),
        request: Duration::from_secs(30),
        ..quick()
    }
}

impl Engine {
    pub(crate) async fn start(config: SouthboundConfig) -> Self {
        Self::with_handlers(config, Arc::new(NoHandlers)).await
    }

    pub(crate) async fn with_handlers(
        config: SouthboundConfig,
        handlers: Arc<dyn HandlerSource>,
    ) -> Self {
        let metrics = Metrics::new();
        let notices = Notices::default();
        let switches = Switches::default();
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let network = network::start(
            &NetworkConfig::default(),
            switches.clone(),
            Arc::clone(&metrics),
            notices.clone(),
            stop.clone(),
            &tasks,
        );
        let services = Services {
            network: network.clone(),
            switches: switches.clone(),
            handlers,
            rules: Arc::new(ReadyAtOnce(network.clone())),
            metrics: Arc::clone(&metrics),
            notices: notices.clone(),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        let addresses = southbound::start(config, services).await.unwrap();
        Self {
            address: addresses[0],
            updates: network.subscribe(),
            network,
            switches,
            metrics,
            notices,
            stop,
            tasks,
        }
    }

    /// Waits until the network is like that.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        is: impl Fn(&Snapshot) -> bool,
    ) -> Arc<Snapshot> {
        let wait = async {
            loop {
                let snapshot = self.network.snapshot();
                if is(&snapshot) {
                    return snapshot;
                }
                match self.updates.recv().await {
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(closed) => panic!("{closed}"),
                }
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("not {what}: {:#?}", self.network.snapshot()))
    }

    /// Value of a metric as Prometheus sees it; 0 where it is absent.
    pub(crate) fn metric(&self, line: &str) -> u64 {
        let text = self.metrics.encode();
        let value = text.lines().find_map(|l| l.strip_prefix(line));
        value.map_or(0, |value| value.trim().parse().unwrap())
    }

    /// Stops everything; the tasks end in good time.
    pub(crate) async fn shut_down(self) {
        self.stop.cancel();
        self.tasks.close();
        let ended = tokio::time::timeout(Duration::from_secs(3), self.tasks.wait()).await;
        ended.expect("every task stops on the token");
    }
}

/// Every switch is ready without rules.
struct ReadyAtOnce(NetworkHandle);

impl SwitchListener for ReadyAtOnce {
    fn switch_connected(&self, switch: SwitchHandle) {
        let network = self.0.clone();
        tokio::spawn(async move { network.switch_ready(switch.dpid(), switch.epoch()).await });
    }

    fn switch_gone(&self, _dpid: Dpid, _epoch: u64) {}

    fn flow_removed(&self, _dpid: Dpid, _epoch: u64, _removed: Box<FlowRemoved>) {}
}

/// No app looks at packets.
struct NoHandlers;

impl HandlerSource for NoHandlers {
    fn connect(&self, _dpid: Dpid) -> Box<dyn HandlerFeed> {
        Box::new(Fixed(Vec::new()))
    }
}

/// The same handlers for as long as the connection lives.
pub(crate) struct Fixed(pub(crate) Vec<Box<dyn ConnectionHandler>>);

impl HandlerFeed for Fixed {
    fn handlers(&mut self) -> &mut [Box<dyn ConnectionHandler>] {
        &mut self.0
    }
}

/// What a [`Scripted`] handler did.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// A handler that notes what it sees and answers as told.
pub(crate) struct Scripted {
    pub(crate) name: &'static str,
    pub(crate) log: Log,
    pub(crate) answer: Result<Verdict, Panicked>,
    /// Send the packet on out of this port.
    pub(crate) forward_to: Option<PortNo>,
}

impl ConnectionHandler for Scripted {
    fn cookie(&self) -> Cookie {
        Cookie(7)
    }

    fn packet_in(
        &mut self,
        at: app_api::Location,
        _snapshot: &Arc<Snapshot>,
        _now: std::time::Instant,
        backend: &mut dyn app_api::HandlerBackend,
        packet: &app_api::Packet<'_>,
    ) -> Result<Verdict, Panicked> {
        let seen = format!(
            "{} {at} {:?} {}",
            self.name,
            packet.ingress,
            packet.headers.eth_src()
        );
        self.log.lock().unwrap().push(seen);
        if let Some(port) = self.forward_to {
            let out = openflow::flow::PacketOut::to_ports(packet.message.data.clone(), [port]);
            backend.packet_out(&out).unwrap();
        }
        self.answer
    }

    fn port_down(&mut self, port: PortNo) -> Result<(), Panicked> {
        self.log
            .lock()
            .unwrap()
            .push(format!("{} port_down {port}", self.name));
        Ok(())
    }
}
