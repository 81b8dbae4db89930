//! A controller's HTTP side, as a client sees it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};

use crate::wait::POLL;

/// Asks one controller; blocks until it has answered.
#[derive(Debug)]
pub struct Rest {
    http: SocketAddr,
    runtime: Arc<Runtime>,
    client: reqwest::Client,
}

impl Rest {
    /// Of the controller that listens, or will, at this address.
    #[must_use]
    pub fn new(http: SocketAddr) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self::on(Arc::new(runtime.expect("a runtime can be made")), http)
    }

    /// Of a controller that runs on this runtime, and by its clock.
    #[must_use]
    pub fn on(runtime: Arc<Runtime>, http: SocketAddr) -> Self {
        let client = client();
        Self {
            http,
            runtime,
            client,
        }
    }

    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// The answer to a GET, which must succeed.
    #[must_use]
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.request(Method::GET, path, None);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// Status and body of any request; null for a body that is not JSON.
    #[must_use]
    #[track_caller]
    pub fn request(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, text) = self
            .try_request(method, path, body)
            .expect("the controller answers");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The text of `/metrics`.
    #[must_use]
    #[track_caller]
    pub fn metrics(&self) -> String {
        self.try_request(Method::GET, "/metrics", None)
            .expect("the controller answers")
            .1
    }

    /// The sum of a metric over its labels that begin so, as `southbound_messages_total{type="hello"`.
    #[must_use]
    #[track_caller]
    pub fn metric(&self, begin: &str) -> f64 {
        let text = self.metrics();
        let lines = text.lines().filter(|line| line.starts_with(begin));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// Asks a path until the answer satisfies `good`; the answer and how long it took.
    #[track_caller]
    pub fn until(
        &self,
        path: &str,
        timeout: Duration,
        good: impl Fn(&Value) -> bool,
    ) -> (Value, Duration) {
        let begin = self.now();
        loop {
            let answer = self.get(path);
            let took = self.now() - begin;
            if good(&answer) {
                return (answer, took);
            }
            assert!(
                took < timeout,
                "GET {path}: not within {} s; last: {answer}",
                timeout.as_secs_f64()
            );
            self.runtime.block_on(async { sleep(POLL).await });
        }
    }

    /// On the runtime's clock.
    fn now(&self) -> Instant {
        let _inside = self.runtime.enter();
        Instant::now()
    }

    /// Whether it answers that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        self.try_request(Method::GET, "/ready", None)
            .is_ok_and(|(status, _)| status == 200)
    }

    fn try_request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<(u16, String)> {
        let mut request = self
            .client
            .request(method, format!("http://{}{path}", self.http));
        if let Some(body) = body {
            request = request.json(body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await?;
            Ok((answer.status().as_u16(), answer.text().await?))
        })
    }
}

fn client() -> reqwest::Client {
    // The way to this very machine leads through no proxy.
    let builder = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10));
    builder.build().expect("a client can be made")
}
