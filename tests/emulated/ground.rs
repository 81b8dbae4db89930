//! Switches and hosts of this process as a [`Ground`], with the whole controller beside them: no
//! root, no Open vSwitch.
//!
//! Everything is on one thread and by one clock, which stands while anything is computed: a machine
//! that has little time for the test is no slow network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openflow::Version;
use pointsman::run::{self, Data, RunConfig};
use pointsman_tests::scene::host;
use pointsman_tests::{Ground, Request, Rest};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};
use topologies::Topology;
use topologies::emulate::live::{self, Handle};
use topologies::emulate::{Agent, Network, NetworkError, Options};
use topologies::mininet::{OpenFlow, Pings};

use crate::background::{Asking, Client, Pinger, is_answered};

/// A network of emulated switches. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Emulated {
    network: Handle,
    topology: Topology,
    runtime: Arc<Runtime>,
    started: Instant,
}

/// The controller of an emulated network; dereferences to [`Rest`] for what it can be asked.
/// Dropping it shuts it down.
#[derive(Debug)]
pub(crate) struct InProcess {
    /// Until it is dropped.
    controller: Option<run::Controller>,
    rest: Rest,
    runtime: Arc<Runtime>,
}

/// Of [`Ground::serve`].
#[derive(Debug)]
pub(crate) struct Server {
    host: String,
    port: u16,
}

impl Deref for InProcess {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        &self.rest
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take() {
            self.runtime.block_on(controller.shutdown(PATIENCE));
        }
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        self.runtime.block_on(self.network.clone().stop());
    }
}

impl Emulated {
    /// Does something with the network between two events.
    #[track_caller]
    fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Network<Agent>) -> T + Send + 'static,
    ) -> T {
        let done = self.runtime.block_on(self.network.with(act));
        done.expect("it runs until it is dropped")
    }

    #[track_caller]
    fn set_link(&self, a: &str, b: &str, up: bool) {
        let (a, b) = (a.to_owned(), b.to_owned());
        let done = self.with(move |network| network.set_one_link(&a, &b, 0, up));
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    /// How often a frame with this in it has arrived at a host.
    #[track_caller]
    fn arrivals(&self, host: &str, marker: [u8; 16]) -> u32 {
        let host = host.to_owned();
        let count = self.with(move |network| {
            let arrivals = network.arrivals(&host)?.iter();
            let ours = arrivals.filter(|one| one.frame[14..].starts_with(&marker));
            Ok::<_, NetworkError>(ours.count())
        });
        let count = count.unwrap_or_else(|error| panic!("{error}"));
        u32::try_from(count).expect("few arrivals are kept")
    }
}

impl Ground for Emulated {
    type Controller = InProcess;
    type Pings = Pinger;
    type Server = Server;
    type Requests = Asking;

    const LISTEN: Duration = Duration::from_millis(500);

    #[track_caller]
    fn start(topology: &str, openflow: OpenFlow, apps: &[&str]) -> (Self, InProcess) {
        let topology = Topology::resolve(topology).unwrap_or_else(|error| panic!("{error}"));
        let runtime = Arc::new(paused_runtime());
        let controller = runtime.block_on(controller(apps));
        let mut options = Options::default();
        for switch in topology.switches() {
            let version = version(openflow, switch.dpid.0);
            options.versions.insert(switch.dpid, version);
        }
        let network = Network::with(&topology, &options, Agent::of_plan);
        let inside = runtime.enter();
        let network = live::start(network, controller.openflow().first().copied());
        let started = Instant::now();
        drop(inside);
        let controller = InProcess {
            rest: Rest::on(Arc::clone(&runtime), controller.http()),
            controller: Some(controller),
            runtime: Arc::clone(&runtime),
        };
        let emulated = Self {
            network,
            topology,
            runtime,
            started,
        };
        (emulated, controller)
    }

    fn now(&self) -> Duration {
        let _inside = self.runtime.enter();
        self.started.elapsed()
    }

    fn pass(&self, time: Duration) {
        self.runtime.block_on(async { sleep(time).await });
    }

    fn topology(&self) -> &Topology {
        &self.topology
    }

    fn ping_all(&self) -> Pings {
        let names: Vec<_> = self
            .topology
            .hosts()
            .iter()
            .map(|host| &host.name)
            .collect();
        let mut lost = Vec::new();
        // In each round every host sends one and gets one.
        for step in 1..names.len() {
            let round = names.iter().enumerate().map(|(place, from)| {
                let to = names[(place + step) % names.len()];
                let (from, to) = ((*from).clone(), to.clone());
                let network = self.network.clone();
                self.runtime.spawn(async move {
                    let answered = is_answered(&network, &from, &to).await;
                    (!answered).then_some((from, to))
                })
            });
            let round: Vec<_> = round.collect();
            for ping in round {
                lost.extend(self.runtime.block_on(ping).expect("it does not panic"));
            }
        }
        let sent = names.len() * (names.len() - 1);
        Pings { sent, lost }
    }

