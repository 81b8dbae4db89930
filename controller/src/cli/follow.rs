//! `pointsman events`: what happens, line by line, until Ctrl-C.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use reqwest::Response;

use super::client::{AskError, Client, Where};
use super::tables::end;
use crate::northbound::model::{
    AppStateView, EventBody, EventView, LinkStateView, Severity, TopologyView, UpDown,
};

/// Between two tries to reach a controller that went away.
const RETRY: Duration = Duration::from_secs(1);

/// `events`.
#[derive(Debug, clap::Args)]
pub(super) struct EventsCommand {
    /// Begin after the event with this number, if it is still kept
    #[arg(long, value_name = "SEQ")]
    since: Option<u64>,
    /// Show port counters too
    #[arg(long)]
    counters: bool,
    /// One JSON object a line, all events
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

pub(super) fn events(command: &EventsCommand) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(follow(command))
}

/// Ends with an error only: a controller that goes is waited for.
async fn follow(command: &EventsCommand) -> anyhow::Result<ExitCode> {
    let client = Client::new(&command.place)?;
    let mut follower = Follower {
        json: command.json,
        counters: command.counters,
        position: command.since,
        names: HashMap::new(),
    };
    let mut was_there = false;
    let mut waiting = false;
    loop {
        let since = follower.position.map(|seq| seq.to_string());
        let query: Vec<_> = since.iter().map(|seq| ("since", seq.as_str())).collect();
        match client.stream("/events", &query).await {
            Ok(response) => {
                (was_there, waiting) = (true, false);
                follower.read(response).await?;
            }
            Err(AskError::NobodyThere { .. }) if was_there => {}
            Err(error) => return Err(error.into()),
        }
        if !waiting {
            eprintln!("the controller is gone; waiting for it");
            waiting = true;
        }
        tokio::time::sleep(RETRY).await;
    }
}

struct Follower {
    json: bool,
    counters: bool,
    position: Option<u64>,
    /// By id: what is removed is told by its id only.
    names: HashMap<String, String>,
}

impl Follower {
    /// Until the stream ends, however it ends.
    async fn read(&mut self, response: Response) -> anyhow::Result<()> {
        let mut chunks = response.bytes_stream();
        let mut waiting = Vec::new();
        while let Some(Ok(chunk)) = chunks.next().await {
            waiting.extend_from_slice(&chunk);
            while let Some(at) = waiting.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = waiting.drain(..=at).collect();
                // An event is one line of data; the lines with its name and number repeat it.
                if let Some(data) = line.strip_prefix(b"data:") {
                    self.event(data.trim_ascii())?;
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, data: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            out.write_all(data)?;
            out.write_all(b"\n")?;
        }
        // Events of a newer controller are passed on, if not understood.
        let Ok(event) = serde_json::from_slice::<EventView>(data) else {
            return Ok(());
        };
        self.position = Some(event.seq);
        if !self.json {
            for line in self.lines(event.body) {
                let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
                // Time of day, UTC.
                writeln!(out, "{} {line}", &now[11..23])?;
            }
        }
        out.flush()?;
        Ok(())
    }

    fn lines(&mut self, body: EventBody) -> Vec<String> {
        vec![match body {
            EventBody::Snapshot(topology) => self.snapshot(topology),
            EventBody::Switch(switch) => {
                let line = format!("switch {} {}", switch.name, up_down(switch.state));
                self.names.insert(switch.dpid, switch.name);
                line
            }
            EventBody::SwitchRemoved { dpid } => format!("switch {} forgotten", self.name(dpid)),
            EventBody::Link(link) => {
                let name = format!("{} - {}", end(&link.a), end(&link.b));
                let line = format!("link {name} {}", link_state(link.state));
                self.names.insert(link.id, name);
                line
            }
            EventBody::LinkRemoved { id } => format!("link {} forgotten", self.name(id)),
            EventBody::Host(host) => {
                let addresses = host.addresses.join(" ");
                let line = format!("host {} {addresses} at {}", host.name, end(&host.at));
                self.names.insert(host.id, host.name);
                line
            }
            EventBody::HostRemoved { id } => format!("host {} gone", self.name(id)),
            EventBody::Counters { dpid, ports } => {
                if !self.counters {
                    return Vec::new();
                }
                let name = self.names.get(&dpid).unwrap_or(&dpid);
                return ports
                    .iter()
                    .map(|(port, read)| {
                        format!(
                            "counters {name}:{port} rx {:.0} bit/s tx {:.0} bit/s",
                            read.rx_bps, read.tx_bps
                        )
                    })
                    .collect();
            }
            EventBody::App(app) => {
                let problem = app
                    .problem
                    .map_or_else(String::new, |why| format!(": {why}"));
                format!("app {} {}{problem}", app.name, app_state(app.state))
            }
            EventBody::Notice(notice) => {
                let severity = match notice.severity {
                    Severity::Info => "notice",
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                };
                format!("{severity} {}: {}", notice.code, notice.message)
            }
        }]
    }

    fn snapshot(&mut self, topology: TopologyView) -> String {
        let TopologyView {
            seq: _,
            switches,
            links,
            hosts,
        } = topology;
        let line = format!(
            "network of {} switches, {} links, {} hosts",
            switches.len(),
            links.len(),
            hosts.len()
        );
        self.names = switches.into_iter().map(|s| (s.dpid, s.name)).collect();
        self.names.extend(hosts.into_iter().map(|h| (h.id, h.name)));
        let cables = links.into_iter();
        self.names
            .extend(cables.map(|l| (l.id, format!("{} - {}", end(&l.a), end(&l.b)))));
        line
    }

    fn name(&mut self, id: String) -> String {
        self.names.remove(&id).unwrap_or(id)
    }
}

fn up_down(state: UpDown) -> &'static str {
    match state {
        UpDown::Up => "up",
        UpDown::Down => "down",
    }
}

fn link_state(state: LinkStateView) -> &'static str {
    match state {
        LinkStateView::Up => "up",
        LinkStateView::OneWay => "one way",
        LinkStateView::Down => "down",
    }
}

fn app_state(state: AppStateView) -> &'static str {
    match state {
        AppStateView::Running => "running",
        AppStateView::Stopped => "stopped",
        AppStateView::Failed => "failed",
    }
}
