//! `pointsman demo`: a controller and an emulated network in one process.
//!
//! The switches connect over TCP, as any would, and what the demo wants to know of the controller it
//! asks over REST. The hosts talk among themselves now and then, so that there is something to see.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use openflow::Version;
use tokio::time::Instant;
use topologies::Topology;
use topologies::dice::Dice;
use topologies::emulate::live::{self, Handle};
use topologies::emulate::{Agent, Network, NetworkError, Options};

use super::known::{Addresses, Rest, reachable, until_known};
use super::lab::{OpenFlowChoice, Signals};
use super::run::Starter;
use super::shell::{self, Stage};
use crate::northbound::model::{LinkStateView, TopologyView};

/// Where switches of this process are listened for if nobody says otherwise.
pub(super) const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Run the controller and an emulated network in one process
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DemoArgs {
    /// The network: a generator with arguments, a name of the catalog, or a file (node-link JSON,
    /// GraphML)
    #[arg(long, value_name = "NAME,ARGS|FILE", default_value = "fat-tree,4")]
    topology: String,
    /// What the switches speak; mixed: 1.3 on odd datapath ids, 1.0 on even ones
    #[arg(long, value_enum, default_value_t)]
    openflow_version: OpenFlowChoice,
    /// Decides what the emulated network leaves to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Hosts say nothing unasked
    #[arg(long)]
    quiet: bool,
}

pub(super) async fn run(args: DemoArgs, controller: &mut Starter) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let begin = Instant::now();
    let topology = Topology::resolve(&args.topology)?;
    let controller = controller.start().await?;
    let network = Network::with(&topology, &options(&args, &topology), Agent::of_plan);
    let handle = live::start(network, Some(reachable(controller.openflow)));
    let session = session(&args, &topology, &controller, &handle, begin);
    let never = AtomicBool::new(false);
    let outcome = tokio::select! {
        outcome = session => outcome,
        code = signals.end(&never) => Ok(code),
    };
    handle.stop().await;
    outcome
}

async fn session(
    args: &DemoArgs,
    topology: &Topology,
    controller: &Addresses,
    handle: &Handle,
    begin: Instant,
) -> anyhow::Result<ExitCode> {
    let rest = Rest::new(controller)?;
    rest.annotate(topology).await?;
    until_known(topology, &rest).await?;
    let hosts: Vec<String> = topology
        .hosts()
        .iter()
        .map(|host| host.name.clone())
        .collect();
    for host in hosts.clone() {
        handle
            .with(move |network| settle_in(network, &host))
            .await??;
    }
    summary(
        topology,
        &rest.topology().await?,
        controller,
        begin.elapsed(),
    )?;
    let talk = async {
        if args.quiet || hosts.len() < 2 {
            std::future::pending::<()>().await;
        }
        chatter(handle, &hosts, args.seed).await;
    };
    let stage = Stage::new(topology, handle.clone(), controller);
    tokio::select! {
        outcome = shell::run(stage) => outcome,
        () = talk => std::future::pending().await,
    }
}

/// Every host says that it is there, as one does that comes up, and has a web server.
fn settle_in(network: &mut Network<Agent>, host: &str) -> Result<(), NetworkError> {
    network.announce(host)?;
    network.serve(host, WEB, Some(format!("this is {host}\n").into()))
}

fn options(args: &DemoArgs, topology: &Topology) -> Options {
    let mut options = Options::default();
    options.seed = args.seed;
    match args.openflow_version {
        OpenFlowChoice::V1_0 => options.version = Version::V1_0,
        OpenFlowChoice::V1_3 => options.version = Version::V1_3,
        OpenFlowChoice::V1_4 => options.version = Version::V1_4,
        OpenFlowChoice::V1_5 => options.version = Version::V1_5,
        OpenFlowChoice::Mixed => {
            let even = topology
                .switches()
                .iter()
                .filter(|switch| switch.dpid.0 % 2 == 0);
            options.versions = even.map(|switch| (switch.dpid, Version::V1_0)).collect();
        }
    }
    options
}

/// One aligned table, on stdout.
fn summary(
    topology: &Topology,
    seen: &TopologyView,
    controller: &Addresses,
    took: Duration,
) -> std::io::Result<()> {
    let up = seen
        .links
        .iter()
        .filter(|link| link.state == LinkStateView::Up);
    let rows = [
        ("topology", topology.name().to_owned()),
        ("switches", seen.switches.len().to_string()),
        ("links", up.count().to_string()),
        ("hosts", topology.hosts().len().to_string()),
        ("seconds", format!("{:.1}", took.as_secs_f64())),
        (
            "dashboard",
            format!("http://{}/", reachable(controller.http)),
        ),
    ];
    let mut out = std::io::stdout().lock();
    for (name, value) in rows {
        writeln!(out, "{name:<10} {value}")?;
    }
    out.flush()
}

/// Some host pings some other one, for ever.
async fn chatter(handle: &Handle, hosts: &[String], seed: u64) {
    let mut dice = Dice::new(seed);
    let count = hosts.len() as u64;
    loop {
        let from = dice.below(count);
        let to = (from + 1 + dice.below(count - 1)) % count;
        let pick = |index: u64| hosts.get(usize::try_from(index).unwrap_or(0));
        let (Some(from), Some(to)) = (pick(from), pick(to)) else {
            return;
        };
        // Unanswered or not: it only makes traffic.
        if handle.ping(from, to.as_str()).await.is_err() {
            return;
        }
        tokio::time::sleep(CHATTER_PAUSE).await;
    }
}

const WEB: u16 = 80;
const CHATTER_PAUSE: Duration = Duration::from_millis(200);
