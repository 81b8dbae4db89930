//! `pointsman lab`: a controller and a network of real switches, in one command.
//!
//! The controller runs in this process, the network in Mininet's ([`topologies::mininet`]). What the
//! lab wants to know of the controller it asks over REST, as anyone could. Whatever ends it (an
//! error, Ctrl-C, SIGTERM, the user leaving the prompt), the network is removed first.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::Method;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use topologies::Topology;
use topologies::mininet::{self, Mininet, OpenFlow, Options, Pings};

use crate::northbound::model::{
    AnnotationsView, LinkStateView, Place, SwitchAnnotation, TopologyView, UpDown,
};

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

/// Where the controller of a lab is to be found.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub openflow: SocketAddr,
    pub http: SocketAddr,
    /// The bearer token that REST asks for, if it does.
    pub token: Option<String>,
}

/// Runs a lab. `start` starts the controller, after it is known that a lab can be had here; it is
/// the caller's to stop.
///
/// # Errors
/// When the network cannot be had, or switches or links are missing after the deadline.
pub async fn run(
    args: LabArgs,
    start: impl AsyncFnOnce() -> anyhow::Result<Addresses>,
) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let begin = Instant::now();
    let topology = Topology::resolve(&args.topology)?;
    if blocking(|| mininet::requirements().and_then(|()| mininet::start_open_vswitch())).await? {
        eprintln!("Open vSwitch was not running: started it");
    }
    let controller = start().await?;
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
        self.wait_until_known(&rest).await?;
        let known = self.begin.elapsed();
        let pings = self.with_network(Mininet::pingall).await?;
        let seen = rest.topology().await?;
        self.summary(&seen, &pings, known)?;
        if std::io::stdin().is_terminal() && !self.args.no_prompt {
            eprintln!("Mininet's prompt follows; `exit` removes the network.");
            prompting.store(true, Ordering::Relaxed);
            self.with_network(Mininet::prompt).await?;
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

    /// Until every switch is connected and every link found in both directions.
    async fn wait_until_known(&self, rest: &Rest) -> anyhow::Result<()> {
        let wanted = Wanted::of(&self.topology);
        let deadline = Instant::now() + DISCOVERY_TIMEOUT;
        let mut progress = Progress::new();
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tick.tick().await;
            let missing = wanted.missing(&rest.topology().await?);
            if missing.is_empty() {
                progress.clear();
                return Ok(());
            }
            let text = wanted.progress(&missing);
            ensure!(
                Instant::now() < deadline,
                "after {} s: {text}",
                DISCOVERY_TIMEOUT.as_secs()
            );
            progress.show(&text);
        }
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

/// What the controller should come to know: datapath ids with names, and links with the ids that
/// REST gives them.
struct Wanted {
    switches: Vec<(String, String)>,
    links: Vec<(String, String)>,
}

impl Wanted {
    fn of(topology: &Topology) -> Self {
        let dpid = |name: &str| {
            topology
                .switch(name)
                .map_or_else(String::new, |s| s.dpid.to_string())
        };
        let switches = topology
            .switches()
            .iter()
            .map(|s| (s.dpid.to_string(), s.name.clone()));
        let links = topology.links().iter().map(|link| {
            let (a, b) = (&link.a, &link.b);
            let mut ends = [(dpid(&a.switch), a.port.0), (dpid(&b.switch), b.port.0)];
            ends.sort();
            let [low, high] = ends.map(|(dpid, port)| format!("{dpid}:{port}"));
            (
                format!("{low}-{high}"),
                format!("{}:{}-{}:{}", a.switch, a.port, b.switch, b.port),
            )
        });
        Self {
            switches: switches.collect(),
            links: links.collect(),
        }
    }

    /// The names of what is not there or not up.
    fn missing(&self, seen: &TopologyView) -> Missing<'_> {
        let up = seen
            .switches
            .iter()
            .filter(|switch| switch.state == UpDown::Up);
        let switches: BTreeSet<&str> = up.map(|switch| switch.dpid.as_str()).collect();
        let up = seen
            .links
            .iter()
            .filter(|link| link.state == LinkStateView::Up);
        let links: BTreeSet<&str> = up.map(|link| link.id.as_str()).collect();
        Missing {
            switches: absent(&self.switches, &switches),
            links: absent(&self.links, &links),
        }
    }

    /// As `12 of 20 switches, 18 of 32 links; missing s4, s5, s7:1-s9:2, …`.
    fn progress(&self, missing: &Missing<'_>) -> String {
        let count = |all: usize, missing: usize| format!("{} of {all}", all - missing);
        let names: Vec<&str> = missing
            .switches
            .iter()
            .chain(&missing.links)
            .copied()
            .collect();
        let more = if names.len() > MISSING_SHOWN {
            ", …"
        } else {
            ""
        };
        format!(
            "{} switches, {} links; missing {}{more}",
            count(self.switches.len(), missing.switches.len()),
            count(self.links.len(), missing.links.len()),
            names[..names.len().min(MISSING_SHOWN)].join(", "),
        )
    }
}

