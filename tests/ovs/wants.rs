//! A controller in this process with one app that wants what the test says.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use app_api::{App, AppContext, Event, Rule, WantedGroup};
use openflow::GroupId;
use openflow::flow::{Action, Instructions};
use pointsman::run::{Controller, Data, RunConfig};
use pointsman::runtime::{AppHandle, Registry};
use pointsman_tests::ovs::{PrivateOvs, until_all_started};
use pointsman_tests::ports;
use serde_json::Value;
use tokio::runtime;
use tokio::time::sleep;

/// Longest wait for anything; what is to be quick is measured.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name of the bridge.
pub(crate) const BRIDGE: &str = "s1";
const DPID: &str = "0000000000000001";

/// Wants what it is told, and writes down what it hears.
struct Wants {
    heard: Arc<Mutex<Vec<Event>>>,
}

/// Runs a test in several versions at once, each on a thread of its own: they mostly wait.
pub(crate) fn in_each(protocols: &[&'static str], test: impl AsyncFn(&'static str) + Sync) {
    thread::scope(|scope| {
        for protocol in protocols {
            scope.spawn(|| {
                let mut runtime = runtime::Builder::new_multi_thread();
                let runtime = runtime.worker_threads(1).enable_all().build();
                runtime.unwrap().block_on(test(protocol));
            });
        }
    });
}

pub(crate) enum Say {
    Want(Vec<Rule>),
    /// Rules name groups by the app's own numbers.
    WantGroups(Vec<WantedGroup>, Vec<Rule>),
    Release,
}

impl App for Wants {
    type Message = Say;

    fn event(&mut self, _: &mut AppContext<'_>, event: &Event) {
        self.heard.lock().unwrap().push(event.clone());
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, message: Say) {
        match message {
            Say::Want(rules) => ctx.set_rules("test", rules, "the test says so"),
            Say::WantGroups(groups, mut rules) => {
                for rule in &mut rules {
                    name_groups(ctx, &mut rule.instructions);
                }
                ctx.set_groups("test", groups, "the test says so");
                ctx.set_rules("test", rules, "the test says so");
            }
            Say::Release => ctx.release_unclaimed(),
        }
    }
}

fn name_groups(ctx: &AppContext<'_>, instructions: &mut Instructions) {
    for action in &mut instructions.apply {
        if let Action::Group(GroupId(number)) = action {
            let number = u16::try_from(*number).expect("the app's own number");
            *action = Action::Group(ctx.group_id(number));
        }
    }
}

/// One bridge and one controller.
pub(crate) struct Lab {
    pub(crate) ovs: PrivateOvs,
    pub(crate) protocol: &'static str,
    controller: Option<Controller>,
    app: AppHandle<Say>,
    heard: Arc<Mutex<Vec<Event>>>,
    openflow: SocketAddr,
    client: reqwest::Client,
}

