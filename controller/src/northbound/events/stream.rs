//! One client of the event stream, over SSE or WebSocket.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::EventLog;
use super::log::{Next, Rendered, render};
use crate::network::NetworkHandle;
use crate::northbound::model::{EventBody, Problem};
use crate::northbound::{Api, views};

/// Silence after which a sign of life is sent, so that both sides notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A WebSocket client that takes nothing for so long is disconnected.
const SEND_DEADLINE: Duration = Duration::from_secs(20);

/// Events taken from the log at once.
const BATCH: usize = 256;

/// Query of the event stream.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::northbound) struct StreamQuery {
    /// `seq` of the last event seen: only later ones are sent, if they are still kept.
    since: Option<u64>,
    /// The bearer token, for browsers, which cannot set headers on streams.
    #[serde(rename = "token")]
    #[expect(
        dead_code,
        reason = "read by the guard, named here so that it is not unknown"
    )]
    token: Option<String>,
}

/// Answers with the stream the request asks for.
pub(in crate::northbound) fn respond(
    api: &Api,
    query: &StreamQuery,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let since = match last_event_id(headers)? {
        Some(id) => Some(id),
        None => query.since,
    };
    let permit = Arc::clone(&api.event_clients)
        .try_acquire_owned()
        .map_err(|_| {
            Problem::unavailable("too_many_clients", "too many clients follow events already")
        })?;
    let client = Client::new(api, since, permit);
    match upgrade {
        Ok(upgrade) => Ok(upgrade.on_upgrade(|socket| client.over_websocket(socket))),
        // Who asks for an upgrade and asks wrongly should hear of it.
        Err(rejection) if headers.contains_key("upgrade") => Err(Problem::new(
            rejection.status(),
            "bad_upgrade",
            rejection.body_text(),
        )),
        Err(_) => Ok(client.over_sse()),
    }
}

/// Browsers send the header when they reconnect by themselves.
fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    number.map(Some).ok_or_else(|| {
        Problem::new(
            axum::http::StatusCode::BAD_REQUEST,
            "bad_parameter",
            "`Last-Event-ID` must be the `seq` of an event",
        )
        .at("Last-Event-ID")
    })
}

/// Where a client is in the log.
struct Client {
    log: EventLog,
    newest: watch::Receiver<u64>,
    network: NetworkHandle,
    stop: CancellationToken,
    position: Option<u64>,
    /// Had a snapshot or asked for changes since: a snapshot now means it fell behind.
    following: bool,
    batch: VecDeque<Arc<Rendered>>,
    /// Given back when the client goes.
    _permit: OwnedSemaphorePermit,
}

impl Client {
    fn new(api: &Api, since: Option<u64>, permit: OwnedSemaphorePermit) -> Self {
        Self {
            log: api.events.clone(),
            newest: api.events.watch(),
            network: api.network.clone(),
            stop: api.stop.clone(),
            position: since,
            following: false,
            batch: VecDeque::new(),
            _permit: permit,
        }
    }

    /// The next event, as soon as there is one; `None` when the controller stops.
    async fn next(&mut self) -> Option<Arc<Rendered>> {
        loop {
            if let Some(event) = self.batch.pop_front() {
                return Some(event);
            }
            // Marked before looking, so that what comes between the look and the wait ends it.
            self.newest.borrow_and_update();
            match self.log.after(self.position, BATCH) {
                Next::Snapshot(seq) => return Some(self.snapshot(seq)),
                Next::Events(events) if events.is_empty() => self.wait().await?,
                Next::Events(events) => {
                    self.position = events.last().map(|event| event.seq);
                    self.following = true;
                    self.batch.extend(events);
                }
            }
        }
    }

    /// Everything up to `seq`, and maybe later changes too: those are then sent again, which
    /// changes nothing, as events carry whole objects.
    fn snapshot(&mut self, seq: u64) -> Arc<Rendered> {
        if self.following {
            self.log.count_resync();
        }
        self.following = true;
        self.position = Some(seq);
        let topology = views::topology(&self.network.snapshot(), seq);
        Arc::new(render(seq, EventBody::Snapshot(topology)))
    }

    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            changed = self.newest.changed() => changed.ok(),
        }
    }

    fn over_sse(self) -> Response {
        let keep_alive = KeepAlive::new().interval(HEARTBEAT);
        Sse::new(self.events())
            .keep_alive(keep_alive)
            .into_response()
    }

    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut client| async move {
            let event = client.next().await?;
            let sse = Event::default()
                .id(event.seq.to_string())
                .event(event.kind)
                .data(&event.json);
            Some((Ok(sse), client))
        })
    }

    async fn over_websocket(mut self, mut socket: WebSocket) {
        let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            let message = tokio::select! {
                event = self.next() => match event {
                    Some(event) => Message::text(event.json.as_str()),
                    None => break,
                },
                // Nothing is expected from the client but its leaving; pings are answered inside.
                received = socket.recv() => match received {
                    Some(Ok(_)) => continue,
                    _ => return,
                },
                _ = heartbeat.tick() => Message::Ping(axum::body::Bytes::new()),
            };
            let sent = timeout(SEND_DEADLINE, socket.send(message)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return;
            }
        }
        let _ = timeout(SEND_DEADLINE, socket.send(Message::Close(None))).await;
    }
}

#[cfg(test)]
mod tests {
    use openflow::Dpid;
    use tokio::sync::Semaphore;

    use super::super::log::Key;
    use super::*;

    #[tokio::test]
    async fn a_client_that_falls_behind_is_given_a_new_snapshot_and_counted() {
        let log = EventLog::with_capacity(4);
        let (network, _inputs) = NetworkHandle::without_writer();
        let room = Arc::new(Semaphore::new(1));
        let mut client = Client {
            newest: log.watch(),
            log: log.clone(),
            network,
            stop: CancellationToken::new(),
            position: None,
            following: false,
            batch: VecDeque::new(),
            _permit: room.try_acquire_owned().unwrap(),
        };
        assert_eq!(client.next().await.unwrap().kind, "snapshot");
        assert_eq!(log.resyncs(), 0, "the first is everybody's");
        let removed = |n| {
            let dpid = Dpid(n).to_string();
            (Key::Switch(Dpid(n)), EventBody::SwitchRemoved { dpid })
        };
        log.append((0..3).map(removed).collect());
        assert_eq!(client.next().await.unwrap().kind, "switch_removed");
        log.append((10..20).map(removed).collect());
        // What was taken from the log already is still sent.
        assert_eq!(client.next().await.unwrap().kind, "switch_removed");
        assert_eq!(client.next().await.unwrap().kind, "switch_removed");
        let resync = client.next().await.unwrap();
        assert_eq!((resync.kind, resync.seq), ("snapshot", log.newest()));
        assert_eq!(log.resyncs(), 1);
        log.append(vec![removed(1)]);
        assert_eq!(client.next().await.unwrap().seq, log.newest());
    }
}