fn absent<'a>(wanted: &'a [(String, String)], there: &BTreeSet<&str>) -> Vec<&'a str> {
    let missing = wanted.iter().filter(|(id, _)| !there.contains(id.as_str()));
    missing.map(|(_, name)| name.as_str()).collect()
}

struct Missing<'a> {
    switches: Vec<&'a str>,
    links: Vec<&'a str>,
}

impl Missing<'_> {
    fn is_empty(&self) -> bool {
        self.switches.is_empty() && self.links.is_empty()
    }
}

/// One line on stderr that is written over on a terminal, and now and then a line elsewhere.
struct Progress {
    terminal: bool,
    shown: String,
    at: Instant,
}

impl Progress {
    fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            terminal,
            shown: String::new(),
            at: Instant::now(),
        }
    }

    fn show(&mut self, text: &str) {
        let due = self.terminal || self.at.elapsed() >= PROGRESS_PAUSE;
        if self.shown != text && due {
            // On a terminal back to the beginning of the line, which is cleared.
            let (before, after) = if self.terminal {
                ("\r\x1b[K", "")
            } else {
                ("", "\n")
            };
            eprint!("{before}{text}{after}");
            text.clone_into(&mut self.shown);
            self.at = Instant::now();
        }
    }

    fn clear(&self) {
        if self.terminal && !self.shown.is_empty() {
            eprint!("\r\x1b[K");
        }
    }
}

/// The controller as anyone sees it.
struct Rest {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Rest {
    fn new(controller: &Addresses) -> anyhow::Result<Self> {
        // The way to this very machine leads through no proxy.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(REST_TIMEOUT)
            .build()?;
        let base = format!("http://{}/api/v1", reachable(controller.http));
        Ok(Self {
            client,
            base,
            token: controller.token.clone(),
        })
    }

