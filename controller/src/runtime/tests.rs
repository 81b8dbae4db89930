//! Apps in the host, on a paused clock, without switches.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use app_api::snapshot::{Location, PortRole};
use app_api::{
    App, AppContext, ConfigError, Event, HandlerBackend, HostId, Packet, PacketContext,
    PacketHandler, Priority, Rule, Snapshot, Verdict,
};
use bytes::Bytes;
use openflow::flow::{
    FlowMod, Instructions, Match, PacketIn, PacketInReason, PacketOut, Unsupported,
};
use openflow::packet::PacketView;
use openflow::{BufferId, Cookie, Dpid, MacAddr, PortNo, TableId};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{
    AppError, AppHandle, AppHost, AppState, EVENTS, Events, Registry, RegistryError, SendError,
    Surroundings,
};
use crate::metrics::{Metrics, Queue};
use crate::network::{NetworkHandle, Update};
use crate::notices::Notices;
use crate::rules::{self, AppTag};
use crate::southbound::{HandlerFeed, HandlerSource, Panicked, Switches};

const SOON: Duration = Duration::from_millis(10);

/// Writes down what it hears.
struct Recorder {
    heard: mpsc::UnboundedSender<String>,
    limit: u64,
    precedence: u8,
}

enum Say {
    /// Answer.
    Ping(oneshot::Sender<u64>),
    /// Want so many rules in each of two sets.
    Want(usize),
    Wake,
    Panic,
    /// Do nothing else until told.
    Block(std::sync::mpsc::Receiver<()>),
    Seen(PortNo),
}

impl Recorder {
    fn note(&self, what: impl Into<String>) {
        let _ = self.heard.send(what.into());
    }
}

impl App for Recorder {
    type Message = Say;

    fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event) {
        self.note(match event {
            Event::Resync => format!("resync at {}", ctx.snapshot().seq),
            Event::HostAdded(host) => format!("host {host}"),
            other => format!("{other:?}"),
        });
        if let Event::SwitchDown(_) = event {
            panic!("no switch, no app");
        }
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, message: Say) {
        match message {
            Say::Ping(reply) => drop(reply.send(self.limit)),
            Say::Want(rules) => {
                for set in ["a", "b"] {
                    let rules = (0..rules).map(|n| rule(set.len() + n)).collect();
                    ctx.set_rules(set, rules, "asked for");
                }
            }
            Say::Wake => ctx.wake_after(Duration::from_secs(5)),
            Say::Panic => panic!("as told"),
            Say::Block(until) => {
                self.note("blocked");
                // Who held us may be gone: go on as well.
                let _ = until.recv();
            }
            Say::Seen(port) => self.note(format!("packet at {port}")),
        }
    }

    fn wake(&mut self, _: &mut AppContext<'_>) {
        self.note("awake");
    }

    fn packet_handler(&mut self, dpid: Dpid) -> Option<Box<dyn PacketHandler<Message = Say>>> {
        Some(Box::new(Recording {
            dpid,
            packets: 0,
            limit: self.limit,
        }))
    }

    fn precedence(&self) -> u8 {
        self.precedence
    }

    fn configure(&mut self, ctx: &mut AppContext<'_>, settings: &Value) -> Result<(), ConfigError> {
        ctx.set_rules("settings", vec![rule(99)], "settings");
        self.limit = settings["limit"]
            .as_u64()
            .ok_or_else(|| ConfigError::new("limit", "give a number"))?;
        Ok(())
    }

    fn settings(&self) -> Value {
        json!({ "limit": self.limit })
    }

    fn status(&self) -> Value {
        json!({ "limit": self.limit })
    }
}

struct Recording {
    dpid: Dpid,
    packets: u64,
    limit: u64,
}

impl PacketHandler for Recording {
    type Message = Say;

