//! A virtual address before web servers: who answers, and what clients notice when servers come
//! and go.

use std::time::Duration;

use pointsman_tests::{Lab, until};
use reqwest::Method;
use serde_json::{Value, json};
use topologies::mininet::{OpenFlow, Running};

use crate::support::{Scene, address, table};
use crate::web::{Client, Request, SERVER_PORT, ask, failures, now, serve, shares};

const VIP: &str = "10.0.0.100";
const URL: &str = "http://10.0.0.100/";
const POOL: &str = "/api/v1/pools/web";
/// In three pods of a fat-tree of 4.
const SERVERS: [&str; 3] = ["h1", "h6", "h11"];
/// All other hosts but one.
const CLIENTS: [&str; 12] = [
    "h2", "h3", "h4", "h5", "h7", "h8", "h9", "h10", "h12", "h13", "h14", "h15",
];

/// A network with web servers and the load balancer beside routing.
struct Farm {
    scene: Scene,
    servers: Vec<Running>,
}

impl Farm {
    /// Without a pool yet.
    fn start(openflow: OpenFlow) -> Self {
        Self::with(openflow, &["--apps", "routing,load-balancer"])
    }

    fn with(openflow: OpenFlow, arguments: &[&str]) -> Self {
        let scene = Scene::known_with("fat-tree,4", openflow, arguments);
        let servers = SERVERS.map(|host| serve(&scene.lab, host)).into();
        Self { scene, servers }
    }

    /// With a pool made over REST, whose servers are known to be well.
    fn serving(openflow: OpenFlow, pool: &Value) -> Self {
        let farm = Self::start(openflow);
        farm.create(pool);
        farm.wait_until_healthy();
        farm
    }

    fn lab(&self) -> &Lab {
        &self.scene.lab
    }

    #[track_caller]
    fn create(&self, pool: &Value) {
        let (status, answer) = self.request(Method::POST, "/api/v1/pools", Some(pool));
        assert_eq!(status, 201, "{answer}");
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.scene.controller.request(method, path, body)
    }

    #[track_caller]
    fn wait_until_healthy(&self) {
        self.wait_until_state(&["healthy"; 3]);
    }

    /// The states of the pool's servers, in their order.
    #[track_caller]
    fn wait_until_state(&self, wanted: &[&str]) {
        self.scene
            .controller
            .until(POOL, Duration::from_secs(10), |pool| states(pool) == wanted);
    }

    #[track_caller]
    fn set_server(&self, host: &str, change: &Value) {
        let path = format!("{POOL}/servers/{}", address(self.lab(), host).1);
        let (status, answer) = self.request(Method::PATCH, &path, Some(change));
        assert_eq!(status, 200, "{answer}");
    }
}

fn states(pool: &Value) -> Vec<&str> {
    let servers = pool["status"].as_array().unwrap().iter();
    servers.map(|s| s["state"].as_str().unwrap()).collect()
}

/// The servers of a farm with weights, behind the virtual address.
fn pool(algorithm: &str, affinity: &str, weights: [u8; 3]) -> Value {
    let server = |(host, weight): (&str, u8)| {
        let number = host.trim_start_matches('h');
        json!({"address": format!("10.0.0.{number}"), "port": SERVER_PORT, "weight": weight})
    };
    let servers: Vec<Value> = SERVERS.into_iter().zip(weights).map(server).collect();
    json!({
        "name": "web", "vip": VIP, "port": 80,
        "algorithm": algorithm, "affinity": affinity, "servers": servers,
    })
}

/// Every request was answered, and the servers' shares are within 20 % of their weights.
#[track_caller]
fn assert_shared(requests: &[Request], weights: [u8; 3]) {
    let shares = shares(requests);
    let all = f64::from(weights.iter().map(|w| u32::from(*w)).sum::<u32>());
    for (server, weight) in SERVERS.into_iter().zip(weights) {
        let expected = requests.len() as f64 * f64::from(weight) / all;
        let got = shares.get(server).copied().unwrap_or(0) as f64;
        assert!((got - expected).abs() <= 0.2 * expected, "{shares:?}");
    }
}

