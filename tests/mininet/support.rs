//! What several tests need: a controller with a network, and what both should agree on.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use pointsman_tests::{Controller, Lab, until};
use serde_json::Value;
use topologies::mininet::{OpenFlow, Running};

/// A controller and a network that connects to it. The network goes first when they are dropped.
pub(crate) struct Scene {
    pub(crate) lab: Lab,
    pub(crate) controller: Controller,
}

impl Scene {
    /// Both are up, and the controller knows every switch and link.
    pub(crate) fn known(topology: &str) -> Self {
        Self::known_with(topology, OpenFlow::V1_3, &[])
    }

    pub(crate) fn known_with(topology: &str, openflow: OpenFlow, arguments: &[&str]) -> Self {
        let scene = Self::started(topology, openflow, arguments);
        scene.wait_until_known(Duration::from_secs(10));
        scene
    }

    /// Both are up; the switches may not even be connected.
    pub(crate) fn started(topology: &str, openflow: OpenFlow, arguments: &[&str]) -> Self {
        let controller = Controller::spawn(arguments);
        let lab = Lab::with(topology, controller.openflow(), openflow);
        Self { lab, controller }
    }

    /// Returns how long it took from the last switch's connect.
    #[track_caller]
    pub(crate) fn wait_until_known(&self, timeout: Duration) -> Duration {
        let begin = Instant::now();
        let wanted = self.wanted_links();
        let switches = self.lab.topology().switches().len();
        self.wait_until_connected(timeout);
        let connected = Instant::now();
        let left = timeout.saturating_sub(begin.elapsed());
        self.controller.until("/api/v1/topology", left, |map| {
            links_up(map) == wanted && switches_up(map) == switches
        });
        connected.elapsed()
    }

    #[track_caller]
    pub(crate) fn wait_until_connected(&self, timeout: Duration) {
        let count = self.lab.topology().switches().len();
        self.controller
            .until("/api/v1/topology", timeout, |map| switches_up(map) == count);
    }

    /// The ids REST should give the links.
    pub(crate) fn wanted_links(&self) -> BTreeSet<String> {
        let topology = self.lab.topology();
        let dpid = |name: &str| topology.switch(name).unwrap().dpid.to_string();
        let id = |link: &topologies::topology::Cable| {
            let mut ends = [&link.a, &link.b].map(|end| (dpid(&end.switch), end.port.0));
            ends.sort();
            let [low, high] = ends.map(|(dpid, port)| format!("{dpid}:{port}"));
            format!("{low}-{high}")
        };
        topology.links().iter().map(id).collect()
    }

