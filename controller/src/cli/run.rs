//! `pointsman run`, `lab` and `demo`: the controller in this process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::demo::{self, DemoArgs};
use super::known::{Addresses, reachable};
use super::lab::{self, LabArgs};
use super::mininet::MininetArgs;
use crate::config::{FileConfig, LogFormat};
use crate::run::{Controller, Data, RunConfig};

/// Tasks have so long to end before the process ends without them.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(5);

/// Far more than switches and readers one controller can serve.
const OPEN_FILES: u64 = 65_536;

/// Run the controller
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct RunArgs {
    /// Where to listen for switches; can be given more than once
    /// [default: 127.0.0.1:6653 and 127.0.0.1:6633]
    #[arg(long, value_name = "ADDRESS:PORT")]
    openflow: Vec<SocketAddr>,
    /// Where to serve the dashboard, the API and metrics [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,
    /// Apps to run, the first one's rules win [default: routing]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    apps: Option<Vec<String>>,
    /// Settings, as TOML; flags come before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to keep what survives a restart: hosts, names, changes made over the API
    /// [default: $XDG_STATE_HOME/pointsman; root: /var/lib/pointsman]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Bearer token that all of /api then needs
    #[arg(
        long,
        env = "POINTSMAN_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    token: Option<String>,
    /// What to log: error, warn, info, debug, trace, or by part (info,pointsman::rules=debug)
    #[arg(
        long,
        env = "POINTSMAN_LOG",
        hide_env_values = true,
        value_name = "FILTER"
    )]
    log: Option<String>,
    /// How lines of the log look
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
}

/// `lab`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct LabCommand {
    #[command(flatten)]
    lab: LabArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// `demo`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DemoCommand {
    #[command(flatten)]
    demo: DemoArgs,
    #[command(flatten)]
    run: RunArgs,
}

pub(super) fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let (config, log) = settle(args)?;
    log.start()?;
    in_runtime(until_signal(config))
}

/// Mininet logs what we print, starts several of us at times, and ends us by signal.
pub(super) fn as_mininets_controller(mininet: MininetArgs) -> anyhow::Result<ExitCode> {
    let args = RunArgs {
        openflow: mininet.listen,
        log: mininet.verbose.then(|| "debug".to_owned()),
        ..RunArgs::default()
    };
    let (mut config, log) = settle(args)?;
    // A second controller of one lab has no reason to fail for the first one's dashboard.
    config.http_fallback = true;
    log.start()?;
    in_runtime(until_signal(config))
}

pub(super) fn lab(command: LabCommand) -> anyhow::Result<ExitCode> {
    let config = for_the_occasion(command.run)?;
    with_controller(config, async |controller| {
        lab::run(command.lab, controller).await
    })
}

pub(super) fn demo(command: DemoCommand) -> anyhow::Result<ExitCode> {
    let mut config = for_the_occasion(command.run)?;
    // Only the switches of this process need to find it, and another controller may be here.
    config.openflow.get_or_insert_with(|| vec![demo::ANY_PORT]);
    config.http_fallback = true;
    with_controller(config, async |controller| {
        demo::run(command.demo, controller).await
    })
}

/// Settings of a controller whose network is made for it: what is printed is the network's, and of
/// the controller only what is wrong.
fn for_the_occasion(mut args: RunArgs) -> anyhow::Result<RunConfig> {
    // Remembering its hosts would only confuse the next.
    let remembers = args.data.is_some() || args.config.is_some();
    args.log.get_or_insert_with(|| "warn".to_owned());
    let (mut config, log) = settle(args)?;
    if !remembers {
        config.data = Data::Nowhere;
    }
    log.start()?;
    Ok(config)
}

/// Starts the controller of a network when that asks for it, and stops it after the network.
fn with_controller(
    config: RunConfig,
    network: impl AsyncFnOnce(&mut Starter) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    in_runtime(async move {
        let mut starter = Starter {
            config: Some(config),
            controller: None,
        };
        let outcome = network(&mut starter).await;
        if let Some(controller) = starter.controller {
            controller.shutdown(SHUTDOWN_DEADLINE).await;
        }
        outcome
    })
}

/// Starts a controller, once.
pub(super) struct Starter {
    config: Option<RunConfig>,
    controller: Option<Controller>,
}

impl Starter {
    pub(super) async fn start(&mut self) -> anyhow::Result<Addresses> {
        let config = self.config.take().context("it was started before")?;
        let token = config.access.token.clone();
        let started = self.controller.insert(Controller::start(config).await?);
        Ok(Addresses {
            openflow: started.openflow()[0],
            http: started.http(),
            token,
        })
    }
}

async fn until_signal(config: RunConfig) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let controller = Controller::start(config).await?;
    eprint!("{}", banner(&controller));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    // Whoever asks twice does not want to wait.
    tokio::select! {
        () = controller.shutdown(SHUTDOWN_DEADLINE) => {}
        _ = interrupt.recv() => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn banner(controller: &Controller) -> String {
    let openflow: Vec<_> = controller
        .openflow()
        .iter()
        .map(ToString::to_string)
        .collect();
    format!(
        "Pointsman {}\n  switches   {}\n  dashboard  http://{}/\n  apps       {}\n",
        env!("CARGO_PKG_VERSION"),
        openflow.join(", "),
        reachable(controller.http()),
        controller.running_apps().join(", "),
    )
}

fn in_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    // Every switch and every reader is an open file, and the usual 1,024 are there for programs
    // that cannot count further. Where more is not allowed, it goes on with what there is.
    let _ = rlimit::increase_nofile_limit(OPEN_FILES);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(work);
    // Blocking work (a write to the store) may still be under way.
    runtime.shutdown_timeout(SHUTDOWN_DEADLINE);
    outcome
}

/// Flags, then the file, then defaults.
fn settle(args: RunArgs) -> anyhow::Result<(RunConfig, Log)> {
    let file = match &args.config {
        Some(path) => FileConfig::load(path)?,
        None => FileConfig::default(),
    };
    let log = Log {
        filter: args
            .log
            .or_else(|| file.log.filter.clone())
            .unwrap_or_else(|| "info".to_owned()),
        format: args.log_format.or(file.log.format).unwrap_or_default(),
    };
    let mut config = RunConfig::from_file(file);
    if !args.openflow.is_empty() {
        config.openflow = Some(args.openflow);
    }
    config.http = args.http.or(config.http);
    config.apps = args.apps.unwrap_or(config.apps);
    config.access.token = args.token.or(config.access.token);
    if let Some(dir) = args.data {
        config.data = Data::At(dir);
    }
    Ok((config, log))
}

/// How to log.
#[derive(Debug)]
struct Log {
    filter: String,
    format: LogFormat,
}

impl Log {
    fn start(&self) -> anyhow::Result<()> {
        let filter = EnvFilter::try_new(&self.filter)
            .with_context(|| format!("`{}` is not a filter for the log", self.filter))?;
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr);
        match self.format {
            LogFormat::Text => {
                let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
                log.with_ansi(colours).init();
            }
            LogFormat::Json => log.json().init(),
        }
        Ok(())
    }
}
