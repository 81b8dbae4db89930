//! What a controller is to know of a network that was made for it: told, waited for, asked.
//!
//! All of it over REST, as anyone could.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::Method;
use tokio::time::Instant;
use topologies::Topology;

use crate::northbound::model::{
    AnnotationsView, LinkStateView, Place, SwitchAnnotation, TopologyView, UpDown,
};

/// Where a controller is to be found.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    pub(super) openflow: SocketAddr,
    pub(super) http: SocketAddr,
    /// The bearer token that REST asks for, if it does.
    pub(super) token: Option<String>,
}

/// Until every switch is connected and every link found in both directions.
pub(super) async fn until_known(topology: &Topology, rest: &Rest) -> anyhow::Result<()> {
    let wanted = Wanted::of(topology);
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
pub(super) struct Rest {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Rest {
    pub(super) fn new(controller: &Addresses) -> anyhow::Result<Self> {
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

    pub(super) async fn topology(&self) -> anyhow::Result<TopologyView> {
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
    pub(super) async fn annotate(&self, topology: &Topology) -> anyhow::Result<()> {
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

/// Thousands of links take a while on a small machine; who waits sees what is missing.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(120);
const PROGRESS_PAUSE: Duration = Duration::from_secs(2);
const REST_TIMEOUT: Duration = Duration::from_secs(10);
const MISSING_SHOWN: usize = 5;

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