/// No client was served by two servers.
#[track_caller]
fn assert_clients_stay(requests: &[Request]) {
    for client in CLIENTS {
        let own: Vec<Request> = requests
            .iter()
            .filter(|request| request.client == client)
            .cloned()
            .collect();
        let shares = shares(&own);
        assert!(shares.len() <= 1, "{client}: {shares:?}");
    }
}

#[test]
fn a_pool_of_the_configuration_shares_clients_out() {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let servers = ["10.0.0.1", "10.0.0.6", "10.0.0.11"]
        .map(|address| format!("{{ address = \"{address}\", port = {SERVER_PORT} }}"))
        .join(", ");
    let text = format!(
        "[apps]\nrun = [\"routing\", \"load-balancer\"]\n\
         [[apps.load-balancer.pools]]\n\
         name = \"web\"\nvip = \"{VIP}\"\nport = 80\nservers = [{servers}]\n"
    );
    std::fs::write(file.path(), text).unwrap();
    let farm = Farm::with(OpenFlow::V1_3, &["--config", file.path().to_str().unwrap()]);
    farm.wait_until_healthy();

    let requests = ask(farm.lab(), &CLIENTS, URL, 25);
    assert_shared(&requests, [1, 1, 1]);
    assert_clients_stay(&requests);

    let pool = farm.scene.controller.get(POOL);
    for server in pool["status"].as_array().unwrap() {
        assert_eq!(
            (&server["active"], &server["total"]),
            (&json!(4), &json!(4))
        );
    }
    // Everything else goes on as if there were no balancer.
    farm.lab().assert_pingall();
    let direct = format!("http://10.0.0.6:{SERVER_PORT}/");
    let requests = ask(farm.lab(), &["h2", "h16"], &direct, 3);
    assert_eq!(shares(&requests)["h6"], 6);
}

fn shares_by_weight(openflow: OpenFlow) {
    let weights = [1, 1, 2];
    let farm = Farm::serving(openflow, &pool("weighted", "client", weights));
    let requests = ask(farm.lab(), &CLIENTS, URL, 25);
    assert_shared(&requests, weights);
    assert_clients_stay(&requests);

    let by_connection = pool("weighted", "connection", weights);
    let (status, answer) = farm.request(Method::PUT, POOL, Some(&by_connection));
    assert_eq!(status, 200, "{answer}");
    assert_shared(&ask(farm.lab(), &["h16"], URL, 300), weights);
}

#[test]
fn shares_follow_the_weights() {
    shares_by_weight(OpenFlow::V1_3);
}

#[test]
fn shares_follow_the_weights_on_openflow_1_0() {
    shares_by_weight(OpenFlow::V1_0);
}

/// Clients whose requests last, one after the other so that each is counted before the next.
fn open_slowly<'a>(farm: &'a Farm, clients: &[&str]) -> Vec<Client<'a>> {
    let url = format!("{URL}slow/600");
    let active = || {
        let pool = farm.scene.controller.get(POOL);
        let servers = pool["status"].as_array().unwrap().iter();
        servers.map(|s| s["active"].as_u64().unwrap()).sum::<u64>()
    };
    let open = |client: &&str| {
        let before = active();
        let client = Client::start(farm.lab(), client, &url, 1, Duration::ZERO);
        until("the connection is open", Duration::from_secs(10), || {
            (active() > before).then_some(())
        });
        client
    };
    clients.iter().map(open).collect()
}

fn active(farm: &Farm) -> Vec<u64> {
    let pool = farm.scene.controller.get(POOL);
    let servers = pool["status"].as_array().unwrap().iter();
    servers.map(|s| s["active"].as_u64().unwrap()).collect()
}

