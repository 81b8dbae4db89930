//! Routing, failover and load balancing: the same file for every kind of network. `emulated/main.rs`
//! runs it on switches of its process, `mininet/main.rs` on Open vSwitch.

use std::time::Duration;

use pointsman_tests::farm::{
    CLIENTS, SERVERS, URL, assert_clients_stay, assert_shared, pool, states,
};
use pointsman_tests::scene::{host, links_up};
use pointsman_tests::web::{ask, failures, shares};
use pointsman_tests::{Ground, Pinging, Request};
use topologies::mininet::OpenFlow;

use crate::{Client, Farm, Lab, Scene};

/// Nothing arrives twice at any time, and from the first second after the last switch's connect
/// everything arrives once; pings get through from the first one on.
fn connects(topology: &str, openflow: OpenFlow) {
    let scene = Scene::started(topology, openflow, &["routing"]);
    scene.wait_until_connected(Duration::from_secs(10));
    let connected = scene.lab.now();
    if scene.has_loop() {
        while scene.lab.now() - connected < Duration::from_secs(1) {
            let arrived = scene.lab.broadcast("h1", Duration::from_millis(100));
            assert!(arrived.values().all(|&count| count <= 1), "{arrived:?}");
        }
        scene.lab.assert_broadcast_once("h1");
    }
    scene.wait_until_known(Duration::from_secs(10));
    scene.lab.assert_pingall();
    if scene.has_loop() {
        let last = &scene.lab.topology().hosts().last().unwrap().name;
        scene.lab.assert_broadcast_once(last);
    }
}

macro_rules! networks {
    ($($name:ident: $topology:literal;)+) => { $(
        mod $name {
            use super::{OpenFlow, connects};

            #[test]
            fn on_1_3() {
                connects($topology, OpenFlow::V1_3);
            }

            #[test]
            fn on_1_0() {
                connects($topology, OpenFlow::V1_0);
            }

            #[test]
            fn on_both_mixed() {
                connects($topology, OpenFlow::Mixed);
            }
        }
    )+ };
}

networks! {
    single: "single,4";
    linear: "linear,4";
    tree: "tree,2,3";
    ring: "ring,6";
    torus: "torus,3,3";
    fat_tree: "fat-tree,4";
    mesh: "mesh,5";
    parallel: "parallel,3";
    abilene: "abilene";
}

#[test]
fn a_fat_tree_is_known_within_3_s_and_pinged_within_30_s() {
    let scene = Scene::started("fat-tree,4", OpenFlow::V1_3, &["routing"]);
    let begin = scene.lab.now();
    let known = scene.wait_until_known(Duration::from_secs(10));
    assert_eq!(scene.wanted_links().len(), 32);
    assert!(known < Duration::from_secs(3), "{known:?}");
    scene.lab.assert_pingall();
    let pinged = scene.lab.now() - begin;
    assert!(pinged < Duration::from_secs(30), "{pinged:?}");
    // 32 between switches and 16 to hosts.
    let map = scene.controller.get("/api/v1/topology");
    assert_eq!(map["hosts"].as_array().unwrap().len(), 16);
}

/// The most that may be missed when a link on the path is cut.
const REROUTE: Duration = Duration::from_millis(300);

fn survives_a_cut(topology: &str, from: &str, to: &str) {
    let scene = Scene::known(topology);
    scene.lab.assert_pingall();
    let pinging = Pinging::start(&scene.lab, from, to);
    let path = scene.path(from, to);
    let (a, b) = (&path[path.len() / 2 - 1], &path[path.len() / 2]);
    scene.lab.cut(a, b);
    pinging.go_on_for(Duration::from_secs(1));
    let answers = pinging.finish();
    assert!(answers.longest_gap() <= REROUTE, "{a}-{b} cut: {answers:?}");

    let pinging = Pinging::start(&scene.lab, from, to);
    scene.lab.mend(a, b);
    let wanted = scene.wanted_links();
    scene
        .controller
        .until("/api/v1/topology", Duration::from_secs(10), |map| {
            links_up(map) == wanted
        });
    pinging.go_on_for(Duration::from_secs(2));
    let answers = pinging.finish();
    assert!(answers.missing.is_empty(), "{a}-{b} mended: {answers:?}");
    scene.lab.assert_pingall();
    scene.lab.assert_broadcast_once(from);
}