    /// The names of the switches that traffic between two hosts passes now.
    #[track_caller]
    pub(crate) fn path(&self, from: &str, to: &str) -> Vec<String> {
        let (from, to) = (address(&self.lab, from).0, address(&self.lab, to).0);
        let path = format!("/api/v1/paths?from={from}&to={to}");
        let answer = self.controller.get(&path);
        let hops = answer["paths"][0]["hops"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"));
        hops.iter()
            .map(|hop| self.switch_name(hop["dpid"].as_str().unwrap()))
            .collect()
    }

    fn switch_name(&self, dpid: &str) -> String {
        let switches = self.lab.topology().switches();
        switches
            .iter()
            .find(|s| s.dpid.to_string() == dpid)
            .unwrap()
            .name
            .clone()
    }

    pub(crate) fn has_loop(&self) -> bool {
        let topology = self.lab.topology();
        topology.links().len() >= topology.switches().len()
    }
}

pub(crate) fn links_up(map: &Value) -> BTreeSet<String> {
    let up = map["links"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|link| link["state"] == "up");
    up.map(|link| link["id"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn switches_up(map: &Value) -> usize {
    map["switches"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|switch| switch["state"] == "up")
        .count()
}

/// Pings every 10 ms in the background.
pub(crate) struct Pinging<'a> {
    lab: &'a Lab,
    running: Running,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Answers {
    /// Sequence numbers from 1 that were not answered, but for the last one sent, which may have
    /// been on its way when ping was stopped.
    pub(crate) missing: Vec<u64>,
}

impl<'a> Pinging<'a> {
    /// Begins, and waits for the first answers.
    #[track_caller]
    pub(crate) fn start(lab: &'a Lab, from: &str, to: &str) -> Self {
        let ip = address(lab, to).1;
        let running = lab
            .spawn(from, &format!("exec ping -n -i 0.01 {ip}"))
            .unwrap();
        let pinging = Self { lab, running };
        until("pings are answered", Duration::from_secs(10), || {
            (pinging.answered().len() >= 20).then_some(())
        });
        pinging
    }

    /// Waits until pings sent from now on have been answered for a time.
    #[track_caller]
    pub(crate) fn go_on_for(&self, time: Duration) {
        let wanted = self.answered().len() + usize::try_from(time.as_millis() / 10).unwrap();
        let deadline = time * 3 + Duration::from_secs(10);
        until("more pings are answered", deadline, || {
            (self.answered().len() >= wanted).then_some(())
        });
    }

    pub(crate) fn finish(self) -> Answers {
        let text = self.lab.interrupt(self.running).unwrap().text;
        let answered = sequence_numbers(&text);
        let sent = text
            .lines()
            .find_map(|line| line.split_once(" packets transmitted"));
        let sent: u64 = sent
            .and_then(|(count, _)| count.parse().ok())
            .unwrap_or_else(|| panic!("{text}"));
        let missing = (1..sent).filter(|number| !answered.contains(number));
        Answers {
            missing: missing.collect(),
        }
    }

    fn answered(&self) -> BTreeSet<u64> {
        sequence_numbers(&self.lab.output(self.running).unwrap().text)
    }
}

impl Answers {
    /// The longest time without an answer.
    pub(crate) fn longest_gap(&self) -> Duration {
        let (mut longest, mut run, mut previous) = (0, 0, 0);
        for &number in &self.missing {
            run = if number == previous + 1 { run + 1 } else { 1 };
            longest = longest.max(run);
            previous = number;
        }
        Duration::from_millis(10 * longest)
    }
}

fn sequence_numbers(text: &str) -> BTreeSet<u64> {
    let lines = text.lines().filter(|line| line.contains("bytes from"));
    lines
        .filter_map(|line| {
            line.split_once("icmp_seq=")?
                .1
                .split(' ')
                .next()?
                .parse()
                .ok()
        })
        .collect()
}

/// MAC and IP address of a host.
pub(crate) fn address(lab: &Lab, host: &str) -> (String, String) {
    let host = lab
        .topology()
        .hosts()
        .iter()
        .find(|other| other.name == host)
        .unwrap();
    (host.mac.to_string(), host.ip.to_string())
}

/// What `ovs-ofctl` says, in OpenFlow 1.3 and with port numbers.
#[track_caller]
pub(crate) fn ofctl(arguments: &[&str]) -> String {
    let mut command = Command::new("ovs-ofctl");
    let output = command
        .args(["-OOpenFlow13", "--no-names"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The entries of a switch without their counters, sorted.
pub(crate) fn table(switch: &str) -> Vec<String> {
    let dump = ofctl(&["--no-stats", "dump-flows", switch]);
    let mut lines: Vec<String> = dump.lines().map(|line| line.trim().to_owned()).collect();
    lines.sort();
    lines
}

/// The entries once nothing has changed for a second: a network that has just come up still grows
/// its broadcast tree.
#[track_caller]
pub(crate) fn settled_table(switch: &str) -> Vec<String> {
    let mut last = (table(switch), Instant::now());
    until("the table settles", Duration::from_secs(20), || {
        let now = table(switch);
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() > Duration::from_secs(1)).then(|| last.0.clone())
    })
    .0
}