    fn packet_in(&mut self, ctx: &mut PacketContext<'_, Say>, _: &Packet<'_>) -> Verdict {
        assert_eq!(ctx.at().dpid, self.dpid);
        self.packets += 1;
        assert!(self.packets <= self.limit, "too many packets");
        let _ = ctx.tell(Say::Seen(ctx.at().port));
        Verdict::Pass
    }
}

fn rule(host: usize) -> Rule {
    let [.., last] = host.to_be_bytes();
    Rule::new(
        Dpid(1),
        Priority::new(1),
        Match::any().eth_dst(MacAddr([2, 0, 0, 0, 0, last])),
        Instructions::drop(),
    )
}

struct Lab {
    host: AppHost,
    /// In the order of the apps.
    handles: Vec<AppHandle<Say>>,
    heard: Vec<mpsc::UnboundedReceiver<String>>,
    surroundings: Surroundings,
}

impl Lab {
    /// `ping` and `pong`, not started.
    async fn new() -> Self {
        let (network, _) = NetworkHandle::without_writer();
        let metrics = Metrics::new();
        let (events, notices) = (Events::default(), Notices::default());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mut registry = Registry::default();
        let mut handles = Vec::new();
        let mut heard = Vec::new();
        for (name, precedence) in [("ping", 0), ("pong", 1)] {
            let (sender, receiver) = unbounded();
            let make = move || Recorder {
                heard: sender.clone(),
                limit: 2,
                precedence,
            };
            handles.push(registry.add(name, "A test", make).unwrap());
            heard.push(receiver);
        }
        let order = ["ping".to_owned()];
        let services = rules::Services {
            network: network.clone(),
            events: events.clone(),
            notices: notices.clone(),
            metrics: Arc::clone(&metrics),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        let rules = rules::start(&registry.in_order(&order).unwrap(), services);
        let surroundings = Surroundings {
            network,
            events,
            rules,
            switches: Switches::default(),
            notices,
            metrics,
            stop,
            tasks,
        };
        Self {
            host: AppHost::new(registry, &order, surroundings.clone()).unwrap(),
            handles,
            heard,
            surroundings,
        }
    }

    async fn started() -> Self {
        let lab = Self::new().await;
        lab.host.start("ping", None).await.unwrap();
        lab.host.start("pong", None).await.unwrap();
        lab
    }

    async fn say(&self, app: usize, message: Say) {
        self.handles[app].send(message).await.unwrap();
    }

    /// What an app heard next.
    async fn hears(&mut self, app: usize) -> String {
        self.heard[app].recv().await.unwrap()
    }

    fn state(&self, app: usize) -> AppState {
        self.host.apps()[app].state.clone()
    }

    fn publish(&self, event: Event) {
        let update = Update {
            snapshot: Arc::new(Snapshot::default()),
            events: vec![event],
            deltas: Vec::new(),
        };
        self.surroundings
            .network
            .updates
            .send(Arc::new(update))
            .unwrap();
    }

    fn drops(&self, queue: &'static str) -> u64 {
        let drops = &self.surroundings.metrics.queue_drops;
        drops.get_or_create(&Queue { queue }).get()
    }
}

#[expect(clippy::disallowed_methods, reason = "the test reads it to its end")]
fn unbounded() -> (
    mpsc::UnboundedSender<String>,
    mpsc::UnboundedReceiver<String>,
) {
    mpsc::unbounded_channel()
}

struct NoSwitch;

impl HandlerBackend for NoSwitch {
    fn packet_out(&mut self, _: &PacketOut) -> Result<(), Unsupported> {
        Ok(())
    }

    fn flow_mod(&mut self, _: &FlowMod) -> Result<(), Unsupported> {
        Ok(())
    }