    async fn topology(&self) -> anyhow::Result<TopologyView> {
        let what = "asking the controller for the topology";
        let answer = self
            .request(Method::GET, "/topology")
            .send()
            .await
            .context(what)?;
        answer
            .error_for_status()
            .context(what)?
            .json()
            .await
            .context(what)
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Tells the controller what the switches cannot: names of hosts, real names and places.
    async fn annotate(&self, topology: &Topology) -> anyhow::Result<()> {
        let what = "telling the controller the names";
        let request = self.request(Method::PUT, "/annotations");
        let answer = request
            .json(&annotations(topology))
            .send()
            .await
            .context(what)?;
        if !answer.status().is_success() {
            bail!(
                "{what}: {}: {}",
                answer.status(),
                answer.text().await.unwrap_or_default()
            );
        }
        Ok(())
    }
}

fn annotations(topology: &Topology) -> AnnotationsView {
    let hosts = topology
        .hosts()
        .iter()
        .map(|host| (host.mac.to_string(), host.name.clone()));
    let switches = topology.switches().iter().map(|switch| {
        let place = switch.coordinates.map(|c| Place {
            latitude: c.lat,
            longitude: c.lon,
        });
        (
            switch.dpid.to_string(),
            SwitchAnnotation {
                name: switch.label.clone(),
                place,
            },
        )
    });
    AnnotationsView {
        hosts: hosts.collect(),
        switches: switches.collect(),
    }
}

/// An address to connect to: one that stands for all of the machine's is answered at its own.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, mininet::MininetError> + Send + 'static,
) -> anyhow::Result<T> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// What ends a lab from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// The exit status of the signal that ends us, as shells give it. Ctrl-C is Mininet's while its
    /// prompt is shown.
    async fn end(&mut self, prompting: &AtomicBool) -> ExitCode {
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

/// Thousands of links take a while on a small machine; who waits sees what is missing.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(120);
const PROGRESS_PAUSE: Duration = Duration::from_secs(2);
const REST_TIMEOUT: Duration = Duration::from_secs(10);
const MISSING_SHOWN: usize = 5;
const LOST_SHOWN: usize = 10;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(switches: &[u64], links: &[(&str, &str)]) -> TopologyView {
        let switch = |&dpid: &u64| {
            json!({
                "dpid": format!("{dpid:016x}"), "name": "", "state": "up", "since": "",
                "version": "1.3", "peer": "", "manufacturer": "", "hardware": "", "software": "",
                "serial": "", "n_tables": 1, "ports": [], "place": null,
            })
        };
        let end = json!({"dpid": "", "switch": "", "port": 1, "port_name": ""});
        let link = |&(id, state): &(&str, &str)| json!({"id": id, "a": end, "b": end, "state": state, "since": "", "cost": 1});
        serde_json::from_value(json!({
            "seq": 1,
            "switches": switches.iter().map(switch).collect::<Vec<_>>(),
            "links": links.iter().map(link).collect::<Vec<_>>(),
            "hosts": [],
        }))
        .unwrap()
    }

    #[test]
    fn says_what_is_missing() {
        let wanted = Wanted::of(&Topology::parse("ring,3").unwrap());
        let (a, b, c) = (
            "0000000000000001:2-0000000000000002:2",
            "0000000000000002:3-0000000000000003:2",
            "0000000000000001:3-0000000000000003:3",
        );
        let partial = seen(&[1, 2], &[(a, "up"), (b, "one_way")]);
        let text = wanted.progress(&wanted.missing(&partial));
        assert_eq!(
            text,
            "2 of 3 switches, 1 of 3 links; missing s3, s2:3-s3:2, s3:3-s1:3"
        );
        let whole = seen(&[1, 2, 3], &[(a, "up"), (b, "up"), (c, "up")]);
        assert!(wanted.missing(&whole).is_empty());
    }

    #[test]
    fn a_long_list_of_what_is_missing_is_cut() {
        let wanted = Wanted::of(&Topology::parse("fat-tree,4").unwrap());
        let text = wanted.progress(&wanted.missing(&seen(&[], &[])));
        assert_eq!(
            text,
            "0 of 20 switches, 0 of 32 links; missing s1, s2, s3, s4, s5, …"
        );
    }

    #[test]
    fn names_and_places_are_told() {
        let told = annotations(&Topology::resolve("abilene").unwrap());
        assert_eq!(told.hosts["00:00:00:00:00:01"], "h1");
        let new_york = &told.switches["0000000000000001"];
        assert_eq!(new_york.name.as_deref(), Some("New York"));
        assert!(new_york.place.is_some_and(|place| place.latitude > 40.0));
    }

    #[test]
    fn an_address_of_the_whole_machine_is_reached_at_the_loopback() {
        let reach = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reach("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reach("[::]:80"), "[::1]:80");
        assert_eq!(reach("10.1.2.3:80"), "10.1.2.3:80");
    }
}
