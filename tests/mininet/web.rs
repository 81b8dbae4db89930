//! Web servers on hosts, and clients that ask them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pointsman_tests::{Lab, until};
use serde_json::Value;
use topologies::mininet::Running;

/// Where servers listen; not where clients connect to.
pub(crate) const SERVER_PORT: u16 = 8080;

/// One HTTP request, on a connection of its own.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) client: String,
    /// Seconds since the epoch.
    pub(crate) asked: f64,
    pub(crate) answered: f64,
    /// The lines of the answer, the first of which names the server; or what went wrong.
    pub(crate) outcome: Result<Vec<String>, String>,
}

impl Request {
    pub(crate) fn server(&self) -> Option<&str> {
        Some(self.outcome.as_ref().ok()?.first()?)
    }
}

/// Starts a web server on a host and waits until it listens.
#[track_caller]
pub(crate) fn serve(lab: &Lab, host: &str) -> Running {
    let command = format!("exec {} {host} {SERVER_PORT}", program("server.py"));
    let server = lab.spawn(host, &command).unwrap();
    until("the server listens", Duration::from_secs(20), || {
        let said = lab.output(server).unwrap();
        assert_eq!(said.status, None, "{}", said.text);
        said.text.contains("listening").then_some(())
    });
    server
}

/// Requests of one host, one after the other, in the background.
pub(crate) struct Client<'a> {
    lab: &'a Lab,
    host: String,
    running: Running,
}

impl<'a> Client<'a> {
    pub(crate) fn start(lab: &'a Lab, host: &str, url: &str, count: u32, pause: Duration) -> Self {
        let pause = pause.as_secs_f64();
        let command = format!("exec {} {url} {count} {pause}", program("client.py"));
        Self {
            lab,
            host: host.to_owned(),
            running: lab.spawn(host, &command).unwrap(),
        }
    }

    /// What is answered by now.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.read(&self.lab.output(self.running).unwrap().text)
    }

    /// Waits until it has been answered so often from now on.
    #[track_caller]
    pub(crate) fn go_on_for(&self, more: usize) {
        let wanted = self.requests().len() + more;
        until("requests are answered", Duration::from_secs(30), || {
            (self.requests().len() >= wanted).then_some(())
        });
    }

    /// Waits for the last one.
    #[track_caller]
    pub(crate) fn finish(self) -> Vec<Request> {
        let output = self
            .lab
            .wait(self.running, Duration::from_secs(60))
            .unwrap();
        assert_eq!(output.status, Some(0), "{}", output.text);
        self.read(&output.text)
    }

    /// Ends it where it is.
    pub(crate) fn stop(self) -> Vec<Request> {
        let text = self.lab.kill(self.running).unwrap().text;
        self.read(&text)
    }

    fn read(&self, text: &str) -> Vec<Request> {
        let lines = text.lines().filter(|line| line.ends_with('}'));
        lines.map(|line| self.read_one(line)).collect()
    }

    fn read_one(&self, line: &str) -> Request {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let words = |text: &Value| text.as_str().unwrap().to_owned();
        let lines = value["lines"].as_array();
        Request {
            client: self.host.clone(),
            asked: value["asked"].as_f64().unwrap(),
            answered: value["answered"].as_f64().unwrap(),
            outcome: lines
                .map(|lines| lines.iter().map(words).collect())
                .ok_or_else(|| words(&value["error"])),
        }
    }
}

/// Several hosts ask at the same time, each so often without a pause.
#[track_caller]
pub(crate) fn ask(lab: &Lab, clients: &[&str], url: &str, each: u32) -> Vec<Request> {
    let start = |host: &&str| Client::start(lab, host, url, each, Duration::ZERO);
    let running: Vec<Client<'_>> = clients.iter().map(start).collect();
    running.into_iter().flat_map(Client::finish).collect()
}

/// What was not answered.
pub(crate) fn failures(requests: &[Request]) -> Vec<&Request> {
    let failed = requests.iter().filter(|request| request.outcome.is_err());
    failed.collect()
}

/// How many requests each server answered; all were.
#[track_caller]
pub(crate) fn shares(requests: &[Request]) -> BTreeMap<&str, usize> {
    let failed = failures(requests);
    assert!(failed.is_empty(), "{failed:?}");
    let mut shares = BTreeMap::new();
    for request in requests {
        *shares.entry(request.server().unwrap()).or_default() += 1;
    }
    shares
}

/// Seconds since the epoch, as in [`Request`].
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs_f64()
}

/// How to run a program of `programs/`, without a wrapper of some version manager before it.
pub(crate) fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mininet/programs");
    format!("/usr/bin/python3 {}", path.join(name).display())
}
