//! The shell of an emulated network.

mod editor;
mod verb;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures_util::future::join_all;
use topologies::Topology;
use topologies::emulate::live::Handle;
use topologies::emulate::{Outcome, Target};

use super::known::{Addresses, reachable};
use super::{Cli, dispatch};
use editor::{Lines, Next};
use verb::{COMMANDS, Command, Verb};

/// Between the pings of one command, as `ping` has it but quicker: there is nobody to spare.
const PING_PAUSE: Duration = Duration::from_millis(200);
/// How long throughput is measured.
const IPERF: Duration = Duration::from_secs(1);
/// Lost pings shown one by one.
const LOST_SHOWN: usize = 10;

/// What the commands act on.
#[derive(Clone)]
pub(super) struct Stage {
    network: Handle,
    hosts: Vec<(String, Ipv4Addr)>,
    switches: Vec<String>,
    url: String,
    token: Option<String>,
}

impl Stage {
    pub(super) fn new(topology: &Topology, network: Handle, controller: &Addresses) -> Self {
        let hosts = topology.hosts().iter();
        let switches = topology.switches().iter();
        Self {
            network,
            hosts: hosts.map(|host| (host.name.clone(), host.ip)).collect(),
            switches: switches.map(|switch| switch.name.clone()).collect(),
            url: format!("http://{}", reachable(controller.http)),
            token: controller.token.clone(),
        }
    }
}

/// What a command has to say, and whether it went well.
type Answer = Result<String, String>;

/// Reads and carries out lines until there are no more. On a terminal that ends it; a script's status
/// says whether all went well; where nobody says anything (standard input is `/dev/null`), the
/// network is left to run.
pub(super) async fn run(stage: Stage) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Handle::current();
    let said = tokio::task::spawn_blocking(move || read(&stage, &runtime)).await??;
    match said {
        Said::Nothing => std::future::pending().await,
        Said::AllWell => Ok(ExitCode::SUCCESS),
        Said::SomethingFailed => Ok(ExitCode::FAILURE),
    }
}

enum Said {
    Nothing,
    AllWell,
    SomethingFailed,
}

fn read(stage: &Stage, runtime: &tokio::runtime::Handle) -> anyhow::Result<Said> {
    let names = stage.hosts.iter().map(|(name, _)| name.clone());
    let mut lines = Lines::open(names.chain(stage.switches.iter().cloned()).collect())?;
    let is_person = lines.is_person();
    if is_person {
        println!("`help` shows what can be typed; `exit` ends it.");
    }
    let mut said = Said::Nothing;
    loop {
        let line = match lines.next("pointsman> ")? {
            Next::Line(line) => line,
            Next::Nothing => continue,
            Next::End if is_person => return Ok(Said::AllWell),
            Next::End => return Ok(said),
        };
        let answer = match Verb::parse(&line) {
            Ok(None) => continue,
            Ok(Some(Verb::Exit)) if is_person => return Ok(Said::AllWell),
            Ok(Some(Verb::Exit)) => {
                return Ok(if matches!(said, Said::Nothing) {
                    Said::AllWell
                } else {
                    said
                });
            }
            Ok(Some(verb)) => carry_out(stage, runtime, verb),
            Err(unclear) => Err(unclear.to_string()),
        };
        said = match (&answer, said) {
            (Ok(_), Said::Nothing | Said::AllWell) => Said::AllWell,
            _ => Said::SomethingFailed,
        };
        tell(answer)?;
    }
}

fn tell(answer: Answer) -> io::Result<()> {
    match answer {
        Ok(text) => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()
        }
        Err(text) => writeln!(io::stderr(), "{}", text.trim_end()),
    }
}

fn carry_out(stage: &Stage, runtime: &tokio::runtime::Handle, verb: Verb) -> Answer {
    match verb {
        Verb::Help(name) => Ok(help(name.as_deref())),
        Verb::Ask(words) => ask(stage, &words),
        Verb::Exit => Ok(String::new()),
        verb => runtime.block_on(act(stage, verb)),
    }
}

/// What the network does, rather than the controller.
async fn act(stage: &Stage, verb: Verb) -> Answer {
    match verb {
        Verb::PingAll => ping_all(stage).await,
        Verb::Ping { from, to, count } => ping(stage, &from, &to, count).await,
        Verb::Arping { from, to: None } => announce(stage, from).await,
        Verb::Arping { from, to: Some(to) } => arping(stage, from, &to).await,
        Verb::Get { from, to, port } => get(stage, from, &to, port).await,
        Verb::Iperf { from, to } => iperf(stage, from, &to).await,
        Verb::Link { a, b, up } => {
            stage
                .network
                .set_link(&a, &b, up)
                .await
                .map_err(|error| error.to_string())?;
            Ok(String::new())
        }
        Verb::Help(_) | Verb::Ask(_) | Verb::Exit => Ok(String::new()),
    }
}

