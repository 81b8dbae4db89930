//! Clients that ask web servers, and what they are answered.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Ground;

/// One HTTP request, on a connection of its own.
#[derive(Debug, Clone)]
pub struct Request {
    pub client: String,
    /// On the network's clock: [`Ground::now`].
    pub asked: Duration,
    pub answered: Duration,
    /// The lines of the answer, the first of which names the server; or what went wrong.
    pub outcome: Result<Vec<String>, String>,
}

impl Request {
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        Some(self.outcome.as_ref().ok()?.first()?)
    }
}

/// Requests of one host, one after the other, in the background.
#[derive(Debug)]
pub struct Client<'a, G: Ground> {
    ground: &'a G,
    requests: G::Requests,
}

impl<'a, G: Ground> Client<'a, G> {
    #[must_use]
    pub fn start(ground: &'a G, host: &str, url: &str, count: u32, pause: Duration) -> Self {
        Self {
            ground,
            requests: ground.start_requests(host, url, count, pause),
        }
    }

    /// What is answered by now.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.ground.requests(&self.requests)
    }

    /// Waits until it has been answered so often from now on.
    #[track_caller]
    pub fn go_on_for(&self, more: usize) {
        let wanted = self.requests().len() + more;
        let answered = || (self.requests().len() >= wanted).then_some(());
        self.ground
            .until("requests are answered", Duration::from_secs(30), answered);
    }

    /// Waits for the last one.
    #[must_use]
    #[track_caller]
    pub fn finish(self) -> Vec<Request> {
        self.ground.finish_requests(self.requests)
    }

    /// Ends it where it is.
    #[must_use]
    pub fn stop(self) -> Vec<Request> {
        self.ground.stop_requests(self.requests)
    }
}

/// Several hosts ask at the same time, each so often without a pause.
#[must_use]
#[track_caller]
pub fn ask(ground: &impl Ground, clients: &[&str], url: &str, each: u32) -> Vec<Request> {
    let start = |host: &&str| Client::start(ground, host, url, each, Duration::ZERO);
    let running: Vec<_> = clients.iter().map(start).collect();
    running.into_iter().flat_map(Client::finish).collect()
}

/// What was not answered.
#[must_use]
pub fn failures(requests: &[Request]) -> Vec<&Request> {
    let failed = requests.iter().filter(|request| request.outcome.is_err());
    failed.collect()
}

/// How many requests each server answered; all were.
#[must_use]
#[track_caller]
pub fn shares(requests: &[Request]) -> BTreeMap<&str, usize> {
    let failed = failures(requests);
    assert!(failed.is_empty(), "{failed:?}");
    let mut shares = BTreeMap::new();
    for request in requests {
        let server = request.server().expect("an answer names its server");
        *shares.entry(server).or_default() += 1;
    }
    shares
}
