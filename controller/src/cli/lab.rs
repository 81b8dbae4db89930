//! `pointsman lab`: a controller and a network of real switches, in one command.
//!
//! The controller runs in this process, the network in Mininet's ([`topologies::mininet`]). What the
//! lab wants to know of the controller it asks over REST, as anyone could. Whatever ends it (an
//! error, Ctrl-C, SIGTERM, the user leaving the prompt), the network is removed first.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use topologies::Topology;
use topologies::mininet::{self, Mininet, OpenFlow, Options, Pings};

use super::known::{Addresses, Rest, reachable, until_known};
use super::run::Starter;
use crate::northbound::model::{LinkStateView, TopologyView};

/// Bring up a controller and a network of Open vSwitches under Mininet (needs root)
#[derive(Debug, Clone, clap::Args)]
pub struct LabArgs {
    /// The network: a generator with arguments, a name of the catalog, or a file (node-link JSON,
    /// GraphML)
    #[arg(long, value_name = "NAME,ARGS|FILE", default_value = "fat-tree,4")]
    pub topology: String,
    /// What the switches speak; mixed: 1.3 on odd datapath ids, 1.0 on even ones
    #[arg(long, value_enum, default_value_t)]
    pub openflow_version: OpenFlowChoice,
    /// Let the hosts speak IPv6, which their kernels do unasked
    #[arg(long)]
    pub ipv6: bool,
    /// End after pingall, also on a terminal
    #[arg(long)]
    pub no_prompt: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OpenFlowChoice {
    #[value(name = "1.0")]
    V1_0,
    #[default]
    #[value(name = "1.3")]
    V1_3,
    #[value(name = "1.4")]
    V1_4,
    #[value(name = "1.5")]
    V1_5,
    Mixed,
}

impl From<OpenFlowChoice> for OpenFlow {
    fn from(choice: OpenFlowChoice) -> Self {
        match choice {
            OpenFlowChoice::V1_0 => Self::V1_0,
            OpenFlowChoice::V1_3 => Self::V1_3,
            OpenFlowChoice::V1_4 => Self::V1_4,
            OpenFlowChoice::V1_5 => Self::V1_5,
            OpenFlowChoice::Mixed => Self::Mixed,
        }
    }
}

/// Runs a lab. The controller is started after it is known that a lab can be had here.
///
/// # Errors
/// When the network cannot be had, or switches or links are missing after the deadline.
pub(super) async fn run(args: LabArgs, controller: &mut Starter) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let begin = Instant::now();
    let topology = Topology::resolve(&args.topology)?;
    if blocking(|| mininet::requirements().and_then(|()| mininet::start_open_vswitch())).await? {
        eprintln!("Open vSwitch was not running: started it");
    }
    let controller = controller.start().await?;
    let network = Arc::new(Mininet::launch(&topology)?);
    let ender = network.ender()?;
    let prompting = AtomicBool::new(false);
    let lab = Lab {
        args,
        topology,
        controller,
        network: Arc::clone(&network),
        begin,
    };
    let outcome = tokio::select! {
        outcome = lab.session(&prompting) => outcome,
        code = signals.end(&prompting) => {
            ender.end();
            Ok(code)
        }
    };
    // Waits for the request that `ender` has cut short.
    tokio::task::spawn_blocking(move || network.stop()).await?;
    outcome
}

struct Lab {
    args: LabArgs,
    topology: Topology,
    controller: Addresses,
    network: Arc<Mininet>,
    begin: Instant,
}

impl Lab {
    async fn session(&self, prompting: &AtomicBool) -> anyhow::Result<ExitCode> {
        let (name, switches) = (self.topology.name(), self.topology.switches().len());
        eprintln!(
            "{name}: starting {switches} switches and {} hosts",
            self.topology.hosts().len()
        );
        let rest = Rest::new(&self.controller)?;
        rest.annotate(&self.topology).await?;
        let options = Options {
            controllers: vec![reachable(self.controller.openflow)],
            openflow: self.args.openflow_version.into(),
            ipv6: self.args.ipv6,
            replace: false,
        };
        self.with_network(move |network| network.up(&options))
            .await?;
        until_known(&self.topology, &rest).await?;
        let known = self.begin.elapsed();
        let pings = self.with_network(Mininet::pingall).await?;
        let seen = rest.topology().await?;
        self.summary(&seen, &pings, known)?;
        if std::io::stdin().is_terminal() && !self.args.no_prompt {
            eprintln!("Mininet's prompt follows; `exit` removes the network.");
            prompting.store(true, Ordering::Relaxed);
            self.prompt().await?;
            return Ok(ExitCode::SUCCESS);
        }
        Ok(if pings.lost.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn with_network<T: Send + 'static>(
        &self,
        request: impl FnOnce(&Mininet) -> Result<T, mininet::MininetError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let network = Arc::clone(&self.network);
        blocking(move || request(&network)).await
    }

    async fn prompt(&self) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("where is this program?")?;
        let url = format!("http://{}", reachable(self.controller.http));
        let token = self.controller.token.clone();
        self.with_network(move |network| {
            let mut environment = vec![("POINTSMAN_URL", &*url)];
            environment.extend(token.as_deref().map(|token| ("POINTSMAN_TOKEN", token)));
            network.prompt(&program, &environment)
        })
        .await
    }

    /// One aligned table, on stdout.
    fn summary(&self, seen: &TopologyView, pings: &Pings, known: Duration) -> std::io::Result<()> {
        let total = self.begin.elapsed();
        let lost = pings.lost.len();
        let percent = 100.0 * lost as f64 / pings.sent.max(1) as f64;
        let up = seen
            .links
            .iter()
            .filter(|link| link.state == LinkStateView::Up)
            .count();
        let rows = [
            ("topology", self.topology.name().to_owned()),
            ("switches", seen.switches.len().to_string()),
            ("links", up.to_string()),
            ("hosts", seen.hosts.len().to_string()),
            (
                "loss",
                format!("{percent:.0} % ({lost} of {} pings)", pings.sent),
            ),
            (
                "seconds",
                format!(
                    "{:.1} ({:.1} to know the network, {:.1} for pingall)",
                    total.as_secs_f64(),
                    known.as_secs_f64(),
                    (total - known).as_secs_f64(),
                ),
            ),
            (
                "dashboard",
                format!("http://{}/", reachable(self.controller.http)),
            ),
        ];
        let mut out = std::io::stdout().lock();
        for (name, value) in rows {
            writeln!(out, "{name:<10} {value}")?;
        }
        for (from, to) in pings.lost.iter().take(LOST_SHOWN) {
            writeln!(out, "{:<10} {from} -> {to}", "lost")?;
        }
        if lost > LOST_SHOWN {
            writeln!(out, "{:<10} and {} more", "lost", lost - LOST_SHOWN)?;
        }
        out.flush()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, mininet::MininetError> + Send + 'static,
) -> anyhow::Result<T> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// What ends a lab from outside.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// The exit status of the signal that ends us, as shells give it. Ctrl-C is Mininet's while its
    /// prompt is shown.
    pub(super) async fn end(&mut self, prompting: &AtomicBool) -> ExitCode {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {
                    if !prompting.load(Ordering::Relaxed) {
                        return ExitCode::from(130);
                    }
                }
                _ = self.terminate.recv() => return ExitCode::from(143),
                _ = self.hangup.recv() => return ExitCode::from(129),
            }
        }
    }
}

const LOST_SHOWN: usize = 10;