#[test]
fn the_server_with_the_fewest_connections_is_next() {
    let mut first_two = pool("least_connections", "connection", [1, 1, 1]);
    let third = first_two["servers"].as_array_mut().unwrap().pop();
    let farm = Farm::start(OpenFlow::V1_3);
    farm.create(&first_two);
    farm.wait_until_state(&["healthy"; 2]);
    let _long = open_slowly(&farm, &CLIENTS[..6]);
    assert_eq!(active(&farm), [3, 3]);

    let mut all = first_two;
    all["servers"].as_array_mut().unwrap().extend(third);
    let (status, answer) = farm.request(Method::PUT, POOL, Some(&all));
    assert_eq!(status, 200, "{answer}");
    farm.wait_until_healthy();
    let _more = open_slowly(&farm, &CLIENTS[6..9]);
    assert_eq!(active(&farm), [3, 3, 3]);
    let _last = open_slowly(&farm, &CLIENTS[9..]);
    assert_eq!(active(&farm), [4, 4, 4]);
}

/// Every client asks ten times a second, from before the harm until after.
fn clients_go_on(farm: &Farm) -> Vec<Client<'_>> {
    let pause = Duration::from_millis(100);
    let start = |host: &&str| Client::start(farm.lab(), host, URL, 10_000, pause);
    let clients: Vec<Client<'_>> = CLIENTS.iter().map(start).collect();
    for client in &clients {
        client.go_on_for(3);
    }
    clients
}

/// Requests of all of them, having gone on for four seconds.
fn stop(clients: Vec<Client<'_>>) -> Vec<Request> {
    let until_then = now() + 4.0;
    for client in &clients {
        until("it asks on", Duration::from_secs(30), || {
            let requests = client.requests();
            let last = requests.last()?;
            (last.asked >= until_then).then_some(())
        });
    }
    clients.into_iter().flat_map(Client::stop).collect()
}

/// The longest time after the harm at which a request failed, which is three seconds at most.
#[track_caller]
fn assert_only_failed_soon_after(harm: f64, requests: &[Request]) {
    let failed = failures(requests);
    let before: Vec<_> = failed.iter().filter(|r| r.answered < harm).collect();
    assert!(before.is_empty(), "before anything happened: {before:?}");
    let late: Vec<_> = failed.iter().filter(|r| r.answered > harm + 3.0).collect();
    assert!(late.is_empty(), "{late:?}");
}

fn served_after<'a>(time: f64, requests: &'a [Request], server: &str) -> Option<&'a Request> {
    let mut later = requests.iter().filter(|request| request.asked > time);
    later.find(|request| request.server() == Some(server))
}

#[test]
fn a_server_that_dies_is_left_and_gets_clients_again_when_it_is_back() {
    let farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    let clients = clients_go_on(&farm);
    let killed = now();
    farm.lab().kill(farm.servers[1]).unwrap();
    let requests = stop(clients);
    assert_only_failed_soon_after(killed, &requests);
    assert!(served_after(killed + 3.0, &requests, "h6").is_none());
    let pool = farm.scene.controller.get(POOL);
    assert_eq!(states(&pool), ["healthy", "unhealthy", "healthy"]);
    assert_eq!(pool["status"][1]["problem"], "refuses connections");

    serve(farm.lab(), "h6");
    farm.wait_until_healthy();
    // Clients stay where they are; one that is new goes round.
    let stays = ask(farm.lab(), &CLIENTS, URL, 1);
    assert!(!shares(&stays).contains_key("h6"));
    let by_connection = self::pool("round_robin", "connection", [1; 3]);
    farm.request(Method::PUT, POOL, Some(&by_connection));
    assert_shared(&ask(farm.lab(), &["h16"], URL, 30), [1; 3]);
}

#[test]
fn a_server_whose_cable_is_cut_is_left() {
    let farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    let clients = clients_go_on(&farm);
    let cut = now();
    farm.lab().ok("h6", "ip link set h6-eth0 down");
    let requests = stop(clients);
    assert_only_failed_soon_after(cut, &requests);
    assert!(served_after(cut + 3.0, &requests, "h6").is_none());
    let pool = farm.scene.controller.get(POOL);
    assert_eq!(states(&pool), ["healthy", "unhealthy", "healthy"]);
}