/// Every host one to every other: in each round every host sends one and gets one.
async fn ping_all(stage: &Stage) -> Answer {
    let hosts = &stage.hosts;
    let (mut sent, mut lost) = (0_usize, Vec::new());
    for step in 1..hosts.len() {
        let pairs = (0..hosts.len()).map(|n| (&hosts[n].0, &hosts[(n + step) % hosts.len()].0));
        let pings =
            pairs.map(async |(from, to)| (from, to, stage.network.ping(from, to.as_str()).await));
        for (from, to, outcome) in join_all(pings).await {
            sent += 1;
            if !outcome.map_err(|error| error.to_string())?.is_success() {
                lost.push(format!("{from} -> {to}"));
            }
        }
    }
    let percent = 100.0 * lost.len() as f64 / sent.max(1) as f64;
    let mut text = String::new();
    for pair in lost.iter().take(LOST_SHOWN) {
        let _ = writeln!(text, "lost       {pair}");
    }
    if lost.len() > LOST_SHOWN {
        let _ = writeln!(text, "lost       and {} more", lost.len() - LOST_SHOWN);
    }
    let _ = writeln!(
        text,
        "loss       {percent:.0} % ({} of {sent} pings)",
        lost.len()
    );
    if lost.is_empty() { Ok(text) } else { Err(text) }
}

async fn ping(stage: &Stage, from: &str, to: &str, count: u16) -> Answer {
    let (mut text, mut lost) = (String::new(), 0);
    for number in 1..=count {
        if number > 1 {
            tokio::time::sleep(PING_PAUSE).await;
        }
        match stage
            .network
            .ping(from, to)
            .await
            .map_err(|error| error.to_string())?
        {
            Outcome::Ping { rtt, ttl } => {
                let _ = writeln!(text, "{to} answers in {} ms, ttl {ttl}", millis(rtt));
            }
            Outcome::Failed(why) => {
                lost += 1;
                let _ = writeln!(text, "{to}: {why}");
            }
            _ => lost += 1,
        }
    }
    if count > 1 {
        let _ = writeln!(text, "{} of {count} answered", count - lost);
    }
    if lost == 0 { Ok(text) } else { Err(text) }
}

async fn announce(stage: &Stage, host: String) -> Answer {
    let (_, address) = known_host(stage, &host)?;
    let text = format!("{host} says that it has {address}\n");
    let done = stage.network.with(move |network| network.announce(&host));
    done.await
        .map_err(|e| e.to_string())?
        .map_err(|e| e.to_string())?;
    Ok(text)
}

async fn arping(stage: &Stage, from: String, to: &str) -> Answer {
    let address = match to.parse() {
        Ok(address) => address,
        Err(_) => known_host(stage, to)?.1,
    };
    let begin = move |network: &mut topologies::emulate::Network<_>| network.arping(&from, address);
    match stage
        .network
        .outcome(begin)
        .await
        .map_err(|error| error.to_string())?
    {
        Outcome::Arp { mac, rtt } => Ok(format!("{address} is at {mac}, in {} ms\n", millis(rtt))),
        other => Err(failed(to, &other)),
    }
}

async fn get(stage: &Stage, from: String, to: &str, port: u16) -> Answer {
    let target = Target::from(to);
    let begin = move |network: &mut topologies::emulate::Network<_>| {
        network.http_get(&from, target, port, "/")
    };
    match stage
        .network
        .outcome(begin)
        .await
        .map_err(|error| error.to_string())?
    {
        Outcome::Http { status, body, took } => Ok(format!(
            "{status} from {to} in {} ms: {}\n",
            millis(took),
            String::from_utf8_lossy(&body).trim_end()
        )),
        other => Err(failed(to, &other)),
    }
}

async fn iperf(stage: &Stage, from: String, to: &str) -> Answer {
    let target = Target::from(to);
    let begin =
        move |network: &mut topologies::emulate::Network<_>| network.iperf(&from, target, IPERF);
    match stage
        .network
        .outcome(begin)
        .await
        .map_err(|error| error.to_string())?
    {
        Outcome::Iperf(found) => Ok(match found.rate_bps {
            Some(rate) => format!(
                "{:.0} Mbit/s, {} of {} frames arrived (modelled)\n",
                rate as f64 / 1e6,
                found.received,
                found.sent
            ),
            None => format!(
                "{} of {} frames arrived: too few to tell a rate\n",
                found.received, found.sent
            ),
        }),
        other => Err(failed(to, &other)),
    }
}

fn known_host<'a>(stage: &'a Stage, name: &str) -> Result<&'a (String, Ipv4Addr), String> {
    let found = stage.hosts.iter().find(|(host, _)| host == name);
    found.ok_or_else(|| format!("there is no host `{name}`"))
}

fn failed(to: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(why) => format!("{to}: {why}"),
        _ => format!("{to}: no answer that fits"),
    }
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// A subcommand of the program, of the controller that runs here.
fn ask(stage: &Stage, words: &[String]) -> Answer {
    let program = ["pointsman".to_owned()].into_iter();
    let place = ["--url".to_owned(), stage.url.clone()];
    let token = stage
        .token
        .iter()
        .flat_map(|token| ["--token".to_owned(), token.clone()]);
    let (name, rest) = words.split_at(1);
    let arguments = program
        .chain(name.iter().cloned())
        .chain(place)
        .chain(token);
    let arguments = arguments.chain(rest.iter().cloned());
    let cli = Cli::try_parse_from(arguments).map_err(|wrong| wrong.to_string())?;
    match dispatch(cli.command) {
        Ok(code) if code == ExitCode::SUCCESS => Ok(String::new()),
        Ok(_) => Err(String::new()),
        Err(error) => Err(format!("{error:#}")),
    }
}

fn help(name: Option<&str>) -> String {
    let line = |command: &Command| format!("  {:<26} {}\n", command.usage, command.what);
    match name.and_then(verb::about) {
        Some(command) => line(command),
        None => COMMANDS.iter().map(line).collect(),
    }
}