impl Lab {
    /// Connected.
    pub(crate) async fn start(protocol: &'static str) -> Self {
        let (controller, app, heard) = controller(ports::free()).await;
        let ovs = PrivateOvs::start();
        let openflow = controller.openflow()[0];
        ovs.add_bridge(BRIDGE, 1, protocol, 4, openflow);
        let lab = Self {
            ovs,
            protocol,
            controller: Some(controller),
            app,
            heard,
            openflow,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        lab.until("connected", async || lab.hears(is_up)).await;
        lab
    }

    /// The controller goes, leaving everything as it is, and comes again.
    pub(crate) async fn restart_controller(&mut self) {
        if let Some(controller) = self.controller.take() {
            controller.shutdown(PATIENCE).await;
        }
        let (controller, app, heard) = controller(self.openflow).await;
        (self.controller, self.app, self.heard) = (Some(controller), app, heard);
        self.until("connected", async || self.hears(is_up)).await;
    }

    pub(crate) async fn want(&self, rules: &[Rule]) {
        let sent = self.app.send(Say::Want(rules.to_vec())).await;
        sent.expect("the app runs");
    }

    pub(crate) async fn want_groups(&self, groups: &[WantedGroup], rules: &[Rule]) {
        let say = Say::WantGroups(groups.to_vec(), rules.to_vec());
        self.app.send(say).await.expect("the app runs");
    }

    pub(crate) async fn release(&self) {
        self.app.send(Say::Release).await.expect("the app runs");
    }

    pub(crate) fn hears(&self, what: impl Fn(&Event) -> bool) -> bool {
        self.heard.lock().unwrap().iter().any(what)
    }

    pub(crate) fn forget_what_was_heard(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// Flow entries as the API shows them.
    pub(crate) async fn flows(&self) -> Vec<Value> {
        let path = format!("/api/v1/switches/{DPID}/flows");
        let flows: Value = serde_json::from_str(&self.get(&path).await).unwrap();
        flows.as_array().expect("a list").clone()
    }

    /// Groups as the API shows them.
    pub(crate) async fn groups(&self) -> Vec<Value> {
        let path = format!("/api/v1/switches/{DPID}/groups");
        let groups: Value = serde_json::from_str(&self.get(&path).await).unwrap();
        groups.as_array().expect("a list").clone()
    }

    /// How many entries of the app stand how, by the API.
    pub(crate) async fn standing(&self, status: &str) -> usize {
        let flows = self.flows().await;
        let of_app = flows.iter().filter(|flow| flow["owner"] == "wants");
        of_app.filter(|flow| flow["status"] == status).count()
    }

    /// Entries as the switch itself shows them.
    pub(crate) fn dump(&self) -> Vec<String> {
        let text = self.ovs.ofctl(self.protocol, "dump-flows", BRIDGE, &[]);
        let lines = text.lines().filter(|line| line.contains("cookie="));
        lines.map(str::to_owned).collect()
    }

    /// Groups as the switch itself shows them.
    pub(crate) fn dump_groups(&self) -> Vec<String> {
        let text = self.ovs.ofctl(self.protocol, "dump-groups", BRIDGE, &[]);
        let lines = text.lines().filter(|line| line.contains("group_id="));
        lines.map(|line| line.trim().to_owned()).collect()
    }

    /// Seconds the youngest entry is there.
    pub(crate) fn youngest(&self) -> f64 {
        let ages = self.dump().into_iter().map(|line| {
            let (_, rest) = line.split_once("duration=").unwrap();
            rest.split_once("s,").unwrap().0.parse::<f64>().unwrap()
        });
        ages.fold(f64::INFINITY, f64::min)
    }

    /// A counter.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").await;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.trim().parse().ok());
        number.unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    /// Until the tables were read so many times more.
    pub(crate) async fn reads(&self, more: u64) {
        let before = self.metric("rules_reads_total").await;
        let read = async || self.metric("rules_reads_total").await > before + more;
        self.until("read", read).await;
    }

    /// Asks until it is so; how long that took.
    pub(crate) async fn until(&self, what: &str, mut ask: impl AsyncFnMut() -> bool) -> Duration {
        let begun = Instant::now();
        while !ask().await {
            if begun.elapsed() > PATIENCE {
                panic!("not {what}; entries: {:#?}", self.dump());
            }
            sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    async fn get(&self, path: &str) -> String {
        let controller = self.controller.as_ref().expect("it runs");
        let url = format!("http://{}{path}", controller.http());
        let answer = self.client.get(url).send().await.unwrap();
        answer.text().await.unwrap()
    }
}

pub(crate) fn is_up(event: &Event) -> bool {
    matches!(event, Event::SwitchUp(_))
}

async fn controller(openflow: SocketAddr) -> (Controller, AppHandle<Say>, Arc<Mutex<Vec<Event>>>) {
    // At an address of before: a listener that was closed there may have a last copy.
    until_all_started();
    let heard: Arc<Mutex<Vec<Event>>> = Arc::default();
    let mut registry = Registry::default();
    let notes = Arc::clone(&heard);
    let make = move || Wants {
        heard: Arc::clone(&notes),
    };
    let app = registry.add("wants", "What a test wants", make).unwrap();
    let mut config = RunConfig::default();
    config.openflow = Some(vec![openflow]);
    config.http = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    config.apps = vec!["wants".to_owned()];
    config.data = Data::Nowhere;
    let controller = Controller::start_with(config, registry).await;
    (controller.expect("it starts"), app, heard)
}