/// A request that takes some seconds, for which a server was chosen.
fn slow_request<'a>(farm: &'a Farm, host: &str, lines: u32) -> Client<'a> {
    let url = format!("{URL}slow/{lines}");
    let before: u64 = active(farm).iter().sum();
    let client = Client::start(farm.lab(), host, &url, 1, Duration::ZERO);
    until("the transfer begins", Duration::from_secs(10), || {
        (active(farm).iter().sum::<u64>() > before).then_some(())
    });
    client
}

/// The whole answer came; from whom.
#[track_caller]
fn whole(client: Client<'_>, lines: u32) -> String {
    let requests = client.finish();
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    let got = request.outcome.as_ref().unwrap();
    let wanted = (0..lines).map(|number| number.to_string());
    assert!(got[1..].iter().cloned().eq(wanted), "{got:?}");
    got[0].clone()
}

#[test]
fn a_drained_server_gets_nobody_new_and_finishes_what_it_has() {
    let farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    let transfers: Vec<Client<'_>> = ["h2", "h3", "h4"]
        .map(|host| slow_request(&farm, host, 60))
        .into();
    farm.set_server("h6", &json!({"draining": true}));
    farm.wait_until_state(&["healthy", "draining", "healthy"]);
    let requests = ask(farm.lab(), &CLIENTS, URL, 5);
    let given = shares(&requests);
    assert!(!given.contains_key("h6"), "{given:?}");
    let mut servers: Vec<String> = transfers.into_iter().map(|t| whole(t, 60)).collect();
    servers.sort_unstable();
    assert_eq!(servers, ["h1", "h11", "h6"]);

    farm.set_server("h6", &json!({"draining": false}));
    farm.wait_until_healthy();
}

#[test]
fn a_deleted_pool_leaves_no_entry() {
    let farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    assert_shared(&ask(farm.lab(), &CLIENTS, URL, 1), [1; 3]);
    let owned = "/api/v1/flows?owner=load-balancer";
    assert_ne!(farm.scene.controller.get(owned), json!([]));
    let (status, answer) = farm.request(Method::DELETE, POOL, None);
    assert_eq!(status, 204, "{answer}");
    farm.scene
        .controller
        .until(owned, Duration::from_secs(5), |flows| *flows == json!([]));
    for switch in farm.lab().topology().switches() {
        let entries = table(&switch.name).join("\n");
        let traces = [VIP, "02:50:0a:00:00:64", &format!("tp_dst={SERVER_PORT}")];
        assert!(traces.iter().all(|t| !entries.contains(t)), "{entries}");
    }
    let requests = ask(farm.lab(), &["h2"], URL, 1);
    assert_eq!(failures(&requests).len(), 1, "nobody answers there");
    farm.lab().assert_pingall();
}

#[test]
fn a_killed_controller_keeps_pools_and_connections() {
    let pool = pool("round_robin", "client", [1; 3]);
    let mut farm = Farm::serving(OpenFlow::Mixed, &pool);
    let before = ask(farm.lab(), &CLIENTS, URL, 1);
    let lab = &farm.scene.lab;
    let start = |host: &&str| {
        let url = format!("{URL}slow/80");
        Client::start(lab, host, &url, 1, Duration::ZERO)
    };
    let transfers: Vec<Client<'_>> = CLIENTS[..6].iter().map(start).collect();
    let controller = &mut farm.scene.controller;
    until("the transfers run", Duration::from_secs(10), || {
        let of = |host| lab.ok(host, "ss -Htn state established | wc -l");
        let count = |host| of(host).trim().parse::<usize>().unwrap();
        (SERVERS.map(count).iter().sum::<usize>() == transfers.len()).then_some(())
    });
    controller.kill();
    controller.restart();
    let remembered = controller.get(POOL);
    for field in ["vip", "port", "servers", "algorithm", "affinity"] {
        assert_eq!(remembered[field], pool[field]);
    }
    let healthy = |pool: &Value| states(pool) == ["healthy"; 3];
    controller.until(POOL, Duration::from_secs(10), healthy);
    let after = ask(lab, &CLIENTS, URL, 1);
    assert_shared(&after, [1; 3]);
    for transfer in transfers {
        whole(transfer, 80);
    }
    let both: Vec<Request> = before.into_iter().chain(after).collect();
    assert_clients_stay(&both);
}