    fn packet_out_at(&mut self, _: Dpid, _: PacketOut) {}
}

/// Gives a packet to all handlers of a connection; whose it was given to, and how that went.
fn packet_in(
    feed: &mut Box<dyn HandlerFeed>,
    dpid: u64,
) -> Vec<(Cookie, Result<Verdict, Panicked>)> {
    let data = Bytes::from_static(&[0; 60]);
    let message = PacketIn {
        buffer_id: BufferId::NONE,
        total_len: 60,
        reason: PacketInReason::NoMatch,
        table: TableId(0),
        cookie: Cookie(0),
        in_port: PortNo(3),
        data: data.clone(),
    };
    let headers = PacketView::parse(&data).unwrap();
    let packet = Packet {
        message: &message,
        headers: &headers,
        ingress: PortRole::Edge,
    };
    let at = Location {
        dpid: Dpid(dpid),
        port: PortNo(3),
    };
    let snapshot = Arc::default();
    let now = std::time::Instant::now();
    let handlers = feed.handlers().iter_mut();
    handlers
        .map(|handler| {
            let verdict = handler.packet_in(at, &snapshot, now, &mut NoSwitch, &packet);
            (handler.cookie(), verdict)
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_app_begins_with_a_resync_and_hears_what_happens_then() {
    let mut lab = Lab::started().await;
    let host = HostId {
        mac: MacAddr([2, 0, 0, 0, 0, 1]),
        vlan: None,
    };
    lab.publish(Event::HostAdded(host));
    for app in 0..2 {
        assert_eq!(lab.hears(app).await, "resync at 0");
        assert_eq!(lab.hears(app).await, "host 02:00:00:00:00:01");
    }
    assert_eq!(lab.state(0), AppState::Running);
}

#[tokio::test(start_paused = true)]
async fn messages_are_answered_while_it_runs_only() {
    let lab = Lab::new().await;
    let (reply, _) = oneshot::channel();
    let sent = lab.handles[0].send(Say::Ping(reply)).await;
    assert_eq!(sent, Err(SendError::NotRunning));
    lab.host
        .start("ping", Some(json!({ "limit": 7 })))
        .await
        .unwrap();
    let (reply, answer) = oneshot::channel();
    lab.say(0, Say::Ping(reply)).await;
    assert_eq!(answer.await, Ok(7));
    lab.host.stop("ping").await.unwrap();
    let (reply, _) = oneshot::channel();
    let sent = lab.handles[0].send(Say::Ping(reply)).await;
    assert_eq!(sent, Err(SendError::NotRunning));
}

#[tokio::test(start_paused = true)]
async fn what_it_wants_is_counted_and_withdrawn_when_it_stops() {
    let lab = Lab::started().await;
    let rules = &lab.surroundings.rules;
    lab.say(0, Say::Want(3)).await;
    lab.say(1, Say::Want(1)).await;
    sleep(SOON).await;
    assert_eq!((rules.wanted("ping"), rules.wanted("pong")), (6, 2));
    lab.host.stop("ping").await.unwrap();
    sleep(SOON).await;
    assert_eq!((rules.wanted("ping"), rules.wanted("pong")), (0, 2));
    assert_eq!(lab.state(0), AppState::Stopped);

    // Shutdown is no stop: rules stay on the switches.
    lab.surroundings.stop.cancel();
    lab.surroundings.tasks.close();
    lab.surroundings.tasks.wait().await;
    assert_eq!(rules.wanted("pong"), 2);
    assert_eq!(lab.host.start("ping", None).await, Err(AppError::Stopping));
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_that_app_only() {
    let mut lab = Lab::started().await;
    let changes = lab.host.watch();
    let before = *changes.borrow();
    lab.say(0, Say::Want(3)).await;
    lab.say(0, Say::Panic).await;
    sleep(SOON).await;
    assert_eq!(
        lab.state(0),
        AppState::Failed("panicked at a message: as told".to_owned())
    );
    assert_eq!(lab.surroundings.rules.wanted("ping"), 0);
    let notices = lab.surroundings.notices.after(0);
    assert_eq!(notices[0].code, "app_failed");
    assert_eq!(
        notices[0].message,
        "app ping failed: it panicked at a message: as told"
    );
    assert!(*changes.borrow() > before);
    assert_eq!(lab.state(1), AppState::Running);
    lab.say(1, Say::Seen(PortNo(1))).await;
    assert_eq!(lab.hears(1).await, "resync at 0");
    assert_eq!(lab.hears(1).await, "packet at 1");

    // It may be started again.
    lab.host.start("ping", None).await.unwrap();
    assert_eq!(lab.state(0), AppState::Running);
    lab.publish(Event::SwitchDown(Dpid(1)));
    sleep(SOON).await;
    let AppState::Failed(why) = lab.state(0) else {
        panic!("{:?}", lab.state(0));
    };
    assert!(
        why.starts_with("panicked at an event: no switch, no app (SwitchDown"),
        "{why}"
    );
}

#[tokio::test(start_paused = true)]
async fn settings_are_taken_or_refused_and_kept() {
    let lab = Lab::started().await;
    let rules = &lab.surroundings.rules;
    assert_eq!(lab.host.settings("ping").await, Ok(json!({ "limit": 2 })));
    let wrong = lab.host.configure("ping", json!({ "limit": "many" })).await;
    let error = ConfigError::new("limit", "give a number");
    assert_eq!(wrong, Err(AppError::Config(error.clone())));
    assert_eq!(lab.host.settings("ping").await, Ok(json!({ "limit": 2 })));
    assert_eq!(rules.wanted("ping"), 0, "what it wanted while it refused");
    lab.host
        .configure("ping", json!({ "limit": 5 }))
        .await
        .unwrap();
    assert_eq!(lab.host.status("ping").await, Ok(json!({ "limit": 5 })));
    sleep(SOON).await;
    assert_eq!(rules.wanted("ping"), 1);

    lab.host.stop("ping").await.unwrap();
    assert_eq!(lab.host.settings("ping").await, Ok(json!({ "limit": 5 })));
    assert_eq!(lab.host.status("ping").await, Ok(json!({})));
    let wrong = lab.host.start("ping", Some(json!({}))).await;
    assert_eq!(wrong, Err(AppError::Config(error)));
    assert_eq!(lab.state(0), AppState::Stopped);
    lab.host.start("ping", None).await.unwrap();
    assert_eq!(lab.host.settings("ping").await, Ok(json!({ "limit": 5 })));
    let unknown = lab.host.start("pang", None).await;
    assert_eq!(unknown, Err(AppError::Unknown("pang".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn it_is_woken_once() {
    let mut lab = Lab::started().await;
    lab.say(0, Say::Wake).await;
    assert_eq!(lab.hears(0).await, "resync at 0");
    sleep(Duration::from_secs(4)).await;
    assert!(lab.heard[0].try_recv().is_err());
    sleep(Duration::from_secs(2)).await;
    assert_eq!(lab.hears(0).await, "awake");
    let quiet = timeout(Duration::from_secs(100), lab.hears(0)).await;
    assert!(quiet.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_does_not_keep_up_begins_anew() {
    let mut lab = Lab::started().await;
    assert_eq!(lab.hears(0).await, "resync at 0");
    let (go_on, until) = std::sync::mpsc::channel();
    lab.say(0, Say::Block(until)).await;
    assert_eq!(lab.hears(0).await, "blocked");
    let host = |n: u8| {
        Event::HostAdded(HostId {
            mac: MacAddr([2, 0, 0, 0, 0, n]),
            vlan: None,
        })
    };
    for _ in 0..EVENTS + 10 {
        lab.surroundings.events.publish(&host(1));
    }
    lab.surroundings.events.publish(&host(2));
    go_on.send(()).unwrap();
    let mut heard = Vec::new();
    loop {
        let next = lab.hears(0).await;
        if next == "host 02:00:00:00:00:02" {
            break;
        }
        heard.push(next);
    }
    let resyncs = heard
        .iter()
        .filter(|event| event.starts_with("resync"))
        .count();
    assert_eq!(resyncs, 1);
    assert!(heard.len() < EVENTS);
    assert!(lab.drops("app_events") >= EVENTS as u64);
}

#[tokio::test(start_paused = true)]
async fn handlers_come_in_the_order_of_precedence_and_go_with_their_app() {
    let mut lab = Lab::new().await;
    let mut feed = lab.host.connect(Dpid(1));
    assert!(packet_in(&mut feed, 1).is_empty());
    lab.host.start("ping", None).await.unwrap();
    lab.host.start("pong", None).await.unwrap();
    sleep(SOON).await;
    let cookies = ["pong", "ping"].map(|app| AppTag::of(app).reactive());
    let given: Vec<_> = packet_in(&mut feed, 1)
        .into_iter()
        .map(|(c, _)| c)
        .collect();
    assert_eq!(given, cookies);
    assert_eq!(lab.hears(0).await, "resync at 0");
    assert_eq!(lab.hears(0).await, "packet at 3");
    lab.host.stop("pong").await.unwrap();
    let given: Vec<_> = packet_in(&mut feed, 1)
        .into_iter()
        .map(|(c, _)| c)
        .collect();
    assert_eq!(given, cookies[1..]);

    // A connection that comes later gets handlers of its own.
    let mut second = lab.host.connect(Dpid(2));
    sleep(SOON).await;
    assert_eq!(packet_in(&mut second, 2).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_takes_its_app_with_it() {
    let lab = Lab::started().await;
    let mut feed = lab.host.connect(Dpid(1));
    sleep(SOON).await;
    for _ in 0..2 {
        packet_in(&mut feed, 1);
    }
    let verdicts: Vec<_> = packet_in(&mut feed, 1)
        .into_iter()
        .map(|(_, v)| v)
        .collect();
    assert_eq!(verdicts, [Err(Panicked), Err(Panicked)]);
    // Until its app is gone it lets everything pass.
    let verdicts: Vec<_> = packet_in(&mut feed, 1)
        .into_iter()
        .map(|(_, v)| v)
        .collect();
    assert_eq!(verdicts, [Ok(Verdict::Pass), Ok(Verdict::Pass)]);
    sleep(SOON).await;
    let failed = AppState::Failed("panicked at a packet: too many packets".to_owned());
    assert_eq!(lab.state(0), failed);
    assert_eq!(packet_in(&mut feed, 1), []);
}

#[test]
fn names_of_apps_are_checked() {
    let mut registry = Registry::default();
    let make = || Quiet;
    registry.add("a-1", "", make).unwrap();
    for wrong in ["", "core", "A", "a b", "a_b"] {
        let error = registry.add(wrong, "", make).map(drop);
        assert_eq!(error, Err(RegistryError::BadName(wrong.to_owned())));
    }
    let taken = registry.add("a-1", "", make).map(drop);
    assert_eq!(taken, Err(RegistryError::Taken("a-1".to_owned())));
    registry.add("b", "", make).unwrap();
    let order = registry.in_order(&["b".to_owned()]).unwrap();
    assert_eq!(
        order.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["b", "a-1"]
    );
    let unknown = registry.in_order(&["c".to_owned()]);
    assert_eq!(unknown, Err(AppError::Unknown("c".to_owned())));
}

struct Quiet;

impl App for Quiet {
    type Message = ();

    fn event(&mut self, _: &mut AppContext<'_>, _: &Event) {}
}

#[test]
fn a_place_sorts_by_precedence_then_by_order() {
    let place = |precedence, rank| super::feed::Place {
        precedence: Reverse(precedence),
        rank,
    };
    let mut places = [place(0, 0), place(0, 1), place(1, 2)];
    places.sort();
    assert_eq!(places.map(|p| p.rank), [2, 0, 1]);
}