#[test]
fn a_ring_survives_a_cut() {
    survives_a_cut("ring,6", "h1", "h4");
}

#[test]
fn a_fat_tree_survives_a_cut() {
    survives_a_cut("fat-tree,4", "h1", "h16");
}

#[test]
fn parallel_links_stand_in_for_each_other() {
    survives_a_cut("parallel,3", "h1", "h2");
}

fn shares_by_weight(openflow: OpenFlow) {
    let weights = [1, 1, 2];
    let farm = Farm::serving(openflow, &pool("weighted", "client", weights));
    let requests = ask(farm.lab(), &CLIENTS, URL, 25);
    assert_shared(&requests, weights);
    assert_clients_stay(&requests);

    farm.replace(&pool("weighted", "connection", weights));
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

#[test]
fn a_server_that_dies_is_left_and_gets_clients_again_when_it_is_back() {
    let mut farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    let clients = clients_go_on(&farm.scene);
    let killed = farm.scene.lab.now();
    // By its place, so that the clients may go on.
    let dead = farm.servers.remove(1);
    farm.scene.lab.end_server(dead);
    let requests = stop(&farm.scene.lab, clients);
    assert_only_failed_soon_after(killed, &requests);
    assert!(served_after(killed + LEFT, &requests, SERVERS[1]).is_none());
    let pool = farm.pool();
    assert_eq!(states(&pool), ["healthy", "unhealthy", "healthy"]);
    assert_eq!(pool["status"][1]["problem"], "refuses connections");

    farm.serve(SERVERS[1]);
    farm.wait_until_healthy();
    // Clients stay where they are; one that is new goes round.
    let stays = ask(farm.lab(), &CLIENTS, URL, 1);
    assert!(!shares(&stays).contains_key(SERVERS[1]));
    farm.replace(&self::pool("round_robin", "connection", [1; 3]));
    assert_shared(&ask(farm.lab(), &["h16"], URL, 30), [1; 3]);
}

#[test]
fn a_server_whose_cable_is_cut_is_left() {
    let farm = Farm::serving(OpenFlow::V1_3, &pool("round_robin", "client", [1; 3]));
    let clients = clients_go_on(&farm.scene);
    let cut = farm.lab().now();
    let edge = &host(farm.lab().topology(), SERVERS[1]).switch;
    farm.lab().cut(SERVERS[1], edge);
    let requests = stop(farm.lab(), clients);
    assert_only_failed_soon_after(cut, &requests);
    assert!(served_after(cut + LEFT, &requests, SERVERS[1]).is_none());
    assert_eq!(states(&farm.pool()), ["healthy", "unhealthy", "healthy"]);
}

/// Every client asks ten times a second, from before the harm until after.
fn clients_go_on(scene: &Scene) -> Vec<Client<'_>> {
    let pause = Duration::from_millis(100);
    let start = |host: &&str| Client::start(&scene.lab, host, URL, 10_000, pause);
    let clients: Vec<Client<'_>> = CLIENTS.iter().map(start).collect();
    for client in &clients {
        client.go_on_for(3);
    }
    clients
}

/// Requests of all of them, having gone on for four seconds.
fn stop(lab: &Lab, clients: Vec<Client<'_>>) -> Vec<Request> {
    let until_then = lab.now() + Duration::from_secs(4);
    for client in &clients {
        lab.until("it asks on", Duration::from_secs(30), || {
            let requests = client.requests();
            let last = requests.last()?;
            (last.asked >= until_then).then_some(())
        });
    }
    clients.into_iter().flat_map(Client::stop).collect()
}

/// So long after a server's end requests may fail.
const LEFT: Duration = Duration::from_secs(3);

/// Nothing failed before the harm, and nothing [`LEFT`] after it.
#[track_caller]
fn assert_only_failed_soon_after(harm: Duration, requests: &[Request]) {
    let failed = failures(requests);
    let before: Vec<_> = failed.iter().filter(|r| r.answered < harm).collect();
    assert!(before.is_empty(), "before anything happened: {before:?}");
    let late: Vec<_> = failed.iter().filter(|r| r.answered > harm + LEFT).collect();
    assert!(late.is_empty(), "{late:?}");
}

fn served_after<'a>(time: Duration, requests: &'a [Request], server: &str) -> Option<&'a Request> {
    let mut later = requests.iter().filter(|request| request.asked > time);
    later.find(|request| request.server() == Some(server))
}
