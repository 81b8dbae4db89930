//! A virtual address before web servers: who answers, and what clients notice when servers come
//! and go.

use std::time::Duration;

use pointsman_tests::farm::{
    CLIENTS, POOL, SERVER_PORT, SERVERS, URL, VIP, assert_clients_stay, assert_shared, pool, states,
};
use pointsman_tests::web::{Request, ask, failures, shares};
use pointsman_tests::{Ground, until};
use reqwest::Method;
use serde_json::{Value, json};
use topologies::mininet::OpenFlow;

use crate::support::table;
use crate::{Client, Farm, Scene};

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
    let arguments = ["--config", file.path().to_str().unwrap()];
    let farm = Farm::on(Scene::known_with("fat-tree,4", OpenFlow::V1_3, &arguments));
    farm.wait_until_healthy();

    let requests = ask(farm.lab(), &CLIENTS, URL, 25);
    assert_shared(&requests, [1, 1, 1]);
    assert_clients_stay(&requests);

    let pool = farm.pool();
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

/// Clients whose requests last, one after the other so that each is counted before the next.
fn open_slowly<'a>(farm: &'a Farm, clients: &[&str]) -> Vec<Client<'a>> {
    let url = format!("{URL}slow/600");
    let active = || {
        let pool = farm.pool();
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
    let pool = farm.pool();
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
    farm.replace(&all);
    farm.wait_until_healthy();
    let _more = open_slowly(&farm, &CLIENTS[6..9]);
    assert_eq!(active(&farm), [3, 3, 3]);
    let _last = open_slowly(&farm, &CLIENTS[9..]);
    assert_eq!(active(&farm), [4, 4, 4]);
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