    #[track_caller]
    fn broadcast(&self, from: &str, listen: Duration) -> BTreeMap<String, u32> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut marker = *b"pointsman0000000";
        marker[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let mac = host(&self.topology, from).mac;
        let mut frame = [&[0xff; 6], &mac.0[..], &EXPERIMENT, &marker].concat();
        frame.resize(60, 0);
        let sender = from.to_owned();
        let sent = self.with(move |network| network.send(&sender, frame));
        sent.unwrap_or_else(|error| panic!("{error}"));
        // To the end, so that a second copy is seen.
        self.pass(listen);
        let others = self
            .topology
            .hosts()
            .iter()
            .filter(|host| host.name != from);
        others
            .map(|host| (host.name.clone(), self.arrivals(&host.name, marker)))
            .collect()
    }

    #[track_caller]
    fn cut(&self, a: &str, b: &str) {
        self.set_link(a, b, false);
    }

    #[track_caller]
    fn mend(&self, a: &str, b: &str) {
        self.set_link(a, b, true);
    }

    fn start_pings(&self, from: &str, to: &str) -> Pinger {
        Pinger::start(&self.runtime, self.network.clone(), from, to)
    }

    fn answered(&self, pings: &Pinger) -> BTreeSet<u64> {
        pings.answered()
    }

    #[track_caller]
    fn stop_pings(&self, pings: Pinger) -> (u64, BTreeSet<u64>) {
        pings.stop(&self.runtime)
    }

    #[track_caller]
    fn serve(&self, host: &str, port: u16) -> Server {
        let (name, host) = (host.to_owned(), host.to_owned());
        let body = Some(name.clone().into_bytes().into());
        let serving = self.with(move |network| network.serve(&name, port, body));
        serving.unwrap_or_else(|error| panic!("{error}"));
        Server { host, port }
    }

    #[track_caller]
    fn end_server(&self, server: Server) {
        let Server { host, port } = server;
        let ended = self.with(move |network| network.serve(&host, port, None));
        ended.unwrap_or_else(|error| panic!("{error}"));
    }

    #[track_caller]
    fn start_requests(&self, host: &str, url: &str, count: u32, pause: Duration) -> Asking {
        let client = Client {
            network: self.network.clone(),
            host: host.to_owned(),
            url: url.parse().unwrap_or_else(|error| panic!("{url}: {error}")),
            started: self.started,
        };
        Asking::start(&self.runtime, client, count, pause)
    }

    fn requests(&self, requests: &Asking) -> Vec<Request> {
        requests.done()
    }

    #[track_caller]
    fn finish_requests(&self, requests: Asking) -> Vec<Request> {
        requests.finish(&self.runtime)
    }

    fn stop_requests(&self, requests: Asking) -> Vec<Request> {
        requests.stop()
    }
}

/// A runtime whose clock moves on when there is nothing to do, a tick at a time. Sockets are the
/// kernel's: what is on its way in one is not seen as something to do, so each tick gives the kernel
/// some real time to bring it.
fn paused_runtime() -> Runtime {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime can be made");
    runtime.spawn(async {
        loop {
            sleep(TICK).await;
            std::thread::park_timeout(REAL_TICK);
        }
    });
    runtime
}

async fn controller(apps: &[&str]) -> run::Controller {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut config = RunConfig::default();
    config.openflow = Some(vec![any]);
    config.http = Some(any);
    config.apps = apps.iter().map(|&app| app.to_owned()).collect();
    config.data = Data::Nowhere;
    let started = run::Controller::start(config).await;
    started.unwrap_or_else(|error| panic!("{error}"))
}

/// What Mininet's switch of this datapath id would speak.
fn version(openflow: OpenFlow, dpid: u64) -> Version {
    match openflow {
        OpenFlow::V1_0 => Version::V1_0,
        OpenFlow::V1_3 => Version::V1_3,
        OpenFlow::V1_4 => Version::V1_4,
        OpenFlow::V1_5 => Version::V1_5,
        OpenFlow::Mixed if dpid % 2 == 1 => Version::V1_3,
        OpenFlow::Mixed => Version::V1_0,
    }
}

/// What the clock moves on at once; tokio's timers are no finer.
const TICK: Duration = Duration::from_millis(1);
/// Real time a tick takes at least.
const REAL_TICK: Duration = Duration::from_micros(200);
/// EtherType for experiments.
const EXPERIMENT: [u8; 2] = [0x88, 0xb5];
/// Longer than anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
