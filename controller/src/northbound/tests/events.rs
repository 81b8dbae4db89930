use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, Response};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use super::*;

/// A client of the event stream.
pub(super) struct Follower {
    response: Response,
    waiting: String,
}

impl Follower {
    pub(super) async fn new(server: &Server, query: &str) -> Self {
        let path = format!("/api/v1/events{query}");
        let response = server.request(Method::GET, &path).send().await.unwrap();
        Self::of(response)
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            waiting: String::new(),
        }
    }

    /// The next event; the lines with its name and number must say the same as its data.
    pub(super) async fn next(&mut self) -> Value {
        let event = self.try_next().await;
        event.expect("the stream goes on")
    }

    async fn try_next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.waiting.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.waiting = rest;
                if let Some(event) = read(&event) {
                    return Some(event);
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("an event in time").unwrap()?;
            self.waiting.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn read(event: &str) -> Option<Value> {
    let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data: Value = serde_json::from_str(line("data: ")?).unwrap();
    assert_eq!(line("event: "), data["type"].as_str());
    assert_eq!(
        line("id: ").map(str::to_owned),
        Some(data["seq"].to_string())
    );
    Some(data)
}

fn cut(snapshot: &mut Snapshot) {
    let there = LinkId::new(at(1, 2), at(2, 2));
    for id in [there, there.reversed()] {
        snapshot
            .links
            .insert(id.src, Arc::new(link(id, LinkState::Down)));
    }
}

#[tokio::test]
async fn a_client_gets_a_snapshot_then_what_changes() {
    let server = Server::start().await;
    let mut events = Follower::new(&server, "").await;
    let snapshot = events.next().await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["data"]["seq"], snapshot["seq"]);
    assert_eq!(snapshot["data"]["switches"].as_array().unwrap().len(), 3);

    server.change(cut);
    let event = events.next().await;
    assert_eq!(event["type"], "link");
    assert_eq!(event["data"]["state"], "down");
    assert!(event["seq"].as_u64() > snapshot["seq"].as_u64());

    server.change(|snapshot| {
        let moved = Arc::new(host(2, at(1, 1)));
        snapshot.hosts.insert(moved.id, moved);
    });
    let event = events.next().await;
    assert_eq!(
        (&event["type"], &event["data"]["at"]["switch"]),
        (&"host".into(), &"s1".into())
    );

    server.change(|snapshot| {
        snapshot.hosts.remove(&host(2, at(1, 1)).id);
        snapshot.switches.remove(&Dpid(3));
    });
    let gone = [events.next().await, events.next().await];
    let gone = gone.map(|event| event["type"].as_str().unwrap().to_owned());
    assert_eq!(gone, ["host_removed", "switch_removed"]);
    server.shut_down().await;
}

#[tokio::test]
async fn counters_and_sightings_do_not_make_a_switch_or_a_host_an_event() {
    let server = Server::start().await;
    let mut events = Follower::new(&server, "").await;
    events.next().await;
    server.change(|snapshot| {
        let mut seen = host(1, at(1, 1));
        seen.last_seen = noon() + Duration::from_secs(60);
        snapshot.hosts.insert(seen.id, Arc::new(seen));
        let mut one = switch(1, SwitchState::Up);
        one.counters = Arc::new([(PortNo(1), app_api::PortCounters::default())].into());
        snapshot.switches.insert(one.dpid, Arc::new(one));
    });
    let event = events.next().await;
    assert_eq!(event["type"], "counters");
    assert_eq!(event["data"]["dpid"], "0000000000000001");
    assert_eq!(event["data"]["ports"]["1"]["rx_bytes"], 0);
    server.shut_down().await;
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed() {
    let server = Server::start().await;
    let mut events = Follower::new(&server, "").await;
    let before = events.next().await["seq"].clone();
    server.change(cut);
    let missed = events.next().await;
    drop(events);

    let mut again = Follower::new(&server, &format!("?since={before}")).await;
    assert_eq!(again.next().await, missed);
    let request = server.request(Method::GET, "/api/v1/events");
    let request = request.header("last-event-id", before.to_string());
    let mut again = Follower::of(request.send().await.unwrap());
    assert_eq!(again.next().await, missed);

    // From a run of the controller long ago.
    let mut stranger = Follower::new(&server, "?since=12").await;
    assert_eq!(stranger.next().await["type"], "snapshot");
    // From GET topology: nothing was missed, so the next is what happens next.
    let seq = server.get("/api/v1/topology").await["seq"].clone();
    let mut follower = Follower::new(&server, &format!("?since={seq}")).await;
    server
        .notices
        .tell(crate::notices::Severity::Info, "test", "hello");
    assert_eq!(follower.next().await["data"]["message"], "hello");
    server.shut_down().await;
}

#[tokio::test]
async fn a_websocket_gets_the_same() {
    let server = Server::start().await;
    let url = format!("ws://{}/api/v1/events", server.northbound.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut next = async || loop {
        let message = timeout(PATIENCE, socket.next()).await.unwrap();
        match message.unwrap().unwrap() {
            Message::Text(text) => break serde_json::from_str::<Value>(&text).unwrap(),
            Message::Ping(data) => socket.send(Message::Pong(data)).await.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(next().await["type"], "snapshot");
    server.change(cut);
    assert_eq!(next().await["data"]["state"], "down");
    server.shut_down().await;
    let last = timeout(PATIENCE, socket.next()).await.unwrap();
    assert!(
        matches!(last, Some(Ok(Message::Close(_))) | None),
        "{last:?}"
    );
}

#[tokio::test]
async fn streams_end_when_the_controller_stops() {
    let server = Server::start().await;
    let mut events = Follower::new(&server, "").await;
    events.next().await;
    server.shut_down().await;
    assert_eq!(events.try_next().await, None);
}

#[tokio::test]
async fn a_burst_is_one_event_an_object() {
    let server = Server::start().await;
    let mut events = Follower::new(&server, "").await;
    events.next().await;
    for n in 0..200 {
        server.change(|snapshot| {
            let moved = Arc::new(host(2, at(1 + n % 2, 1)));
            snapshot.hosts.insert(moved.id, moved);
        });
    }
    server.change(cut);
    let mut seen = 0;
    while events.next().await["type"] == "host" {
        seen += 1;
    }
    assert!(seen < 20, "{seen} events for one host");
    server.shut_down().await;
}
