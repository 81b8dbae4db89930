//! [`Lab`] as a [`Ground`]: hosts are namespaces, and what they do are programs in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use topologies::Topology;
use topologies::mininet::{Mininet, MininetError, OpenFlow, Pings, Running};

use crate::scene::host;
use crate::{Controller, Ground, Lab, Request, until};

/// A client's program in the background.
#[derive(Debug)]
pub struct Requests {
    host: String,
    running: Running,
}

impl Ground for Lab {
    type Controller = Controller;
    type Pings = Running;
    type Server = Running;
    type Requests = Requests;

    const LISTEN: Duration = Duration::from_secs(1);

    #[track_caller]
    fn start(topology: &str, openflow: OpenFlow, apps: &[&str]) -> (Self, Controller) {
        let controller = Controller::spawn(&["--apps", &apps.join(",")]);
        let lab = Self::with(topology, controller.openflow(), openflow);
        (lab, controller)
    }

    fn topology(&self) -> &Topology {
        self.topology()
    }

    /// Since the epoch, as programs on hosts see it.
    fn now(&self) -> Duration {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.expect("it is after 1970")
    }

    fn pass(&self, time: Duration) {
        std::thread::park_timeout(time);
    }

    #[track_caller]
    fn ping_all(&self) -> Pings {
        well(self.pingall())
    }

    #[track_caller]
    fn broadcast(&self, host: &str, listen: Duration) -> BTreeMap<String, u32> {
        well(Mininet::broadcast(self, host, listen))
    }

    #[track_caller]
    fn cut(&self, a: &str, b: &str) {
        well(self.link_down(a, b, 0));
    }

    #[track_caller]
    fn mend(&self, a: &str, b: &str) {
        well(self.link_up(a, b, 0));
    }

    #[track_caller]
    fn start_pings(&self, from: &str, to: &str) -> Running {
        let ip = host(self.topology(), to).ip;
        well(self.spawn(from, &format!("exec ping -n -i 0.01 {ip}")))
    }

    #[track_caller]
    fn answered(&self, pings: &Running) -> BTreeSet<u64> {
        sequence_numbers(&well(self.output(*pings)).text)
    }

    #[track_caller]
    fn stop_pings(&self, pings: Running) -> (u64, BTreeSet<u64>) {
        let text = well(self.interrupt(pings)).text;
        let mut lines = text.lines();
        let sent = lines.find_map(|line| line.split_once(" packets transmitted"));
        let sent = sent.and_then(|(count, _)| count.parse().ok());
        let sent = sent.unwrap_or_else(|| panic!("{text}"));
        (sent, sequence_numbers(&text))
    }

    #[track_caller]
    fn serve(&self, host: &str, port: u16) -> Running {
        let command = format!("exec {} {host} {port}", program("server.py"));
        let server = well(self.spawn(host, &command));
        until("the server listens", Duration::from_secs(20), || {
            let said = well(self.output(server));
            assert_eq!(said.status, None, "{}", said.text);
            said.text.contains("listening").then_some(())
        });
        server
    }

    #[track_caller]
    fn end_server(&self, server: Running) {
        well(self.kill(server));
    }

    #[track_caller]
    fn start_requests(&self, host: &str, url: &str, count: u32, pause: Duration) -> Requests {
        let pause = pause.as_secs_f64();
        let command = format!("exec {} {url} {count} {pause}", program("client.py"));
        Requests {
            host: host.to_owned(),
            running: well(self.spawn(host, &command)),
        }
    }

    #[track_caller]
    fn requests(&self, requests: &Requests) -> Vec<Request> {
        requests.read(&well(self.output(requests.running)).text)
    }

    #[track_caller]
    fn finish_requests(&self, requests: Requests) -> Vec<Request> {
        let output = well(self.wait(requests.running, Duration::from_secs(60)));
        assert_eq!(output.status, Some(0), "{}", output.text);
        requests.read(&output.text)
    }

    #[track_caller]
    fn stop_requests(&self, requests: Requests) -> Vec<Request> {
        requests.read(&well(self.kill(requests.running)).text)
    }
}

impl Requests {
    fn read(&self, text: &str) -> Vec<Request> {
        let lines = text.lines().filter(|line| line.ends_with('}'));
        let request = |line: &str| self.read_one(line).unwrap_or_else(|| panic!("{line}"));
        lines.map(request).collect()
    }

    fn read_one(&self, line: &str) -> Option<Request> {
        let value: Value = serde_json::from_str(line).ok()?;
        let words = |text: &Value| text.as_str().map(str::to_owned);
        let time = |since: &Value| Duration::try_from_secs_f64(since.as_f64()?).ok();
        let outcome = match value["lines"].as_array() {
            Some(lines) => Ok(lines.iter().map(words).collect::<Option<_>>()?),
            None => Err(words(&value["error"])?),
        };
        Some(Request {
            client: self.host.clone(),
            asked: time(&value["asked"])?,
            answered: time(&value["answered"])?,
            outcome,
        })
    }
}

/// How to run a program of `mininet/programs/`, without a wrapper of some version manager before it.
#[must_use]
pub fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mininet/programs");
    format!("/usr/bin/python3 {}", path.join(name).display())
}

/// Of the echo replies that ping has printed.
fn sequence_numbers(text: &str) -> BTreeSet<u64> {
    let lines = text.lines().filter(|line| line.contains("bytes from"));
    let numbers = lines.filter_map(|line| {
        let (_, rest) = line.split_once("icmp_seq=")?;
        rest.split(' ').next()?.parse().ok()
    });
    numbers.collect()
}

#[track_caller]
fn well<T>(done: Result<T, MininetError>) -> T {
    done.unwrap_or_else(|error| panic!("{error}"))
}
